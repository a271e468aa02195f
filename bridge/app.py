"""The composition root: builds the bridge from its settings, runs it, stops it. No behaviour of its own."""

from __future__ import annotations

import asyncio
import logging
import os
import socket as sockets
from importlib.metadata import version

from bridge import control
from bridge.commands.intake import Commands
from bridge.metrics import Metrics
from bridge.model.clock import Clock, SharedClock, SystemClock
from bridge.model.given import MISSED, Given
from bridge.model.ids import Ids
from bridge.model.ports import Adapter, Greeter, Ready
from bridge.model.role import Role
from bridge.schedule import Ticks
from bridge.services import keeping, sieves, upkeep
from bridge.services.deeds import Deeds
from bridge.services.delivery import digest
from bridge.services.delivery.courier import Courier
from bridge.services.delivery.homes import Homes
from bridge.services.delivery.showing import Showing
from bridge.services.delivery.standing import Standing
from bridge.services.keys import data_key
from bridge.services.outside.collect import Collector
from bridge.services.processes import AGAIN, Processes
from bridge.services.sharing import publish, share
from bridge.services.sharing.media import SignedMedia
from bridge.services.sifting import SIEVES
from bridge.services.watched import WatchedStore
from bridge.services.world import World
from bridge.settings import Settings, adapter, policy_of, require_one, switched_on
from bridge.store.tx import SqlStore, open_news
from bridge.store.upkeep import wal_bytes
from bridge.variables import given_key
from bridge.web.app import make_app
from bridge.web.media import media_route
from bridge.web.routes import Mounted
from bridge.web.server import Server, serve, url_of
from bridge.words import words_for

log = logging.getLogger(__name__)

WORK = "work"
"""The word that wakes the couriers of all processes."""
STOP_WITHIN = 4.5  # seconds for everything in flight after SIGTERM
WRITE_WITHIN = 0.3  # of these, for writing what came of it
COURIER_AT_LEAST = 0.3  # seconds, however long the others took


