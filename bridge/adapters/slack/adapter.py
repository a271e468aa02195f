"""Slack as an adapter: what the courier and the composition root call, each workspace's part passed on to its Team."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from functools import partial
from typing import Any

from bridge.adapters.slack import Settings
from bridge.adapters.slack.heard import asked, concerns, read
from bridge.adapters.slack.heard.events import Events
from bridge.adapters.slack.heard.walk import at, word
from bridge.adapters.slack.install import checks
from bridge.adapters.slack.names import PLATFORM
from bridge.adapters.slack.shown.render import LIMITS
from bridge.adapters.slack.sockets.gate import Gate
from bridge.adapters.slack.sockets.link import Ack
from bridge.adapters.slack.sockets.sockets import Sockets, Timing
from bridge.adapters.slack.sockets.tasks import Tasks
from bridge.adapters.slack.team import Team
from bridge.adapters.slack.web.api import Api, open_socket_url
from bridge.adapters.slack.web.errors import TokenRefused
from bridge.model.card import Card
from bridge.model.command import Where, Who
from bridge.model.errors import BridgeError, ConfigError, SendFailure, Unreachable
from bridge.model.given import Given
from bridge.model.inbound import Closed, Opened
from bridge.model.person import Profile
from bridge.model.place import UNKNOWN_MEMBERS, Members, Place
from bridge.model.ports import Finding, Key, Sent

log = logging.getLogger(__name__)

STOP_WITHIN = 3.0
"""Seconds for what was begun when it stops."""


class Slack:
    """Adapter, Sender, Finder, Directory, Entry, Home, Checks, Cli."""

    platform = PLATFORM
    hears_status = True
    limits = LIMITS
    timing = Timing()

    def __init__(self, settings: Settings, given: Given) -> None:
        self._settings, self._given = settings, given
        self.prefix = f"{settings.command} {{}}"
        self._teams: dict[str, Team] = {}
        self._opening: list[Team] = []
        self._sockets: dict[str, Sockets] = {}
        self._tasks = Tasks()
        self._events = Events(given.inbox, self._lane, self._work, self._tasks)
        self._gate = Gate(self.take)
        self._sweeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Raises ConfigError, naming the pair, for tokens that are refused."""
        for number, pair in enumerate(self._settings.pairs, 1):
            team = Team(self._settings, self._given, pair, self._tasks, self._heard_since)
            self._opening.append(team)
            try:
                await team.open()
            except ConfigError as error:
                raise ConfigError(problem=f"pair {number} of the tokens: {error.params['problem']}") from None
            if team.us.team in self._teams:
                raise ConfigError(problem=f"pair {number} of the tokens is for {team.identity.name}, which has one.")
            self._teams[team.us.team] = team
            await self._tell(Opened(self._stamp(team, "opened"), PLATFORM, team.us.team, team.identity.name))
        for name, teams in self._by_app().items():
            open_url = partial(open_socket_url, teams[0].app_token, self._settings.api)
            ended = partial(self._ended, teams)
            self._sockets[name] = Sockets(
                name, open_url, self._gate.take, self._given.leases, self._given.clock, ended, self.timing
            )
            await self._sockets[name].start()
        self._sweeper = asyncio.create_task(self._events.sweeping())

    async def stop(self) -> None:
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.wait({self._sweeper})
        self._events.stop()
        begun = self._given.clock.monotonic()
        stopping = [asyncio.create_task(sockets.stop(STOP_WITHIN)) for sockets in self._sockets.values()]
        if stopping:
            await asyncio.wait(stopping)
        await self._tasks.finish(max(0.1, STOP_WITHIN - (self._given.clock.monotonic() - begun)))

    async def close(self) -> None:
        for team in self._opening:
            await team.close()

    async def take(self, payload: dict[str, Any]) -> Ack | None:
        """Whatever comes. None: not acknowledged, so that it comes again."""
        team = next((found for id in asked.teams(payload) if (found := self._teams.get(id))), None)
        if team is None or not _of(team, word(payload, "api_app_id")):
            return Ack()
        if word(payload, "type") != "event_callback":
            return await team.take(payload)
        if not await team.note(payload):
            # It has to come again: another process would go by what is no longer so.
            return None
        return await self._events.take(team.us.team, read.key(payload, team.us), payload)

    async def send(self, place: Place, card: Card, key: Key) -> Sent:
        return await self._team(place.workspace).post.send(place, card, key)

    async def update(self, place: Place, message: str, card: Card) -> Sent:
        return await self._team(place.workspace).post.update(place, message, card)

    async def delete(self, place: Place, message: str) -> None:
        await self._team(place.workspace).post.delete(place, message)

    async def find(self, place: Place, key: Key) -> str | None:
        return await self._team(place.workspace).post.find(place, key)

    async def profile(self, who: Who) -> Profile | None:
        team = self._teams.get(who.workspace)
        return await team.directory.profile(who.user) if team else None

    async def members(self, place: Place) -> Members:
        team = self._teams.get(place.workspace)
        return await team.directory.members(place) if team else UNKNOWN_MEMBERS

    async def owner(self, place: Place) -> str | None:
        team = self._teams.get(place.workspace)
        return await team.directory.owner(place) if team else None

    async def enter(self, place: Place) -> str | None:
        return await self._team(place.workspace).directory.enter(place)

    def permalink(self, place: Place, message: str) -> str | None:
        team = self._teams.get(place.workspace)
        return team.directory.permalink(place, message) if team else None

    def locate(self, link: str) -> tuple[Where, str] | None:
        return next((found for team in self._teams.values() if (found := team.directory.locate(link))), None)

    async def refresh(self, who: Who, card: Card) -> None:
        await self._team(who.workspace).show_home(who, card)

    async def findings(self) -> list[Finding]:
        found = [Finding(False, f"{PLATFORM} {name}", s.trouble) for name, s in self._sockets.items() if s.trouble]
        for pair in self._settings.pairs:
            api = Api(pair.bot, self._settings.api, self._given.clock)
            found += await checks.findings(checks.Looked(self._settings, api, pair.app))
        return found or [checks.without_tokens()]

    async def admin(self, verb: str, words: Sequence[str]) -> str:
        raise ConfigError(problem=f"{PLATFORM} can't do “{verb}”.")

    def _team(self, workspace: str) -> Team:
        team = self._teams.get(workspace)
        if team is None:
            raise Unreachable(reason="its workspace is no longer connected")
        return team

    def _heard_since(self, team: Team) -> float | None:
        sockets = self._sockets.get(team.us.app or team.us.team)
        return sockets.heard_since if sockets else None

    def _by_app(self) -> dict[str, list[Team]]:
        """An app's sockets bring what happens in all its workspaces."""
        apps: dict[str, list[Team]] = {}
        for team in self._teams.values():
            apps.setdefault(team.us.app or team.us.team, []).append(team)
        return apps

    def _lane(self, workspace: str, payload: dict[str, Any]) -> str:
        team = self._teams.get(workspace)
        return team.lane(payload) if team else ""

    async def _work(self, workspace: str, payload: dict[str, Any]) -> None:
        team = self._team(workspace)
        if not concerns.withdrawn(at(payload, "event")):
            await team.work(payload)
        elif not await self._let_in(team):
            await team.work(payload)
            why = f"Slack took Bridge out of {team.identity.name}. Install it again with: bridge slack setup"
            name = team.us.app or workspace
            if len(self._by_app()[name]) == 1 and (sockets := self._sockets.get(name)):
                await sockets.halt(why)

    async def _let_in(self, team: Team) -> bool:
        """Whether the bot's token is good: an event may be old, and the app installed again since. Raises SendFailure
        where that can't be told now."""
        try:
            await team.api.call("auth.test")
        except TokenRefused:
            return False
        return True

    async def _ended(self, teams: Sequence[Team], why: str) -> None:
        """No more is heard. Where the bot's token is refused too, nothing can be sent either."""
        for team in teams:
            with contextlib.suppress(SendFailure):
                if not await self._let_in(team):
                    await self._tell(Closed(self._stamp(team, "closed"), PLATFORM, team.us.team))

    def _stamp(self, team: Team, what: str) -> str:
        return f"{team.us.team} {what} {self._given.clock.now().isoformat()}"

    async def _tell(self, event: Closed | Opened) -> None:
        """What Slack sent no event for."""
        try:
            await self._given.intake.hear(event)
        except BridgeError as error:
            log.warning("%s: %s", event.workspace, error.english())


def _of(team: Team, app: str) -> bool:
    """Whether a payload is for this workspace's app, as far as both are known."""
    return not app or not team.us.app or app == team.us.app
