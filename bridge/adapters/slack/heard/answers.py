"""Answers for one person alone: with the ack, to a response address, as an ephemeral message, in a form, or in their
direct message, whichever is open. An answer that could not be shown is told to nobody else."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any

import aiohttp
from yarl import URL

from bridge.adapters._replies import patiently, restarting
from bridge.adapters.slack.heard.asked import Asked, Meta
from bridge.adapters.slack.shown.mrkdwn import escaped
from bridge.adapters.slack.shown.render import render
from bridge.adapters.slack.shown.views import form_view, home_view
from bridge.adapters.slack.web.api import Api
from bridge.adapters.slack.web.errors import ScopeMissing, TokenRefused
from bridge.adapters.slack.web.transport import BROKEN, named, open_session
from bridge.model.card import Card, Form
from bridge.model.command import Where, Who
from bridge.model.errors import SendFailure, Throttled, Transient, Uncertain
from bridge.model.place import PlaceKind
from bridge.model.say import Words

log = logging.getLogger(__name__)

HOOKS = ("hooks.slack.com", "hooks.slack-gov.com")
"""Where response addresses lead; what a payload says otherwise is not believed."""
TITLE = "Bridge"
LAST_WORDS = 0.7
"""Seconds, when Bridge stops, for giving somebody back what they typed."""
HOPELESS = (ScopeMissing, TokenRefused)


class Answers:
    """For one workspace. `files`: whether forms may ask for files (the scope files:read)."""

    def __init__(self, api: Api, base: str, words: Words, files: bool) -> None:
        self._api, self._base, self._words, self._files = api, URL(base), words, files
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def close(self) -> None:
        self._closed = True
        if self._session is not None:
            await self._session.close()

    def body(self, card: Card) -> dict[str, Any]:
        """As the ack of a command and a response address take it."""
        rendered = render(card, words=self._words)
        return {"response_type": "ephemeral", "text": rendered.text, "blocks": rendered.blocks}

    def words_only(self, sentence: str) -> dict[str, Any]:
        return {"response_type": "ephemeral", "text": escaped(sentence)}

    async def cut_off(self, asked: Asked, typed: str) -> None:
        """Bridge stops, and whoever waits is told so. Never raises, and takes a moment only."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS):
                await self.to(asked, restarting(self._words, typed))

    async def to(self, asked: Asked, card: Card, replace: bool = False) -> None:
        """`replace`: in the place of the message whose button it was."""
        if not await self._respond(asked, card, replace):
            await self.privately(asked.who, asked.where, asked.thread, card)

    async def privately(self, who: Who, where: Where, thread: str, card: Card) -> None:
        """Where it happened, else in their direct message. Never raises; takes minutes where Slack says later."""
        rendered = render(card, words=self._words)
        said: dict[str, Any] = {"text": rendered.text, "blocks": rendered.blocks}
        if where.kind is not PlaceKind.DIRECT:
            channel, _, inside = where.key.partition(":")
            here = {"channel": channel, "user": who.user, "thread_ts": thread or inside or None, **said}
            try:
                await patiently(lambda: self._api.call("chat.postEphemeral", **here), HOPELESS)
                return
            except (Uncertain, Throttled) as failure:
                self._unshown(failure)
                return
            except SendFailure as failure:
                log.debug("an ephemeral answer was refused, so it goes to the direct message: %s", failure.english())
        try:
            quiet = {"unfurl_links": False, "unfurl_media": False}
            thread_ts = thread or None if where.kind is PlaceKind.DIRECT else None
            there = {"channel": who.user, "thread_ts": thread_ts, **said, **quiet}
            await patiently(lambda: self._api.call("chat.postMessage", **there), HOPELESS)
        except SendFailure as failure:
            self._unshown(failure)

    async def form(self, trigger: str, form: Form, meta: Meta) -> bool:
        """Opens it. False where it can't be: too late, or too big."""
        packed = meta.packed()
        return bool(packed) and await self._open(trigger, self.view(form, packed))

    def view(self, form: Form, packed: str) -> dict[str, Any]:
        if not self._files and form.files:
            form = Form(form.title, form.line, form.fields, form.submit)
        return form_view(form, packed, self._words)

    async def turn_to_form(self, view: str, form: Form, meta: Meta) -> bool:
        """The window asks this now."""
        packed = meta.packed()
        return bool(packed) and await self._tried("views.update", view_id=view, view=self.view(form, packed))

    async def window(self, trigger: str, card: Card) -> bool:
        """Opens the card in a window of its own, where there is no message to answer to."""
        return await self._open(trigger, self.pane(card))

    async def turn(self, view: str, card: Card, meta: Meta | None = None) -> bool:
        """The window shows this card now."""
        return await self._tried("views.update", view_id=view, view=self.pane(card, meta))

    def pane(self, card: Card, meta: Meta | None = None) -> dict[str, Any]:
        shown = {"type": "plain_text", "text": TITLE}
        close = {"type": "plain_text", "text": self._words.say("Close")}
        view = {"type": "modal", "title": shown, "close": close, "blocks": home_view(card, words=self._words)["blocks"]}
        return view | {"private_metadata": meta.packed() if meta else ""}

    async def _open(self, trigger: str, view: dict[str, Any]) -> bool:
        return await self._tried("views.open", trigger_id=trigger, view=view)

    async def _tried(self, method: str, **arguments: Any) -> bool:
        try:
            await self._api.call(method, **arguments)
        except SendFailure as failure:
            log.info("%s: %s", method, failure.english())
            return False
        return True

    async def _respond(self, asked: Asked, card: Card, replace: bool) -> bool:
        """Asked once. False where it certainly was not shown."""
        address = self._address(asked.url)
        if address is None:
            return False
        body = self.body(card) | {"replace_original": replace}
        if asked.thread and not replace:
            body["thread_ts"] = asked.thread
        try:
            async with self._client().post(address, json=body, allow_redirects=False) as answer:
                return answer.status == 200
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return False
        except BROKEN as error:
            self._unshown(Transient(reason=named(error)))
            return True
        except Transient as stopping:
            self._unshown(stopping)
            return True

    def _address(self, url: str) -> URL | None:
        try:
            address = URL(url)
            known = address.scheme == "https" and address.host in HOOKS and address.port == 443
            return address if known or (address.absolute and address.origin() == self._base.origin()) else None
        except ValueError:
            return None

    def _client(self) -> aiohttp.ClientSession:
        if self._closed:
            raise Transient(reason="Bridge is stopping")
        if self._session is None:
            self._session = open_session(self._base)
        return self._session

    def _unshown(self, failure: SendFailure) -> None:
        log.info("an answer may not have been shown: %s", failure.english())
