"""Which schema a database has, and how it gets the newest. The steps themselves live in `migrations/versions`."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

from bridge.model.errors import StoreNewer
from bridge.store.engines.engine import Engine

HEAD = "0005"
"""The newest revision. Written down here because asking Alembic for it costs a third of a second at every start."""

ONE_AT_A_TIME = 0x6272_6964_6765  # "bridge"
"""The advisory lock of whoever makes or changes tables: several processes may start on one PostgreSQL."""


async def current(engine: Engine) -> str | None:
    """The revision of the database, e.g. "0002"; None if it is empty."""
    return await engine.read(revision)


async def upgrade(engine: Engine) -> None:
    """Brings the database to HEAD, in one transaction. Raises StoreNewer if a later Bridge has been here."""
    if await current(engine) != HEAD:
        await engine.reshape(migrate)


def revision(tx: Connection) -> str | None:
    """See `current`."""
    if not inspect(tx).has_table("alembic_version"):
        return None
    found: str | None = tx.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def migrate(tx: Connection) -> None:
    """See `upgrade`; neither begins a transaction nor ends one."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    if tx.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
    config = Config(attributes={"connection": tx})
    config.set_main_option("script_location", "bridge.store:migrations")
    config.set_main_option("path_separator", "os")
    found = revision(tx)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StoreNewer(found=found)
    command.upgrade(config, "head")
