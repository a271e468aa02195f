"""People and places as kept, and what they follow.

See `bridge.model.kept` for the laws.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bridge.model.audience import Viewer
from bridge.model.ids import AccountId, PersonId, PlaceId, SubjectId, SubscriberId, TagId
from bridge.model.person import Account, Person
from bridge.model.place import Circle, Place, Workspace
from bridge.model.subscription import Mute, Subject, Subscription
from bridge.model.times.calendar import Schedule, Slot


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
        """Writes every field over the row of that id, but the circle: that comes from their accounts."""
        ...

    def count(self) -> int:
        """People of the team, samples left out."""
        ...

    def account(self, platform: str, workspace: str, user: str) -> Account | None: ...

    def account_by_id(self, id: AccountId) -> Account | None: ...

    def accounts(self, person: PersonId) -> list[Account]:
        """All of this person's, the oldest first."""
        ...

    def add_account(self, account: Account) -> None: ...

    def save_account(self, account: Account) -> None:
        """Writes every field over the row of that id; the person's circle follows."""
        ...

    def remove_samples(self, now: datetime) -> int:
        """Takes all sample people away with their accounts, posts (marked deleted), follows and mutes; how many."""
        ...


@dataclass(frozen=True, slots=True)
class Connected:
    """A workspace with how many people (samples left out) and channels of it are known."""

    workspace: Workspace
    people: int
    channels: int


class Places(Protocol):
    def get(self, id: PlaceId) -> Place | None: ...

    def many(self, ids: Collection[PlaceId]) -> dict[PlaceId, Place]: ...

    def at(self, platform: str, workspace: str, key: str, direct: bool) -> Place | None: ...

    def add(self, place: Place) -> None: ...

    def save(self, place: Place) -> None:
        """Writes every field over the row of that id, but the circle: that is its workspace's."""
        ...

    def named(self, names: Collection[str]) -> list[Place]:
        """Channels of any platform with one of these names (folded, no leading '#')."""
        ...

    def channels(self, platform: str, workspace: str) -> list[Place]: ...

    def workspace(self, platform: str, key: str) -> Workspace | None:
        """For those who write by its circle: that stays as it is until their transaction ends."""
        ...

    def look(self, platform: str, key: str) -> Workspace | None:
        """For those who only read."""
        ...

    def workspaces(self) -> list[Workspace]: ...

    def census(self) -> list[Connected]:
        """Every workspace with how much of it is known, by platform and key."""
        ...

    def add_workspace(self, platform: str, key: str, name: str = "", circle: Circle | None = None) -> Workspace:
        """Connects a workspace, or takes the new name of one that is connected; returns what it is now.

        `circle` None: the first one that was never told its circle becomes team, later ones community, and a connected
        one stays what it is. A circle counts when it is told for the first time: see `set_circle`.
        """
        ...

    def set_circle(self, platform: str, key: str, circle: Circle) -> None:
        """Its places follow, and its people: whoever has an account that is no guest's in some workspace of the team
        is of the team."""
        ...

    def resume(self, id: PlaceId, now: datetime) -> None:
        """Takes the pause away and makes the place due."""
        ...

    def close(self, platform: str, workspace: str, why: str) -> int:
        """Pauses every place of a workspace, direct messages too, that is not paused yet; how many."""
        ...

    def reopen(self, platform: str, workspace: str, why: str, now: datetime) -> int:
        """Resumes those of its places that were paused with exactly these words; how many."""
        ...


class Tags(Protocol):
    def by_name(self, folded: str) -> Subject | None: ...

    def many(self, ids: Collection[TagId]) -> dict[SubjectId, Subject]: ...

    def ensure(self, folded: str, name: str, id: TagId) -> Subject:
        """The tag, made with this id if new. `Subject.name` is '#' and the name as first written."""
        ...

    def starting(self, folded: str, viewer: Viewer, now: datetime, limit: int) -> list[Subject]:
        """For completion, by name: tags that stand on a post the viewer may see. A tag can be a secret too."""
        ...


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

    def put(self, *plans: Plan) -> None: ...

    def due(self, now: datetime, limit: int) -> list[Plan]:
        """Enabled ones whose Slot's moment has come, latest-due last; claimed against other processes until the
        transaction ends."""
        ...

    def all_enabled(self) -> list[Plan]:
        """For recomputing after a change of the zone rules."""
        ...
