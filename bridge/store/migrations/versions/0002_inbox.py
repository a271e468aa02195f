"""An inbox of events, what people chose about statuses and answers, their pictures, what a share request would be an
answer to, and which workspaces were told their circle."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    # The defaults stay: a process of the release before may still write while the others are being replaced.
    op.add_column("person", sa.Column("send_replies", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("person", sa.Column("picture", sa.Text, nullable=True))
    op.add_column("account", sa.Column("shares_status", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("account", sa.Column("status", sa.Text, nullable=False, server_default=""))
    op.add_column("workspace", sa.Column("told", sa.Boolean, nullable=False, server_default=sa.false()))
    # Until now there was nothing but the bridge's own stand-in for a chat, which tells its circle: the first place is
    # free for the team's real chat, also where the stand-in never starts again.
    op.execute("UPDATE workspace SET told = true")
    op.add_column("share_request", sa.Column("in_reply_to", sa.BigInteger, nullable=True))
    op.create_index(
        "share_reply", "share_request", ["in_reply_to", "author", "id"], **_where("in_reply_to IS NOT NULL")
    )
    op.create_table(
        "inbox",
        sa.Column("namespace", sa.String, primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=True),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=True),
    )
    op.create_index("inbox_open", "inbox", ["namespace", "at"], **_where("payload IS NOT NULL"))
    op.create_index("inbox_done", "inbox", ["at"], **_where("payload IS NULL"))
