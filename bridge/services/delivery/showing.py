"""What stands in a place, composed: loads what cards need, checks rights once more, and makes the card. Everything that
is ever shown goes through `compose`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bridge.model import text as t
from bridge.model.audience import AudienceKind, Viewer, may_see, place_viewer, viewer_of
from bridge.model.card import Card, Limits
from bridge.model.compose.digest import Entry, digest_card
from bridge.model.compose.reading import Reader, View, place_name
from bridge.model.compose.text import plain_card
from bridge.model.compose.update import joined_card, update_card
from bridge.model.delivery import Delivery, Item, Kind, Reason, Together
from bridge.model.ids import PersonId, PostId, SubjectId, SubscriberId, TagId
from bridge.model.kept import Candidate, Plan, Tx
from bridge.model.person import Person
from bridge.model.place import Members, Place
from bridge.model.post import NO_STATS, Post
from bridge.model.subscription import EVERYONE_ID, EVERYONE_SUBJECT, Subject, SubjectKind
from bridge.model.times.calendar import next_slot
from bridge.services.delivery.notices import NoticeFacts, load_notice, notice_card
from bridge.services.leaving import is_open
from bridge.services.world import World

LISTS = (Kind.DIGEST, Kind.AWAY)
"""Messages of many updates, a line each."""
ROOM_PER_UPDATE = 200
"""Characters that an update needs in a joined message besides its own text: name, time, counts, buttons."""


@dataclass(slots=True)
class Views:
    """Everything loaded for composing, in one read. `cards` remembers cards that read alike."""

    posts: dict[PostId, View]
    people: dict[PersonId, Person]
    tags: dict[SubjectId, Subject] = field(default_factory=dict)
    plans: dict[SubscriberId, Plan] = field(default_factory=dict)
    notices: dict[int, NoticeFacts] = field(default_factory=dict)
    cards: dict[tuple[object, ...], Card] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Composed:
    """`card` None: nothing of it may stand there. `tries`: (item seq, revision shown, None for one left out)."""

    card: Card | None
    tries: tuple[tuple[int, int | None], ...]


def load_views(tx: Tx, ids: Collection[PostId]) -> dict[PostId, View]:
    """Updates with authors, counts and what they quote. Deleted ones are left out, and never quoted."""
    posts = {id: post for id, post in tx.posts.many(ids).items() if post.deleted_at is None}
    quoted_ids = {id for post in posts.values() if (id := post.reshare_of or post.in_reply_to)}
    quoted = {id: post for id, post in tx.posts.many(quoted_ids - posts.keys()).items() if post.deleted_at is None}
    everything = {**quoted, **posts}
    wanted = {post.author for post in everything.values()} | {post.owner for post in everything.values()}
    for post in posts.values():
        wanted |= post.audience.people | ({post.taken.by} if post.taken else set())
    people = tx.people.many(wanted)
    stats = tx.posts.stats(list(posts))
    views: dict[PostId, View] = {}
    for id, post in posts.items():
        author = people.get(post.author)
        if author is None:
            continue
        other = everything.get(post.reshare_of or post.in_reply_to or PostId(0))
        views[id] = View(
            post=post,
            author=author,
            stats=stats.get(id, NO_STATS),
            quoted=_quoted(other, people),
            people=tuple(people[p] for p in post.audience.people if p in people),
            owner=people.get(post.owner) if post.owner != post.author else None,
            outside=post.outside,
            taker=people.get(post.taken.by) if post.taken else None,
            left=post.taken is not None and is_open(tx, post.taken),
        )
    return views


def _quoted(post: Post | None, people: Mapping[PersonId, Person]) -> View | None:
    return View(post, people[post.author], outside=post.outside) if post and post.author in people else None


class Showing:
    """Composes deliveries. Pure but for `load` (inside a transaction) and the Shown port's two methods."""

    def __init__(self, world: World) -> None:
        self._world = world

    def load(
        self, tx: Tx, posts: Collection[PostId], people: Collection[PersonId], deliveries: Iterable[Delivery]
    ) -> Views:
        views = Views(load_views(tx, posts), tx.people.many(people))
        held = list(deliveries)
        subjects = {item.subject for delivery in held if delivery.kind in LISTS for item in delivery.items}
        views.tags = tx.tags.many([TagId(id) for id in subjects if id])
        for delivery in held:
            if delivery.kind is Kind.NOTICE and delivery.payload is not None:
                views.notices[delivery.id] = load_notice(tx, delivery.payload)
            elif delivery.kind is Kind.DIGEST and delivery.subscriber is not None:
                plan = tx.schedules.get(delivery.subscriber)
                if plan:
                    views.plans[delivery.subscriber] = plan
        return views

    def compose(
        self,
        place: Place,
        person: Person | None,
        members: Members | None,
        delivery: Delivery | None,
        items: Sequence[Item],
        views: Views,
        limits: Limits,
    ) -> Composed:
        """The card of a delivery (None: a new live one of these items) as it may stand in the place now; in words
        alone where the platform refused its form.

        `members` is given for channels and threads; for a direct message the store's marking of `gone` items, made
        with the same rule a moment ago, is trusted.
        """
        reader = self._world.reader(person, self._world.prefix(place.platform), place.platform)
        if delivery is not None and delivery.plain:
            reader = replace(reader, native=False)
        composed = self._rich(place, person, members, delivery, items, views, limits, reader)
        if composed.card is None or delivery is None or not delivery.plain:
            return composed
        return replace(composed, card=plain_card(composed.card, reader.words, reader.zone))

    def _rich(
        self,
        place: Place,
        person: Person | None,
        members: Members | None,
        delivery: Delivery | None,
        items: Sequence[Item],
        views: Views,
        limits: Limits,
        reader: Reader,
    ) -> Composed:
        if delivery is not None and delivery.kind is Kind.NOTICE:
            facts = views.notices.get(delivery.id)
            return Composed(notice_card(facts, reader) if facts else None, ())
        viewer = place_viewer(members) if members is not None else viewer_of(person) if person else None
        shown, left_out = [], []
        for item in items:
            view = views.posts.get(item.post)
            if view is None or item.gone or viewer is None or not _allowed(viewer, view, reader.now):
                left_out.append(item)
            else:
                shown.append(item)
        if not shown:
            return Composed(None, ())
        if delivery is None:
            shown = shown[: _that_fit(shown, views, limits)]
            left_out = []
        tries = tuple((i.seq, views.posts[i.post].post.revision) for i in shown) + tuple(
            (i.seq, None) for i in left_out
        )
        if delivery is not None and delivery.kind in LISTS:
            return Composed(self._list(place, person, delivery, shown, views, reader), tries)
        if len(shown) == 1:
            hit = shown[0].reason is Reason.TRACKED
            return Composed(_cached(views, views.posts[shown[0].post], reader, hit), tries)
        return Composed(joined_card([views.posts[i.post] for i in shown], reader), tries)

    def _list(
        self,
        place: Place,
        person: Person | None,
        delivery: Delivery,
        items: Sequence[Item],
        views: Views,
        reader: Reader,
    ) -> Card:
        plan = views.plans.get(delivery.subscriber) if delivery.subscriber else None
        card, _ = digest_card(
            entries(items, views.posts, views.tags),
            replace(reader, now=delivery.created_at),
            name=person.name if person else place_name(place, reader.words),
            more=f"show-more {delivery.id}",
            next_at=next_slot(plan.schedule, delivery.created_at).due if plan and plan.enabled else None,
            most=self._world.policy.digest_updates,
            lines=self._world.policy.digest_lines,
            together=Together(delivery.payload or Together.LATE) if delivery.kind is Kind.AWAY else None,
        )
        return card


