"""The fake's chat.* methods: posting, changing, deleting, and showing something to one person."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING

from tests.fakes.slack import events as events
from tests.fakes.slack.blocks import all_text, check_blocks
from tests.fakes.slack.methods import Asked, Refused, plays
from tests.fakes.slack.objects import Json
from tests.fakes.slack.state import Channel, Ephemeral, Message

if TYPE_CHECKING:
    from tests.fakes.slack.team import Workspace

LONGEST_TEXT = 40_000
LONGEST_BLOCKS = 11_000
"""Characters of all texts of a message's blocks together. Not documented; people see msg_blocks_too_long between
11,341 and 13,297 (bolt-js issues 2509 and 2867)."""
METADATA_BYTES = 8_000


@plays("chat.postMessage")
async def post_message(asked: Asked) -> Json:
    channel = _target(asked)
    if channel.archived:
        raise Refused("is_archived")
    if channel.refuses:
        raise Refused(channel.refuses)
    _check_content(asked)
    thread = _thread(asked, channel)
    broadcast = bool(thread and asked.get("reply_broadcast"))
    team = asked.team
    message = Message(
        ts=team.ts(channel),
        channel=channel.id,
        user=team.bot.id,
        text=asked.get("text", ""),
        team=team.id,
        blocks=_blocks(asked),
        bot_id=team.bot.bot_id,
        app_id=team.app_id,
        thread_ts=thread,
        broadcast=broadcast,
        subtype="thread_broadcast" if broadcast else "",
        metadata=asked.get("metadata", {}),
        attachments=asked.get("attachments", []),
        parse=asked.get("parse", ""),
        link_names=asked.get("link_names", False),
        mrkdwn=asked.get("mrkdwn", True),
        unfurls=(asked.get("unfurl_links"), asked.get("unfurl_media")),
    )
    await events.put(team, channel, message)
    return {"channel": channel.id, "ts": message.ts, "message": message.shown()}


@plays("chat.update")
async def update(asked: Asked) -> Json:
    channel = asked.channel()
    message = _own(asked, channel, "cant_update_message")
    if channel.archived:
        raise Refused("is_inactive")
    _check_content(asked)
    before = message.shown(metadata=False)
    if (text := asked.get("text")) is not None:
        message.text = text
    if asked.get("blocks") is not None:  # left out, they stay, and new words are not seen (python-slack-sdk 523)
        message.blocks = _blocks(asked)
    if (metadata := asked.get("metadata")) is not None:
        message.metadata = metadata
    for name in ("parse", "link_names"):
        if asked.get(name) is not None:
            setattr(message, name, asked[name])
    message.edited = {"user": message.user, "ts": asked.team.stamp()}
    asked.team.changed()
    await events.tell_changed(asked.team, channel, message, before)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": message.shown()}


@plays("chat.delete")
async def delete(asked: Asked) -> Json:
    channel = asked.channel()
    message = _own(asked, channel, "cant_delete_message")
    await events.take(asked.team, channel, message)
    return {"channel": channel.id, "ts": message.ts}


@plays("chat.postEphemeral")
async def post_ephemeral(asked: Asked) -> Json:
    team = asked.team
    channel = asked.channel()
    if channel.archived:
        raise Refused("is_archived")
    if asked["user"] not in team.users:
        raise Refused("user_not_found")
    if team.bot.id not in channel.members:
        raise Refused("not_in_channel")
    if asked["user"] not in channel.members:
        raise Refused("user_not_in_channel")
    _check_content(asked)
    thread = asked.get("thread_ts", "")
    if thread and thread not in channel.messages:
        raise Refused("cannot_reply_to_message")
    ts = team.ts(channel)
    shown = Ephemeral(ts, channel.id, asked["user"], asked.get("text", ""), _blocks(asked), thread)
    shown.parse, shown.link_names = asked.get("parse", ""), asked.get("link_names", False)
    team.show(shown)
    return {"message_ts": ts}


@plays("chat.getPermalink")
async def get_permalink(asked: Asked) -> Json:
    channel = asked.channel()
    if asked["message_ts"] not in channel.messages:
        raise Refused("message_not_found")
    return {"channel": channel.id, "permalink": permalink(asked.team, channel.messages[asked["message_ts"]])}


def permalink(team: Workspace, message: Message) -> str:
    link = f"https://{team.domain}.slack.com/archives/{message.channel}/p{message.ts.replace('.', '')}"
    return f"{link}?thread_ts={message.thread_ts}&cid={message.channel}" if message.is_reply else link


def _target(asked: Asked) -> Channel:
    """Where a post goes: a channel the bot may write in, or the direct message of a person."""
    team, key = asked.team, asked["channel"]
    if key in team.users:
        user = team.users[key]
        if user.is_bot or key == "USLACKBOT":
            raise Refused("cannot_dm_bot")
        if user.is_stranger:
            raise Refused("channel_not_found")
        channel = team.direct(key)  # of somebody who left, too: nothing tells (python-slack-sdk 1156)
    else:
        channel = asked.channel()
        if channel.kind == "channel" and team.bot.id not in channel.members and "chat:write.public" not in team.scopes:
            raise Refused("not_in_channel")
    if channel.kind == "im" and not team.messages_tab:
        raise Refused("messages_tab_disabled")
    return channel


def _thread(asked: Asked, channel: Channel) -> str:
    """The thread of a post. One whose first message is gone does not refuse the post: it comes out in the channel
    itself (slack-go issue 1571). A reply's ts, which the real one puts somewhere, is refused."""
    given: str = asked.get("thread_ts", "")
    parent = channel.messages.get(given)
    if parent is not None and parent.is_reply:
        raise Refused("cannot_reply_to_message", "[ERROR] thread_ts is of a reply, not of the thread's first message")
    return given if parent is not None else ""


