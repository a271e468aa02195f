"""Files that come with updates: what they really are, where they are kept, and links that expire."""

from __future__ import annotations

import hashlib
import hmac
import mimetypes
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

import puremagic

from bridge.model.clean import clean
from bridge.model.clock import Clock
from bridge.model.errors import FileEmpty, FileLies, FileTooBig, TooManyFiles
from bridge.model.inbound import Message
from bridge.model.kept import Store
from bridge.model.policy import Policy
from bridge.model.post import Attachment, MediaKind, Upload

SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "video/mp4", "video/webm"})
"""Types a browser may show inside a page; everything else is only ever offered as a download."""
DOWNLOAD = "application/octet-stream"
LINK_LIVES = timedelta(hours=24)
ROUTE = "/media"


async def files_of(message: Message) -> tuple[Upload, ...]:
    """Fetched, where they were not yet. Raises BadInput, SendFailure."""
    return message.files if message.fetch is None else await message.fetch()


def inspect(files: Sequence[Upload], policy: Policy) -> tuple[Attachment, ...]:
    """What is in the files, by their bytes. Raises TooManyFiles, FileTooBig, FileEmpty, FileLies."""
    if len(files) > policy.attachments:
        raise TooManyFiles(count=len(files), limit=policy.attachments)
    found = []
    for file in files:
        if not file.data:
            raise FileEmpty(name=file.name)
        if len(file.data) > policy.attachment_bytes:
            raise FileTooBig(name=file.name, limit=policy.attachment_bytes // (1024 * 1024))
        found_type = sniff(file.data)
        claimed = (mimetypes.guess_type(file.name)[0] or "").partition("/")[0]
        if claimed in ("image", "video") and claimed != found_type.partition("/")[0]:
            raise FileLies(name=file.name)
        mime = found_type if found_type in SHOWN else DOWNLOAD
        kind = {"image": MediaKind.PICTURE, "video": MediaKind.VIDEO}.get(mime.partition("/")[0], MediaKind.FILE)
        digest = hashlib.sha256(file.data).hexdigest()
        found.append(Attachment(digest, tidy(file.name), kind, mime, len(file.data), clean(file.alt)[:1000]))
    return tuple(found)


def tidy(name: str) -> str:
    """A file's own name, without folders or hidden characters: nothing in it leads elsewhere or reads backwards."""
    last = clean(name).replace("\\", "/").rpartition("/")[2].strip(". \n")
    return last[-200:] or "file"


def sniff(data: bytes) -> str:
    """The media type by the bytes alone."""
    try:
        return puremagic.magic_string(data)[0].mime_type or DOWNLOAD
    except (puremagic.PureError, ValueError):
        return DOWNLOAD


class SignedMedia:
    """The Media port: bytes by content hash, and paths signed with `key` that work for a day."""

    def __init__(self, store: Store, clock: Clock, key: bytes) -> None:
        self._store, self._clock, self._key = store, clock, key

    async def get(self, digest: str) -> bytes | None:
        return await self._store.read(lambda tx: tx.memory.media(digest))

    def url(self, digest: str, name: str, mime: str) -> str:
        now = self._clock.now()
        until = datetime.fromtimestamp((now + LINK_LIVES).timestamp() // 3600 * 3600 + 3600, tz=now.tzinfo)
        query = {"m": mime, "u": str(int(until.timestamp()))}
        return f"{ROUTE}/{digest}/{quote(name)}?{urlencode({**query, 's': self._sign(digest, name, query)})}"

    def allows(self, digest: str, name: str, mime: str, until: str, signature: str) -> bool:
        """Whether a path was signed by us for exactly this and has not expired."""
        expected = self._sign(digest, name, {"m": mime, "u": until})
        if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "surrogatepass")):
            return False
        return self._clock.now().timestamp() < int(until)

    def _sign(self, digest: str, name: str, query: dict[str, str]) -> str:
        text = "\n".join((digest, name, query["m"], query["u"]))
        return hmac.new(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:40]
