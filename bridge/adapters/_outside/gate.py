"""At most one request a host at a time, in the whole process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary


@dataclass(slots=True)
class _Line:
    """Those who are at a host or wait for it."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    people: int = 0


_LINES: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, _Line]] = WeakKeyDictionary()


@asynccontextmanager
async def alone_at(host: str, patience: float) -> AsyncIterator[None]:
    """Waits until nobody else is at this host, and keeps it until the end of the block. TimeoutError after `patience`
    seconds of waiting."""
    lines = _LINES.setdefault(asyncio.get_running_loop(), {})
    line = lines.setdefault(host, _Line())
    line.people += 1
    try:
        async with asyncio.timeout(patience):
            await line.lock.acquire()
        try:
            yield
        finally:
            line.lock.release()
    finally:
        line.people -= 1
        if not line.people:
            del lines[host]


def hosts_in_use() -> int:
    """How many hosts somebody is at or waits for, in this loop."""
    return len(_LINES.get(asyncio.get_running_loop(), {}))
