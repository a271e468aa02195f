"""Publishing: an update and all that it sets going, in one transaction. Changing one later is revise.py's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bridge.model.audience import EVERYONE, Audience, AudienceKind, viewer_of
from bridge.model.delivery import Reason
from bridge.model.errors import AudienceMoved, PostUnknown, StoreFull, TakenBack
from bridge.model.filters.filter import Facts
from bridge.model.ids import PersonId, PlaceId, PostId, SubjectId, SubscriberId, TagId
from bridge.model.kept import Tx
from bridge.model.person import Person
from bridge.model.place import Place
from bridge.model.post import Attachment, Origin, Post, Upload
from bridge.model.scan import check, parse
from bridge.model.text import Text, is_empty, tags
from bridge.services.sharing.media import inspect
from bridge.services.sharing.mentions import people_in, resolve_people
from bridge.services.world import World


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody means to publish. `raw` as typed. `origin` makes a repeated request one post.

    `files` are new; `attachments` are kept already. `along`: a reply that goes to the channels, too, where what it
    answers stands. `named`: the audience its author was told it has. `unless`: an event that, once
    it was remembered, means that this is wanted no more.
    """

    author: Person
    raw: str
    origin: Origin
    audience: Audience = EVERYONE
    files: tuple[Upload, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    in_reply_to: Post | None = None
    reshare_of: Post | None = None
    until: datetime | None = None
    announced: bool = False
    held_until: datetime | None = None
    along: bool = False
    named: Audience | None = None
    unless: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """`unknown`: mentions nobody owns, each with the nearest handle ("" when none is near). `new`: not a repetition."""

    post: Post
    unknown: tuple[tuple[str, str], ...] = ()
    new: bool = True


@dataclass(frozen=True, slots=True)
class _Ready:
    draft: Draft
    id: PostId
    text: Text
    attachments: tuple[Attachment, ...]
    tag_ids: dict[str, TagId]
    now: datetime
    blobs: dict[str, bytes] = field(default_factory=dict)


async def publish(world: World, draft: Draft) -> Published:
    """Keeps the update and sends it on its way. Returns when it is committed; raises BadInput, or StoreFull before the
    disk is, with nothing kept."""
    if not await world.store.spacious():
        raise StoreFull()
    attachments = inspect(draft.files, world.policy)
    text = read_text(draft.raw, may_be_empty=bool(attachments or draft.attachments) or draft.reshare_of is not None)
    ready = _Ready(
        draft=draft,
        id=PostId(world.ids.new()),
        text=text,
        attachments=(*draft.attachments, *attachments),
        tag_ids={name: TagId(world.ids.new()) for name in tags(text)},
        now=world.now(),
        blobs={a.digest: f.data for a, f in zip(attachments, draft.files, strict=True)},
    )
    published = await world.store.write(lambda tx: _keep(tx, world, ready))
    world.meter.published()
    world.wake()
    return published


def gone_key(origin: Origin, by: PersonId | None = None) -> str:
    """Remembered of a message that is gone before anything came of it; `by`: of their reaction to it."""
    whose = "" if by is None else f" {by}"
    return f"gone {origin.platform} {origin.workspace} {origin.message}{whose}"


def read_text(raw: str, may_be_empty: bool = False) -> Text:
    """What was typed as rich text, within the limits. Raises BadInput."""
    text = parse(raw)
    check(text, raw, may_be_empty=may_be_empty)
    return text


def _keep(tx: Tx, world: World, ready: _Ready) -> Published:
    if any(tx.memory.known(key) for key in (gone_key(ready.draft.origin), ready.draft.unless) if key):
        raise TakenBack()
    text, unknown = resolve_people(tx, ready.text)
    post = _as_post(tx, ready, text)
    for digest, data in ready.blobs.items():
        tx.memory.put_media(digest, data, ready.now)
    kept = tx.posts.add(post, ready.tag_ids)
    if kept.id != post.id:
        return Published(kept, new=False)
    with tx.outbox.together(ready.now):
        if kept.held_until is None:
            route(tx, world, kept, ready.now)
        if ready.draft.along:
            tx.outbox.go_along(kept, _where_said(tx, ready.draft.origin), ready.now)
    return Published(kept, unknown)


def _where_said(tx: Tx, origin: Origin) -> list[PlaceId]:
    """Where the text stands already: the thread it was written in, and the place around it."""
    key, _, _ = origin.message.rpartition(" ")
    around = tx.places.at(origin.platform, origin.workspace, key, False)
    return [place for place in (origin.place, around.id if around else None) if place is not None]


def _as_post(tx: Tx, ready: _Ready, text: Text) -> Post:
    draft = ready.draft
    model = draft.in_reply_to or draft.reshare_of
    if model is not None:
        tx.posts.hold(model.rule)  # its audience stays what it is until this is committed
        now_kept = tx.posts.get(model.id)
        if now_kept is None or now_kept.id not in tx.posts.visible(viewer_of(draft.author), [model.id], ready.now):
            raise PostUnknown(typed=f"~{model.number}")
        if draft.named not in (None, now_kept.audience) and not now_kept.outside:
            raise AudienceMoved(number=model.number)
        model = now_kept
    # Everybody may read what is outside; what is said of it here is the team's.
    bound = None if model is None or model.outside else model
    return Post(
        id=ready.id,
        number=0,
        author=draft.author.id,
        text=text,
        audience=bound.audience if bound else draft.audience,
        owner=bound.owner if bound else draft.author.id,
        rule=bound.rule if bound else ready.id,
        root=model.root if model and draft.in_reply_to else ready.id,
        created_at=ready.now,
        tags=tags(text),
        mentions=tuple(person for person in people_in(text) if person != draft.author.id),
        attachments=ready.attachments,
        in_reply_to=draft.in_reply_to.id if draft.in_reply_to else None,
        reshare_of=draft.reshare_of.id if draft.reshare_of else None,
        until=draft.until,
        held_until=draft.held_until,
        announced=draft.announced,
        origin=draft.origin,
    )


def route(tx: Tx, world: World, post: Post, now: datetime, about: Facts | None = None) -> None:
    """Sends a kept post on its way: first to those it speaks to, then to those who follow live. `about`: what filters
    ask of it, where more is known than is kept. Inside `Outbox.together`."""
    wishes: dict[PersonId, Reason] = dict.fromkeys((*post.mentions, *sorted(post.audience.people)), Reason.MENTION)
    if post.in_reply_to and (answered := tx.posts.get(post.in_reply_to)):
        wishes.setdefault(answered.author, Reason.REPLY)
    wishes.pop(post.author, None)
    for person in tx.people.many(list(wishes)).values():
        if person.home is None or not person.mentions_live:
            continue
        if post.id not in tx.posts.visible(viewer_of(person), [post.id], now) or _muted(tx, person, post, now):
            continue
        tx.outbox.wish(post, _subscriber(person), person.home, wishes[person.id], None, now)
    caught = world.sifter.catching(tx, post, lambda: subject_ids(tx, post), about)
    tx.sieves.catch(post.id, caught)
    tx.outbox.fan_out(post, now, caught)


def _muted(tx: Tx, person: Person, post: Post, now: datetime) -> bool:
    original = tx.posts.get(post.reshare_of) if post.reshare_of else None
    muted = {int(subject) for subject in subject_ids(tx, post)} | ({int(original.author)} if original else set())
    return any(int(mute.subject.id) in muted for mute in tx.follows.mutes(_subscriber(person), now))


def _subscriber(person: Person) -> SubscriberId:
    return SubscriberId(person.id)


async def release_announcements(world: World) -> int:
    """Tick: announcements whose hold is over go out to everyone concerned and to the announcement channels."""
    now = world.now()

    def release(tx: Tx) -> int:
        count = 0
        channels = tx.places.named(world.policy.announce_channels) if world.policy.announce_channels else []
        with tx.outbox.together(now):
            for post in tx.posts.held(now, 50):
                if tx.posts.release(post.id):
                    _announce(tx, world, replace(post, held_until=None), channels, now)
                    count += 1
        return count

    count = await world.store.write(release)
    if count:
        world.wake()
    return count


def _announce(tx: Tx, world: World, post: Post, channels: Sequence[Place], now: datetime) -> None:
    for place in channels:
        if place.paused is None and not place.account:
            tx.outbox.wish(post, SubscriberId(place.id), place.id, Reason.ANNOUNCED, None, now)
    route(tx, world, post, now)


def is_narrow(audience: Audience) -> bool:
    """Meant for fewer than the whole team: it travels in direct messages alone."""
    return audience.kind not in (AudienceKind.EVERYONE, AudienceKind.PUBLIC)


def subject_ids(tx: Tx, post: Post) -> Sequence[SubjectId]:
    """Everything following which brings this post."""
    found = [SubjectId(post.author), SubjectId(post.root)]
    if post.outside:
        return found
    found.append(SubjectId(0))
    return found + [subject.id for name in post.tags if (subject := tx.tags.by_name(name))]


def bare(post: Post) -> bool:
    """A reshare with nothing of its own."""
    return post.reshare_of is not None and is_empty(post.text) and not post.attachments
