"""The two WebSockets of one app: leased, watched, replaced before they go, and stopped where there is no sense in it.

Slack sends each payload to any one of them, and allows ten for all processes of an app; we take eight at most.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from bridge.adapters._held import Held
from bridge.adapters._tasks import Tasks
from bridge.adapters.slack.install.tokens import NEW_TOKENS
from bridge.adapters.slack.sockets.link import DISABLED, TOO_MANY, Ack, Link, Take
from bridge.adapters.slack.sockets.timing import Timing
from bridge.model.clock import Clock
from bridge.model.errors import ConfigError, SendFailure, StoreError
from bridge.model.given import Leases

log = logging.getLogger(__name__)

SWITCHED_OFF = (
    "Socket Mode is switched off for this app, so nothing that people do is heard. Switch it on at api.slack.com/apps, "
    "Socket Mode, and start Bridge again."
)


OpenUrl = Callable[[], Awaitable[str]]
"""Asks for the address of a new socket. Raises ConfigError for a refused token, SendFailure for anything else."""


class Sockets:
    """`name` is the app's (or the workspace's), by which processes share the places; `shown`, what people call it.
    `refused` is called once where there is no sense in going on."""

    def __init__(
        self,
        name: str,
        open_url: OpenUrl,
        take: Take,
        leases: Leases,
        clock: Clock,
        refused: Callable[[str], Coroutine[Any, Any, None]],
        timing: Timing | None = None,
    ) -> None:
        self.name, self._open_url, self._take = name, open_url, take
        self.shown = name
        self._leases, self._clock, self._refused = leases, clock, refused
        self._timing = timing or Timing()
        self._held: set[str] = set()
        self._links: set[Link] = set()
        self._slots: list[asyncio.Task[None]] = []
        self._answering, self._retiring = Tasks(), Tasks()
        self._stopping = False
        self._settled = asyncio.Event()
        self._since: float | None = None
        self.trouble = ""
        """Why nothing is heard any more, as a sentence; empty while something is, or is tried for."""

    @property
    def connected(self) -> int:
        """How many sockets take events at the moment."""
        return sum(not link.leaving.is_set() and not link.ended.is_set() for link in self._links)

    @property
    def heard_since(self) -> float | None:
        """Since when (monotonic seconds) there was always one that takes events; None while there is none."""
        if not self.connected:
            self._since = None
        return self._since

    async def start(self) -> None:
        """Returns when the first one listens, when other processes have all, or after a while of trying. Raises
        ConfigError for a refused token."""
        try:
            first: str | None = await self._open_url()
        except ConfigError as refused:
            self.trouble = _told(refused)
            raise
        except SendFailure as failure:
            log.warning("%s: no socket yet: %s", self.shown, failure.english())
            first = None
        self._slots = [
            asyncio.create_task(self._keep(n, first if n == 0 else None)) for n in range(self._timing.sockets)
        ]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._timing.hello):
                await self._settled.wait()

    async def stop(self, seconds: float) -> None:
        """Nothing new is taken; what was begun is acknowledged within that time, and then the sockets close."""
        self._stopping = True
        await self._answering.finish(seconds)
        for slot in self._slots:
            slot.cancel()
        if self._slots:
            await asyncio.wait(self._slots)
        for link in tuple(self._links):
            await self._drop(link)
        await self._retiring.finish(seconds)

    async def halt(self, why: str) -> None:
        """There is no sense in going on: says so once, and closes the sockets."""
        if self.trouble:
            return
        self.trouble = why
        log.error("%s: %s", self.shown, why)
        # A task of its own: whoever found out is one of those that end here.
        self._retiring.spawn(self._refused(why))
        for slot in self._slots:
            slot.cancel()

    async def _taken(self, payload: dict[str, Any], headers: dict[str, str]) -> Ack | None:
        return None if self._stopping else await self._take(payload, headers)

    async def _keep(self, number: int, url: str | None) -> None:
        """One of the sockets, for ever."""
        await asyncio.sleep(number * self._timing.stagger)
        while not self.trouble:
            lease = await self._leased()
            linking = asyncio.create_task(self._linked(url))
            renewing = asyncio.create_task(Held(self._leases, lease, self._timing.lease).kept())
            url = None
            try:
                await asyncio.wait({linking, renewing}, return_when=asyncio.FIRST_COMPLETED)
                if renewing.done():
                    log.warning("%s: a socket went to another process", self.shown)
            finally:
                for task in (linking, renewing):
                    task.cancel()
                await asyncio.wait({linking, renewing})
                self._held.discard(lease)
                with contextlib.suppress(StoreError):
                    await self._leases.release(lease)

    async def _leased(self) -> str:
        """One of the places that all processes share, as soon as one is free."""
        told = False
        while True:
            for number in range(self._timing.leases):
                name = f"socket {self.name} {number}"
                if name in self._held:
                    continue
                self._held.add(name)
                try:
                    if await self._leases.take(name, self._timing.lease) is not None:
                        return name
                except StoreError as error:
                    log.warning("%s: no socket yet: %s", self.shown, error.english())
                self._held.discard(name)
            if not told:
                log.info("%s: all %s sockets are taken by other processes", self.shown, self._timing.leases)
                told = True
                self._settled.set()
            await asyncio.sleep(self._timing.lease / 3)

    async def _linked(self, url: str | None) -> None:
        """A socket after the other, the next one before the last one goes. Returns when it is over for good."""
        old: Link | None = None
        current: Link | None = None
        opened = float("-inf")
        try:
            while not self.trouble:
                await asyncio.sleep(max(0.0, opened + self._timing.spacing - self._clock.monotonic()))
                opened = self._clock.monotonic()
                current = await self._opened(url)
                url = None
                if current is None:
                    return
                if old is not None:
                    self._retiring.spawn(self._retired(old))
                    old = None
                match await current.over():
                    case why if why == DISABLED:
                        await self.halt(SWITCHED_OFF)
                    case why if why == TOO_MANY or current.ended.is_set():
                        await self._drop(current)
                    case _:
                        old = current
                current = None
        finally:
            for link in (old, current):
                if link is not None:
                    await self._drop(link)

    async def _opened(self, url: str | None) -> Link | None:
        """A socket that listens, however long it takes; None where the token is refused."""
        tries = 0
        while True:
            link = None
            try:
                async with asyncio.timeout(2 * self._timing.hello):
                    address = url or await self._open_url()
                    url, link = None, Link(self._taken, self._answering.spawn, self._timing.silence)
                    await link.open(address, self._timing.hello)
                if self.heard_since is None:
                    self._since = self._clock.monotonic()
                self._links.add(link)
                self._settled.set()
                return link
            except ConfigError as refused:
                await self.halt(_told(refused))
                return None
            except (SendFailure, TimeoutError) as failure:
                if link is not None and link.why == DISABLED:
                    await self.halt(SWITCHED_OFF)
                    return None
                tries += 1
                wait = self._timing.wait(failure, tries)
                log.warning("%s: no socket, next try in %.0f s: %s", self.shown, wait, _reason(failure))
            await asyncio.sleep(wait)

    async def _retired(self, link: Link) -> None:
        await link.retire(self._timing.handover)
        self._links.discard(link)

    async def _drop(self, link: Link) -> None:
        await link.close()
        self._links.discard(link)


def _told(refused: ConfigError) -> str:
    return f"{refused.params['problem']}. {NEW_TOKENS}"


def _reason(failure: Exception) -> str:
    return failure.english() if isinstance(failure, SendFailure) else "no answer in time"
