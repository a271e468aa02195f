"""The composition root: builds the bridge from its settings, runs it, stops it. No behaviour of its own."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket as sockets
from collections.abc import Sequence

from bridge import control
from bridge.commands.intake import Commands
from bridge.metrics import Metrics
from bridge.model.clock import Clock, SharedClock, SystemClock
from bridge.model.errors import ConfigError, DeliveryUnknown
from bridge.model.given import Given
from bridge.model.ids import DeliveryId, Ids
from bridge.model.place import Circle
from bridge.model.ports import Adapter, Cli, Greeter, Ready
from bridge.schedule import Ticks
from bridge.services import circles, digest, keeping, publish, share, upkeep
from bridge.services.courier import Courier
from bridge.services.homes import Homes
from bridge.services.media import SignedMedia
from bridge.services.showing import Showing
from bridge.services.standing import Standing
from bridge.services.watched import WatchedStore
from bridge.services.world import World
from bridge.settings import Settings, adapter, policy_of, switched_on
from bridge.store.tx import SqlStore, open_store
from bridge.variables import KEY_VARIABLE
from bridge.web.app import make_app
from bridge.web.media import media_route
from bridge.web.routes import Mounted
from bridge.web.server import Server, serve, url_of
from bridge.words import words_for

log = logging.getLogger(__name__)

STOP_WITHIN = 4.5  # seconds for everything in flight after SIGTERM
WRITE_WITHIN = 0.3  # of these, for writing what came of it
COURIER_AT_LEAST = 0.3  # seconds, however long the others took


class Bridge:
    """Everything, put together. `await start()`, then `await stop()`; tests give a clock of their own."""

    def __init__(self, settings: Settings, store: SqlStore, clock: Clock | None = None, ticking: bool = True) -> None:
        self.settings, self.store = settings, store
        own: Clock = SharedClock(SystemClock()) if store.engine.dialect == "postgresql" else SystemClock()
        self.clock = clock or own
        self.metrics = Metrics()
        self.ids = Ids(self.clock.now)
        self.owner = f"{sockets.gethostname()} {os.getpid()} {self.ids.new()}"
        self.adapters: dict[str, Adapter] = {}
        self.watched = WatchedStore(store)
        self.world = World(
            store=self.watched,
            clock=self.clock,
            ids=self.ids,
            policy=policy_of(settings),
            meter=self.metrics,
            words=words_for,
            adapters=self.adapters,
        )
        self.showing = Showing(self.world)
        self.courier = Courier(self.world, self.showing, self.owner)
        self.world.wake = self.courier.wake
        self.intake = Homes(self.world, Commands(self.world))
        self.ticks = Ticks(self.metrics.tick_lag)
        self.media = SignedMedia(self.watched, self.clock, b"")
        self.reasons: list[str] = ["starting"]
        self._ticking = ticking
        self._server: Server | None = None
        self._control: asyncio.Server | None = None
        self._carrying: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return self._server.url if self._server else url_of(self.settings.web.host, self.settings.web.port)

    def not_ready(self) -> list[str]:
        """Why it can't do its work just now; empty when it can. It needs every adapter that is on; what an adapter
        needs of its workspaces is told at `Ready`."""
        told = [reason for built in self.adapters.values() if isinstance(built, Ready) for reason in built.not_ready()]
        own = [reason for reason in (*self.reasons, self.watched.refusal) if reason]
        return own if self.reasons else [*own, *told]

    def greeting(self) -> str:
        """What stands on the terminal once it runs. The address only where there is a page to see."""
        met = [built.greeting() for built in self.adapters.values() if isinstance(built, Greeter)]
        said = f"Bridge runs: {'; '.join(met)}." if met else "Bridge runs."
        pages = any(hasattr(built, "routes") for built in self.adapters.values())
        return f"{said} Open {self.url}" if pages else said

    async def prepare(self) -> None:
        """Schema, keys and adapters: all that writing sub-commands need too. Nothing listens yet."""
        await self.store.upgrade()
        await self._agree()
        key = keeping.data_key(control.key_file(self.settings), os.environ.get(KEY_VARIABLE, ""))
        vault = keeping.EncryptedVault(self.watched, key, "core")
        self.world.salt = (await keeping.kept_secret(vault, "salt")).hex()
        self.media = SignedMedia(self.watched, self.clock, await keeping.kept_secret(vault, "media links"))
        await upkeep.follow_zone_rules(self.world, vault)
        self.assemble(key)

    async def _agree(self) -> None:
        if isinstance(self.clock, SharedClock):
            await upkeep.agree(self.world, self.clock)

    def assemble(self, key: bytes) -> None:
        """Builds the adapters that are switched on; none is started."""
        for name in switched_on(self.settings):
            given = Given(
                intake=self.intake,
                vault=keeping.EncryptedVault(self.watched, key, name),
                inbox=keeping.EncryptedInbox(self.watched, key, name, self.clock),
                leases=keeping.NamedLeases(self.watched, self.owner),
                media=self.media,
                shown=Standing(self.world, self.showing),
                log=keeping.KeptLog(self.world),
                clock=self.clock,
                ids=self.ids,
                words=words_for,
                address=lambda: self.url,
                policy=self.world.policy,
            )
            built: Adapter = adapter(name).build(self.settings.adapters[name], given)
            self.adapters[built.platform] = built

    async def start(self) -> None:
        """Listens, delivers, ticks. Raises BridgeError when something is in the way."""
        await self.prepare()
        routes: list[Mounted] = [media_route(self.media)]
        for built in self.adapters.values():
            if callable(offered := getattr(built, "routes", None)):
                routes += offered()
        site = make_app(routes, self.not_ready, self.metrics.page)
        # Before the port opens: a page that waits to come back must not be told that nobody is in yet.
        for built in self.adapters.values():
            await built.start()
        self._server = await serve(site, self.settings.web.host, self.settings.web.port)
        deeds = {"retry": self.retry, "adapter": self.adapter, "circle": self.circle}
        self._control = await control.listen(control.socket_of(self.settings), deeds)
        self._carrying = asyncio.create_task(self.courier.run(), name="courier")
        if self._ticking:
            self._add_ticks()
            self.ticks.start()
        self.reasons.clear()

    def _add_ticks(self) -> None:
        self.ticks.add("digests", 1, lambda: digest.tick(self.world))
        self.ticks.add("announcements", 1, lambda: publish.release_announcements(self.world))
        self.ticks.add("personal pages", 2, self.intake.tick)
        self.ticks.add("share requests", 60, lambda: share.lapse(self.world))
        self.ticks.add("full disk", 10, lambda: upkeep.make_room(self.world, self.watched, self.owner))
        self.ticks.add("clock", 10, self._agree)
        self.ticks.add("measure", 10, lambda: upkeep.measure(self.world))
        self.ticks.add("forget", 3600, lambda: upkeep.forget(self.world))

    async def stop(self) -> None:
        """Takes no new work, finishes what is in flight, lets go. May be called after a failed start.

        Adapters hear nothing more, but send until the courier is done: what they last heard may be on its way.
        """
        begun = self.clock.monotonic()
        self.reasons[:] = ["stopping"]
        if self._control:
            self._control.close()
        if self._server:
            await self._server.stop()
        await self.ticks.stop()
        await asyncio.gather(*(built.stop() for built in self.adapters.values()))
        await self.courier.stop(max(COURIER_AT_LEAST, STOP_WITHIN - WRITE_WITHIN - (self.clock.monotonic() - begun)))
        if self._carrying:
            await self._carrying
        for built in self.adapters.values():
            await built.close()
        control.socket_of(self.settings).unlink(missing_ok=True)
        await self.store.close()

    async def retry(self, words: Sequence[str]) -> str:
        """`bridge deliveries retry ID`."""
        id = words[0] if words else ""
        now = self.clock.now()
        woken = id.isdigit() and await self.store.write(lambda tx: tx.outbox.wake(DeliveryId(int(id)), now))
        if not woken:
            raise DeliveryUnknown(id=id)
        self.courier.wake()
        return f"Delivery {id} is tried again."

    async def circle(self, words: Sequence[str]) -> str:
        """`bridge workspaces team ID` and `bridge workspaces community ID`."""
        typed, wanted = words[0], Circle(words[1])
        was = await circles.choose(self.world, typed, wanted)
        name = f"{was.name} ({was.platform} {was.key})"
        if was.circle is wanted:
            return f"{name} is {wanted.value} already."
        if wanted is Circle.TEAM:
            return f"{name} is team now: its full members and its channels get what is for everyone."
        return f"{name} is community now: its people and channels get what is public, and no more."

    async def adapter(self, words: Sequence[str]) -> str:
        """`bridge <adapter> <verb> …` for adapters that offer `admin(verb, words) -> sentence`."""
        name, verb, *rest = words
        built = next((b for b in self.adapters.values() if b.platform == name), None)
        if not isinstance(built, Cli):
            raise ConfigError(problem=f"“{name}” is not switched on in bridge.toml.")
        return await built.admin(verb, rest)


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
