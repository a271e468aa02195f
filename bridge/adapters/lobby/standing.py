"""What stands in a place: ordinary lines (Log) and delivered cards (Shown) as one sequence, ordered by message id.

Reading only; how an entry looks is `render`'s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bridge.model.card import Card
from bridge.model.given import Log, Shown, ShownMessage
from bridge.model.ids import made_at
from bridge.model.kept import Line
from bridge.model.place import Place
from bridge.model.scan import parse
from bridge.model.text import Text

LINE = "line"
"""The kind of an ordinary line; a card's is its delivery's."""
PAGE = 50
BATCH = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of a place. A line has `text` and the `account` that wrote it; a card has `card`.

    `thread`: the message it stands under. `replies`: how many stand under it. `post`: the update's id, as text.
    """

    id: str
    author: str
    at: datetime
    kind: str
    text: Text = ()
    card: Card | None = None
    account: str = ""
    post: str | None = None
    thread: str | None = None
    replies: int = 0
    reactions: tuple[tuple[str, int], ...] = ()


def message_id(number: int) -> str:
    """An id as text that sorts like the number."""
    return f"{number:019d}"


def entry_of_line(line: Line) -> Entry:
    return Entry(
        message_id(line.id),
        line.name,
        line.at,
        LINE,
        text=parse(line.text),
        account=str(line.account),
        thread=line.thread,
    )


def entry_of_shown(shown: ShownMessage) -> Entry:
    author = shown.card.byline.name if shown.card.byline else ""
    return Entry(shown.message, author, shown.at, shown.kind, card=shown.card, post=shown.post)


def entry_of_card(message: str, card: Card) -> Entry:
    """A card that was just handed in: its kind is read off it, since the delivery is not settled yet."""
    author = card.byline.name if card.byline else ""
    kind = "live" if card.post is not None or card.joined else "notice"
    return Entry(message, author, made_at(int(message)), kind, card=card)


class Standing:
    """Reads places. Every list is oldest first; entries carry their reactions, and lines how many stand under them."""

    def __init__(self, log: Log, shown: Shown) -> None:
        self._log = log
        self._shown = shown

    async def newest(self, place: Place, before: str | None = None, limit: int = PAGE) -> tuple[list[Entry], bool]:
        """The newest `limit` outside threads, or those before a message; and whether there are earlier ones."""
        top: list[Entry] = []
        under: Counter[str] = Counter()
        at = int(before) if before else None
        if at is not None:
            under = await self._under(place, after=at)
        while len(top) <= limit:
            lines = await self._log.lines(place, before=at, limit=BATCH)
            under.update(line.thread for line in lines if line.thread)
            top = [entry_of_line(line) for line in lines if not line.thread] + top
            if len(lines) < BATCH:
                break
            at = lines[0].id
        cards = await self._shown.messages(place, before=before, limit=limit + 1)
        both = _merged(top, [entry_of_shown(card) for card in cards])
        kept = both[-limit:]
        counted = [replace(entry, replies=under[entry.id]) for entry in kept]
        return await self._with_reactions(place, counted), len(both) > limit

    async def after(self, place: Place, after: str, limit: int = PAGE) -> list[Entry]:
        """The first `limit` after a message, those in threads too."""
        lines = await self._log.lines(place, after=int(after), limit=limit)
        cards = await self._shown.messages(place, after=after, limit=limit)
        both = _merged([entry_of_line(line) for line in lines], [entry_of_shown(card) for card in cards])
        return await self._with_reactions(place, both[:limit])

    async def latest(self, place: Place, limit: int = PAGE) -> list[Entry]:
        """The newest `limit`, those in threads too."""
        lines = await self._log.lines(place, limit=limit)
        cards = await self._shown.messages(place, limit=limit)
        both = _merged([entry_of_line(line) for line in lines], [entry_of_shown(card) for card in cards])
        return await self._with_reactions(place, both[-limit:])

    async def one(self, place: Place, message: str) -> Entry | None:
        """The message, with what belongs to it."""
        if not message.isascii() or not message.isdigit() or len(message) != len(message_id(0)):
            return None
        line = await self._log.line(int(message))
        if line is not None and line.place == place.id:
            under = await self._under(place, after=line.id)
            entry = replace(entry_of_line(line), replies=under[message])
        elif card := await self._shown.message(place, message):
            entry = entry_of_shown(card)
        else:
            return None
        return (await self._with_reactions(place, [entry]))[0]

    async def thread(self, place: Place, parent: str) -> list[Entry]:
        """What stands under a message, without the message itself."""
        found = [line async for line in self._later(place, int(parent)) if line.thread == parent]
        return await self._with_reactions(place, [entry_of_line(line) for line in found])

    async def with_reactions(self, place: Place, entry: Entry) -> Entry:
        return (await self._with_reactions(place, [entry]))[0]

    async def _under(self, place: Place, after: int) -> Counter[str]:
        return Counter([line.thread async for line in self._later(place, after) if line.thread])

    async def _later(self, place: Place, after: int) -> AsyncIterator[Line]:
        while True:
            lines = await self._log.lines(place, after=after, limit=BATCH)
            for line in lines:
                yield line
            if len(lines) < BATCH:
                return
            after = lines[-1].id

    async def _with_reactions(self, place: Place, entries: list[Entry]) -> list[Entry]:
        if not entries:
            return entries
        counts = await self._log.reactions(place, [entry.id for entry in entries])
        return [replace(entry, reactions=tuple(counts.get(entry.id, ()))) for entry in entries]


def _merged(lines: Sequence[Entry], cards: Sequence[Entry]) -> list[Entry]:
    return sorted([*lines, *cards], key=lambda entry: entry.id)
