"""The channels of one workspace, as far as they are known: what each is and who reads it, and for how long that counts.

Where the bot is inside, events tell of every change, so what is known counts for an hour; elsewhere, and for whatever
was learnt before a time in which nothing was heard, for a minute. Both methods are counted by Slack (50 and 100
requests a minute), and channels that follow live need both before each message.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bridge.adapters.slack.web.api import Api
from bridge.model.clock import Clock
from bridge.model.errors import SendFailure, Transient
from bridge.model.place import Members

HOUR, MINUTE = 3600.0, 60.0
MOST = 5000
"""Channels remembered in memory."""
FEW = 5
"""So many channels a minute are asked for one by one; where more are wanted, all that the bot is in are listed."""
PAGE = 900
SHARED = ("is_ext_shared", "is_pending_ext_shared", "is_org_shared")
INSIDE = ("is_member", "is_private", "is_mpim")
"""A private one is shown only to who is inside, and does not always say so."""
KEPT = ("name", "creator", "is_im", "is_group", *INSIDE, *SHARED)
"""What is wanted of a channel; all of it is a kilobyte."""
TYPES = {"channels:read": "public_channel", "groups:read": "private_channel", "mpim:read": "mpim"}

Channel = Mapping[str, Any]
Heard = Callable[[], "float | None"]
"""Since when (monotonic seconds) every event was heard, without a gap; None while none is."""
CatchUp = Callable[[], Awaitable[None]]
"""Forgets what other processes heard changes of."""


@dataclass(slots=True)
class Known:
    """Moments are those of the question: what happened after it may be missing in the answer. `members_until`: when
    what is known of the people in there is too old. `people`: how often somebody's standing had changed."""

    info: Channel | None = None
    info_at: float = 0.0
    members: Members | None = None
    members_at: float = 0.0
    members_until: float = 0.0
    people: int = 0
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    looking: asyncio.Lock = field(default_factory=asyncio.Lock)


class Channels:
    """Whoever hears events says `forget` (it is another channel now) or `came_or_went` before anything else."""

    def __init__(self, api: Api, clock: Clock, heard_since: Heard, catch_up: CatchUp) -> None:
        self._api, self._clock, self._heard_since, self._catch_up = api, clock, heard_since, catch_up
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._asked: deque[float] = deque(maxlen=FEW)
        self._listing = asyncio.Lock()
        self._listed = float("-inf")
        self._forgotten = 0

    def of(self, key: str) -> Known:
        """What is known; one that was forgotten meanwhile is another one."""
        known = self._known.setdefault(key, Known())
        self._known.move_to_end(key)
        if len(self._known) > MOST:
            self._known.popitem(last=False)
        return known

    async def info(self, key: str, *, spare: bool = False) -> Channel:
        """`spare`: it can wait, so it leaves some of the minute's requests to others. Raises SendFailure; Unreachable
        where there is no such channel for us."""
        await self._catch_up()
        known = self.of(key)
        async with known.asking:
            if (found := self._counting(known)) is not None:
                return found
            if self._many() or self._listing.locked():
                await self._list()
                if (found := self._counting(known)) is not None:
                    return found
            now = self._clock.monotonic()
            self._asked.append(now)
            ask = self._api.spare if spare else self._api.call
            told = (await ask("conversations.info", channel=key)).get("channel")
            if not isinstance(told, Mapping):
                raise Transient(reason="Slack told nothing about the channel")
            known.info, known.info_at = _kept(told), now
            return known.info

    def holds(self, taken: float, channel: Channel | None) -> bool:
        """Whether what was asked for then still counts."""
        now, since = self._clock.monotonic(), self._heard_since()
        if now - taken < MINUTE:
            return True
        return inside(channel) and since is not None and since <= taken and now - taken < HOUR

    def entered(self, key: str, told: object) -> None:
        """The answer to conversations.join."""
        self.forget(key)
        if isinstance(told, Mapping):
            known = self.of(key)
            known.info, known.info_at = {**_kept(told), "is_member": True}, self._clock.monotonic()

    def came_or_went(self, key: str) -> None:
        """Others have members now; it is still what it was."""
        before = self._known.get(key)
        self.forget(key)
        if before is not None and before.info is not None:
            after = self.of(key)
            after.info, after.info_at = before.info, before.info_at

    def inside(self, key: str) -> bool:
        """As far as is known."""
        known = self._known.get(key)
        return known is not None and inside(known.info)

    def forget(self, key: str) -> None:
        self._forgotten += 1
        self._known.pop(key, None)

    def forget_all(self) -> None:
        self._forgotten += 1
        self._known.clear()

    def _counting(self, known: Known) -> Channel | None:
        return known.info if known.info is not None and self.holds(known.info_at, known.info) else None

    def _many(self) -> bool:
        now = self._clock.monotonic()
        return len(self._asked) == FEW and now - self._asked[0] < MINUTE and now - self._listed > MINUTE

    async def _list(self) -> None:
        """All that the bot is in, by one request for 900 of them. Where that can't be had, each is asked for alone."""
        async with self._listing:
            if not self._many():
                return
            now = self._listed = self._clock.monotonic()
            before, found = self._forgotten, dict[str, Channel]()
            types = ",".join(type_ for scope, type_ in TYPES.items() if scope in self._api.identity.scopes)
            try:
                async for page in self._api.pages(
                    "users.conversations", types=types, exclude_archived=True, limit=PAGE
                ):
                    for told in page.get("channels") or ():
                        if isinstance(told, Mapping) and isinstance(key := told.get("id"), str):
                            found[key] = {**_kept(told), "is_member": True}
            except SendFailure:
                return
            if before != self._forgotten:
                # Something changed meanwhile, and which answer tells of it nobody knows.
                return
            for key, channel in list(found.items())[:MOST]:
                known = self.of(key)
                known.info, known.info_at = channel, now


def inside(channel: Channel | None) -> bool:
    """Whether the bot is."""
    return channel is not None and any(channel.get(mark) for mark in INSIDE)


def _kept(told: Channel) -> Channel:
    return {name: told[name] for name in KEPT if name in told}
