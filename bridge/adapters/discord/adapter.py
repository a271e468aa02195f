"""Discord as an adapter: what the courier and the composition root call."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from typing import Any

import discord

from bridge.adapters._tasks import Tasks, forever
from bridge.adapters.discord import Settings
from bridge.adapters.discord.arrivals import HERE, Arrivals
from bridge.adapters.discord.gateway.gateway import Gateway
from bridge.adapters.discord.gateway.timing import Timing
from bridge.adapters.discord.incoming import Incoming
from bridge.adapters.discord.install import checks, sync
from bridge.adapters.discord.install.tokens import NEW_TOKEN
from bridge.adapters.discord.names import PLATFORM
from bridge.adapters.discord.parts import Parts
from bridge.adapters.discord.rest.api import Api, opened
from bridge.adapters.discord.rest.errors import TokenRefused
from bridge.adapters.discord.rest.sending import PACER
from bridge.adapters.discord.shown.render import LIMITS
from bridge.model.card import Card
from bridge.model.command import Where, Who
from bridge.model.errors import BridgeError, ConfigError, SendFailure, Transient
from bridge.model.given import Given
from bridge.model.pace.told import Hint
from bridge.model.person import Profile
from bridge.model.place import Members, Place
from bridge.model.ports import Finding, Key, Sent
from bridge.model.say import LANGUAGES, Words

log = logging.getLogger(__name__)

STOP_WITHIN, REMEMBER_WITHIN = 2.0, 1.5
"""Seconds, when it stops, for what was begun and for remembering what came."""


class Discord:
    """Adapter, Sender, Finder, Directory, Entry, Ready, Greeter, Checks, Cli."""

    platform = PLATFORM
    prefix = "/bridge {}"
    hears_status = False
    limits = LIMITS
    pacer = PACER
    timing = Timing()

    def __init__(self, settings: Settings, given: Given) -> None:
        self._settings, self._given = settings, given
        self._api = Api(settings.token, settings, given.clock, given.share)
        self._tasks = Tasks()
        self._parts: Parts | None = None
        self._gateway: Gateway | None = None
        self._incoming = Incoming(given, self._tasks, lambda: self._parts)
        self._running: list[asyncio.Task[None]] = []
        self._arrivals = Arrivals(settings, given, self._api)
        self._greeted = False
        self._why = ""

    async def start(self) -> None:
        """Raises ConfigError where Discord refuses the token. Where it can't be reached, that is tried again beside."""
        try:
            await self._begin()
        except SendFailure as failure:
            self._why = f"{HERE} can't be reached yet: {failure.params.get('reason') or failure.english()}"
            log.warning("%s. It is tried again.", self._why.rstrip("."))
            self._running.append(asyncio.create_task(forever(self._try_again, self.timing.longest)))
        if self._given.listens:
            self._running += self._incoming.start()

    async def stop(self) -> None:
        if self._gateway is not None:
            await self._gateway.stop()
        await self._incoming.stop(REMEMBER_WITHIN)
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running)
        await self._tasks.finish(STOP_WITHIN)

    async def close(self) -> None:
        if self._parts is not None:
            await self._parts.close()
        await self._api.close()

    def not_ready(self) -> list[str]:
        trouble = self._gateway.told if self._gateway else self._why
        return [trouble if trouble.startswith(HERE) else f"{HERE}: {trouble}"] if trouble else []

    def greeting(self) -> str:
        *names, last = self._arrivals.names.values() or [""]
        alone = f"server {last}" if last else "no server yet"
        return f"{HERE}, servers {', '.join(names)} and {last}" if names else f"{HERE}, {alone}"

    async def send(self, place: Place, card: Card, key: Key) -> Sent:
        return await self._ready.post.send(place, card, key)

    async def update(self, place: Place, message: str, card: Card) -> Sent:
        return await self._ready.post.update(place, message, card)

    async def delete(self, place: Place, message: str) -> Hint:
        return await self._ready.post.delete(place, message)

    async def find(self, place: Place, key: Key) -> str | None:
        return await self._ready.post.find(place, key)

    async def profile(self, who: Who) -> Profile | None:
        return await self._ready.people.profile(who.user)

    async def members(self, place: Place) -> Members:
        return await self._ready.directory.members(place)

    async def owner(self, place: Place) -> str | None:
        """Discord tells of nobody who made a channel: whoever looks after the server is an administrator here."""
        return None

    async def enter(self, place: Place) -> None:
        await self._ready.directory.enter(place)

    def permalink(self, place: Place, message: str) -> str | None:
        return self._parts.directory.permalink(place, message) if self._parts else None

    def locate(self, link: str) -> tuple[Where, str] | None:
        return self._parts.directory.locate(link) if self._parts else None

    async def findings(self) -> list[Finding]:
        return await checks.findings(self._settings, self._given.clock, self._given.vault, self._languages())

    async def admin(self, verb: str, words: Sequence[str]) -> str:
        if verb != "sync":
            raise ConfigError(problem=f"{HERE} can't do “{verb}”.")
        if self._parts is not None:
            return await sync.admin(self._api, self._given.vault, self._languages(), words)
        async with opened(self._settings.token, self._settings, self._given.clock) as api:
            return await sync.admin(api, self._given.vault, self._languages(), words)

    @property
    def _ready(self) -> Parts:
        """Raises Transient while Discord was not reached yet."""
        if self._parts is None:
            raise Transient(reason=self._why or "Discord was not reached yet")
        return self._parts

    async def _begin(self) -> None:
        """Raises ConfigError, SendFailure."""
        if self._parts is None:
            await self._api.open()
            self._parts = Parts(
                self._settings, self._given, self._api, self._tasks, self._guild, self._arrivals.circles
            )
        await self._arrivals.tell()
        self._why = ""
        if not self._given.listens:
            return
        if self._settings.sync == "auto":
            self._tasks.spawn(sync.if_changed(self._api, self._given.vault, self._given.leases, self._languages()))
        # First what was left undone: nothing new may overtake it.
        await self._incoming.look()
        self._gateway = Gateway(
            self._settings,
            self._parts.us.content,
            self._hear,
            self._given,
            self._ended,
            self.timing,
            self._parts.deafened,
        )
        await self._gateway.start()

    def _guild(self, id: str) -> discord.Guild | None:
        return self._gateway.guild(id) if self._gateway else None

    async def _try_again(self) -> None:
        tries = 0
        while True:
            tries += 1
            await asyncio.sleep(self.timing.wait(tries))
            try:
                await self._begin()
                return
            except ConfigError as refused:
                self._why = f"{refused.params['problem']}. {NEW_TOKEN}"
                log.error("%s", self._why)
                return
            except BridgeError as failure:
                log.info("Discord is tried again: %s", failure.english())

    def _hear(self, payload: dict[str, Any], joined: bool) -> None:
        """Before a session that is new the bot may have been let in somewhere again."""
        if payload.get("t") == "READY":
            if self._greeted:
                self._tasks.spawn(self._again_there())
            self._greeted = True
        self._incoming.hear(payload, joined)

    async def _again_there(self) -> None:
        with contextlib.suppress(SendFailure):
            await self._arrivals.tell()

    async def _ended(self, why: str) -> None:
        """The token is good no more, so nothing can be sent either."""
        try:
            await self._api.call("GET", "/users/@me")
        except TokenRefused:
            await self._arrivals.closed()
        except SendFailure as failure:
            log.info("whether the token is good could not be told: %s", failure.english())

    def _languages(self) -> list[Words]:
        return [self._given.words(language) for language in LANGUAGES]
