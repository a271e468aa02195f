"""What events do not say about their channel and their text: names, privacy, and the handles of people mentioned."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from bridge.adapters._walk import word
from bridge.adapters.slack.known.channels import Channels
from bridge.adapters.slack.names import PLATFORM
from bridge.adapters.slack.web.errors import ScopeMissing, TokenRefused
from bridge.model.clock import Clock
from bridge.model.command import Who
from bridge.model.errors import SendFailure, StoreError, Throttled, Transient
from bridge.model.given import Log

UNSEEN_SECONDS = 60.0
"""A channel that we may not even look at is looked at again after so long."""
MOST = 5000
MENTIONS = 20
"""People whose handles are looked up for one text; nobody mentions more and means it."""


@dataclass(frozen=True, slots=True)
class Room:
    """`private` None: not known."""

    name: str = ""
    private: bool | None = None


class Rooms:
    """The channels of one workspace; those that may be looked at are remembered by `channels`."""

    def __init__(self, channels: Channels, clock: Clock) -> None:
        self._channels, self._clock = channels, clock
        self._unseen: OrderedDict[str, tuple[Room, float]] = OrderedDict()

    async def look(self, channel: str) -> Room:
        """Raises SendFailure where it may be known later."""
        now = self._clock.monotonic()
        if (unseen := self._unseen.get(channel)) and now - unseen[1] < UNSEEN_SECONDS:
            return unseen[0]
        try:
            told = await self._channels.info(channel, spare=True)
        except (ScopeMissing, TokenRefused):
            return self._keep(channel, Room())
        except (Throttled, Transient):
            raise
        except SendFailure:
            # What we cannot even look at is nothing that everybody may read.
            return self._keep(channel, Room(private=True))
        private = any(told.get(kind) is True for kind in ("is_private", "is_im", "is_mpim", "is_group"))
        several = told.get("is_mpim") is True
        return Room("" if several else word(told, "name"), private)

    def forget(self, channel: str) -> None:
        """It was renamed, or is no longer what it was."""
        self._unseen.pop(channel, None)

    def _keep(self, channel: str, room: Room) -> Room:
        self._unseen[channel] = room, self._clock.monotonic()
        self._unseen.move_to_end(channel)
        if len(self._unseen) > MOST:
            self._unseen.popitem(last=False)
        return room


async def handles(log: Log, team: str, users: Iterable[str]) -> dict[str, str]:
    """By user id; only those that can be known now."""
    found: dict[str, str] = {}
    for user in sorted(users)[:MENTIONS]:
        try:
            found[user] = await log.handle(Who(PLATFORM, team, user))
        except StoreError:
            break
    return found
