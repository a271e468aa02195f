"""Everything that needs to know who we are, put together once the token was taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import discord

from bridge.adapters._shelf import Shelf
from bridge.adapters._tasks import Tasks
from bridge.adapters.discord import Settings
from bridge.adapters.discord.heard.answers import Answers
from bridge.adapters.discord.heard.calls import Calls
from bridge.adapters.discord.heard.concerns import Us
from bridge.adapters.discord.heard.doors import Doors
from bridge.adapters.discord.heard.hearing import Hearing
from bridge.adapters.discord.heard.joining import Joining
from bridge.adapters.discord.known.directory import Directory
from bridge.adapters.discord.known.people import People
from bridge.adapters.discord.known.rooms import Rooms
from bridge.adapters.discord.rest.api import Api
from bridge.adapters.discord.rest.bodies import Bodies
from bridge.adapters.discord.rest.direct import Directs
from bridge.adapters.discord.rest.files import Files
from bridge.adapters.discord.rest.sending import Post
from bridge.model.given import Given
from bridge.model.place import Circle


class Parts:
    """`seen`: a server as the SDK keeps it, while a connection stands."""

    def __init__(
        self,
        settings: Settings,
        given: Given,
        api: Api,
        tasks: Tasks,
        seen: Callable[[str], discord.Guild | None],
        circles: Mapping[str, Circle],
    ) -> None:
        identity = api.identity
        content = settings.message_content and identity.content
        self.us = Us(identity.app, identity.user, frozenset(settings.servers), content, identity.name)
        self.rooms = Rooms(api, seen, given.clock)
        self.people = People(api, self.rooms, given.log, settings, given.clock)
        self.directs = Directs(api, given.vault, given.clock, given.share)
        bodies = Bodies(given.media)
        self.post = Post(api, self.rooms, self.directs, bodies)
        self.directory = Directory(api, self.rooms, self.people, self.directs, settings)
        self._files = Files(settings.api, given.policy.attachment_bytes)
        answers = Answers(api, self.directs, bodies, given.words(given.policy.language))
        self._calls = calls = Calls(self.us, given, answers, self.rooms, self.people, self.directs, self._files, tasks)
        self.doors = Doors(calls)
        self.hearing = Hearing(calls, Joining(calls, self.directory, Shelf(given.vault), circles))

    def deafened(self) -> None:
        """Ordinary messages come without their words from now on."""
        self.us = self._calls.us = replace(self.us, content=False)

    async def close(self) -> None:
        await self._files.close()
