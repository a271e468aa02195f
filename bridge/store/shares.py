"""Requests to share somebody's ordinary message: one a message, and its text only until it is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from bridge.model.audience import Audience, AudienceKind
from bridge.model.ids import PersonId, PlaceId, PostId
from bridge.model.kept import ShareRequest
from bridge.model.post import Origin
from bridge.store.engines.upsert import add_if_new, added
from bridge.store.rows import attachments_kept, attachments_of
from bridge.store.tables import ShareRow, table

SHARE = table(ShareRow)

_OPEN = add_if_new(SHARE)
_GET = select(SHARE).where(SHARE.c.id == bindparam("id"))
_BY_ORIGIN = select(SHARE).where(
    SHARE.c.origin_platform == bindparam("platform"),
    SHARE.c.origin_workspace == bindparam("workspace"),
    SHARE.c.origin_message == bindparam("message"),
)
_ANSWER = (
    update(SHARE).where(SHARE.c.id == bindparam("which"), SHARE.c.answer.is_(None)).values(text="", attachments="[]")
)
_REWORD = update(SHARE).where(SHARE.c.id == bindparam("which"), SHARE.c.answer.is_(None))
_ASKED = select(SHARE).where(SHARE.c.answer.is_(None), SHARE.c.author == bindparam("author")).order_by(SHARE.c.id)
_LAST_ANSWER = (
    select(SHARE.c.answer)
    .where(
        SHARE.c.in_reply_to == bindparam("post"),
        SHARE.c.author == bindparam("author"),
        SHARE.c.place == bindparam("where"),
        SHARE.c.answer.in_(("yes", "no")),  # requests that lapsed or were taken back say nothing of what they want
    )
    .order_by(SHARE.c.id.desc())
    .limit(1)
)
_LAPSED = (
    select(SHARE)
    .where(SHARE.c.answer.is_(None), SHARE.c.lapses_at <= bindparam("now"))
    .order_by(SHARE.c.lapses_at, SHARE.c.id)
    .limit(bindparam("limit"))
)


class SqlShares:
    """See `bridge.model.kept.Shares`."""

    __slots__ = ("_conn",)

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def open(self, request: ShareRequest) -> bool:
        if added(self._conn, _OPEN, _values(request)):
            return True
        origin = request.origin
        kept = self.by_origin(origin.platform, origin.workspace, origin.message)
        return kept is not None and kept.id == request.id  # the same closure, running again

    def get(self, id: int) -> ShareRequest | None:
        row = self._conn.execute(_GET, {"id": id}).first()
        return None if row is None else _request(row)

    def by_origin(self, platform: str, workspace: str, message: str) -> ShareRequest | None:
        asked = {"platform": platform, "workspace": workspace, "message": message}
        row = self._conn.execute(_BY_ORIGIN, asked).first()
        return None if row is None else _request(row)

    def answer(self, id: int, answer: str, post: PostId | None) -> bool:
        return self._conn.execute(_ANSWER, {"which": id, "answer": answer, "post": post}).rowcount > 0

    def reword(self, request: ShareRequest) -> bool:
        values = {
            "which": request.id,
            "text": request.text,
            "audience": _audience_kept(request.audience),
            "in_reply_to": request.in_reply_to,
        }
        return self._conn.execute(_REWORD, values).rowcount > 0

    def asked(self, author: PersonId) -> list[ShareRequest]:
        return [_request(row) for row in self._conn.execute(_ASKED, {"author": author})]

    def last_answer(self, author: PersonId, place: PlaceId, post: PostId) -> str | None:
        asked = {"author": author, "where": place, "post": post}
        found: str | None = self._conn.execute(_LAST_ANSWER, asked).scalar()
        return found

    def lapsed(self, now: datetime, limit: int) -> list[ShareRequest]:
        """The longest lapsed first."""
        return [_request(row) for row in self._conn.execute(_LAPSED, {"now": now, "limit": limit})]


def _values(request: ShareRequest) -> dict[str, Any]:
    return {
        "id": request.id,
        "origin_platform": request.origin.platform,
        "origin_workspace": request.origin.workspace,
        "origin_message": request.origin.message,
        "place": request.where,
        "author": request.author,
        "sharer": request.sharer,
        "text": request.text,
        "attachments": attachments_kept(request.attachments),
        "audience": _audience_kept(request.audience),
        "at": request.at,
        "lapses_at": request.lapses_at,
        "answer": request.answer,
        "post": request.post,
        "in_reply_to": request.in_reply_to,
    }


def _audience_kept(audience: Audience) -> str:
    return " ".join([audience.kind.value, *map(str, sorted(audience.people))])


def _request(row: Row[Any]) -> ShareRequest:
    kind, *people = row.audience.split()
    return ShareRequest(
        id=row.id,
        origin=Origin(row.origin_platform, row.origin_workspace, row.origin_message, row.place),
        where=row.place,
        author=row.author,
        sharer=row.sharer,
        text=row.text,
        audience=Audience(AudienceKind(kind), frozenset(PersonId(int(id)) for id in people)),
        at=row.at,
        lapses_at=row.lapses_at,
        attachments=attachments_of(row.attachments),
        answer=row.answer,
        post=row.post,
        in_reply_to=row.in_reply_to,
    )
