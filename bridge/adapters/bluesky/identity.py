"""Whose a handle is, and what a DID's document says.

A handle's DID: com.atproto.identity.resolveHandle, or https://HANDLE/.well-known/atproto-did
(https://atproto.com/specs/handle#handle-resolution). A DID's document: the PLC directory at /DID, or
https://HOST/.well-known/did.json, by http for localhost alone (packages/identity/src/did/web-resolver.ts).
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, unquote

from bridge.adapters._outside.http import Fetcher
from bridge.adapters.bluesky.names import read_did, read_handle
from bridge.adapters.bluesky.shape import rows, words
from bridge.adapters.bluesky.xrpc import Server, host_of, read_json
from bridge.model.errors import SourceFailure, SourceGone, SourceMissing, SourceStrange

_LONGEST_DID = 2_048
_DOCUMENT = ("application/json", "application/did+json", "application/did+ld+json", "application/ld+json")
_PLAIN = ("text/plain", "application/octet-stream")
"""A file without an ending goes out as either."""


@dataclass(frozen=True, slots=True)
class Identities:
    """`server`: who is asked for handles first. `plc`: the directory's address."""

    server: Server
    fetcher: Fetcher
    plc: str

    async def owner(self, handle: str) -> str:
        """The DID that a handle stands for. Raises SourceFailure: SourceMissing where nobody has it."""
        try:
            answer = await self.server.ask("com.atproto.identity.resolveHandle", {"handle": handle})
            if did := read_did(words((answer.body or {}).get("did"))):
                return did
            raise SourceStrange(host=self.server.host)
        except SourceMissing as missing:
            return await self._told_by(handle, missing)

    async def handles(self, did: str) -> tuple[str, ...]:
        """The handles that the DID's document names, its own first: `alsoKnownAs`, "at://HANDLE"
        (https://atproto.com/specs/did#did-documents). Raises SourceFailure: SourceGone where the DID was given up for
        good (the directory answers 410)."""
        url = _document(did, self.plc)
        answer = await self.fetcher.get(url, accept="application/json", types=_DOCUMENT)
        document = read_json(answer, host_of(url))
        if document.get("id") != did:
            raise SourceStrange(host=host_of(url))
        known = [words(each) for each in rows(document.get("alsoKnownAs"))]
        found = [read_handle(each.removeprefix("at://")) for each in known if each.startswith("at://")]
        return tuple(handle for handle in found if handle)

    async def check(self, did: str) -> None:
        """Raises SourceGone where the DID was given up for good; returns where it was not, or nobody can say."""
        try:
            await self.handles(did)
        except SourceGone:
            raise
        except SourceFailure:
            return

    async def _told_by(self, handle: str, missing: SourceMissing) -> str:
        """The DID that the handle's own host tells, on the first line of a file. Where that says nothing, what the
        server said stands."""
        url = f"https://{handle}/.well-known/atproto-did"
        try:
            answer = await self.fetcher.get(url, accept="text/plain", types=_PLAIN, most=_LONGEST_DID)
        except SourceFailure:
            raise missing from None
        if did := read_did(answer.body[:_LONGEST_DID].decode("ascii", "replace").partition("\n")[0].strip()):
            return did
        raise missing


def _document(did: str, plc: str) -> str:
    if did.startswith("did:plc:"):
        return f"{plc.rstrip('/')}/{quote(did, safe=':')}"
    host = unquote(did.removeprefix("did:web:"))
    scheme = "http" if host.partition(":")[0] == "localhost" else "https"
    return f"{scheme}://{host}/.well-known/did.json"
