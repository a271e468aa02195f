"""What is kept, as the services see it: the store's protocols, one small one a noun. Implemented by bridge/store.

Laws of all of them. A `Tx` lives inside one `store.write` or `store.read` closure; the closure is synchronous, runs
whole in one transaction and may run again after a lost connection or a conflict, so ids, the time and randomness are
made outside and given in. Everything returned is a frozen value of the model; every time is aware and UTC. What is
not there is None or empty, never an error, unless said otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Protocol, TypeVar

from bridge.model.audience import Audience, Viewer
from bridge.model.calendar import Schedule, Slot
from bridge.model.delivery import Delivery, Kind, Lane, Reason, State
from bridge.model.ids import AccountId, DeliveryId, PersonId, PlaceId, PostId, SubjectId, SubscriberId, TagId
from bridge.model.person import Account, Person
from bridge.model.place import Circle, Place, Workspace
from bridge.model.post import Origin, Post, Stats
from bridge.model.subscription import Mute, Subject, Subscription

T = TypeVar("T")


class People(Protocol):
    def get(self, id: PersonId) -> Person | None: ...

    def many(self, ids: Collection[PersonId]) -> dict[PersonId, Person]: ...

    def by_handle(self, handle: str) -> Person | None:
        """Found by the folded handle."""
        ...

    def by_handles(self, handles: Collection[str]) -> dict[str, Person]:
        """Folded handle -> person, for those that exist."""
        ...

    def search(self, words: str, limit: int) -> list[Person]:
        """People whose handle, name or title has every word, folded; exact handle first, then by name."""
        ...

    def handles(self, starting: str, limit: int) -> list[Person]:
        """For completion: folded handle or name starts so."""
        ...

    def add(self, person: Person) -> None:
        """A handle that is taken raises HandleTaken."""
        ...

    def save(self, person: Person) -> None:
        """Writes every field over the row of that id."""
        ...

    def count(self) -> int:
        """People of the team, samples left out."""
        ...

    def account(self, platform: str, workspace: str, user: str) -> Account | None: ...

    def account_by_id(self, id: AccountId) -> Account | None: ...

    def add_account(self, account: Account) -> None: ...

    def remove_samples(self, now: datetime) -> int:
        """Takes all sample people away with their accounts, posts (marked deleted), follows and mutes; how many."""
        ...


class Places(Protocol):
    def get(self, id: PlaceId) -> Place | None: ...

    def many(self, ids: Collection[PlaceId]) -> dict[PlaceId, Place]: ...

    def at(self, platform: str, workspace: str, key: str, direct: bool) -> Place | None: ...

    def add(self, place: Place) -> None: ...

    def save(self, place: Place) -> None: ...

    def named(self, names: Collection[str]) -> list[Place]:
        """Channels of any platform with one of these names (folded, no leading '#')."""
        ...

    def channels(self, platform: str, workspace: str) -> list[Place]: ...

    def workspace(self, platform: str, key: str) -> Workspace | None: ...

    def workspaces(self) -> list[Workspace]: ...

    def add_workspace(self, platform: str, key: str, name: str) -> Workspace:
        """The first workspace ever connected becomes team, later ones community; returns what it became."""
        ...

    def set_circle(self, platform: str, key: str, circle: Circle) -> None: ...

    def resume(self, id: PlaceId, now: datetime) -> None:
        """Takes the pause away and makes the place due."""
        ...


@dataclass(frozen=True, slots=True)
class Stream:
    """Which posts a timeline holds. `of`: those of the subjects this subscriber follows (and, when a person, their
    own). `subjects`: those of these subjects; EVERYONE_ID is all. Exactly one is given. `thread`: the conversation's
    replies too (else replies are left out unless followed by conversation)."""

    of: SubscriberId | None = None
    subjects: tuple[SubjectId, ...] = ()


class Posts(Protocol):
    def add(self, post: Post, tag_ids: Mapping[str, TagId]) -> Post:
        """Keeps a new post with its tags (`tag_ids`: an id for each tag of it, used where the tag is new), mentions,
        named people and attachments; gives it its number and returns it so. Idempotent: an id or an origin that is
        kept already gives back the post kept first. Updates the author's newest post.
        """
        ...

    def get(self, id: PostId) -> Post | None: ...

    def many(self, ids: Collection[PostId]) -> dict[PostId, Post]: ...

    def by_number(self, number: int) -> Post | None: ...

    def by_origin(self, platform: str, workspace: str, message: str) -> Post | None: ...

    def last_of(self, author: PersonId) -> Post | None:
        """The newest that is not deleted."""
        ...

    def change(self, post: Post, tag_ids: Mapping[str, TagId]) -> None:
        """Writes text, tags, mentions, attachments, audience, revision, edited_at, deleted_at, until, held_until.

        A changed audience is copied to every post whose `rule` is this one, and raises their revisions: copies may have
        to go. A changed revision raises that of what quotes it, reshares and replies, by one. A deletion deletes bare
        reshares (no text of their own) and keeps replies.
        """
        ...

    def visible(self, viewer: Viewer, ids: Collection[PostId], now: datetime) -> set[PostId]:
        """Those the viewer may see: law 4 in SQL."""
        ...

    def timeline(
        self,
        viewer: Viewer,
        stream: Stream,
        now: datetime,
        limit: int,
        before: PostId | None = None,
        since: PostId | None = None,
    ) -> list[Post]:
        """Newest first by id, visible to the viewer, not muted by `stream.of`; older than `before`, not older than
        `since`."""
        ...

    def stats(self, ids: Collection[PostId]) -> dict[PostId, Stats]: ...

    def note_of(self, person: PersonId, viewer: Viewer, now: datetime) -> Post | None:
        """Their newest visible post whose `until` lies ahead."""
        ...

    def tags_of(self, person: PersonId, viewer: Viewer, now: datetime, limit: int) -> list[str]:
        """The tags they use most, over their newest 200 visible posts."""
        ...

    def like(self, post: PostId, person: PersonId, key: str, at: datetime) -> None:
        """`key` names the message and reaction, so that taking one away leaves likes given elsewhere. Idempotent."""
        ...

    def unlike(self, post: PostId, person: PersonId, key: str) -> None: ...

    def got_it(self, post: PostId, token: str) -> bool:
        """`token` stands for the person and cannot be turned back; False when it was counted before."""
        ...

    def held(self, now: datetime, limit: int) -> list[Post]:
        """Announcements whose time is up and which were not released yet (held_until <= now, not deleted)."""
        ...

    def release(self, id: PostId) -> bool:
        """Takes the hold away; False when somebody else did."""
        ...

    def purge(self, before: datetime, limit: int) -> int:
        """Forgets posts made before, with all that hangs on them; how many."""
        ...


class Tags(Protocol):
    def by_name(self, folded: str) -> Subject | None: ...

    def many(self, ids: Collection[TagId]) -> dict[SubjectId, Subject]: ...

    def ensure(self, folded: str, name: str, id: TagId) -> Subject:
        """The tag, made with this id if new. `Subject.name` is '#' and the name as first written."""
        ...

    def starting(self, folded: str, limit: int) -> list[Subject]: ...


class Follows(Protocol):
    def put(self, subscription: Subscription) -> bool:
        """Makes or changes (cadence, place, by, paused) the one of this subscriber and subject. True when new."""
        ...

    def remove(self, subscriber: SubscriberId, subject: SubjectId) -> bool: ...

    def of(self, subscriber: SubscriberId) -> list[Subscription]:
        """By subject kind, then name."""
        ...

    def get(self, subscriber: SubscriberId, subject: SubjectId) -> Subscription | None: ...

    def followers(self, subject: SubjectId) -> list[Subscription]: ...

    def count(self, subject: SubjectId) -> int:
        """How many follow it."""
        ...

    def move(self, person: PersonId, place: PlaceId) -> None:
        """All their follows arrive there from now on; what has not been sent yet, too."""
        ...

    def pause_place(self, place: PlaceId, paused: bool) -> int: ...

    def mute(self, mute: Mute) -> None: ...

    def unmute(self, subscriber: SubscriberId, subject: SubjectId) -> bool: ...

    def mutes(self, subscriber: SubscriberId, now: datetime) -> list[Mute]:
        """Those in force."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """A subscriber's digest schedule as kept. `place`: where it goes. `person`: None for a channel's.

    `due`: the next Slot's moment (UTC), None while off. `paused_until`: no digests before. `last`: when the last Slot
    was settled. `empty`: Slots in a row with nothing to show. `by`: who set a channel's.
    """

    subscriber: SubscriberId
    place: PlaceId
    person: PersonId | None
    schedule: Schedule
    slot: Slot | None
    enabled: bool = True
    paused_until: datetime | None = None
    last: datetime | None = None
    empty: int = 0


class Schedules(Protocol):
    def get(self, subscriber: SubscriberId) -> Plan | None: ...

    def put(self, plan: Plan) -> None: ...

    def due(self, now: datetime, limit: int) -> list[Plan]:
        """Enabled ones whose Slot's moment has come, latest-due last; claimed against other processes until the
        transaction ends."""
        ...

    def all_enabled(self) -> list[Plan]:
        """For recomputing after a change of the zone rules."""
        ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """A post a digest may show, and why it matched."""

    post: PostId
    reason: Reason
    subject: SubjectId | None


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a post goes: places it goes to live, and how many subscribers meet it in a digest."""

    live: tuple[Place, ...]
    digests: int


