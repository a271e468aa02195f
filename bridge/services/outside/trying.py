"""Sources as whoever looks after the bridge meets them: tried without keeping anything, and followed in the name of
somebody."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlsplit

from bridge.model.clean import clean, fold
from bridge.model.compose.sources import pace_words
from bridge.model.errors import (
    ChannelUnclear,
    FollowerUnknown,
    SourceFailure,
    SourceInside,
    SourceNotAllowed,
    SourceSlow,
    SourceUnread,
)
from bridge.model.kept import Tx
from bridge.model.person import Person
from bridge.model.place import Circle, Place, Workspace
from bridge.model.rhythm import first_pace
from bridge.model.source import Found, Look
from bridge.model.subscription import Cadence
from bridge.model.text import plain
from bridge.services.circles import full_id, id_among
from bridge.services.follow import Party, follow, party_of
from bridge.services.outside import sources
from bridge.services.outside.looking import WITHIN
from bridge.services.world import World

SHOWN = 3
"""Items of a source that is tried."""
LINE = 100
"""Characters of each."""


async def party_named(world: World, handle: str, channel: str) -> Party:
    """A person, or for them a channel (see `_channel`; "": themselves). Raises FollowerUnknown, ChannelUnclear,
    HereForbidden."""

    def look(tx: Tx) -> tuple[Person | None, Place | None]:
        person = tx.people.by_handle(handle.removeprefix("@"))
        if channel:
            return person, _channel(tx, channel)
        return person, tx.places.get(person.home) if person and person.home else None

    person, place = await world.store.read(look)
    if person is None or person.circle is Circle.OUTSIDE:
        raise FollowerUnknown(typed=handle[:60])
    if place is None:
        raise FollowerUnknown(typed=(channel or handle)[:60])
    return await party_of(world, person, place if channel else None)


def _channel(tx: Tx, typed: str) -> Place | None:
    """By its name, `#team`; where several have it, with its workspace before it, `T0456/#team`, or by its own id there,
    `T0456/C0123`. Raises ChannelUnclear."""
    connected = tx.places.workspaces()
    alike = tx.places.named([_bare(typed)]) or _inside(tx, connected, *typed.rpartition("/")[::2])
    if len(alike) < 2:
        return next(iter(alike), None)
    times = Counter((place.platform, place.workspace) for place in alike)
    which = []
    for one in connected:
        for place in (place for place in alike if (place.platform, place.workspace) == (one.platform, one.key)):
            own = place.key if times[one.platform, one.key] > 1 else f"#{_bare(place.name)}"
            which.append(f"{id_among(one, connected)}/{own} ({one.name})")
    raise ChannelUnclear(typed=typed[:60], choices=", ".join(which))


def _inside(tx: Tx, connected: Sequence[Workspace], where: str, name: str) -> list[Place]:
    """The channels of a workspace that are called so; one whose id it is alone."""
    those = [one for one in connected if where in (one.key, full_id(one))]
    there = [place for one in those for place in tx.places.channels(one.platform, one.key)]
    own = [place for place in there if place.key == name]
    return own or [place for place in there if _bare(place.name) == _bare(name)]


def _bare(name: str) -> str:
    return fold(name.removeprefix("#"))


async def follow_for(world: World, handle: str, channel: str, address: str, cadence: Cadence | None) -> str:
    """Has them follow what the address leads to; its name. `cadence` None: as it is, or digest. Raises FollowerUnknown,
    ChannelUnclear, SourceUnread, SourceElsewhere, NeedsAdmin, SendFailure."""
    party = await party_named(world, handle, channel)
    adapter, [one, *_] = await _found(world, address)
    watch = await sources.added(world, adapter, one, party.person)
    await follow(world, party, sources.subject_of(watch), cadence)
    return watch.name


async def tried(world: World, address: str) -> str:
    """What a follow of it would find, in English lines. Raises SourceUnread, SourceElsewhere."""
    adapter, found = await _found(world, address)
    look = await _look(world, adapter, found[0].key, address)
    times = [item.at for item in look.items if item.at is not None]
    pace = pace_words(first_pace(times), world.words("en"))
    count = "1 item" if len(look.items) == 1 else f"{len(look.items)} items"
    lines = [f"{one.name}: {_line(one.title or one.name)} ({one.address})" for one in found]
    lines.append(f"{count}; it would be looked at {pace}.")
    for item in reversed(look.items[-SHOWN:]):
        lines.append(f"  {f'{item.at:%Y-%m-%d %H:%M}' if item.at else 'no date'}  {_line(plain(item.text))}".rstrip())
    return "\n".join(lines)


async def _found(world: World, address: str) -> tuple[str, Sequence[Found]]:
    try:
        return await sources.found(world, address)
    except SourceUnread as unread:
        why = unread.params.get("why")
        raise _refused(address, why) if isinstance(why, SourceNotAllowed) else unread from unread


async def _look(world: World, adapter: str, key: str, address: str) -> Look:
    source = world.source(adapter)
    assert source is not None, "it has just found it"
    try:
        async with asyncio.timeout(WITHIN):
            return await source.look(key, "")
    except TimeoutError as late:
        raise _refused(address, SourceSlow(host=urlsplit(key).hostname or key)) from late
    except SourceFailure as failure:
        raise _refused(address, failure) from failure


def _refused(address: str, why: SourceFailure) -> SourceUnread:
    """With what to put into bridge.toml, where an administrator may allow it."""
    typed, host = address[:200], str(why.params.get("host") or "")
    if not isinstance(why, SourceNotAllowed) or not host:
        return SourceUnread(typed=typed, why=why)
    port = _port_of(address, host)
    allowed = f"[{host}]{port}" if ":" in host else f"{host}{port}"
    return SourceInside(typed=typed, why=why, host=host, allowed=allowed)


def _port_of(address: str, host: str) -> str:
    """`:8080`, where it is typed behind the host."""
    try:
        read = urlsplit(address if "://" in address else f"//{address}")
        return f":{read.port}" if read.hostname == host and read.port else ""
    except ValueError:
        return ""


def _line(raw: str) -> str:
    return " ".join(clean(raw).split())[:LINE]