def _own(asked: Asked, channel: Channel, otherwise: str) -> Message:
    message = channel.messages.get(asked["ts"])
    if message is None or message.is_tombstone:
        raise Refused("message_not_found")
    if message.bot_id != asked.team.bot.bot_id or (message.customised and otherwise == "cant_delete_message"):
        raise Refused(otherwise)
    return message


def _blocks(asked: Asked) -> list[Json]:
    """The blocks with the ids that Slack gives to those without."""
    blocks: list[Json] = copy.deepcopy(asked.get("blocks", []))
    for block in blocks:
        block.setdefault("block_id", asked.team.number("b"))
    return blocks


def _check_content(asked: Asked) -> None:
    """Raises no_text, msg_too_long, invalid_blocks and their like."""
    text, blocks = asked.get("text", ""), asked.get("blocks", [])
    if asked.get("markdown_text") and (text or blocks):
        raise Refused("markdown_text_conflict")
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    keeps_its_own = asked.method == "chat.update" and (asked.get("attachments") or asked.get("metadata") is not None)
    if not (text.strip() or blocks or asked.get("attachments") or asked.get("markdown_text") or keeps_its_own):
        raise Refused("no_text")
    if len(text) > LONGEST_TEXT:
        raise Refused("msg_too_long")
    if len(asked.get("attachments", [])) > 100:
        raise Refused("too_many_attachments")
    if any(asked.get(name) for name in ("username", "icon_url", "icon_emoji")):
        asked.need("chat:write.customize")
    if wrong := check_blocks(blocks, "message") or _unknown_files(asked, blocks):
        raise Refused("invalid_blocks", *wrong, errors=[one.removeprefix("[ERROR] ") for one in wrong])
    if len(all_text(blocks)) > LONGEST_BLOCKS:
        raise Refused("msg_blocks_too_long")
    if metadata := asked.get("metadata"):
        _check_metadata(metadata)


def _check_metadata(metadata: Json) -> None:
    if not isinstance(metadata, dict):
        raise Refused("invalid_metadata_format")
    kind, payload = metadata.get("event_type"), metadata.get("event_payload")
    if not isinstance(kind, str) or not kind or not isinstance(payload, dict) or len(metadata) != 2:
        raise Refused("invalid_metadata_schema")
    if len(json.dumps(metadata).encode()) > METADATA_BYTES:
        raise Refused("metadata_too_large")


def _unknown_files(asked: Asked, blocks: list[Json]) -> list[str]:
    """A slack_file must be known, complete, processed, and a picture."""
    wrong: list[str] = []
    for number, block in enumerate(blocks):
        for part in [block, *(block.get("elements") or []), block.get("accessory") or {}]:
            given = part.get("slack_file") if isinstance(part, dict) else None
            if given is not None and not asked.team.shows_picture(given):
                wrong.append(f"[ERROR] invalid slack file [json-pointer:/blocks/{number}/slack_file]")
    return wrong