class Outbox(Protocol):
    """Deliveries and their items. Whatever makes work for a place also makes the place due, in the same transaction.

    A post is shown to a subscriber at most once: (post, subscriber) is unique over items.
    """

    def fan_out(self, post: Post, now: datetime) -> int:
        """One INSERT … SELECT: a waiting live item for each place whose subscriber follows the post live and may see
        it. Left out: the author's own direct message, paused follows and places, muted subjects, the place where the
        text already stands (`origin.place`), channels for anything narrower than everyone. How many."""
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

    def withdraw(self, subscriber: SubscriberId, place: PlaceId, now: datetime) -> int:
        """Takes back what waits there for the subscriber (and was never attempted) where they have muted it or no live
        follow brings it any more; a digest may bring it still. How many."""
        ...

    def restate(self, post: PostId, now: datetime) -> int:
        """After a change of the post: every delivery that holds it, a reshare of it, a reply to it, or anything else
        that goes by its audience, is looked at again."""
        ...

    def reach(self, post: Post, now: datetime) -> Reach: ...

    def candidates(
        self,
        subscriber: SubscriberId,
        viewer: Viewer,
        place: PlaceId,
        since: datetime,
        now: datetime,
        limit: int,
    ) -> list[Candidate]:
        """What a digest may show, oldest first: posts since `since` that match a follow of the subscriber (any
        cadence, not paused), answer or mention the viewer, or are announcements (team viewers); visible, not the
        viewer's own, not muted, `until` not over, not already an item of this subscriber unless diverted, and not
        where the text already stands."""
        ...

    def add_digest(
        self,
        plan: Plan,
        slot_key: tuple[date, time] | None,
        nonce: str,
        deadline: datetime | None,
        candidates: Sequence[Candidate],
        now: datetime,
    ) -> DeliveryId | None:
        """The digest of one Slot (None: one asked for in between) with its items in this order; None when that Slot has
        one already (law 5)."""
        ...

    def add_notice(self, place: PlaceId, payload: str, nonce: str, now: datetime, key: str) -> DeliveryId | None:
        """`key` is unique: the same notice is said once; None when it was said."""
        ...

    def change_notice(self, key: str, payload: str | None, now: datetime) -> None:
        """What the notice says now; None takes it away."""
        ...

    def claim(self, owner: str, now: datetime, until: datetime, limit: int) -> list[Lane]:
        """Takes places that are due, free, not paused and not leased, for `owner` until `until`, each with a new
        epoch; those with live work first, then the longest backlog, with ageing. Items are marked `gone` where the
        post is deleted or its audience excludes the place (direct message: its person; channel: everyone or public,
        the circle is checked when sending)."""
        ...

    def lanes(self, places: Mapping[PlaceId, int], now: datetime) -> list[Lane]:
        """The same, again, for places still held under these epochs."""
        ...

    def begin(self, attempts: Sequence[Attempt], now: datetime) -> dict[int, DeliveryId]:
        """Records attempts before they are made: freezes items into new deliveries, sets SENDING (or keeps SETTLED for
        updates and deletes), counts the attempt, notes the revision tried of each item. Fenced by epoch: returns
        {index: delivery id} of those still ours."""
        ...

    def settle(self, results: Sequence[Result], now: datetime) -> None:
        """Writes what came of attempts, and what the place does next; releases places whose `rest` is set. A place
        that was made due meanwhile stays due. Fenced by epoch."""
        ...

    def shown(self, place: PlaceId, after: str | None, before: str | None, limit: int) -> list[Delivery]:
        """Settled deliveries with their items, in the order of `message` as text, oldest first; with `before` or nothing
        given the newest `limit` of them."""
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

    def waiting(self, now: datetime) -> tuple[int, datetime | None]:
        """How many first sends wait, and since when the oldest does."""
        ...


