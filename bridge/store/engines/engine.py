"""The one door to the database: closures go in, plain data comes out. Choosing the engine by its URL lives here.

How closures are run lives in `sqlite` and `postgres`; what a closure does lives in the queries.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol, TypeVar

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError

from bridge.model.errors import ConfigError
from bridge.store.engines.ballast import Ballast

T = TypeVar("T")


class Engine(Protocol):
    """Runs closures on the database, in threads of its own; any task of any event loop may call it.

    The law of a closure `fn(tx)`:

    - It runs whole, in one transaction, and may run again, since a lost connection can hide a commit: ids, now and
      randomness are made outside, and it starts with its idempotency key.
    - It neither commits nor rolls back; it raises to undo what it did. It may use `with tx.begin_nested():`.
    - It returns plain data, never a row, a cursor or a result: those belong to a thread of the store.
    - It is short: on SQLite all writes wait for each other.

    What a closure raises comes out of the `await`, database errors as `StoreError` and its kin. A result comes only
    after COMMIT. A caller that is cancelled stops waiting, but what it handed over still runs.
    """

    @property
    def dialect(self) -> Literal["sqlite", "postgresql"]: ...

    @property
    def url(self) -> URL: ...

    @property
    def ballast(self) -> Ballast | None:
        """What is kept free for when the disk is full; None where the disk is not ours."""
        ...

    async def write(self, fn: Callable[[Connection], T]) -> T:
        """Runs `fn` in a writing transaction and returns what it returned, once that is safe on the disk."""
        ...

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """Runs `fn` in a transaction that cannot write, on SQLite seeing one moment of the database."""
        ...

    async def reshape(self, fn: Callable[[Connection], T]) -> T:
        """Like `write`, for migrations: alone in its transaction, and on SQLite with foreign keys checked at its
        end instead of on the way, so that a table may be built anew."""
        ...

    async def close(self) -> None:
        """Finishes what was handed over, then lets go of the database. Later calls raise `StoreError`."""
        ...


def open_engine(url: str, *, read_only: bool = False, ballast_bytes: int = 0) -> Engine:
    """Opens `sqlite:///file` (made if it is missing) or `postgresql://user@host:port/name`.

    Opening a SQLite file to write makes this process its owner until `close`. Opening it `read_only` needs no
    ownership; then `write` raises `StoreReadOnly`. `ballast_bytes`: kept free beside it for when the disk is full
    (`ballast`); PostgreSQL's disk is not ours to look after.
    Raises ConfigError, StoreOwned, StoreReadOnly, StoreMissing (read-only and no file), StoreDamaged.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigError(problem="the database is no URL. Write sqlite:///bridge.db or postgresql://…") from None
    match parsed.get_backend_name():
        case "sqlite":
            from bridge.store.engines.sqlite import SqliteEngine

            return SqliteEngine(parsed, read_only=read_only, ballast_bytes=ballast_bytes)
        case "postgresql" | "postgres":
            from bridge.store.engines.postgres import PostgresEngine

            return PostgresEngine(parsed, read_only=read_only)
    raise ConfigError(
        problem=f"Bridge keeps its data in SQLite or PostgreSQL, not in “{parsed.get_backend_name()}”. "
        "Write sqlite:///bridge.db or postgresql://…"
    )
