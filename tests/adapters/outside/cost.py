"""What a request costs us: the longest stretch of the processor's time between two turns of the loop, and memory. The
servers run in a thread of their own, so that what they do counts for nothing."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import pytest

from tests.fakes.outside import Web, open_outside

STRETCH = 0.050
MEMORY = 32_000_000


@dataclass
class Cost:
    """`stretch`: seconds of the processor; `memory`: bytes, at the most."""

    stretch: float = 0.0
    memory: int = 0


@asynccontextmanager
async def counted_stretches(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Cost]:
    """Counts in this thread's loop, the turn in which it is left included."""
    cost = Cost()
    mine = threading.get_ident()
    run = asyncio.Handle._run

    def counted(handle: asyncio.Handle) -> None:
        if threading.get_ident() != mine:
            return run(handle)
        began = time.thread_time()
        try:
            return run(handle)
        finally:
            cost.stretch = max(cost.stretch, time.thread_time() - began)

    gc.freeze()  # else looking through all that other tests left behind would count
    try:
        with monkeypatch.context() as patched:
            patched.setattr(asyncio.Handle, "_run", counted)
            await asyncio.sleep(0)  # into a turn that is counted
            yield cost
            await asyncio.sleep(0)
    finally:
        gc.unfreeze()


@contextmanager
def counted_memory() -> Iterator[Cost]:
    """Counts what is allocated and still held at the worst moment."""
    cost = Cost()
    tracemalloc.start()
    try:
        yield cost
        cost.memory = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@contextmanager
def web_in_a_thread() -> Iterator[Web]:
    """Servers whose loop is not ours."""
    opened: list[Web] = []
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    over = asyncio.Event()

    async def serve() -> None:
        async with open_outside("blog.test") as web:
            opened.append(web)
            ready.set()
            await over.wait()

    def run() -> None:
        loop.run_until_complete(serve())
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(10)
    yield opened[0]
    loop.call_soon_threadsafe(over.set)
    thread.join(10)
