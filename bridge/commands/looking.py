"""Verbs that show updates: timeline, catchup, show-more, link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import regex

from bridge.commands.asking import Ask, example_of, first_word, id_in, take_here
from bridge.commands.following import channel
from bridge.commands.naming import post_named, subject_named
from bridge.model.audience import viewer_of
from bridge.model.card import Action, Card
from bridge.model.command import Reply
from bridge.model.compose.digest import Entry, digest_card, in_order, more_card
from bridge.model.compose.update import pressable, timeline_card
from bridge.model.delivery import Delivery
from bridge.model.errors import DigestUnknown, LinkNone
from bridge.model.ids import DeliveryId, PostId, SubscriberId, TagId, lowest_id
from bridge.model.kept import Stream, Tx
from bridge.model.place import Place
from bridge.model.ports import Directory
from bridge.model.post import Post
from bridge.model.subscription import EVERYONE_ID
from bridge.model.text import Link, Plain
from bridge.model.times.when import parse_since
from bridge.services.delivery.showing import LISTS, entries, load_views

PAGE = 10
_BEFORE = regex.compile(r"\s*\bbefore ~?(\d{1,18})$")


async def timeline(ask: Ask) -> Reply:
    """Private, newest first, ten at a time; `before ~1042` is the page behind the buttons."""
    asked, here = take_here(_BEFORE.sub("", ask.rest))
    found = _BEFORE.search(ask.rest)
    words = ask.words
    if here:
        party = await ask.party(here)
        stream, title = Stream(of=party.subscriber), words.say("What {place} follows", place=channel(party))
    elif not asked:
        stream, title = Stream(of=ask.subscriber), words.say("Your timeline")
    else:
        subject = await subject_named(ask, asked, "timeline #release")
        stream = Stream(subjects=(subject.id,))
        title = words.say("The team's timeline") if subject.id == EVERYONE_ID else subject.name
    return await _page(ask, stream, title, f"timeline {_BEFORE.sub('', ask.rest)}".strip(), found)


async def catchup(ask: Ask) -> Reply:
    """What one missed: since the last digest, or since the day named."""
    asked = _BEFORE.sub("", ask.rest)
    now = ask.world.now()
    if asked.strip():
        with example_of(ask, "catchup"):
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
    if not shown and not before and stream.of is not None:
        return await _nothing(ask, stream.of, title)
    views = await ask.views([post.id for post in shown]) if shown else []
    more = Action(ask.words.say("Older"), f"{line} before ~{shown[-1].number}") if len(posts) > PAGE else None
    back = Action(ask.words.say("Newest"), line) if before else None
    card = timeline_card(views, title, ask.reader, more, back)
    return Reply(replace(card, actions=pressable(*card.actions)), replaces=before is not None)


async def _nothing(ask: Ask, subscriber: SubscriberId, title: str) -> Reply:
    """What one follows has brought nothing: what to do about it depends on whether one follows anything."""
    words, follows = ask.words, await ask.world.store.read(lambda tx: tx.follows.of(subscriber))
    team = Action(words.say("The team's timeline"), "timeline everyone")
    actions: tuple[Action, ...] = (team,)
    if follows:
        said = words.say("Nothing new from what is followed.")
    elif subscriber == ask.subscriber:
        said = words.say("You follow nobody yet. Follow somebody, or look at what the whole team shares.")
        actions = (Action(words.say("People to follow"), "who"), team)
    else:
        said = words.say("This channel follows nothing yet. Try {call}", call=ask.reader.call("follow #release here"))
    return Reply(Card(title=title, text=(Plain(said),), actions=actions))


async def show_more(ask: Ask) -> Reply:
    """What a digest had no room for, page by page."""
    named, behind = first_word(ask.rest)
    id, now = DeliveryId(id_in(named)), ask.world.now()

    def look(tx: Tx) -> tuple[Delivery | None, Place | None]:
        return tx.outbox.get(id), tx.outbox.place_of(id)

    delivery, place = await ask.world.store.read(look)
    mine = place is not None and (place.id in (ask.person.home, ask.place.id) or place.account == ask.account.id)
    if delivery is None or delivery.kind not in LISTS or not mine:
        raise DigestUnknown()

    def load(tx: Tx) -> Card:
        ids = [item.post for item in delivery.items]
        allowed = tx.posts.visible(viewer_of(ask.person), ids, now)
        views = {key: view for key, view in load_views(tx, ids).items() if key in allowed}
        tags = tx.tags.many([TagId(item.subject) for item in delivery.items if item.subject])
        ordered = in_order(entries(delivery.items, views, tags))
        seen = id_in(behind) or _shown_at_first(ask, ordered, delivery)
        if seen >= len(ordered):
            return Card(text=(Plain(ask.words.say("That was all of it.")),))
        card, left = more_card(ordered[seen:], ask.reader, f"show-more {id} {len(ordered)}")
        if not left:
            return card
        return more_card(ordered[seen:], ask.reader, f"show-more {id} {len(ordered) - len(left)}")[0]

    return Reply(await ask.world.store.read(load))


def _shown_at_first(ask: Ask, ordered: Sequence[Entry], delivery: Delivery) -> int:
    """How many found room in the digest itself."""
    reader, policy = replace(ask.reader, now=delivery.created_at), ask.world.policy
    _, hidden = digest_card(ordered, reader, "", most=policy.digest_updates, lines=policy.digest_lines)
    return len(ordered) - len(hidden)


async def link(ask: Ask) -> Reply:
    """A link to a copy that this person can open: in this place, else in their direct messages or an open channel."""
    post, _ = await post_named(ask, ask.rest, "link last")
    copies = await ask.world.store.read(lambda tx: tx.outbox.copies(post.id))
    for place, message in sorted(copies, key=lambda copy: (copy[0].id != ask.place.id, copy[0].private)):
        adapter = ask.world.adapters.get(place.platform)
        if place.private and place.id not in (ask.person.home, ask.place.id):
            continue
        if isinstance(adapter, Directory) and (url := adapter.permalink(place, message)):
            return Reply(Card(title=f"~{post.number}", text=(Link(url, ""),)))
    raise LinkNone(number=post.number)
