"""Buttons, forms and shortcuts of one workspace. How they are read is `asked`; all lead to the same commands."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bridge.adapters._replies import returned
from bridge.adapters._text import length
from bridge.adapters._walk import listed, word
from bridge.adapters.slack.heard.asked import Asked, Meta, Press, Sent, Shortcut
from bridge.adapters.slack.heard.calls import Calls
from bridge.adapters.slack.heard.read import message_of
from bridge.adapters.slack.heard.walk import ts_in
from bridge.adapters.slack.known.rooms import handles
from bridge.adapters.slack.shown.mrkdwn import users_in
from bridge.adapters.slack.shown.views import INPUT, error_blocks, fields_of, files_of
from bridge.adapters.slack.sockets.link import Ack
from bridge.model.card import Field, Form
from bridge.model.command import Reply, Via
from bridge.model.errors import BridgeError
from bridge.model.inbound import Message, Reacted

FORM_WITHIN = 2.5
"""Seconds in which a sent form is answered in the form itself; Slack gives it up after three."""
SENT = 200
"""Forms that are being worked on, or were lately: one that is sent twice is one request."""
ASK = {"file_access": "check_file_info"}
"""What stands in a file that Slack has to be asked about, since only its id is known."""
NAME, FILES = 80, 10
"""Characters of a file's name, and files, that a form remembers: it holds 3,000 in all. Slack lets ten be sent."""
Along = tuple[tuple[str, str, str], ...]
"""Files of the message that a form is made from: id, name and media type of each."""