@dataclass(frozen=True, slots=True)
class Trace:
    """For `why`: one item of a post. `state` None: not yet in a delivery."""

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


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is about to be asked of a platform. `delivery` None: a new one of `kind` LIVE, with `nonce`.

    `tries`: (item seq, revision, or None for one that is left out) as composed. `first`: a send, not an update or a
    delete. `payload_rev`: the notice's.
    """

    place: PlaceId
    epoch: int
    delivery: DeliveryId | None
    nonce: str
    tries: tuple[tuple[int, int | None], ...]
    first: bool
    payload_rev: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a step in a place.

    `delivery` None: nothing was attempted. `state`: the delivery's new state (None: unchanged). `shown`: what was
    tried stands there now (items' shown = tried, left-out items stop being shown). `drop`: item seqs to take away
    (`give_back` removes them, as if they had never been queued; otherwise they stay as shown-nothing). `divert`: seqs
    left to the digest, however old they are by then. `rest`: None keeps the lease; else release, and be due at that moment (`never`: when something
    changes). `free`: no request to this place before that moment. `pause`: the sentence that pauses the place.
    `live_at`: a first live message went out.
    """

    place: PlaceId
    epoch: int
    delivery: DeliveryId | None = None
    state: State | None = None
    message: str | None = None
    shown: bool = False
    drop: tuple[int, ...] = ()
    give_back: bool = False
    divert: tuple[int, ...] = ()
    error: str = ""
    plain: bool | None = None
    failures: int = 0
    pause: str | None = None
    live_at: datetime | None = None
    free: datetime | None = None
    release: bool = False
    due: datetime | None = None
    pace: str | None = None


