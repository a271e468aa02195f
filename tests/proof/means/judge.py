"""What stands in every place, held against what was acknowledged. Pure: lost, doubled, out of order, not up to date."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

GONE = -1
"""Among an update's revisions: that it stands nowhere."""
_NAMED = re.compile(r"\bu(\d{6})(?:r(\d+))?\b")


@dataclass(slots=True)
class Update:
    """One update as its author knows it; times are monotonic seconds.

    `begun`: before anything of it left their hands; `acknowledged`: when they had read the receipt, None for one whose
    receipt never came: it may stand or not, unless it was `promised`, since the event that brought it was acknowledged.
    `revisions`: what may stand in the end: 0 as first written, 1 after the first edit…, GONE; several where the last
    change was not acknowledged.
    """

    id: int
    topic: int
    begun: float
    acknowledged: float | None = None
    promised: bool = False
    number: int = 0
    revisions: set[int] = field(default_factory=lambda: {0})
    settled: bool = True
    """Whether its last change was acknowledged: else nobody changes it any more."""

    @property
    def acknowledged_at(self) -> float:
        assert self.acknowledged is not None
        return self.acknowledged

    def words(self, revision: int = 0) -> str:
        """What is typed of it; `seen` finds it again."""
        return f"u{self.id:06}{f'r{revision}' if revision else ''} #topic{self.topic}"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as the judge sees it. `kind`: those of one kind are promised the same. `shown`: the texts that stand
    there, oldest first. `in_order`: whether that is promised; a digest has an order of its own."""

    name: str
    kind: str
    topics: frozenset[int]
    shown: Sequence[str]
    in_order: bool = True


@dataclass(slots=True)
class Verdict:
    """Of the places of one kind. `astray`: messages too many or not as they should be, one that is both counted once.
    `details`: a line for each; `wanting`: the updates that are lost or not up to date."""

    shown: int = 0
    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    outdated: int = 0
    astray: int = 0
    details: list[str] = field(default_factory=list)
    wanting: set[int] = field(default_factory=set)

    def add(self, other: Verdict) -> None:
        self.shown, self.lost, self.doubled = (
            self.shown + other.shown,
            self.lost + other.lost,
            self.doubled + other.doubled,
        )
        self.out_of_order += other.out_of_order
        self.outdated += other.outdated
        self.astray += other.astray
        self.details += other.details
        self.wanting |= other.wanting


def seen(text: str) -> list[tuple[int, int]]:
    """The updates in a message, each with its revision."""
    return [(int(id), int(revision or 0)) for id, revision in _NAMED.findall(text)]


def judge(updates: Mapping[int, Update], spots: Iterable[Spot]) -> dict[str, Verdict]:
    """By kind of place. `out of order` counts messages that stand behind one that was begun only after they were
    acknowledged; `outdated`, those that show another revision than their author was last told, or should be gone."""
    found: dict[str, Verdict] = {}
    for spot in spots:
        _look(updates, spot, found.setdefault(spot.kind, Verdict()))
    return found


def _look(updates: Mapping[int, Update], spot: Spot, verdict: Verdict) -> None:
    standing = [one for text in spot.shown for one in dict.fromkeys(seen(text))]
    times = Counter(id for id, _ in standing)
    verdict.shown += len(standing)
    for id, count in times.items():
        if count > 1:
            verdict.doubled += count - 1
            verdict.details.append(f"{spot.name}: u{id:06} stands there {count} times")
    for update in updates.values():
        if update.topic not in spot.topics:
            continue
        owed = update.promised or update.acknowledged is not None
        if owed and GONE not in update.revisions and update.id not in times:
            verdict.lost += 1
            verdict.wanting.add(update.id)
            how = f"acknowledged as ~{update.number}" if update.number else "of an event that was acknowledged"
            verdict.details.append(f"{spot.name}: u{update.id:06} is lost, {how}")
    newest, by, met, wrong = float("-inf"), 0, set[int](), Counter[int]()
    for id, revision in standing:
        update = updates[id]
        if update.topic not in spot.topics:
            verdict.details.append(f"{spot.name}: u{id:06} does not belong there")
            wrong[id] += 1
        elif revision not in update.revisions:
            wrong[id] += 1
            verdict.wanting.add(id)
            verdict.details.append(f"{spot.name}: u{id:06} shows revision {revision}, not {sorted(update.revisions)}")
        if id in met:
            continue  # counted as doubled; that it stands too far down is the same fault
        met.add(id)
        if spot.in_order and update.acknowledged is not None and update.acknowledged < newest:
            verdict.out_of_order += 1
            verdict.details.append(f"{spot.name}: u{id:06} stands behind u{by:06}, which was begun later")
        if update.begun > newest:
            newest, by = update.begun, id
    verdict.outdated += wrong.total()
    verdict.astray += sum(max(count - 1, wrong[id]) for id, count in times.items())
