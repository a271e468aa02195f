"""Doing as a person: typing, reacting, pressing, filling in, coming and going. Each `await` returns when the app was
told; what the app then does is waited for with `slack.until`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.fakes import slack_events as events
from tests.fakes.slack_state import Channel, File, Json, Message, User
from tests.fakes.slack_team import Workspace, id_of


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
            "channel_name": _channel_name(place),
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
            blocks=[_rich(stored, self.number("b"))] if stored else [],
            thread_ts=thread,
            broadcast=broadcast,
            subtype="thread_broadcast" if broadcast else "file_share" if files else "",
            files=list(files),
            client_msg_id=self.number("m"),
        )
        for file in files:
            file.shared.append(place.id)
        return await events.put(self, place, message)


class Team(Typing):
    """A workspace with all that its people can do."""

    async def revoke(self) -> None:
        """The bot's token is withdrawn; the app is told, and may call nothing more."""
        await self.tell({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [self.bot.id]}})
        self.refused[self.bot_token] = "token_revoked"
        self.changed()


def _channel_name(place: Channel) -> str:
    return {"im": "directmessage", "group": "privategroup", "mpim": "privategroup"}.get(place.kind, place.name)


def _rich(text: str, block_id: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "block_id": block_id, "elements": [section]}
