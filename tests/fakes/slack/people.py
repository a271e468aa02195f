"""Doing as a person: typing, reacting, pressing, filling in, coming and going. Each `await` returns when the app was
told; what the app then does is waited for with `slack.until`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.fakes.slack import events as events
from tests.fakes.slack.objects import File, Json, User
from tests.fakes.slack.rich import typed
from tests.fakes.slack.state import Channel, Message
from tests.fakes.slack.team import Workspace, id_of
from tests.fakes.slack.things import file


@dataclass(frozen=True)
class Acked:
    """How the app acknowledged: the payload of it, and after how many seconds (of the machine)."""

    payload: Any
    seconds: float


class CannotDo(AssertionError):
    """Slack does not let a person do this."""


class Typing(Workspace):
    """Commands and messages."""

    async def command(
        self, user: str | User, channel: str | Channel | User, command: str, text: str = "", thread: str = ""
    ) -> Acked:
        """A slash command. Raises NotAnswered, and CannotDo in a thread."""
        place = self.place(channel)
        if thread:
            raise CannotDo(f"{command} is not supported in threads. Sorry!")
        if id_of(user) not in place.members:
            raise CannotDo(f"{id_of(user)} is not in {place.id}")
        payload: Json = {
            "token": "verification-fake",
            "team_id": self.id,
            "team_domain": self.domain,
            "channel_id": place.id,
            "channel_name": channel_name(place),
            "user_id": id_of(user),
            "user_name": self.users[id_of(user)].name,
            "command": command,
            "text": events.linked(self, text, names=True) if self.escapes else text,
            "api_app_id": self.app_id,
            "is_enterprise_install": "false",
            "response_url": self.slack.hooks.open(self, "commands", place.id, id_of(user)),
            "trigger_id": self.slack.triggers.new(self, id_of(user)),
        }
        answer, seconds = await self.sockets.ask("slash_commands", payload, self.slack.patience)
        await self.slack.hooks.show_ack(self, place, id_of(user), answer)
        return Acked(answer, seconds)

    async def say(
        self,
        user: str | User,
        channel: str | Channel | User,
        text: str,
        thread: str = "",
        *,
        files: Sequence[File] = (),
        broadcast: bool = False,
        raw: bool = False,
    ) -> Message:
        """A message; @names, #channels and links of the workspace become Slack's own, unless `raw`."""
        place = self.place(channel)
        if id_of(user) not in place.members:
            raise CannotDo(f"{id_of(user)} is not in {place.id}")
        if place.archived:
            raise CannotDo(f"{place.id} is archived")
        if thread and place.messages[thread].is_reply:
            thread = place.messages[thread].thread_ts
        stored = text if raw else events.linked(self, text)
        message = Message(
            ts=self.ts(place),
            channel=place.id,
            user=id_of(user),
            text=stored,
            team=self.users[id_of(user)].team,
            blocks=[typed(stored, self.number("b"))] if stored else [],
            thread_ts=thread,
            broadcast=broadcast,
            subtype="thread_broadcast" if broadcast else "file_share" if files else "",
            files=list(files),
            client_msg_id=self.number("m"),
        )
        for one in files:
            one.shared.append(place.id)
        return await events.put(self, place, message)

    async def upload(self, user: str | User, name: str, content: bytes, *, alt: str = "") -> File:
        """A file of this person's, ready to be sent with `say(files=[…])` or put into a form."""
        made = file(self.slack, self.id, self.number("F"), name, id_of(user))
        made.uploaded, made.complete, made.alt, made.length = content, True, alt, len(content)
        self.files[made.id] = made
        return made

    async def announce(self, channel: str | Channel, text: str) -> Message:
        """Another app's message: it has a bot, and no user."""
        place = self.place(channel)
        message = Message(self.ts(place), place.id, "", text, self.id, bot_id="B9OTHER", app_id="A9OTHER")
        message.subtype = "bot_message"
        return await events.put(self, place, message)

    async def edit(self, user: str | User, message: Message, text: str, *, raw: bool = False) -> None:
        place = self.channels[message.channel]
        if message.user != id_of(user):
            raise CannotDo("people edit their own messages only")
        before = message.shown(metadata=False)
        message.text = text if raw else events.linked(self, text)
        message.blocks = [typed(message.text, self.number("b"))]
        message.edited = {"user": id_of(user), "ts": self.stamp()}
        self.changed()
        await events.tell_changed(self, place, message, before)

    async def unfurl(self, message: Message, attachment: Json) -> None:
        """Slack adds a preview below a message: the app hears of a change in which no word changed."""
        before = message.shown(metadata=False)
        message.attachments.append(attachment)
        self.changed()
        await events.tell_changed(self, self.channels[message.channel], message, before)

    async def remove(self, user: str | User, message: Message) -> None:
        """Somebody deletes a message: their own, or anybody's where they are an admin."""
        if message.user != id_of(user) and not self.users[id_of(user)].is_admin:
            raise CannotDo("people delete their own messages only")
        await events.take(self, self.channels[message.channel], message)

    async def react(self, user: str | User, message: Message, emoji: str) -> None:
        place = self.channels[message.channel]
        if id_of(user) not in place.members:
            raise CannotDo(f"{id_of(user)} is not in {place.id}")
        if not await self.put_reaction(place, message, id_of(user), emoji.strip(":")):
            raise CannotDo(f"{id_of(user)} reacted with that already")

    async def unreact(self, user: str | User, message: Message, emoji: str) -> None:
        if not await self.take_reaction(self.channels[message.channel], message, id_of(user), emoji.strip(":")):
            raise CannotDo(f"{id_of(user)} did not react with that")


def channel_name(place: Channel) -> str:
    """As payloads name it; a private one by its kind only."""
    return {"im": "directmessage", "group": "privategroup", "mpim": "privategroup"}.get(place.kind, place.name)
