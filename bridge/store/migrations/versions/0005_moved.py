"""Of a source: where it was before it moved, how many of a burst came at once, and the host that is asked. And an index
that finds what somebody was on who left."""

from __future__ import annotations

from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    # The defaults stay: a process of the release before may still write while the others are being replaced.
    op.add_column("source", sa.Column("moved_from", sa.Text, nullable=False, server_default=""))
    op.add_column("source", sa.Column("moved_at", sa.BigInteger, nullable=True))
    op.add_column("source", sa.Column("burst", sa.Integer, nullable=False, server_default="0"))
    op.add_column("source", sa.Column("host", sa.Text, nullable=False, server_default=""))
    taken = sa.text("taken_by IS NOT NULL")
    op.create_index("post_taken", "post", ["taken_by"], sqlite_where=taken, postgresql_where=taken)
    source = sa.table("source", sa.column("id"), sa.column("adapter"), *map(sa.column, ("key", "home", "host")))
    link = op.get_bind()
    for row in link.execute(sa.select(source)).all():
        host = urlsplit(row.key if "://" in row.key else row.home).hostname or row.adapter
        link.execute(sa.update(source).where(source.c.id == row.id).values(host=host))
