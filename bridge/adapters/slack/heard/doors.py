"""The doors of one workspace: what is done with each payload that comes, and how it is acknowledged.

Commands are acknowledged within a quarter of a second, whatever the store does; events once they are remembered.
Buttons, forms and shortcuts are `interactions`; the work on events is `hearing`'s.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Any

from bridge.adapters._walk import word
from bridge.adapters.slack.heard import asked as read
from bridge.adapters.slack.heard.asked import Asked, Meta
from bridge.adapters.slack.heard.calls import Calls
from bridge.adapters.slack.heard.interactions import Interactions
from bridge.adapters.slack.shown.mrkdwn import typed
from bridge.adapters.slack.sockets.link import Ack
from bridge.model.command import Reply, Via

QUICK = 0.25
"""Seconds after which a command is acknowledged without its answer."""
FORM_WITHIN = 2.5
"""Seconds in which a form can be opened: its trigger is good for three."""
KNOWN = 1000
"""Requests that are remembered, so that one which comes twice is answered once."""


class Doors:
    """Commands here; the rest is passed on."""

    def __init__(self, calls: Calls, interactions: Interactions, aliases: tuple[str, ...]) -> None:
        self._calls, self._interactions, self._aliases = calls, interactions, aliases
        self._answered: OrderedDict[str, None] = OrderedDict()

    async def take(self, payload: dict[str, Any]) -> Ack:
        """Anything but an event. What can't be read is acknowledged, and that is all: it will never be readable."""
        if word(payload, "command"):
            asked = read.command(payload, self._calls.us, self._aliases)
            return await self._command(asked) if asked and self._new(asked.trigger) else Ack()
        match word(payload, "type"):
            case "block_actions":
                press = read.press(payload, self._calls.us)
                if press and self._new(press.asked.trigger):
                    self._calls.spawn(self._interactions.press(press))
            case "view_submission":
                sent = read.sent(payload, self._calls.us)
                return await self._interactions.sent(sent) if sent else Ack()
            case "message_action" | "shortcut":
                shortcut = read.shortcut(payload, self._calls.us)
                if shortcut and self._new(shortcut.trigger):
                    self._calls.spawn(self._interactions.shortcut(shortcut))
        return Ack()

    async def _command(self, asked: Asked) -> Ack:
        begun = asyncio.get_running_loop().time()
        answer = self._calls.spawn(self._calls.ask(asked, Via.COMMAND))
        done, _ = await asyncio.wait({answer}, timeout=QUICK)
        if not done:
            self._calls.spawn(self._later(asked, answer, begun))
            return Ack(self._calls.answers.words_only(self._calls.words.say("One moment…")))
        reply: Reply = answer.result()
        if reply.form is None:
            return Ack(self._calls.answers.body(reply.card))
        self._calls.spawn(self._opened(asked, reply))
        return Ack()

    async def _later(self, asked: Asked, answer: asyncio.Task[Reply], begun: float) -> None:
        try:
            reply = await answer
        except asyncio.CancelledError:
            await self._calls.answers.cut_off(asked, typed(asked.line, {}))
            raise
        if asyncio.get_running_loop().time() - begun < FORM_WITHIN:
            await self._opened(asked, reply)
        else:
            await self._calls.answers.to(asked, reply.card)

    async def _opened(self, asked: Asked, reply: Reply) -> None:
        """The form, where there is one and it opens; else the card, which says the same."""
        answers = self._calls.answers
        if reply.form and await answers.form(
            asked.trigger, reply.form, Meta(reply.form.line, asked.where, asked.thread)
        ):
            return
        await answers.to(asked, reply.card)

    def _new(self, trigger: str) -> bool:
        """False for a request that came before."""
        if trigger in self._answered:
            return False
        self._answered[trigger] = None
        if len(self._answered) > KNOWN:
            self._answered.popitem(last=False)
        return True
