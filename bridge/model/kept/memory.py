"""Small things as kept: ordinary lines, events, secrets, leases, media.

See `bridge.model.kept` for the laws.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bridge.model.ids import AccountId, PlaceId


@dataclass(frozen=True, slots=True)
class Line:
    """An ordinary line of a place, as the Log keeps it. `thread`: the id of the line or card it stands under."""

    id: int
    place: PlaceId
    account: AccountId
    name: str
    text: str
    at: datetime
    thread: str | None = None
    reactions: tuple[tuple[str, int], ...] = ()


class Lines(Protocol):
    def add(self, line: Line) -> None: ...

    def get(self, id: int) -> Line | None: ...

    def of(self, place: PlaceId, after: int | None, before: int | None, limit: int) -> list[Line]:
        """Oldest first; with `before` or nothing given the newest `limit`."""
        ...

    def change(self, id: int, text: str) -> bool: ...

    def remove(self, id: int) -> bool: ...

    def react(self, message: str, place: PlaceId, account: AccountId, emoji: str, on: bool) -> bool:
        """Adds or takes away; `message` may be a line's id or a card's message id. False when nothing changed."""
        ...

    def reactions(self, place: PlaceId, messages: Collection[str]) -> dict[str, list[tuple[str, int]]]:
        """message -> [(emoji, how many)], most first."""
        ...


class Memory(Protocol):
    """Small things: the inbox of events, the vault, leases, media and answers to requests."""

    def once(self, key: str, at: datetime) -> bool:
        """Remembers an event; False when it was known."""
        ...

    def known(self, key: str) -> bool:
        """Whether an event is remembered."""
        ...

    def forget_events(self, before: datetime) -> int: ...

    def remember(self, namespace: str, key: str, payload: bytes, at: datetime, until: datetime) -> bool:
        """Keeps an event that came `at` (its payload encrypted) until it is done with; whoever remembers it has it
        until then. False when it is known already, done with or not."""
        ...

    def take_remembered(
        self, namespace: str, now: datetime, until: datetime, limit: int
    ) -> list[tuple[str, bytes, int]]:
        """(key, encrypted payload, how often it was begun) of those not done with that nobody has now, oldest first.
        Whoever takes them has them until then: no two ever take the same at once."""
        ...

    def renew_remembered(self, namespace: str, held: Mapping[str, datetime], until: datetime) -> set[str]:
        """Whoever has these has them until then: those that no other has by now. `held`: until when it had each, by
        key."""
        ...

    def begin_remembered(self, namespace: str, key: str, held: datetime, until: datetime) -> int | None:
        """Work on one begins, and is counted: how often it was begun before. None where it is done with, or another
        has it by now."""
        ...

    def done_with(self, namespace: str, key: str, at: datetime) -> None:
        """Forgets the payload; the key stays known. Nothing happens when it is unknown or done with already."""
        ...

    def forget_done(self, before: datetime) -> int:
        """Forgets the keys of what was done with before; how many."""
        ...

    def secret(self, namespace: str, key: str) -> tuple[bytes, int] | None:
        """(encrypted value, version)."""
        ...

    def put_secret(self, namespace: str, key: str, value: bytes | None, version: int) -> bool:
        """Compare-and-set: `version` 0 makes it, else it must be the kept one; None removes. False when it is not."""
        ...

    def clock(self) -> datetime:
        """What time it is for the database."""
        ...

    def lease(self, name: str, owner: str, seconds: float) -> int | None:
        """Takes or renews a lease for so long by the database's clock; its epoch, or None while another holds it."""
        ...

    def release(self, name: str, owner: str) -> None: ...

    def attend(self, role: str, owner: str, seconds: float) -> Mapping[str, int]:
        """A process lives, for so long by the database's clock; how many live now, by role."""
        ...

    def leave(self, owner: str) -> None:
        """It ends."""
        ...

    def attending(self) -> Mapping[str, int]:
        """How many processes live now, by role."""
        ...

    def media(self, digest: str) -> bytes | None: ...

    def put_media(self, digest: str, data: bytes, at: datetime) -> None:
        """Once by content; putting it again only notes that it is used at that time."""
        ...

    def forget_media(self, before: datetime) -> int:
        """Bytes that nothing used since; how many files."""
        ...
