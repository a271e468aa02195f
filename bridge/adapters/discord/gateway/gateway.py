"""The connection to the gateway, for as long as the bridge runs: one over all processes, begun anew where the SDK gives
up, and ended where there is no sense in it.

The SDK resumes by itself after a drop. Of what it does not do: it dies where the very first connection fails
(github.com/Rapptz/discord.py/issues/10520), waits up to 17 minutes between attempts (discord/backoff.py), and counts no
IDENTIFYs.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from typing import Any

import aiohttp
import discord

from bridge.adapters._held import Fence, Held
from bridge.adapters._tasks import forever
from bridge.adapters.discord import Settings
from bridge.adapters.discord.gateway.client import Client
from bridge.adapters.discord.gateway.guilds import Guilds
from bridge.adapters.discord.gateway.identifies import Identifies
from bridge.adapters.discord.gateway.refusals import DEAF, HOPELESS, REFUSED
from bridge.adapters.discord.gateway.timing import Timing
from bridge.adapters.discord.names import PLATFORM
from bridge.model.errors import StoreError
from bridge.model.given import Given

log = logging.getLogger(__name__)

LEASE = f"{PLATFORM} shard 0"
INTERACTION = "INTERACTION_CREATE"
A_MOMENT = 1.0
"""Seconds for a connection to end."""
_BROKEN = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError, AttributeError, RuntimeError)
"""What ends a connection. AttributeError: see above; RuntimeError: a closed session."""


class TooSoon(Exception):
    """No IDENTIFY may be sent for `seconds`."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"no IDENTIFY for {seconds:.0f} s")


