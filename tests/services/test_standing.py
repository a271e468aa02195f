"""Who is of the team is what the platform tells now, whatever was missed; whom it tells nothing of is a guest."""

from __future__ import annotations

from dataclasses import dataclass, field

from bridge.model.command import Who
from bridge.model.person import Person, Profile, Role
from bridge.model.place import UNKNOWN_MEMBERS, Circle, Members
from bridge.services.acquaint import person_of
from tests.core import CHAT, HOME, Chat, Team
from tests.services.conftest import use

GUEST = Profile("Bo", handle="bo", guest=True)
NOBODY_BUT_HERSELF = Members(known=True, team=False, count=1)


@dataclass
class Silent(Chat):
    """A platform that tells nothing of these people for now."""

    silent: set[str] = field(default_factory=set)

    async def profile(self, who: Who) -> Profile | None:
        return None if who.user in self.silent else await super().profile(who)


async def known(team: Team, user: str) -> Person:
    _, person = await person_of(team.world, Who(CHAT, HOME, user))
    return person


async def test_of_whom_nothing_is_told_is_a_guest_without_roles(lite: Team) -> None:
    use(lite, Silent(lite.clock, silent={"eve"}))

    eve = await known(lite, "eve")

    assert (eve.circle, eve.roles) == (Circle.COMMUNITY, frozenset())


async def test_and_what_is_told_at_the_next_contact(lite: Team) -> None:
    """Given the very first person, of whom nothing was told at first: they look after the bridge all the same."""
    chat = Silent(lite.clock, silent={"eve"})
    chat.profiles["eve"] = Profile("Eve Adler", title="Release captain", zone="Europe/Vienna")
    use(lite, chat)
    await known(lite, "eve")

    chat.silent.clear()
    eve = await known(lite, "eve")

    assert (eve.circle, eve.roles) == (Circle.TEAM, {Role.ADMIN})
    assert (eve.name, eve.title, eve.zone) == ("Eve Adler", "Release captain", "Europe/Vienna")


async def test_who_was_made_a_guest_unheard_is_shown_nothing_of_the_team(lite: Team) -> None:
    await lite.say("ana", "status Only for the team")
    await lite.say("bo", "help")

    lite.chat.profiles["bo"] = GUEST

    assert "Only for the team" not in await lite.tell("bo", "timeline @ana")


async def test_and_sent_nothing_of_it_though_they_do_nothing(lite: Team) -> None:
    await lite.say("ana", "help")
    await lite.say("bo", "follow @ana live")

    lite.chat.profiles["bo"], lite.chat.members_of["bo"] = GUEST, NOBODY_BUT_HERSELF
    await lite.say("ana", "status Only for the team")
    await lite.deliver()

    assert lite.chat.texts("@bo") == []
    assert not (await known(lite, "bo")).team


async def test_while_nobody_tells_what_they_are_it_waits(lite: Team) -> None:
    await lite.say("ana", "help")
    await lite.say("bo", "follow @ana live")
    lite.chat.members_of["bo"] = UNKNOWN_MEMBERS
    await lite.say("ana", "status Only for the team")
    await lite.deliver()
    assert lite.chat.texts("@bo") == []

    del lite.chat.members_of["bo"]
    lite.clock.advance(minutes=1)
    await lite.deliver()

    assert "Only for the team" in str(lite.chat.texts("@bo"))


async def test_who_is_told_to_be_a_full_member_again_is_one(lite: Team) -> None:
    lite.chat.profiles["bo"] = GUEST
    assert not (await known(lite, "bo")).team

    del lite.chat.profiles["bo"]

    assert (await known(lite, "bo")).team
