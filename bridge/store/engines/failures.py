"""The one place where errors of the drivers become errors of ours."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from bridge.model.errors import (
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreReadOnly,
)

# https://www.sqlite.org/rescode.html, the low byte of an extended code
_SQLITE: dict[int, type[StoreError]] = {
    3: StoreReadOnly,  # PERM
    5: StoreBusy,
    6: StoreBusy,  # LOCKED
    8: StoreReadOnly,
    11: StoreDamaged,  # CORRUPT
    13: StoreFull,
    14: StoreReadOnly,  # CANTOPEN: the folder is missing or closed to us
    26: StoreDamaged,  # NOTADB
}

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRES: dict[str, type[StoreError]] = {
    "25006": StoreReadOnly,  # read_only_sql_transaction
    "40001": StoreBusy,  # serialization_failure
    "40P01": StoreBusy,  # deadlock_detected
    "42501": StoreReadOnly,  # insufficient_privilege
    "53100": StoreFull,  # disk_full
    "53300": StoreBusy,  # too_many_connections
    "55P03": StoreBusy,  # lock_not_available
    "57014": StoreBusy,  # query_canceled: a statement timeout
    "XX001": StoreDamaged,  # data_corrupted
    "XX002": StoreDamaged,  # index_corrupted
}


def translate(error: BaseException, where: str) -> BaseException:
    """Our error for a driver's, with the driver's as its cause; any other error comes back as it is.

    `where` names the database to a person: a path or a database name, never a password.
    """
    cause = driver_error(error)
    if cause is None:
        return error
    failure = _kind(cause)(path=where, detail=str(cause).partition("\n")[0])
    failure.__cause__ = error
    return failure


def driver_error(error: BaseException) -> BaseException | None:
    """The driver's own error, whether or not SQLAlchemy has wrapped it; None if it is no driver's."""
    if isinstance(error, DBAPIError):
        return error.orig or error
    module = type(error).__module__.partition(".")[0]
    return error if module in {"sqlite3", "pysqlite3", "psycopg"} else None


def sqlstate(error: BaseException) -> str:
    """PostgreSQL's five-letter code, or "" where it gave none."""
    return getattr(driver_error(error), "sqlstate", None) or ""


def _kind(cause: BaseException) -> type[StoreError]:
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code & 0xFF, StoreError)
    return _POSTGRES.get(getattr(cause, "sqlstate", None) or "", StoreError)
