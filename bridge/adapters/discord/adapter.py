"""Discord as an adapter: what the courier and the composition root call."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import discord

from bridge.adapters._tasks import Tasks
from bridge.adapters.discord import Settings
from bridge.adapters.discord.gateway.gateway import DEAF, Gateway
from bridge.adapters.discord.gateway.timing import Timing
from bridge.adapters.discord.incoming import Incoming
from bridge.adapters.discord.install import checks, sync
from bridge.adapters.discord.install.servers import all_servers
from bridge.adapters.discord.install.tokens import NEW_TOKEN
from bridge.adapters.discord.names import PEOPLE, PLATFORM
from bridge.adapters.discord.parts import Parts
from bridge.adapters.discord.rest.api import Api, opened
from bridge.adapters.discord.rest.errors import TokenRefused
from bridge.adapters.discord.shown.render import LIMITS
from bridge.model.card import Card
from bridge.model.command import Where, Who
from bridge.model.errors import BridgeError, ConfigError, SendFailure, Transient
from bridge.model.given import Given
from bridge.model.inbound import Closed, Opened
from bridge.model.person import Profile
from bridge.model.place import Circle, Members, Place
from bridge.model.ports import Finding, Key, Sent
from bridge.model.say import LANGUAGES, Words

log = logging.getLogger(__name__)

HERE = "Discord"
STOP_WITHIN = 2.5
"""Seconds for what was begun when it stops."""


class Discord:
    """Adapter, Sender, Finder, Directory, Entry, Ready, Greeter, Checks, Cli."""

    platform = PLATFORM
    prefix = "/bridge {}"
    hears_status = False
    limits = LIMITS
    timing = Timing()

    def __init__(self, settings: Settings, given: Given) -> None:
        self._settings, self._given = settings, given
        self._api = Api(settings.token, settings, given.clock)
        self._tasks = Tasks()
        self._parts: Parts | None = None
        self._gateway: Gateway | None = None
        self._incoming = Incoming(given, self._tasks, lambda: self._parts)
        self._running: list[asyncio.Task[None]] = []
        self._circles = {
            **dict.fromkeys(settings.team, Circle.TEAM),
            **dict.fromkeys(settings.community, Circle.COMMUNITY),
        }
        self._names: dict[str, str] = {}
        self._why = ""

    async def start(self) -> None:
        """Raises ConfigError where Discord refuses the token. Where it can't be reached, that is tried again beside."""
        try:
            await self._begin()
        except SendFailure as failure:
            self._why = f"{HERE} can't be reached yet: {failure.params.get('reason') or failure.english()}"
            log.warning("%s. It is tried again.", self._why.rstrip("."))
            self._running.append(asyncio.create_task(self._try_again()))
        self._running += self._incoming.start()

    async def stop(self) -> None:
        self._incoming.stop()
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running)
        if self._gateway is not None:
            await self._gateway.stop()
        await self._tasks.finish(STOP_WITHIN)

    async def close(self) -> None:
        if self._parts is not None:
            await self._parts.close()
        await self._api.close()

    def not_ready(self) -> list[str]:
        gateway = self._gateway
        trouble = self._why if gateway is None else gateway.trouble or (gateway.reason if gateway.overdue else "")
        return [trouble if trouble.startswith(HERE) else f"{HERE}: {trouble}"] if trouble else []

    def greeting(self) -> str:
        names = list(self._names.values())
        if len(names) < 2:
            return f"{HERE}, {f'server {names[0]}' if names else 'no server yet'}"
        return f"{HERE}, servers {', '.join(names[:-1])} and {names[-1]}"

    async def send(self, place: Place, card: Card, key: Key) -> Sent:
        return await self._ready.post.send(place, card, key)

    async def update(self, place: Place, message: str, card: Card) -> Sent:
        return await self._ready.post.update(place, message, card)

    async def delete(self, place: Place, message: str) -> None:
        await self._ready.post.delete(place, message)

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
            self._parts = Parts(self._settings, self._given, self._api, self._tasks, self._seen, self._circles)
        await self._arrived()
        self._why = ""
        if self._settings.sync == "auto":
            self._tasks.spawn(sync.if_changed(self._api, self._given.vault, self._given.leases, self._languages()))
        # First what was left undone: nothing new may overtake it.
        await self._incoming.look()
        self._gateway = Gateway(
            self._settings,
            self._parts.us.content,
            self._incoming.hear,
            self._given,
            self._ended,
            self.timing,
            self._parts.deafened,
        )
        await self._gateway.start()

    async def _try_again(self) -> None:
        tries = 0
        while self._gateway is None:
            tries += 1
            await asyncio.sleep(self.timing.wait(tries))
            try:
                await self._begin()
            except ConfigError as refused:
                self._why = f"{refused.params['problem']}. {NEW_TOKEN}"
                log.error("%s", self._why)
                return
            except BridgeError as failure:
                log.info("Discord is tried again: %s", failure.english())

    async def _arrived(self) -> None:
        """Servers are there: what is kept for them may go out. Raises SendFailure."""
        there = {server.id: server.name for server in await all_servers(self._api)}
        if self._settings.message_content and not self._api.identity.content:
            log.warning("%s", DEAF)
        if not self._settings.servers:
            log.warning("No server of Discord is listed, so nobody can do anything there. Run: bridge discord setup")
        await self._tell(Opened(self._stamp("opened", PEOPLE), PLATFORM, PEOPLE, HERE, Circle.TEAM))
        for server, circle in self._circles.items():
            if server not in there:
                log.warning(
                    "The bot is not in the server %s. The link that brings it in: bridge discord invite", server
                )
                continue
            self._names[server] = there[server]
            await self._tell(Opened(self._stamp("opened", server), PLATFORM, server, there[server], circle))
        for server in there.keys() - self._circles.keys():
            log.info("The server %s (%s) is not listed, so nothing is done there.", there[server], server)

    async def _ended(self, why: str) -> None:
        """The token is good no more, so nothing can be sent either."""
        try:
            await self._api.call("GET", "/users/@me")
        except TokenRefused:
            for workspace in (PEOPLE, *self._settings.servers):
                await self._tell(Closed(self._stamp("closed", workspace), PLATFORM, workspace))
        except SendFailure as failure:
            log.info("whether the token is good could not be told: %s", failure.english())

    def _seen(self, guild: str) -> discord.Guild | None:
        return self._gateway.guild(guild) if self._gateway else None

    def _languages(self) -> list[Words]:
        return [self._given.words(language) for language in LANGUAGES]

    def _stamp(self, what: str, workspace: str) -> str:
        return f"{workspace} {what} {self._given.clock.now().isoformat()}"

    async def _tell(self, event: Closed | Opened) -> None:
        """What Discord sent no event for."""
        try:
            await self._given.intake.hear(event)
        except BridgeError as error:
            log.warning("%s: %s", event.workspace, error.english())
