"""People and their accounts. What happens when the sample colleagues leave lives in `samples`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, insert, select, update

from bridge.model.clean import fold
from bridge.model.errors import HandleTaken
from bridge.model.ids import AccountId, PersonId
from bridge.model.person import Account, Person
from bridge.model.place import Circle
from bridge.store.engines.ready import Ready
from bridge.store.engines.upsert import add_if_new, added
from bridge.store.rows import ACCOUNT, PERSON, days_mask, escape, pieces, to_account, to_person
from bridge.store.sql import number, within
from bridge.store.team.circles import settle_person
from bridge.store.team.samples import remove_samples

_PEOPLE = select(PERSON)
_GET = Ready(_PEOPLE.where(PERSON.c.id == number("id")))
_MANY = Ready(_PEOPLE.where(within(PERSON.c.id, "ids")))
_BY_HANDLE = _PEOPLE.where(PERSON.c.folded.in_(bindparam("handles", expanding=True)))
_COUNT = (
    select(func.count())
    .select_from(PERSON)
    .where(PERSON.c.circle == Circle.TEAM.value, PERSON.c.sample.is_(False), PERSON.c.searched != "")
)
_FOUND = _PEOPLE.where(PERSON.c.searched != "").limit(bindparam("limit"))
_STARTING = _FOUND.where(
    PERSON.c.folded.like(bindparam("first"), escape="\\") | PERSON.c.searched.like(bindparam("inner"), escape="\\")
).order_by(PERSON.c.folded)
_SAVE = update(PERSON).where(PERSON.c.id == bindparam("which"))
_ACCOUNT = select(ACCOUNT).where(
    ACCOUNT.c.platform == bindparam("platform"),
    ACCOUNT.c.workspace == bindparam("workspace"),
    ACCOUNT.c.user == bindparam("user"),
)
_ACCOUNT_BY_ID = select(ACCOUNT).where(ACCOUNT.c.id == bindparam("id"))
_ACCOUNTS = select(ACCOUNT).where(ACCOUNT.c.person == bindparam("whose")).order_by(ACCOUNT.c.id)
_SAVE_ACCOUNT = update(ACCOUNT).where(ACCOUNT.c.id == bindparam("which"))
_ADD = add_if_new(PERSON)


class SqlPeople:
    """See `bridge.model.kept.People`."""

    __slots__ = ("_conn",)

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def get(self, id: PersonId) -> Person | None:
        row = _GET.first(self._conn, {"id": id})
        return None if row is None else to_person(row)

    def many(self, ids: Collection[PersonId]) -> dict[PersonId, Person]:
        rows = _MANY.rows(self._conn, {"ids": ids}) if ids else ()
        return {person.id: person for person in map(to_person, rows)}

    def by_handle(self, handle: str) -> Person | None:
        return next(iter(self.by_handles([fold(handle)]).values()), None)

    def by_handles(self, handles: Collection[str]) -> dict[str, Person]:
        rows = (row for some in pieces(handles) for row in self._conn.execute(_BY_HANDLE, {"handles": some}))
        return {row.folded: to_person(row) for row in rows}

    def search(self, words: str, limit: int) -> list[Person]:
        folded = fold(words).split()
        asked = _FOUND.where(*(PERSON.c.searched.like(f"%{escape(word)}%", escape="\\") for word in folded)).order_by(
            case((PERSON.c.folded == " ".join(folded), 0), else_=1), PERSON.c.name, PERSON.c.id
        )
        return [to_person(row) for row in self._conn.execute(asked, {"limit": limit})]

    def handles(self, starting: str, limit: int) -> list[Person]:
        start = escape(fold(starting))
        asked = {"first": f"{start}%", "inner": f"%\n{start}%", "limit": limit}
        return [to_person(row) for row in self._conn.execute(_STARTING, asked)]

    def add(self, person: Person) -> None:
        if added(self._conn, _ADD, person_values(person)):
            return
        holder = self.by_handle(person.handle)
        if holder is None or holder.id != person.id:
            raise HandleTaken(handle=person.handle)

    def save(self, person: Person) -> None:
        """Raises HandleTaken where somebody else has the handle it changed to."""
        holder = self.by_handle(person.handle)
        if holder is not None and holder.id != person.id:
            raise HandleTaken(handle=person.handle)
        # Who loaded them a moment ago may not know what their workspace has become since.
        values = {name: value for name, value in person_values(person).items() if name != "circle"}
        self._conn.execute(_SAVE, {"which": person.id, **values})

    def count(self) -> int:
        count: int = self._conn.execute(_COUNT).scalar_one()
        return count

    def account(self, platform: str, workspace: str, user: str) -> Account | None:
        row = self._conn.execute(_ACCOUNT, {"platform": platform, "workspace": workspace, "user": user}).first()
        return None if row is None else to_account(row)

    def account_by_id(self, id: AccountId) -> Account | None:
        row = self._conn.execute(_ACCOUNT_BY_ID, {"id": id}).first()
        return None if row is None else to_account(row)

    def accounts(self, person: PersonId) -> list[Account]:
        return [to_account(row) for row in self._conn.execute(_ACCOUNTS, {"whose": person})]

    def add_account(self, account: Account) -> None:
        self._conn.execute(insert(ACCOUNT), account_values(account))

    def save_account(self, account: Account) -> None:
        self._conn.execute(_SAVE_ACCOUNT, {"which": account.id, **account_values(account)})
        settle_person(self._conn, account.person)

    def remove_samples(self, now: datetime) -> int:
        return remove_samples(self._conn, now)


def account_values(account: Account) -> dict[str, Any]:
    """Every column of ACCOUNT."""
    return {
        "id": account.id,
        "person": account.person,
        "platform": account.platform,
        "workspace": account.workspace,
        "user": account.user,
        "guest": account.guest,
        "shares_status": account.shares_status,
        "status": account.status,
    }


def person_values(person: Person) -> dict[str, Any]:
    """Every column of PERSON but `last_post`, which posts look after."""
    return {
        "id": person.id,
        "handle": person.handle,
        "folded": fold(person.handle),
        "name": person.name,
        "searched": searched(person),
        "circle": person.circle.value,
        "title": person.title,
        "zone": person.zone,
        "language": person.language,
        "quiet_start": _minutes(person.quiet.start) if person.quiet else None,
        "quiet_end": _minutes(person.quiet.end) if person.quiet else None,
        "working_days": days_mask(person.working_days),
        "mentions_live": person.mentions_live,
        "never_ask": person.never_ask,
        "send_replies": person.send_replies,
        "roles": ",".join(sorted(person.roles)),
        "home": person.home,
        "sample": person.sample,
        "picture": person.picture,
    }


def searched(person: Person) -> str:
    """Folded handle, name and title; a line break stands before the name and nowhere else, so that its beginning can
    be searched for."""
    handle, name, title = (" ".join(fold(words).split()) for words in (person.handle, person.name, person.title))
    return f"{handle}\n{name}\t{title}"


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
