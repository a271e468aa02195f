"""Direct messages: which channel is whose, and to whom one may be opened at all.

Discord takes bots out of service that write to people who never asked for it, and those that open many direct messages
at once (error 40003; github.com/discord/discord-api-docs/issues/5987). So one is opened only to somebody who has used
the bot, and one after the other.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict

from bridge.adapters._walk import listed
from bridge.adapters.discord.heard.walk import id_in
from bridge.adapters.discord.rest.api import Api
from bridge.model.clock import Clock
from bridge.model.errors import NotYet, SendFailure, StoreError, Throttled, Transient, Unreachable
from bridge.model.given import Vault
from bridge.model.pace.shared import Share, Turns, alone
from bridge.model.pace.told import at_least

MOST = 20_000
NEVER_MET = (
    "This person hasn't used Bridge in Discord yet, so it doesn't write to them. Any command of theirs ends that."
)
_MET = "-"
"""Kept of somebody who used the bot, while no channel is known."""


class Directs:
    """For the whole bot; what is known outlives a restart."""

    def __init__(self, api: Api, vault: Vault, clock: Clock, share: Share = alone) -> None:
        self._api, self._vault, self._clock, self._door = api, vault, clock, door(share)
        self._unstored: set[str] = set()
        self._channels: OrderedDict[str, str] = OrderedDict()
        self._users: OrderedDict[str, str] = OrderedDict()

    async def channel(self, user: str) -> str:
        """The channel's id. Raises SendFailure: Unreachable for whoever never used the bot."""
        if known := self.met_channel(user):
            return known
        if user not in self._channels and not await self._kept(user) and user not in self._channels:
            raise Unreachable(reason=NEVER_MET)
        if known := self.met_channel(user):
            return known
        now = self._clock.monotonic()
        if (wait := self._door.spend(now)) > 0:
            raise NotYet(seconds=at_least(self._door.away(now, wait)))
        try:
            told = await self._api.call("POST", "/users/@me/channels", body={"recipient_id": user})
        except NotYet:
            raise
        except Throttled as throttled:
            self._door.close(self._clock.monotonic(), float(str(throttled.params["seconds"])))
            raise
        opened = id_in(told, "id")
        if not opened:
            raise Transient(reason="Discord opened no direct message")
        await self.met(user, opened)
        return opened

    async def knows(self, user: str) -> bool:
        """Whether they have used the bot. Raises Transient."""
        return user in self._channels or bool(await self._kept(user)) or user in self._channels

    async def met(self, user: str, channel: str = "") -> None:
        """Somebody used the bot; `channel`: in this direct message, where it was one. What the database did not take
        is tried again the next time."""
        known = self._channels.get(user, "")
        if known and user not in self._unstored and channel in ("", known):
            return
        told = channel or known or _MET
        self._note(user, told)
        self._unstored.add(user)
        with contextlib.suppress(StoreError):
            value, version = await self._vault.get(self._key(user)) or (b"", 0)
            kept = value.decode()
            told = told if told != _MET else kept or _MET
            if kept == told or await self._vault.put(self._key(user), told.encode(), version):
                self._note(user, told)
                self._unstored.discard(user)

    def met_channel(self, user: str) -> str:
        """As far as is known in memory; "" where it is not."""
        known = self._channels.get(user, "")
        return "" if known == _MET else known

    def user_of(self, channel: str) -> str:
        """Whose direct message a channel is; "" where that is not known."""
        return self._users.get(channel, "")

    async def whose(self, channel: str) -> str:
        """The same, asked of Discord where it is not known; "" for nobody's. Raises Throttled and Transient."""
        if known := self.user_of(channel):
            return known
        try:
            told = await self._api.call("GET", "/channels/{channel_id}", channel_id=channel)
        except (Throttled, Transient):
            raise
        except SendFailure:
            return ""
        found = next((user for one in listed(told, "recipients") if (user := id_in(one, "id"))), "")
        if found:
            self._users[channel] = found
        return found

    async def _kept(self, user: str) -> str:
        """Raises Transient where the database does not answer: nobody is taken for a stranger for that."""
        try:
            found = await self._vault.get(self._key(user))
        except StoreError as error:
            raise Transient(reason=error.english()) from error
        kept = found[0].decode() if found else ""
        if kept:
            self._note(user, kept)
        return "" if kept == _MET else kept

    def _note(self, user: str, channel: str) -> None:
        self._channels[user] = channel
        self._channels.move_to_end(user)
        if channel != _MET:
            self._users[channel] = user
        for known in (self._channels, self._users):
            if len(known) > MOST:
                known.popitem(last=False)

    def _key(self, user: str) -> str:
        """Another application has other direct messages."""
        return f"direct:{self._api.identity.app}:{user}"


def door(share: Share = alone) -> Turns:
    """To direct messages with people never written to before. Discord puts bots that open some tens of them in a row
    under quarantine, and says of no number that it is safe (discord-api-docs #5987)."""
    return Turns(6.0, spread=7200.0, share=share)
