"""The first schema. It stands as it was shipped: later revisions change tables, nobody changes this file."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _columns(kind: Any, *names: str, nullable: bool = False, **more: Any) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind(), nullable=nullable, autoincrement=False, **more) for name in names]


def _id(name: str, *, autoincrement: bool = False) -> sa.Column[Any]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, primary_key=True, autoincrement=autoincrement)


def _to(name: str, table: str, *, nullable: bool = False, **more: Any) -> sa.Column[Any]:
    link = sa.ForeignKey(f"{table}.id", ondelete="CASCADE")
    return sa.Column(name, sa.BigInteger, link, nullable=nullable, **more)


def _where(condition: str, postgresql: str | None = None) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(postgresql or condition)}


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.schema.CreateSequence(sa.Sequence("post_number", data_type=sa.BigInteger)))
    op.create_table(
        "counter",
        *_columns(sa.String, "name", primary_key=True),
        *_columns(sa.Integer, "value"),
    )
    op.create_table(
        "event",
        *_columns(sa.String, "key", primary_key=True),
        *_columns(sa.BigInteger, "at"),
    )
    op.create_index("ix_event_at", "event", ["at"])
    op.create_table(
        "lease",
        *_columns(sa.String, "name", primary_key=True),
        *_columns(sa.String, "owner"),
        *_columns(sa.Integer, "epoch"),
        *_columns(sa.BigInteger, "until"),
    )
    op.create_table(
        "media",
        *_columns(sa.String, "digest", primary_key=True),
        *_columns(sa.LargeBinary, "data"),
        *_columns(sa.BigInteger, "used_at"),
    )
    op.create_index("ix_media_used_at", "media", ["used_at"])
    op.create_table(
        "mute",
        *_columns(sa.BigInteger, "subscriber", "subject", primary_key=True),
        *_columns(sa.String, "subject_kind"),
        *_columns(sa.BigInteger, "until", nullable=True),
    )
    op.create_table(
        "person",
        _id("id"),
        *_columns(sa.Text, "handle"),
        *_columns(sa.String, "folded", unique=True),
        *_columns(sa.Text, "name", "searched"),
        *_columns(sa.String, "circle"),
        *_columns(sa.Text, "title"),
        *_columns(sa.String, "zone", "language", nullable=True),
        *_columns(sa.Integer, "quiet_start", "quiet_end", nullable=True),
        *_columns(sa.Integer, "working_days"),
        *_columns(sa.Boolean, "mentions_live", "never_ask"),
        *_columns(sa.String, "roles"),
        *_columns(sa.BigInteger, "home", nullable=True),
        *_columns(sa.Boolean, "sample"),
        *_columns(sa.BigInteger, "last_post", nullable=True),
    )
    op.create_index("ix_person_last_post", "person", ["last_post"])
    op.create_table(
        "secret",
        *_columns(sa.String, "namespace", "key", primary_key=True),
        *_columns(sa.LargeBinary, "value"),
        *_columns(sa.Integer, "version"),
    )
    op.create_table(
        "tag",
        _id("id"),
        *_columns(sa.String, "folded", unique=True),
        *_columns(sa.Text, "name"),
    )
    op.create_table(
        "workspace",
        *_columns(sa.String, "platform", "key", primary_key=True),
        *_columns(sa.Text, "name"),
        *_columns(sa.String, "circle"),
    )
    op.create_table(
        "account",
        _id("id"),
        _to("person", "person"),
        *_columns(sa.String, "platform", "workspace", "user"),
        *_columns(sa.Boolean, "guest"),
    )
    op.create_index("account_user", "account", ["platform", "workspace", "user"], unique=True)
    op.create_index("ix_account_person", "account", ["person"])
    op.create_table(
        "post",
        _id("id"),
        *_columns(sa.BigInteger, "number", unique=True),
        _to("author", "person"),
        *_columns(sa.Text, "text"),
        *_columns(sa.String, "audience"),
        *_columns(sa.BigInteger, "owner", "rule", "root"),
        *_columns(sa.BigInteger, "in_reply_to", "answers", "reshare_of", nullable=True),
        *_columns(sa.Integer, "revision"),
        *_columns(sa.BigInteger, "created_at"),
        *_columns(sa.BigInteger, "edited_at", "deleted_at", "until", "held_until", nullable=True),
        *_columns(sa.Boolean, "announced", "bare"),
        *_columns(sa.String, "origin_platform", "origin_workspace", "origin_message", nullable=True),
        *_columns(sa.BigInteger, "origin_place", nullable=True),
        *_columns(sa.Text, "tags", "mentions", "attachments"),
    )
    op.create_index("post_announced", "post", ["id"], **_where("announced = 1", postgresql="announced"))
    op.create_index("post_answers", "post", ["answers", "id"], **_where("answers IS NOT NULL"))
    op.create_index("post_author", "post", ["author", "id"])
    op.create_index("post_held", "post", ["held_until"], **_where("held_until IS NOT NULL"))
    op.create_index("post_origin", "post", ["origin_platform", "origin_workspace", "origin_message"], unique=True)
    op.create_index("post_reply", "post", ["in_reply_to"], **_where("in_reply_to IS NOT NULL"))
    op.create_index("post_reshare", "post", ["reshare_of"], **_where("reshare_of IS NOT NULL"))
    op.create_index("post_root", "post", ["root", "id"])
    op.create_index("post_rule", "post", ["rule"])
    op.create_index("post_until", "post", ["author", "until"], **_where("until IS NOT NULL"))
    op.create_table(
        "got_it",
        _to("post", "post", primary_key=True),
        *_columns(sa.String, "token", primary_key=True),
    )
    op.create_table(
        "liked",
        _to("post", "post", primary_key=True),
        _to("person", "person", primary_key=True),
        *_columns(sa.String, "key", primary_key=True),
        *_columns(sa.BigInteger, "at"),
    )
    op.create_table(
        "mention",
        _to("person", "person", primary_key=True),
        _to("post", "post", primary_key=True),
    )
    op.create_index("ix_mention_post", "mention", ["post"])
    op.create_table(
        "place",
        _id("id"),
        *_columns(sa.String, "platform", "workspace", "key", "kind"),
        *_columns(sa.Boolean, "direct"),
        *_columns(sa.Text, "name"),
        *_columns(sa.String, "folded", "circle"),
        *_columns(sa.Boolean, "private"),
        _to("account", "account", nullable=True),
        *_columns(sa.Text, "paused", nullable=True),
    )
    op.create_index("ix_place_account", "place", ["account"])
    op.create_index("ix_place_folded", "place", ["folded"])
    op.create_index("place_key", "place", ["platform", "workspace", "key", "direct"], unique=True)
    op.create_table(
        "post_tag",
        _to("tag", "tag", primary_key=True),
        _to("post", "post", primary_key=True),
    )
    op.create_index("ix_post_tag_post", "post_tag", ["post"])
    op.create_table(
        "reader",
        _to("rule", "post", primary_key=True),
        _to("person", "person", primary_key=True),
    )
    op.create_index("ix_reader_person", "reader", ["person"])
    op.create_table(
        "delivery",
        _id("id", autoincrement=True),
        _to("place", "place"),
        *_columns(sa.String, "kind", "state"),
        *_columns(sa.Boolean, "restless"),
        *_columns(sa.String, "nonce", unique=True),
        *_columns(sa.BigInteger, "created_at"),
        *_columns(sa.Integer, "attempts"),
        *_columns(sa.BigInteger, "first_tried_at", "tried_at", "settled_at", "deadline", nullable=True),
        sa.Column("message", sa.Text().with_variant(sa.Text(collation="C"), "postgresql")),
        *_columns(sa.Text, "payload", nullable=True),
        *_columns(sa.Integer, "payload_rev"),
        *_columns(sa.Integer, "payload_shown", "payload_tried", nullable=True),
        *_columns(sa.Boolean, "plain"),
        *_columns(sa.Text, "error"),
        *_columns(sa.BigInteger, "subscriber", nullable=True),
        *_columns(sa.String, "slot_on", "slot_at", nullable=True),
        *_columns(sa.String, "key", nullable=True, unique=True),
        sqlite_autoincrement=True,
    )
    op.create_index("delivery_message", "delivery", ["place", "message"], unique=True)
    op.create_index("delivery_restless", "delivery", ["place"], **_where("restless = 1", postgresql="restless"))
    op.create_index("delivery_slot", "delivery", ["subscriber", "slot_on", "slot_at"], unique=True)
    op.create_index("ix_delivery_state", "delivery", ["state"])
    op.create_table(
        "lane",
        _to("place", "place", primary_key=True),
        *_columns(sa.BigInteger, "due", "free", nullable=True),
        *_columns(sa.BigInteger, "touched", "seen"),
        *_columns(sa.String, "owner", nullable=True),
        *_columns(sa.BigInteger, "epoch"),
        *_columns(sa.BigInteger, "leased_until", nullable=True),
        *_columns(sa.Boolean, "live"),
        *_columns(sa.Integer, "failures"),
        *_columns(sa.Text, "lives", "pace"),
    )
    op.create_index("lane_due", "lane", ["due"], **_where("due IS NOT NULL"))
    op.create_table(
        "line",
        _id("id"),
        _to("place", "place"),
        _to("account", "account"),
        *_columns(sa.Text, "name", "text"),
        *_columns(sa.BigInteger, "at"),
        *_columns(sa.String, "thread", nullable=True),
    )
    op.create_index("line_place", "line", ["place", "id"])
    op.create_table(
        "reaction",
        _to("place", "place", primary_key=True),
        *_columns(sa.String, "message", "emoji", primary_key=True),
        _to("account", "account", primary_key=True),
    )
    op.create_table(
        "schedule",
        *_columns(sa.BigInteger, "subscriber", primary_key=True),
        _to("place", "place"),
        *_columns(sa.BigInteger, "person", nullable=True),
        *_columns(sa.Text, "times"),
        *_columns(sa.Integer, "days"),
        *_columns(sa.String, "zone"),
        *_columns(sa.String, "slot_on", "slot_at", nullable=True),
        *_columns(sa.BigInteger, "slot_due", "due", nullable=True),
        *_columns(sa.Boolean, "enabled"),
        *_columns(sa.BigInteger, "paused_until", "last", nullable=True),
        *_columns(sa.Integer, "empty"),
    )
    op.create_index("schedule_due", "schedule", ["due"], **_where("due IS NOT NULL"))
    op.create_table(
        "share_request",
        _id("id"),
        *_columns(sa.String, "origin_platform", "origin_workspace", "origin_message"),
        _to("place", "place"),
        _to("author", "person"),
        _to("sharer", "person"),
        *_columns(sa.Text, "text", "attachments"),
        *_columns(sa.String, "audience"),
        *_columns(sa.BigInteger, "at", "lapses_at"),
        *_columns(sa.String, "answer", nullable=True),
        *_columns(sa.BigInteger, "post", nullable=True),
    )
    op.create_index("ix_share_request_answer", "share_request", ["answer"])
    op.create_index(
        "share_origin", "share_request", ["origin_platform", "origin_workspace", "origin_message"], unique=True
    )
    op.create_table(
        "subscription",
        *_columns(sa.BigInteger, "subscriber", "subject", primary_key=True),
        *_columns(sa.String, "subject_kind"),
        _to("place", "place"),
        *_columns(sa.String, "cadence"),
        *_columns(sa.BigInteger, "by"),
        *_columns(sa.BigInteger, "since"),
        *_columns(sa.Boolean, "paused"),
    )
    op.create_index("ix_subscription_place", "subscription", ["place"])
    op.create_index("subscription_subject", "subscription", ["subject", "cadence"])
    op.create_table(
        "item",
        _id("seq", autoincrement=True),
        *_columns(sa.BigInteger, "subscriber"),
        _to("place", "place"),
        _to("post", "post"),
        *_columns(sa.String, "reason"),
        *_columns(sa.BigInteger, "subject", nullable=True),
        _to("delivery", "delivery", nullable=True),
        *_columns(sa.Integer, "position"),
        *_columns(sa.Integer, "tried", "shown", nullable=True),
        *_columns(sa.BigInteger, "queued_at"),
        *_columns(sa.BigInteger, "shown_at", nullable=True),
        *_columns(sa.Integer, "parted"),
        sqlite_autoincrement=True,
    )
    op.create_index("item_diverted", "item", ["subscriber", "post"], **_where("parted = 1"))
    op.create_index("item_once", "item", ["post", "subscriber"], unique=True)
    op.create_index("item_waiting", "item", ["place", "seq"], **_where("delivery IS NULL AND parted = 0"))
    op.create_index("ix_item_delivery", "item", ["delivery"])
