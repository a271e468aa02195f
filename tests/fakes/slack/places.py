"""The fake's conversations.* methods, and users.conversations: what a bot may see of channels, and going inside."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from tests.fakes.slack.methods import Asked, Refused, page, plays
from tests.fakes.slack.objects import Json
from tests.fakes.slack.state import Channel, Message

KINDS = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
SCOPES = {"channel": "channels:read", "group": "groups:read", "im": "im:read", "mpim": "mpim:read"}


@plays("conversations.info")
async def info(asked: Asked) -> Json:
    channel = asked.readable("read")
    shown = channel.shown(asked.team.bot.id)
    if asked.get("include_num_members") and channel.kind != "im":
        shown["num_members"] = len(channel.members)
    return {"channel": shown}


@plays("conversations.members")
async def members(asked: Asked) -> Json:
    channel = asked.readable("read")
    found, metadata = page(asked, channel.members, default=100, most=1000)
    return {"members": found, "response_metadata": metadata}


@plays("conversations.list")
async def list_(asked: Asked) -> Json:
    return _listed(asked, lambda channel: True)


@plays("users.conversations")
async def of_user(asked: Asked) -> Json:
    user = asked.get("user") or asked.team.bot.id
    return _listed(asked, lambda channel: user in channel.members)


def _listed(asked: Asked, wanted: Callable[[Channel], bool]) -> Json:
    team = asked.team
    types = [t.strip() for t in asked.get("types", "public_channel").split(",")]
    if not set(types) <= set(KINDS):
        raise Refused("invalid_types")
    kinds = {KINDS[t] for t in types}
    for kind in sorted(kinds):
        asked.need(SCOPES[kind])
    found = [
        channel.shown(team.bot.id) | ({} if channel.kind == "im" else {"num_members": len(channel.members)})
        for channel in team.channels.values()
        if channel.kind in kinds
        and wanted(channel)
        and (channel.kind == "channel" or team.bot.id in channel.members)
        and not (asked.get("exclude_archived") and channel.archived)
    ]
    shown, metadata = page(asked, found, default=100, most=1000)
    return {"channels": shown, "response_metadata": metadata}


@plays("conversations.join")
async def join(asked: Asked) -> Json:
    channel = asked.channel()
    if channel.kind != "channel":
        raise Refused("method_not_supported_for_channel_type")
    if channel.archived:
        raise Refused("is_archived")
    if asked.team.bot.id in channel.members:
        shown = channel.shown(asked.team.bot.id)
        return {"channel": shown, "warning": "already_in_channel"}
    await asked.team.arrive(channel, asked.team.bot.id)
    return {"channel": channel.shown(asked.team.bot.id)}


@plays("conversations.open")
async def open_(asked: Asked) -> Json:
    team = asked.team
    if key := asked.get("channel"):
        channel = team.channels.get(key)
        if channel is None or team.bot.id not in channel.members:
            raise Refused("channel_not_found")
        if channel.kind not in ("im", "mpim"):
            raise Refused("method_not_supported_for_channel_type")
        return _opened(asked, channel, already=True)
    users = [u.strip() for u in asked.get("users", "").split(",") if u.strip()]
    if not users:
        raise Refused("users_list_not_supplied")
    if len(users) > 8:
        raise Refused("too_many_users")
    asked.need("im:write" if len(users) == 1 else "mpim:write")
    for user in users:
        _may_be_written_to(asked, user)
    if len(users) == 1:
        already = f"D{users[0]}" in team.channels
        if asked.get("prevent_creation") and not already:
            raise Refused("channel_not_found")
        return _opened(asked, team.direct(users[0]), already=already)
    inside = sorted([*users, team.bot.id])
    for channel in team.channels.values():
        if channel.kind == "mpim" and sorted(channel.members) == inside:
            return _opened(asked, channel, already=True)
    return _opened(
        asked, team.channel(team.number("G"), "mpdm-" + "--".join(users), inside, kind="mpim"), already=False
    )


def _may_be_written_to(asked: Asked, user: str) -> None:
    found = asked.team.users.get(user)
    if found is None:
        raise Refused("user_not_found")
    if found.deleted:
        raise Refused("user_disabled")
    if found.is_bot or found.id == "USLACKBOT":
        raise Refused("cannot_dm_bot")
    if found.is_stranger and not any(user in c.members for c in asked.team.channels.values() if c.ext_shared):
        raise Refused("user_not_visible")


def _opened(asked: Asked, channel: Channel, *, already: bool) -> Json:
    shown = channel.shown(asked.team.bot.id) if asked.get("return_im") else {"id": channel.id}
    return {"channel": shown} | ({"no_op": True, "already_open": True} if already else {})


@plays("conversations.history")
async def history(asked: Asked) -> Json:
    channel = _heard(asked)
    found = [m for _, m in sorted(channel.messages.items(), reverse=True) if not m.is_reply or m.broadcast]
    return _read(asked, found, default=100, most=999)


@plays("conversations.replies")
async def replies(asked: Asked) -> Json:
    channel = _heard(asked)
    parent = channel.messages.get(asked["ts"])
    if parent is not None and parent.is_reply:
        parent = channel.messages.get(parent.thread_ts)
    if parent is None:
        raise Refused("thread_not_found")
    return _read(asked, channel.replies(parent.ts), default=1000, most=1000, first=parent)


def _heard(asked: Asked) -> Channel:
    channel = asked.readable("history")
    if asked.team.bot.id not in channel.members:
        raise Refused("not_in_channel")
    return channel


def _read(asked: Asked, messages: Sequence[Message], *, default: int, most: int, first: Message | None = None) -> Json:
    """One page between `oldest` and `latest`, both left out unless `inclusive`. A thread's `first` message opens its
    first page, whatever the times."""
    low, high = _time(asked, "oldest", "0"), _time(asked, "latest", "9999999999")
    inside = asked.get("inclusive", False)
    between = [m for m in messages if low < float(m.ts) < high or (inside and float(m.ts) in (low, high))]
    if first is not None:
        between.insert(0, first)
    found, metadata = page(asked, between, default=default, most=most)
    more = bool(metadata["next_cursor"])
    full = asked.get("include_all_metadata", False)
    answer: Json = {"messages": [_shown(asked, m, full) for m in found], "has_more": more}
    return answer | ({"response_metadata": metadata} if more else {})


def _shown(asked: Asked, message: Message, full: bool) -> Json:
    shown = message.shown(metadata=full)
    under = asked.team.channels[message.channel].replies(message.ts)
    if under:
        shown |= {
            "thread_ts": message.ts,
            "reply_count": len(under),
            "reply_users": list(dict.fromkeys(m.user for m in under)),
            "reply_users_count": len({m.user for m in under}),
            "latest_reply": under[-1].ts,
            "is_locked": False,
            "subscribed": False,
        }
    if message.is_reply and (parent := asked.team.channels[message.channel].messages.get(message.thread_ts)):
        shown["parent_user_id"] = parent.user
    return shown


def _time(asked: Asked, name: str, otherwise: str) -> float:
    given = asked.get(name) or otherwise
    if given == "now":
        given = "9999999999"
    if not re.fullmatch(r"\d+(\.\d+)?", given):
        raise Refused(f"invalid_ts_{name}")
    return float(given)
