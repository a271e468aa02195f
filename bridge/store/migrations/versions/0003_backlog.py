"""How much there is to do in a place, so that the longest backlog can go first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    # The default stays: a process of the release before may still write while the others are being replaced.
    op.add_column("lane", sa.Column("backlog", sa.BigInteger, nullable=False, server_default="0"))
