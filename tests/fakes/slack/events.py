"""What the app is told when messages come, change and go, and how their text is escaped."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING

from tests.fakes.slack.objects import Json
from tests.fakes.slack.rich import named
from tests.fakes.slack.state import Channel, Message

if TYPE_CHECKING:
    from tests.fakes.slack.team import Workspace

SUBSCRIPTIONS = {"channel": "message.channels", "group": "message.groups", "im": "message.im", "mpim": "message.mpim"}


def escaped(text: str) -> str:
    """As Slack stores text: exactly these three characters (docs: formatting-message-text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def linked(team: Workspace, typed: str, *, names: bool = False) -> str:
    """What a person typed, as Slack stores it: escaped, with emoji by name, and mentions, channels and links picked
    from its menus.

    `names`: with the label that slash commands get, `<@U1|ana>`.
    """

    def one(found: re.Match[str]) -> str:
        word = found.group()
        if word.startswith("http"):
            return f"<{word}>"
        if word in ("@channel", "@here", "@everyone"):
            return f"<!{word[1:]}>"
        if word.startswith("@"):
            for user in team.users.values():
                if user.name == word[1:] and not user.deleted:
                    return f"<@{user.id}|{user.name}>" if names else f"<@{user.id}>"
        for channel in team.channels.values():
            if word.startswith("#") and channel.name == word[1:]:
                return f"<#{channel.id}|{channel.name}>"
        return word

    return re.sub(r"https?://[^\s<>|]*[^\s<>|.,!?;:)]|(?<![\w@#/])[@#][\w.-]*\w", one, named(escaped(typed)))


async def tell_message(team: Workspace, channel: Channel, message: Message) -> None:
    """A new message: `message` where the bot is inside, `app_mention` too where it is named and not in an im."""
    if team.bot.id not in channel.members:
        return
    event = _event(channel, message)
    await team.tell(event, SUBSCRIPTIONS[channel.kind], channel)
    if channel.kind != "im" and message.user != team.bot.id and re.search(rf"<@{team.bot.id}[|>]", message.text):
        mention = {k: v for k, v in event.items() if k not in ("channel_type", "parent_user_id", "metadata")}
        await team.tell(mention | {"type": "app_mention"}, "app_mention", channel)


def _event(channel: Channel, message: Message) -> Json:
    event = message.shown(metadata=False)
    event.pop("reactions", None)
    if message.subtype == "file_share":
        event = {name: value for name, value in event.items() if name not in ("client_msg_id", "team")}
    event |= {"channel": channel.id, "event_ts": message.ts, "channel_type": channel.event_kind}
    parent = channel.messages.get(message.thread_ts)
    if message.is_reply and parent is not None:
        event["parent_user_id"] = parent.user
        if message.subtype == "thread_broadcast":
            event["root"] = parent.shown(metadata=False)
    return event


async def tell_changed(team: Workspace, channel: Channel, message: Message, before: Json) -> None:
    """`message_changed`: an edit, an unfurling, or the grave of a message that has replies."""
    team.note_pings(message)
    if team.bot.id in channel.members:
        await _tell_hidden(
            team,
            channel,
            {"subtype": "message_changed", "message": message.shown(metadata=False), "previous_message": before},
        )


async def tell_deleted(team: Workspace, channel: Channel, before: Json) -> None:
    if team.bot.id in channel.members:
        await _tell_hidden(
            team, channel, {"subtype": "message_deleted", "deleted_ts": before["ts"], "previous_message": before}
        )


async def _tell_hidden(team: Workspace, channel: Channel, parts: Json) -> None:
    ts = team.ts(channel)
    event = {
        "type": "message",
        "channel": channel.id,
        "hidden": True,
        "ts": ts,
        "event_ts": ts,
        "channel_type": channel.event_kind,
    }
    await team.tell(event | copy.deepcopy(parts), SUBSCRIPTIONS[channel.kind], channel)


async def put(team: Workspace, channel: Channel, message: Message) -> Message:
    """A new message stands in the channel, and the app hears of it where it may."""
    channel.messages[message.ts] = message
    team.note_pings(message)
    if message.is_reply:
        parent = channel.messages[message.thread_ts]
        parent.thread_ts = parent.thread_ts or parent.ts
    team.changed()
    await tell_message(team, channel, message)
    return message


async def take(team: Workspace, channel: Channel, message: Message) -> None:
    """The message goes. One with replies leaves a grave, which the app hears of as a change."""
    before = message.shown(metadata=False)
    if channel.replies(message.ts):
        message.subtype, message.text, message.user = "tombstone", "This message was deleted.", "USLACKBOT"
        message.blocks, message.files, message.metadata, message.bot_id = [], [], {}, ""
        team.changed()
        await tell_changed(team, channel, message, before)
        return
    del channel.messages[message.ts]
    team.changed()
    await tell_deleted(team, channel, before)
