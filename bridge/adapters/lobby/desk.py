"""What people do in the lobby: type, press, react, remove. Turns each into the core's calls and tells the open streams.

Nothing of HTTP or HTML here; who may do it was settled by `guard`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import regex

from bridge.adapters.lobby.hub import Hub, What
from bridge.adapters.lobby.people import NAME, PLATFORM, WORKSPACE, Invites, People, Visitor
from bridge.adapters.lobby.standing import Entry, Standing, entry_of_line, message_id
from bridge.model.clean import clean
from bridge.model.command import Call, Reply, Suggestion, Via, Where
from bridge.model.errors import LineTooLong, StoreError
from bridge.model.given import Given
from bridge.model.ids import AccountId
from bridge.model.inbound import Message, Opened, Reacted, Removed, Said, Unreacted
from bridge.model.place import Circle, Place
from bridge.model.post import Upload

log = logging.getLogger(__name__)

PREFIX = "/{}"
DIRECT = "@me"
"""How one's own direct message with the bridge is named in addresses and the JSON API."""
LIMIT_LINE = 4000
"""Characters of an ordinary line."""
CHANNELS = ("general", "random")
"""The channels of a new database."""

_NAMED = regex.compile(r"@bridge\b[\s,:]*", regex.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Room:
    """A place as one visitor sees it. `key` is `DIRECT` for their direct message."""

    key: str
    where: Where
    place: Place


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of something typed: the private reply, and the line that now stands, where there is one."""

    reply: Reply | None = None
    entry: Entry | None = None


class Desk:
    """Shared by the page and the JSON API."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.people = People(given.vault)
        self.invites = Invites(given.vault, given.clock)
        self.standing = Standing(given.log, given.shown)
        self.hub = Hub()

    async def open(self) -> None:
        """Says what the lobby is, and makes the channels of a new database.

        It stands in for the team's own chat and never takes its place: the first real workspace is team beside it.
        """
        key = f"{PLATFORM} opened {self.given.clock.now().isoformat()}"
        try:
            await self.given.intake.hear(Opened(key, PLATFORM, WORKSPACE, NAME, Circle.TEAM))
        except StoreError as error:  # what stands here can be read all the same
            log.warning("The lobby: %s", error.english())
        await self.people.load()
        if not await self.given.log.channels(PLATFORM, WORKSPACE):
            for name in CHANNELS:
                await self.given.log.place(Where(PLATFORM, WORKSPACE, name, name=name))

    async def channels(self) -> list[Place]:
        return await self.given.log.channels(PLATFORM, WORKSPACE)

    async def room(self, visitor: Visitor, key: str) -> Room | None:
        """The channel of that key, or the visitor's direct message; None where there is no such channel."""
        if key == DIRECT:
            return Room(DIRECT, visitor.direct, await self.given.log.place(visitor.direct))
        for place in await self.channels():
            if place.key == key:
                return Room(key, Where(PLATFORM, WORKSPACE, key, name=place.name, private=place.private), place)
        return None

    async def account(self, visitor: Visitor) -> AccountId:
        """The visitor's account, made when new."""
        return await self.given.log.account(visitor.who)

    async def zone(self, visitor: Visitor) -> str:
        """The visitor's time zone, as they read everything else."""
        return await self.given.log.zone(visitor.who)

    async def type(
        self,
        visitor: Visitor,
        room: Room,
        typed: str,
        key: str = "",
        thread: str | None = None,
        files: Sequence[Upload] = (),
    ) -> Answer:
        """A line of the composer: a command where it begins with a slash, else something for everyone here.

        Raises LineTooLong."""
        text = clean(typed)
        if text.startswith("/"):
            line = text[1:].strip() or "help"
            return Answer(await self._call(visitor, room, line, Via.COMMAND, key, files=files))
        if not text:
            return Answer()
        if len(text) > LIMIT_LINE:
            raise LineTooLong(over=len(text) - LIMIT_LINE, limit=LIMIT_LINE)
        return await self._say(visitor, room, text, key, thread)

    async def press(
        self, visitor: Visitor, room: Room, line: str, fields: Mapping[str, str] | None = None, key: str = ""
    ) -> Reply:
        """A button, or a form that was filled in."""
        via = Via.BUTTON if fields is None else Via.FORM
        cleaned = {name: clean(value) for name, value in (fields or {}).items()}
        return await self._call(visitor, room, clean(line), via, key, fields=cleaned)

    async def complete(self, visitor: Visitor, room: Room, typed: str) -> Sequence[Suggestion]:
        """For what stands before the cursor. An ordinary line completes names and tags as an update would."""
        line = typed.lstrip()
        if line.startswith("/"):
            line = line[1:]
        elif line.split(" ")[-1][:1] in ("#", "@") and line.split(" ")[-1]:
            line = f"status {line}"
        else:
            return ()
        return await self.given.intake.complete(visitor.who, room.where, line, PREFIX)

    async def react(self, visitor: Visitor, room: Room, message: str, emoji: str) -> Answer | None:
        """Puts the reaction there, or takes it away where it was; None where there is no such message."""
        entry = await self.standing.one(room.place, message)
        if entry is None:
            return None
        log, key = self.given.log, self._key(visitor, "")
        event: Reacted | Unreacted
        if await log.react(room.place, message, visitor.who, emoji, on=True):
            subject = await self._subject(room, entry)
            event = Reacted(key, visitor.who, room.where, message, emoji, subject)
        else:
            await log.react(room.place, message, visitor.who, emoji, on=False)
            event = Unreacted(key, visitor.who, room.where, message, emoji)
        fresh = await self.standing.with_reactions(room.place, entry)
        self.hub.tell(What.CHANGED, room.place.id, message, fresh)
        return Answer(await self.given.intake.hear(event), fresh)

    async def remove(self, visitor: Visitor, room: Room, message: str) -> bool | None:
        """Takes one's own line away; False where it is somebody else's, None where it is not there."""
        entry = await self.standing.one(room.place, message)
        if entry is None or entry.card is not None:
            return None
        if entry.account != str(await self.account(visitor)):
            return False
        await self.given.log.remove(int(message))
        self.hub.tell(What.REMOVED, room.place.id, message)
        await self.given.intake.hear(Removed(self._key(visitor, ""), room.where, message))
        return True

    async def _say(self, visitor: Visitor, room: Room, text: str, key: str, thread: str | None) -> Answer:
        line = await self.given.log.add(room.place, visitor.who, text, thread)
        entry = entry_of_line(line)
        self.hub.tell(What.ADDED, room.place.id, entry.id, entry)
        if thread:
            await self._refresh(room, thread)
        named = _NAMED.match(text)
        to_us = bool(named) or room.key == DIRECT
        if not to_us and not thread:
            return Answer(entry=entry)
        said = text[named.end() :] if named else text
        message = Message(room.where, entry.id, visitor.who, said, line.at, thread)
        return Answer(await self.given.intake.hear(Said(self._key(visitor, key), message, to_us)), entry)

    async def _refresh(self, room: Room, message: str) -> None:
        """The count of replies under a message changed."""
        if parent := await self.standing.one(room.place, message):
            self.hub.tell(What.CHANGED, room.place.id, message, parent)

    async def _subject(self, room: Room, entry: Entry) -> Message | None:
        """The ordinary message that a reaction is about, as its author's."""
        if entry.card is not None:
            return None
        line = await self.given.log.line(int(entry.id))
        if line is None:
            return None
        author = await self._author(entry)
        if author is None:
            return None
        return Message(room.where, message_id(line.id), author.who, line.text, line.at, line.thread)

    async def _author(self, entry: Entry) -> Visitor | None:
        for visitor in self.people.everybody():
            if visitor.name == entry.author and str(await self.account(visitor)) == entry.account:
                return visitor
        return None

    async def _call(
        self,
        visitor: Visitor,
        room: Room,
        line: str,
        via: Via,
        key: str,
        fields: Mapping[str, str] | None = None,
        files: Sequence[Upload] = (),
    ) -> Reply:
        reply = await self.given.intake.dispatch(
            Call(
                key=self._key(visitor, key),
                who=visitor.who,
                where=room.where,
                line=line,
                at=self.given.clock.now(),
                via=via,
                fields=fields or {},
                files=tuple(files),
                prefix=PREFIX,
            )
        )
        if reply.ok and line in ("samples on", "samples off"):
            await self.people.show_samples(line == "samples on")
        # What is given back goes into the composer: without its slash it would be said to everyone.
        return replace(reply, typed=f"/{reply.typed}") if reply.typed else reply

    def _key(self, visitor: Visitor, key: str) -> str:
        """The unique name of a request: the one its maker gave it (twice the same is one request), else a fresh one."""
        return f"{PLATFORM}:{visitor.user}:{key[:64]}" if key else f"{PLATFORM}:{self.given.ids.new()}"
