"""The work on one workspace's events, after they were remembered: read, completed, told to the core, answered."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from bridge.adapters._replies import patiently
from bridge.adapters._walk import listed, word
from bridge.adapters.slack.heard import read
from bridge.adapters.slack.heard.answers import HOPELESS
from bridge.adapters.slack.heard.calls import Calls
from bridge.adapters.slack.heard.concerns import PEOPLE_SAY
from bridge.adapters.slack.heard.read import Known
from bridge.adapters.slack.heard.walk import channel_in, ts_in
from bridge.adapters.slack.known.rooms import Room, handles
from bridge.adapters.slack.shown.mrkdwn import users_in
from bridge.adapters.slack.web.errors import ScopeMissing, TokenRefused
from bridge.model.card import Card
from bridge.model.command import Reply, Where, Who
from bridge.model.errors import BadInput, SendFailure, Throttled, Transient
from bridge.model.inbound import HomeOpened, Inbound, Joined, Message, Reacted, Said, StatusSet, Unreacted
from bridge.model.place import PlaceKind

log = logging.getLogger(__name__)


class Hearing:
    """`publish` puts a card on somebody's personal page."""

    def __init__(self, calls: Calls, publish: Callable[[Who, Card], Awaitable[None]]) -> None:
        self._calls, self._publish = calls, publish

    async def work(self, payload: dict[str, Any]) -> None:
        """The whole of it. Raises StoreError or SendFailure where it is worth trying again later."""
        event = read.heard(payload, self._calls.us, await self._known(payload))
        if event is None:
            return
        try:
            event, files = await self._whole(event, payload)
            reply = await self._calls.given.intake.hear(event)
            reply = self._calls.remarked(reply, files) if reply is not None else None
        except BadInput as error:
            reply = Reply(self._calls.said(self._calls.words.error(error)), ok=False)
        if reply is not None:
            # What was done is done: an answer that comes late, or never, makes no event be heard again, and none wait.
            self._calls.spawn(self._shown(event, reply))

    async def _known(self, payload: object) -> Known:
        channel = read.channel(payload)
        room = await self._calls.rooms.look(channel) if channel else Room()
        names = await handles(self._calls.given.log, self._calls.us.team, read.mentioned(payload))
        return Known(names, room.name, room.private)

    async def _whole(self, event: Inbound, payload: dict[str, Any]) -> tuple[Inbound, list[object]]:
        """With files, and with the message that a share reaction is about; and what Slack told of the files. Those of
        what was not said to us are fetched where something comes of it: most threads are none of our business."""
        match event:
            case Said(message=message, named=True) if files := read.files(payload):
                return replace(event, message=await self._calls.with_files(message, files)), files
            case Said(message=message) if files := read.files(payload):
                return replace(event, message=replace(message, fetch=partial(self._calls.files, files))), files
            case Reacted() if self._calls.given.policy.shares(event.emoji):
                about = payload["event"]
                if word(about, "item_user") == self._calls.us.user:
                    return event, []
                channel = channel_in(about, "item", "channel")
                it = await self._message(channel, event.message)
                subject = await self._subject(event.where, it) if it is not None else None
                return replace(event, subject=subject), listed(it, "files") if subject else []
        return event, []

    async def _subject(self, where: Where, it: Mapping[str, Any]) -> Message | None:
        if word(it, "subtype") not in PEOPLE_SAY:
            return None
        names = await handles(self._calls.given.log, self._calls.us.team, users_in(word(it, "text")))
        message = read.message_of(it, where, self._calls.us, names)
        return await self._calls.with_files(message, listed(it, "files")) if message else None

    async def _message(self, channel: str, ts: str) -> Mapping[str, Any] | None:
        """One message, at the top of the channel or in a thread; None where it can't be read."""
        for method, more in (("conversations.history", {}), ("conversations.replies", {"ts": ts})):
            try:
                answer = await self._calls.api.call(
                    method, channel=channel, latest=ts, oldest=ts, inclusive=True, limit=1, **more
                )
            except (ScopeMissing, TokenRefused):
                return None
            except (Throttled, Transient):
                raise
            except SendFailure:
                continue
            for one in listed(answer, "messages"):
                if isinstance(one, Mapping) and ts_in(one, "ts") == ts:
                    return one
        return None

    async def _shown(self, event: Inbound, reply: Reply) -> None:
        try:
            await self._show(event, reply)
        except SendFailure as failure:
            log.info("the answer to the event %s was not shown: %s", event.key, failure.english())

    async def _show(self, event: Inbound, reply: Reply) -> None:
        """To the one who did it."""
        answers = self._calls.answers
        match event:
            case HomeOpened():
                await patiently(lambda: self._publish(event.who, reply.card), HOPELESS)
            case Said(message=message):
                await answers.privately(message.author, message.where, message.thread or "", reply.card)
            case Reacted() | Unreacted():
                await answers.privately(event.who, event.where, "", reply.card)
            case Joined(who=who) if who is not None:
                await answers.privately(who, event.where, "", reply.card)
            case StatusSet(who=who):
                at_home = Where(who.platform, who.workspace, who.user, PlaceKind.DIRECT, private=True)
                await answers.privately(who, at_home, "", reply.card)
