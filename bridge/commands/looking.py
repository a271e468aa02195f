"""Verbs that show updates: timeline, catchup, show-more, why, link."""

from __future__ import annotations

from datetime import timedelta

import regex

from bridge.commands.asking import Ask, post_named, subject_named, take_here
from bridge.commands.following import quiet_end
from bridge.model.audience import viewer_of
from bridge.model.card import Action, Card
from bridge.model.command import Reply
from bridge.model.compose import timeline_card
from bridge.model.compose_digest import in_order, more_card
from bridge.model.compose_why import Stage, Step, why_card
from bridge.model.delivery import Delivery, Kind, Reason, State
from bridge.model.errors import DigestUnknown, LinkNone
from bridge.model.ids import DeliveryId, PostId, TagId, lowest_id
from bridge.model.kept import Stream, Trace, Tx
from bridge.model.place import Place, PlaceKind
from bridge.model.ports import Directory
from bridge.model.post import Post
from bridge.model.reading import place_name
from bridge.model.subscription import EVERYONE_ID
from bridge.model.text import Link
from bridge.model.when import parse_since
from bridge.services.showing import entries, load_views

PAGE = 10
_BEFORE = regex.compile(r"\s*\bbefore ~?(\d{1,18})$")


async def timeline(ask: Ask) -> Reply:
    """Private, newest first, ten at a time; `before ~1042` is the page behind the buttons."""
    asked, here = take_here(_BEFORE.sub("", ask.rest))
    found = _BEFORE.search(ask.rest)
    words = ask.words
    if here:
        party = await ask.party(here)
        stream, title = Stream(of=party.subscriber), words.say("What {place} follows", place=f"#{party.place.name}")
    elif not asked:
        stream, title = Stream(of=ask.subscriber), words.say("Your timeline")
    else:
        subject = await subject_named(ask, asked)
        stream = Stream(subjects=(subject.id,))
        title = words.say("The team's timeline") if subject.id == EVERYONE_ID else subject.name
    return await _page(ask, stream, title, f"timeline {ask.rest.split(' before ')[0]}".strip(), found)


async def catchup(ask: Ask) -> Reply:
    """What one missed: since the last digest, or since the day named."""
    asked = _BEFORE.sub("", ask.rest)
    now = ask.world.now()
    if asked.strip():
        since = parse_since(asked, now, ask.reader.zone)
    else:
        plan = await ask.world.store.read(lambda tx: tx.schedules.get(ask.subscriber))
        since = plan.last if plan and plan.last else now - timedelta(hours=24)
    title = ask.words.say("Since {when}", when=ask.words.moment(since, ask.reader.zone, now))
    line = f"catchup {asked}".strip()
    stream = Stream(of=ask.subscriber)
    return await _page(ask, stream, title, line, _BEFORE.search(ask.rest), PostId(lowest_id(since)))


async def _page(
    ask: Ask,
    stream: Stream,
    title: str,
    line: str,
    before: regex.Match[str] | None,
    since: PostId | None = None,
) -> Reply:
    viewer, now = viewer_of(ask.person), ask.world.now()

    def look(tx: Tx) -> list[Post]:
        older = tx.posts.by_number(int(before[1])) if before else None
        return tx.posts.timeline(viewer, stream, now, PAGE + 1, before=older.id if older else None, since=since)

    posts = await ask.world.store.read(look)
    shown = posts[:PAGE]
    views = await ask.views([post.id for post in shown]) if shown else []
    more = back = None
    if len(posts) > PAGE:
        more = Action(ask.words.say("Older"), f"{line} before ~{shown[-1].number}")
    if before:
        back = Action(ask.words.say("Newest"), line)
    return Reply(timeline_card(views, title, ask.reader, more, back), replaces=before is not None)


async def show_more(ask: Ask) -> Reply:
    """What a digest had no room for, page by page."""
    parts = ask.rest.split()
    if not parts or not all(part.isdigit() for part in parts[:2]):
        raise DigestUnknown()
    id, skip = DeliveryId(int(parts[0])), int(parts[1]) if len(parts) > 1 else ask.world.policy.digest_updates
    now = ask.world.now()

    def look(tx: Tx) -> tuple[Delivery | None, Place | None]:
        return tx.outbox.get(id), tx.outbox.place_of(id)

    delivery, place = await ask.world.store.read(look)
    mine = place is not None and (place.id in (ask.person.home, ask.place.id) or place.account == ask.account.id)
    if delivery is None or delivery.kind is not Kind.DIGEST or not mine:
        raise DigestUnknown()

    def load(tx: Tx) -> Card:
        ids = [item.post for item in delivery.items]
        allowed = tx.posts.visible(viewer_of(ask.person), ids, now)
        views = {key: view for key, view in load_views(tx, ids).items() if key in allowed}
        tags = tx.tags.many([TagId(item.subject) for item in delivery.items if item.subject])
        rest = in_order(entries(delivery.items, views, tags))[skip:]
        return more_card(rest, ask.reader, f"show-more {id} {skip + ask.world.policy.digest_updates}")[0]

    return Reply(await ask.world.store.read(load))


