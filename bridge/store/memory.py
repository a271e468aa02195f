"""Small things to remember: events that came, encrypted values, leases, the bytes of media. How the inbox is kept
lives in `inbox`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, select, text, update

from bridge.store import inbox, processes
from bridge.store.engines.upsert import add_if_new, added, put
from bridge.store.processes import MICROS_NOW
from bridge.store.tables import EventRow, LeaseRow, MediaRow, SecretRow, from_micros, table

EVENT, SECRET, LEASE, MEDIA = table(EventRow), table(SecretRow), table(LeaseRow), table(MediaRow)

_KNOWN = select(EVENT.c.key).where(EVENT.c.key == bindparam("key"))
_ONCE = add_if_new(EVENT)
_FORGET_EVENTS = delete(EVENT).where(EVENT.c.at < bindparam("before"))

_ONE_SECRET = (SECRET.c.namespace == bindparam("space"), SECRET.c.key == bindparam("name"))
_GET_SECRET = select(SECRET.c.value, SECRET.c.version).where(*_ONE_SECRET)
_MAKE_SECRET = add_if_new(SECRET)
_CHANGE_SECRET = update(SECRET).where(*_ONE_SECRET, SECRET.c.version == bindparam("known"))
_REMOVE_SECRET = delete(SECRET).where(*_ONE_SECRET, SECRET.c.version == bindparam("known"))

_MEDIA = select(MEDIA.c.data).where(MEDIA.c.digest == bindparam("digest"))
_PUT_MEDIA = put(MEDIA, ["used_at"])
_FORGET_MEDIA = delete(MEDIA).where(MEDIA.c.used_at < bindparam("before"))

# An epoch names one holder's unbroken time. It only grows, so whoever lost the lease can be told by an old one.
_LEASE = {
    name: text(
        f"""INSERT INTO lease (name, owner, epoch, until) VALUES (:name, :owner, 1, {now} + CAST(:micros AS BIGINT))
        ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until,
            epoch = lease.epoch + CASE WHEN lease.owner = excluded.owner AND lease.until > {now} THEN 0 ELSE 1 END
        WHERE lease.owner = excluded.owner OR lease.until <= {now}
        RETURNING epoch"""
    )
    for name, now in MICROS_NOW.items()
}
_RELEASE = (
    update(LEASE)
    .where(LEASE.c.name == bindparam("which"), LEASE.c.owner == bindparam("mine"))
    .values(owner="", until=from_micros(0))
)


class SqlMemory:
    """See `bridge.model.kept.Memory`."""

    __slots__ = ("_conn",)

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def once(self, key: str, at: datetime) -> bool:
        return added(self._conn, _ONCE, {"key": key, "at": at})

    def known(self, key: str) -> bool:
        return self._conn.execute(_KNOWN, {"key": key}).first() is not None

    def forget_events(self, before: datetime) -> int:
        return self._conn.execute(_FORGET_EVENTS, {"before": before}).rowcount

    def remember(self, namespace: str, key: str, payload: bytes, at: datetime, until: datetime) -> bool:
        return inbox.remember(self._conn, namespace, key, payload, at, until)

    def take_remembered(
        self, namespace: str, now: datetime, until: datetime, limit: int
    ) -> list[tuple[str, bytes, int]]:
        return inbox.take(self._conn, namespace, now, until, limit)

    def renew_remembered(self, namespace: str, held: Mapping[str, datetime], until: datetime) -> set[str]:
        return inbox.renew(self._conn, namespace, held, until)

    def begin_remembered(self, namespace: str, key: str, held: datetime, until: datetime) -> int | None:
        return inbox.begin(self._conn, namespace, key, held, until)

    def done_with(self, namespace: str, key: str, at: datetime) -> None:
        inbox.done(self._conn, namespace, key, at)

    def forget_done(self, before: datetime) -> int:
        return inbox.forget(self._conn, before)

    def secret(self, namespace: str, key: str) -> tuple[bytes, int] | None:
        row = self._conn.execute(_GET_SECRET, {"space": namespace, "name": key}).first()
        return None if row is None else (bytes(row.value), row.version)

    def put_secret(self, namespace: str, key: str, value: bytes | None, version: int) -> bool:
        one = {"space": namespace, "name": key, "known": version}
        if value is None:
            return self._conn.execute(_REMOVE_SECRET, one).rowcount > 0
        if version == 0:
            fresh = {"namespace": namespace, "key": key, "value": value, "version": 1}
            return added(self._conn, _MAKE_SECRET, fresh)
        change = {**one, "value": value, "version": version + 1}
        return self._conn.execute(_CHANGE_SECRET, change).rowcount > 0

    def clock(self) -> datetime:
        return processes.clock(self._conn)

    def lease(self, name: str, owner: str, seconds: float) -> int | None:
        """The epoch grows whenever it changes hands or had run out, never while it is renewed in time."""
        asked = {"name": name, "owner": owner, "micros": timedelta(seconds=seconds) // timedelta(microseconds=1)}
        epoch: int | None = self._conn.execute(_LEASE[self._conn.dialect.name], asked).scalar()
        return epoch

    def release(self, name: str, owner: str) -> None:
        """The row stays, for its epoch."""
        self._conn.execute(_RELEASE, {"which": name, "mine": owner})

    def attend(self, role: str, owner: str, seconds: float) -> Mapping[str, int]:
        self.lease(processes.name_of(role, owner), owner, seconds)
        processes.bury(self._conn)
        return processes.alive(self._conn)

    def leave(self, owner: str) -> None:
        processes.leave(self._conn, owner)

    def attending(self) -> Mapping[str, int]:
        return processes.alive(self._conn)

    def media(self, digest: str) -> bytes | None:
        data = self._conn.execute(_MEDIA, {"digest": digest}).scalar()
        return None if data is None else bytes(data)

    def put_media(self, digest: str, data: bytes, at: datetime) -> None:
        self._conn.execute(_PUT_MEDIA[self._conn.dialect.name], {"digest": digest, "data": data, "used_at": at})

    def forget_media(self, before: datetime) -> int:
        return self._conn.execute(_FORGET_MEDIA, {"before": before}).rowcount
