"""Interactions: commands and what completes them, buttons, menus and forms. All lead to the same verbs.

Each is answered within a quarter of a second, whatever the store does: with what came of it, or with the promise of it.
What happens to messages and people by their menus is `menus`'; events are `hearing`'s.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
from asyncio import sleep
from collections import OrderedDict
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

from bridge.adapters._replies import restarting
from bridge.adapters.discord.heard import asked as read
from bridge.adapters.discord.heard.asked import Asked, Press, Sent
from bridge.adapters.discord.heard.calls import PREFIX, Calls
from bridge.adapters.discord.heard.forms import AGAIN, Forms
from bridge.adapters.discord.heard.menus import Menus
from bridge.adapters.discord.heard.options import choices_of, focused, line_of
from bridge.adapters.discord.heard.walk import id_in, number_in
from bridge.adapters.discord.shown.modals import fields_of, files_of
from bridge.model.card import Action, Card, Style
from bridge.model.command import Reply, Via
from bridge.model.errors import BridgeError, StoreError
from bridge.model.text import Plain

log = logging.getLogger(__name__)

QUICK = 0.25
"""Seconds after which an interaction is answered without what came of it."""
COMPLETE_WITHIN = 2.0
OTHERS_FIRST = 1.0
"""Seconds."""
KNOWN = 2000
"""Interactions that are remembered in memory, so that one which comes twice (after a resume) is done once."""


class Doors:
    """`take` returns at once; the work goes on by itself."""

    def __init__(self, calls: Calls) -> None:
        self._calls, self._forms = calls, Forms()
        self._menus = Menus(calls, self._forms, self._answered)
        self._seen: OrderedDict[str, None] = OrderedDict()

    def take(self, d: Mapping[str, Any]) -> asyncio.Task[Any] | None:
        """None for what can't be read: it never will be. Also for what came before."""
        if not self._new(id_in(d, "id")):
            return None
        if number_in(d, "type") == read.COMPLETION:
            asked = read.asked(d)
            return self._calls.spawn(self._complete(asked, d)) if asked else None
        asked, work = read.asked(d), self._work(d)
        return self._calls.spawn(self._safely(asked, work)) if asked is not None and work is not None else None

    async def _safely(self, asked: Asked, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:
            # The last line before a person: a sentence, whatever it was.
            log.exception("the interaction %s failed", asked.id)
            await self._calls.answers.show(asked, self._calls.said(self._calls.words.error(BridgeError())))

    async def _once(self, id: str, ask: Coroutine[Any, Any, Reply]) -> Reply | None:
        """None where another process did it. Where the database does not answer, another one may have heard of it too
        whose does: that one goes first."""
        inbox, key = self._calls.given.inbox, f"- interaction {id}"
        try:
            new = await inbox.remember(key, b"")
        except StoreError:
            new = True
            await sleep(OTHERS_FIRST)
        if not new:
            ask.close()
            return None
        self._calls.spawn(self._noted(key))
        return await ask

    async def _noted(self, key: str) -> None:
        """There is nothing of it to take up after a crash: Discord takes an answer for three seconds only."""
        with contextlib.suppress(StoreError):
            await self._calls.given.inbox.done(key)

    def _work(self, d: Mapping[str, Any]) -> Coroutine[Any, Any, None] | None:
        match number_in(d, "type"):
            case read.COMMAND:
                return self._command(d)
            case read.COMPONENT if press := read.press(d):
                return self._press(press)
            case read.FORM if sent := read.sent(d):
                return self._sent(sent)
        return None

    def _command(self, d: Mapping[str, Any]) -> Coroutine[Any, Any, None] | None:
        match number_in(d, "data", "type"):
            case read.TYPED if asked := read.asked(d):
                line = line_of(d.get("data"))
                ask = self._calls.ask(asked, line.line, Via.COMMAND, files=line.attachments)
                return self._answered(asked, ask, line.line)
            case read.OF_MESSAGE if on := read.on_message(d):
                return self._menus.share(on)
            case read.OF_PERSON if of := read.on_person(d):
                return self._menus.of_person(of, read.people_in(d))
        return None

    async def _press(self, press: Press) -> None:
        if press.asks:
            await self._calls.answers.show(press.asked, self._sure(press))
            return
        if press.line.startswith(AGAIN):
            await self._again(press.asked, press.line.removeprefix(AGAIN))
            return
        ask = self._calls.ask(press.asked, press.line, Via.BUTTON)
        await self._answered(press.asked, ask, "", replace=press.ephemeral)

    def _sure(self, press: Press) -> Card:
        """Discord's buttons ask nothing, so the question is an answer of its own."""
        words = self._calls.words
        question = words.say("Sure? “{label}” can't be undone.", label=press.label or press.line)
        return Card(
            text=(Plain(question),), actions=(Action(press.label or words.say("Yes"), press.line, Style.DANGER),)
        )

    async def _sent(self, sent: Sent) -> None:
        """A form can't say at its field what is wrong, so the answer gives everything back, and a way to go on."""
        fields, offered = fields_of(sent.data), self._forms.offered(sent.message, sent.asked.who.user)
        message = sent.message if offered else ""
        ask = self._calls.ask(
            sent.asked,
            sent.line,
            Via.FORM,
            where=sent.asked.around if offered else None,
            fields=fields,
            files=files_of(sent.data),
            message=message,
            made_from=offered,
        )
        typed = fields.get("text", "") or "\n".join(value for value in fields.values() if value.strip())
        await self._answered(sent.asked, ask, typed, message=message)

    async def _again(self, asked: Asked, key: str) -> None:
        """A form that was refused, once more, as it was filled in."""
        words = self._calls.words
        kept = self._forms.kept(key, asked.who.user)
        if kept is None:
            sentence = words.say("I no longer know what this form was for. Open it anew, and take your words along.")
            await self._calls.answers.show(asked, self._calls.said(sentence))
        elif not await self._calls.answers.window(asked, *kept):
            await self._calls.answers.show(asked, self._calls.said(words.say("This form can't be opened here.")))

    async def _complete(self, asked: Asked, d: Mapping[str, Any]) -> None:
        option = focused(d.get("data"))
        choices: Sequence[Mapping[str, Any]] = ()
        if option is not None and (not asked.guild or asked.guild in self._calls.us.servers):
            intake = self._calls.given.intake
            with contextlib.suppress(BridgeError, TimeoutError):
                async with asyncio.timeout(COMPLETE_WITHIN):
                    await self._calls.check_known(asked.who.user)
                    found = await intake.complete(asked.who, asked.where, option.line, PREFIX)
                    choices = choices_of(found, option, self._calls.words)
        await self._calls.answers.choices(asked, choices)

    async def _answered(
        self,
        asked: Asked,
        ask: Coroutine[Any, Any, Reply],
        typed: str,
        *,
        replace: bool = False,
        message: str = "",
    ) -> None:
        """Shows what comes of it. `typed`: what is given back where Bridge stops before."""
        answers = self._calls.answers
        answer = self._calls.spawn(self._once(asked.id, ask))
        done, _ = await asyncio.wait({answer}, timeout=QUICK)
        if not done:
            await self._late(asked, answer, typed, message)
            return
        reply = answer.result()
        if reply is None:
            return
        if reply.form is not None and reply.ok and await answers.window(asked, reply.form, message):
            return
        card = self._with_again(reply, message, asked)
        if reply.replaces and replace:
            await answers.replace(asked, card)
        else:
            await answers.show(asked, card)

    async def _late(self, asked: Asked, answer: asyncio.Task[Reply | None], typed: str, message: str) -> None:
        """A form can't follow what was put off; its card says the same."""
        put_off = await self._calls.answers.put_off(asked)
        try:
            reply = await answer
        except asyncio.CancelledError:
            if put_off:
                await self._calls.answers.cut_off(asked, typed)
            raise
        # Whoever else began it is gone, since nobody had answered.
        card = self._with_again(reply, message, asked) if reply else restarting(self._calls.words, typed)
        if put_off:
            await self._calls.answers.fill_in(asked, card)
        else:
            await self._calls.answers.privately(asked.who, asked.where, card)

    def _with_again(self, reply: Reply, message: str, asked: Asked) -> Card:
        """What a refused form showed, with a button that opens it again."""
        if reply.ok or reply.form is None:
            return reply.card
        key = self._forms.keep(reply.form, message, asked.who.user)
        button = Action(self._calls.words.say("Try again"), f"{AGAIN}{key}", Style.PRIMARY)
        return dataclasses.replace(reply.card, actions=(button, *reply.card.actions))

    def _new(self, id: str) -> bool:
        """False for an interaction that came before."""
        if not id or id in self._seen:
            return False
        self._seen[id] = None
        if len(self._seen) > KNOWN:
            self._seen.popitem(last=False)
        return True
