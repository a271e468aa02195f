"""What follows a failure: waits that are kept to, places that are closed, messages that are refused."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from bridge.model.card import Card
from bridge.model.delivery import State
from bridge.model.errors import Refused, Throttled, Transient, Uncertain, Unreachable, Vanished
from bridge.model.ids import DeliveryId
from bridge.model.place import Members, Place
from bridge.model.ports import Key, Sent
from bridge.services.delivery import digest
from tests.services.conftest import Chat, Deduping, Team, use


@pytest.fixture
async def solo(lite: Team) -> Team:
    """Ana writes, Bo follows her live in his direct messages."""
    await lite.say("ana", "help")
    await lite.say("bo", "follow @ana live")
    return lite


async def buried(team: Team) -> list[DeliveryId]:
    found = await team.store.read(lambda tx: tx.outbox.listing([State.BURIED], 10))
    return [delivery.id for _, delivery in found]


def asked(team: Team, place: str = "@bo") -> list[str]:
    return [what for what, where in team.chat.requests if where == place]


async def test_a_wait_that_was_asked_for_is_kept_exactly(solo: Team) -> None:
    solo.chat.failing = [Throttled(seconds=7.5)]
    await solo.say("ana", "status One")
    await solo.deliver()

    solo.clock.advance(seconds=7.4)
    await solo.deliver()
    early = solo.chat.texts("@bo")
    solo.clock.advance(seconds=0.1)
    await solo.deliver()

    assert early == []
    assert len(solo.chat.texts("@bo")) == 1


async def test_a_slow_place_holds_up_no_other(solo: Team) -> None:
    await solo.say("cy", "follow @ana live")
    solo.chat.failing = [Throttled(seconds=600)]
    await solo.say("ana", "status One")

    await solo.deliver()

    assert len(solo.chat.texts("@bo") + solo.chat.texts("@cy")) == 1


async def test_a_closed_channel_is_paused_and_its_owner_told_once(solo: Team) -> None:
    await solo.say("bo", "unfollow @ana")
    await solo.say("bo", "follow @ana live here", "random")
    await solo.deliver()
    solo.chat.failing = [Unreachable(reason="I am not a member.")]
    await solo.say("ana", "status One")
    await solo.deliver()
    await solo.say("ana", "status Two")
    await solo.deliver()

    [told] = solo.chat.texts("@bo")
    assert "I can't write in #random any more" in told
    assert "I am not a member." in told
    assert "can't be reached" not in told
    assert asked(solo, "random") == ["send", "send"]


async def test_what_waited_for_a_closed_channel_comes_once_it_is_open(solo: Team) -> None:
    await solo.say("bo", "follow @ana live here", "random")
    await solo.deliver()
    solo.chat.failing = [Unreachable(reason="I am not a member.")]
    await solo.say("ana", "status One")
    await solo.deliver()
    await solo.say("ana", "status Two")

    await solo.say("bo", "resume here", "random")
    await solo.deliver()

    shown = "\n".join(solo.chat.texts("random"))
    assert shown.index("One") < shown.index("Two")


async def test_what_waited_for_days_comes_in_the_digest_instead(solo: Team) -> None:
    await solo.say("bo", "follow @ana live here", "random")
    await solo.deliver()
    solo.chat.failing = [Unreachable(reason="I am not a member.")]
    await solo.say("ana", "status One")
    await solo.deliver()
    solo.clock.advance(days=2)

    await solo.say("bo", "resume here", "random")
    await solo.deliver()
    solo.clock.advance(days=1)
    await digest.tick(solo.world)
    await solo.deliver()

    assert sum("One" in text for text in solo.chat.texts("random")) == 1


async def test_a_refused_card_is_sent_again_in_words_alone(solo: Team) -> None:
    solo.chat.failing = [Refused(reason="invalid_blocks")]
    await solo.say("ana", "status One")
    await solo.deliver()

    [card] = solo.chat.messages["@bo"].values()
    assert (card.byline, card.actions, card.menu) == (None, (), ())
    assert "One" in solo.chat.texts("@bo")[0]


async def test_an_edit_of_what_was_refused_stays_in_words_alone(solo: Team) -> None:
    solo.chat.failing = [Refused(reason="invalid_blocks")]
    await solo.say("ana", "status One")
    await solo.deliver()
    await solo.say("ana", "edit last Two")
    await solo.deliver()

    [card] = solo.chat.messages["@bo"].values()
    assert (card.byline, card.actions) == (None, ())
    assert "Two" in solo.chat.texts("@bo")[0]


async def test_what_is_refused_twice_is_given_up_and_can_be_woken(team: Team) -> None:
    await team.say("ana", "help")
    await team.say("bo", "follow @ana live")
    team.chat.failing = [Refused(reason="invalid_blocks"), Refused(reason="invalid_blocks")]
    await team.say("ana", "status One")
    await team.deliver()
    [id] = await buried(team)
    now = team.clock.now()

    woken = await team.store.write(lambda tx: tx.outbox.wake(id, now))
    await team.deliver()

    assert woken
    assert len(team.chat.texts("@bo")) == 1
    assert await buried(team) == []


async def test_what_is_given_up_holds_up_nothing(solo: Team) -> None:
    solo.chat.failing = [Refused(reason="no"), Refused(reason="no")]
    await solo.say("ana", "status One")
    await solo.deliver()
    await solo.say("ana", "status Two")
    await solo.deliver()

    [text] = solo.chat.texts("@bo")
    assert "Two" in text


async def test_a_deletion_that_is_refused_is_given_up_where_it_can_be_seen(solo: Team) -> None:
    await solo.say("ana", "status One")
    await solo.deliver()
    solo.chat.failing = [Refused(reason="no"), Refused(reason="no")]
    await solo.say("ana", "delete last")
    await solo.deliver()
    [id] = await buried(solo)
    now = solo.clock.now()
    await solo.store.write(lambda tx: tx.outbox.wake(id, now))
    await solo.deliver()

    assert solo.chat.texts("@bo") == []


async def test_where_no_digest_comes_trying_ends_after_a_day_and_can_be_seen(solo: Team) -> None:
    await solo.say("bo", "digest off")
    solo.chat.failing = [Transient(reason="down")] * 400
    await solo.say("ana", "status One")
    for _ in range(110):
        solo.clock.advance(minutes=16)
        await solo.deliver()

    assert len(await buried(solo)) == 1


async def test_a_message_that_somebody_removed_by_hand_is_not_brought_back(solo: Team) -> None:
    await solo.say("ana", "status One")
    await solo.deliver()
    solo.chat.failing = [Vanished()]
    await solo.say("ana", "edit last Two")
    await solo.deliver()
    await solo.say("ana", "edit last Three")
    await solo.deliver()

    assert asked(solo) == ["send", "update"]


async def test_what_is_uncertain_where_it_may_no_longer_be_seen_is_found_and_taken_away(solo: Team) -> None:
    class Joining(Deduping):
        async def send(self, place: Place, card: Card, key: Key) -> Sent:
            self.members_of["random"] = Members(known=True, team=False, count=9)
            return await super().send(place, card, key)

    await solo.say("bo", "unfollow @ana")
    await solo.say("bo", "follow @ana live here", "random")
    await solo.deliver()
    use(solo, Joining(solo.clock, lost_answers=1, number=100))
    await solo.say("ana", "status Secret")
    await solo.deliver()
    there = solo.chat.texts("random")
    solo.clock.advance(seconds=41)
    await solo.deliver()

    assert len(there) == 1
    assert solo.chat.texts("random") == []


async def test_a_message_id_that_comes_twice_stops_nobody_else(solo: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform that gives one id to two messages: the second is buried, and the place goes on."""
    await solo.say("bo", "follow @ana live here", "random")
    await solo.say("ana", "status Apples")
    await solo.deliver()
    newest = max(solo.chat.messages["random"])

    async def named_again(place: Place, card: Card, key: Key) -> Sent:
        return Sent(newest if place.key == "random" else f"other {key.nonce}")

    with monkeypatch.context() as patch:
        patch.setattr(solo.chat, "send", named_again)
        await solo.say("ana", "status Pears")
        await solo.deliver()
    await solo.say("ana", "status Plums")
    await solo.deliver()

    [(place, _)] = await solo.store.read(lambda tx: tx.outbox.listing([State.BURIED], 9))
    assert place.key == "random"
    assert any("Plums" in text for text in solo.chat.texts("random"))


