"""Reading a list page by page, from its top down to what is known."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bridge.adapters.bluesky.shape import Table, rows, words
from bridge.adapters.bluesky.trail import LIMIT_CURSOR, Entry, Trail
from bridge.adapters.bluesky.xrpc import Answer, Server
from bridge.model.errors import SourceFailure, SourceMissing, SourceStrange, SourceThrottled

PAGES = 5
"""Pages of one list that one look reads."""
FIRST = 20
"""Entries of a first look."""
PAGE = 50
"""Entries of a page of any other: so many recent ones are seen to change and to go. A server gives up to 100
(getAuthorFeed.json, listRecords.json); these are read at one go, and so should be few."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One list of one account. `rows`: where an answer has its entries. `read`: from one of them; must not fail.
    `budget`: characters of state for what is known of it."""

    server: Server
    method: str
    parameters: Mapping[str, str | int]
    rows: str
    read: Callable[[object], Entry | None]
    budget: int


@dataclass(frozen=True, slots=True)
class Walked:
    """`news`: newest first, changed ones as well. `gone`: names. `raw`: the first page as it came, () for none.
    `ended`: nothing comes after what was read. `nothing`: the server said that nothing happened."""

    trail: Trail
    news: tuple[Entry, ...] = ()
    gone: tuple[str, ...] = ()
    raw: tuple[object, ...] = ()
    ended: bool = False
    more: bool = False
    nothing: bool = False
    wait: float | None = None


async def begin(listing: Listing) -> Walked:
    """The newest entries of a list that nothing is known of; its trail is up to the caller (`Trail.begun`), who says
    how many of them are told. Raises SourceFailure."""
    answer = await listing.server.ask(listing.method, {**listing.parameters, "limit": FIRST})
    body = answer.body or {}
    entries, cursor = await _entries(listing, body), _cursor(listing, body)
    return Walked(Trail(), entries, raw=tuple(rows(body.get(listing.rows))), ended=not cursor, wait=answer.wait)


async def walk(listing: Listing, trail: Trail) -> Walked:
    """What happened since. Where a page beyond the first can't be had, the look ends there and the next one goes on.
    Raises SourceFailure where not even one page could be read."""
    done = Walked(trail)
    for number in range(PAGES):
        try:
            done = await _further(listing, done)
        except SourceFailure as failure:
            if number == 0:
                raise
            wait = failure.seconds if isinstance(failure, SourceThrottled) else done.wait
            return replace(done, more=True, wait=wait)
        if not done.more or done.wait is not None:
            return done
    return done


async def _further(listing: Listing, before: Walked) -> Walked:
    trail = before.trail
    try:
        answer = await _page(listing, trail)
    except SourceMissing:
        if not trail.cursor:
            raise
        # The list may be there, and only the cursor be unknown by now: from its top, once.
        trail = replace(trail, cursor="", ahead={}, ahead_floor="", full=False)
        answer = await _page(listing, trail)
    body = answer.body
    if body is None:
        return replace(before, nothing=True, wait=answer.wait)
    entries = await _entries(listing, body)
    taken = trail.take(entries, _cursor(listing, body), listing.budget, short=len(entries) < PAGE)
    tag = answer.tag if taken.done and not trail.cursor else ""
    return Walked(
        replace(taken.trail, tag=tag),
        before.news + taken.news,
        before.gone + taken.gone,
        before.raw or tuple(rows(body.get(listing.rows))),
        ended=not _cursor(listing, body),
        more=not taken.done,
        wait=answer.wait,
    )


async def _page(listing: Listing, trail: Trail) -> Answer:
    asked: dict[str, str | int] = {**listing.parameters, "limit": PAGE}
    if trail.cursor:
        return await listing.server.ask(listing.method, {**asked, "cursor": trail.cursor})
    return await listing.server.ask(listing.method, asked, trail.tag)


async def _entries(listing: Listing, body: Table) -> tuple[Entry, ...]:
    """At most as many as were asked for, whatever came; others have a turn after each."""
    found = body.get(listing.rows)
    if not isinstance(found, list):
        raise SourceStrange(host=listing.server.host)
    entries = []
    for each in found[:PAGE]:
        if entry := listing.read(each):
            entries.append(entry)
        await asyncio.sleep(0)
    return tuple(entries)


def _cursor(listing: Listing, body: Table) -> str:
    cursor = words(body.get("cursor"))
    if len(cursor) > LIMIT_CURSOR or not (cursor.isascii() and cursor.isprintable()):
        raise SourceStrange(host=listing.server.host)
    return cursor
