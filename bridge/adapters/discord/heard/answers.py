"""Answers for one person alone: to an interaction, or in their direct message where they did something without one.

An interaction is answered once, within three seconds, and what was put off is filled in later by editing that answer
(docs: receiving and responding). A further message would count against a hidden limit of the whole channel
(github.com/discord/discord-api-docs/issues/7243).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from bridge.adapters._replies import patiently, restarting
from bridge.adapters.discord.heard.asked import EPHEMERAL, Asked
from bridge.adapters.discord.heard.walk import id_in
from bridge.adapters.discord.rest.api import Api
from bridge.adapters.discord.rest.bodies import Bodies
from bridge.adapters.discord.rest.direct import Directs
from bridge.adapters.discord.rest.errors import Answered, Expired, TokenRefused
from bridge.adapters.discord.shown.modals import modal
from bridge.model.card import Card, Form
from bridge.model.command import Where, Who
from bridge.model.compose.text import plain_card
from bridge.model.errors import Refused, SendFailure, Transient, Unreachable
from bridge.model.place import PlaceKind
from bridge.model.say import Words
from bridge.model.text import Plain

log = logging.getLogger(__name__)

CALLBACK = "/interactions/{webhook_id}/{webhook_token}/callback"
"""The SDK keeps what it knows of limits by these names (discord/http.py: Route), so that no answer waits for
another."""
ORIGINAL = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
MESSAGE, LATER, UPDATE, CHOICES, WINDOW = 4, 5, 7, 8, 9
"""Types of answers (docs: interaction callback type)."""
CALLS = 2
LAST_WORDS = 0.7
"""Seconds, when Bridge stops, for giving somebody back what they typed."""


class Answers:
    """Never raises: an answer that could not be shown is told to nobody else, and noted in the log."""

    def __init__(self, api: Api, directs: Directs, bodies: Bodies, words: Words) -> None:
        self._api, self._directs, self._bodies, self._words = api, directs, bodies, words

    async def show(self, asked: Asked, card: Card) -> None:
        """The first answer, at once."""
        if not await self._call_back(asked, MESSAGE, card):
            await self.privately(asked.who, asked.where, card)

    async def replace(self, asked: Asked, card: Card) -> None:
        """In the place of the message whose button it was, which only they see."""
        if not await self._call_back(asked, UPDATE, card):
            await self.show(asked, card)

    async def put_off(self, asked: Asked) -> bool:
        """The first answer: that one comes. False where Discord takes none any more."""
        return await self._called(asked, {"type": LATER, "data": {"flags": EPHEMERAL}})

    async def fill_in(self, asked: Asked, card: Card) -> None:
        """What was put off: as it is, in plain words where Discord won't have it so, else in their direct message."""
        try:
            try:
                await self._fill_in(asked, card)
            except Refused as refused:
                if isinstance(refused, Expired):
                    raise
                self._unshown(refused)
                await self._fill_in(asked, plain_card(card, self._words, "UTC"))
        except SendFailure as failure:
            self._unshown(failure)
            await self.privately(asked.who, asked.where, card)

    async def _fill_in(self, asked: Asked, card: Card) -> None:
        """Raises SendFailure."""
        body, files = await self._bodies.of(card, words=self._words)
        ids = {"webhook_id": self._api.identity.app, "webhook_token": asked.token}
        await patiently(
            lambda: self._api.ask("PATCH", ORIGINAL, ids, body=body, files=files, counted=False), (TokenRefused,)
        )

    async def window(self, asked: Asked, form: Form, message: str = "") -> bool:
        """Opens the form, as the first answer. False where it can't be: too late, or too big."""
        data = modal(form, message, self._words)
        return data is not None and await self._called(asked, {"type": WINDOW, "data": data})

    async def choices(self, asked: Asked, choices: Sequence[Mapping[str, Any]]) -> None:
        await self._called(asked, {"type": CHOICES, "data": {"choices": list(choices)}})

    async def cut_off(self, asked: Asked, typed: str) -> None:
        """Bridge stops, and whoever waits is told so; takes a moment only."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS):
                await self.fill_in(asked, restarting(self._words, typed))

    async def privately(self, who: Who, where: Where, card: Card, message: str = "") -> bool:
        """In their direct message. Where that is closed to us, a sentence under their `message` says what to do. False
        where nothing could be said."""
        try:
            channel = await patiently(lambda: self._directs.channel(who.user), (TokenRefused,))
            await self._post(channel, card)
            return True
        except Unreachable as failure:
            self._unshown(failure)
            sentence = self._words.say(
                "I can't write to you. Allow direct messages from members of this server, or use my commands: only you "
                "see what they answer."
            )
        except SendFailure as failure:
            # Nobody has closed anything: it was too much at once, or Discord did not answer.
            self._unshown(failure)
            sentence = self._words.say(
                "I can't write to you just now. Use my commands: they answer at once, and only you see it."
            )
        if not message or where.kind is PlaceKind.DIRECT:
            return False
        return await self.publicly(where.key, Card(text=(Plain(sentence),)), message)

    async def publicly(self, channel: str, card: Card, message: str = "") -> bool:
        """In a channel, for everybody there; under `message`, where it is one's answer."""
        try:
            await self._post(channel, card, message)
        except SendFailure as failure:
            self._unshown(failure)
            return False
        return True

    async def _post(self, channel: str, card: Card, message: str = "") -> str:
        """Raises SendFailure. Where it may stand there it is not sent again: an answer that comes twice is worse than
        none."""
        body, files = await self._bodies.of(card, words=self._words)
        if message:
            body["message_reference"] = {"message_id": message, "fail_if_not_exists": False}
        path = "/channels/{channel_id}/messages"
        told = await patiently(
            lambda: self._api.call("POST", path, body=body, files=files, posts=True, channel_id=channel),
            (TokenRefused,),
        )
        return id_in(told, "id")

    async def _call_back(self, asked: Asked, kind: int, card: Card) -> bool:
        body, files = await self._bodies.of(card, words=self._words)
        return await self._called(asked, {"type": kind, "data": {**body, "flags": EPHEMERAL}}, files)

    async def _called(self, asked: Asked, body: Mapping[str, Any], files: Sequence[Any] = ()) -> bool:
        """Where it is unclear whether it was taken, it is said once more: Discord takes one answer only."""
        ids = {"webhook_id": asked.id, "webhook_token": asked.token}
        for attempt in range(CALLS):
            try:
                await self._api.ask("POST", CALLBACK, ids, body=body, files=files, counted=False)
            except Answered:
                return True  # by an attempt whose own answer was lost
            except Transient as failure:
                self._unshown(failure)
                if isinstance(failure, TokenRefused) or attempt + 1 == CALLS:
                    return False
            except SendFailure as failure:
                self._unshown(failure)
                return False
            else:
                return True
        return False

    def _unshown(self, failure: SendFailure) -> None:
        log.info("an answer may not have been shown: %s", failure.english())
