"""From what somebody asked for to the core and back: one workspace's way of dispatching a Call."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from bridge.adapters._replies import whole
from bridge.adapters._tasks import Tasks
from bridge.adapters.slack.heard.answers import Answers
from bridge.adapters.slack.heard.asked import Asked
from bridge.adapters.slack.heard.concerns import Us
from bridge.adapters.slack.known import rooms
from bridge.adapters.slack.known.rooms import Rooms
from bridge.adapters.slack.shown.mrkdwn import typed, users_in
from bridge.adapters.slack.web.api import Api
from bridge.adapters.slack.web.files import MOST, FilesClosed, kept_out, named_only
from bridge.model.card import Card, Form
from bridge.model.command import Call, Reply, Via, Where
from bridge.model.compose.help import error_reply
from bridge.model.compose.reading import Reader
from bridge.model.errors import FILES, BadInput, BridgeError, SendFailure
from bridge.model.given import Given
from bridge.model.inbound import Message
from bridge.model.place import PlaceKind
from bridge.model.post import Upload
from bridge.model.say import Words
from bridge.model.text import Plain


class Files(Protocol):
    """What fetches the files that came with a form or a message."""

    async def __call__(self, files: Sequence[object]) -> tuple[Upload, ...]:
        """Raises BadInput for what can't be taken. Where none may be read, there are none."""
        ...


class Calls:
    """Everything that the doors of one workspace share."""

    def __init__(
        self, us: Us, given: Given, api: Api, answers: Answers, rooms: Rooms, tasks: Tasks, files: Files, prefix: str
    ) -> None:
        self.us, self.given, self.api, self.answers, self.rooms, self.files = us, given, api, answers, rooms, files
        self.prefix = prefix
        self._tasks = tasks

    @property
    def words(self) -> Words:
        return self.given.words(self.given.policy.language)

    def spawn(self, work: Any) -> asyncio.Task[Any]:
        return self._tasks.spawn(work)

    async def ask(
        self,
        asked: Asked,
        via: Via,
        *,
        key: str = "",
        fields: Mapping[str, str] | None = None,
        files: Sequence[object] = (),
        message: str = "",
        along: Sequence[Mapping[str, Any]] = (),
    ) -> Reply:
        """`key`: what names the request, by default its trigger. `files`: Slack's file objects. `message`: the one it
        is made from. `along`: files of that message, which hold nothing up. Never raises for what cannot be done: that
        is a Reply."""
        try:
            line = await self.typed(asked.line) if asked.typed else asked.line
            carried, lost = await self._carried(along)
            call = Call(
                key=f"{self.us.team} {key or asked.trigger}",
                who=asked.who,
                where=await self.named(asked.where),
                line=line,
                at=self.given.clock.now(),
                via=via,
                fields=fields or {},
                files=(*carried, *await self.files(files)),
                prefix=self.prefix,
                message=message,
            )
            reply = self.remarked(await self.given.intake.dispatch(call), [*along, *files], lost)
        except BridgeError as error:
            reply = self._refused(asked, error, fields or {})
        return replace(reply, card=whole(self.words, reply))

    async def with_files(self, message: Message, files: Sequence[object], meant: bool = True) -> Message:
        """`meant`: it was written to be shared, so that nothing of it is passed over in silence. Raises BadInput for
        what can't be taken, and where nothing else is there."""
        found = await self.files(files)
        name = kept_out(files, self.api.identity.scopes)
        if meant and name and not message.text.strip():
            raise FilesClosed(name=name)
        return replace(message, files=found)

    async def _carried(self, files: Sequence[Mapping[str, Any]]) -> tuple[list[Upload], list[str]]:
        """Those that can be had, and the names of the others."""
        found: list[Upload] = []
        lost = [str(file.get("name")) for file in files[MOST:]]
        for file in files[:MOST]:
            try:
                found += await self.files([file])
            except BadInput:
                lost.append(str(file.get("name")))
        return found, lost

    def remarked(self, reply: Reply, files: Sequence[object], lost: Sequence[str] = ()) -> Reply:
        """The answer, with what became of the files that Slack told of. `lost`: the names of what could not be had."""
        scopes, say = self.api.identity.scopes, self.words.say
        about_them = reply.post is not None or bool(reply.card.media)
        names = self.words.list(named_only(files, scopes)) if about_them else ""
        if kept_out(files, scopes):
            remark = say("Its files did not come along: I'm not allowed to read files here.")
        elif lost:
            remark = say(
                "I couldn't take {names} along: too many, too big, or not to be had.", names=self.words.list(lost)
            )
        elif names and "files:write" in scopes:
            remark = say("Others in Slack see only the name of {names}: messages show PNG, JPEG and GIF.", names=names)
        elif names:
            remark = say("Others in Slack see only the name of {names}: I'm not allowed to show files.", names=names)
        else:
            return reply
        return replace(reply, card=replace(reply.card, footer=(*reply.card.footer, remark))) if reply.ok else reply

    def _refused(self, asked: Asked, error: BridgeError, fields: Mapping[str, str]) -> Reply:
        """With what was typed. What is wrong with a form's files stands at them, and the form stays as it is."""
        typed = fields.get("text", "") or (asked.line if asked.typed else "")
        reply = error_reply(error, typed, Reader(self.words, "UTC", self.given.clock.now(), self.prefix))
        if fields and isinstance(error, BadInput) and error.field == FILES:
            sentence = self.words.error(error)
            return replace(reply, form=Form("", asked.line, (), "", files=1, files_error=sentence))
        return reply

    async def typed(self, mrkdwn: str) -> str:
        """What somebody typed, with people's handles for their ids."""
        return typed(mrkdwn, await rooms.handles(self.given.log, self.us.team, users_in(mrkdwn)))

    async def named(self, where: Where) -> Where:
        """With the channel's name, where it can be known: commands do not tell a private one's."""
        if where.kind is not PlaceKind.CHANNEL or where.name:
            return where
        try:
            room = await self.rooms.look(where.key)
        except SendFailure:
            return where
        return replace(where, name=room.name, private=where.private if room.private is None else room.private)

    def said(self, sentence: str) -> Card:
        return Card(text=(Plain(sentence),))
