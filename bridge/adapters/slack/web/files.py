"""Files, both ways: what people attached, fetched from Slack; pictures of ours, kept in Slack so that blocks show them.

A fresh upload is not ready at once: Slack looks into it first, and until then an image block with it is refused
(invalid_blocks, "invalid slack file"); files.info names its media type once it is
(github.com/slackapi/node-slack-sdk/issues/1865, github.com/slackapi/python-slack-sdk/issues/1658).

Only pictures go out, since an image block shows them without sharing the file. Any other file is named, and no more: a
file uploaded without a channel is private to the bot (docs.slack.dev/reference/methods/files.completeUploadExternal);
one that the bot posts a link to becomes readable by everybody in the workspace, as Slack's own people tell
(github.com/slackapi/bolt-python/issues/1018), though the update may be for a few; and one that is shared into a
channel is a message of its own, without metadata, so that nobody knows after a broken connection whether it stands
there. A private answer can show no file at all (github.com/slackapi/node-slack-sdk/issues/1790).
"""

from __future__ import annotations

import asyncio
import codecs
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from bridge.adapters._shelf import Shelf
from bridge.adapters.slack.web.api import Api
from bridge.model.card import Card
from bridge.model.clock import Clock
from bridge.model.errors import FILES, BadInput, FileTooBig, Refused, SendFailure, StoreError, TooManyFiles
from bridge.model.given import Media, Vault
from bridge.model.post import Attachment, MediaKind, Upload

MOST = 4
MEGABYTE = 1024 * 1024
HOSTED = ("hosted", "snippet")
"""Modes of files that are bytes in Slack; all others are links, canvases, or gone."""

SHOWABLE = frozenset({"image/png", "image/jpeg", "image/gif"})
"""What an image block takes (docs.slack.dev/reference/block-kit/composition-objects/slack-file-object)."""
LONGEST_ALT = 1000
PATIENCE = 12.0
"""Seconds a message waits for its pictures. What takes longer is ready for the next one."""
LOOKS = (0.2, 0.4, 0.8, 1.6, 3.2)
"""Seconds between looks at whether a fresh upload can be shown."""
UNSEEN = 2.0
"""Seconds given to it where we may not look."""
AGAIN_SECONDS = 600.0
"""After a picture failed, until it is tried again."""
REMEMBERED = 5000


class FileUnread(BadInput):
    """I couldn't get the file {name} from Slack. Attach it again, or share without it."""

    field = FILES


class FileElsewhere(BadInput):
    """The file {name} isn't kept in Slack, so I can't take it along. Put its link in the words instead."""

    field = FILES


class FilesClosed(BadInput):
    """I'm not allowed to read files here, so {name} can't be shared alone. Put it into words."""

    field = FILES


def kept_out(files: Sequence[object], scopes: Collection[str]) -> str:
    """The name of a file that does not come along because we may read none; "" where none stays behind."""
    return next(iter(map(_name, _there(files))), "") if "files:read" not in scopes else ""


def named_only(files: Sequence[object], scopes: Collection[str]) -> list[str]:
    """The names of what no message in Slack will show. What Slack tells by its id alone is left out."""
    shown = SHOWABLE if "files:write" in scopes else ()
    return [_name(file) for file in _there(files) if _told(file, "name") and _told(file, "mimetype") not in shown]


async def uploads(api: Api, files: Sequence[object], limit_bytes: int) -> tuple[Upload, ...]:
    """Slack's file objects with their bytes; deleted ones are left out, and all where we may read none. Raises
    TooManyFiles, FileTooBig, FileUnread, FileElsewhere, each naming the file."""
    there = _there(files)
    if "files:read" not in api.identity.scopes:
        return ()
    if len(there) > MOST:
        raise TooManyFiles(count=len(there), limit=MOST)
    return tuple([await _upload(api, file, limit_bytes) for file in there])


def _there(files: Sequence[object]) -> list[Mapping[str, Any]]:
    return [file for file in files if isinstance(file, Mapping) and file.get("mode") != "tombstone"]


def _name(file: Mapping[str, Any]) -> str:
    return _told(file, "name") or _told(file, "title") or _told(file, "id")


