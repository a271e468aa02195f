"""Files that people attach, fetched from Discord's own hosts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
from yarl import URL

from bridge.adapters._walk import word
from bridge.adapters.discord.heard.walk import number_in
from bridge.adapters.discord.rest.sdk import proxy_for
from bridge.model.errors import FILES, BadInput, FileTooBig, TooManyFiles
from bridge.model.post import Upload

MOST = 4
MEGABYTE = 1024 * 1024
HOSTS = ("cdn.discordapp.com", "media.discordapp.net")
"""Where attachments are (docs: reference, CDN). Anything else is not fetched, whatever a payload says."""
TIMEOUT = aiohttp.ClientTimeout(total=20, connect=5)
CHUNK = 64 * 1024


class FileUnread(BadInput):
    """I couldn't get the file {name} from Discord. Attach it again, or share without it."""

    field = FILES


class Files:
    """`base`: the API's address; files beside it are fetched too, where that is no host of Discord's (a test's)."""

    def __init__(self, base: str, limit_bytes: int) -> None:
        self._base, self._limit = URL(base), limit_bytes
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def uploads(self, files: Sequence[Mapping[str, Any]]) -> tuple[Upload, ...]:
        """Attachment objects with their bytes. Raises TooManyFiles, FileTooBig, FileUnread, each naming the file."""
        if len(files) > MOST:
            raise TooManyFiles(count=len(files), limit=MOST)
        return tuple(await asyncio.gather(*map(self._upload, files)))

    async def _upload(self, file: Mapping[str, Any]) -> Upload:
        name = word(file, "filename") or "file"
        if number_in(file, "size") > self._limit:
            raise FileTooBig(name=name, limit=self._limit // MEGABYTE)
        return Upload(name, await self._fetch(word(file, "url"), name), word(file, "alt") or word(file, "description"))

    async def _fetch(self, url: str, name: str) -> bytes:
        address = self._own(url)
        if address is None:
            raise FileUnread(name=name)
        if self._session is None:
            proxy = proxy_for(str(address))
            self._session = aiohttp.ClientSession(timeout=TIMEOUT, cookie_jar=aiohttp.DummyCookieJar(), proxy=proxy)
        data = bytearray()
        try:
            async with self._session.get(address, allow_redirects=False) as answer:
                if answer.status != 200:
                    raise FileUnread(name=name)
                async for chunk in answer.content.iter_chunked(CHUNK):
                    data += chunk
                    if len(data) > self._limit:
                        raise FileTooBig(name=name, limit=self._limit // MEGABYTE)
        except (aiohttp.ClientError, OSError, TimeoutError, RuntimeError) as error:
            raise FileUnread(name=name) from error
        return bytes(data)

    def _own(self, url: str) -> URL | None:
        try:
            found = URL(url)
            if found.user is not None or found.password is not None:
                return None
            if found.scheme == "https" and found.host in HOSTS and found.port == 443:
                return found
            return found if found.absolute and found.origin() == self._base.origin() else None
        except ValueError:
            return None
