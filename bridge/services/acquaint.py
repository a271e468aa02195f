"""Makes the people, accounts and places that platforms mention, the first time they are mentioned."""

from __future__ import annotations

from dataclasses import replace

import regex

from bridge.model.clean import clean, fold
from bridge.model.command import Where, Who
from bridge.model.errors import HandleTaken
from bridge.model.ids import AccountId, PersonId, PlaceId
from bridge.model.kept import Tx
from bridge.model.person import Account, Person, Profile, Role
from bridge.model.place import Circle, Members, Place, PlaceKind, Workspace
from bridge.model.policy import Policy
from bridge.services.leaving import CLOSED, WORKSPACE_CLOSED, shown_anew
from bridge.services.world import World

NUMBERED_HANDLES = 1000
LONGEST_HANDLE = 40
LONGEST_NAME = 80


async def person_of(world: World, who: Who, told: Profile | None = None) -> tuple[Account, Person]:
    """The account and its person, both made when new; a new account never adopts an existing person.

    The person's first direct message becomes their home, where follows arrive. `told`: what is known of them, so that
    the platform is not asked. Of whom a platform that knows people tells nothing is a guest until it does.
    """
    found = await world.store.read(lambda tx: _known(tx, who))
    if found:
        return found if told else await _as_told_now(world, who, found)
    told = told or await world.profile(who)
    unknown = told is None and world.directory(who.platform) is not None
    told = told or Profile(name=who.name or who.user, handle=who.handle, guest=unknown)
    profile = replace(told, name=name_of(told.name), title=name_of(told.title))
    ids = world.ids.new(), world.ids.new(), world.ids.new()
    return await world.store.write(lambda tx: _meet(tx, who, profile, world.policy, ids, unknown=unknown))


async def readers(world: World, place: Place, person: Person | None) -> tuple[Person | None, Members | None]:
    """Who reads a place, as the platform tells now: of a direct message the person alone (with unknown members where
    it does not tell, since what is for the team must not leave on the strength of what they were)."""
    if place.kind is not PlaceKind.DIRECT:
        return person, await world.members(place)
    if person is None or not person.team or world.directory(place.platform) is None:
        return person, None
    members = await world.members(place)
    if not members.known:
        return person, members
    if not members.team:
        _, person = await person_of(world, Who(place.platform, place.workspace, place.key))
    return person, None


async def welcome(world: World, who: Who) -> tuple[Account, Person]:
    """The same for somebody who asks for something: see `back`."""
    return await back(world, who) or await person_of(world, who)


async def back(world: World, who: Who) -> tuple[Account, Person] | None:
    """Somebody has just done something. Where we know them, what waits for them comes: their account is open. So is
    their workspace, if that was closed."""

    def look(tx: Tx) -> tuple[tuple[Account, Person] | None, Place | None]:
        return _known(tx, who), tx.places.at(who.platform, who.workspace, who.user, True)

    found, direct = await world.store.read(look)
    if direct is not None and direct.paused is not None:
        now = world.now()

        def resume(tx: Tx) -> None:
            tx.places.resume(direct.id, now)
            if direct.paused == CLOSED and found:
                shown_anew(tx, found[1].id, now)

        await world.store.write(resume)
        world.wake()
        if direct.paused == WORKSPACE_CLOSED:
            await reopen(world, who.platform, who.workspace)
    return await _as_told_now(world, who, found) if found else None


async def reopen(world: World, platform: str, workspace: str) -> None:
    """What its closing paused goes on."""
    now = world.now()
    await world.store.write(lambda tx: tx.places.reopen(platform, workspace, WORKSPACE_CLOSED, now))
    world.wake()


async def place_of(world: World, where: Where) -> Place:
    """The place, made when new. A direct message needs its account: made with its person by `person_of`.

    A place that was once called private stays so: not every event tells, and what is private must not leave unasked.
    """
    if where.kind is PlaceKind.DIRECT:
        await person_of(world, Who(where.platform, where.workspace, where.key))
    where = replace(where, name=name_of(where.name))
    found = await world.store.read(lambda tx: _place(tx, where))
    if found and (found.name == where.name or not where.name) and (found.private or not where.private):
        return found
    id = PlaceId(world.ids.new())
    return await world.store.write(lambda tx: _settle_place(tx, where, id))


async def profiled(world: World, who: Who, profile: Profile) -> None:
    """Name and picture as the platform tells them now, and whether it is a guest; nobody becomes known by this."""

    def write(tx: Tx) -> None:
        found = _known(tx, who)
        if found is None:
            return
        account, person = found
        in_team = workspace_of(tx, who.platform, who.workspace).circle is Circle.TEAM
        if account.guest and not profile.guest and in_team:
            person = _begun(person, profile, world.policy, tx.people.count() == 0)
        told = replace(person, name=name_of(profile.name) or person.name, picture=profile.picture)
        if told != found[1]:
            tx.people.save(told)
        if profile.guest != account.guest:
            tx.people.save_account(replace(account, guest=profile.guest))

    await world.store.write(write)