class Gateway:
    """`hear` gets every dispatch, in order, and whether it says that the bot was added to a server. `refused` is called
    once where there is no sense in going on, `deaf` where ordinary messages come without their words from now on."""

    def __init__(
        self,
        settings: Settings,
        content: bool,
        hear: Callable[[dict[str, Any], bool], None],
        given: Given,
        refused: Callable[[str], Coroutine[Any, Any, None]],
        timing: Timing | None = None,
        deaf: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings, self._content, self._hear = settings, content, hear
        self._refused, self._deaf, self._timing = refused, deaf, timing or Timing()
        self._leases, self._held = given.leases, Held(given.leases, LEASE, self._timing.lease)
        self._fence = Fence(self._let_in, self._held)
        self._identifies = Identifies(given.vault, given.clock)
        self._guilds = Guilds()
        self._keeping: asyncio.Task[None] | None = None
        self._telling: asyncio.Task[None] | None = None
        self._settled = asyncio.Event()
        self._client: Client | None = None
        self._may_identify = 0.0
        self.connected = False
        self._lost: float | None = None
        self.trouble = ""
        """Why nothing is heard any more, a sentence; empty while something is, or is tried for."""
        self.reason = "the connection to Discord is not there yet"
        """What is in the way just now, while `connected` is False."""

    @property
    def told(self) -> str:
        """Why nothing is heard: for good, or for longer than coming back takes; "" while all is well."""
        lost = self._lost
        overdue = lost is not None and asyncio.get_running_loop().time() - lost > self._timing.late
        return self.trouble or (self.reason if overdue and not self.connected else "")

    def guild(self, id: str) -> discord.Guild | None:
        """A server as the SDK keeps it; None while no connection stands, since it may have changed meanwhile."""
        return self._client.get_guild(int(id)) if self._client is not None and self.connected else None

    async def start(self) -> None:
        """Returns when it listens, or another process does, or after a while of trying."""
        self._keeping = asyncio.create_task(forever(self._keep, self._timing.first), name="gateway")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._timing.hello):
                await self._settled.wait()

    async def stop(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.wait({self._keeping})
        if self._telling is not None:
            await asyncio.wait({self._telling}, timeout=1.0)

    async def _keep(self) -> None:
        """For ever: the lease, and a connection while it is ours."""
        tries = 0
        while not self.trouble:
            await self._leased()
            self._fence.open()
            self._lose()
            connecting = asyncio.create_task(self._connection())
            renewing = asyncio.create_task(self._held.kept(self._fence.open))
            try:
                await asyncio.wait({connecting, renewing}, return_when=asyncio.FIRST_COMPLETED)
                if renewing.done():
                    log.warning("the connection went to another process")
                    self._fence.drop()
            finally:
                for task in (connecting, renewing):
                    task.cancel()
                await asyncio.wait({connecting, renewing})
                was_there = self.connected
                self._lose()
                with contextlib.suppress(StoreError):
                    await self._leases.release(LEASE)
            tries = 1 if was_there else tries + 1
            wait = self._timing.wait(tries)
            if not connecting.cancelled() and isinstance(soon := connecting.exception(), TooSoon):
                wait = max(wait, soon.seconds)
                self.reason = f"Discord takes so many greetings a day; the next one waits {wait:.0f} s"
            if not self.trouble:
                log.warning("no connection, next try in %.0f s: %s", wait, self.reason)
                await asyncio.sleep(wait)

    async def _connection(self) -> None:
        """One client, until it is over. Raises TooSoon."""
        client = Client(self._settings, self._content, self._timing, self._heard, self._dropped, self._before_identify)
        # Only the SDK's own way sets up what `connect` needs.
        connecting = asyncio.create_task(client.start(self._settings.token.reveal()))
        watching = asyncio.create_task(self._watched())
        self._client = client
        try:
            await asyncio.wait({connecting, watching}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._client = None
            for task in (connecting, watching):
                task.cancel()
            # The SDK may swallow being cancelled (asyncio.wait_for before Python 3.12); being closed it does not.
            await asyncio.wait({connecting, watching}, timeout=A_MOMENT)
            with contextlib.suppress(*_BROKEN):
                await client.close()
            ended = connecting.done() and not connecting.cancelled()
            error = connecting.exception() if ended else None
        if ended:
            self._over(error)

    def _over(self, error: BaseException | None) -> None:
        """Whether, and why, it ended. Raises TooSoon."""
        match error:
            case None:
                self.reason = "Discord ended the connection"
            case TooSoon():
                raise error
            case discord.LoginFailure():
                self._halt(REFUSED)
            case discord.PrivilegedIntentsRequired():
                self._content, self.reason = False, "the message content intent is switched off"
                log.warning("%s", DEAF)
                self._deaf()
            case discord.ConnectionClosed() if error.code in HOPELESS:
                self._halt(HOPELESS[error.code])
            case _ if isinstance(error, _BROKEN):
                self.reason = f"the connection to Discord failed ({type(error).__name__})"
            case _:
                self.reason = f"the SDK stumbled ({type(error).__name__})"
                log.error("the connection is begun anew: %s", self.reason, exc_info=error)

    def _halt(self, why: str) -> None:
        self.trouble = why
        log.error("%s", why)
        self._telling = asyncio.create_task(self._refused(why))

    async def _before_identify(self) -> None:
        time = asyncio.get_running_loop().time
        await asyncio.sleep(self._may_identify - time())
        if (wait := await self._identifies.spend()) > 0:
            raise TooSoon(wait)
        self._may_identify = time() + self._timing.identify

    def _heard(self, payload: dict[str, Any]) -> None:
        if payload.get("t") in ("READY", "RESUMED"):
            self._up()
        # While the database does not answer, whoever does something is told so, in time.
        if payload.get("t") == INTERACTION and self._held.silent:
            self._let_in(payload)
        else:
            self._fence.take(payload)

    def _let_in(self, payload: dict[str, Any]) -> None:
        if payload.get("t") == "READY":
            self._guilds.ready(payload)
        self._hear(payload, self._guilds.joined(payload))

    def _up(self) -> None:
        self.connected = True
        self._settled.set()

    def _dropped(self) -> None:
        self._lose()
        self.reason = "the connection to Discord dropped, and is being resumed"

    def _lose(self) -> None:
        if self.connected or self._lost is None:
            self._lost = asyncio.get_running_loop().time()
        self.connected = False

    async def _watched(self) -> None:
        """Returns where the SDK has tried to come back for too long."""
        time = asyncio.get_running_loop().time
        last_up = time()
        while self.connected or time() - last_up < self._timing.down:
            await asyncio.sleep(self._timing.look)
            if self.connected:
                last_up = time()

    async def _leased(self) -> None:
        told = False
        while True:
            try:
                if await self._held.take():
                    return
                self._fence.drop()
            except StoreError as error:
                log.warning("no connection yet: %s", error.english())
            if not told:
                log.info("another process listens to Discord; this one takes over when it stops")
                self.reason, self._lost, told = "another process listens", None, True
                self._settled.set()
            await asyncio.sleep(self._timing.lease / 3)
