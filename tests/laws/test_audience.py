"""Law 4 on every path: nobody outside an update's audience meets it, whatever they type and wherever they look.

One update a kind of audience, and everybody looks at it by every way there is: one test a way.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bridge.model.command import Where, Who
from bridge.model.compose.text import card_text
from bridge.model.inbound import Message, Said
from bridge.model.person import Profile
from bridge.model.place import UNKNOWN_MEMBERS, Members, PlaceKind
from bridge.services.delivery import digest
from bridge.services.delivery.standing import Standing
from tests.services.conftest import CHAT, HOME, Team

SECRET = "Apples"
AUDIENCES = ("everyone", "public", "followers", "@named", "me")
VIEWERS = ("ana", "fan", "named", "mate", "guest")
"""The author, a follower, somebody named, somebody else of the team, and a guest of the community who follows too."""
SEEN = {
    "everyone": {"ana", "fan", "named", "mate"},
    "public": {"ana", "fan", "named", "mate", "guest"},
    "followers": {"ana", "fan"},
    "@named": {"ana", "named"},
    "me": {"ana"},
}
CHANNELS = {"inside": {"everyone", "public"}, "shared": {"public"}, "unknown": set()}
"""A channel of the team, one with guests in it, and one whose members nobody can tell; with what may stand there."""


@pytest.fixture
async def all_of_them(lite: Team) -> Team:
    """Everybody has come; all but Ana follow everything live but for named and mate, who get digests."""
    lite.chat.profiles["guest"] = Profile("guest", guest=True)
    lite.chat.members_of["shared"] = Members(known=True, team=False, count=5)
    lite.chat.members_of["unknown"] = UNKNOWN_MEMBERS
    for viewer in VIEWERS:
        await lite.say(viewer, "help")
    for viewer in ("fan", "guest"):
        await lite.say(viewer, "follow @ana live")
    for viewer in ("named", "mate"):
        await lite.say(viewer, "follow everyone")
    return lite


async def share(team: Team, audience: str, text: str = SECRET) -> None:
    """Ana shares ~1 with that audience."""
    await team.say("ana", f"status to:{audience} {text}")
    if audience == "public":
        await team.say("ana", "audience ~1 public yes")


async def who_sees(team: Team, line: str) -> set[str]:
    """The viewers whose private answer to that line shows the secret."""
    return {viewer for viewer in VIEWERS if SECRET in await team.tell(viewer, line)}


def standing(team: Team, place: str) -> bool:
    return SECRET in "\n".join(team.chat.texts(place))


async def next_morning(team: Team) -> None:
    team.clock.set(datetime(2026, 11, 24, 8, tzinfo=UTC))
    await digest.tick(team.world)
    await team.deliver()


@pytest.mark.parametrize("audience", AUDIENCES)
async def test_live_messages(all_of_them: Team, audience: str) -> None:
    for viewer in ("named", "mate"):
        await all_of_them.say(viewer, "follow @ana live")
    # Whoever follows the author is a follower.
    followers = SEEN[audience] | ({"named", "mate"} if audience == "followers" else set())
    await share(all_of_them, audience)
    await all_of_them.deliver()

    assert {viewer for viewer in VIEWERS if standing(all_of_them, f"@{viewer}")} == followers - {"ana"}


@pytest.mark.parametrize("audience", AUDIENCES)
async def test_digests(all_of_them: Team, audience: str) -> None:
    for viewer in ("fan", "guest"):
        await all_of_them.say(viewer, "follow @ana digest")
    await share(all_of_them, audience)
    await next_morning(all_of_them)

    assert {viewer for viewer in VIEWERS if standing(all_of_them, f"@{viewer}")} == SEEN[audience] - {"ana"}


@pytest.mark.parametrize("cadence", ["live", "digest"])
@pytest.mark.parametrize("audience", AUDIENCES)
async def test_channels(all_of_them: Team, audience: str, cadence: str) -> None:
    for channel in CHANNELS:
        await all_of_them.say("ana", f"follow @ana {cadence} here", channel)
    await share(all_of_them, audience)
    await all_of_them.deliver()
    await next_morning(all_of_them)

    shown = {channel for channel in CHANNELS if standing(all_of_them, channel)}
    assert shown == {channel for channel, fit in CHANNELS.items() if audience in fit}


LOOKS = (
    "timeline",
    "timeline everyone",
    "timeline @ana",
    "timeline #fruit",
    "catchup",
    "digest preview",
    "who ana",
    "why ~1",
    "why last",
    "reply ~1",
)


@pytest.mark.parametrize("audience", AUDIENCES)
async def test_what_is_typed(all_of_them: Team, audience: str) -> None:
    await share(all_of_them, audience, f"{SECRET} #fruit")

    for line in LOOKS:
        assert await who_sees(all_of_them, line) <= SEEN[audience], line
    assert await who_sees(all_of_them, "timeline #fruit") == SEEN[audience]
    assert await who_sees(all_of_them, "why ~1") == SEEN[audience]


ACTS = ("reply ~1 Yes", "reshare ~1", "link ~1", "got-it ~1", "follow ~1", "mute ~1", "edit ~1 Pears", "delete ~1")


@pytest.mark.parametrize("audience", ["everyone", "followers", "@named", "me"])
async def test_who_may_not_see_it_can_do_nothing_with_it(all_of_them: Team, audience: str) -> None:
    await share(all_of_them, audience)
    await all_of_them.deliver()

    for viewer in set(VIEWERS) - SEEN[audience]:
        for line in ACTS:
            reply = await all_of_them.say(viewer, line)
            assert (reply.ok, SECRET in card_text(reply.card)) == (False, False), (viewer, line)


@pytest.mark.parametrize("audience", AUDIENCES)
async def test_a_reply_goes_no_further_than_what_it_answers(all_of_them: Team, audience: str) -> None:
    for viewer in set(VIEWERS) - {"named"}:
        await all_of_them.say(viewer, "follow @named live")
    answerer = "named" if "named" in SEEN[audience] else "ana"
    await share(all_of_them, audience)
    await all_of_them.say(answerer, f"reply ~1 Pears of {SECRET}")
    await all_of_them.deliver()
    await next_morning(all_of_them)

    assert {viewer for viewer in VIEWERS if standing(all_of_them, f"@{viewer}")} <= SEEN[audience]
    assert await who_sees(all_of_them, "timeline everyone") <= SEEN[audience]


@pytest.mark.parametrize("audience", ["everyone", "public", "followers", "@named"])
async def test_an_answer_in_a_thread_goes_no_further_than_what_it_answers(all_of_them: Team, audience: str) -> None:
    answerer = "named" if audience == "@named" else "fan"
    for viewer in set(VIEWERS) - {answerer}:
        await all_of_them.say(viewer, f"follow @{answerer} live")
    await share(all_of_them, audience)
    await all_of_them.deliver()
    [parent] = all_of_them.chat.messages[f"@{answerer}"]
    where, who = Where(CHAT, HOME, answerer, PlaceKind.DIRECT, private=True), Who(CHAT, HOME, answerer)
    message = Message(where, "900", who, f"Pears of {SECRET}", all_of_them.clock.now(), thread=parent)

    asked = await all_of_them.intake.hear(Said("answer", message, named=False))
    assert asked is not None
    unanswered = await who_sees(all_of_them, "timeline everyone")
    sent = await all_of_them.say(answerer, asked.card.actions[0].line)
    await all_of_them.deliver()
    await next_morning(all_of_them)

    assert unanswered == SEEN[audience]
    assert {viewer for viewer in VIEWERS if standing(all_of_them, f"@{viewer}")} <= SEEN[audience]
    assert await who_sees(all_of_them, f"why ~{sent.card.post}") == SEEN[audience]


async def test_a_reshare_goes_no_further_than_its_original(all_of_them: Team) -> None:
    await all_of_them.say("guest", "follow @mate live")
    await share(all_of_them, "everyone")
    await all_of_them.say("mate", "reshare ~1 Look")
    await all_of_them.deliver()

    assert not standing(all_of_them, "@guest")


@pytest.mark.parametrize("audience", ["followers", "@named", "me"])
async def test_what_is_for_some_cannot_be_reshared(all_of_them: Team, audience: str) -> None:
    await share(all_of_them, audience)

    for viewer in VIEWERS:
        assert not (await all_of_them.say(viewer, "reshare ~1")).ok


async def test_a_mention_brings_nothing_to_whom_it_is_not_for(all_of_them: Team) -> None:
    await share(all_of_them, "me", f"{SECRET} @mate @guest")
    await all_of_them.deliver()
    await next_morning(all_of_them)

    assert all_of_them.chat.texts("@mate") == []
    assert all_of_them.chat.texts("@guest") == []


async def test_public_waits_for_its_authors_yes(all_of_them: Team) -> None:
    asked = await all_of_them.tell("ana", f"status to:public {SECRET}")
    await all_of_them.deliver()

    assert "Until you choose, only you can see it." in asked
    assert await who_sees(all_of_them, "timeline everyone") == {"ana"}
    assert not standing(all_of_them, "@fan")


async def test_show_more_shows_no_more_than_may_be_seen(all_of_them: Team) -> None:
    for number in range(9):
        await all_of_them.say("ana", f"status N{number}")
    await share(all_of_them, "everyone")
    await next_morning(all_of_them)
    [card] = all_of_them.chat.messages["@mate"].values()
    line = next(action.line for action in card.actions if action.line.startswith("show-more"))
    before = await who_sees(all_of_them, line)
    await all_of_them.say("ana", "audience ~10 me")

    assert before == {"mate"}
    assert await who_sees(all_of_them, line) == set()


@pytest.mark.parametrize("narrower", ["me", "@named", "followers"])
async def test_copies_go_when_the_audience_gets_narrower(all_of_them: Team, narrower: str) -> None:
    await all_of_them.say("ana", "follow @ana live here", "inside")
    await share(all_of_them, "everyone")
    await all_of_them.say("mate", f"reply ~1 No {SECRET}")
    await all_of_them.deliver()
    await next_morning(all_of_them)
    there = {place for place in ("@fan", "@named", "@mate", "inside") if standing(all_of_them, place)}
    await all_of_them.say("ana", f"audience ~1 {narrower}")
    await all_of_them.deliver()
    left = {place for place in ("@fan", "@named", "@mate", "inside") if standing(all_of_them, place)}

    assert there == {"@fan", "@named", "@mate", "inside"}
    assert left == {f"@{viewer}" for viewer in SEEN[narrower] - {"ana", "mate"}}


async def test_copies_in_the_community_go_when_it_is_for_the_team_alone(all_of_them: Team) -> None:
    await all_of_them.say("ana", "follow @ana live here", "shared")
    await share(all_of_them, "public")
    await all_of_them.say("ana", f"reply ~1 More {SECRET}")
    await all_of_them.deliver()
    there = standing(all_of_them, "shared")
    await all_of_them.say("ana", "audience ~1 everyone")
    await all_of_them.deliver()

    assert there
    assert not standing(all_of_them, "shared")
    assert not standing(all_of_them, "@guest")


async def test_what_stood_in_a_channel_is_not_shown_once_guests_have_joined(all_of_them: Team) -> None:
    await all_of_them.say("ana", "follow @ana live here", "inside")
    await share(all_of_them, "everyone")
    await all_of_them.deliver()
    all_of_them.chat.members_of["inside"] = Members(known=True, team=False, count=9)
    place = await all_of_them.store.read(lambda tx: tx.places.at(CHAT, HOME, "inside", False))
    assert place is not None

    shown = await Standing(all_of_them.world, all_of_them.showing).messages(place)

    assert not any(SECRET in card_text(message.card) for message in shown)


async def test_an_announcement_that_is_held_is_seen_by_nobody_else(all_of_them: Team) -> None:
    await all_of_them.say("ana", f"announce {SECRET} #fruit")
    await all_of_them.deliver()

    for line in (*LOOKS, "link ~1"):
        assert await who_sees(all_of_them, line) <= {"ana"}, line


async def test_a_receipt_names_who_can_see_it(all_of_them: Team) -> None:
    said = {audience: await all_of_them.tell("ana", f"status to:{audience} {SECRET}") for audience in AUDIENCES}

    assert "4 people, not the community" in said["everyone"]
    assert "Only you" in said["me"] or "only you" in said["me"]
    assert "named" in said["@named"]


async def test_a_link_leads_only_where_one_may_go(all_of_them: Team) -> None:
    await share(all_of_them, "followers")
    await all_of_them.deliver()

    assert "@fan" not in await all_of_them.tell("ana", "link ~1")
    assert "/fan/" not in await all_of_them.tell("ana", "link ~1")


async def test_what_is_deleted_is_seen_by_nobody(all_of_them: Team) -> None:
    await share(all_of_them, "everyone")
    await all_of_them.say("ana", "delete ~1")

    for line in (*LOOKS, "link ~1"):
        assert await who_sees(all_of_them, line) == set(), line
