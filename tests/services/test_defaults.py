"""Section 8: what comes where, how much of it, and when not; mutes; announcements."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from bridge.model.card import Action, Card, Limits
from bridge.model.command import Where, Who
from bridge.model.inbound import Message, Reacted
from bridge.model.person import Hours, Person, Profile
from bridge.model.place import Members
from bridge.services.delivery import digest
from bridge.services.sharing import publish
from tests.services.conftest import CHAT, HOME, Team


@pytest.fixture
async def solo(lite: Team) -> Team:
    """Ana (who was first, and so administers) writes, Bo follows her live in his direct messages."""
    await lite.say("ana", "help")
    await lite.say("bo", "follow @ana live")
    return lite


async def change(team: Team, handle: str, **parts: object) -> None:
    person = await team.store.read(lambda tx: tx.people.by_handle(handle))
    assert person is not None
    changed: Person = replace(person, **parts)  # type: ignore[arg-type]
    await team.store.write(lambda tx: tx.people.save(changed))


def found(team: Team, place: str, *words: str) -> list[str]:
    """Those of the words that stand there, in order."""
    return [word for word in "\n".join(team.chat.texts(place)).split() if word in words]


def actions(card: Card) -> list[Action]:
    rows = [row for section in card.sections for row in section.rows]
    return [*card.actions, *(action for row in rows for action in row.actions)]


async def morning(team: Team, day: int = 24) -> None:
    team.clock.set(datetime(2026, 11, day, 8, tzinfo=UTC))
    await digest.tick(team.world)
    await team.deliver()


# Echo.


async def test_an_update_is_not_shown_again_where_its_text_stands(solo: Team) -> None:
    await solo.say("bo", "follow @ana live here", "random")
    await solo.say("bo", "follow @ana live here", "general")
    await solo.deliver()
    where = Where(CHAT, HOME, "random", name="random")
    ana = Who(CHAT, HOME, "ana", "ana")
    said = Message(where, "900", ana, "Shipping", solo.clock.now())
    await solo.intake.hear(Reacted("r1", ana, where, "900", "📣", said))
    await solo.deliver()

    assert found(solo, "random", "Shipping") == []
    assert found(solo, "general", "Shipping") == ["Shipping"]
    assert found(solo, "@bo", "Shipping") == ["Shipping"]


async def test_an_update_typed_in_a_channel_that_follows_is_shown_there(solo: Team) -> None:
    await solo.say("bo", "follow @ana live here", "random")
    await solo.say("ana", "status Shipping", "random")
    await solo.deliver()

    assert found(solo, "random", "Shipping") == ["Shipping"]


# Channels that follow.


async def test_a_channel_that_follows_is_told_who_made_it_with_stop(solo: Team) -> None:
    await solo.say("bo", "follow @ana live here", "random")
    await solo.deliver()

    [card] = solo.chat.messages["random"].values()
    assert solo.chat.texts("random")[0].startswith("bo made this channel follow @ana")
    assert [action.line for action in card.actions] == ["stop here"]


async def test_any_full_member_may_stop_it(solo: Team) -> None:
    await solo.say("bo", "follow @ana live here", "random")
    await solo.say("cy", "stop here", "random")
    await solo.say("ana", "status Shipping")
    await solo.deliver()

    assert found(solo, "random", "Shipping") == []
    assert "cy stopped the updates" in "\n".join(solo.chat.texts("random"))


async def test_what_waited_when_it_was_stopped_does_not_come(solo: Team) -> None:
    await solo.say("bo", "follow @ana live here", "random")
    await solo.deliver()
    await solo.say("ana", "status Shipping")
    await solo.say("cy", "stop here", "random")
    await solo.deliver()

    assert found(solo, "random", "Shipping") == []


async def test_what_waits_does_not_come_after_an_unfollow(solo: Team) -> None:
    await solo.say("ana", "status Shipping")
    await solo.say("bo", "unfollow @ana")
    await solo.deliver()

    assert solo.chat.texts("@bo") == []


async def test_everyone_here_needs_an_administrator(solo: Team) -> None:
    refused = await solo.say("bo", "follow everyone here", "random")
    allowed = await solo.say("ana", "follow everyone here", "random")

    assert (refused.ok, allowed.ok) == (False, True)


async def test_live_in_a_big_channel_needs_an_administrator(solo: Team) -> None:
    solo.chat.members_of["random"] = Members(known=True, team=True, count=51)
    refused = await solo.say("bo", "follow @ana live here", "random")
    allowed = await solo.say("ana", "follow @bo live here", "random")

    assert (refused.ok, allowed.ok) == (False, True)


# Noise.


@pytest.mark.parametrize(("place", "cap"), [("random", 6), ("@bo", 12)])
async def test_more_than_the_cap_waits_for_the_digest(solo: Team, place: str, cap: int) -> None:
    await solo.say("bo", "follow @ana live here", "random")
    await solo.deliver()
    names = [f"N{number:02}" for number in range(14)]
    for name in names:
        await solo.say("ana", f"status {name}")
        await solo.deliver()
    live = found(solo, place, *names)
    await morning(solo)

    assert live == names[:cap]
    assert sorted(found(solo, place, *names)[cap:]) == names[cap : cap + 7] if cap == 6 else names[cap:]


async def test_without_a_digest_the_rest_comes_as_one_message_when_the_hour_is_over(solo: Team) -> None:
    await solo.say("bo", "digest off")
    names = [f"N{number:02}" for number in range(18)]
    for name in names:
        await solo.say("ana", f"status {name}")
        await solo.deliver()
    solo.clock.advance(minutes=59)
    await solo.deliver()
    early = found(solo, "@bo", *names)
    solo.clock.advance(minutes=1)
    await solo.deliver()

    assert early == names[:12]
    assert found(solo, "@bo", *names) == names
    assert len(solo.chat.texts("@bo")) == 13


async def test_the_cap_is_an_hours(solo: Team) -> None:
    await solo.say("bo", "digest off")
    names = [f"N{number:02}" for number in range(16)]
    for name in names:
        await solo.say("ana", f"status {name}")
        await solo.deliver()
        solo.clock.advance(minutes=6)

    assert found(solo, "@bo", *names) == names


async def test_an_announcement_goes_past_the_cap(solo: Team) -> None:
    solo.world.policy = replace(solo.world.policy, announce_channels=("random",))
    await solo.say("bo", "follow @ana live here", "random")
    await solo.deliver()
    for number in range(7):
        await solo.say("ana", f"status N{number}")
        await solo.deliver()
    await solo.say("ana", "announce Graz")
    solo.clock.advance(seconds=30)
    await publish.release_announcements(solo.world)
    await solo.deliver()

    assert found(solo, "random", "Graz") == ["Graz"]


# Quiet hours.


async def test_quiet_hours_hold_direct_messages_until_they_end(solo: Team) -> None:
    await change(solo, "bo", quiet=Hours(time(18), time(8)))
    solo.clock.set(datetime(2026, 11, 23, 18, tzinfo=UTC))
    await solo.say("ana", "status One")
    await solo.deliver()
    held = solo.chat.texts("@bo")
    solo.clock.set(datetime(2026, 11, 24, 7, tzinfo=UTC))
    await solo.deliver()

    assert held == []
    assert found(solo, "@bo", "One") == ["One"]


async def test_more_than_three_held_become_one_message(solo: Team) -> None:
    await change(solo, "bo", quiet=Hours(time(18), time(8)))
    solo.clock.set(datetime(2026, 11, 23, 18, tzinfo=UTC))
    for name in ("A", "B", "C", "D"):
        await solo.say("ana", f"status N{name}")
        await solo.deliver()
    solo.clock.set(datetime(2026, 11, 24, 7, tzinfo=UTC))
    await solo.deliver()

    [text] = solo.chat.texts("@bo")
    assert text.startswith("4 updates")


async def test_weekends_are_quiet(solo: Team) -> None:
    await change(solo, "bo", quiet=Hours(time(18), time(8)))
    solo.clock.set(datetime(2026, 11, 28, 11, tzinfo=UTC))
    await solo.say("ana", "status One")
    await solo.deliver()

    assert solo.chat.texts("@bo") == []


async def test_quiet_hours_are_the_default_where_messages_ring(solo: Team) -> None:
    solo.chat.limits = Limits(rings=True)
    solo.clock.set(datetime(2026, 11, 23, 18, tzinfo=UTC))
    await solo.say("ana", "status One")
    await solo.deliver()

    assert solo.chat.texts("@bo") == []


async def test_quiet_hours_hold_no_channel(solo: Team) -> None:
    solo.chat.limits = Limits(rings=True)
    await solo.say("bo", "follow @ana live here", "random")
    solo.clock.set(datetime(2026, 11, 23, 18, tzinfo=UTC))
    await solo.say("ana", "status One")
    await solo.deliver()

    assert found(solo, "random", "One") == ["One"]


async def test_what_is_held_is_still_changed_and_taken_back(solo: Team) -> None:
    await solo.say("ana", "status One")
    await solo.deliver()
    await change(solo, "bo", quiet=Hours(time(18), time(8)))
    solo.clock.set(datetime(2026, 11, 23, 18, tzinfo=UTC))
    await solo.say("ana", "edit last Two")
    await solo.say("ana", "status Three")
    await solo.deliver()

    assert found(solo, "@bo", "One", "Two", "Three") == ["Two"]


# Mentions, replies, mutes.


async def test_a_mention_and_a_reply_come_at_once(solo: Team) -> None:
    await solo.say("cy", "status Question @bo")
    await solo.say("di", "reply ~1 Answer")
    await solo.deliver()

    assert found(solo, "@bo", "Question") == ["Question"]
    assert found(solo, "@cy", "Answer") == ["Answer"]


async def test_who_prefers_it_gets_them_in_the_digest(solo: Team) -> None:
    await solo.say("bo", "settings mentions digest")
    await solo.say("cy", "status Question @bo")
    await solo.deliver()
    live = solo.chat.texts("@bo")
    await morning(solo)

    assert live == []
    assert "FOR YOU" in solo.chat.texts("@bo")[0]


async def test_a_mention_by_somebody_followed_comes_once(solo: Team) -> None:
    await solo.say("ana", "status Question @bo")
    await solo.deliver()

    assert found(solo, "@bo", "Question") == ["Question"]


@pytest.mark.parametrize("subject", ["@ana", "#release", "everyone", "~1"])
async def test_what_is_muted_comes_by_no_way(solo: Team, subject: str) -> None:
    await solo.say("bo", "follow everyone")
    await solo.say("bo", "follow #release live")
    await solo.say("cy", "status Before #release")
    await solo.say("bo", f"mute {subject}")
    await solo.say("ana", "reply ~1 Again #release @bo")
    await solo.deliver()
    await morning(solo)

    assert found(solo, "@bo", "Again") == []
    assert "Again" not in await solo.tell("bo", "timeline")


async def test_a_mute_holds_what_still_waits(team: Team) -> None:
    await team.say("ana", "help")
    await team.say("bo", "follow @ana live")
    await team.say("ana", "status One #release")
    await team.say("bo", "mute #release")
    await team.say("ana", "status Two")
    await team.deliver()
    await morning(team)

    assert found(team, "@bo", "One", "Two") == ["Two"]


async def test_what_another_follow_brings_still_comes_after_an_unfollow(team: Team) -> None:
    await team.say("ana", "help")
    await team.say("bo", "follow @ana live")
    await team.say("bo", "follow #release live")
    await team.say("ana", "status One #release")
    await team.say("ana", "status Two")
    await team.say("bo", "unfollow @ana")
    await team.deliver()

    assert found(team, "@bo", "One", "Two") == ["One"]


async def test_what_waits_comes_in_the_digest_once_that_is_preferred(solo: Team) -> None:
    await solo.say("ana", "status One")
    await solo.say("bo", "follow @ana digest")
    await solo.deliver()
    live = solo.chat.texts("@bo")
    await morning(solo)

    assert live == []
    assert found(solo, "@bo", "One") == ["One"]


async def test_a_muted_person_is_not_heard_through_a_reshare(solo: Team) -> None:
    await solo.say("cy", "status Noise")
    await solo.say("bo", "mute @cy")
    await solo.say("ana", "reshare ~1 Look @bo")
    await solo.deliver()
    await morning(solo)

    assert found(solo, "@bo", "Look", "Noise") == []


async def test_a_mute_ends(solo: Team) -> None:
    await solo.say("bo", "mute @ana 2d")
    solo.clock.advance(days=2, minutes=1)
    await solo.say("ana", "status One")
    await solo.deliver()

    assert found(solo, "@bo", "One") == ["One"]


# Announcements.


async def announced(team: Team) -> None:
    """Ana announces, and half a minute passes."""
    team.world.policy = replace(team.world.policy, announce_channels=("town",))
    await team.say("cy", "help", "town")
    await team.say("ana", "announce Graz")
    team.clock.advance(seconds=30)
    await publish.release_announcements(team.world)
    await team.deliver()


async def test_an_announcement_is_held_for_half_a_minute(solo: Team) -> None:
    await solo.say("ana", "announce Graz")
    solo.clock.advance(seconds=29)
    released = await publish.release_announcements(solo.world)
    await solo.deliver()

    assert released == 0
    assert solo.chat.texts("@bo") == []


async def test_an_announcement_goes_to_its_channels_and_live_followers(solo: Team) -> None:
    await announced(solo)

    assert found(solo, "town", "Graz") == ["Graz"]
    assert found(solo, "@bo", "Graz") == ["Graz"]


async def test_an_undone_announcement_goes_nowhere(solo: Team) -> None:
    await solo.say("ana", "announce Graz")
    await solo.say("ana", "delete last")
    solo.clock.advance(seconds=30)
    await publish.release_announcements(solo.world)
    await solo.deliver()
    await morning(solo)

    assert solo.chat.requests == []


async def test_two_processes_release_it_once(solo: Team) -> None:
    await announced(solo)

    assert await publish.release_announcements(solo.world) == 0


async def test_an_announcement_stands_on_top_of_every_digest(solo: Team) -> None:
    await solo.say("cy", "follow @bo")
    await solo.say("bo", "status Small")
    await announced(solo)
    await morning(solo)

    [text] = solo.chat.texts("@cy")
    assert text.index("ANNOUNCED") < text.index("Graz") < text.index("Small")


async def test_got_it_is_counted_once_a_person(solo: Team) -> None:
    await announced(solo)
    for user in ("bo", "bo", "cy"):
        await solo.say(user, "got-it ~1")
    post = await solo.store.read(lambda tx: tx.posts.by_number(1))
    assert post is not None
    stats = await solo.store.read(lambda tx: tx.posts.stats([post.id]))

    assert stats[post.id].got_it == 2


async def test_only_announcers_announce(solo: Team) -> None:
    refused = await solo.say("bo", "announce Graz")

    assert not refused.ok


async def test_who_looks_after_the_workspace_looks_after_the_bridge(solo: Team) -> None:
    solo.chat.profiles["dora"] = Profile("Dora", handle="dora", admin=True)

    assert (await solo.say("dora", "follow everyone here", "random")).ok
