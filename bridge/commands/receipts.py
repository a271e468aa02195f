"""Receipts: what the author of an update is told about it, composed for the place where they are."""

from __future__ import annotations

from bridge.commands.asking import Ask
from bridge.model.card import Card
from bridge.model.command import Reply
from bridge.model.compose.receipt import receipt_card
from bridge.model.ids import SubjectId, SubscriberId
from bridge.model.kept import Reach, Tx
from bridge.model.place import PlaceKind
from bridge.model.post import Origin
from bridge.services import publish as publishing
from bridge.services.publish import Published


def origin_of(ask: Ask) -> Origin:
    """A request repeated by its platform becomes one update."""
    return Origin(ask.call.who.platform, ask.call.who.workspace, f"call {ask.call.key}")


async def receipt_of(ask: Ask, published: Published) -> Card:
    """The receipt of cards.md, with what this place would need to show it too."""
    world, place, post = ask.world, ask.place, published.post

    now = world.now()

    def look(tx: Tx) -> tuple[Reach, int, int, bool]:
        subjects = set(publishing.subject_ids(tx, post))
        here = any(follow.subject.id in subjects for follow in tx.follows.of(SubscriberId(place.id)))
        followers = tx.follows.count(SubjectId(post.author))
        return tx.outbox.reach(post, now), tx.people.count(), followers, here

    reach, team, followers, here = await world.store.read(look)
    silent = ""
    if place.kind is PlaceKind.CHANNEL and not here and not publishing.is_narrow(post.audience) and ask.person.team:
        silent = f"#{place.name.removeprefix('#')}"
    return receipt_card(
        await ask.view(post),
        reach,
        ask.reader,
        team=team,
        followers=followers,
        kept=world.policy.retention,
        unknown=published.unknown,
        silent=silent,
    )


async def receipt(ask: Ask, published: Published) -> Reply:
    return Reply(await receipt_of(ask, published), post=published.post.id)
