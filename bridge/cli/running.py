"""`bridge run`: starts the bridge, says that it runs, and stops it when it is told to."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal

from bridge.app import STOP_WITHIN, Bridge
from bridge.settings import Settings
from bridge.store.tx import open_store

log = logging.getLogger(__name__)


def run(settings: Settings) -> int:
    """Runs until SIGTERM or Ctrl-C. Returns the exit code."""
    return asyncio.run(_run(settings))


async def _started(bridge: Bridge, stopped: asyncio.Event) -> bool:
    """False where it was told to stop before it was ready."""
    starting, stopping = asyncio.create_task(bridge.start()), asyncio.create_task(stopped.wait())
    done, _ = await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    for task in (starting, stopping):
        task.cancel()
    await asyncio.gather(starting, return_exceptions=starting not in done)
    return starting in done


async def _run(settings: Settings) -> int:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    bridge = Bridge(settings, open_store(settings.store_url, ballast_bytes=settings.store.ballast_bytes))
    gc.freeze()  # what is imported stays; looking through it again and again would keep the loop waiting
    gc.enable()
    try:
        if not await _started(bridge, stopped):
            return 0
        if settings.log.format == "json":
            log.info("%s", bridge.greeting())
        else:
            print(bridge.greeting(), flush=True)
        await stopped.wait()
        log.info("Stopping: what is in flight is finished first.")
    finally:
        try:
            async with asyncio.timeout(STOP_WITHIN):
                await bridge.stop()
        except TimeoutError:
            log.warning("Some work did not finish in time; it goes on at the next start.")
    return 0