class Interactions:
    """Each method does the whole of it, showing the answer included."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._sent: OrderedDict[tuple[str, str], asyncio.Task[Reply]] = OrderedDict()

    async def press(self, press: Press) -> None:
        asked, answers = press.asked, self._calls.answers
        reply = await self._calls.ask(asked, Via.BUTTON)
        if reply.form and press.view and not press.home:
            meta = Meta(reply.form.line, asked.where, asked.thread)
            if await answers.turn_to_form(press.view, reply.form, meta):
                return
        elif reply.form and await self._form(asked, reply.form):
            return
        if press.view and not press.home:
            await answers.turn(press.view, reply.card, Meta("", asked.where, asked.thread))
        elif press.view:
            if not await answers.window(asked.trigger, reply.card):
                await answers.privately(asked.who, asked.where, "", reply.card)
        else:
            await answers.to(asked, reply.card, replace=reply.replaces and press.ephemeral)

    async def sent(self, sent: Sent) -> Ack:
        """The form closes when it was done, and says at its field what was wrong; when it takes long, it closes and
        the answer follows."""
        if not sent.meta.line:
            return self._unread(sent)
        answer = self._answer(sent)
        done, _ = await asyncio.wait({answer}, timeout=FORM_WITHIN)
        if not done:
            self._calls.spawn(self._told(sent, answer))
            return Ack()
        reply = answer.result()
        if not reply.ok:
            # Sent again, it is asked again: what was in the way may be over.
            self._sent.pop(_name(sent), None)
        if reply.form is None:
            if reply.ok:
                self._calls.spawn(self._told(sent, answer))
                return Ack()
            pane = self._calls.answers.pane(reply.card, sent.meta)
            return Ack({"response_action": "update", "view": pane})
        if errors := error_blocks(reply.form):
            return Ack({"response_action": "errors", "errors": errors})
        packed = replace(sent.meta, line=reply.form.line).packed()
        return Ack({"response_action": "update", "view": self._calls.answers.view(reply.form, packed)})

    def _unread(self, sent: Sent) -> Ack:
        """Another version of Bridge made the form, or it was spoilt on the way: nobody knows what it was for."""
        sentence = self._calls.words.say(
            "I no longer know what this form was for. Open it anew, and take your words along."
        )
        pane = self._calls.answers.pane(returned(self._calls.words, sentence, _typed(sent)))
        return Ack({"response_action": "update", "view": pane})

    def _answer(self, sent: Sent) -> asyncio.Task[Reply]:
        """The same form with the same words and files, sent again, is the same request."""
        fields, files, name = fields_of(sent.view), files_of(sent.view), _name(sent)
        task = self._sent.get(name)
        if task is None:
            asked = Asked(sent.who, sent.meta.where, sent.meta.line, "", thread=sent.meta.thread, typed=False)
            task = self._sent[name] = self._calls.spawn(
                self._calls.ask(
                    asked,
                    Via.FORM,
                    key=f"form {sent.id}",
                    fields=fields,
                    files=files,
                    message=sent.meta.message,
                    along=[{"id": id, "name": name, "mimetype": mime, **ASK} for id, name, mime in sent.meta.files],
                )
            )
            if len(self._sent) > SENT:
                self._sent.popitem(last=False)
        return task

    async def _told(self, sent: Sent, answer: asyncio.Task[Reply]) -> None:
        try:
            reply = await answer
        except asyncio.CancelledError:
            asked = Asked(sent.who, sent.meta.where, sent.meta.line, "", thread=sent.meta.thread)
            await self._calls.answers.cut_off(asked, _typed(sent))
            raise
        await self._calls.answers.privately(sent.who, sent.meta.where, sent.meta.thread, reply.card)

    async def shortcut(self, shortcut: Shortcut) -> None:
        """An empty form; for a message of one's own its words stand in it; the author of any other is asked. What is
        shared already is not shared, nor asked about, again."""
        asked = Asked(shortcut.who, shortcut.where, "status", shortcut.trigger, shortcut.url)
        if shortcut.message is None:
            await self._share(asked)
            return
        known = await self._calls.ask(asked, Via.COMMAND, message=ts_in(shortcut.message, "ts"))
        if known.form is None:
            await self._calls.answers.to(asked, known.card)
            return
        author = word(shortcut.message, "user")
        if author == shortcut.who.user:
            text = await self._calls.typed(word(shortcut.message, "text"))
            files = [file for file in listed(shortcut.message, "files") if word(file, "mode") != "tombstone"]
            along = [(word(file, "id"), word(file, "name")[:NAME], word(file, "mimetype")[:NAME]) for file in files]
            await self._share(asked, text, ts_in(shortcut.message, "ts"), tuple(along[:FILES]))
            return
        try:
            reply = await self._consent(shortcut, shortcut.message)
        except BridgeError as error:
            reply = Reply(self._calls.said(self._calls.words.error(error)), ok=False)
        await self._calls.answers.to(asked, reply.card)

    async def _share(self, asked: Asked, text: str = "", message: str = "", along: Along = ()) -> None:
        reply = await self._calls.ask(asked, Via.COMMAND)
        if reply.form is None:
            await self._calls.answers.to(asked, reply.card)
            return
        fields = tuple(self._filled(f, text) if f.name == "text" and text else f for f in reply.form.fields)
        if not await self._form(asked, replace(reply.form, fields=fields), message, along):
            await self._calls.answers.to(asked, reply.card)

    def _filled(self, field: Field, text: str) -> Field:
        if length(text) <= INPUT:
            return replace(field, value=text)
        hint = self._calls.words.say("Your message is longer than fits in here: its end is missing.")
        return replace(field, value=text, hint=hint)

    async def _consent(self, shortcut: Shortcut, it: Mapping[str, Any]) -> Reply:
        """As the share reaction does: its author is asked, and nothing goes out before a yes."""
        words = self._calls.words
        message = await self._message(shortcut, it)
        if message is None:
            return Reply(self._calls.said(words.say("Only what somebody wrote can be shared.")), ok=False)
        emoji = next(iter(self._calls.given.policy.share_emoji), "")
        key = f"{self._calls.us.team} {shortcut.trigger}"
        reply = await self._calls.given.intake.hear(
            Reacted(key, shortcut.who, message.where, message.id, emoji, message)
        )
        asked = Reply(self._calls.said(words.say("Its author is asked first. Nothing goes out before a yes.")))
        return self._calls.remarked(reply or asked, listed(it, "files"))

    async def _message(self, shortcut: Shortcut, it: Mapping[str, Any]) -> Message | None:
        us, where = self._calls.us, await self._calls.named(shortcut.where)
        names = await handles(self._calls.given.log, us.team, users_in(word(it, "text")))
        message = message_of(it, where, us, names)
        return await self._calls.with_files(message, listed(it, "files")) if message else None

    async def _form(self, asked: Asked, form: Form, message: str = "", along: Along = ()) -> bool:
        meta = Meta(form.line, asked.where, asked.thread, message, along)
        return await self._calls.answers.form(asked.trigger, form, meta)


def _name(sent: Sent) -> tuple[str, str]:
    fields, files = sorted(fields_of(sent.view).items()), [word(file, "id") for file in files_of(sent.view)]
    return sent.id, word(sent.view, "hash") + repr((fields, files))


def _typed(sent: Sent) -> str:
    """What somebody wrote into the form."""
    fields = fields_of(sent.view)
    return fields.get("text", "").strip() or "\n".join(value for value in fields.values() if value.strip())
