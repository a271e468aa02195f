"""One look at a timeline: what is new, what was edited, what is no more.

The newest page first. Where it reaches back to what was seen, that is all, one request; else everything between is read
by `min_id`, oldest first, so that nothing is missed however much there was. Ids below the newest one that were never
seen count as new too: a status from elsewhere gets an id of the time it was written, not of when it came
(lib/mastodon/snowflake.rb).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bridge.adapters.mastodon.address import AccountKey, Tagged
from bridge.adapters.mastodon.items import may_be_shown
from bridge.adapters.mastodon.read import Account, Status
from bridge.adapters.mastodon.seen import UNLISTED, Seen, mark, order
from bridge.adapters.mastodon.talk import Talk
from bridge.model.errors import SourceFailure, SourceGone

FIRST = 20
"""Statuses of the first look."""
PAGE = 40
"""Statuses: the most that a server gives at once (docs.joinmastodon.org/methods/accounts/#statuses)."""
PAGES = 4
"""Pages read by `min_id` in one look, so at most 200 statuses with the newest page; the rest is for the next one."""
CONFIRMED = 3
"""Statuses asked for one by one in a look, since they are missing."""


@dataclass(frozen=True, slots=True)
class Glance:
    """`statuses`: new or edited ones, lowest id first. `account`: whose they are, as it is now, where that was told."""

    statuses: tuple[Status, ...]
    seen: Seen
    gone: tuple[str, ...] = ()
    unchanged: bool = False
    more: bool = False
    account: Account | None = None


async def first_glance(talk: Talk, source: AccountKey | Tagged) -> Glance:
    """The newest ones. What is older will never be told."""
    page = _sorted((await talk.page(source, FIRST)).statuses or ())
    shown = tuple(filter(may_be_shown, page))
    seen = Seen(floor=page[0].id if page else "")
    seen = seen.with_recent({status.id: mark(status) for status in shown}, [status.id for status in page])
    return Glance(shown, seen, account=await _owner(talk, source, page))


async def next_glance(talk: Talk, source: AccountKey | Tagged, before: Seen) -> Glance:
    """What happened since `before`. Raises SourceGone for an account that was suspended: it is still there, without its
    statuses (app/controllers/api/v1/accounts/statuses_controller.rb)."""
    newest = await talk.page(source, PAGE, etag=before.etag)
    if newest.statuses is None:
        return Glance((), before, unchanged=True)
    page = _sorted(newest.statuses)
    owner = await _owner(talk, source, page)
    if page and order(page[0].id) > order(before.newest):
        between, reached = await _between(talk, source, before.newest, page[0].id)
        if not reached:
            return _told(between, before, owner, more=True)
        page = _sorted((*between, *page))
    listed = {status.id for status in page}
    lowest = page[0].id if len(page) >= PAGE else ""
    missing = [
        id
        for id, told in before.recent.items()
        if id not in listed and not told.startswith(UNLISTED) and order(id) > order(lowest)
    ]
    gone, there = await _confirm(talk, source.host, missing[:CONFIRMED])
    settled = len(missing) == len(gone) + len(there)
    return _told([*page, *there], before, owner, gone, {one.id for one in there}, newest.etag if settled else "")


def _told(
    statuses: Sequence[Status],
    before: Seen,
    owner: Account | None,
    gone: Sequence[str] = (),
    unlisted: set[str] | frozenset[str] = frozenset(),
    etag: str = "",
    more: bool = False,
) -> Glance:
    shown = [
        status
        for status in _sorted(statuses)
        if may_be_shown(status) and (status.id in before.recent or order(status.id) > order(before.floor))
    ]
    changed = tuple(one for one in shown if before.recent.get(one.id, "?").removeprefix(UNLISTED) != mark(one))
    marks = {one.id: (UNLISTED if one.id in unlisted else "") + mark(one) for one in shown}
    recent = {id: told for id, told in {**before.recent, **marks}.items() if id not in gone}
    seen = before.with_recent(recent, [status.id for status in statuses], etag)
    return Glance(changed, seen, tuple(gone), not changed and not gone, more, owner)


async def _between(talk: Talk, source: AccountKey | Tagged, above: str, below: str) -> tuple[list[Status], bool]:
    """Statuses above one id, upwards, until `below` is reached; whether it was. What a failure cuts short is as good as
    it is, unless there is nothing. A short page ends nothing: servers drop what was deleted meanwhile."""
    read: list[Status] = []
    cursor = above or "0"
    for _ in range(PAGES):
        if talk.enough and read:
            return read, False
        try:
            page = (await talk.page(source, PAGE, min_id=cursor)).statuses or ()
        except SourceFailure:
            if read:
                return read, False
            raise
        higher = [status for status in _sorted(page) if order(status.id) > order(cursor)]
        read += higher
        if not higher or order(higher[-1].id) >= order(below):
            return read, True
        cursor = higher[-1].id
    return read, False


async def _confirm(talk: Talk, host: str, missing: Sequence[str]) -> tuple[list[str], list[Status]]:
    """Which of those that are not listed are gone, and those that are there all the same. One that cannot be asked for
    now is neither."""
    gone: list[str] = []
    there: list[Status] = []
    for id in missing:
        if talk.enough:
            break
        try:
            status = await talk.status(host, id)
        except SourceFailure:
            break
        if status is None or not may_be_shown(status):
            gone.append(id)
        elif status.id == id:
            there.append(status)
    return gone, there


async def _owner(talk: Talk, source: AccountKey | Tagged, page: Sequence[Status]) -> Account | None:
    """The account that a source is, from its statuses where there are some."""
    if isinstance(source, Tagged):
        return None
    listed = next((one.account for one in reversed(page) if one.account.id == source.id), None)
    owner = listed or await talk.account(source)
    if owner.suspended:
        raise SourceGone(host=source.host)
    return owner


def _sorted(statuses: Sequence[Status]) -> list[Status]:
    """Lowest id first, each once."""
    return sorted({status.id: status for status in statuses}.values(), key=lambda status: order(status.id))
