"""From what somebody asked for to the core and back: the way of dispatching a Call."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bridge.adapters._replies import whole
from bridge.adapters._tasks import Tasks
from bridge.adapters.discord.heard.answers import Answers
from bridge.adapters.discord.heard.asked import Asked
from bridge.adapters.discord.heard.concerns import Us
from bridge.adapters.discord.heard.forms import Offered
from bridge.adapters.discord.heard.walk import person
from bridge.adapters.discord.known.people import People
from bridge.adapters.discord.known.rooms import Room, Rooms
from bridge.adapters.discord.known.texts import Texts
from bridge.adapters.discord.rest.direct import Directs
from bridge.adapters.discord.rest.files import Files
from bridge.adapters.discord.shown.markdown import typed, users_in
from bridge.model.card import Card
from bridge.model.command import Call, Reply, Via, Where
from bridge.model.compose.help import error_reply
from bridge.model.compose.reading import Reader
from bridge.model.errors import BadInput, BridgeError, SendFailure, StoreError
from bridge.model.given import Given
from bridge.model.place import PlaceKind
from bridge.model.say import Words
from bridge.model.text import Plain

PREFIX = "/bridge {}"
MENTIONS = 20
"""People whose handles are looked up for one text; nobody mentions more and means it."""


class Stranger(BadInput):
    """I work for the members of {team} only, and you are in none of their servers that I know."""


class Unknown(BadInput):
    """They are no member of {team}, as far as I know: they are in none of its servers."""


class ElsewhereOnly(BadInput):
    """This server doesn't belong to {team}, so I do nothing here. Whoever runs me can add it: bridge discord setup"""


class Calls:
    """Everything that the doors share."""

    def __init__(
        self,
        us: Us,
        given: Given,
        answers: Answers,
        rooms: Rooms,
        people: People,
        directs: Directs,
        files: Files,
        tasks: Tasks,
    ) -> None:
        self.us, self.given, self.answers, self.rooms, self.people = us, given, answers, rooms, people
        self.directs, self.files, self._tasks = directs, files, tasks
        self.texts = Texts(given.vault)

    @property
    def words(self) -> Words:
        return self.given.words(self.given.policy.language)

    def spawn(self, work: Any) -> asyncio.Task[Any]:
        return self._tasks.spawn(work)

    async def ask(
        self,
        asked: Asked,
        line: str,
        via: Via,
        *,
        where: Where | None = None,
        fields: Mapping[str, str] | None = None,
        files: Sequence[Mapping[str, Any]] = (),
        message: str = "",
        made_from: Offered | None = None,
    ) -> Reply:
        """`files`: attachment objects. `message`: the one it is made from, and `made_from`: as that was; its files hold
        nothing up. Never raises for what cannot be done: that is a Reply."""
        fields = fields or {}
        try:
            await self.met(asked)
            carried, lost = await self._carried(made_from.files if made_from else ())
            if made_from is not None:
                await self.texts.keep(message, made_from.text)
            call = Call(
                key=f"interaction {asked.id}",
                who=asked.who,
                where=await self.named(where or asked.where),
                line=line if via is Via.BUTTON else await self.typed(line),
                at=self.given.clock.now(),
                via=via,
                fields=fields,
                files=(*carried, *await self.files.uploads(files)),
                prefix=PREFIX,
                message=message,
            )
            reply = self._remarked(await self.given.intake.dispatch(call), lost)
        except BridgeError as error:
            given_back = fields.get("text", "") or (line if via is not Via.BUTTON else "")
            reply = error_reply(error, given_back, Reader(self.words, "UTC", self.given.clock.now(), PREFIX))
        return replace(reply, card=whole(self.words, reply))

    async def met(self, asked: Asked) -> None:
        """Somebody uses the bot. Raises Stranger and ElsewhereOnly for those it does nothing for, SendFailure."""
        if asked.guild and asked.guild not in self.us.servers:
            raise ElsewhereOnly(team=self.given.policy.team)
        if asked.guild:
            await self.people.noted(asked.guild, asked.member, asked.locale)
        await self.check_known(asked.who.user)
        await self.directs.met(asked.who.user, "" if asked.guild else asked.channel)

    async def check_known(self, user: str) -> None:
        """Raises Stranger, SendFailure."""
        if await self.people.profile(user) is None:
            raise Stranger(team=self.given.policy.team)

    async def typed(self, text: str) -> str:
        """What somebody typed, with people's handles for their ids."""
        return typed(text, await self.handles(users_in(text)), {}, {})

    async def handles(self, users: Iterable[str]) -> dict[str, str]:
        """By user id; only those that can be known now."""
        found: dict[str, str] = {}
        for user in sorted(users)[:MENTIONS]:
            try:
                # A number that nobody has, or that Discord tells nothing of just now, makes no person.
                if await self.people.profile(user) is not None:
                    found[user] = await self.given.log.handle(person(user))
            except StoreError:
                break
            except SendFailure:
                continue
        return found

    async def named(self, where: Where) -> Where:
        """With its name, and whether everybody may read it, where that can be known."""
        if where.kind is PlaceKind.DIRECT:
            return where
        try:
            room = await self.rooms.look(where.workspace, where.key)
        except SendFailure:
            return where
        return as_place(where, room)

    async def _carried(self, files: Sequence[Mapping[str, Any]]) -> tuple[list[Any], list[str]]:
        """Those that can be had, and the names of the others."""
        found, lost = list[Any](), list[str]()
        for file in files:
            try:
                found += await self.files.uploads([file])
            except BadInput:
                lost.append(str(file.get("filename")))
        return found, lost

    def _remarked(self, reply: Reply, lost: Sequence[str]) -> Reply:
        if not lost or not reply.ok:
            return reply
        names = self.words.list(lost)
        remark = self.words.say("I couldn't take {names} along: too many, too big, or not to be had.", names=names)
        return replace(reply, card=replace(reply.card, footer=(*reply.card.footer, remark)))

    def said(self, sentence: str) -> Card:
        return Card(text=(Plain(sentence),))


def as_place(where: Where, room: Room) -> Where:
    kind = PlaceKind.THREAD if room.thread else PlaceKind.CHANNEL
    return replace(where, kind=kind, name=room.name or where.name, private=room.private)