@dataclass(frozen=True, slots=True)
class ShareRequest:
    """One message asked about once. `asked`: False when its author shared it themselves. `answer`: None while open.

    `text` is what would be shared (it never leaves before the author's yes). `sharer` and `author` are people.
    """

    id: int
    origin: Origin
    where: PlaceId
    author: PersonId
    sharer: PersonId
    text: str
    audience: Audience
    at: datetime
    lapses_at: datetime
    answer: str | None = None
    post: PostId | None = None


class Shares(Protocol):
    def open(self, request: ShareRequest) -> bool:
        """False when this message (origin) was asked about before."""
        ...

    def get(self, id: int) -> ShareRequest | None: ...

    def by_origin(self, platform: str, workspace: str, message: str) -> ShareRequest | None: ...

    def answer(self, id: int, answer: str, post: PostId | None) -> bool:
        """False when it was answered before. The text is forgotten with the answer."""
        ...

    def asked(self, author: PersonId) -> list[ShareRequest]:
        """Open ones to this person."""
        ...

    def lapsed(self, now: datetime, limit: int) -> list[ShareRequest]:
        """Open ones past their time."""
        ...


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

    def forget_events(self, before: datetime) -> int: ...

    def secret(self, namespace: str, key: str) -> tuple[bytes, int] | None:
        """(encrypted value, version)."""
        ...

    def put_secret(self, namespace: str, key: str, value: bytes | None, version: int) -> bool:
        """Compare-and-set: `version` 0 makes it, else it must be the kept one; None removes. False when it is not."""
        ...

    def lease(self, name: str, owner: str, seconds: float) -> int | None:
        """Takes or renews a lease for so long by the database's clock; its epoch, or None while another holds it."""
        ...

    def release(self, name: str, owner: str) -> None: ...

    def media(self, digest: str) -> bytes | None: ...

    def put_media(self, digest: str, data: bytes) -> None:
        """Once by content; putting it again changes nothing."""
        ...


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


class Store(Protocol):
    async def write(self, fn: Callable[[Tx], T]) -> T:
        """Runs `fn` in one transaction and returns when it is committed. May run `fn` again: see above."""
        ...

    async def read(self, fn: Callable[[Tx], T]) -> T: ...

    async def close(self) -> None: ...