BLIND = Refused(reason="nothing can be read there")


async def test_what_can_never_be_looked_for_is_sent_again_once(solo: Team) -> None:
    solo.chat.lost_answers = 1
    await solo.say("ana", "status One")
    await solo.deliver()
    solo.chat.failing = [BLIND]
    solo.clock.advance(minutes=1)
    await solo.deliver()
    solo.clock.advance(hours=1)
    await solo.deliver()

    assert asked(solo) == ["send", "find", "send"]
    assert await buried(solo) == []


async def test_what_was_never_there_is_not_lost_though_nobody_can_look(solo: Team) -> None:
    solo.chat.failing = [Uncertain(reason="reset"), BLIND]
    await solo.say("ana", "status One")
    await solo.deliver()
    solo.clock.advance(minutes=1)
    await solo.deliver()

    assert len(solo.chat.texts("@bo")) == 1


async def test_what_is_gone_and_can_never_be_looked_for_is_given_up(solo: Team) -> None:
    solo.chat.lost_answers = 1
    await solo.say("ana", "status One")
    await solo.deliver()
    await solo.say("ana", "delete ~1")
    solo.chat.failing = [BLIND]
    solo.clock.advance(minutes=1)
    await solo.deliver()
    solo.clock.advance(hours=1)
    await solo.deliver()

    assert asked(solo) == ["send", "find"]
    assert len(await buried(solo)) == 1


async def test_a_channel_whose_members_are_closed_to_us_is_paused_and_its_owner_told(solo: Team) -> None:
    @dataclass
    class Shut(Chat):
        async def members(self, place: Place) -> Members:
            if place.key == "random":
                raise Unreachable(reason="The channel is gone.")
            return await super().members(place)

    await solo.say("bo", "unfollow @ana")
    await solo.say("bo", "follow @ana live here", "random")
    await solo.deliver()
    use(solo, Shut(solo.clock))
    await solo.say("ana", "status One")
    await solo.deliver()
    solo.clock.advance(minutes=10)
    await solo.deliver()

    [told] = solo.chat.texts("@bo")
    assert "I can't write in #random any more: The channel is gone. Its updates wait until" in told
    assert asked(solo, "random") == []


async def test_an_attempt_names_the_revisions_it_sends_and_looks_for_the_same(solo: Team) -> None:
    @dataclass
    class Noting(Chat):
        keys: list[Key] = field(default_factory=list)

        async def send(self, place: Place, card: Card, key: Key) -> Sent:
            self.keys.append(key)
            return await super().send(place, card, key)

        async def find(self, place: Place, key: Key) -> str | None:
            self.keys.append(key)
            return await super().find(place, key)

    chat = Noting(solo.clock, lost_answers=1)
    use(solo, chat)
    await solo.say("ana", "status One")
    await solo.deliver()
    await solo.say("ana", "edit last Two")
    solo.clock.advance(minutes=1)
    await solo.deliver()

    assert [key.revisions for key in chat.keys] == [(1,), (1,)]
    assert "Two" in solo.chat.texts("@bo")[0]
