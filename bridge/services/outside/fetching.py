"""Pictures of outside items: fetched where they will be shown, and left out where they can't be had."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Sequence
from dataclasses import replace

from bridge.model.errors import BadInput, SourceFailure
from bridge.model.post import MediaKind, Upload
from bridge.model.source import SourceMedia, Watch
from bridge.services.outside.yielding import Arrival
from bridge.services.sharing.media import inspect
from bridge.services.world import World

log = logging.getLogger(__name__)

MOST_BYTES = 5 * 1024 * 1024
WITHIN = 30.0
"""Seconds for all pictures of one look."""
MOST_ITEMS = 10


async def pictures_of(world: World, watch: Watch, arrivals: Sequence[Arrival], new: Collection[str]) -> list[Arrival]:
    """The same, those that are `new` (by key) with their pictures."""
    reader, out = world.source(watch.adapter), list(arrivals)
    wanted = [n for n, one in enumerate(arrivals) if one.key in new and one.item.media and not one.item.warning]
    if reader is None or world.policy.attachments == 0 or world.policy.attachment_bytes == 0:
        return out
    try:
        async with asyncio.timeout(WITHIN):
            for number in wanted[-MOST_ITEMS:]:
                out[number] = await _with_pictures(world, watch, out[number])
    except TimeoutError:
        pass
    return out


async def _with_pictures(world: World, watch: Watch, one: Arrival) -> Arrival:
    attachments, blobs = list(one.attachments), dict(one.blobs)
    pictures = [media for media in one.item.media if media.kind is MediaKind.PICTURE]
    for media in pictures[: world.policy.attachments]:
        file = await _fetched(world, watch, media)
        if file is None:
            continue
        try:
            [attachment] = inspect([file], world.policy)
        except BadInput:
            continue
        if attachment.kind is MediaKind.PICTURE and attachment.digest not in blobs:
            attachments.append(attachment)
            blobs[attachment.digest] = file.data
    return replace(one, attachments=tuple(attachments), blobs=blobs)


async def _fetched(world: World, watch: Watch, media: SourceMedia) -> Upload | None:
    reader = world.source(watch.adapter)
    most = min(MOST_BYTES, world.policy.attachment_bytes)
    if reader is None or (media.size or 0) > most:
        return None
    if not watch.internal and world.policy.outside.inside(media.url):
        return None  # whoever is outside does not choose what is asked inside, and shown to everybody
    try:
        data = await reader.fetch(media.url, most)
    except SourceFailure:
        return None
    except Exception:
        log.exception("a picture of %s could not be fetched, by a mistake of ours", watch.name)
        return None
    return Upload(media.url.partition("?")[0].rpartition("/")[2][:100] or "picture", data, media.alt)
