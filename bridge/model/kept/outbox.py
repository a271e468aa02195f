"""Deliveries and their items as kept: what waits, what stands where, what an attempt came to.

See `bridge.model.kept` for the laws.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Protocol

from bridge.model.audience import Viewer
from bridge.model.delivery import Delivery, Kind, Lane, Reason, State
from bridge.model.ids import DeliveryId, PlaceId, PostId, SieveId, SubjectId, SubscriberId
from bridge.model.kept.attempts import Attempt, Result
from bridge.model.kept.backlog import Backlog
from bridge.model.kept.people import Plan
from bridge.model.place import Place
from bridge.model.post import Post


@dataclass(frozen=True, slots=True)
class Candidate:
    """A post a digest may show, and why it matched."""

    post: PostId
    reason: Reason
    subject: SubjectId | None


@dataclass(frozen=True, slots=True)
class DigestFor:
    """For whom a digest is chosen, where it will stand, and from when on it holds posts."""

    subscriber: SubscriberId
    viewer: Viewer
    place: PlaceId
    since: datetime


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest to be sent. `slot_key` None: one that was asked for in between."""

    plan: Plan
    slot_key: tuple[date, time] | None
    nonce: str
    deadline: datetime | None
    candidates: Sequence[Candidate]


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a post goes: places it goes to live, and how many subscribers meet it in a digest. Nothing goes to paused
    places."""

    live: tuple[Place, ...]
    digests: int


@dataclass(frozen=True, slots=True)
class Trace:
    """For `why`: one item of a post. `state` None: not yet in a delivery. `lives`: when live messages went out in that
    place within the last hour, or a little longer ago."""

    subscriber: SubscriberId
    place: Place
    reason: Reason
    subject: SubjectId | None
    kind: Kind | None
    state: State | None
    queued_at: datetime
    shown_at: datetime | None
    diverted: bool
    error: str
    lives: tuple[datetime, ...] = ()


class Outbox(Protocol):
    """Deliveries and their items. Whatever makes work for a place also makes the place due, in the same transaction.

    A post is shown to a subscriber at most once: (post, subscriber) is unique over items.
    """

    def together(self, now: datetime) -> AbstractContextManager[None]:
        """Around what makes places due for several posts: all of them are made so once, at its end and in one order,
        since two transactions that did so post by post could each wait for the other. One may stand in another."""
        ...

    def fan_out(self, post: Post, now: datetime, caught: Collection[SieveId] = ()) -> int:
        """One INSERT … SELECT: a waiting live item for each place whose subscriber follows the post live and may see
        it. Left out: the author's own direct message, paused follows and places, muted subjects, the place where the
        text already stands (`origin.place`), channels for anything narrower than everyone; and where a sieve is set up
        that did not let it through (it is not in `caught`). How many."""
        ...

    def wish(
        self,
        post: Post,
        subscriber: SubscriberId,
        place: PlaceId,
        reason: Reason,
        subject: SubjectId | None,
        now: datetime,
    ) -> bool:
        """A waiting live item for one subscriber; False when (post, subscriber) has one already."""
        ...

    def go_along(self, post: Post, but: Collection[PlaceId], now: datetime) -> int:
        """A waiting live item for each channel (or thread) where what the post answers stands, having come by itself
        and not in a digest; but for those named, and those that were stopped, paused or have muted it. How many."""
        ...

    def withdraw(self, subscriber: SubscriberId, place: PlaceId, now: datetime) -> int:
        """Takes back what waits there for the subscriber (and was never attempted) where they have muted it or no live
        follow brings it any more; a digest may bring it still. How many."""
        ...

    def restate(self, post: PostId, now: datetime) -> int:
        """After a change of the post: every delivery that holds it, a reshare of it, a reply to it, or anything else
        that goes by its audience, is looked at again, and so is every place where it waits. How many deliveries."""
        ...

    def reach(self, post: Post, now: datetime, but: Collection[PlaceId] = ()) -> Reach:
        """Of a post that is held: where it goes once it is released. `but`: places that are not counted."""
        ...

    def candidates(self, wanted: Sequence[DigestFor], now: datetime, limit: int) -> list[list[Candidate]]:
        """What each digest may show, oldest first, at most `limit`: posts since `since` that match a follow of the
        subscriber (any cadence, not paused; of a source only what came after the follow began), answer or mention the
        viewer, or are announcements (team viewers); visible, not the viewer's own, not muted, `until` not over, not
        already an item of this subscriber unless diverted, and not where the text already stands. No subscriber may be
        there twice."""
        ...

    def add_digests(self, digests: Sequence[Digest], now: datetime) -> list[DeliveryId | None]:
        """Each with its items in their order; None for one whose Slot has one already (law 5)."""
        ...

    def add_notice(self, place: PlaceId, payload: str, nonce: str, now: datetime, key: str) -> DeliveryId | None:
        """`key` is unique: the same notice is said once; None when it was said."""
        ...

    def change_notice(self, key: str, payload: str | None, now: datetime) -> bool:
        """What the notice says now; None takes it away. False where there is none of that key."""
        ...

    def claim(
        self,
        owner: str,
        now: datetime,
        until: datetime,
        limit: int,
        but: Collection[PlaceId] = (),
        full: Collection[str] = (),
    ) -> list[Lane]:
        """Takes places that are due, free, not paused and not leased, for `owner` until `until`, each with a new
        epoch; but for some, and for those of some platforms. What is leased to `owner` already it may take again, so
        it names in `but` what it knows that it has: of the rest it was never told, since the answer to the commit was
        lost. Live work goes first, then the longest backlog, with ageing: a second counts as much as a message. Items
        are marked `gone` where the post is deleted or its audience excludes the place (direct message: its person;
        channel: everyone or public, the circle is checked when sending)."""
        ...

    def lanes(self, places: Mapping[PlaceId, int], now: datetime) -> list[Lane]:
        """The same, again, for places still held under these epochs."""
        ...

    def begin(self, attempts: Sequence[Attempt], now: datetime) -> dict[int, DeliveryId]:
        """Records attempts before they are made: freezes items into new deliveries, sets SENDING (or keeps SETTLED for
        updates and deletes), counts the attempt, notes the revision tried of each item. Fenced by epoch: returns
        {index: delivery id} of those still ours. A new message of which something was taken back meanwhile is not
        begun either; its place is free again."""
        ...

    def advance(
        self,
        results: Sequence[Result],
        attempts: Sequence[Attempt],
        keeping: Collection[PlaceId],
        owner: str,
        now: datetime,
        until: datetime,
    ) -> dict[int, DeliveryId]:
        """`settle`, then `begin` (whose answer it gives), and the leases that `owner` still has of the places `keeping`
        renewed until `until`. All places are locked at once and in one order, so that nobody waits in a circle."""
        ...

    def settle(self, results: Sequence[Result], now: datetime) -> None:
        """Writes what came of attempts, and what the place does next; releases places whose `rest` is set. A place
        that was made due meanwhile stays due. Fenced by epoch."""
        ...

    def shown(self, place: PlaceId, after: str | None, before: str | None, limit: int) -> list[Delivery]:
        """Settled deliveries with their items, in the order of `message` as text, oldest first; with `before` or
        nothing given the newest `limit` of them."""
        ...

    def by_message(self, place: PlaceId, message: str) -> Delivery | None: ...

    def get(self, id: DeliveryId) -> Delivery | None: ...

    def place_of(self, id: DeliveryId) -> Place | None: ...

    def copies(self, post: PostId) -> list[tuple[Place, str]]:
        """(place, message id) of every settled copy."""
        ...

    def traces(self, post: PostId, subscribers: Collection[SubscriberId]) -> list[Trace]: ...

    def listing(self, states: Collection[State], limit: int) -> list[tuple[Place, Delivery]]:
        """Newest first."""
        ...

    def wake(self, id: DeliveryId, now: datetime) -> bool:
        """A buried delivery waits again, its place is resumed; False when it was not buried."""
        ...

    def stir(self, place: PlaceId, now: datetime) -> None:
        """What waits there is looked at again now: when it may come has changed."""
        ...

    def backlog(self, now: datetime) -> Backlog:
        """What waits, counted."""
        ...
