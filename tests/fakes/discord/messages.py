"""What makes, changes and takes away messages and reactions: the rules, whoever asks, and the routes of the bot.

Source: docs.discord.com/developers/resources/message, topics/permissions, topics/threads.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tests.fakes.discord import shapes as shapes
from tests.fakes.discord.bodies import SUPPRESS_EMBEDS
from tests.fakes.discord.fields import Wrong
from tests.fakes.discord.permissions import P
from tests.fakes.discord.pings import Mentioned, mentioned
from tests.fakes.discord.rest import Call, Refused, Upload, handler
from tests.fakes.discord.state import DM, WRITABLE, Attachment, Channel, Guild, Json, Message, User

if TYPE_CHECKING:
    from tests.fakes.discord import FakeDiscord

NONCE_WINDOW = 300.0
"""Seconds for which a nonce is remembered ("the past few minutes")."""
_ROUTE = "/channels/{channel_id}/messages"
_ONE = _ROUTE + "/{message_id}"
_REACTION = _ONE + "/reactions/{emoji_name}/@me"
_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif")


# who may


def the_channel(fake: FakeDiscord, id: str) -> Channel:
    found = fake.channel_of(id)
    if found is None:
        raise Refused(10003)
    return found


def allowed(fake: FakeDiscord, channel: Channel, needs: int) -> None:
    """Raises 50001 where the bot does not see the channel, 50013 where it may not do that in it."""
    has = fake.permissions(channel, fake.bot.user_id)
    if not has & P.VIEW_CHANNEL:
        raise Refused(50001)
    if needs & ~has:
        raise Refused(50013)


def writable(fake: FakeDiscord, channel: Channel) -> None:
    """Whether the bot may write there at all."""
    if channel.type == DM:
        _direct(fake, fake.users[channel.recipients[0]])
        return
    if not fake.permissions(channel, fake.bot.user_id) & P.VIEW_CHANNEL:
        raise Refused(50001)
    if channel.type not in WRITABLE:
        raise Refused(50008)
    allowed(fake, channel, P.SEND_MESSAGES)
    if channel.is_thread and channel.locked and not fake.permissions(channel, fake.bot.user_id) & P.MANAGE_THREADS:
        raise Refused(50083 if channel.archived else 160005)


def _direct(fake: FakeDiscord, user: User) -> None:
    if not any(user.id in guild.members and fake.bot.user_id in guild.members for guild in fake.guilds.values()):
        raise Refused(50278)
    if not user.dms or user.blocks_bot or user.bot:
        raise Refused(50007)


def the_message(fake: FakeDiscord, channel: Channel, id: str) -> Message:
    found = channel.messages.get(id)
    if found is None:
        raise Refused(10008)
    return found


# what a message consists of


def attachments(
    fake: FakeDiscord,
    channel: str,
    listed: list[Json] | None,
    files: Sequence[Upload],
    kept: Sequence[Attachment] = (),
    *,
    ephemeral: bool = False,
) -> list[Attachment]:
    """New files, and of the old ones those that are listed; all of them where nothing is listed. Raises 50035 where a
    file has no entry or an entry no file."""
    if listed is None:
        listed = [{"id": one.id} for one in kept] + [{"id": str(one.number)} for one in files]
    new = {str(one.number): one for one in files}
    old = {one.id: one for one in kept}
    made = []
    for place, entry in enumerate(listed):
        id = str(entry["id"])
        if id in new:
            made.append(_attachment(fake, channel, new.pop(id), entry, ephemeral))
        elif id in old:
            made.append(old.pop(id))
        else:
            code, message = "MESSAGE_ATTACHMENT_NOT_FOUND", f"Attachment data for attachment with id {id} not found"
            raise Refused(50035, Wrong(("attachments", place), code, message))
    if new:
        raise Refused(50035, Wrong(("attachments",), "MESSAGE_ATTACHMENT_MISSING", f"Files without entry: {list(new)}"))
    return made


def _attachment(fake: FakeDiscord, channel: str, file: Upload, entry: Json, ephemeral: bool) -> Attachment:
    name = re.sub(r"[^\w.-]", "_", entry.get("filename") or file.filename, flags=re.ASCII)
    return fake.store(channel, name, file.content, entry.get("description"), ephemeral=ephemeral)


def embeds(given: list[Json] | None, files: Sequence[Attachment]) -> tuple[list[Json], set[str]]:
    """As Discord keeps them: trimmed, `attachment://` replaced by where the file is; and the ids of those files, which
    then do not stand among the attachments (a link to the CDN in their place shows the picture twice)."""
    by_name = {one.filename: one for one in files}
    made: list[Json] = []
    used: set[str] = set()
    for place, embed in enumerate(given or []):
        kept: Json = {"type": "rich"}
        for name, value in embed.items():
            if value is None or name == "type" or value in ("", []):
                continue
            kept[name] = value.strip() if isinstance(value, str) else copy.deepcopy(value)
        kept["fields"] = [
            {"name": f["name"].strip(), "value": f["value"].strip(), "inline": bool(f.get("inline"))}
            for f in kept.get("fields", [])
        ]
        if not kept["fields"]:
            del kept["fields"]
        for name, key in (("image", "url"), ("thumbnail", "url"), ("author", "icon_url"), ("footer", "icon_url")):
            one = kept.get(name)
            if one is None:
                continue
            kept[name] = one = {k: v.strip() if isinstance(v, str) else v for k, v in one.items() if v is not None}
            link = one.get(key, "")
            if link.startswith("attachment://"):
                file = by_name.get(link.removeprefix("attachment://"))
                if file is None or not file.filename.lower().endswith(_PICTURES):
                    message = "No picture of that name is attached"
                    raise Refused(50035, Wrong(("embeds", place, name, key), "EMBED_ATTACHMENT_NOT_FOUND", message))
                used.add(file.id)
                one[key] = file.url
            if key in one:
                one["proxy_" + key] = one[key]
                if name in ("image", "thumbnail"):
                    one |= {"width": one.get("width") or 64, "height": one.get("height") or 64, "flags": 0}
        made.append(kept)
    return made, used


def components(given: list[Json] | None) -> list[Json]:
    """With the ids and defaults that Discord fills in."""
    made = copy.deepcopy(given or [])
    taken = {one["id"] for row in made for one in (row, *row["components"]) if one.get("id")}
    free = (n for n in range(1, 1000) if n not in taken)
    for row in made:
        for one in (row, *row["components"]):
            one["id"] = one.get("id") or next(free)
            for name in [name for name, value in one.items() if value is None]:
                del one[name]
            if one["type"] == 3:
                one.setdefault("min_values", 1)
                one.setdefault("max_values", 1)
    return made


def fill(
    fake: FakeDiscord,
    message: Message,
    given: Json,
    files: Sequence[Upload],
    *,
    pinging: bool,
    answers: bool = False,
) -> None:
    """Puts what is given into a message; what is not given stays. `pinging`: it is new to people. Raises Refused, and
    then has changed nothing."""
    channel = message.channel
    listed = given.get("attachments")
    kept = attachments(fake, channel, listed, files, message.attachments, ephemeral=message.ephemeral)
    content = (given["content"] or "").strip() if "content" in given else message.content
    shown, used = message.embeds, {one.id for one in message.attachments if one.used}
    if "embeds" in given:
        shown, used = embeds(given["embeds"], kept)
    rows = components(given["components"]) if "components" in given else message.components
    if not (content or shown or kept):
        raise Refused(50006)
    found = _mentions(fake, message, content, given.get("allowed_mentions"), answers)
    message.attachments, message.content, message.embeds, message.components = kept, content, shown, rows
    for one in kept:
        one.used = one.id in used
    if "flags" in given and given["flags"] is not None:
        message.flags = message.flags & ~SUPPRESS_EMBEDS | given["flags"]
    if "content" in given or pinging:
        message.mentions, message.mention_roles, message.mention_everyone = found.users, found.roles, found.everyone
    if pinging:
        message.pings = found.pings if not message.flags & (1 << 12) else []
        fake.pinged += message.pings


def _mentions(fake: FakeDiscord, message: Message, content: str, allowed_: Json | None, answers: bool) -> Mentioned:
    channel = fake.channel_of(message.channel)
    may_all = bool(channel and fake.permissions(channel, message.author.id) & P.MENTION_EVERYONE)
    answered = message.replied.author if message.type == 19 and message.replied else message.author
    replied = "" if answered is message.author else answered.id
    guild = fake.guilds.get(message.guild)
    return mentioned(
        content, guild, allowed_, known=fake.users.__contains__, may_all=may_all, answers=answers, replied=replied
    )


# what happens


def put(fake: FakeDiscord, channel: Channel, message: Message) -> Message:
    """A message appears, and the app is told. A thread that sleeps wakes up."""
    if channel.is_thread and channel.archived:
        channel.archived = False
        fake.told_channel("THREAD_UPDATE", channel)
    channel.messages[message.id] = message
    channel.sent += 1
    fake.told_message("MESSAGE_CREATE", message)
    return message


def take(fake: FakeDiscord, message: Message) -> None:
    """A message goes, and the app is told."""
    channel = fake.channel_of(message.channel)
    message.deleted = True
    if channel is None or message.id not in channel.messages:
        return
    del channel.messages[message.id]
    data: Json = {"id": message.id, "channel_id": channel.id} | ({"guild_id": channel.guild} if channel.guild else {})
    fake.told("MESSAGE_DELETE", data, channel)


def react(fake: FakeDiscord, message: Message, user: User, emoji: str, *, added: bool) -> bool:
    """False where nothing changes."""
    users = message.reactions.get(emoji, [])
    if (user.id in users) == added:
        return False
    if added:
        message.reactions.setdefault(emoji, []).append(user.id)
    else:
        users.remove(user.id)
        if not users:
            del message.reactions[emoji]
    channel = fake.channel_of(message.channel)
    assert channel is not None
    data: Json = {
        "user_id": user.id,
        "channel_id": message.channel,
        "message_id": message.id,
        "emoji": shapes.emoji(emoji),
        "burst": False,
        "type": 0,
    }
    guild = fake.guilds.get(message.guild)
    if guild is not None:
        data["guild_id"] = guild.id
    if added:
        data["message_author_id"] = message.author.id
        data["burst_colors"] = []
        if guild is not None and user.id in guild.members:
            data["member"] = shapes.member(guild, guild.members[user.id])
    fake.told(f"MESSAGE_REACTION_{'ADD' if added else 'REMOVE'}", data, channel)
    return True


# the routes


@handler(f"GET {_ROUTE}")
def read_many(fake: FakeDiscord, call: Call) -> Any:
    """Newest first."""
    channel = the_channel(fake, call.ids["channel_id"])
    allowed(fake, channel, call.needs)
    if not fake.permissions(channel, fake.bot.user_id) & P.READ_MESSAGE_HISTORY:
        return []
    if len({"before", "after", "around"} & set(call.query)) > 1:
        raise Refused(50035, Wrong(("before",), "BASE_TYPE_CHOICES", "Only one of before, after and around"))
    limit = call.query.get("limit") or 50
    stand = sorted(channel.messages.values(), key=lambda m: int(m.id))
    if after := call.query.get("after"):
        chosen = [m for m in stand if int(m.id) > int(after)][:limit]
    elif around := call.query.get("around"):
        before = [m for m in stand if int(m.id) < int(around)]
        rest = [m for m in stand if int(m.id) >= int(around)]
        chosen = before[-(limit // 2) :] + rest[: limit - min(limit // 2, len(before))]
    else:
        end = int(call.query.get("before") or 2**64)
        chosen = [m for m in stand if int(m.id) < end][-limit:]
    return [fake.visible(m) for m in reversed(chosen)]


@handler(f"GET {_ONE}")
def read_one(fake: FakeDiscord, call: Call) -> Any:
    channel = the_channel(fake, call.ids["channel_id"])
    allowed(fake, channel, call.needs)
    return fake.visible(the_message(fake, channel, call.ids["message_id"]))


@handler(f"POST {_ROUTE}")
def create(fake: FakeDiscord, call: Call) -> Any:
    channel = the_channel(fake, call.ids["channel_id"])
    writable(fake, channel)
    given = call.checked()
    _may_carry(fake, channel, given, call.files)
    nonce = given.get("nonce")
    if nonce is None and given.get("enforce_nonce"):
        raise Refused(50035, Wrong(("nonce",), "BASE_TYPE_REQUIRED", "This field is required"))
    if nonce is not None and given.get("enforce_nonce") and (known := _said(fake, nonce)) is not None:
        if known.deleted:
            raise Refused(10008)
        return fake.visible(known) | {"nonce": nonce}
    message = Message(fake.ids.new(), channel.id, fake.bot.user, "", fake.clock.now(), channel.guild, nonce=nonce)
    _reply(fake, channel, message, given.get("message_reference"))
    fill(fake, message, given, call.files, pinging=True)
    put(fake, channel, message)
    if nonce is not None:
        fake.nonces[nonce] = (fake.clock.monotonic(), message)
    return fake.visible(message) | ({"nonce": nonce} if nonce is not None else {})


def _said(fake: FakeDiscord, nonce: str | int) -> Message | None:
    at, message = fake.nonces.get(nonce, (0.0, None))
    return message if message is not None and fake.clock.monotonic() - at < fake.nonce_window else None


def _may_carry(fake: FakeDiscord, channel: Channel, given: Json, files: Sequence[Upload]) -> None:
    if given.get("embeds"):
        allowed(fake, channel, P.EMBED_LINKS)
    if files:
        allowed(fake, channel, P.ATTACH_FILES)


def _reply(fake: FakeDiscord, channel: Channel, message: Message, reference: Json | None) -> None:
    if reference is None:
        return
    if not fake.permissions(channel, fake.bot.user_id) & P.READ_MESSAGE_HISTORY:
        raise Refused(160002)
    target = channel.messages.get(str(reference["message_id"]))
    if target is None or str(reference.get("channel_id") or channel.id) != channel.id:
        if reference.get("fail_if_not_exists") is False:
            return
        raise Refused(50035, Wrong(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message"))
    replies_to(message, target)


def replies_to(message: Message, target: Message) -> None:
    message.type, message.replied = 19, target
    message.reference = {"type": 0, "channel_id": target.channel, "message_id": target.id}
    if target.guild:
        message.reference["guild_id"] = target.guild


@handler(f"PATCH {_ONE}")
def change(fake: FakeDiscord, call: Call) -> Any:
    channel = the_channel(fake, call.ids["channel_id"])
    allowed(fake, channel, call.needs)
    message = the_message(fake, channel, call.ids["message_id"])
    if message.author is not fake.bot.user:
        raise Refused(50005)
    if channel.archived:
        raise Refused(50083)
    given = call.checked()
    _may_carry(fake, channel, given, call.files)
    fill(fake, message, given, call.files, pinging=False)
    edited(fake, message)
    return fake.visible(message)


def edited(fake: FakeDiscord, message: Message) -> None:
    message.edited = fake.clock.now()
    fake.told_message("MESSAGE_UPDATE", message)


@handler(f"DELETE {_ONE}")
def delete(fake: FakeDiscord, call: Call) -> Any:
    channel = the_channel(fake, call.ids["channel_id"])
    allowed(fake, channel, call.needs)
    message = the_message(fake, channel, call.ids["message_id"])
    if message.author is not fake.bot.user:
        if channel.type == DM:
            raise Refused(50003)
        allowed(fake, channel, P.MANAGE_MESSAGES)
    if channel.archived:
        raise Refused(50083)
    take(fake, message)


@handler(f"PUT {_REACTION}")
def add_reaction(fake: FakeDiscord, call: Call) -> Any:
    channel, message, emoji = _reaction(fake, call)
    if emoji not in message.reactions:
        allowed(fake, channel, P.ADD_REACTIONS)
        if len(message.reactions) >= 20:
            raise Refused(30010)
    if message.author.blocks_bot:
        raise Refused(90001)
    react(fake, message, fake.bot.user, emoji, added=True)


@handler(f"DELETE {_REACTION}")
def remove_reaction(fake: FakeDiscord, call: Call) -> Any:
    _, message, emoji = _reaction(fake, call)
    react(fake, message, fake.bot.user, emoji, added=False)


def _reaction(fake: FakeDiscord, call: Call) -> tuple[Channel, Message, str]:
    channel = the_channel(fake, call.ids["channel_id"])
    allowed(fake, channel, call.needs)
    message = the_message(fake, channel, call.ids["message_id"])
    if channel.archived:
        raise Refused(50083)
    return channel, message, known_emoji(fake, call.ids["emoji_name"])


def known_emoji(fake: FakeDiscord, name: str) -> str:
    """A character, or `name:id` of a guild's own. Raises 10014."""
    plain, _, id = name.partition(":")
    if id:
        owners: list[Guild] = [g for g in fake.guilds.values() if g.emojis.get(id) == plain]
        if not owners:
            raise Refused(10014)
        return name
    if not plain or len(plain) > 12 or (plain.isascii() and not plain[0].isdigit()) or plain.isalnum():
        raise Refused(10014)
    return name
