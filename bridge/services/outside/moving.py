"""Sources that have moved for good: to an address of their own, or onto one that is followed already."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bridge.model.compose.outside import tidy
from bridge.model.errors import SourceMoved
from bridge.model.ids import SieveId, SubjectId
from bridge.model.kept import Sieve, Tx
from bridge.model.source import Look, Watch, spellings
from bridge.model.subscription import Subject, SubjectKind, Subscription
from bridge.services.outside.troubled import tell_owner, trouble_of
from bridge.services.world import World

MOVED = "moved"


def there_already(tx: Tx, watch: Watch, look: Look, now: datetime) -> Watch | None:
    """Another source that has the address to which it moved, and does not rest. Held, so that whoever follows it from
    now on misses nothing."""
    if look.found is None or watch.looked_at is None:
        return None  # whoever follows it for the first time means what they typed
    other = tx.sources.at(watch.adapter, tidy(look.found).key)
    if other is None or other.id == watch.id or other.rests:
        return None
    tx.sources.attend(other.id, now)
    return tx.sources.get(other.id)


def readdressed(tx: Tx, watch: Watch, key: str, now: datetime) -> Watch:
    """The source with what its adapter calls it now; as it was where another is called so. Another spelling of its
    address is no move."""
    other = tx.sources.at(watch.adapter, key)
    if other is not None and other.id != watch.id:
        return watch
    if key in spellings(watch.key) or watch.looked_at is None:
        return replace(watch, key=key)
    return replace(watch, key=key, moved_from=watch.address, moved_at=now)


def rested(watch: Watch, other: Watch) -> Watch:
    """The source after it moved onto another one: that is looked at from now on."""
    return replace(watch, next_at=None, rests=MOVED, error=trouble_of(SourceMoved(to=other.name)))


def handed_over(tx: Tx, world: World, watch: Watch, other: Watch, now: datetime) -> bool:
    """Whoever follows the one follows the other as well, by the same filter, and mutes it the same: from the other's
    last look on, since what it had by then they have from the first, which nobody stops following: what that yielded
    last is on its way, and in digests to come. Returns whether there were filters."""
    subject, since, filtered = SubjectId(other.id), other.looked_at or now, False
    for follow in tx.follows.followers(SubjectId(watch.id)):
        if tx.follows.get(follow.subscriber, subject) is not None:
            continue
        there = Subject(SubjectKind.SOURCE, subject, other.name)
        filtered = _follows(tx, world, replace(follow, subject=there, since=since)) or filtered
        for mute in tx.follows.mutes(follow.subscriber, now):
            if mute.subject.id == SubjectId(watch.id):
                tx.follows.mute(replace(mute, subject=there))
    return filtered


def _follows(tx: Tx, world: World, follow: Subscription) -> bool:
    if not follow.words:
        tx.follows.put(replace(follow, sieve=None))
        return False
    sieve = SieveId(world.ids.new())
    tx.sieves.put(Sieve(sieve, follow.words, follow.subject.id))
    tx.follows.put(replace(follow, sieve=sieve))
    return True


def tell_moved(tx: Tx, watch: Watch, nonce: str, now: datetime) -> None:
    """Whoever followed it first is told, privately and once."""
    said = {"moved": watch.moved_from} if not watch.rests else {}
    tell_owner(tx, watch, said, nonce, now, f"moved {now:%Y-%m-%dT%H:%M}")
