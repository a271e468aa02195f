"""What adapters are given: the ports that the core holds out to them, and `Given`, all of them together.

What adapters can do stands in ports.py.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bridge.model.card import Card
from bridge.model.clock import Clock
from bridge.model.command import Call, Reply, Suggestion, Where, Who
from bridge.model.ids import AccountId, Ids
from bridge.model.inbound import Inbound
from bridge.model.kept import Line
from bridge.model.place import Circle, Place
from bridge.model.policy import Policy
from bridge.model.say import Words
from bridge.model.source import Outside


class Intake(Protocol):
    """Where everything that people do goes in. Never raises for bad input: that is a Reply with a sentence."""

    async def dispatch(self, call: Call) -> Reply: ...

    async def complete(self, who: Who, where: Where, typed: str, prefix: str) -> Sequence[Suggestion]:
        """At most 25 completions of the last word of a line that begins with a verb (no prefix)."""
        ...

    async def hear(self, event: Inbound) -> Reply | None:
        """The reply, if any, is for the one who did it, privately. An event heard twice counts once (its key): where
        this raises StoreError it is worth being heard again."""
        ...


@dataclass(frozen=True, slots=True)
class Remembered:
    """An event that came and is not done with yet. `tries`: how often work on it was begun."""

    key: str
    payload: bytes
    tries: int = 0


class Inbox(Protocol):
    """Events that came, kept (encrypted, an adapter's own) from before they are acknowledged until they are done with.

    Whoever remembers, takes, renews or begins one has it for a minute; then another process may take it.
    """

    async def remember(self, key: str, payload: bytes) -> bool:
        """Committed when it returns. False: it was known already, done with or not. Raises StoreError."""
        ...

    async def take(self, limit: int = 50) -> list[Remembered]:
        """The oldest ones that nobody has at the moment, oldest first."""
        ...

    async def renew(self, keys: Collection[str]) -> None:
        """Another minute for those of them that one still has: while they wait, or are worked on."""
        ...

    async def begin(self, key: str) -> int | None:
        """Right before the work on it: how often that was begun before. None: another process has it by now."""
        ...

    async def done(self, key: str) -> None:
        """Its payload is forgotten; the key is known for another day."""
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

    def sure(self, name: str) -> bool:
        """Whether it is certainly ours still, by this process's own clock: for two thirds of its time since it was last
        renewed. A process that was stopped meanwhile finds out here. Never waits."""
        ...

    async def release(self, name: str) -> None: ...


MISSED = "missed"
"""The word that says: some words may not have come through until now."""


class News(Protocol):
    """Words between the processes of one bridge: a line each, a few dozen characters. They come soon, or never: only
    latency may depend on them."""

    def tell(self, word: str) -> None:
        """To all processes, this one too. The same word told twice within a moment may come once. Only from the event
        loop's thread; never waits."""
        ...

    def hear(self, heard: Callable[[str], None]) -> None:
        """`heard` is called with each word from now on; it must not raise."""
        ...


class Unheard:
    """The News of a process that is the only one: there is nobody to tell, and nothing to hear."""

    working = False

    def tell(self, word: str) -> None: ...

    def hear(self, heard: Callable[[str], None]) -> None: ...

    def start(self) -> None: ...

    async def stop(self) -> None: ...


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

    async def handle(self, who: Who) -> str:
        """What people type after @ for the account's Person, who is made when new."""
        ...

    async def circle(self, platform: str, workspace: str) -> Circle | None:
        """What the workspace counts as now, whoever said so; None for one that never connected."""
        ...

    async def zone(self, who: Who) -> str:
        """The IANA time zone in which the account's Person reads."""
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


@dataclass(frozen=True, slots=True)
class Given:
    """What an adapter is built with."""

    intake: Intake
    vault: Vault
    inbox: Inbox
    leases: Leases
    media: Media
    shown: Shown
    log: Log
    clock: Clock
    ids: Ids
    words: Callable[[str], Words]
    address: Callable[[], str]
    """The web server's own root, without a slash at its end: "http://127.0.0.1:8080"."""
    policy: Policy = field(default_factory=Policy)
    """What the organisation chose: which reactions matter, for example."""
    listens: bool = True
    """False: this process only sends. It opens no connection that hears, and works on no event; others do."""
    share: Callable[[], int] = lambda: 1
    """Among how many processes the limits of one token are divided at the moment, this one counted; at least 1."""
    news: News = field(default_factory=Unheard)
    outside: Outside = field(default_factory=Outside)
    """How to behave out there, and what of the own network may be asked."""
