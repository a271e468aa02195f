"""Slack as an adapter: what the courier and the composition root call, each workspace's part passed on to its Team."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from functools import partial
from typing import Any

from bridge.adapters._events import Events
from bridge.adapters._tasks import Tasks
from bridge.adapters._walk import at, word
from bridge.adapters.slack import Settings
from bridge.adapters.slack.heard import asked, concerns, read
from bridge.adapters.slack.install import checks, scopes
from bridge.adapters.slack.names import PLATFORM
from bridge.adapters.slack.pairs import Pairs
from bridge.adapters.slack.shown.render import LIMITS
from bridge.adapters.slack.sockets.gate import Gate
from bridge.adapters.slack.sockets.link import Ack
from bridge.adapters.slack.sockets.sockets import Sockets
from bridge.adapters.slack.sockets.timing import Timing
from bridge.adapters.slack.team import Team
from bridge.adapters.slack.web.api import Api, open_socket_url
from bridge.adapters.slack.web.errors import TokenRefused
from bridge.adapters.slack.web.sending import PACER
from bridge.model.card import Card
from bridge.model.command import Where, Who
from bridge.model.errors import BridgeError, ConfigError, SendFailure, Transient, Unreachable
from bridge.model.given import Given
from bridge.model.inbound import Closed, Opened
from bridge.model.pace.told import Hint
from bridge.model.person import Profile
from bridge.model.place import UNKNOWN_MEMBERS, Members, Place
from bridge.model.ports import Finding, Key, Sent

log = logging.getLogger(__name__)

HERE = "Slack"
STOP_WITHIN = 3.0
"""Seconds for what was begun when it stops."""


class Slack:
    """Adapter, Sender, Finder, Directory, Entry, Home, Ready, Greeter, Checks, Cli."""

    platform, hears_status = PLATFORM, True
    limits, pacer, timing = LIMITS, PACER, Timing()

    def __init__(self, settings: Settings, given: Given) -> None:
        self._settings, self._given = settings, given
        self.prefix = f"{settings.command} {{}}"
        self._sockets: dict[str, Sockets] = {}
        self._tasks = Tasks()
        pairs = [(pair, Team(settings, given, pair, self._tasks, self._heard_since)) for pair in settings.pairs]
        self._pairs = Pairs(pairs, given.vault, self.timing, self._arrived, self._listen)
        self._teams = self._pairs.teams
        self._withdrawn: set[str] = set()
        self._events = Events(given.inbox, self._lane, self._work, self._tasks)
        self._gate = Gate(self.take)
        self._sweeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Raises ConfigError, naming the pair, where Slack refuses every one."""
        await self._pairs.start()
        if self._given.listens:
            self._sweeper = asyncio.create_task(self._events.sweeping())

    async def stop(self) -> None:
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.wait({self._sweeper})
        self._events.stop()
        await self._pairs.stop()
        begun = self._given.clock.monotonic()
        stopping = [asyncio.create_task(sockets.stop(STOP_WITHIN)) for sockets in self._sockets.values()]
        if stopping:
            await asyncio.wait(stopping)
        await self._tasks.finish(max(0.1, STOP_WITHIN - (self._given.clock.monotonic() - begun)))

    async def close(self) -> None:
        await self._pairs.close()

    def not_ready(self) -> list[str]:
        """Empty while there is a workspace in which people are heard, or where that is tried for; in a process that
        only sends, one where it can."""
        if not self._given.listens:
            return [] if self._teams else self._pairs.in_the_way()
        if not all(sockets.trouble for sockets in self._sockets.values()):
            return []
        troubles = [f"{sockets.shown}: {sockets.trouble}" for sockets in self._sockets.values()]
        return troubles + self._pairs.in_the_way() or [f"{HERE}: no socket is open; `bridge check` tells more."]

    def greeting(self) -> str:
        return f"{HERE}, {self._pairs.named()}"

    async def take(self, payload: dict[str, Any]) -> Ack | None:
        """Whatever comes. None: not acknowledged, so that it comes again."""
        team = next((found for id in asked.teams(payload) if (found := self._teams.get(id))), None)
        if team is None and self._pairs.lacking:
            # What is done in a workspace that is not there yet has to come again.
            return None
        if team is None or not team.is_of(word(payload, "api_app_id")):
            return Ack()
        if word(payload, "type") not in ("event_callback", "app_rate_limited"):
            return await team.take(payload)
        if not await team.note(payload):
            # It has to come again: another process would go by what is no longer so.
            return None
        remembered = await self._events.take(team.us.team, read.key(payload, team.us), payload)
        return Ack() if remembered else None

    async def send(self, place: Place, card: Card, key: Key) -> Sent:
        return await self._team(place.workspace).post.send(place, card, key)

    async def update(self, place: Place, message: str, card: Card) -> Sent:
        return await self._team(place.workspace).post.update(place, message, card)

    async def delete(self, place: Place, message: str) -> Hint:
        return await self._team(place.workspace).post.delete(place, message)

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

    async def enter(self, place: Place) -> None:
        await self._team(place.workspace).directory.enter(place)

    def permalink(self, place: Place, message: str) -> str | None:
        team = self._teams.get(place.workspace)
        return team.directory.permalink(place, message) if team else None

    def locate(self, link: str) -> tuple[Where, str] | None:
        return next((found for team in self._teams.values() if (found := team.directory.locate(link))), None)

    async def refresh(self, who: Who, card: Card) -> None:
        await self._team(who.workspace).show_home(who, card)

    async def findings(self) -> list[Finding]:
        found = [Finding(False, f"{PLATFORM} {s.shown}", s.trouble) for s in self._sockets.values() if s.trouble]
        for number, pair in enumerate(self._settings.pairs, 1):
            api = Api(pair.bot, self._settings.api, self._given.clock)
            found += await checks.findings(checks.Looked(self._settings, api, pair.app, number, pair.remark))
        return found or [checks.without_tokens()]

    async def admin(self, verb: str, words: Sequence[str]) -> str:
        raise ConfigError(problem=f"{PLATFORM} can't do “{verb}”.")

    def _team(self, workspace: str) -> Team:
        team = self._teams.get(workspace)
        if team is None and self._pairs.lacking:
            raise Transient(reason="its workspace is not there yet")
        if team is None:
            raise Unreachable(reason="its workspace is no longer connected")
        return team

    def _heard_since(self, team: Team) -> float | None:
        sockets = self._sockets.get(team.app)
        return sockets.heard_since if sockets else None

    async def _arrived(self, team: Team) -> None:
        """A workspace is there: what is kept for it may go out."""
        name = team.identity.name
        for scope in (lacking for lacking in scopes.missing(team.identity.scopes) if not lacking.optional):
            log.warning("%s: without %s, %s. %s", name, scope.name, scope.costs, checks.GRANT)
        await self._tell(Opened(self._stamp(team, "opened"), PLATFORM, team.us.team, name))

    async def _listen(self, team: Team) -> None:
        """An app's sockets bring what happens in all its workspaces. Raises ConfigError for a refused app token."""
        if not self._given.listens:
            return
        # First what was left undone there: nothing new may overtake it.
        await self._events.look()
        app = team.app
        sockets = self._sockets.get(app)
        if sockets is None or sockets.trouble:
            open_url = partial(open_socket_url, team.app_token, self._settings.api)
            leases, clock = self._given.leases, self._given.clock
            ended = partial(self._ended, app)
            sockets = self._sockets[app] = Sockets(app, open_url, self._gate.take, leases, clock, ended, self.timing)
            sockets.shown = self._names(app)
            await sockets.start()
        sockets.shown = self._names(app)

    def _of_app(self, app: str) -> list[Team]:
        return [team for team in self._teams.values() if team.app == app]

    def _names(self, app: str) -> str:
        return ", ".join(team.identity.name for team in self._of_app(app))

    def _lane(self, workspace: str, payload: dict[str, Any]) -> str | None:
        team = self._teams.get(workspace)
        if team is None and self._pairs.lacking:
            return None
        return team.lane(payload) if team else ""

    async def _work(self, workspace: str, payload: dict[str, Any]) -> None:
        team = self._team(workspace)
        if not concerns.withdrawn(at(payload, "event")):
            await team.work(payload)
        elif not await self._let_in(team):
            await team.work(payload)
            why = f"Slack took Bridge out of {team.identity.name}. Install it again with: bridge slack setup"
            self._withdrawn.add(workspace)
            over = all(one.us.team in self._withdrawn for one in self._of_app(team.app))
            if over and (sockets := self._sockets.get(team.app)):
                await sockets.halt(why)

    async def _let_in(self, team: Team) -> bool:
        """Whether the bot's token is good: an event may be old, and the app installed again since. Raises SendFailure
        where that can't be told now."""
        try:
            await team.api.call("auth.test")
        except TokenRefused:
            return False
        return True

    async def _ended(self, app: str, why: str) -> None:
        """No more is heard. Where the bot's token is refused too, nothing can be sent either."""
        for team in self._of_app(app):
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
