"""The JSON of the fake's objects, as REST and the gateway give it. Shapes: docs.discord.com/developers/resources/*."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tests.fakes.discord.permissions import P
from tests.fakes.discord.state import (
    DM,
    EPOCH,
    FORUM,
    App,
    Attachment,
    Channel,
    Entry,
    Guild,
    Json,
    Member,
    Message,
    Overwrite,
    Role,
    User,
)

if TYPE_CHECKING:
    from tests.fakes.discord import FakeDiscord


def stamp(at: datetime | None) -> str | None:
    """ISO 8601 as Discord writes it, with microseconds and an offset."""
    return at.isoformat(timespec="microseconds") if at is not None else None


def born(id: str) -> float:
    """The seconds since 1970 in a snowflake."""
    return ((int(id) >> 22) + EPOCH) / 1000


def user(one: User) -> Json:
    made: Json = {
        "id": one.id,
        "username": one.name,
        "global_name": one.global_name,
        "avatar": None,
        "avatar_decoration_data": None,
        "discriminator": "0000" if one.bot else "0",
        "public_flags": 0,
        "flags": 0,
        "banner": None,
        "accent_color": None,
        "collectibles": None,
        "primary_guild": None,
    }
    return made | ({"bot": True} if one.bot else {})


def myself(app: App) -> Json:
    """GET /users/@me"""
    more = {"mfa_enabled": True, "locale": "en-US", "premium_type": 0, "email": None, "verified": True}
    return user(app.user) | {"bot": True} | more


def member(guild: Guild, one: Member, *, with_user: bool = True) -> Json:
    made: Json = {
        "avatar": None,
        "banner": None,
        "communication_disabled_until": stamp(one.timeout_until),
        "flags": 0,
        "joined_at": stamp(one.joined or guild.fake.clock.now()),
        "nick": one.nick,
        "pending": one.pending,
        "premium_since": None,
        "roles": list(one.roles),
        "mute": False,
        "deaf": False,
    }
    return made | ({"user": user(one.user)} if with_user else {})


def role(one: Role) -> Json:
    made: Json = {
        "id": one.id,
        "name": one.name,
        "permissions": str(one.permissions),
        "position": one.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": one.managed,
        "mentionable": one.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
    return made | ({"tags": {"bot_id": one.bot}} if one.bot else {})


def overwrite(one: Overwrite) -> Json:
    return {"id": one.id, "type": one.kind, "allow": str(one.allow), "deny": str(one.deny)}


def channel(fake: FakeDiscord, one: Channel) -> Json:
    """A channel of a guild, a thread or a direct message, by its type, as it is."""
    last = max(one.messages, key=int, default=None)
    made: Json = {"id": one.id, "type": one.type, "last_message_id": last, "flags": one.flags}
    if one.type == DM:
        return made | {"recipients": [user(fake.users[id]) for id in one.recipients]}
    made |= {"guild_id": one.guild, "name": one.name, "parent_id": one.parent, "rate_limit_per_user": one.slowmode}
    if one.is_thread:
        return made | _thread(fake, one)
    made |= {
        "topic": one.topic,
        "position": one.position,
        "permission_overwrites": [overwrite(o) for o in one.overwrites.values()],
        "nsfw": False,
    }
    if one.type == FORUM:
        made |= {
            "available_tags": [],
            "default_reaction_emoji": None,
            "default_sort_order": None,
            "default_forum_layout": 0,
        }
    return made


OBFUSCATED, HIDDEN_NAME = 1 << 17, "___hidden___"


def gateway_channel(fake: FakeDiscord, one: Channel) -> Json:
    """As the gateway shows it: a channel that the bot does not see keeps its id, type, position and parent, and nothing
    else of it is true (change-log of 2026-08-12, for all apps since 2026-11-16)."""
    made = channel(fake, one)
    if one.is_thread or not fake.obfuscated(one):
        return made
    nobody = Overwrite(one.guild, 0, deny=int(P.VIEW_CHANNEL))
    return made | {
        "name": HIDDEN_NAME,
        "topic": None,
        "last_message_id": None,
        "rate_limit_per_user": 0,
        "flags": OBFUSCATED,
        "permission_overwrites": [overwrite(nobody)],
    }


def _thread(fake: FakeDiscord, one: Channel) -> Json:
    metadata: Json = {
        "archived": one.archived,
        "archive_timestamp": stamp(one.archived_at),
        "auto_archive_duration": 4320,
        "locked": one.locked,
        "create_timestamp": stamp(one.archived_at),
    }
    made: Json = {
        "owner_id": one.owner,
        "thread_metadata": metadata | ({"invitable": True} if one.private else {}),
        "message_count": len(one.messages),
        "member_count": min(len(one.thread_members), 50),
        "total_message_sent": one.sent,
    }
    if fake.bot.user_id in one.thread_members:
        made["member"] = thread_member(one, fake.bot.user_id)
    return made


def thread_member(thread: Channel, id: str) -> Json:
    return {"id": thread.id, "user_id": id, "join_timestamp": stamp(thread.thread_members[id]), "flags": 0}


def partial_channel(fake: FakeDiscord, one: Channel, permissions: int) -> Json:
    """As an interaction names where it happened and what its options name."""
    made = channel(fake, one)
    if one.type == DM:
        return {name: made[name] for name in ("id", "type", "last_message_id", "flags", "recipients")}
    names = ["id", "type", "name", "parent_id", "guild_id", "flags", "last_message_id", "rate_limit_per_user"]
    names += ["thread_metadata"] if one.is_thread else ["topic", "position", "nsfw"]
    return {name: made[name] for name in names} | {"permissions": str(permissions)}


def guild(one: Guild) -> Json:
    """GET /guilds/{id}"""
    return {
        "id": one.id,
        "name": one.name,
        "icon": None,
        "description": None,
        "home_header": None,
        "splash": None,
        "discovery_splash": None,
        "features": [],
        "banner": None,
        "owner_id": one.owner,
        "application_id": None,
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 1,
        "roles": [role(r) for r in one.roles.values()],
        "default_message_notifications": 1,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_presences": None,
        "max_members": 25_000_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": one.locale,
        "rules_channel_id": None,
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": None,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [_emoji(id, name) for id, name in one.emojis.items()],
        "stickers": [],
        "incidents_data": None,
    }


def _emoji(id: str, name: str) -> Json:
    made: Json = {"id": id, "name": name, "roles": [], "require_colons": True, "managed": False}
    return made | {"animated": False, "available": True}


def created_guild(one: Guild, channels: list[Channel], threads: list[Channel], members: list[Member]) -> Json:
    """GUILD_CREATE"""
    fake = one.fake
    return guild(one) | {
        "joined_at": stamp(one.members[fake.bot.user_id].joined),
        "large": False,
        "unavailable": False,
        "member_count": len(one.members),
        "voice_states": [],
        "members": [member(one, m) for m in members],
        "channels": [_without_guild(gateway_channel(fake, c)) for c in channels],
        "threads": [channel(fake, t) for t in threads],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def _without_guild(made: Json) -> Json:
    return {name: value for name, value in made.items() if name != "guild_id"}


def my_guild(one: Guild, app: App, permissions: int, *, counts: bool) -> Json:
    """GET /users/@me/guilds"""
    made: Json = {
        "id": one.id,
        "name": one.name,
        "icon": None,
        "banner": None,
        "owner": one.owner == app.user_id,
        "permissions": str(permissions),
        "features": [],
    }
    return made | (counted(one) if counts else {})


def counted(one: Guild) -> Json:
    return {"approximate_member_count": len(one.members), "approximate_presence_count": 1}


def attachment(one: Attachment) -> Json:
    made: Json = {
        "id": one.id,
        "filename": one.filename,
        "size": len(one.content),
        "url": one.url,
        "proxy_url": one.url.replace("/attachments/", "/proxied/attachments/", 1),
        "content_type": one.content_type,
    }
    if one.description is not None:
        made["description"] = one.description
    if one.content_type.startswith("image/"):
        made |= {"width": 64, "height": 64}
    return made | ({"ephemeral": True} if one.ephemeral else {})


def emoji(name: str) -> Json:
    """Of a reaction: a character, or `name:id`."""
    plain, _, id = name.partition(":")
    return {"id": id or None, "name": plain}


def reactions(one: Message, viewer: str) -> list[Json]:
    return [
        {
            "emoji": emoji(name),
            "count": len(users),
            "count_details": {"burst": 0, "normal": len(users)},
            "burst_colors": [],
            "me_burst": False,
            "me": viewer in users,
        }
        for name, users in one.reactions.items()
    ]


def message(fake: FakeDiscord, one: Message, *, hidden: bool = False, depth: int = 0) -> Json:
    """`hidden`: what people wrote is left out, as without the message content intent."""
    made: Json = {
        "id": one.id,
        "channel_id": one.channel,
        "type": one.type,
        "content": "" if hidden else one.content,
        "author": user(one.author),
        "mentions": [user(fake.users[id]) for id in one.mentions if id in fake.users],
        "mention_roles": list(one.mention_roles),
        "mention_everyone": one.mention_everyone,
        "attachments": [] if hidden else [attachment(a) for a in one.attachments if not a.used],
        "embeds": [] if hidden or one.flags & 4 else list(one.embeds),
        "components": [] if hidden else list(one.components),
        "timestamp": stamp(one.at),
        "edited_timestamp": stamp(one.edited),
        "flags": one.flags,
        "pinned": False,
        "tts": False,
    }
    if one.reactions and depth == 0:
        made["reactions"] = reactions(one, fake.bot.user_id)
    if one.webhook:
        made["webhook_id"] = one.webhook
    if one.application:
        made["application_id"] = one.application
    if one.metadata is not None:
        made["interaction_metadata"] = one.metadata
    if one.reference is not None:
        made["message_reference"] = one.reference
    if one.type in (19, 20, 21, 23) and depth == 0 and one.reference is not None:
        made["referenced_message"] = None
        if one.replied is not None and not one.replied.deleted:
            made["referenced_message"] = fake.visible(one.replied, depth=1)
    if one.thread and (thread := fake.channel_of(one.thread)) is not None:
        made["thread"] = channel(fake, thread)
    return made


def entry(one: Entry) -> Json:
    made: Json = {"id": one.id, "action_type": one.action, "user_id": one.user, "target_id": one.target}
    made |= {"changes": one.changes} if one.changes else {}
    made |= {"options": one.options} if one.options else {}
    return made | ({"reason": one.reason} if one.reason else {})


def application(app: App, guilds: int) -> Json:
    """GET /applications/@me, and its elder twin under /oauth2."""
    made: Json = {
        "id": app.id,
        "name": app.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": user(app.user),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "00" * 32,
        "flags": app.flags,
        "flags_new": str(app.flags),
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user(app.owner),
        "team": _team(app) if app.team else None,
        "approximate_guild_count": guilds,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "eligible_oauth2_scopes": [],
        "integration_types_config": {"0": {}},
    }
    return made


def _team(app: App) -> Json:
    one = {"user": user(app.owner), "team_id": "9001", "membership_state": 2, "role": "", "permissions": ["*"]}
    return {"id": "9001", "icon": None, "name": "Team", "owner_user_id": app.owner.id, "members": [one]}
