"""The people of one workspace: what their profiles say, and who of them is a full member.

Profiles come one by one where a few are wanted, and all at once (users.list, page by page) where a whole channel is
to be judged; the event user_change keeps both right meanwhile.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any
from weakref import WeakValueDictionary

from bridge.adapters.slack.known.profiles import read_profile, text_in
from bridge.adapters.slack.web.api import Api
from bridge.model.clock import Clock
from bridge.model.errors import Throttled, Unreachable
from bridge.model.person import Profile

KNOWN = 20_000
"""Profiles in memory, the least recently wanted given up first."""
FRESH_SECONDS = 3600.0
UNHEARD_SECONDS = 60.0
"""How long a profile counts that events do not keep right: none came since, or some may be missing."""
FEW = 15
"""So many unknown people are asked for one by one."""
PAGE = 900
PATIENCE = 5.0
"""Seconds that one question waits for the list of everybody. After that nobody is known yet, and it is read on."""
RETRY_SECONDS = 60.0


class People:
    """`noted` is told every user object that comes in by an event. `changes`: how often it turned out that somebody is
    a full member no longer, or is one now. `heard_since`: since when every event was heard."""

    def __init__(self, api: Api, clock: Clock, heard_since: Callable[[], float | None] = lambda: None) -> None:
        self._api, self._clock, self._heard_since = api, clock, heard_since
        self.changes = 0
        self._known: OrderedDict[str, tuple[Profile, float]] = OrderedDict()
        self._full: dict[str, float] = {}
        self._outsiders: dict[str, float] = {}
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._listing: asyncio.Task[None] | None = None
        self._listed: float | None = None
        self._tried: float | None = None
        self._checked: float | None = None

    async def profile(self, user: str) -> Profile | None:
        """None where Slack knows no such user, or shows us none. Raises SendFailure."""
        asking = self._asking.setdefault(user, asyncio.Lock())
        async with asking:
            now, known = self._clock.monotonic(), self._known.get(user)
            if known is not None and self._holds(known[1], now):
                self._known.move_to_end(user)
                return known[0]
            try:
                answer = await self._api.call("users.info", user=user, include_locale=True)
            except Unreachable:
                self.forget(user)
                return None
            found = answer.get("user")
            return self.noted(found, now) if isinstance(found, Mapping) else None

    def noted(self, user: Mapping[str, Any], asked: float | None = None) -> Profile | None:
        """A user object as Slack shows it; None where it has no id. `asked`: when it was asked for, where it did not
        come by itself: what was heard since is newer."""
        id = text_in(user, "id")
        if not id:
            return None
        if asked is not None and (heard := self._known.get(id)) and heard[1] > asked:
            return heard[0]
        profile = read_profile(user, self._api.identity.team, self._api.identity.enterprise)
        if not profile.language and (known := self._known.get(id)):
            # Events and lists leave the locale out.
            profile = replace(profile, language=known[0].language)
        now = self._clock.monotonic()
        self._known[id] = profile, now
        self._known.move_to_end(id)
        if len(self._known) > KNOWN:
            self._known.popitem(last=False)
        if id in (self._full if profile.guest else self._outsiders):
            self.changes += 1
        self._forget_standing(id)
        (self._outsiders if profile.guest else self._full)[id] = now
        return profile

    def is_outsider(self, user: str) -> bool:
        """As far as is known."""
        return user in self._outsiders

    def seen(self, users: Collection[str]) -> float:
        """When the standing was learnt that is the oldest among theirs (monotonic seconds)."""
        now = self._clock.monotonic()
        return min((self._full.get(user, self._outsiders.get(user, now)) for user in users), default=now)

    async def all_full(self, users: Collection[str]) -> bool | None:
        """Whether all of them are full members of this organisation; None where that can't be told (yet). Raises
        SendFailure."""
        self._list_in_time()
        unknown = self._unknown(users)
        if len(unknown) > FEW and not self._has_outsider(users) and (listing := self._list()):
            await asyncio.wait([listing], timeout=PATIENCE)
            unknown = self._unknown(users)
        if self._has_outsider(users):
            return False
        if len(unknown) > FEW:
            # Nobody of the workspace is left out of its list: these come from elsewhere, or it was not read yet.
            return False if self._just_listed() else None
        for user in unknown:
            profile = await self.profile(user)
            if profile is None or profile.guest:
                return False
        return True

    def bots(self, users: Collection[str]) -> int:
        """How many of them are known to be bots."""
        return sum(1 for user in users if (known := self._known.get(user)) and known[0].bot)

    async def close(self) -> None:
        if self._listing is not None:
            self._listing.cancel()
            await asyncio.gather(self._listing, return_exceptions=True)

    def _holds(self, learnt: float, now: float) -> bool:
        since = self._heard_since()
        heard = since is not None and since <= learnt
        return now - learnt < (FRESH_SECONDS if heard else UNHEARD_SECONDS)

    def _fresh(self, kept: Mapping[str, float], user: str) -> bool:
        at = kept.get(user)
        return at is not None and self._clock.monotonic() - at < FRESH_SECONDS

    def _just_listed(self) -> bool:
        return self._listed is not None and self._clock.monotonic() - self._listed < FRESH_SECONDS

    def forget(self, user: str) -> None:
        """They are asked for anew, and whatever they are a member of is judged anew."""
        self.changes += user in self._full or user in self._outsiders
        self._known.pop(user, None)
        self._forget_standing(user)

    def forget_all(self) -> None:
        self.changes += 1
        for known in (self._known, self._full, self._outsiders):
            known.clear()

    def _forget_standing(self, user: str) -> None:
        self._full.pop(user, None)
        self._outsiders.pop(user, None)

    def _has_outsider(self, users: Collection[str]) -> bool:
        return any(self._fresh(self._outsiders, user) for user in users)

    def _unknown(self, users: Collection[str]) -> list[str]:
        return [user for user in users if not (self._is_full(user) or self._fresh(self._outsiders, user))]

    def _is_full(self, user: str) -> bool:
        """While nothing is heard they all are for the hour: asking for everybody each minute is more than Slack lets.
        After that they are asked for anew."""
        if self._heard_since() is None:
            return self._fresh(self._full, user)
        return user in self._full and self._holds(self._full[user], self._clock.monotonic())

    def _list_in_time(self) -> None:
        """Everybody is read again before what is known is too old, and after a time in which nothing was heard."""
        now, since = self._clock.monotonic(), self._heard_since()
        if self._checked is None:
            self._checked = now
        missed = since is not None and since > self._checked
        if missed or (self._listed is not None and now - self._listed > FRESH_SECONDS / 2):
            self._list()

    def _list(self) -> asyncio.Task[None] | None:
        """Everybody being read in the background; None where that was tried a moment ago."""
        now = self._clock.monotonic()
        if self._listing is None and (self._tried is None or now - self._tried > RETRY_SECONDS):
            self._tried = now
            self._listing = asyncio.create_task(self._read_all())
            self._listing.add_done_callback(self._read)
        return self._listing

    def _read(self, task: asyncio.Task[None]) -> None:
        self._listing = None
        if not task.cancelled() and task.exception() is None:
            self._listed, self._checked = self._clock.monotonic(), self._tried

    async def _read_all(self) -> None:
        """Every page, at the pace that Slack allows."""
        cursor: str | None = None
        while cursor != "":
            now = self._clock.monotonic()
            try:
                page = await self._api.call("users.list", limit=PAGE, cursor=cursor)
            except Throttled as throttled:
                await asyncio.sleep(float(str(throttled.params["seconds"])))
                continue
            for user in page.get("members") or ():
                if isinstance(user, Mapping):
                    self.noted(user, now)
            meta = page.get("response_metadata")
            cursor = text_in(meta, "next_cursor") if isinstance(meta, Mapping) else ""
