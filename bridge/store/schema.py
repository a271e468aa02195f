"""Which schema a database has, and how it gets the newest. The steps themselves live in `migrations/versions`."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

from bridge.model.errors import StoreNewer
from bridge.store.engine import Engine

HEAD = "0003"
"""The newest revision. Written down here because asking Alembic for it costs a third of a second at every start."""

_ONE_AT_A_TIME = 0x6272_6964_6765  # "bridge": several processes may start on one PostgreSQL


async def current(engine: Engine) -> str | None:
    """The revision of the database, e.g. "0002"; None if it is empty."""
    return await engine.read(_current)


async def upgrade(engine: Engine) -> None:
    """Brings the database to HEAD, in one transaction. Raises StoreNewer if a later Bridge has been here."""
    if await current(engine) != HEAD:
        await engine.reshape(_upgrade)


def _current(tx: Connection) -> str | None:
    if not inspect(tx).has_table("alembic_version"):
        return None
    found: str | None = tx.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _upgrade(tx: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    if tx.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
    config = Config(attributes={"connection": tx})
    config.set_main_option("script_location", "bridge.store:migrations")
    config.set_main_option("path_separator", "os")
    found = _current(tx)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StoreNewer(found=found)
    command.upgrade(config, "head")
