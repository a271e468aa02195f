"""Everything behind one transaction, and the store that hands it out. Threads and commits live in the engine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Connection

from bridge.model.given import Unheard
from bridge.model.kept import (
    Follows,
    Lines,
    Memory,
    Outbox,
    People,
    Places,
    Posts,
    Schedules,
    Shares,
    Sieves,
    Sources,
    Tags,
    Tx,
)
from bridge.store.delivery.orphans import let_go
from bridge.store.delivery.outbox import SqlOutbox
from bridge.store.engines.engine import Engine, open_engine
from bridge.store.lines import SqlLines
from bridge.store.memory import SqlMemory
from bridge.store.outside.sources import SqlSources
from bridge.store.posts import SqlPosts
from bridge.store.schema import upgrade
from bridge.store.shares import SqlShares
from bridge.store.sieves import SqlSieves
from bridge.store.tags import SqlTags
from bridge.store.team.follows import SqlFollows
from bridge.store.team.people import SqlPeople
from bridge.store.team.places import SqlPlaces
from bridge.store.team.schedules import SqlSchedules

if TYPE_CHECKING:
    from bridge.store.engines.waking import Waking

T = TypeVar("T")


class SqlTx:
    """See `bridge.model.kept.Tx`. Each part holds the connection and nothing else."""

    __slots__ = (
        "follows",
        "lines",
        "memory",
        "outbox",
        "people",
        "places",
        "posts",
        "schedules",
        "shares",
        "sieves",
        "sources",
        "tags",
    )

    def __init__(self, conn: Connection) -> None:
        self.people: People = SqlPeople(conn)
        self.places: Places = SqlPlaces(conn)
        self.posts: Posts = SqlPosts(conn)
        self.tags: Tags = SqlTags(conn)
        self.follows: Follows = SqlFollows(conn)
        self.schedules: Schedules = SqlSchedules(conn)
        self.outbox: Outbox = SqlOutbox(conn)
        self.shares: Shares = SqlShares(conn)
        self.lines: Lines = SqlLines(conn)
        self.memory: Memory = SqlMemory(conn)
        self.sources: Sources = SqlSources(conn)
        self.sieves: Sieves = SqlSieves(conn)


class SqlStore:
    """See `bridge.model.kept.Store`. `engine` is for looking after the database: backup, check."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    async def write(self, fn: Callable[[Tx], T]) -> T:
        return await self.engine.write(lambda conn: fn(SqlTx(conn)))

    async def read(self, fn: Callable[[Tx], T]) -> T:
        return await self.engine.read(lambda conn: fn(SqlTx(conn)))

    async def upgrade(self) -> None:
        """Brings the database to the newest schema, and frees what an owner before us left behind when it died. Raises
        StoreNewer if a later Bridge has been here."""
        await upgrade(self.engine)
        if self.engine.dialect == "sqlite":
            await self.engine.write(let_go)

    async def spacious(self) -> bool:
        """Whether there is room for what is new. The ballast is made again here, where there is."""
        ballast = self.engine.ballast
        if ballast is None or ballast.there or await asyncio.to_thread(ballast.make):
            return True
        return not ballast.room().short(await self.engine.read(free_inside))

    async def close(self) -> None:
        await self.engine.close()


def free_inside(conn: Connection) -> int:
    """Bytes of a SQLite database that hold nothing and are used again first."""
    pages, size = (int(conn.exec_driver_sql(f"PRAGMA {name}").scalar_one()) for name in ("freelist_count", "page_size"))
    return pages * size


def open_store(url: str, *, read_only: bool = False, ballast_bytes: int = 0) -> SqlStore:
    """A store over `open_engine`, which says what URLs there are and what is raised. A new one has no tables before
    its first `upgrade`."""
    return SqlStore(open_engine(url, read_only=read_only, ballast_bytes=ballast_bytes))


def open_news(store: SqlStore, told: Callable[[], None], heard: Callable[[], None]) -> Waking | Unheard:
    """How the processes on this database wake each other. `told` and `heard` count notifications."""
    if store.engine.dialect == "sqlite":
        return Unheard()
    from bridge.store.engines.waking import Waking

    return Waking(store.engine.url, told, heard)
