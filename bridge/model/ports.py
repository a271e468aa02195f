"""What adapters can do and what they are given. Each protocol states its law; the store's are in kept.py.

An adapter is a folder under bridge/adapters. What it can do is which of the small protocols of the first half it
satisfies; what it may use is `Given` (given.py). It never sees the store, a service or another adapter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from bridge.model.card import Card, Limits
from bridge.model.command import Where, Who
from bridge.model.ids import DeliveryId
from bridge.model.pace.places import Pacer
from bridge.model.pace.told import NOTHING_TOLD, Hint
from bridge.model.person import Profile
from bridge.model.place import Members, Place
from bridge.model.source import Found, Look


@dataclass(frozen=True, slots=True)
class Key:
    """Names an attempt, so that a platform can recognise it. `nonce`: at most 25 characters, equal in every attempt
    of one delivery. `first_tried`: when the first attempt was made. `revisions`: of each update in it, in their order,
    as sent; when it is looked for, as they were in the attempt that may have arrived. `load`: how much waits in the
    place: where many wait for a turn, the longest line goes first."""

    delivery: DeliveryId
    nonce: str
    first_tried: datetime
    revisions: tuple[int, ...] = ()
    load: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """`message`: the platform's id of it. `hint`: what the answer told of limits."""

    message: str
    hint: Hint = NOTHING_TOLD


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

    `hears_status`: it tells when people set their status there (StatusSet), so they may let that be an update.
    `start` returns when it listens, or can send where it is not to listen (`Given.listens`), or raises a BridgeError;
    `stop` takes no new work and returns when what was begun is finished, within four seconds. Until `close` it goes on
    sending; after that everything it is asked to send is Transient. Both may be called after a failed start.
    """

    platform: str
    prefix: str
    hears_status: bool

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def close(self) -> None: ...


@runtime_checkable
class Sender(Protocol):
    """Makes a message stand in a place, changes it, takes it away. Called by the courier only.

    One request at a time for each place, and none before the moment that `pacer` gave after the last one. Raises
    SendFailure and nothing else: with the answer's hint where there was one; NotYet where it was not asked, since a
    budget that places share is spent. Never retries a request by itself; never sleeps longer than 30 s. Deleting what
    is gone is a success; it returns the answer's hint.
    """

    limits: Limits
    pacer: Pacer

    async def send(self, place: Place, card: Card, key: Key) -> Sent: ...

    async def update(self, place: Place, message: str, card: Card) -> Sent: ...

    async def delete(self, place: Place, message: str) -> Hint: ...


@runtime_checkable
class Finder(Protocol):
    """Looks for a delivery's message in its place. None means: certainly not there, all pages read.

    Raises SendFailure where it could not look: Refused where it never can, so that the message is sent again: it may
    stand there twice, and is not lost.
    """

    async def find(self, place: Place, key: Key) -> str | None: ...


@runtime_checkable
class Directory(Protocol):
    """What the platform knows about its users and places."""

    async def profile(self, who: Who) -> Profile | None: ...

    async def members(self, place: Place) -> Members:
        """Who can read it now. Unknown is an answer; it may be remembered for a minute. Raises SendFailure: Unreachable
        where the place is closed to us; StoreError where it is the database that does not answer, which is a matter
        of seconds."""
        ...

    async def owner(self, place: Place) -> str | None:
        """The user key of whoever made it; None where nobody did, or the platform does not say."""
        ...

    def permalink(self, place: Place, message: str) -> str | None: ...

    def locate(self, link: str) -> tuple[Where, str] | None:
        """Place and message id of a link into this platform; None for any other link."""
        ...


@runtime_checkable
class Entry(Protocol):
    """Places that the bridge has to be inside of, to hear what is said there and to write."""

    async def enter(self, place: Place) -> None:
        """Goes inside where it may by itself. Raises NotInside, with what somebody there does to let it in; SendFailure
        where it could not be tried now."""
        ...


@runtime_checkable
class Home(Protocol):
    """A personal page that the platform shows; called when something on it changed, never more than once in two
    seconds for a person. Raises SendFailure."""

    async def refresh(self, who: Who, card: Card) -> None: ...


@runtime_checkable
class Cli(Protocol):
    """Its own sub-commands: `bridge <adapter> <verb> …` arrives here, in the running process where there is one."""

    async def admin(self, verb: str, words: Sequence[str]) -> str:
        """The sentence to print. Raises BadInput or ConfigError."""
        ...


@runtime_checkable
class Ready(Protocol):
    """Asked by /readyz. An adapter with several workspaces can do its work as long as one of them works: whoever runs
    Bridge shall not lose all for one. `bridge check` tells of each."""

    def not_ready(self) -> list[str]:
        """Why it can't do its work just now, a sentence each; empty when it can. Never waits, never asks anybody."""
        ...


@runtime_checkable
class Greeter(Protocol):
    """Has something to say when the bridge runs."""

    def greeting(self) -> str:
        """Where people meet the bridge, as part of a sentence: "Chat, workspace Acme"."""
        ...


@runtime_checkable
class Checks(Protocol):
    async def findings(self) -> list[Finding]: ...


@runtime_checkable
class Source(Protocol):
    """Reads sources. Called by services alone, never for two looks at one source at a time; both may take half a
    minute.

    Raises SourceFailure and nothing else. Never repeats a request by itself; keeps nothing between two looks but what
    it returns in `Look.state`.
    """

    def claims(self, typed: str) -> bool:
        """Whether what somebody typed is an address of its kind. Asks nobody; of several adapters the first that says
        yes is asked, in the order of `claim_order`."""
        ...

    claim_order: int
    """Lower is asked first: an address with a shape of its own before any web page."""

    async def resolve(self, typed: str) -> Sequence[Found]:
        """The sources that an address leads to, the likeliest first; never empty."""
        ...

    async def look(self, key: str, state: str) -> Look:
        """What is there now. `state`: what the last look returned, "" for the first: then the newest twenty or so items
        are enough."""
        ...

    async def fetch(self, url: str, most: int) -> bytes:
        """A picture or a video of an item, at most so many bytes."""
        ...
