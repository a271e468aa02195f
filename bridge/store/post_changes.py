"""Keeping, changing and forgetting posts, with all that hangs on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, insert, literal_column, or_, select, true, update
from sqlalchemy.dialects import postgresql, sqlite

from bridge.model.audience import AudienceKind
from bridge.model.clean import fold
from bridge.model.ids import PostId, TagId, lowest_id
from bridge.model.post import Post
from bridge.model.text import Tag, spans
from bridge.store.engines.ready import Ready
from bridge.store.rows import PERSON, POST, READER, post_values, to_posts
from bridge.store.sql import (
    COUNTER,
    DELIVERY,
    ITEM,
    MENTION,
    MUTE,
    POST_TAG,
    SUBSCRIPTION,
    TAG,
    ZERO,
    among,
    engine_of,
    number,
    pairs,
    within,
)
from bridge.store.tables import POST_NUMBERS

_KEPT = select(POST).where(POST.c.id == number("id"))
_KEPT_OR_SAME_ORIGIN = select(POST).where(
    or_(
        POST.c.id == number("id"),
        (POST.c.origin_platform == bindparam("platform"))
        & (POST.c.origin_workspace == bindparam("workspace"))
        & (POST.c.origin_message == bindparam("message")),
    )
)
_AUTHOR = Ready(select(POST.c.author).where(POST.c.id == number("id")))
_NEWEST_NUMBER = select(POST.c.number).order_by(POST.c.number.desc()).limit(1).scalar_subquery()
_PURGED_NUMBER = select(COUNTER.c.value).where(COUNTER.c.name == literal_column("'post'")).scalar_subquery()
_NEXT_NUMBER = func.max(func.coalesce(_NEWEST_NUMBER, ZERO), func.coalesce(_PURGED_NUMBER, ZERO)) + literal_column("1")
"""SQLite has one writer, so the next number is simply the newest and one. The counter keeps those of purged posts."""
_KEEP_COUNT = (
    sqlite.insert(COUNTER)
    .from_select(["name", "value"], select(literal_column("'post'"), func.coalesce(_NEWEST_NUMBER, ZERO)).where(true()))
    .on_conflict_do_update(
        index_elements=["name"], set_={"value": func.max(COUNTER.c.value, func.coalesce(_NEWEST_NUMBER, ZERO))}
    )
)
_INSERT = {
    "sqlite": sqlite.insert(POST).values(number=_NEXT_NUMBER).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(POST).values(number=POST_NUMBERS.next_value()).on_conflict_do_nothing(),
}
_ADD = Ready({engine: insert.returning(POST.c.number) for engine, insert in _INSERT.items()})
_ADD_EACH = Ready(_INSERT)
_COUNT = Ready(select(func.count()).where(within(POST.c.id, "ids")))
_ADD_TAG = Ready(
    {
        "sqlite": sqlite.insert(TAG).on_conflict_do_nothing(),
        "postgresql": postgresql.insert(TAG).on_conflict_do_nothing(),
    }
)
_TAG_IDS = Ready(select(TAG.c.folded, TAG.c.id).where(among(TAG.c.folded, "names")))
_LINK_TAG, _LINK_PERSON, _NAME = (Ready(insert(table)) for table in (POST_TAG, MENTION, READER))
_NEWEST = Ready(
    update(PERSON)
    .where(PERSON.c.id == number("who"), or_(PERSON.c.last_post.is_(None), PERSON.c.last_post < number("post")))
    .values(last_post=number("post"))
)
_CHANGED = (
    "text",
    "tags",
    "mentions",
    "attachments",
    "bare",
    "revision",
    "edited_at",
    "deleted_at",
    "until",
    "held_until",
    "taken_by",
    "taken_at",
    "done_at",
)
_CHANGE = update(POST).where(POST.c.id == number("which")).values({name: bindparam(name) for name in _CHANGED})
_WIDEN = update(POST).where(POST.c.rule == number("which")).values(audience=bindparam("audience"))
_QUOTING = or_(POST.c.reshare_of == number("which"), POST.c.in_reply_to == number("which"))
_RAISE = update(POST).where(_QUOTING).values(revision=POST.c.revision + 1)
_RAISE_BOUND = (
    update(POST)
    .where(POST.c.rule == number("which"), POST.c.id != number("which"), ~func.coalesce(_QUOTING, False))
    .values(revision=POST.c.revision + 1)
)
_BARE = update(POST).where(POST.c.reshare_of == number("which"), POST.c.bare.is_(True))
_TAKE_BACK = _BARE.where(POST.c.deleted_at.is_(None)).values(deleted_at=bindparam("at", type_=POST.c.deleted_at.type))
_BRING_BACK = _BARE.where(POST.c.deleted_at == bindparam("at", type_=POST.c.deleted_at.type)).values(deleted_at=None)
_UNTAG = delete(POST_TAG).where(POST_TAG.c.post == number("post"))
_UNMENTION = delete(MENTION).where(MENTION.c.post == number("post"))
_UNNAME = delete(READER).where(READER.c.rule == number("rule"))

_OLD = select(POST.c.id).where(POST.c.id < number("before")).order_by(POST.c.id).limit(number("most"))
_HOLDING = select(ITEM.c.delivery).distinct().where(within(ITEM.c.post, "ids"), ITEM.c.delivery.is_not(None))
_FORGET = delete(POST).where(within(POST.c.id, "ids"))
_UNFOLLOW = tuple(delete(table).where(within(table.c.subject, "ids")) for table in (SUBSCRIPTION, MUTE))
_EMPTIED = delete(DELIVERY).where(
    within(DELIVERY.c.id, "deliveries"), ~select(ITEM.c.seq).where(ITEM.c.delivery == DELIVERY.c.id).exists()
)


def add_post(conn: Connection, post: Post, tag_ids: Mapping[str, TagId]) -> Post:
    """See `bridge.model.kept.Posts.add`."""
    values = post_values(post)
    del values["number"]
    values["answers"] = _AUTHOR.scalar(conn, {"id": post.in_reply_to}) if post.in_reply_to else None
    given: int | None = _ADD.scalar(conn, values)
    if given is None:  # the same one was kept before
        again = _kept(conn, post)
        if again is None:
            raise LookupError(f"post {post.id} was refused, and none like it is kept")
        return again
    _tag(conn, post, tag_ids)
    _mention(conn, post)
    if post.rule == post.id:
        _name(conn, post)
    if engine_of(conn) == "postgresql":  # its timelines start from the authors' newest; SQLite's do not
        _NEWEST.change(conn, {"who": post.author, "post": post.id})
    return replace(post, number=given)


def add_posts(conn: Connection, posts: Sequence[Post]) -> list[PostId]:
    """See `bridge.model.kept.Posts.add_all`."""
    if not posts:
        return []
    ids = [post.id for post in posts]
    rows = [post_values(post) | {"answers": None} for post in posts]
    for row in rows:
        del row["number"]
    _ADD_EACH.change_each(conn, rows)
    if _COUNT.scalar(conn, {"ids": ids}) < len(ids):  # some were kept before, by another id
        return [add_post(conn, post, {}).id for post in posts]
    if engine_of(conn) == "postgresql":
        _NEWEST.change(conn, {"who": posts[0].author, "post": max(ids)})
    return ids


def change_post(conn: Connection, post: Post, tag_ids: Mapping[str, TagId]) -> None:
    """See `bridge.model.kept.Posts.change`. A deletion that is undone brings back the bare reshares it took along."""
    row = conn.execute(_KEPT, {"id": post.id}).first()
    if row is None:
        return
    kept = to_posts(conn, [row])[0]
    values = post_values(post)
    conn.execute(_CHANGE, {"which": post.id, **{name: values[name] for name in _CHANGED}})
    if post.tags != kept.tags:
        conn.execute(_UNTAG, {"post": post.id})
        _tag(conn, post, tag_ids)
    if post.mentions != kept.mentions:
        conn.execute(_UNMENTION, {"post": post.id})
        _mention(conn, post)
    if post.audience != kept.audience and post.rule == post.id:
        conn.execute(_WIDEN, {"which": post.id, "audience": post.audience.kind.value})
        conn.execute(_UNNAME, {"rule": post.id})
        _name(conn, post)
        conn.execute(_RAISE_BOUND, {"which": post.id})
    if post.revision != kept.revision:
        conn.execute(_RAISE, {"which": post.id})
    if post.deleted_at is not None and kept.deleted_at is None:
        conn.execute(_TAKE_BACK, {"which": post.id, "at": post.deleted_at})
    elif post.deleted_at is None and kept.deleted_at is not None:
        conn.execute(_BRING_BACK, {"which": post.id, "at": kept.deleted_at})


def purge_posts(conn: Connection, before: datetime, limit: int) -> int:
    """See `bridge.model.kept.Posts.purge`. Messages that hold nothing else are forgotten too."""
    ids = conn.execute(_OLD, {"before": lowest_id(before), "most": limit}).scalars().all()
    if not ids:
        return 0
    if engine_of(conn) == "sqlite":
        conn.execute(_KEEP_COUNT)
    holding = conn.execute(_HOLDING, {"ids": ids}).scalars().all()
    conn.execute(_FORGET, {"ids": ids})
    for forget in _UNFOLLOW:
        conn.execute(forget, {"ids": ids})
    conn.execute(_EMPTIED, {"deliveries": holding})
    return len(ids)


def _kept(conn: Connection, post: Post) -> Post | None:
    if post.origin is None:
        row = conn.execute(_KEPT, {"id": post.id}).first()
    else:
        origin = post.origin
        asked = {"id": post.id, "platform": origin.platform, "workspace": origin.workspace, "message": origin.message}
        row = conn.execute(_KEPT_OR_SAME_ORIGIN, asked).first()
    return None if row is None else to_posts(conn, [row])[0]


def _tag(conn: Connection, post: Post, tag_ids: Mapping[str, TagId]) -> None:
    if not post.tags:
        return
    written = {fold(span.name): span.name for span in reversed(list(spans(post.text))) if isinstance(span, Tag)}
    new = [{"id": tag_ids[tag], "folded": tag, "name": written.get(tag, tag)} for tag in sorted(set(post.tags))]
    asked = {"names": list(post.tags)}
    ids: dict[str, int] = pairs(_TAG_IDS.rows(conn, asked))
    if len(ids) < len(new):  # in one order for all, else two that publish could block each other
        _ADD_TAG.change_each(conn, [tag for tag in new if tag["folded"] not in ids])
        ids = pairs(_TAG_IDS.rows(conn, asked))
    _LINK_TAG.change_each(conn, [{"tag": id, "post": post.id} for id in dict.fromkeys(ids.values())])


def _mention(conn: Connection, post: Post) -> None:
    _LINK_PERSON.change_each(conn, [{"person": id, "post": post.id} for id in dict.fromkeys(post.mentions)])


def _name(conn: Connection, post: Post) -> None:
    if post.audience.kind is AudienceKind.PEOPLE:
        _NAME.change_each(conn, [{"rule": post.id, "person": person} for person in sorted(post.audience.people)])
