"""One look at a source: what it answers, what of that is new or changed or gone, and pictures; kept by yielding.py."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bridge.model import text as t
from bridge.model.compose.outside import outside_text
from bridge.model.errors import SourceFailure, SourceSlow, StoreError
from bridge.model.ids import PostId, lowest_id
from bridge.model.source import Look, SourceItem, Watch
from bridge.services.outside.fetching import pictures_of
from bridge.services.outside.troubled import failed
from bridge.services.outside.yielding import Arrival, Collected, Yield, keep
from bridge.services.sieves import changed
from bridge.services.sifting import facts_of_item
from bridge.services.world import World

log = logging.getLogger(__name__)

WITHIN = 60.0
"""Seconds for a look, its pictures left out."""
MOST = 200
"""Items of one look."""
OLDEST = timedelta(days=365)
_LOW = (1 << 22) - 1


async def look_at(world: World, watch: Watch) -> Collected:
    """Looks once, and keeps what came of it. `watch` as it was taken on. Raises StoreError."""
    try:
        done = await _kept(world, watch)
    except SourceFailure as failure:
        world.meter.looked("failed")
        await failed(world, watch, failure)
        return Collected()
    world.meter.looked("new" if done.new else "nothing")
    world.meter.came(done.new)
    if done.filters:
        await changed(world)
    if done.any:
        world.wake()
    return done


async def _kept(world: World, watch: Watch) -> Collected:
    """Raises StoreError, and for whatever else goes wrong SourceFailure: a mistake of ours in reading or keeping it is
    a reason to look at it less and less often, too, and to tell whoever brought it."""
    try:
        look, came = await _brought(world, watch)
        gone = [hashed(id) for id in look.gone]
        found = Yield(watch, look, came, gone, world.now(), world.random.random(), world.nonce())
        return await world.store.write(lambda tx: keep(tx, world, found))
    except (SourceFailure, StoreError):
        raise
    except Exception as error:
        log.exception("what %s has could not be taken in, by a mistake of ours", watch.name)
        raise SourceFailure() from error


async def _brought(world: World, watch: Watch) -> tuple[Look, Sequence[Arrival]]:
    """Raises SourceFailure, StoreError."""
    look = await _looked(world, watch)
    if not look.items:
        return look, []
    came = await asyncio.to_thread(_arrivals, world, watch, look)  # long texts take long
    if watch.looked_at is None:  # what a first look finds goes nowhere by itself
        return look, came
    new = await _unknown(world, watch, came)
    came = await asyncio.to_thread(_for_filters, came, new)
    return look, await pictures_of(world, watch, came, new)


async def _looked(world: World, watch: Watch) -> Look:
    """Raises SourceFailure."""
    reader = world.source(watch.adapter)
    if reader is None:
        raise SourceFailure()
    try:
        async with asyncio.timeout(WITHIN):
            return await reader.look(watch.key, watch.state)
    except TimeoutError as late:
        raise SourceSlow(host=watch.name) from late


def _arrivals(world: World, watch: Watch, look: Look) -> list[Arrival]:
    """One for each id, the last one where it came twice. Those of a first look bear the time at which they were
    published, so that they are as old here as they are there; where that is not said, they are as old as the source is
    here, and so older than any follow of it."""
    first, now = watch.looked_at is None, world.now()
    items = list({item.id: item for item in look.items[-MOST:]}.values())
    found, low = [], world.ids.new() & _LOW
    for number, item in enumerate(items):
        text = outside_text(item)
        if not text and not item.media:
            continue
        at = item.at if item.at is not None and item.at < now else watch.created_at
        id = PostId(_as_of(at, now, low + number) if first else world.ids.new())
        found.append(Arrival(item, hashed(item.id), _sign(item), text, id))
    return found


def _for_filters(arrivals: Sequence[Arrival], new: Collection[str]) -> list[Arrival]:
    return [replace(one, facts=facts_of_item(one.item)) if one.key in new else one for one in arrivals]


def _as_of(at: datetime, now: datetime, low: int) -> int:
    """An id of that time. What is older than OLDEST is so old for each look by itself, since there are no ids from
    before there were any."""
    return lowest_id(max(at, now - OLDEST)) | low & _LOW


async def _unknown(world: World, watch: Watch, arrivals: Sequence[Arrival]) -> set[str]:
    """Keys of those that did not come before."""
    known = await world.store.read(lambda tx: tx.sources.known(watch.id, [one.key for one in arrivals]))
    return {one.key for one in arrivals} - known.keys()


def hashed(words: str) -> str:
    """An item's name, short and of one length."""
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _sign(item: SourceItem) -> str:
    """Without the address: whoever gives new names to all may give new addresses too."""
    cited = item.cited.author + t.plain(item.cited.text) if item.cited else ""
    return hashed("\n".join((t.plain(item.text), item.warning, cited)))
