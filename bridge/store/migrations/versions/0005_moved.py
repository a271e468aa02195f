"""Where a source was before it moved, and how many of a burst came at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    # The defaults stay: a process of the release before may still write while the others are being replaced.
    op.add_column("source", sa.Column("moved_from", sa.Text, nullable=False, server_default=""))
    op.add_column("source", sa.Column("moved_at", sa.BigInteger, nullable=True))
    op.add_column("source", sa.Column("burst", sa.Integer, nullable=False, server_default="0"))
