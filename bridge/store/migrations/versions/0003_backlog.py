"""How much there is to do in a place, so that the longest backlog can go first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    # The default stays: a process of the release before may still write while the others are being replaced.
    op.add_column("lane", sa.Column("backlog", sa.BigInteger, nullable=False, server_default="0"))
    op.drop_index("lane_due", "lane")
    rank = sa.text("(due - CASE WHEN live THEN 60000000 ELSE 0 END - backlog * 1000000)")
    due = sa.text("due IS NOT NULL")
    op.create_index("lane_rank", "lane", [rank, "place"], sqlite_where=due, postgresql_where=due)
