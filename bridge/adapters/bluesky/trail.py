"""What is known of a list that grows at its top, and what one more page of it means. Pure: nothing is asked here.

    page -> Trail.take -> news, changes, gone; the Trail for the next page or the next look

A list stands newest first, in the order of its entries' places. Mostly it grows at the top, sometimes in between, and
anything may vanish or change. The promise: whatever comes to stand above `floor` is told once, however many come
between two looks and however few stand on a page; below it everything counts as old. One look reads a few pages; where
they do not reach what is known, the cursor is kept and the next look goes on there. What comes on top meanwhile waits.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bridge.adapters.bluesky.shape import Table, table, words
from bridge.model.source import SourceItem

HIDDEN = "!"
"""The mark of an entry that may not be shown."""
LIMIT_CURSOR = 200
LIMIT_TAG = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list. `name`: its own among all, without blanks and slashes. `mark`: other when it was changed.
    `place`: what the list is sorted by, comparable as a string; "" where nobody knows. `later`: stands on top before
    its time, so that nothing about newer ones follows from it. `item` None: may not be shown."""

    name: str
    mark: str
    place: str
    item: SourceItem | None
    later: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What a page brought. `news`: in the order of the list, changed ones as well. `gone`: names. `done`: the look
    reached what was known; otherwise the trail says where to go on."""

    trail: Trail
    news: tuple[Entry, ...]
    gone: tuple[str, ...]
    done: bool


@dataclass(frozen=True, slots=True)
class Trail:
    """`known`: name -> mark of the newest entries, in the order of the list. `floor`: a place; unknown entries at it or
    below it are old; "" where nothing is. `tag`: the ETag of the first page, where that one told everything.

    While a look goes on beyond its pages: `cursor`: where; `known`: those that were not met yet; `ahead`,
    `ahead_floor`: the next `known` and `floor`, as far as they were read; `full`: no more goes into it.
    """

    known: Mapping[str, str] = field(default_factory=dict)
    floor: str = ""
    tag: str = ""
    cursor: str = ""
    ahead: Mapping[str, str] = field(default_factory=dict)
    ahead_floor: str = ""
    full: bool = False

    @staticmethod
    def begun(entries: Sequence[Entry], told: int, ended: bool, budget: int) -> Trail:
        """After the first page of a list, of which the newest `told` were told. `ended`: nothing comes after it."""
        trail = Trail()._filled(entries[:told], budget)
        if len(trail.ahead) == len(entries) and ended:
            return Trail(trail.ahead)
        old = next((entry.place for entry in entries[told:] if not entry.later), "")
        return Trail(trail.ahead, trail.ahead_floor or old)

    def take(self, page: Sequence[Entry], cursor: str, budget: int, short: bool = False) -> Taken:
        """`cursor`: where the page after this one begins, "" for none. `budget`: characters for `known`. `short`: the
        page has less than was asked for, so that nothing may come after it in spite of its cursor; whether known ones
        are missing at the end is then seen by going on."""
        fresh = [entry for entry in _once(page) if entry.name not in self.ahead]
        last = max((number for number, entry in enumerate(fresh) if entry.name in self.known), default=-1)
        news, gone = [], []
        kept: list[Entry] = []
        for number, entry in enumerate(fresh):
            known = self.known.get(entry.name)
            if known is None and number > last and entry.place <= self.floor != "":
                continue
            kept.append(entry)
            if entry.mark == known:
                continue
            if entry.item is not None:
                news.append(entry)
            elif known is not None:
                gone.append(entry.name)
        trail = self._filled(kept, budget)
        bottom = not cursor or _is_below(fresh, self.floor)
        met = any(entry.name in self.known and not entry.later for entry in fresh)
        seen = {entry.name for entry in fresh}
        unseen, left = self._unseen(seen, bottom)
        if not bottom and cursor != self.cursor and (not met or (short and left)):
            awaited = {name: mark for name, mark in self.known.items() if name not in seen}
            return Taken(replace(trail, known=awaited, cursor=cursor, tag=""), tuple(news), tuple(gone), False)
        return Taken(trail._closed(self, left, budget), tuple(news), (*gone, *unseen), True)

    def _unseen(self, seen: set[str], bottom: bool) -> tuple[list[str], dict[str, str]]:
        """The known ones that should have been met and were not; those that stand below what was read."""
        names = list(self.known)
        met = [number for number, name in enumerate(names) if name in seen]
        end = len(names) if bottom else max(met, default=-1) + 1
        gone = [name for name in names[:end] if name not in seen]
        return [name for name in gone if self.known[name] != HIDDEN], {name: self.known[name] for name in names[end:]}

    def _filled(self, entries: Sequence[Entry], budget: int) -> Trail:
        ahead, floor, full, size = dict(self.ahead), self.ahead_floor, self.full, _size(self.ahead)
        for entry in entries:
            size += len(entry.name) + len(entry.mark) + 2
            if full or size > budget:
                full = True
                break
            ahead[entry.name] = entry.mark
            floor = floor if entry.later else entry.place or floor
        return replace(self, ahead=ahead, ahead_floor=floor, full=full)

    def _closed(self, before: Trail, left: Mapping[str, str], budget: int) -> Trail:
        """The list read down to what was known `before`; of that, `left` stands below."""
        if self.full or _size(self.ahead) + _size(left) > budget:
            # What stands below the floor could not be told from what is gone.
            return Trail(self.ahead, max(self.ahead_floor, before.floor))
        return Trail({**self.ahead, **left}, before.floor)

    def to_data(self) -> Table:
        """For JSON: short keys, what is empty left out."""
        told = {
            "k": _written(self.known), "f": self.floor, "t": self.tag if len(self.tag) <= LIMIT_TAG else "",
            "c": self.cursor, "a": _written(self.ahead), "b": self.ahead_floor, "x": "x" * self.full,
        }  # fmt: skip
        if not self.cursor:
            told |= {"a": "", "b": "", "x": ""}
        return {key: value for key, value in told.items() if value}

    @staticmethod
    def from_data(data: object) -> Trail:
        told = {key: words(value) for key, value in table(data).items()}
        return Trail(
            _read(told.get("k", "")), told.get("f", ""), told.get("t", ""), told.get("c", ""),
            _read(told.get("a", "")), told.get("b", ""), bool(told.get("x")),
        )  # fmt: skip


def write_state(trails: Mapping[str, Trail]) -> str:
    """A few trails, by name, as the note for the next look."""
    told = {name: trail.to_data() for name, trail in trails.items()}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def read_state(state: str, names: Sequence[str]) -> dict[str, Trail] | None:
    """The trails of these names; None where the note is of another kind, or there is none."""
    try:
        told = table(json.loads(state))
    except ValueError:
        return None
    return {name: Trail.from_data(told[name]) for name in names} if set(told) == set(names) else None


def _once(page: Sequence[Entry]) -> list[Entry]:
    return list({entry.name: entry for entry in reversed(page)}.values())[::-1]


def _is_below(fresh: Sequence[Entry], floor: str) -> bool:
    """Whether a page ends below the floor; one without places tells nothing."""
    return floor != "" and bool(fresh) and "" != fresh[-1].place <= floor


def _size(names: Mapping[str, str]) -> int:
    return sum(len(name) + len(mark) + 2 for name, mark in names.items())


def _written(names: Mapping[str, str]) -> str:
    return " ".join(f"{name}/{mark}" if mark else name for name, mark in names.items())


def _read(told: str) -> dict[str, str]:
    return {name: mark for name, _, mark in (each.partition("/") for each in told.split())}