def _allowed(viewer: Viewer, view: View, now: datetime) -> bool:
    """Once more, from the post as loaded. Whether a person follows was checked by the store with the same rule."""
    follows = viewer.person is not None and view.post.audience.kind is AudienceKind.FOLLOWERS
    return may_see(viewer, view.post, follows, now)


def _that_fit(items: Sequence[Item], views: Views, limits: Limits) -> int:
    """How many of the first items one message holds: at least one."""
    room, count = limits.text, 0
    for item in items:
        room -= len(t.plain(views.posts[item.post].post.text)) + ROOM_PER_UPDATE
        if count and room < 0:
            break
        count += 1
    return count


def _cached(views: Views, view: View, reader: Reader, hit: bool) -> Card:
    own = reader.person if reader.person == view.author.id or view.post.audience.people else None
    key = (view.post.id, reader.words.language, reader.zone, reader.prefix, reader.native, own, hit)
    card = views.cards.get(key)
    if card is None:
        card = views.cards[key] = update_card(view, reader, hit)
    return card


def entries(
    chosen: Iterable[Item | Candidate], views: dict[PostId, View], tags: dict[SubjectId, Subject]
) -> list[Entry]:
    """What a digest is composed of, from what was frozen or chosen for it."""
    return [
        Entry(view, one.reason, subject_of(view, one.subject, tags))
        for one in chosen
        if (view := views.get(one.post)) is not None
    ]


def subject_of(view: View, subject: SubjectId | None, tags: dict[SubjectId, Subject]) -> Subject | None:
    """What was followed so that this update came; None where nothing was (a mention, a reply, an announcement)."""
    if subject is None:
        return None
    if subject == EVERYONE_ID:
        return EVERYONE_SUBJECT
    if int(subject) == int(view.post.author) and view.outside:
        return Subject(SubjectKind.SOURCE, subject, view.author.handle)
    if int(subject) == int(view.post.author):
        return Subject(SubjectKind.PERSON, subject, f"@{view.author.handle}")
    if int(subject) == int(view.post.root):
        return Subject(SubjectKind.CONVERSATION, subject, f"~{view.post.number}")
    return tags.get(subject)
