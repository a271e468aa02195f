"""What people do without a command: reactions, edits and removals of messages we know, joining and leaving."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bridge.model.errors import BadInput
from bridge.model.inbound import Closed, Edited, Inbound, Left, Reacted, Removed, Unreacted
from bridge.model.kept import Tx
from bridge.model.person import Person
from bridge.model.place import Place
from bridge.model.post import Post
from bridge.services import publish, revise, share
from bridge.services.acquaint import place_of
from bridge.services.world import World


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of an event, for the one who did it. `shared`: their message became this update; `undone`: it went."""

    shared: publish.Published | None = None
    undone: Post | None = None


async def hear(world: World, event: Inbound) -> Heard:
    """An event heard twice counts once. Said, Joined, HomeOpened and StatusSet are answered by the commands."""
    if await world.store.read(lambda tx: tx.memory.known(event.key)):
        return Heard()
    heard = await _act(world, event)
    # Remembered last: after a crash the platform says it again, and all that is done here may be done twice.
    now = world.now()
    await world.store.write(lambda tx: tx.memory.once(event.key, now))
    return heard


async def _act(world: World, event: Inbound) -> Heard:
    match event:
        case Reacted() if share.is_share(world, event.emoji):
            return Heard(shared=await share.share_message(world, event))
        case Unreacted() if share.is_share(world, event.emoji):
            return Heard(undone=await share.unshare(world, event))
        case Reacted() | Unreacted() if share.is_like(world, event.emoji):
            await share.like(world, event)
        case Edited(_, where, message, text):
            await _edited(world, await place_of(world, where), message, text)
        case Removed(_, where, message):
            await _removed(world, await place_of(world, where), message)
        case Left(_, where):
            await _pause(world, await place_of(world, where))
        case Closed():
            await _closed(world, event)
        case _:
            pass
    return Heard()


async def _edited(world: World, place: Place, message: str, text: str) -> None:
    """The message an update was made from now reads otherwise: so does the update, where it still may."""
    found = await _by_origin(world, place, message)
    if found:
        post, author = found
        try:
            await revise.edit(world, post, author, text)
        except BadInput:
            return


async def _removed(world: World, place: Place, message: str) -> None:
    found = await _by_origin(world, place, message)
    if found:
        await revise.delete(world, *found)


async def _by_origin(world: World, place: Place, message: str) -> tuple[Post, Person] | None:
    def look(tx: Tx) -> tuple[Post, Person] | None:
        post = tx.posts.by_origin(place.platform, place.workspace, f"{place.key} {message}")
        author = tx.people.get(post.author) if post and post.deleted_at is None else None
        return (post, author) if post and author else None

    return await world.store.read(look)


async def _pause(world: World, place: Place) -> None:
    await world.store.write(lambda tx: tx.places.save(replace(place, paused="the bridge was removed from it")))


async def _closed(world: World, event: Closed) -> None:
    """An account that is gone gets nothing any more; a whole workspace's places pause."""

    def write(tx: Tx) -> None:
        if event.who is not None:
            place = tx.places.at(event.platform, event.workspace, event.who.user, True)
            places = [place] if place else []
        else:
            places = tx.places.channels(event.platform, event.workspace)
        for place in places:
            tx.places.save(replace(place, paused="its account was closed"))

    await world.store.write(write)
