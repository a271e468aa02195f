"""Where a source was before it moved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    # The default stays: a process of the release before may still write while the others are being replaced.
    op.add_column("source", sa.Column("moved_from", sa.Text, nullable=False, server_default=""))
    op.add_column("source", sa.Column("moved_at", sa.BigInteger, nullable=True))
