"""What adapters can do and what they are given. Each protocol states its law; the store's are in kept.py.

An adapter is a folder under bridge/adapters. What it can do is which of the small protocols of the first half it
satisfies; what it may use is `Given`. It never sees the store, a service or another adapter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from bridge.model.card import Card, Limits
from bridge.model.clock import Clock
from bridge.model.command import Call, Reply, Suggestion, Where, Who
from bridge.model.ids import AccountId, DeliveryId, Ids
from bridge.model.inbound import Inbound
from bridge.model.kept import Line
from bridge.model.person import Profile
from bridge.model.place import Members, Place
from bridge.model.say import Words


@dataclass(frozen=True, slots=True)
class Key:
    """Names an attempt, so that a platform can recognise it. `nonce`: at most 25 characters, equal in every attempt
    of one delivery. `first_tried`: when the first attempt was made."""

    delivery: DeliveryId
    nonce: str
    first_tried: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """`message`: the platform's id of it. `free`: the earliest moment for the next request to this place, as far as
    the platform told; None lets the pacer decide."""

    message: str
    free: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `bridge check`. `ok` None: worth knowing, nothing to mend. `fix`: what to do, when not ok."""

    ok: bool | None
    name: str
    detail: str
    fix: str = ""


@runtime_checkable
class Adapter(Protocol):
    """Every adapter has these. `prefix`: how a verb is called there, with `{}` for it.

    `start` returns when it listens (or raises a BridgeError); `stop` takes no new work and returns when what was
    begun is finished, within five seconds.
    """

    platform: str
    prefix: str

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


@runtime_checkable
class Sender(Protocol):
    """Makes a message stand in a place, changes it, takes it away. Called by the courier only.

    One request at a time for each place. Raises SendFailure and nothing else; never retries a request by itself;
    never sleeps longer than 30 s. Deleting what is gone is a success.
    """

    limits: Limits

    async def send(self, place: Place, card: Card, key: Key) -> Sent: ...

    async def update(self, place: Place, message: str, card: Card) -> Sent: ...

    async def delete(self, place: Place, message: str) -> None: ...


@runtime_checkable
class Finder(Protocol):
    """Looks for a delivery's message in its place. None means: certainly not there, all pages read.

    Raises SendFailure where it could not look.
    """

    async def find(self, place: Place, key: Key) -> str | None: ...


@runtime_checkable
class Directory(Protocol):
    """What the platform knows about its users and places."""

    async def profile(self, who: Who) -> Profile | None: ...

    async def members(self, place: Place) -> Members:
        """Who can read it now. Unknown is an answer; it may be remembered for a minute."""
        ...

    def permalink(self, place: Place, message: str) -> str | None: ...

    def locate(self, link: str) -> tuple[Where, str] | None:
        """Place and message id of a link into this platform; None for any other link."""
        ...


@runtime_checkable
class Home(Protocol):
    """A personal page that the platform shows; called when something on it changed."""

    async def refresh(self, who: Who, card: Card) -> None: ...


@runtime_checkable
class Checks(Protocol):
    async def findings(self) -> list[Finding]: ...


class Intake(Protocol):
    """Where everything that people do goes in. Never raises for bad input: that is a Reply with a sentence."""

    async def dispatch(self, call: Call) -> Reply: ...

    async def complete(self, who: Who, where: Where, typed: str, prefix: str) -> Sequence[Suggestion]:
        """At most 25 completions of the last word of a line that begins with a verb (no prefix)."""
        ...

    async def hear(self, event: Inbound) -> Reply | None:
        """The reply, if any, is for the one who did it, privately. An event heard twice counts once (its key)."""
        ...


class Vault(Protocol):
    """Encrypted, namespaced key-value memory. An adapter's namespace is its own."""

    async def get(self, key: str) -> tuple[bytes, int] | None:
        """(value, version)."""
        ...

    async def put(self, key: str, value: bytes | None, version: int) -> bool:
        """Compare-and-set on the version (0: must be new); None removes. False: somebody was faster."""
        ...


class Leases(Protocol):
    """For what must be single over all processes."""

    async def take(self, name: str, seconds: float) -> int | None:
        """Takes or renews; the fencing epoch, or None while another holds it."""
        ...

    async def release(self, name: str) -> None: ...


class Media(Protocol):
    """Bytes, kept once by content."""

    async def get(self, digest: str) -> bytes | None: ...

    def url(self, digest: str, name: str, mime: str) -> str:
        """A signed path that expires, relative to the web server's root."""
        ...


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message that stands in a place because the courier sent it."""

    message: str
    card: Card
    kind: str
    at: datetime
    post: str | None


class Shown(Protocol):
    """What was delivered to a place, composed as it should stand now."""

    async def messages(
        self, place: Place, after: str | None = None, before: str | None = None, limit: int = 50
    ) -> list[ShownMessage]:
        """Oldest first, by message id as text (so pad numbers); with `before` or nothing given the newest `limit`."""
        ...

    async def message(self, place: Place, message: str) -> ShownMessage | None: ...


class Log(Protocol):
    """Ordinary lines of a place, for a platform that has no store of its own."""

    async def place(self, where: Where) -> Place:
        """The kept place, made when new."""
        ...

    async def channels(self, platform: str, workspace: str) -> list[Place]: ...

    async def account(self, who: Who) -> AccountId:
        """The kept account, its Person made when new (never adopting an existing Person)."""
        ...

    async def add(self, place: Place, who: Who, text: str, thread: str | None = None) -> Line: ...

    async def lines(
        self, place: Place, after: int | None = None, before: int | None = None, limit: int = 50
    ) -> list[Line]: ...

    async def line(self, id: int) -> Line | None: ...

    async def change(self, id: int, text: str) -> bool: ...

    async def remove(self, id: int) -> bool: ...

    async def react(self, place: Place, message: str, who: Who, emoji: str, on: bool) -> bool: ...

    async def reactions(self, place: Place, messages: Sequence[str]) -> dict[str, list[tuple[str, int]]]: ...


class Meter(Protocol):
    """Counts for /metrics."""

    def published(self) -> None: ...

    def delivered(self, platform: str, outcome: str) -> None: ...

    def waiting(self, count: int, oldest_seconds: float) -> None: ...

    def digest_late(self, seconds: float) -> None: ...

    def tick_lag(self, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Given:
    """What an adapter is built with."""

    intake: Intake
    vault: Vault
    leases: Leases
    media: Media
    shown: Shown
    log: Log
    clock: Clock
    ids: Ids
    words: Callable[[str], Words]
