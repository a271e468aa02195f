"""A workspace becomes team or community: what its people and channels get from then on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bridge.model.errors import WorkspaceNone, WorkspaceUnclear, WorkspaceUnknown
from bridge.model.inbound import Opened
from bridge.model.place import Circle, Workspace
from bridge.services.circles import choose
from bridge.services.delivery import digest
from tests.services.conftest import CHAT, HOME, Team

SECRET = "Apples"


@pytest.fixture
async def pair(team: Team) -> Team:
    """Ana, and Bo who follows her live, as #random does."""
    for user in ("ana", "bo"):
        await team.say(user, "help")
    await team.say("bo", "follow @ana live")
    await team.say("ana", "follow @ana live here", "random")
    return team


async def community(team: Team) -> None:
    await choose(team.world, HOME, Circle.COMMUNITY)


def standing(team: Team, place: str) -> bool:
    return SECRET in "\n".join(team.chat.texts(place))


async def test_what_waits_is_shown_to_nobody_who_has_become_community(pair: Team) -> None:
    await pair.say("ana", f"status {SECRET}", "general")

    await community(pair)
    await pair.deliver()

    # The platform still calls everybody in #random a full member.
    assert not standing(pair, "@bo")
    assert not standing(pair, "random")


async def test_what_waits_and_is_public_comes_all_the_same(pair: Team) -> None:
    await pair.say("ana", f"status to:public {SECRET}")
    await pair.say("ana", "audience ~1 public yes")

    await community(pair)
    await pair.deliver()

    assert standing(pair, "@bo")
    assert standing(pair, "random")


@pytest.mark.parametrize("channel", ["random", "@"])
async def test_a_digest_has_nothing_of_the_teams_for_who_has_become_community(team: Team, channel: str) -> None:
    for user in ("ana", "bo"):
        await team.say(user, "help")
    await team.say("bo", "follow @ana digest" + ("" if channel == "@" else " here"), channel)
    await team.say("ana", f"status {SECRET}")

    await community(team)
    team.clock.set(datetime(2026, 11, 24, 8, tzinfo=UTC))
    await digest.tick(team.world)
    await team.deliver()

    assert not standing(team, "@bo" if channel == "@" else channel)


async def test_a_digest_that_is_begun_is_looked_at_again(team: Team) -> None:
    for user in ("ana", "bo"):
        await team.say(user, "help")
    await team.say("bo", "follow @ana digest")
    await team.say("ana", f"status {SECRET}")
    team.clock.set(datetime(2026, 11, 24, 8, tzinfo=UTC))
    await digest.tick(team.world)

    await community(team)
    await team.deliver()

    assert not standing(team, "@bo")


async def test_nothing_new_of_the_teams_comes_until_it_is_team_again(pair: Team) -> None:
    await community(pair)
    await pair.say("ana", f"status to:everyone {SECRET}")
    await pair.deliver()
    assert not standing(pair, "@bo")
    assert SECRET not in await pair.tell("bo", "timeline")

    await choose(pair.world, HOME, Circle.TEAM)
    await pair.say("ana", f"status {SECRET} again")
    await pair.deliver()

    assert standing(pair, "@bo")
    assert SECRET in await pair.tell("bo", "timeline")


async def test_a_workspace_that_opens_is_connected_under_its_name(lite: Team) -> None:
    await lite.intake.hear(Opened("1", "own", "stand-in", "Stand-in", Circle.TEAM))
    await lite.intake.hear(Opened("2", CHAT, HOME, "Acme"))
    await lite.intake.hear(Opened("3", CHAT, "fans", "Fans"))
    await lite.intake.hear(Opened("4", CHAT, HOME, "Acme & Co"))

    assert await lite.store.read(lambda tx: tx.places.workspaces()) == [
        Workspace(CHAT, HOME, "Acme & Co", Circle.TEAM),
        Workspace(CHAT, "fans", "Fans", Circle.COMMUNITY),
        Workspace("own", "stand-in", "Stand-in", Circle.TEAM),
    ]


async def test_an_administrator_is_told_which_workspaces_there_are(lite: Team) -> None:
    with pytest.raises(WorkspaceNone):
        await choose(lite.world, "T1", Circle.TEAM)

    await lite.intake.hear(Opened("1", CHAT, "T1", "Acme"))
    await lite.intake.hear(Opened("2", CHAT, "T2"))
    await lite.intake.hear(Opened("3", "other", "T1", "Fans"))

    with pytest.raises(WorkspaceUnknown, match=r"“T3”\. There are: chat:T1 \(Acme\), T2, other:T1 \(Fans\)\.$"):
        await choose(lite.world, "T3", Circle.TEAM)
    with pytest.raises(WorkspaceUnclear, match=r"“T1”\. Say which: chat:T1 \(Acme\), other:T1 \(Fans\)\.$"):
        await choose(lite.world, "T1", Circle.TEAM)


async def test_an_id_that_two_platforms_have_is_named_with_the_platform(lite: Team) -> None:
    for number, platform in enumerate((CHAT, "other")):
        await lite.intake.hear(Opened(str(number), platform, "T1"))

    was = await choose(lite.world, "other:T1", Circle.TEAM)

    assert was == Workspace("other", "T1", "T1", Circle.COMMUNITY)
    assert [one.circle for one in await lite.store.read(lambda tx: tx.places.workspaces())] == [Circle.TEAM] * 2
