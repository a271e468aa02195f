"""Which servers are there, told to the core: for that Discord sends no event, at a start or with a new session."""

from __future__ import annotations

import contextlib
import logging

from bridge.adapters.discord import Settings
from bridge.adapters.discord.gateway.refusals import DEAF
from bridge.adapters.discord.install.servers import all_servers
from bridge.adapters.discord.names import PEOPLE, PLATFORM
from bridge.adapters.discord.rest.api import Api
from bridge.model.errors import BridgeError, StoreError
from bridge.model.given import Given
from bridge.model.inbound import Closed, Opened
from bridge.model.place import Circle

log = logging.getLogger(__name__)

HERE = "Discord"


class Arrivals:
    """`names`: of our servers that the bot is in, by id."""

    def __init__(self, settings: Settings, given: Given, api: Api) -> None:
        self._settings, self._given, self._api = settings, given, api
        self.circles = {
            **dict.fromkeys(settings.team, Circle.TEAM),
            **dict.fromkeys(settings.community, Circle.COMMUNITY),
        }
        self.names: dict[str, str] = {}

    async def tell(self) -> None:
        """What is kept for them may go out. Raises SendFailure."""
        there = {server.id: server.name for server in await all_servers(self._api)}
        if self._settings.message_content and not self._api.identity.content:
            log.warning("%s", DEAF)
        if not self._settings.servers:
            log.warning("No server of Discord is listed, so nobody can do anything there. Run: bridge discord setup")
        await self._hear(Opened(self._stamp("opened", PEOPLE), PLATFORM, PEOPLE, HERE, Circle.TEAM))
        for server, circle in self.circles.items():
            if name := there.get(server):
                self.names[server] = name
                await self._compare(server, name, circle)
                await self._hear(Opened(self._stamp("opened", server), PLATFORM, server, name, circle))
            else:
                log.warning("The bot is not in the server %s. The link that lets it in: bridge discord invite", server)
        for server in there.keys() - self.circles.keys():
            log.info("The server %s (%s) is not listed, so nothing is done there.", there[server], server)

    async def closed(self) -> None:
        """Nothing can be sent anywhere any more."""
        for workspace in (PEOPLE, *self._settings.servers):
            await self._hear(Closed(self._stamp("closed", workspace), PLATFORM, workspace))

    async def _compare(self, server: str, name: str, circle: Circle) -> None:
        """What a server counts as is kept from its first connection on, so that an administrator's word holds; and of
        two words the narrower."""
        with contextlib.suppress(StoreError):
            known = await self._given.log.circle(PLATFORM, server)
            if known is not None and known is not circle:
                run = f"bridge workspaces {circle.value} {server}"
                log.warning("%s (%s) counts as %s, and bridge.toml says otherwise. Run: %s", name, server, known, run)

    def _stamp(self, what: str, workspace: str) -> str:
        return f"{workspace} {what} {self._given.clock.now().isoformat()}"

    async def _hear(self, event: Closed | Opened) -> None:
        try:
            await self._given.intake.hear(event)
        except BridgeError as error:
            log.warning("%s: %s", event.workspace, error.english())
