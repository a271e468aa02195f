"""What one look brought, kept in one transaction: new updates, changed ones, those that are gone, and the next look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bridge.model import text as t
from bridge.model.audience import EVERYONE, Audience, AudienceKind
from bridge.model.compose.outside import tidy
from bridge.model.filters.filter import Facts
from bridge.model.ids import PostId
from bridge.model.kept import Tx
from bridge.model.post import Attachment, Origin, Post
from bridge.model.rhythm import first_pace, items_a_day, next_look, next_pace
from bridge.model.source import Known, Look, SourceItem, Watch
from bridge.services.outside.moving import handed_over, readdressed, rested, tell_moved, there_already
from bridge.services.sharing.publish import route, subject_ids
from bridge.services.sifting import about_of
from bridge.services.world import World

MOST_LIVE = 10
"""Items that come at once, of one look or of several that follow each other since there is more; the rest is left to
digests."""
FIRST = 20
"""Items of a first look that become updates, as old as they are; the others only count as known."""
ALIKE = 3
"""Items that say what was said before under other names, so that a source counts as one that has renamed all."""
SOON = 15.0
"""Seconds until a source is looked at again that has more."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An item with its names here. `key`: a hash of its id. `sign`: tells what it shows from what it showed before.
    `facts`: what filters ask of it, where it may go somewhere."""

    item: SourceItem
    key: str
    sign: str
    text: t.Text
    id: PostId
    attachments: tuple[Attachment, ...] = ()
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    facts: Facts | None = None


@dataclass(frozen=True, slots=True)
class Yield:
    """What one look came to. `look`: as the source was taken on, what it answered, and when."""

    watch: Watch
    look: Look
    came: Sequence[Arrival]
    gone: Sequence[str]
    now: datetime
    jitter: float
    nonce: str

    @property
    def first(self) -> bool:
        return self.watch.looked_at is None

    @property
    def room(self) -> int:
        """How many items may still come at once."""
        return max(0, MOST_LIVE - self.watch.burst)


@dataclass(frozen=True, slots=True)
class Collected:
    """How many items were new, changed and gone. `moved`: so did the source. `filters`: there are further ones now."""

    new: int = 0
    changed: int = 0
    gone: int = 0
    moved: bool = False
    filters: bool = False

    @property
    def any(self) -> bool:
        return bool(self.new or self.changed or self.gone or self.moved)


def keep(tx: Tx, world: World, found: Yield) -> Collected:
    """Keeps it, and sends what is new on its way. Nothing, where another process has taken the source on since."""
    watch, now = found.watch, found.now
    found = replace(found, came=[one for one in found.came if one.key not in found.gone])
    known = tx.sources.known(watch.id, [one.key for one in found.came])
    fresh = [one for one in found.came if one.key not in known]
    renamed = {} if found.first or known else _renamed(tx, watch, fresh)
    new = [one for one in fresh if one.key not in renamed]
    other = there_already(tx, watch, found.look, now)
    if other is not None and other.looked_at is not None:
        # What the other has not seen yet it brings itself.
        theirs = tx.sources.known(other.id, [one.key for one in new])
        new = [one for one in new if one.key in theirs]
    after = _after(tx, world, found, 0 if found.first else len(new))
    if other is not None:
        after = rested(after, other)
    if not tx.sources.looked(after):
        return Collected()
    # Those who followed it may be gone by other ways than unfollowing.
    let_go = not found.first and tx.sources.forget(watch.id)
    changed = _changed(tx, world, found, known)
    gone = _gone(tx, watch, found.gone)
    items = [replace(kept, key=key) for key, kept in renamed.items()]
    items += [replace(known[one.key], sign=one.sign) for one in found.came if _differs(known, one)]
    for post in changed:
        tx.posts.change(replace(post, revision=post.revision + 1, edited_at=now), {})
    for post in gone:
        tx.posts.change(replace(post, revision=post.revision + 1, deleted_at=now), {})
    posts = _kept_at_once(tx, found, new[-FIRST:]) if found.first else {one.key: _kept(tx, found, one) for one in new}
    late = set() if found.first else {one.key for one in new[: max(0, len(new) - found.room)]}
    items += [_known(one, posts.get(one.key), one.key in late) for one in new]
    tx.sources.keep(watch.id, items)
    moved = not let_go and (other is not None or after.moved_at == now)
    with tx.outbox.together(now):
        for one in () if found.first else new:
            send = _leave_to_digests if one.key in late else route
            send(tx, world, posts[one.key], now, one.facts)
        for post in (*changed, *gone):
            tx.outbox.restate(post.id, now)
        if moved:
            tell_moved(tx, after, found.nonce, now)
    # Last, since what changes filters must not route anything any more: it may yet come to nothing.
    filters = moved and other is not None and handed_over(tx, world, after, other, now)
    return Collected(0 if found.first else len(new), len(changed), len(gone), moved, filters)


def _known(one: Arrival, post: Post | None, late: bool) -> Known:
    return Known(one.key, one.sign, post.id if post else None, late, about_of(one.item))


def _differs(known: Mapping[str, Known], one: Arrival) -> bool:
    return one.key in known and known[one.key].sign != one.sign


def _renamed(tx: Tx, watch: Watch, fresh: Sequence[Arrival]) -> dict[str, Known]:
    """By new key, what came before under another: where nothing that is there is known by its name and several things
    by what they say, the source has given new names to all."""
    signed = tx.sources.signed(watch.id, [one.sign for one in fresh])
    if len(signed) < ALIKE:
        return {}
    return {one.key: signed[one.sign] for one in fresh if one.sign in signed}


def _changed(tx: Tx, world: World, found: Yield, known: Mapping[str, Known]) -> list[Post]:
    """Posts as they are to read now; held before any place is made due."""
    if not world.policy.source_edits:
        return []
    differ = {kept.post: one for one in found.came if _differs(known, one) and (kept := known[one.key]).post}
    changed = []
    for id in sorted(filter(None, differ)):
        post, text = tx.posts.hold(id), differ[id].text
        if post is not None and post.deleted_at is None and post.text != text:
            changed.append(replace(post, text=text))
    return changed


def _gone(tx: Tx, watch: Watch, keys: Sequence[str]) -> list[Post]:
    posts = {kept.post for kept in tx.sources.known(watch.id, keys).values()}
    held = [tx.posts.hold(id) for id in sorted(filter(None, posts))]
    return [post for post in held if post is not None and post.deleted_at is None]


def _after(tx: Tx, world: World, found: Yield, new: int) -> Watch:
    """The source after a look that went well."""
    watch, look, now = found.watch, found.look, found.now
    times = [one.item.at for one in found.came if one.item.at is not None and one.item.at <= now]
    every = first_pace(times) if watch.every == 0 else next_pace(watch.every, new)
    if look.found is not None:
        called = tidy(replace(look.found, title=look.found.title or watch.title))
        watch = replace(
            readdressed(tx, watch, called.key, now),
            title=called.title,
            internal=watch.internal or world.policy.outside.inside(called.key, called.home),
            home=called.home or watch.home,
            picture=called.picture or watch.picture,
        )
    return replace(
        watch,
        state=look.state,
        every=round(every),
        next_at=next_look(now, SOON if look.more else every, found.jitter, look.wait),
        looked_at=now,
        changed_at=now if new else watch.changed_at,
        failing_since=None,
        error=None,
        told=False,
        rests="",
        burst=watch.burst + min(new, found.room) if look.more else 0,
        a_day=items_a_day(times, now) if times else watch.a_day,
    )


def _kept_at_once(tx: Tx, found: Yield, arrivals: Sequence[Arrival]) -> dict[str, Post]:
    """By key. What a first look finds goes nowhere, so nobody asks for its numbers."""
    posts = [_post(found, one) for one in arrivals]
    ids = tx.posts.add_all(posts)
    return {
        one.key: post if id == post.id else replace(post, id=id)
        for one, post, id in zip(arrivals, posts, ids, strict=True)
    }


def _kept(tx: Tx, found: Yield, one: Arrival) -> Post:
    for digest, data in one.blobs.items():
        tx.memory.put_media(digest, data, found.now)
    return tx.posts.add(_post(found, one), {})


def _post(found: Yield, one: Arrival) -> Post:
    watch, now = found.watch, found.now
    return Post(
        id=one.id,
        number=0,
        author=watch.id,
        text=one.text,
        # What is published to the world may be seen by everybody here; what is inside the own network is the team's.
        audience=EVERYONE if watch.internal else Audience(AudienceKind.PUBLIC),
        owner=watch.id,
        rule=one.id,
        root=one.id,
        created_at=one.item.at if one.item.at is not None and one.item.at < now else now,
        attachments=one.attachments,
        origin=Origin(watch.adapter, str(watch.id), one.key),
        outside=True,
    )


def _leave_to_digests(tx: Tx, world: World, post: Post, now: datetime, about: Facts | None) -> None:
    """It is not to come at once: whoever follows it finds it in their digest."""
    tx.sieves.catch(post.id, world.sifter.catching(tx, post, lambda: subject_ids(tx, post), about))
