"""What people do without a command: reactions, edits and removals of messages we know, joining and leaving."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bridge.model.command import Who
from bridge.model.errors import BadInput
from bridge.model.inbound import (
    Closed,
    Edited,
    HomeOpened,
    Inbound,
    Joined,
    Left,
    Opened,
    Profiled,
    Reacted,
    Removed,
    Said,
    StatusSet,
    Unreacted,
)
from bridge.model.kept import Tx
from bridge.model.person import Person
from bridge.model.place import Place
from bridge.model.post import Post
from bridge.services import circles
from bridge.services.acquaint import back, place_of, profiled, reopen
from bridge.services.delivery.owners import tell_owners
from bridge.services.leaving import CLOSED, WORKSPACE_CLOSED, shown_anew
from bridge.services.sharing import answers, like, publish, revise, share, statuses, takeback, which
from bridge.services.world import World

REMOVED = "I was removed from it. Let me in again."


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of an event, for the one who did it. `shared`: their message (or status) became this update; `undone`:
    it went; `answer`: of a message in a thread; `joined`: the place that can be used now."""

    shared: publish.Published | None = None
    undone: Post | None = None
    answer: answers.Asked | answers.Sent | which.Which | None = None
    joined: Place | None = None


async def hear(world: World, event: Inbound) -> Heard:
    """An event heard twice counts once. What was said to the bridge itself and HomeOpened are the commands' affair.

    Raises BadInput where somebody's words cannot be shared.
    """
    if await world.store.read(lambda tx: tx.memory.known(event.key)):
        return Heard()
    if (who := _doer(event)) is not None:
        await back(world, who)
    heard = await _act(world, event)
    # Remembered last: after a crash the platform says it again, and all that is done here may be done twice.
    now = world.now()
    await world.store.write(lambda tx: tx.memory.once(event.key, now))
    return heard


def _doer(event: Inbound) -> Who | None:
    """Who is certainly there, since they have just done something."""
    match event:
        case Reacted() | Unreacted() | HomeOpened() | Joined():
            return event.who
        case Said(_, message):
            return message.author
    return None


async def _act(world: World, event: Inbound) -> Heard:
    match event:
        case Reacted() if world.policy.shares(event.emoji):
            return Heard(shared=await share.share_message(world, event))
        case Unreacted() if world.policy.shares(event.emoji):
            return Heard(undone=await takeback.unshare(world, event))
        case Reacted() | Unreacted() if world.policy.likes(event.emoji):
            await like.like(world, event)
        case Said(_, message, named) if not named:
            return Heard(answer=await answers.answered(world, message) or await which.asked(world, message))
        case StatusSet():
            return Heard(shared=await statuses.status_set(world, event))
        case Edited():
            await _edited(world, event, await place_of(world, event.where))
        case Removed(_, where, message):
            await _removed(world, await place_of(world, where), message)
        case Joined(_, where):
            return Heard(joined=await _resumed(world, await place_of(world, where)))
        case Left(_, where):
            await _pause(world, await place_of(world, where), event)
        case Profiled(_, who, profile):
            await profiled(world, who, profile)
        case Closed():
            await _closed(world, event)
        case Opened():
            await circles.opened(world, event)
            await reopen(world, event.platform, event.workspace)
        case _:
            pass
    return Heard()


async def _edited(world: World, event: Edited, place: Place) -> None:
    """The message an update was made from now reads otherwise: so does the update, where it still may, and the question
    whether it may become one. An update whose author gave it other words than the message's keeps them: what they left
    out was not to be shared."""
    await share.reworded(world, place, event.message, event.text)
    found = await _by_origin(world, place, event.message)
    if found:
        post, author = found
        try:
            if event.before is None or await revise.reads(world, post, event.before):
                await revise.edit(world, post, author, event.text)
        except BadInput:
            return


async def _removed(world: World, place: Place, message: str) -> None:
    await takeback.taken_back(world, place, message)
    found = await _by_origin(world, place, message)
    if found:
        await revise.delete(world, *found)


async def _by_origin(world: World, place: Place, message: str) -> tuple[Post, Person] | None:
    origin = share.origin_of(place, message)

    def look(tx: Tx) -> tuple[Post, Person] | None:
        post = tx.posts.by_origin(*share.origin_key(origin))
        author = tx.people.get(post.author) if post and post.deleted_at is None else None
        return (post, author) if post and author else None

    return await world.store.read(look)


async def _pause(world: World, place: Place, event: Left) -> None:
    """Told to those who made it follow, unless they know: it is paused since a message could not be sent there."""
    why = event.why or REMOVED
    if place.paused is None:
        # First, and once a day at most: after a crash between the two it is done again.
        await tell_owners(world, [(place, why)], event.gone)
        world.wake()
    await world.store.write(lambda tx: tx.places.save(replace(place, paused=why)))


async def _resumed(world: World, place: Place) -> Place:
    """Being let in again ends what being kept out began. What somebody stopped there are its follows: they stay so."""
    if place.paused is not None:
        now = world.now()
        await world.store.write(lambda tx: tx.places.resume(place.id, now))
        world.wake()
    return replace(place, paused=None)


async def _closed(world: World, event: Closed) -> None:
    """An account that is gone gets nothing any more; all places of a workspace that is gone pause. Both until somebody
    comes back: see `acquaint.back`."""

    def write(tx: Tx) -> None:
        if event.who is None:
            tx.places.close(event.platform, event.workspace, WORKSPACE_CLOSED)
            return
        place = tx.places.at(event.platform, event.workspace, event.who.user, True)
        if place and place.paused is None:
            tx.places.save(replace(place, paused=CLOSED))
        account = tx.people.account(event.platform, event.workspace, event.who.user)
        if account is not None:
            shown_anew(tx, account.person, now)

    now = world.now()
    await world.store.write(write)
    world.wake()
