"""Loads somebody's own page."""

from __future__ import annotations

from contextlib import suppress

from bridge.commands.asking import Ask
from bridge.model.audience import viewer_of
from bridge.model.card import Limits
from bridge.model.command import Reply
from bridge.model.compose.home import PEOPLE, UPDATES, Page, Suggested, home_card
from bridge.model.compose.reading import View
from bridge.model.errors import PostUnknown
from bridge.model.ids import PostId, SubjectId
from bridge.model.kept import Plan, Stream, Tx
from bridge.model.subscription import Subscription
from bridge.services.suggest import suggestions


async def home(ask: Ask) -> Reply:
    """The page of whoever asks; who may see what is decided as for anything else they read."""
    now, mine = ask.world.now(), Stream(subjects=(SubjectId(ask.person.id),))

    def look(tx: Tx) -> tuple[list[Subscription], Plan | None, list[PostId], list[Suggested]]:
        newest = tx.posts.timeline(viewer_of(ask.person), mine, now, UPDATES)
        return (
            tx.follows.of(ask.subscriber),
            tx.schedules.get(ask.subscriber),
            [post.id for post in newest],
            suggestions(tx, ask.person, now, PEOPLE),
        )

    follows, plan, newest, people = await ask.world.store.read(look)
    recent: list[View] = []
    with suppress(PostUnknown):  # gone since a moment ago
        recent = await ask.views(newest) if newest else []
    sender = ask.world.sender(ask.call.who.platform)
    page = Page(ask.person, follows, plan, recent, people)
    return Reply(home_card(page, ask.reader, sender.limits if sender else Limits()))
