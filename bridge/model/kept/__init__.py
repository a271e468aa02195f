"""What is kept, as the services see it: the store's protocols, one small one a noun. Implemented by bridge/store.

Laws of all of them. A `Tx` lives inside one `store.write` or `store.read` closure; the closure is synchronous, runs
whole in one transaction and may run again after a lost connection or a conflict, so ids, the time and randomness are
made outside and given in. Everything returned is a frozen value of the model; every time is aware and UTC. What is
not there is None or empty, never an error, unless said otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from bridge.model.kept.attempts import Attempt, Gathered, Result
from bridge.model.kept.backlog import Backlog
from bridge.model.kept.memory import Line, Lines, Memory
from bridge.model.kept.outbox import Candidate, Digest, DigestFor, Outbox, Reach, Trace
from bridge.model.kept.people import Connected, Follows, People, Places, Plan, Schedules, Tags
from bridge.model.kept.posts import Posts, ShareRequest, Shares, Stream
from bridge.model.kept.sources import Sieve, Sieves, Sources, Tally

T = TypeVar("T")

__all__ = [
    "Attempt",
    "Backlog",
    "Candidate",
    "Connected",
    "Digest",
    "DigestFor",
    "Follows",
    "Gathered",
    "Line",
    "Lines",
    "Memory",
    "Outbox",
    "People",
    "Places",
    "Plan",
    "Posts",
    "Reach",
    "Result",
    "Schedules",
    "ShareRequest",
    "Shares",
    "Sieve",
    "Sieves",
    "Sources",
    "Store",
    "Stream",
    "Tags",
    "Tally",
    "Trace",
    "Tx",
]


class Tx(Protocol):
    """Everything, inside one transaction."""

    people: People
    places: Places
    posts: Posts
    tags: Tags
    follows: Follows
    schedules: Schedules
    outbox: Outbox
    shares: Shares
    lines: Lines
    memory: Memory
    sources: Sources
    sieves: Sieves


class Store(Protocol):
    async def write(self, fn: Callable[[Tx], T]) -> T:
        """Runs `fn` in one transaction and returns when it is committed. May run `fn` again: see above."""
        ...

    async def read(self, fn: Callable[[Tx], T]) -> T:
        """Runs `fn`, which may change nothing. On PostgreSQL each of its statements sees what is committed by then."""
        ...

    async def spacious(self) -> bool:
        """Whether there is room for what is new; if not, only for what goes out, and for forgetting what is old."""
        ...

    async def close(self) -> None: ...
