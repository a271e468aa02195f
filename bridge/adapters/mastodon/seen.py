"""What a look remembers for the next one: how far it came, and the recent statuses, so that edits and deletions of them
are noticed. Written as JSON into Look.state.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bridge.adapters.mastodon.address import is_id
from bridge.adapters.mastodon.read import Status

KEPT = 40
"""Recent statuses that are followed: as many as one page holds."""
_MARK = 17
"""Digits of an edit's moment, to the millisecond."""
_LONGEST_ETAG = 100


@dataclass(frozen=True, slots=True)
class Seen:
    """`newest`: the highest id that was seen, whatever it was. `floor`: the lowest one of the first look, then of those
    that are followed; what is below it is old. `recent`: the mark of each recent status, by id; a mark that begins with
    UNLISTED belongs to one that is still there, and no longer in the timeline. `etag`: of the newest page, where all of
    it is dealt with."""

    newest: str = ""
    floor: str = ""
    recent: Mapping[str, str] = field(default_factory=dict)
    etag: str = ""

    def with_recent(self, recent: Mapping[str, str], newest: Iterable[str], etag: str = "") -> Seen:
        """After a look. Of more than KEPT the highest stay, and the floor rises to the lowest of them."""
        kept = sorted(recent, key=order)[-KEPT:]
        floor = max(self.floor, kept[0], key=order) if len(kept) < len(recent) else self.floor
        return Seen(
            max((self.newest, *newest), key=order),
            floor,
            {id: recent[id] for id in kept},
            etag if len(etag) <= _LONGEST_ETAG and etag.isascii() and etag.isprintable() else "",
        )


UNLISTED = "~"


def order(id: str) -> tuple[int, str]:
    """To sort ids by: a longer one is higher. They need not be numbers."""
    return len(id), id


def mark(status: Status) -> str:
    """Differs after an edit; of a boost: of what it passes on (`edited_at`, since Mastodon 3.5,
    docs.joinmastodon.org/entities/Status/#edited_at)."""
    edited = (status.boosted or status).edited
    return "".join(filter(str.isascii, filter(str.isdigit, edited)))[:_MARK]


def dump(seen: Seen) -> str:
    """At most 4,000 characters: 40 ids of 64 and their marks."""
    recent = [id if not told else f"{id}:{told}" for id, told in seen.recent.items()]
    return json.dumps([seen.newest, seen.floor, recent, seen.etag], separators=(",", ":"))


def load(state: str) -> Seen | None:
    """None for the first look, and for what this module did not write."""
    try:
        data: object = json.loads(state)
    except (ValueError, RecursionError):
        return None
    match data:
        case [str(newest), str(floor), list(recent), str(etag)]:
            pairs = [entry.partition(":") for entry in recent if isinstance(entry, str)]
            return Seen(newest, floor, {id: told for id, _, told in pairs if is_id(id)}, etag)
        case _:
            return None
