"""What the services count; who counts, and for whom, is not theirs to know. No label is a person, a place or a text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from bridge.model.kept import Backlog, Tally


class Meter(Protocol):
    """Counts for /metrics."""

    def published(self) -> None: ...

    def failed(self) -> None:
        """Something a person asked for ended in an error of ours."""
        ...

    def delivered(self, platform: str, outcome: str) -> None: ...

    def waiting(self, backlog: Backlog, oldest_seconds: float, due_seconds: float) -> None:
        """`oldest_seconds`: of the oldest first send; `due_seconds`: of the place that is due for longest."""
        ...

    def looked(self, outcome: str) -> None:
        """A look at a source ended: `new`, `nothing` or `failed`."""
        ...

    def came(self, items: int) -> None:
        """So many items became updates."""
        ...

    def sources(self, tally: Tally) -> None: ...

    def digest_late(self, seconds: float) -> None: ...

    def digests(self, made: int, empty: int, skipped: int) -> None: ...

    def tick_lag(self, seconds: float) -> None: ...

    def fenced(self, count: int) -> None:
        """Steps that were not made, since another process has their places by now."""
        ...

    def lease_lost(self) -> None:
        """Something that must be single went to another process while this one had it."""
        ...

    def database_failed(self, kind: str) -> None:
        """`kind`: a class of StoreError."""
        ...

    def processes(self, alive: Mapping[str, int], couriers: int) -> None:
        """How many live, by role, and how many of them deliver."""
        ...
