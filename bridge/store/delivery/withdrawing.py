"""Taking back what waits for a subscriber who has changed their mind: unfollowed, muted, stopped, rather by digest."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, delete, exists, not_, or_, select

from bridge.model.delivery import Reason
from bridge.model.ids import PlaceId, SubscriberId
from bridge.model.subscription import Cadence
from bridge.store.rows import POST
from bridge.store.sql import CAUGHT, ITEM, POST_TAG, SUBSCRIPTION, ZERO, number, within, word
from bridge.store.visibility import unmuted

_TAGS = select(POST_TAG.c.tag).where(POST_TAG.c.post == POST.c.id).correlate(POST)
_CAUGHT = select(CAUGHT.c.sieve).where(CAUGHT.c.post == POST.c.id).correlate(POST)
_BROUGHT = (
    exists()
    .where(
        SUBSCRIPTION.c.subscriber == number("subscriber"),
        SUBSCRIPTION.c.cadence == word(Cadence.LIVE),
        ~SUBSCRIPTION.c.paused,
        or_(
            SUBSCRIPTION.c.subject.in_((POST.c.author, POST.c.root, ZERO)),
            SUBSCRIPTION.c.subject.in_(_TAGS),
            SUBSCRIPTION.c.subject.in_(_CAUGHT),
        ),
        or_(SUBSCRIPTION.c.sieve.is_(None), SUBSCRIPTION.c.sieve.in_(_CAUGHT)),
    )
    .correlate(POST)
)
_STOPPED = ~exists().where(
    SUBSCRIPTION.c.subscriber == number("subscriber"),
    SUBSCRIPTION.c.cadence == word(Cadence.LIVE),
    ~SUBSCRIPTION.c.paused,
)
_NO_MORE = (
    select(ITEM.c.seq)
    .join(POST, POST.c.id == ITEM.c.post)
    .where(
        ITEM.c.place == number("place"),
        ITEM.c.delivery.is_(None),
        ITEM.c.parted == ZERO,
        ITEM.c.subscriber == number("subscriber"),
        or_(
            not_(unmuted(POST, number("subscriber"))),
            and_(ITEM.c.reason.in_([word(Reason.FOLLOW), word(Reason.TRACKED)]), not_(_BROUGHT)),
            and_(ITEM.c.reason == word(Reason.ALONG), _STOPPED),
        ),
    )
)
_WITHDRAW = delete(ITEM).where(within(ITEM.c.seq, "seqs"))


def withdraw(conn: Connection, subscriber: SubscriberId, place: PlaceId, now: datetime) -> int:
    """See `bridge.model.kept.Outbox.withdraw`."""
    seqs = conn.execute(_NO_MORE, {"subscriber": subscriber, "place": place, "now": now}).scalars().all()
    if seqs:
        conn.execute(_WITHDRAW, {"seqs": seqs})
    return len(seqs)
