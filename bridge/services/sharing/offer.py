"""What somebody says to the bridge without a verb, kept until they say whether it is an update."""

from __future__ import annotations

from bridge.model.inbound import Message
from bridge.model.kept import ShareRequest, Tx
from bridge.services.acquaint import person_of, place_of
from bridge.services.sharing.publish import read_text
from bridge.services.sharing.share import origin_key, request_of
from bridge.services.world import World


async def offer(world: World, message: Message) -> ShareRequest | None:
    """Keeps a message of the one who is asked, said to the bridge itself, until they say whether to share it; what
    they say goes to `share.answer`. None where they have said so. Raises BadInput where it can't be an update."""
    _, author = await person_of(world, message.author)
    place = await place_of(world, message.where)
    request, blobs = request_of(world, author, author, place, message)
    read_text(message.text, may_be_empty=bool(request.attachments))

    def write(tx: Tx) -> ShareRequest | None:
        if tx.posts.by_origin(*origin_key(request.origin)):
            return None
        if tx.shares.open(request):
            for digest, data in blobs.items():
                tx.memory.put_media(digest, data, request.at)
        kept = tx.shares.by_origin(*origin_key(request.origin))
        return kept if kept and kept.answer is None else None

    return await world.store.write(write)
