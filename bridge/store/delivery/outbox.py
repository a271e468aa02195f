"""The outbox as the services see it, notices included. The queries live beside it: `fanout`, `candidates`,
`digests`, `claiming`, `beginning`, `settling`, `outbox_views`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bridge.model.delivery import Delivery, Kind, Lane, Reason, State
from bridge.model.ids import DeliveryId, PlaceId, PostId, SieveId, SubjectId, SubscriberId
from bridge.model.kept import Attempt, Backlog, Candidate, Digest, DigestFor, Reach, Result, Trace
from bridge.model.place import Place
from bridge.model.post import Post
from bridge.store.delivery import backlog, beginning, candidates, claiming, fanout, outbox_views, settling, withdrawing
from bridge.store.delivery.digests import add_digests
from bridge.store.delivery.due import Due, make_due
from bridge.store.delivery.fence import fenced
from bridge.store.engines.ready import Ready
from bridge.store.sql import DELIVERY, word


def _add(insert: Any) -> Any:
    return insert(DELIVERY).on_conflict_do_nothing().returning(DELIVERY.c.id)


_ADD = Ready({"sqlite": _add(sqlite.insert), "postgresql": _add(postgresql.insert)})
_NOTICE_AT = select(DELIVERY.c.place).where(DELIVERY.c.key == bindparam("named"))
_CHANGE = (
    update(DELIVERY)
    .where(DELIVERY.c.key == bindparam("named"), DELIVERY.c.state.not_in([word(state) for state in fanout.RESTING]))
    .values(payload=bindparam("says"), payload_rev=DELIVERY.c.payload_rev + literal_column("1"), restless=True)
)


class SqlOutbox:
    """See `bridge.model.kept.Outbox`."""

    __slots__ = ("_conn", "_due")

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._due = Due(conn)

    def together(self, now: datetime) -> AbstractContextManager[None]:
        return self._due.together(now)

    def fan_out(self, post: Post, now: datetime, caught: Collection[SieveId] = ()) -> int:
        return fanout.fan_out(self._conn, self._due, post, now, caught)

    def wish(
        self,
        post: Post,
        subscriber: SubscriberId,
        place: PlaceId,
        reason: Reason,
        subject: SubjectId | None,
        now: datetime,
    ) -> bool:
        return fanout.wish(self._conn, self._due, post, subscriber, place, reason, subject, now)

    def go_along(self, post: Post, but: Collection[PlaceId], now: datetime) -> int:
        return fanout.go_along(self._conn, self._due, post, but, now)

    def withdraw(self, subscriber: SubscriberId, place: PlaceId, now: datetime) -> int:
        return withdrawing.withdraw(self._conn, subscriber, place, now)

    def restate(self, post: PostId, now: datetime) -> int:
        return fanout.restate(self._conn, self._due, post, now)

    def reach(self, post: Post, now: datetime, but: Collection[PlaceId] = ()) -> Reach:
        return fanout.reach(self._conn, post, now, but)

    def candidates(self, wanted: Sequence[DigestFor], now: datetime, limit: int) -> list[list[Candidate]]:
        return candidates.candidates(self._conn, wanted, now, limit)

    def add_digests(self, digests: Sequence[Digest], now: datetime) -> list[DeliveryId | None]:
        return add_digests(self._conn, digests, now)

    def add_notice(self, place: PlaceId, payload: str, nonce: str, now: datetime, key: str) -> DeliveryId | None:
        """It waits, unless one of the same key or nonce is there."""
        self._due.at([place], now)
        values = {
            "place": place,
            "kind": Kind.NOTICE.value,
            "state": State.WAITING.value,
            "restless": True,
            "nonce": nonce,
            "created_at": now,
            "attempts": 0,
            "payload_rev": 1,
            "plain": False,
            "error": "",
            "payload": payload,
            "key": key,
        }
        id: int | None = _ADD.scalar(self._conn, values)
        return None if id is None else DeliveryId(id)

    def change_notice(self, key: str, payload: str | None, now: datetime) -> bool:
        place = self._conn.execute(_NOTICE_AT, {"named": key}).scalar()
        if place is not None:
            make_due(self._conn, [place], now, live=True)  # before the delivery is touched
            self._conn.execute(_CHANGE, {"named": key, "says": payload})
        return place is not None

    def claim(
        self,
        owner: str,
        now: datetime,
        until: datetime,
        limit: int,
        but: Collection[PlaceId] = (),
        full: Collection[str] = (),
    ) -> list[Lane]:
        return claiming.claim(self._conn, owner, now, until, limit, but, full)

    def lanes(self, places: Mapping[PlaceId, int], now: datetime) -> list[Lane]:
        return claiming.lanes(self._conn, places, now)

    def begin(self, attempts: Sequence[Attempt], now: datetime) -> dict[int, DeliveryId]:
        return beginning.begin(self._conn, attempts, now, fenced(self._conn, [one.place for one in attempts]))

    def settle(self, results: Sequence[Result], now: datetime) -> None:
        settling.settle(self._conn, results, now, fenced(self._conn, [result.place for result in results]))

    def advance(
        self,
        results: Sequence[Result],
        attempts: Sequence[Attempt],
        keeping: Collection[PlaceId],
        owner: str,
        now: datetime,
        until: datetime,
    ) -> dict[int, DeliveryId]:
        conn = self._conn
        places = {result.place for result in results} | {attempt.place for attempt in attempts} | set(keeping)
        fence = fenced(conn, places)
        if results:
            settling.settle(conn, results, now, fence)
        if keeping:
            claiming.renew(conn, owner, keeping, until)
        return beginning.begin(conn, attempts, now, fence) if attempts else {}

    def shown(self, place: PlaceId, after: str | None, before: str | None, limit: int) -> list[Delivery]:
        return outbox_views.shown(self._conn, place, after, before, limit)

    def by_message(self, place: PlaceId, message: str) -> Delivery | None:
        return outbox_views.by_message(self._conn, place, message)

    def get(self, id: DeliveryId) -> Delivery | None:
        return outbox_views.get(self._conn, id)

    def place_of(self, id: DeliveryId) -> Place | None:
        return outbox_views.place_of(self._conn, id)

    def copies(self, post: PostId) -> list[tuple[Place, str]]:
        return outbox_views.copies(self._conn, post)

    def traces(self, post: PostId, subscribers: Collection[SubscriberId]) -> list[Trace]:
        return outbox_views.traces(self._conn, post, subscribers)

    def listing(self, states: Collection[State], limit: int) -> list[tuple[Place, Delivery]]:
        return outbox_views.listing(self._conn, states, limit)

    def wake(self, id: DeliveryId, now: datetime) -> bool:
        return outbox_views.wake(self._conn, id, now)

    def stir(self, place: PlaceId, now: datetime) -> None:
        self._due.at([place], now)

    def backlog(self, now: datetime) -> Backlog:
        return backlog.backlog(self._conn, now)