class Bridge:
    """Everything, put together. `await start()`, then `await stop()`; tests give a clock of their own."""

    def __init__(self, settings: Settings, store: SqlStore, clock: Clock | None = None, ticking: bool = True) -> None:
        self.settings, self.store = settings, store
        own: Clock = SharedClock(SystemClock()) if store.engine.dialect == "postgresql" else SystemClock()
        self.clock = clock or own
        self.role = settings.run.role
        self.metrics = Metrics()
        self.ids = Ids(self.clock.now)
        self.owner = f"{sockets.gethostname()} {os.getpid()} {self.ids.new()}"
        self.adapters: dict[str, Adapter] = {}
        self.watched = WatchedStore(store, self.metrics)
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
        self.processes = Processes(self.world, self.owner, self.role)
        self.news = open_news(store, self.metrics.told, self.metrics.heard)
        self.news.hear(self._heard)
        self.world.wake, self.world.share = self._wake, self.processes.share
        self.world.tell = self.news.tell
        self.collector = Collector(self.world)
        self.deeds = Deeds(self.world)
        self.intake = Homes(self.world, Commands(self.world), self.news)
        self.ticks = Ticks(self.metrics.tick_lag, self.metrics.tick_failed)
        self.media = SignedMedia(self.watched, self.clock, b"")
        self.reasons: list[str] = ["starting"]
        self.metrics.describe(version("bridge"), self.role, store.engine.dialect, lambda: not self.not_ready())
        self._ticking = ticking
        self._server: Server | None = None
        self._control: control.Control | None = None
        self._carrying: asyncio.Task[None] | None = None
        self._learning: asyncio.Task[None] | None = None

    @property
    def _several(self) -> bool:
        """Whether there may be other processes."""
        return self.store.engine.dialect != "sqlite"

    def _wake(self) -> None:
        self.courier.wake()
        self.news.tell(WORK)

    def _heard(self, word: str) -> None:
        if word in (WORK, MISSED):
            self.courier.wake()
        if word in (SIEVES, MISSED):
            self._learning = asyncio.create_task(sieves.learn(self.world))

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
        runs = "Bridge runs" if self.role is Role.ALL else f"Bridge runs as a {self.role.value}"
        said = f"{runs}: {'; '.join(met)}." if met else f"{runs}."
        return f"{said} Open {self.url}" if self._routes() else said

    async def prepare(self) -> None:
        """Schema, keys and adapters: all that writing sub-commands need too. Nothing listens yet."""
        await self.store.upgrade()
        await self._agree()
        key = await data_key(self.watched, control.key_file(self.settings), given_key(os.environ))
        vault = keeping.EncryptedVault(self.watched, key, "core")
        self.world.salt = (await keeping.kept_secret(vault, "salt")).hex()
        self.media = SignedMedia(self.watched, self.clock, await keeping.kept_secret(vault, "media links"))
        await upkeep.follow_zone_rules(self.world, vault)
        await sieves.learn(self.world)
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
                leases=keeping.NamedLeases(self.watched, self.owner, self.clock, self.metrics),
                media=self.media,
                shown=Standing(self.world, self.showing),
                log=keeping.KeptLog(self.world),
                clock=self.clock,
                ids=self.ids,
                words=words_for,
                address=lambda: self.url,
                policy=self.world.policy,
                listens=self.role.listens,
                share=self.world.share,
                news=self.news,
                outside=self.world.policy.outside,
            )
            built: Adapter = adapter(name).build(self.settings.adapters[name], given)
            self.adapters[built.platform] = built

    async def start(self) -> None:
        """Listens, delivers, ticks. Raises BridgeError when something is in the way."""
        require_one(self.settings)
        await self.prepare()
        if self._several:
            self.news.start()
            await self.processes.attend()
        else:
            self.metrics.processes({self.role: 1}, 1)
        site = make_app([media_route(self.media), *self._routes()], self.not_ready, self.metrics.page)
        # Before the port opens: a page that waits to come back must not be told that nobody is in yet.
        for built in self.adapters.values():
            await built.start()
        self._server = await serve(site, self.settings.web.host, self.settings.web.port)
        self._control = await control.listen(control.sockets_of(self.settings), self.deeds.named)
        if self.role.delivers:
            self._carrying = asyncio.create_task(self.courier.run(), name="courier")
        if self._ticking:
            self._add_ticks()
            self.ticks.start()
        self.reasons.clear()

    def _routes(self) -> list[Mounted]:
        """The adapters' pages, which are for people."""
        offered = [getattr(built, "routes", None) for built in self.adapters.values() if self.role.listens]
        return [mounted for routes in offered if callable(routes) for mounted in routes()]

    def _add_ticks(self) -> None:
        if self.role.delivers:
            self.ticks.add("digests", 1, lambda: digest.tick(self.world))
            self.ticks.add("announcements", 1, lambda: publish.release_announcements(self.world))
            self.ticks.add("share requests", 60, lambda: share.lapse(self.world))
            self.ticks.add("sources", 1, self.collector.tick)
            self.ticks.add("forget", 3600, lambda: upkeep.forget(self.world))
        if self.role.listens:
            self.ticks.add("personal pages", 2, self.intake.tick)
        if self._several:
            self.ticks.add("processes", AGAIN, self.processes.attend)
            self.ticks.add("filters", 10, lambda: sieves.learn(self.world))
        self.ticks.add("full disk", 10, lambda: upkeep.make_room(self.world, self.watched, self.owner))
        self.ticks.add("clock", 10, self._agree)
        self.ticks.add("measure", 10, self._measure)

    async def _measure(self) -> None:
        self.metrics.around(wal_bytes(self.store.engine), self.news.working)
        await upkeep.measure(self.world)

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
        await self.collector.stop()
        await asyncio.gather(*(built.stop() for built in self.adapters.values()))
        await self.courier.stop(max(COURIER_AT_LEAST, STOP_WITHIN - WRITE_WITHIN - (self.clock.monotonic() - begun)))
        if self._carrying:
            await self._carrying
        for built in self.adapters.values():
            await built.close()
        await self.news.stop()
        if self._several:
            await self.processes.leave()
        await self.store.close()
