"""A connection to a host out there, opened only to network addresses that may be asked."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from typing import Self

from bridge.adapters._outside import guard as _guard
from bridge.adapters._outside.guard import Address
from bridge.adapters._outside.lookup import Resolve
from bridge.model.errors import SourceNotAllowed, SourceTooBig

_PORTS = (80, 443)
_TRIED = 3
_SECONDS = 5.0
_READ = 4_096


class Wire:
    """One open connection. `allowance`: bytes that may still come."""

    def __init__(self, host: str, allowance: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.allowance = allowance
        self._host = host
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(
        cls, at: Address, allowance: int, *, allowed: bool, resolve: Resolve, trusted: ssl.SSLContext | None
    ) -> Self:
        """Resolves once and connects to one of the very addresses that were checked; in TLS the name stays the name.
        `allowed`: wherever it leads, an administrator named it. `trusted`: None for plain text. Raises
        SourceNotAllowed, OSError, ValueError."""
        server = at.host if trusted else None
        failed = OSError("no address")
        addresses = (await _checked(at, allowed, resolve))[:_TRIED]
        for nth, address in enumerate(addresses, start=1):
            try:
                async with asyncio.timeout(_SECONDS if nth < len(addresses) else None):
                    ends = await asyncio.open_connection(address, at.port, ssl=trusted, server_hostname=server)
                    return cls(at.host, allowance, *ends)
            except OSError as error:
                failed = error
        raise failed

    async def take(self, most: int) -> bytes:
        """What came, b"" at the end. Little at a time, and the loop gets its turn before. Raises SourceTooBig."""
        await asyncio.sleep(0)
        data = await self._reader.read(min(most, _READ))
        self.allowance -= len(data)
        if self.allowance < 0:
            raise SourceTooBig(host=self._host)
        return data

    async def give(self, data: bytes) -> None:
        """Sends it."""
        self._writer.write(data)
        await self._writer.drain()

    def cut(self) -> None:
        """Closes it at once, whatever is still under way."""
        self._writer.transport.abort()


async def _checked(at: Address, allowed: bool, resolve: Resolve) -> Sequence[str]:
    """The network addresses of a host, every one of which may be asked."""
    if not allowed and (at.port not in _PORTS or _guard.is_inside(at.host)):
        raise SourceNotAllowed(host=at.host)
    found = [at.host] if _guard.is_literal(at.host) else await resolve(at.host, at.port)
    if not allowed and not all(map(_guard.is_public, found)):
        raise SourceNotAllowed(host=at.host)
    return found
