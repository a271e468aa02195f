"""Serves attachments by signed, expiring links. What is no picture or video is only ever a download."""

from __future__ import annotations

from typing import Protocol
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from bridge.web.routes import Mounted

PATH = "/media"


class SignedFiles(Protocol):
    """Bytes by content hash, and whether a link was signed for exactly this and still holds."""

    async def get(self, digest: str) -> bytes | None: ...

    def allows(self, digest: str, name: str, mime: str, until: str, signature: str) -> bool: ...


def media_route(files: SignedFiles) -> Mounted:
    async def serve(request: Request) -> Response:
        digest, name = request.path_params["digest"], request.path_params["name"]
        query = request.query_params
        mime, until = query.get("m", ""), query.get("u", "")
        if not until.isdigit() or not files.allows(digest, name, mime, until, query.get("s", "")):
            raise HTTPException(403, "This link has expired. Open the update again.")
        data = await files.get(digest)
        if data is None:
            raise HTTPException(404)
        shown = mime.startswith(("image/", "video/"))
        disposition = "inline" if shown else "attachment"
        return Response(
            data,
            media_type=mime,
            headers={
                "content-disposition": f"{disposition}; filename*=UTF-8''{quote(name)}",
                "content-security-policy": "default-src 'none'; sandbox",
                "cache-control": "private, max-age=3600, immutable",
            },
        )

    return Mounted(PATH, Router([Route("/{digest}/{name:path}", serve)]))
