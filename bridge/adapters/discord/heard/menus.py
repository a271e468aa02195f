"""What is done with a message or a person by their menus (Apps): sharing, following, asking who it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from bridge.adapters._text import length
from bridge.adapters._walk import at, word
from bridge.adapters.discord.heard import read
from bridge.adapters.discord.heard.asked import Asked, OnMessage, OnPerson
from bridge.adapters.discord.heard.calls import Calls, Unknown
from bridge.adapters.discord.heard.concerns import by_program
from bridge.adapters.discord.heard.forms import Forms, Offered
from bridge.adapters.discord.heard.read import Known
from bridge.adapters.discord.heard.walk import id_in, person
from bridge.adapters.discord.install.commands import FOLLOW
from bridge.adapters.discord.shown.markdown import users_in
from bridge.adapters.discord.shown.modals import TEXT
from bridge.model.card import Field
from bridge.model.command import Reply, Via
from bridge.model.errors import BridgeError
from bridge.model.inbound import Message, Reacted

Answered = Callable[..., Awaitable[None]]


class Menus:
    """`answered(asked, reply, typed, message=…)` shows what comes of a coroutine that gives a Reply."""

    def __init__(self, calls: Calls, forms: Forms, answered: Answered) -> None:
        self._calls, self._forms, self._answered = calls, forms, answered

    async def share(self, on: OnMessage) -> None:
        """One's own message opens a form with its words; the author of any other is asked. What is shared already is
        neither shared nor asked about again."""
        await self._answered(on.asked, self._shared(on), "", message=id_in(on.message, "id"))

    async def of_person(self, of: OnPerson, people: Mapping[str, Mapping[str, Any]]) -> None:
        await self._answered(of.asked, self._about(of, people), "")

    async def _shared(self, on: OnMessage) -> Reply:
        asked, it = on.asked, on.message
        where = asked.around or asked.where
        known = await self._calls.ask(asked, "status", Via.COMMAND, where=where, message=id_in(it, "id"))
        if known.form is None:
            return known
        if id_in(it, "author", "id") == asked.who.user:
            text = await self._calls.typed(word(it, "content"))
            self._forms.offer(id_in(it, "id"), asked.who.user, Offered(text, read.files_of(it)))
            fields = tuple(self._filled(f, text) if f.name == "text" and text else f for f in known.form.fields)
            return replace(known, form=replace(known.form, fields=fields))
        try:
            return await self._consent(asked, it)
        except BridgeError as error:
            return Reply(self._calls.said(self._calls.words.error(error)), ok=False)

    def _filled(self, field: Field, text: str) -> Field:
        if length(text) <= TEXT:
            return replace(field, value=text)
        hint = self._calls.words.say("Your message is longer than fits in here: its end is missing.")
        return replace(field, value=text, hint=hint)

    async def _consent(self, asked: Asked, it: Mapping[str, Any]) -> Reply:
        """As the share reaction does: its author is asked, and nothing goes out before a yes."""
        words = self._calls.words
        message = await self._message(asked, it)
        if message is None:
            return Reply(self._calls.said(words.say("Only what somebody wrote can be shared.")), ok=False)
        if not await self._calls.directs.knows(message.author.user):
            sentence = words.say(
                "Its author has never used me, so I may not write to them. Once they have, I can ask them."
            )
            return Reply(self._calls.said(sentence), ok=False)
        emoji = next(iter(self._calls.given.policy.share_emoji), "")
        await self._calls.texts.keep(message.id, message.text)
        reply = await self._calls.given.intake.hear(
            Reacted(f"share {asked.id}", asked.who, message.where, message.id, emoji, message)
        )
        sentence = words.say("Its author is asked first. Nothing goes out before a yes.")
        return reply or Reply(self._calls.said(sentence))

    async def _message(self, asked: Asked, it: Mapping[str, Any]) -> Message | None:
        if by_program(it, self._calls.us):
            return None
        where = await self._calls.named(asked.around or asked.where)
        names = await self._calls.handles(users_in(word(it, "content")))
        message = read.message_of(it, where, self._calls.us, Known(handles=names))
        files = read.files_of(it)
        if message is None or not (message.text.strip() or files):
            return None
        return replace(message, files=await self._calls.files.uploads(files))

    async def _about(self, of: OnPerson, people: Mapping[str, Mapping[str, Any]]) -> Reply:
        words = self._calls.words
        if at(people.get(of.user), "bot") is True:
            return Reply(self._calls.said(words.say("That is a program, and shares nothing.")), ok=False)
        try:
            await self._calls.met(of.asked)
            if await self._calls.people.profile(of.user) is None:
                raise Unknown(team=self._calls.given.policy.team)
            handle = await self._calls.given.log.handle(person(of.user))
        except BridgeError as error:
            return Reply(self._calls.said(words.error(error)), ok=False)
        verb = "follow" if of.name == FOLLOW else "who"
        return await self._calls.ask(of.asked, f"{verb} @{handle}", Via.COMMAND)
