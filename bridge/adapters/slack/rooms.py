"""What events do not say about their channel and their text: names, privacy, and the handles of people mentioned."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from bridge.adapters.slack.api import Api
from bridge.adapters.slack.errors import ScopeMissing, TokenRefused
from bridge.adapters.slack.names import PLATFORM
from bridge.adapters.slack.walk import at, word
from bridge.model.clock import Clock
from bridge.model.command import Who
from bridge.model.errors import SendFailure, StoreError, Throttled, Transient
from bridge.model.given import Log

KEPT_FOR = 600.0
"""Seconds: a channel is rarely renamed, or made private."""
MOST = 5000
MENTIONS = 20
"""People whose handles are looked up for one text; nobody mentions more and means it."""


@dataclass(frozen=True, slots=True)
class Room:
    """`private` None: not known."""

    name: str = ""
    private: bool | None = None


class Rooms:
    """The channels of one workspace, as far as they were looked at lately."""

    def __init__(self, api: Api, clock: Clock) -> None:
        self._api, self._clock = api, clock
        self._seen: OrderedDict[str, tuple[Room, float]] = OrderedDict()

    async def look(self, channel: str) -> Room:
        """Raises SendFailure where it may be known later."""
        now = self._clock.monotonic()
        if (seen := self._seen.get(channel)) and now - seen[1] < KEPT_FOR:
            return seen[0]
        room = await self._ask(channel)
        self._seen[channel] = room, now
        self._seen.move_to_end(channel)
        while len(self._seen) > MOST:
            self._seen.popitem(last=False)
        return room

    def forget(self, channel: str) -> None:
        """It was renamed, or is no longer what it was."""
        self._seen.pop(channel, None)

    async def _ask(self, channel: str) -> Room:
        try:
            told = at(await self._api.call("conversations.info", channel=channel), "channel")
        except (ScopeMissing, TokenRefused):
            return Room()
        except (Throttled, Transient):
            raise
        except SendFailure:
            # What we cannot even look at is nothing that everybody may read.
            return Room(private=True)
        private = any(at(told, kind) is True for kind in ("is_private", "is_im", "is_mpim", "is_group"))
        several = at(told, "is_mpim") is True
        return Room("" if several else word(told, "name"), private)


async def handles(log: Log, team: str, users: Iterable[str]) -> dict[str, str]:
    """By user id; only those that can be known now."""
    found: dict[str, str] = {}
    for user in sorted(users)[:MENTIONS]:
        try:
            found[user] = await log.handle(Who(PLATFORM, team, user))
        except StoreError:
            break
    return found