async def _as_told_now(world: World, who: Who, found: tuple[Account, Person]) -> tuple[Account, Person]:
    """Not every event tells: whoever was made a guest, or a full member, while nothing was heard is one from here on.
    Where the platform tells nothing they stay what they were."""
    profile = await world.profile(who)
    if profile is None or profile.guest == found[0].guest:
        return found
    await profiled(world, who, profile)
    return await world.store.read(lambda tx: _known(tx, who)) or found


def _known(tx: Tx, who: Who) -> tuple[Account, Person] | None:
    account = tx.people.account(who.platform, who.workspace, who.user)
    person = tx.people.get(account.person) if account else None
    return (account, person) if account and person else None


def _meet(
    tx: Tx, who: Who, profile: Profile, policy: Policy, ids: tuple[int, int, int], *, unknown: bool
) -> tuple[Account, Person]:
    if found := _known(tx, who):
        return found
    workspace = workspace_of(tx, who.platform, who.workspace)
    team = workspace.circle is Circle.TEAM and not profile.guest
    handle = _free_handle(tx, profile.handle or profile.name or who.user)
    alone = tx.people.count() == 0
    person = Person(
        id=PersonId(ids[0]),
        handle=handle,
        name=profile.name or handle,
        circle=Circle.TEAM if team else Circle.COMMUNITY,
        title=profile.title,
        zone=profile.zone,
        language=profile.language,
        roles=frozenset() if unknown else _roles(policy, handle, profile, team, alone),
        home=PlaceId(ids[2]),
        picture=profile.picture,
    )
    account = Account(AccountId(ids[1]), person.id, who.platform, who.workspace, who.user, guest=profile.guest)
    try:
        tx.people.add(person)
    except HandleTaken:
        # By somebody who is being met at the same moment, and can be seen from now on.
        return _meet(tx, who, profile, policy, ids, unknown=unknown)
    tx.people.add_account(account)
    home = Place(
        id=PlaceId(ids[2]),
        platform=who.platform,
        workspace=who.workspace,
        key=who.user,
        kind=PlaceKind.DIRECT,
        name=person.name,
        circle=workspace.circle,
        private=True,
        account=account.id,
    )
    tx.places.add(home)
    return account, person


def _roles(policy: Policy, handle: str, profile: Profile, team: bool, alone: bool) -> frozenset[Role]:
    """Those that somebody begins with. `alone`: nobody of the team is known yet."""
    roles = {Role.ADMIN} if fold(handle) in policy.admins else set()
    if team and not policy.admins and (profile.admin or alone):
        roles.add(Role.ADMIN)
    if fold(handle) in policy.announcers:
        roles.add(Role.ANNOUNCER)
    return frozenset(roles)


def _begun(person: Person, profile: Profile, policy: Policy, alone: bool) -> Person:
    """Of whom nothing was told before begins only now."""
    if person.picture or person.zone or person.title:
        return person
    roles = person.roles | _roles(policy, person.handle, profile, True, alone)
    title, zone, language = name_of(profile.title), profile.zone, person.language or profile.language
    return replace(person, title=title, zone=zone, language=language, roles=roles)


def name_of(told: str) -> str:
    """What a platform calls somebody or something, in one line, without what only disturbs reading."""
    return " ".join(clean(told, 4 * LONGEST_NAME).split())[:LONGEST_NAME]


def handle_of(name: str) -> str:
    """A name people can type after @: "Ana Kovač" is ana.kovač. "" when nothing of it can be typed."""
    words = regex.findall(r"[\p{L}\p{M}\p{N}_]+", name.lower())
    return ".".join(words)[:LONGEST_HANDLE].strip(".")


def _free_handle(tx: Tx, wanted: str) -> str:
    base = handle_of(wanted) or "someone"
    names = [base, *(f"{base}{n}" for n in range(2, NUMBERED_HANDLES))]
    taken = tx.people.by_handles([fold(name) for name in names[:50]])
    for name in names:
        if fold(name) not in taken and tx.people.by_handle(fold(name)) is None:
            return name
    raise HandleTaken(handle=base)


def workspace_of(tx: Tx, platform: str, key: str) -> Workspace:
    """The workspace, connected when new."""
    return tx.places.workspace(platform, key) or tx.places.add_workspace(platform, key)


def _place(tx: Tx, where: Where) -> Place | None:
    return tx.places.at(where.platform, where.workspace, where.key, where.kind is PlaceKind.DIRECT)


def _settle_place(tx: Tx, where: Where, id: PlaceId) -> Place:
    if found := _place(tx, where):
        told = replace(found, name=where.name or found.name, private=found.private or where.private)
        if told != found:
            tx.places.save(told)
        return told
    circle = workspace_of(tx, where.platform, where.workspace).circle
    place = Place(id, where.platform, where.workspace, where.key, where.kind, where.name, circle, where.private)
    tx.places.add(place)
    return place
