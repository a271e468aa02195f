"""Messages in one workspace: made, changed, taken away, found again. The Sender and Finder ports for one token.

A message carries the delivery's nonce, id and revisions as metadata, since Slack knows no idempotency key: after an
uncertain attempt the history is read for it, and only where it certainly is not there is it sent again. The revisions
are those it was first sent with (chat.update keeps metadata it is not given); of two messages with one nonce, which
only a request on its way for longer than we waited could leave behind, they tell the one that our records speak of.
Metadata can be read by every app of the workspace, so nothing else stands in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bridge.adapters.slack.known.directory import Directory
from bridge.adapters.slack.known.links import split_thread
from bridge.adapters.slack.shown.render import LIMITS, render
from bridge.adapters.slack.web.api import Api
from bridge.adapters.slack.web.files import Pictures
from bridge.model.card import Card, Limits
from bridge.model.clock import Clock
from bridge.model.errors import Refused, Uncertain, Unreachable, Vanished
from bridge.model.given import Media, Vault
from bridge.model.pace.places import Pacer, Spacing
from bridge.model.pace.told import Hint
from bridge.model.place import Place, PlaceKind
from bridge.model.ports import Key, Sent

EVENT = "bridge_delivery"
PACER: Pacer = Spacing()
"""Slack takes about one message a second in a channel (docs.slack.dev/apis/web-api/rate-limits)."""
BEFORE = timedelta(seconds=60)
"""How far Slack's clock may be behind ours."""
PAGE = 200
NO_UNFURLING = {"unfurl_links": False, "unfurl_media": False}
AS_WRITTEN = {"parse": "none", "link_names": False}
"""chat.update looks for names and links by itself unless it is told not to (docs.slack.dev/reference/methods)."""

Arguments = dict[str, Any]


class Post:
    """`limits` are Slack's."""

    limits: Limits = LIMITS
    pacer = PACER

    def __init__(self, api: Api, directory: Directory, media: Media, vault: Vault, clock: Clock) -> None:
        self._api, self._directory = api, directory
        self._pictures = Pictures(api, vault, media, clock)

    async def close(self) -> None:
        await self._pictures.close()

    async def send(self, place: Place, card: Card, key: Key) -> Sent:
        """Raises SendFailure; Uncertain where the message may stand there."""
        where = await self._where(place)
        known: Arguments = {**where, **NO_UNFURLING, "metadata": metadata(key)}
        answer, hint = await self._show("chat.postMessage", known, card, key.load)
        message = answer.get("ts")
        if not isinstance(message, str) or not message:
            raise Uncertain(reason="Slack gave the message no name")
        if "thread_ts" in where and not _in_thread(answer):
            await self._take_out(where["channel"], message)
        return Sent(message, hint)

    async def update(self, place: Place, message: str, card: Card) -> Sent:
        """Raises SendFailure; Vanished where the message is gone."""
        channel = (await self._where(place))["channel"]
        _, hint = await self._show("chat.update", {"channel": channel, "ts": message, **AS_WRITTEN}, card)
        return Sent(message, hint)

    async def delete(self, place: Place, message: str) -> Hint:
        """Raises SendFailure."""
        channel = (await self._where(place))["channel"]
        try:
            return (await self._api.told("chat.delete", channel=channel, ts=message))[1]
        except Vanished as gone:
            return gone.hint

    async def find(self, place: Place, key: Key) -> str | None:
        """The delivery's message; None once every page was read without it. Raises SendFailure; Refused where the bot
        may not read there, so that it can never be known."""
        where = await self._where(place)
        since = f"{(key.first_tried - BEFORE).timestamp():.6f}"
        asked: Arguments = {"channel": where["channel"], "oldest": since, "include_all_metadata": True, "limit": PAGE}
        if thread := where.get("thread_ts"):
            pages = self._api.pages("conversations.replies", ts=thread, **asked)
        else:
            pages = self._api.pages("conversations.history", **asked)
        found: list[tuple[bool, str]] = []
        async for page in pages:
            for message in page.get("messages") or ():
                if not isinstance(message, Mapping) or message.get("user") != self._api.identity.user:
                    continue
                if (payload := _delivery_in(message, key.nonce)) is not None:
                    same = payload.get("revisions") == list(key.revisions)
                    found.append((not same, str(message.get("ts"))))
        return min(found)[1] if found else None

    async def _show(self, method: str, known: Arguments, card: Card, load: int = 0) -> tuple[Arguments, Hint]:
        """With its pictures, or without where Slack won't have them: a message never fails for its pictures."""
        pictures = await self._pictures.shown(card)
        try:
            return await self._ask(method, known, card, pictures, load)
        except Refused as refused:
            if not pictures or not _is_about_a_file(refused):
                raise
            # Certainly not there: it was refused as a whole.
            await self._pictures.forget(pictures)
            return await self._ask(method, known, card, {}, load)

    async def _ask(
        self, method: str, known: Arguments, card: Card, pictures: Mapping[str, str], load: int
    ) -> tuple[Arguments, Hint]:
        rendered = render(card, pictures)
        return await self._api.told(method, load, **known, text=rendered.text, blocks=rendered.blocks)

    async def _take_out(self, channel: str, message: str) -> None:
        """A thread whose first message was deleted is none any more: what was meant for it now stands in the channel,
        for everybody there (github.com/slack-go/slack/issues/1571). Raises Unreachable."""
        try:
            await self._api.call("chat.delete", channel=channel, ts=message)
        finally:
            raise Unreachable(reason="the thread's first message was deleted.")

    async def _where(self, place: Place) -> Arguments:
        """The channel, and the thread in it where the place is one. Raises SendFailure."""
        if place.kind is PlaceKind.DIRECT:
            return {"channel": await self._directory.dm(place.key)}
        channel, thread = split_thread(place.key)
        return {"channel": channel, "thread_ts": thread} if thread else {"channel": channel}


def _in_thread(answer: Mapping[str, Any]) -> bool:
    """Where Slack tells: an answer without its message tells nothing."""
    message = answer.get("message")
    return not isinstance(message, Mapping) or bool(message.get("thread_ts"))


def metadata(key: Key) -> Arguments:
    """What a message is recognised by. Ids are text: JavaScript can't hold them."""
    payload = {"delivery": key.nonce, "id": str(key.delivery), "revisions": list(key.revisions)}
    return {"event_type": EVENT, "event_payload": payload}


def _delivery_in(message: Mapping[str, Any], nonce: str) -> Mapping[str, Any] | None:
    """The payload, where the message is that delivery's."""
    found = message.get("metadata")
    if not isinstance(found, Mapping) or found.get("event_type") != EVENT:
        return None
    payload = found.get("event_payload")
    return payload if isinstance(payload, Mapping) and payload.get("delivery") == nonce else None


def _is_about_a_file(refused: Refused) -> bool:
    """Such as "invalid_blocks ([ERROR] invalid slack file [json-pointer:/blocks/2/slack_file])" or "file_not_found"."""
    said = str(refused.params.get("reason", ""))
    return "slack file" in said or "slack_file" in said or said.startswith(("file_", "slack_connect_", "blocked_file"))