async def _upload(api: Api, file: Mapping[str, Any], limit_bytes: int) -> Upload:
    name = _name(file)
    try:
        if file.get("file_access") == "check_file_info":
            # Of a file in a channel shared with another organisation an event tells the id alone.
            file = (await api.call("files.info", file=_told(file, "id"))).get("file") or {}
            name = _told(file, "name") or name
        if file.get("mode") == "hidden_by_limit":
            raise FileUnread(name=name)
        if file.get("mode") not in HOSTED or file.get("is_external"):
            raise FileElsewhere(name=name)
        size = file.get("size")
        if isinstance(size, int) and size > limit_bytes:
            raise FileTooBig(name=name, limit=limit_bytes // MEGABYTE)
        data = await api.download(_told(file, "url_private_download") or _told(file, "url_private"), limit_bytes)
    except SendFailure as failure:
        raise FileUnread(name=name) from failure
    if _is_page(data) and not (size == len(data) or (size is None and file.get("mimetype") == "text/html")):
        raise FileUnread(name=name)
    return Upload(name, data, _told(file, "alt_txt"))


def _is_page(data: bytes) -> bool:
    """Whoever may not read a file is shown a page to sign in, with status 200; it is not as long as the file."""
    begin = data[:100].removeprefix(codecs.BOM_UTF8).lstrip().lower()
    return begin.startswith((b"<!doctype html", b"<html"))


class Pictures:
    """Pictures of ours in one workspace, uploaded once by content; their ids outlive a restart."""

    def __init__(self, api: Api, vault: Vault, media: Media, clock: Clock) -> None:
        self._api, self._shelf, self._media, self._clock = api, Shelf(vault), media, clock
        self._ids: OrderedDict[str, str] = OrderedDict()
        self._failed: OrderedDict[str, float] = OrderedDict()
        self._coming: dict[str, asyncio.Task[None]] = {}

    async def shown(self, card: Card) -> dict[str, str]:
        """Slack's file ids of the card's pictures, by digest. One that fails, or is not ready in time, is left out."""
        wanted = {picture.digest: picture for picture in _pictures(card)}
        coming = [task for digest, picture in wanted.items() if (task := await self._bring(digest, picture))]
        if coming:
            await asyncio.wait(coming, timeout=PATIENCE)
        return {digest: self._ids[digest] for digest in wanted if digest in self._ids}

    async def forget(self, digests: Iterable[str]) -> None:
        """Slack would not show these: for a while messages go without them, then they are uploaded anew."""
        for digest in digests:
            self._ids.pop(digest, None)
            self._fail(digest)
            await self._shelf.put(self._key(digest), "")

    async def close(self) -> None:
        for task in (tasks := list(self._coming.values())):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _bring(self, digest: str, picture: Attachment) -> asyncio.Task[None] | None:
        """The task that brings it there, None where there is nothing to wait for."""
        if digest in self._ids or self._failed.get(digest, 0.0) > self._clock.monotonic():
            return None
        if kept := await self._shelf.get(self._key(digest)):
            self._note(digest, kept)
            return None
        if "files:write" not in self._api.identity.scopes:
            return None
        if digest not in self._coming:
            task = self._coming[digest] = asyncio.create_task(self._carry(picture))
            task.add_done_callback(lambda _: self._coming.pop(digest, None))
        return self._coming[digest]

    async def _carry(self, picture: Attachment) -> None:
        try:
            file = await self._put(picture)
        except (SendFailure, StoreError):
            file = ""
        if not file:
            self._fail(picture.digest)
            return
        self._note(picture.digest, file)
        await self._shelf.put(self._key(picture.digest), file)

    async def _put(self, picture: Attachment) -> str:
        """The id of the uploaded file, ready to be shown as far as we may know. Raises SendFailure."""
        data = await self._media.get(picture.digest)
        if not data:
            return ""
        alt = picture.alt[:LONGEST_ALT] or None
        slot = await self._api.call("files.getUploadURLExternal", filename=picture.name, length=len(data), alt_txt=alt)
        file, url = _told(slot, "file_id"), _told(slot, "upload_url")
        if not file:
            raise Refused(reason="no file id")
        await self._api.upload(url, data)
        # Without a channel: the file itself is announced nowhere, only the message that shows it.
        await self._api.call("files.completeUploadExternal", files=[{"id": file, "title": picture.name}])
        await self._ready(file)
        return file

    async def _ready(self, file: str) -> None:
        if "files:read" not in self._api.identity.scopes:
            await asyncio.sleep(UNSEEN)
            return
        for pause in LOOKS:
            found = (await self._api.call("files.info", file=file)).get("file")
            if isinstance(found, Mapping) and found.get("mimetype"):
                return
            await asyncio.sleep(pause)

    def _key(self, digest: str) -> str:
        return f"file:{self._api.identity.team}:{digest}"

    def _note(self, digest: str, file: str) -> None:
        self._ids[digest] = file
        self._failed.pop(digest, None)
        if len(self._ids) > REMEMBERED:
            self._ids.popitem(last=False)

    def _fail(self, digest: str) -> None:
        self._failed[digest] = self._clock.monotonic() + AGAIN_SECONDS
        if len(self._failed) > REMEMBERED:
            self._failed.popitem(last=False)


def _pictures(card: Card) -> list[Attachment]:
    all_media = [*card.media, *(item for one in card.joined for item in one.media)]
    return [item for item in all_media if item.kind is MediaKind.PICTURE and item.mime in SHOWABLE]


def _told(data: Mapping[str, Any], name: str) -> str:
    found = data.get(name)
    return found if isinstance(found, str) else ""
