"""The tables, declared with SQLModel. Rows never leave bridge/store; ids are made outside, but for `seq`, `delivery.id`
and `post.number`, which the database counts up so that they follow the order of commits.

Times are kept as whole microseconds since 1970 (UTC) in BIGINT columns: exact, quick to compare, equal on both engines.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Sequence,
    Table,
    Text,
    TypeDecorator,
    false,
    text,
)
from sqlmodel import Field, SQLModel

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

POST_NUMBERS = Sequence("post_number", data_type=BigInteger, metadata=SQLModel.metadata)
"""PostgreSQL only: a counter row would make everybody who publishes wait for everybody else's commit."""


def to_micros(at: datetime) -> int:
    """Refuses a naive time: comparing it with an aware one raises TypeError."""
    return (at - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


class Moment(TypeDecorator[datetime]):
    """An aware time, kept as microseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_micros(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else from_micros(value)


def table(model: type[SQLModel]) -> Table:
    """The Core table of a row class. SQLModel gives it to table models only, so its types do not know it."""
    found: Table = model.__dict__["__table__"]
    return found


def _id(*, auto: bool = False) -> Any:
    kind = BigInteger().with_variant(Integer(), "sqlite")
    return Field(sa_column=Column(kind, primary_key=True, autoincrement=auto))


def _big(*, null: bool = False, index: bool = False, default: int | None = None) -> Any:
    return Field(default=default, sa_column=Column(BigInteger, nullable=null, index=index))


def _to(target: str, *, null: bool = False, index: bool = False, key: bool = False, cascade: bool = True) -> Any:
    link = ForeignKey(target, ondelete="CASCADE" if cascade else "SET NULL")
    return Field(default=None, sa_column=Column(BigInteger, link, nullable=null, index=index, primary_key=key))


def _at(*, null: bool = True) -> Any:
    return Field(default=None, sa_column=Column(Moment, nullable=null))


def _words(*, null: bool = False, default: str | None = "") -> Any:
    return Field(default=default, sa_column=Column(Text, nullable=null))


def _later_flag() -> Any:
    """A flag that an earlier release does not know: the database says no for it, where both run at once."""
    return Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))


class PersonRow(SQLModel, table=True):
    __tablename__ = "person"
    id: int = _id()
    handle: str = _words()
    folded: str = Field(unique=True)
    name: str = _words()
    searched: str = _words()  # folded handle, name and title, for `search`
    circle: str
    title: str = _words()
    zone: str | None = None
    language: str | None = None
    quiet_start: int | None = None  # minutes of the day
    quiet_end: int | None = None
    working_days: int  # bit 0 is Monday
    mentions_live: bool
    never_ask: bool
    roles: str = ""  # comma-separated
    home: int | None = _big(null=True)
    sample: bool = Field(default=False)
    last_post: int | None = _big(null=True, index=True)
    send_replies: bool = _later_flag()
    picture: str | None = _words(null=True, default=None)


class AccountRow(SQLModel, table=True):
    __tablename__ = "account"
    __table_args__ = (Index("account_user", "platform", "workspace", "user", unique=True),)
    id: int = _id()
    person: int = _to("person.id", index=True)
    platform: str
    workspace: str
    user: str
    guest: bool
    shares_status: bool = _later_flag()
    status: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))


class WorkspaceRow(SQLModel, table=True):
    __tablename__ = "workspace"
    platform: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    name: str = _words()
    circle: str
    told: bool = _later_flag()  # its adapter told the circle: it has no place among those that come one after another


class PlaceRow(SQLModel, table=True):
    __tablename__ = "place"
    __table_args__ = (Index("place_key", "platform", "workspace", "key", "direct", unique=True),)
    id: int = _id()
    platform: str
    workspace: str
    key: str
    kind: str
    direct: bool  # a user and a channel may have equal keys
    name: str = _words()
    folded: str = Field(default="", index=True)
    circle: str
    private: bool
    account: int | None = _to("account.id", null=True, index=True)
    paused: str | None = _words(null=True, default=None)


RANK = "due - CASE WHEN live THEN 60000000 ELSE 0 END - backlog * 1000000"
"""In which order lanes are served, the smallest first. Live work goes before what has been due for less than a minute
longer: so digests wait, but not for ever. A second's wait counts as much as one message more in the backlog."""


class LaneRow(SQLModel, table=True):
    """What the courier keeps of a place. `due`: there is work since then (null: none). `touched` grows with every new
    wish, so that one that arrives while the courier is putting the place to rest is not slept over: `seen` is what it
    was when the place was claimed."""

    __tablename__ = "lane"
    __table_args__ = (
        Index(
            "lane_rank",
            text(f"({RANK})"),
            "place",
            sqlite_where=text("due IS NOT NULL"),
            postgresql_where=text("due IS NOT NULL"),
        ),
    )
    place: int = _to("place.id", key=True)
    due: datetime | None = _at()
    free: datetime | None = _at()
    touched: int = _big(default=0)
    seen: int = _big(default=0)
    owner: str | None = None
    epoch: int = _big(default=0)
    leased_until: datetime | None = _at()
    live: bool = False  # what made it due last was live work
    failures: int = 0
    lives: str = _words(default="[]")  # JSON: microseconds of the first live sends of the last hour
    pace: str = _words()
    backlog: int = _big(default=0)  # about as many requests: what was left when it was last put to rest, and came since


class PostRow(SQLModel, table=True):
    __tablename__ = "post"
    __table_args__ = (
        Index("post_author", "author", "id"),
        Index("post_rule", "rule"),
        Index("post_root", "root", "id"),
        Index("post_origin", "origin_platform", "origin_workspace", "origin_message", unique=True),
        Index(
            "post_reshare",
            "reshare_of",
            sqlite_where=text("reshare_of IS NOT NULL"),
            postgresql_where=text("reshare_of IS NOT NULL"),
        ),
        Index(
            "post_reply",
            "in_reply_to",
            sqlite_where=text("in_reply_to IS NOT NULL"),
            postgresql_where=text("in_reply_to IS NOT NULL"),
        ),
        Index(
            "post_held",
            "held_until",
            sqlite_where=text("held_until IS NOT NULL"),
            postgresql_where=text("held_until IS NOT NULL"),
        ),
        Index("post_announced", "id", sqlite_where=text("announced = 1"), postgresql_where=text("announced")),
        Index(
            "post_answers",
            "answers",
            "id",
            sqlite_where=text("answers IS NOT NULL"),
            postgresql_where=text("answers IS NOT NULL"),
        ),
        Index(
            "post_taken",
            "taken_by",
            sqlite_where=text("taken_by IS NOT NULL"),
            postgresql_where=text("taken_by IS NOT NULL"),
        ),
        Index(
            "post_until",
            "author",
            "until",
            sqlite_where=text("until IS NOT NULL"),
            postgresql_where=text("until IS NOT NULL"),
        ),
    )
    id: int = _id()
    number: int = Field(sa_column=Column(BigInteger, nullable=False, unique=True))
    author: int = _to("person.id")
    text: str = _words()  # JSON of the span tree
    audience: str
    owner: int = _big()
    rule: int = _big()
    root: int = _big()
    in_reply_to: int | None = _big(null=True)
    answers: int | None = _big(null=True)  # the author of what it replies to
    reshare_of: int | None = _big(null=True)
    revision: int = 1
    created_at: datetime = _at(null=False)
    edited_at: datetime | None = _at()
    deleted_at: datetime | None = _at()
    until: datetime | None = _at()
    held_until: datetime | None = _at()
    announced: bool = Field(default=False)
    bare: bool = False  # has neither text nor attachments of its own
    origin_platform: str | None = None
    origin_workspace: str | None = None
    origin_message: str | None = None
    origin_place: int | None = _big(null=True)
    tags: str = _words(default="[]")  # JSON of the folded names, as in post_tag
    mentions: str = _words(default="[]")  # JSON of person ids, as in mention
    attachments: str = _words(default="[]")  # JSON
    outside: bool = _later_flag()
    taken_by: int | None = _big(null=True)
    taken_at: datetime | None = _at()
    done_at: datetime | None = _at()


class TagRow(SQLModel, table=True):
    __tablename__ = "tag"
    id: int = _id()
    folded: str = Field(unique=True)
    name: str = _words()


class PostTagRow(SQLModel, table=True):
    __tablename__ = "post_tag"
    tag: int = _to("tag.id", key=True)
    post: int = _to("post.id", key=True, index=True)


class MentionRow(SQLModel, table=True):
    __tablename__ = "mention"
    person: int = _to("person.id", key=True)
    post: int = _to("post.id", key=True, index=True)


class ReaderRow(SQLModel, table=True):
    """The people a post is for, kept under the post whose rule counts."""

    __tablename__ = "reader"
    rule: int = _to("post.id", key=True)
    person: int = _to("person.id", key=True, index=True)


class SubscriptionRow(SQLModel, table=True):
    __tablename__ = "subscription"
    __table_args__ = (
        Index("subscription_subject", "subject", "cadence"),
        Index(
            "subscription_sieve",
            "sieve",
            sqlite_where=text("sieve IS NOT NULL"),
            postgresql_where=text("sieve IS NOT NULL"),
        ),
    )
    subscriber: int = Field(sa_column=Column(BigInteger, primary_key=True))
    subject: int = Field(sa_column=Column(BigInteger, primary_key=True))
    subject_kind: str
    place: int = _to("place.id", index=True)
    cadence: str
    by: int = _big()
    since: datetime = _at(null=False)
    paused: bool = False
    sieve: int | None = _big(null=True)


class SieveRow(SQLModel, table=True):
    """What lets only some updates through: the words of a filter of `subject`, or (subject null) of a tracked
    phrase."""

    __tablename__ = "sieve"
    id: int = _id()
    subject: int | None = _big(null=True, index=True)
    words: str = _words()


class CaughtRow(SQLModel, table=True):
    """What a sieve let through."""

    __tablename__ = "caught"
    sieve: int = _to("sieve.id", key=True)
    post: int = _to("post.id", key=True, index=True)


class SourceRow(SQLModel, table=True):
    """Its id is that of the author that stands for it."""

    __tablename__ = "source"
    __table_args__ = (
        Index("source_key", "adapter", "key", unique=True),
        Index(
            "source_next",
            "next_at",
            sqlite_where=text("next_at IS NOT NULL"),
            postgresql_where=text("next_at IS NOT NULL"),
        ),
    )
    id: int = _to("person.id", key=True)
    adapter: str
    key: str = _words()
    home: str = _words()
    internal: bool
    by: int = _big()
    created_at: datetime = _at(null=False)
    state: str = _words()
    epoch: int = _big(default=0)
    every: int  # seconds
    next_at: datetime | None = _at()
    looked_at: datetime | None = _at()
    changed_at: datetime | None = _at()
    failing_since: datetime | None = _at()
    error: str = _words()
    told: bool
    rests: str = ""
    a_day: int  # thousandths
    moved_from: str = _words(default="")
    moved_at: datetime | None = _at()
    burst: int = 0
    host: str = _words()


class SourceItemRow(SQLModel, table=True):
    """What a source yielded, by a hash of its name there. It stays when the post is forgotten: else it would come
    again."""

    __tablename__ = "source_item"
    __table_args__ = (Index("source_item_sign", "source", "sign"),)
    source: int = _to("source.id", key=True)
    key: str = Field(primary_key=True)
    sign: str
    post: int | None = _big(null=True, index=True)
    late: bool
    about: str = _words()  # JSON of what filters ask and the post does not tell


class MuteRow(SQLModel, table=True):
    __tablename__ = "mute"
    subscriber: int = Field(sa_column=Column(BigInteger, primary_key=True))
    subject: int = Field(sa_column=Column(BigInteger, primary_key=True))
    subject_kind: str
    until: datetime | None = _at()


class ScheduleRow(SQLModel, table=True):
    __tablename__ = "schedule"
    __table_args__ = (
        Index("schedule_due", "due", sqlite_where=text("due IS NOT NULL"), postgresql_where=text("due IS NOT NULL")),
    )
    subscriber: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    place: int = _to("place.id")
    person: int | None = _big(null=True)
    times: str = _words()  # "09:00,17:30"
    days: int  # bit 0 is Monday
    zone: str
    slot_on: str | None = None  # ISO date
    slot_at: str | None = None  # "09:00"
    slot_due: datetime | None = _at()
    due: datetime | None = _at()  # slot_due, or the end of a pause beyond it; null while off
    enabled: bool
    paused_until: datetime | None = _at()
    last: datetime | None = _at()
    empty: int = 0


class DeliveryRow(SQLModel, table=True):
    __tablename__ = "delivery"
    __table_args__ = (
        Index("delivery_restless", "place", sqlite_where=text("restless = 1"), postgresql_where=text("restless")),
        Index("delivery_message", "place", "message", unique=True),
        Index("delivery_slot", "subscriber", "slot_on", "slot_at", unique=True),
        {"sqlite_autoincrement": True},
    )
    id: int | None = _id(auto=True)
    place: int = _to("place.id")
    kind: str
    state: str = Field(index=True)
    restless: bool  # the courier has to look at it
    nonce: str = Field(unique=True)
    created_at: datetime = _at(null=False)
    attempts: int = 0
    first_tried_at: datetime | None = _at()
    tried_at: datetime | None = _at()
    settled_at: datetime | None = _at()
    deadline: datetime | None = _at()
    message: str | None = Field(default=None, sa_column=Column(Text().with_variant(Text(collation="C"), "postgresql")))
    payload: str | None = _words(null=True, default=None)
    payload_rev: int = 1
    payload_shown: int | None = None
    payload_tried: int | None = None
    plain: bool = False
    error: str = _words()
    subscriber: int | None = _big(null=True)
    slot_on: str | None = None
    slot_at: str | None = None
    key: str | None = Field(default=None, unique=True)


class ItemRow(SQLModel, table=True):
    """`parted`: 0 on its way or shown, 1 left to the digest, 2 dropped."""

    __tablename__ = "item"
    __table_args__ = (
        Index("item_once", "post", "subscriber", unique=True),
        Index(
            "item_diverted",
            "subscriber",
            "post",
            sqlite_where=text("parted = 1"),
            postgresql_where=text("parted = 1"),
        ),
        Index(
            "item_waiting",
            "place",
            "seq",
            sqlite_where=text("delivery IS NULL AND parted = 0"),
            postgresql_where=text("delivery IS NULL AND parted = 0"),
        ),
        {"sqlite_autoincrement": True},
    )
    seq: int | None = _id(auto=True)
    subscriber: int = _big()
    place: int = _to("place.id")
    post: int = _to("post.id")
    reason: str
    subject: int | None = _big(null=True)
    delivery: int | None = _to("delivery.id", null=True, index=True)
    position: int = 0
    tried: int | None = None
    shown: int | None = None
    queued_at: datetime = _at(null=False)
    shown_at: datetime | None = _at()
    parted: int = 0


class LikeRow(SQLModel, table=True):
    __tablename__ = "liked"
    post: int = _to("post.id", key=True)
    person: int = _to("person.id", key=True)
    key: str = Field(primary_key=True)
    at: datetime = _at(null=False)


class GotItRow(SQLModel, table=True):
    __tablename__ = "got_it"
    post: int = _to("post.id", key=True)
    token: str = Field(primary_key=True)


class ShareRow(SQLModel, table=True):
    __tablename__ = "share_request"
    __table_args__ = (
        Index("share_origin", "origin_platform", "origin_workspace", "origin_message", unique=True),
        Index(
            "share_reply",
            "in_reply_to",
            "author",
            "id",
            sqlite_where=text("in_reply_to IS NOT NULL"),
            postgresql_where=text("in_reply_to IS NOT NULL"),
        ),
    )
    id: int = _id()
    origin_platform: str
    origin_workspace: str
    origin_message: str
    place: int = _to("place.id")
    author: int = _to("person.id")
    sharer: int = _to("person.id")
    text: str = _words()
    attachments: str = _words(default="[]")  # JSON
    audience: str
    at: datetime = _at(null=False)
    lapses_at: datetime = _at(null=False)
    answer: str | None = Field(default=None, index=True)
    post: int | None = _big(null=True)
    in_reply_to: int | None = _big(null=True)


class LineRow(SQLModel, table=True):
    __tablename__ = "line"
    __table_args__ = (Index("line_place", "place", "id"),)
    id: int = _id()
    place: int = _to("place.id")
    account: int = _to("account.id")
    name: str = _words()
    text: str = _words()
    at: datetime = _at(null=False)
    thread: str | None = None


class ReactionRow(SQLModel, table=True):
    __tablename__ = "reaction"
    place: int = _to("place.id", key=True)
    message: str = Field(primary_key=True)
    emoji: str = Field(primary_key=True)
    account: int = _to("account.id", key=True)


class EventRow(SQLModel, table=True):
    __tablename__ = "event"
    key: str = Field(primary_key=True)
    at: datetime = Field(sa_column=Column(Moment, nullable=False, index=True))


class InboxRow(SQLModel, table=True):
    """An event of an adapter. `at`: when it came, and once it is done with, when that was. `payload`: encrypted, null
    once it is done with. `until`: somebody has it until then (null: nobody)."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index(
            "inbox_open",
            "namespace",
            "at",
            sqlite_where=text("payload IS NOT NULL"),
            postgresql_where=text("payload IS NOT NULL"),
        ),
        Index("inbox_done", "at", sqlite_where=text("payload IS NULL"), postgresql_where=text("payload IS NULL")),
    )
    namespace: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    at: datetime = _at(null=False)
    payload: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    tries: int
    until: datetime | None = _at()


class SecretRow(SQLModel, table=True):
    __tablename__ = "secret"
    namespace: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    value: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    version: int


class LeaseRow(SQLModel, table=True):
    __tablename__ = "lease"
    name: str = Field(primary_key=True)
    owner: str
    epoch: int
    until: datetime = _at(null=False)


class MediaRow(SQLModel, table=True):
    __tablename__ = "media"
    digest: str = Field(primary_key=True)
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    used_at: datetime = Field(sa_column=Column(Moment, nullable=False, index=True))  # by the newest update that has it


class CounterRow(SQLModel, table=True):
    """Numbers that count up, one row each: `post` (SQLite only), and `sieves`, how often they were changed."""

    __tablename__ = "counter"
    name: str = Field(primary_key=True)
    value: int
