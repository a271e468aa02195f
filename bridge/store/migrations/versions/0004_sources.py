"""Outside sources with what they yielded, and sieves: filters of follows, and tracked phrases."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _to(name: str, target: str, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger, sa.ForeignKey(target, ondelete="CASCADE"), **more)


def upgrade() -> None:
    id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    # The defaults stay: a process of the release before may still write while the others are being replaced.
    op.add_column("post", sa.Column("outside", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("subscription", sa.Column("sieve", sa.BigInteger, nullable=True))
    op.create_index("subscription_sieve", "subscription", ["sieve"], **_where("sieve IS NOT NULL"))
    op.create_table(
        "sieve",
        sa.Column("id", id, primary_key=True, autoincrement=False),
        sa.Column("subject", sa.BigInteger, nullable=True),
        sa.Column("words", sa.Text, nullable=False),
    )
    op.create_index("ix_sieve_subject", "sieve", ["subject"])
    op.create_table("caught", _to("sieve", "sieve.id", primary_key=True), _to("post", "post.id", primary_key=True))
    op.create_index("ix_caught_post", "caught", ["post"])
    op.create_table(
        "source",
        _to("id", "person.id", primary_key=True),
        sa.Column("adapter", sa.String, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("home", sa.Text, nullable=False),
        sa.Column("internal", sa.Boolean, nullable=False),
        sa.Column("by", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("every", sa.Integer, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=True),
        sa.Column("looked_at", sa.BigInteger, nullable=True),
        sa.Column("changed_at", sa.BigInteger, nullable=True),
        sa.Column("failing_since", sa.BigInteger, nullable=True),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("told", sa.Boolean, nullable=False),
        sa.Column("rests", sa.String, nullable=False),
        sa.Column("a_day", sa.Integer, nullable=False),
    )
    op.create_index("source_key", "source", ["adapter", "key"], unique=True)
    op.create_index("source_next", "source", ["next_at"], **_where("next_at IS NOT NULL"))
    op.create_table(
        "source_item",
        _to("source", "source.id", primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("sign", sa.String, nullable=False),
        sa.Column("post", sa.BigInteger, nullable=True),
        sa.Column("late", sa.Boolean, nullable=False),
    )
    op.create_index("source_item_sign", "source_item", ["source", "sign"])