async def why(ask: Ask) -> Reply:
    """The stages of an update for this reader, or with `here` for this channel."""
    rest, here = take_here(ask.rest)
    post, _ = await post_named(ask, rest or "last")
    party = await ask.party(here)
    now = ask.world.now()

    def look(tx: Tx) -> tuple[list[Trace], set[int], list[tuple[int, str]]]:
        traces = tx.outbox.traces(post.id, [party.subscriber])
        tags = {subject.id: subject.name for tag in post.tags if (subject := tx.tags.by_name(tag))}
        wanted = {int(post.author), int(post.root), 0, *tags}
        follows = {int(f.subject.id): f.subject.name for f in tx.follows.of(party.subscriber)}
        mutes = [
            (int(mute.subject.id), mute.subject.name)
            for mute in tx.follows.mutes(party.subscriber, now)
            if int(mute.subject.id) in wanted
        ]
        return (
            traces,
            {id for id in follows if id in wanted},
            mutes + [(id, follows[id]) for id in follows if id in wanted],
        )

    traces, matched, names = await ask.world.store.read(look)
    muted = [name for id, name in names if id not in matched] + [
        name for i, (id, name) in enumerate(names) if id in matched and (id, name) in names[i + 1 :]
    ]
    stages = [Stage(Step.PUBLISHED, post.created_at)]
    if post.held_until and post.held_until > now:
        stages.append(Stage(Step.HELD_ANNOUNCEMENT, post.held_until))
    if post.author == ask.person.id and not here:
        stages.append(Stage(Step.OWN))
    elif post.origin and post.origin.place == party.place.id:
        stages.append(Stage(Step.STOOD_THERE, what=place_name(party.place, ask.words)))
    elif muted:
        stages.append(Stage(Step.MUTED, what=muted[0]))
    elif not traces and not matched:
        stages.append(Stage(Step.NOT_FOLLOWED))
    name_of = dict(names)
    for trace in traces:
        stages += _traced(ask, trace, name_of)
    if not traces and matched and post.author != ask.person.id:
        stages.append(Stage(Step.FOLLOWED, what=name_of[next(iter(matched))]))
        plan = await ask.world.store.read(lambda tx: tx.schedules.get(party.subscriber))
        if plan and plan.enabled and plan.slot:
            stages.append(Stage(Step.IN_DIGEST, plan.slot.due))
    return Reply(why_card(await ask.view(post), stages, ask.reader))


def _traced(ask: Ask, trace: Trace, names: dict[int, str]) -> list[Stage]:
    """What happened to one item."""
    place = place_name(trace.place, ask.words)
    match trace.reason:
        case Reason.MENTION:
            stages = [Stage(Step.MENTIONED, trace.queued_at)]
        case Reason.REPLY:
            stages = [Stage(Step.REPLIED, trace.queued_at)]
        case Reason.ANNOUNCED:
            stages = [Stage(Step.ANNOUNCED, trace.queued_at)]
        case Reason.FOLLOW:
            stages = [Stage(Step.FOLLOWED, trace.queued_at, names.get(int(trace.subject or 0), "everyone"))]
    if trace.diverted:
        stages.append(Stage(Step.CAPPED))
    if trace.place.paused:
        stages.append(Stage(Step.PAUSED, what=place))
    match trace.state:
        case State.SETTLED if trace.shown_at:
            stages.append(Stage(Step.SENT, trace.shown_at, place))
        case State.BURIED:
            stages.append(Stage(Step.FAILED, what=trace.error))
        case State.GONE:
            stages.append(Stage(Step.GONE))
        case None if trace.diverted:
            pass
        case _:
            quiet = quiet_end(ask.world, ask.person, trace.place.platform)
            held = trace.place.kind is PlaceKind.DIRECT and quiet is not None and trace.state is None
            stages.append(Stage(Step.QUIET, quiet) if held else Stage(Step.WAITING, what=place))
    return stages


async def link(ask: Ask) -> Reply:
    """A link to a copy that this person can open: in this place, else in their direct messages or an open channel."""
    post, _ = await post_named(ask, ask.rest)
    copies = await ask.world.store.read(lambda tx: tx.outbox.copies(post.id))
    for place, message in sorted(copies, key=lambda copy: (copy[0].id != ask.place.id, copy[0].private)):
        adapter = ask.world.adapters.get(place.platform)
        if place.private and place.id not in (ask.person.home, ask.place.id):
            continue
        if isinstance(adapter, Directory) and (url := adapter.permalink(place, message)):
            return Reply(Card(title=f"~{post.number}", text=(Link(url, ""),)))
    raise LinkNone(number=post.number)
