"""Who has left, and what they were on: it is open again for whoever sees to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bridge.model.ids import PersonId
from bridge.model.kept import Tx
from bridge.model.person import Person
from bridge.model.post import Taken

CLOSED = "its account was closed"
WORKSPACE_CLOSED = "its workspace was closed"


def has_left(tx: Tx, person: Person | None) -> bool:
    """Is of the team no more, or has no account that is open."""
    if person is None or not person.team:
        return True
    accounts = tx.people.accounts(person.id)
    directs = [tx.places.at(one.platform, one.workspace, one.user, True) for one in accounts]
    return all(place is not None and place.paused in (CLOSED, WORKSPACE_CLOSED) for place in directs)


def is_open(tx: Tx, taken: Taken) -> bool:
    """Whoever is on it has left, and was not through with it."""
    return taken.done is None and has_left(tx, tx.people.get(taken.by))


def shown_anew(tx: Tx, person: PersonId, now: datetime) -> None:
    """What they are on, wherever it stands: after they left, or came back."""
    with tx.outbox.together(now):
        for id in sorted(tx.posts.taken_by(person)):
            post = tx.posts.hold(id)
            if post is not None and post.deleted_at is None:
                tx.posts.change(replace(post, revision=post.revision + 1), {})
                tx.outbox.restate(id, now)
