"""Sources and sieves as kept. See `bridge.model.kept` for the laws."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bridge.model.ids import PersonId, PostId, SieveId, SubjectId, SubscriberId
from bridge.model.post import Post
from bridge.model.source import Known, Watch


@dataclass(frozen=True, slots=True)
class Sieve:
    """`subject`: what it filters; None for a tracked phrase. `words`: as typed, in their one spelling."""

    id: SieveId
    words: str
    subject: SubjectId | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many sources are followed and well, can't be read just now but are tried again, and rest; those
    that moved onto another one left out."""

    ok: int = 0
    failing: int = 0
    resting: int = 0


class Sources(Protocol):
    """The author that stands for a source is kept with it: its name is the author's handle, its title their name."""

    def add(self, watch: Watch) -> Watch:
        """Keeps a new one, or gives back the one that `at` finds. Its name may get a number behind it,
        where it is taken."""
        ...

    def get(self, id: PersonId) -> Watch | None: ...

    def at(self, adapter: str, key: str) -> Watch | None:
        """The one of that key, else of another spelling of it."""
        ...

    def named(self, name: str) -> Watch | None:
        """By its name, in any case."""
        ...

    def behind(self, address: str) -> list[Watch]:
        """Those in use that have this address, or belong to this page, with or without encryption and a slash at the
        end; by name."""
        ...

    def starting(self, name: str, limit: int) -> list[Watch]:
        """For completion."""
        ...

    def all(self) -> list[Watch]:
        """By name."""
        ...

    def tally(self) -> Tally: ...

    def of(self, subscriber: SubscriberId) -> list[Watch]:
        """What they follow, by name."""
        ...

    def due(self, now: datetime, until: datetime, limit: int, but: Collection[str] = ()) -> list[Watch]:
        """Takes on those whose time has come, the longest due first: nobody else does before `until`. `but`: hosts that
        are left out."""
        ...

    def give_back(self, ids: Collection[PersonId], now: datetime) -> None:
        """Taken on in this transaction, but not wanted: they are due as before."""
        ...

    def looked(self, watch: Watch) -> bool:
        """Writes everything but the name, by whom and since when. False, and nothing written, where somebody has taken
        it on since."""
        ...

    def wake(self, id: PersonId, at: datetime) -> None:
        """It is looked at then, whatever it rested for, and counts as failing no more."""
        ...

    def attend(self, id: PersonId, now: datetime) -> None:
        """Somebody is about to follow it: it is looked at, unless it rests. Before anything else of the follow, so that
        it is not let go meanwhile."""
        ...

    def rest(self, id: PersonId, why: str) -> None:
        """It is not looked at any more."""
        ...

    def known(self, id: PersonId, keys: Collection[str]) -> dict[str, Known]:
        """By key, those that came before."""
        ...

    def signed(self, id: PersonId, signs: Collection[str]) -> dict[str, Known]:
        """By sign."""
        ...

    def keep(self, id: PersonId, items: Sequence[Known]) -> None:
        """Adds them, or writes over those with the same keys."""
        ...

    def abouts(self, posts: Collection[PostId]) -> dict[PostId, str]:
        """What is kept of them beside the posts, by post."""
        ...

    def was_late(self, source: PersonId, post: PostId) -> bool:
        """Whether it went to the digest since there was too much at once."""
        ...

    def forget(self, id: PersonId) -> bool:
        """Where nobody follows it, it is looked at no more, and what comes meanwhile will be nobody's news: the next
        look counts as its first. False where somebody does."""
        ...


class Sieves(Protocol):
    def put(self, sieve: Sieve) -> None: ...

    def remove(self, id: SieveId) -> None:
        """With what it let through."""
        ...

    def get(self, id: SieveId) -> Sieve | None: ...

    def phrase(self, words: str) -> Sieve | None:
        """The tracked phrase of exactly these words."""
        ...

    def all(self) -> list[Sieve]:
        """Those that a follow goes by."""
        ...

    def version(self) -> int:
        """Grows with every change of them. Asked for before `all`, it tells how new that is at least."""
        ...

    def catch(self, post: PostId, sieves: Collection[SieveId]) -> None:
        """They let it through; those that are gone by now are left out. Idempotent."""
        ...

    def caught(self, post: Post) -> list[SieveId]:
        """Those that let it through."""
        ...
