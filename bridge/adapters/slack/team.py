"""One workspace: everything that belongs to one pair of tokens, put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bridge.adapters._tasks import Tasks
from bridge.adapters._walk import at, word
from bridge.adapters.slack import Settings
from bridge.adapters.slack.heard import concerns, read
from bridge.adapters.slack.heard.answers import Answers
from bridge.adapters.slack.heard.calls import Calls
from bridge.adapters.slack.heard.concerns import Change, Us
from bridge.adapters.slack.heard.doors import Doors
from bridge.adapters.slack.heard.hearing import Hearing
from bridge.adapters.slack.heard.interactions import Interactions
from bridge.adapters.slack.heard.walk import channel_in, user_in
from bridge.adapters.slack.install.tokens import Pair
from bridge.adapters.slack.known.directory import Directory
from bridge.adapters.slack.known.rooms import Rooms
from bridge.adapters.slack.shown.views import home_view
from bridge.adapters.slack.sockets.link import Ack
from bridge.adapters.slack.web.api import Api, Identity
from bridge.adapters.slack.web.files import uploads
from bridge.adapters.slack.web.sending import Post
from bridge.model.card import Card
from bridge.model.command import Who
from bridge.model.given import Given
from bridge.model.post import Upload
from bridge.model.secret import Secret


class Team:
    """`open` first; it learns who we are there. `heard_since`: since when all its events were heard."""

    def __init__(
        self,
        settings: Settings,
        given: Given,
        pair: Pair,
        tasks: Tasks,
        heard_since: Callable[[Team], float | None] = lambda team: None,
    ) -> None:
        self.settings, self._given, self._pair, self._tasks = settings, given, pair, tasks
        self._heard_since = heard_since
        self.api = Api(pair.bot, settings.api, given.clock, settings.messages_a_minute, given.share)

    @property
    def identity(self) -> Identity:
        return self.api.identity

    @property
    def app_token(self) -> Secret:
        return self._pair.app

    @property
    def app(self) -> str:
        """Whose sockets they are: the app's, or the workspace's where the app is not known."""
        return self.us.app or self.us.team

    def is_of(self, app: str) -> bool:
        """Whether a payload is for this workspace's app, as far as both are known."""
        return not app or not self.us.app or app == self.us.app

    async def open(self) -> None:
        """Raises ConfigError for a token that is refused, SendFailure where Slack does not answer."""
        identity = await self.api.open()
        given, base = self._given, self.settings.api
        app = identity.app or self._pair.app_id
        self.us = Us(identity.team, identity.user, identity.bot, app, identity.enterprise, identity.handle)
        self.directory = Directory(self.api, given.vault, given.clock, lambda: self._heard_since(self))
        self.rooms = Rooms(self.directory.channels, given.clock)
        self.post = Post(self.api, self.directory, given.media, given.vault, given.clock)
        self._words = given.words(given.policy.language)
        self.answers = Answers(self.api, base, self._words, files="files:read" in identity.scopes)
        prefix = f"{self.settings.command} {{}}"
        calls = Calls(self.us, given, self.api, self.answers, self.rooms, self._tasks, self._uploads, prefix)
        self._doors = Doors(calls, Interactions(calls), self.settings.aliases)
        self._hearing = Hearing(calls, self.show_home)

    async def close(self) -> None:
        await self.api.close()
        if hasattr(self, "answers"):
            await self.answers.close()
            await self.post.close()

    def lane(self, payload: object) -> str:
        """Which events are worked on after one another; "" for one that concerns nobody here."""
        lane = concerns.lane(payload, self.us, self._given.policy)
        return f"{self.us.team} {lane}" if lane else ""

    async def note(self, payload: object) -> bool:
        """What an event tells by the way, whether or not it concerns us: profiles, and what became of a channel. Other
        processes are told before it returns; False where they could not be."""
        if word(payload, "type") == "app_rate_limited":
            return await self.directory.deaf()
        user = read.profile(payload)
        told = not isinstance(user, Mapping) or await self.directory.user_changed(user)
        channel = channel_in(payload, "event", "channel") or channel_in(payload, "event", "channel", "id")
        if word(payload, "event", "channel_type") == "im" and (user := user_in(payload, "event", "user")):
            self.directory.noted_dm(user, channel)
        channel = channel or channel_in(payload, "event", "old_channel_id")
        match concerns.change(at(payload, "event")):
            case Change.PEOPLE if channel:
                return await self.directory.came_or_went(channel, user_in(payload, "event", "user")) and told
            case Change.CHANNEL if channel:
                self.rooms.forget(channel)
                return await self.directory.forget(channel) and told
        return told

    async def take(self, payload: dict[str, Any]) -> Ack:
        """A command, a press, a form or a shortcut."""
        return await self._doors.take(payload)

    async def work(self, payload: dict[str, Any]) -> None:
        """An event that was remembered."""
        await self._hearing.work(payload)

    async def show_home(self, who: Who, card: Card) -> None:
        """Raises SendFailure."""
        await self.api.call("views.publish", user_id=who.user, view=home_view(card, words=self._words))

    async def _uploads(self, files: Sequence[object]) -> tuple[Upload, ...]:
        return await uploads(self.api, files, self._given.policy.attachment_bytes)
