"""Shows people's own pages anew when something on them changed. It stands in front of the Intake and looks on.

A page is remembered in memory, for an hour after it was opened: whoever opens it later gets it fresh in any case.
What changed by way of another process is told by a word, which may be lost.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bridge.model.card import Card
from bridge.model.command import Call, Reply, Suggestion, Where, Who
from bridge.model.errors import SendFailure, StoreError, Throttled
from bridge.model.given import Intake, News, Unheard
from bridge.model.inbound import HomeOpened, Inbound, Reacted, Said, StatusSet, Unreacted
from bridge.services.world import World

log = logging.getLogger(__name__)

REMEMBERED = timedelta(hours=1)
BETWEEN = timedelta(seconds=2)
"""Between two showings of one page."""
AT_ONCE = 10
"""Pages that one tick shows."""
MOST = 1000
CHANGED = "home"
"""How the word begins that somebody's page changed."""

Account = tuple[str, str, str]


class Pages(Intake, Protocol):
    """Commands, which compose pages too."""

    async def home(self, who: Who) -> Card: ...


@dataclass(slots=True)
class _Open:
    """A page that somebody looks at. `shown`: what stands on it; `free`: when it may be shown again."""

    who: Who
    opened: datetime
    shown: Card | None
    free: datetime
    changed: bool = False


class Homes:
    """The Intake as adapters get it, with the pages that are open on platforms that have some."""

    def __init__(self, world: World, commands: Pages, news: News | None = None) -> None:
        self._world, self._commands, self._news = world, commands, news or Unheard()
        self._news.hear(self._told)
        self._open: dict[Account, _Open] = {}
        """Those opened longest ago first."""

    async def dispatch(self, call: Call) -> Reply:
        reply = await self._commands.dispatch(call)
        if reply.ok:
            self._changed(call.who)
        return reply

    async def complete(self, who: Who, where: Where, typed: str, prefix: str) -> Sequence[Suggestion]:
        return await self._commands.complete(who, where, typed, prefix)

    async def hear(self, event: Inbound) -> Reply | None:
        reply = await self._commands.hear(event)
        match event:
            case HomeOpened():
                self._opened(event.who, reply.card if reply else None)
            case Said() if reply and reply.ok:
                self._changed(event.message.author)
            case Reacted() | Unreacted() | StatusSet() if reply and reply.ok:
                self._changed(event.who)
            case _:
                pass
        return reply

    async def tick(self) -> int:
        """Shows anew what changed, at most so many pages; the others are the next tick's. Returns how many it asked
        for. Raises StoreError, with nothing forgotten."""
        now = self._world.now()
        self._forget(now)
        due = [page for page in self._open.values() if page.changed and page.free <= now]
        return sum([await self._show(page) for page in sorted(due, key=lambda page: page.free)[:AT_ONCE]])

    async def _show(self, page: _Open) -> bool:
        """False where nothing had to be asked of the platform."""
        home, page.changed = self._world.home(page.who.platform), False
        if home is None:
            return False
        try:
            card = await self._commands.home(page.who)
        except StoreError:
            page.changed = True
            raise
        if card == page.shown:
            return False
        page.free = self._world.now() + BETWEEN
        try:
            await home.refresh(page.who, card)
        except Throttled as failure:
            page.changed = True
            page.free += timedelta(seconds=float(str(failure.params.get("seconds", 1))))
        except SendFailure as failure:
            log.warning("a personal page was not shown anew: %s", failure.english())
        else:
            page.shown = card
        return True

    def _opened(self, who: Who, shown: Card | None) -> None:
        if self._world.home(who.platform) is None:
            return
        now = self._world.now()
        self._open.pop(_account(who), None)
        self._open[_account(who)] = _Open(who, now, shown, now + BETWEEN)
        while len(self._open) > MOST:
            del self._open[next(iter(self._open))]

    def _changed(self, who: Who) -> None:
        if page := self._open.get(_account(who)):
            page.changed = True
        self._news.tell(" ".join((CHANGED, *_account(who))))

    def _told(self, word: str) -> None:
        topic, *account = word.split(" ")
        if topic == CHANGED and (page := self._open.get(tuple(account))):  # type: ignore[arg-type]  # a key of another length is nobody's
            page.changed = True

    def _forget(self, now: datetime) -> None:
        for account, page in list(self._open.items()):
            if now - page.opened >= REMEMBERED:
                del self._open[account]


def _account(who: Who) -> Account:
    return who.platform, who.workspace, who.user
