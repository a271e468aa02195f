"""Law 3: what its author changes or takes back, changes or goes wherever it stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bridge.model.card import Card
from bridge.model.command import Call
from bridge.model.place import Members, Place
from bridge.model.ports import Key, Sent
from bridge.model.text import Moment, Plain
from bridge.services.delivery import digest
from tests.services.conftest import Chat, Deduping, Team, restarted, use


async def follow(team: Team) -> Team:
    await team.say("ana", "help")
    await team.say("bo", "follow @ana live")
    return team


@pytest.fixture
async def pair(team: Team) -> Team:
    """Ana writes, Bo follows her live in his direct messages."""
    return await follow(team)


@pytest.fixture
async def solo(lite: Team) -> Team:
    return await follow(lite)


async def test_copies_follow_in_every_place(solo: Team) -> None:
    await solo.say("cy", "follow #release live here", "random")
    await solo.say("di", "follow everyone live")
    await solo.say("ana", "status Before #release")
    await solo.deliver()
    await solo.say("ana", "edit last After")
    await solo.deliver()

    for place in ("@bo", "random", "@di"):
        shown = "\n".join(solo.chat.texts(place))
        assert "After" in shown
        assert "Before" not in shown


class Asked(Chat):
    """Who is in a channel takes it a while to tell: what was going to be said there is known by then."""

    meanwhile: Call | None = None
    team: Team

    async def members(self, place: Place) -> Members:
        if (call := self.meanwhile) is not None:
            self.meanwhile = None
            await self.team.intake.dispatch(call)
        return await super().members(place)


@pytest.mark.parametrize(("changed", "stands"), [("edit last After", ["After"]), ("delete last yes", [])])
async def test_what_is_changed_while_its_message_is_composed_does_not_stay_as_it_was(
    pair: Team, changed: str, stands: list[str]
) -> None:
    use(pair, chat := Asked(pair.clock))
    chat.team = pair
    await pair.say("cy", "follow @ana live here", "random")
    await pair.deliver()
    await pair.say("ana", "status Before")
    chat.meanwhile = pair.call("ana", changed)

    await pair.deliver()

    shown = "\n".join(chat.texts("random"))
    assert [word for word in ("Before", "After") if word in shown] == stands


async def test_what_is_unfollowed_while_its_message_is_composed_is_not_sent(pair: Team) -> None:
    """Nothing would lead to that message any more: whatever became of the update, it would stand there."""
    use(pair, chat := Asked(pair.clock))
    chat.team = pair
    await pair.say("cy", "follow @ana live here", "random")
    await pair.deliver()
    await pair.say("ana", "status Before")
    chat.meanwhile = pair.call("cy", "unfollow @ana here", "random")

    await pair.deliver()

    assert chat.meanwhile is None
    assert "Before" not in "\n".join(chat.texts("random"))


async def test_a_time_of_day_is_told_in_each_readers_zone_where_the_platform_can(solo: Team) -> None:
    """Law 6: `random` is read in many zones; what the platform cannot put into them is said with its zone."""
    await solo.say("cy", "follow #office live here", "random")
    await solo.say("ana", "settings zone Tokyo")
    await solo.say("ana", "status Walking #office until tomorrow 15:00")
    await solo.deliver()

    *_, card = solo.chat.messages["random"].values()
    assert card.footer == ("until tomorrow 07:00 Vienna",)

    solo.chat.limits = replace(solo.chat.limits, native_moments=True)
    await solo.say("ana", "status Swimming #office until tomorrow 15:00")
    await solo.deliver()

    *_, card = solo.chat.messages["random"].values()
    three_in_tokyo = datetime.combine(solo.clock.now() + timedelta(days=1), time(6), UTC)
    assert card.footer == ((Plain("until "), Moment(three_in_tokyo)),)


async def test_a_digest_is_changed_where_it_stands(pair: Team) -> None:
    await pair.say("cy", "follow @ana")
    await pair.say("ana", "status Before")
    await pair.say("ana", "status Beside")
    await pair.say("cy", "digest now")
    await pair.deliver()
    await pair.say("ana", "edit ~1 After")
    await pair.deliver()

    [text] = pair.chat.texts("@cy")
    assert "After" in text
    assert "Before" not in text


async def test_a_deleted_update_goes_from_a_digest_that_stays(pair: Team) -> None:
    await pair.say("cy", "follow @ana")
    await pair.say("ana", "status Before")
    await pair.say("ana", "status Beside")
    await pair.say("cy", "digest now")
    await pair.deliver()
    await pair.say("ana", "delete ~1")
    await pair.deliver()

    [text] = pair.chat.texts("@cy")
    assert "Beside" in text
    assert "Before" not in text


async def test_a_digest_of_which_nothing_is_left_goes(pair: Team) -> None:
    await pair.say("cy", "follow @ana")
    await pair.say("ana", "status Before")
    await pair.say("cy", "digest now")
    await pair.deliver()
    await pair.say("ana", "delete ~1")
    await pair.deliver()

    assert pair.chat.texts("@cy") == []


async def test_a_joined_message_is_changed_and_shortened(pair: Team) -> None:
    for number in range(4):
        await pair.say("ana", f"status N{number}")
    await pair.deliver()
    await pair.say("ana", "edit ~2 Changed")
    await pair.say("ana", "delete ~3")
    await pair.deliver()

    [text] = pair.chat.texts("@bo")
    assert [word for word in text.split() if word in ("N0", "N1", "Changed", "N2", "N3")] == ["N0", "Changed", "N3"]


async def test_a_reshare_goes_with_its_original(pair: Team) -> None:
    await pair.say("di", "help")
    await pair.say("cy", "follow @di live")
    await pair.say("ana", "status Before")
    await pair.say("di", "reshare ~1")
    await pair.deliver()
    there = pair.chat.texts("@cy")
    await pair.say("ana", "delete ~1")
    await pair.deliver()

    assert "Before" in there[0]
    assert pair.chat.texts("@cy") == []


async def test_a_reshare_shows_what_its_original_says_now(pair: Team) -> None:
    await pair.say("di", "help")
    await pair.say("cy", "follow @di live")
    await pair.say("ana", "status Before")
    await pair.say("di", "reshare ~1 Look")
    await pair.deliver()
    await pair.say("ana", "edit ~1 After")
    await pair.deliver()

    [text] = pair.chat.texts("@cy")
    assert "Look" in text
    assert "After" in text
    assert "Before" not in text


async def test_a_reply_quotes_what_it_answers_as_it_is_now(pair: Team) -> None:
    await pair.say("di", "help")
    await pair.say("cy", "follow @di live")
    await pair.say("ana", "status Before")
    await pair.say("di", "reply ~1 Answer")
    await pair.deliver()
    there = pair.chat.texts("@cy")
    await pair.say("ana", "edit ~1 After")
    await pair.deliver()
    edited = pair.chat.texts("@cy")
    await pair.say("ana", "delete ~1")
    await pair.deliver()

    assert "Before" in there[0]
    assert ("After" in edited[0], "Before" in edited[0]) == (True, False)
    [text] = pair.chat.texts("@cy")
    assert "Answer" in text
    assert "After" not in text


async def test_copies_sent_before_a_restart_follow_too(pair: Team) -> None:
    await pair.say("ana", "status Before")
    await pair.deliver()
    await pair.say("ana", "edit last After")
    await restarted(pair).drain()
    edited = pair.chat.texts("@bo")
    await pair.say("ana", "delete last")
    await restarted(pair, "three").drain()

    assert "After" in edited[0]
    assert pair.chat.texts("@bo") == []


@pytest.mark.parametrize("platform", [Chat, Deduping])
async def test_what_is_deleted_while_uncertain_is_found_and_taken_away(solo: Team, platform: type[Chat]) -> None:
    use(solo, platform(solo.clock))
    solo.chat.lost_answers = 1
    await solo.say("ana", "status Before")
    courier = restarted(solo)
    await courier.turn()
    await courier.stop()
    await solo.say("ana", "delete last")
    for _ in range(3):
        solo.clock.advance(seconds=41)
        await solo.deliver()

    assert solo.chat.texts("@bo") == []
    assert [what for what, _ in solo.chat.requests] == ["send", "find", "delete"]


async def test_an_edit_while_it_is_being_sent_comes_after(pair: Team) -> None:
    class Editing(Chat):
        async def send(self, place: Place, card: Card, key: Key) -> Sent:
            await pair.say("ana", "edit last After")
            return await super().send(place, card, key)

    use(pair, Editing(pair.clock))
    await pair.say("ana", "status Before")
    await pair.deliver()

    [text] = pair.chat.texts("@bo")
    assert "After" in text


async def test_a_deletion_while_it_is_being_sent_comes_after(pair: Team) -> None:
    class Deleting(Chat):
        async def send(self, place: Place, card: Card, key: Key) -> Sent:
            await pair.say("ana", "delete last")
            return await super().send(place, card, key)

    use(pair, Deleting(pair.clock))
    await pair.say("ana", "status Before")
    await pair.deliver()

    assert pair.chat.texts("@bo") == []


async def test_what_is_deleted_before_it_was_sent_is_never_sent(pair: Team) -> None:
    await pair.say("ana", "status Before")
    await pair.say("ana", "delete last")
    await pair.deliver()

    assert pair.chat.requests == []


async def test_what_is_edited_before_it_was_sent_is_sent_once_as_it_is_now(pair: Team) -> None:
    await pair.say("ana", "status Before")
    await pair.say("ana", "edit last After")
    await pair.deliver()

    assert "After" in pair.chat.texts("@bo")[0]
    assert [what for what, _ in pair.chat.requests] == ["send"]


async def test_many_edits_are_one_change(solo: Team) -> None:
    await solo.say("ana", "status N0")
    await solo.deliver()
    for number in range(1, 5):
        await solo.say("ana", f"edit last N{number}")
    await solo.deliver()

    assert [what for what, _ in solo.chat.requests] == ["send", "update"]


async def test_a_digest_that_waits_is_sent_without_what_was_deleted(solo: Team) -> None:
    await solo.say("cy", "follow @ana")
    await solo.say("ana", "status Before")
    await solo.say("ana", "status Beside")
    solo.clock.advance(hours=22)
    await digest.tick(solo.world)
    await solo.say("ana", "delete ~1")
    await solo.deliver()

    [text] = solo.chat.texts("@cy")
    assert "Beside" in text
    assert "Before" not in text
