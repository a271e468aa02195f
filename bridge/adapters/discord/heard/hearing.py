"""The work on events, after they were remembered: read, completed, told to the core, answered."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from bridge.adapters._walk import word
from bridge.adapters.discord.heard import read
from bridge.adapters.discord.heard.calls import Calls
from bridge.adapters.discord.heard.concerns import by_program
from bridge.adapters.discord.heard.joining import Joining
from bridge.adapters.discord.heard.read import Known
from bridge.adapters.discord.heard.walk import id_in, mapping_in
from bridge.adapters.discord.names import PLATFORM
from bridge.adapters.discord.rest.errors import TokenRefused
from bridge.adapters.discord.shown.markdown import users_in
from bridge.model.command import Reply, Where
from bridge.model.errors import BadInput, SendFailure, Throttled, Transient
from bridge.model.inbound import Edited, Inbound, Message, Reacted, Removed, Said, Unreacted
from bridge.model.place import PlaceKind

log = logging.getLogger(__name__)

MESSAGE = "/channels/{channel_id}/messages/{message_id}"
JOINING = ("GUILD_CREATE", "CHANNEL_CREATE", "CHANNEL_UPDATE", "GUILD_ROLE_UPDATE", "GUILD_MEMBER_UPDATE")


class Hearing:
    """Events of all servers and direct messages."""

    def __init__(self, calls: Calls, joining: Joining) -> None:
        self._calls, self._joining = calls, joining

    async def work(self, payload: Mapping[str, Any], key: str) -> None:
        """The whole of it. Raises StoreError or SendFailure where it is worth trying again later."""
        if word(payload, "t") in JOINING:
            await self._joining.work(payload, key)
            return
        known = await self._known(payload)
        if known is None:
            return
        for event in read.heard(payload, self._calls.us, known, key):
            try:
                reply = await self._heard(event, payload, known)
            except BadInput as error:
                reply = Reply(self._calls.said(self._calls.words.error(error)), ok=False)
            if reply is not None:
                # What was done is done: an answer that comes late makes no event be heard again, and none wait.
                self._calls.spawn(self._show(event, reply, payload))

    async def _heard(self, event: Inbound, payload: Mapping[str, Any], known: Known) -> Reply | None:
        if isinstance(event, Said):
            await self._met(event, payload)
        whole = await self._whole(event, payload, known)
        if isinstance(whole, Reply):
            return whole
        texts, hear = self._calls.texts, self._calls.given.intake.hear
        match whole:
            case Reacted(subject=Message() as message) | Said(message=message, named=False):
                await texts.keep(message.id, message.text)
            case Edited():
                before = await texts.before(whole.message)
                if before is None:
                    return None  # nothing was made of it
                reply = await hear(replace(whole, before=before))
                await texts.keep(whole.message, whole.text)
                return reply
            case Removed():
                reply = await hear(whole)
                await texts.forget(whole.message)
                return reply
        return await hear(whole)

    async def _met(self, said: Said, payload: Mapping[str, Any]) -> None:
        """Who writes to us, or names us, uses the bot. Raises Stranger, SendFailure."""
        d, user = mapping_in(payload, "d"), said.message.author.user
        # Not by the member that came along: an event may have waited, and they may have left since.
        await self._calls.check_known(user)
        if said.named:
            await self._calls.directs.met(user, "" if id_in(d, "guild_id") else id_in(d, "channel_id"))

    async def _known(self, payload: Mapping[str, Any]) -> Known | None:
        """None where the event is about a channel that we may not see any more."""
        d = mapping_in(payload, "d")
        names = await self._calls.handles(read.mentioned(payload))
        channel, guild = read.channel(payload), id_in(d, "guild_id")
        if not channel:
            return Known(handles=names, direct=await self._whose(d))
        try:
            room = await self._calls.rooms.look(guild, channel)
            around = await self._calls.rooms.look(guild, room.around) if room.around else None
        except (Throttled, Transient):
            raise
        except SendFailure:
            return Known(handles=names)
        around_name = around.name if around else ""
        private = room.private or bool(around and around.private)
        return Known(room.name, private, room.thread, room.around, around_name, handles=names)

    async def _whose(self, d: Mapping[str, Any]) -> str:
        """Whose direct message it is about, where the event itself does not say; "" for none."""
        says = id_in(d, "author", "id") or id_in(d, "user_id")
        channel = id_in(d, "channel_id")
        return "" if says or not channel or id_in(d, "guild_id") else await self._calls.directs.whose(channel)

    async def _whole(self, event: Inbound, payload: Mapping[str, Any], known: Known) -> Inbound | Reply:
        """With files, and with the message that a share reaction is about; or what is said instead."""
        d = mapping_in(payload, "d")
        match event:
            case Said(message=message, named=True) if files := read.files_of(d):
                return replace(event, message=replace(message, files=await self._calls.files.uploads(files)))
            case Said(message=message) if files := read.files_of(d):
                return replace(event, message=replace(message, fetch=partial(self._calls.files.uploads, files)))
            case Reacted() if self._calls.given.policy.shares(event.emoji) and not read.about_ours(d, self._calls.us):
                return await self._reacted(event, d, known)
        return event

    async def _reacted(self, event: Reacted, d: Mapping[str, Any], known: Known) -> Inbound | Reply:
        """An empty message is none that could be shared: without the message content intent that is what is told."""
        await self._calls.check_known(event.who.user)
        it = await self._message(id_in(d, "channel_id"), event.message)
        if it is None or by_program(it, self._calls.us):
            return event
        message = await self._subject(it, event.where, known)
        if message is not None and not message.empty:
            return replace(event, subject=message)
        words = self._calls.words
        sentence = words.say(
            "I can't read messages in this server. Open the menu of that one, choose Apps, then “{share}”.",
            share=words.say("Share as update"),
        )
        return Reply(self._calls.said(sentence), ok=False)

    async def _subject(self, it: Mapping[str, Any], where: Where, known: Known) -> Message | None:
        names = await self._calls.handles(users_in(word(it, "content")))
        message = read.message_of(it, where, self._calls.us, replace(known, handles=names))
        files = read.files_of(it)
        if message is None or not files:
            return message
        return replace(message, files=await self._calls.files.uploads(files))

    async def _message(self, channel: str, message: str) -> Mapping[str, Any] | None:
        """None where it can't be read. Raises SendFailure where it may be later."""
        try:
            told = await self._calls.rooms.api.call("GET", MESSAGE, channel_id=channel, message_id=message)
        except TokenRefused:
            return None
        except (Throttled, Transient):
            raise
        except SendFailure:
            return None
        return {**told, "channel_id": channel} if isinstance(told, Mapping) else None

    async def _show(self, event: Inbound, reply: Reply, payload: Mapping[str, Any]) -> None:
        """To the one who did it, in their direct message, which where they wrote there is the place itself."""
        answers = self._calls.answers
        match event:
            case Said(message=message):
                channel = id_in(payload, "d", "channel_id")
                if message.where.kind is PlaceKind.DIRECT:
                    await answers.publicly(channel, reply.card)
                else:
                    here = Where(PLATFORM, message.where.workspace, channel)
                    await answers.privately(message.author, here, reply.card, message.id)
            case Reacted() | Unreacted():
                here = replace(event.where, key=id_in(payload, "d", "channel_id"))
                await answers.privately(event.who, here, reply.card, event.message)
