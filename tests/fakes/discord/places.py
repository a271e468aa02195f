"""The routes that look: the bot itself, its guilds, their channels, roles, members and audit log; and opening a DM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.discord import shapes as shapes
from tests.fakes.discord.messages import allowed, the_channel
from tests.fakes.discord.permissions import in_guild
from tests.fakes.discord.rest import Call, Refused, handler
from tests.fakes.discord.state import Guild

if TYPE_CHECKING:
    from tests.fakes.discord import FakeDiscord

_GUILD = "/guilds/{guild_id}"


@handler("GET /users/@me")
def me(fake: FakeDiscord, call: Call) -> Any:
    return shapes.myself(fake.bot)


@handler("GET /applications/@me")
@handler("GET /oauth2/applications/@me")
def application(fake: FakeDiscord, call: Call) -> Any:
    return shapes.application(fake.bot, len(_inside(fake)))


@handler("GET /gateway/bot")
def gateway(fake: FakeDiscord, call: Call) -> Any:
    limit = {
        "total": 1000,
        "remaining": max(fake.gateway.start_limit, 0),
        "reset_after": 14_400_000,
        "max_concurrency": 1,
    }
    return {"url": fake.gateway_url, "shards": fake.bot.shards, "session_start_limit": limit}


@handler("GET /users/@me/guilds")
def my_guilds(fake: FakeDiscord, call: Call) -> Any:
    """By id, oldest first."""
    query = call.query
    after, before = int(query.get("after") or 0), int(query.get("before") or 2**64)
    found = sorted((g for g in _inside(fake) if after < int(g.id) < before), key=lambda g: int(g.id))
    limit = query.get("limit") or 200
    found = found[-limit:] if "before" in query and "after" not in query else found[:limit]
    counts = bool(query.get("with_counts"))
    return [shapes.my_guild(g, fake.bot, in_guild(g, fake.bot.user_id), counts=counts) for g in found]


def _inside(fake: FakeDiscord) -> list[Guild]:
    return [g for g in fake.guilds.values() if fake.bot.user_id in g.members]


def the_guild(fake: FakeDiscord, id: str) -> Guild:
    """Raises 10004 for a guild that is not there, 50001 where the bot is not inside."""
    found = fake.guilds.get(id)
    if found is None:
        raise Refused(10004)
    if fake.bot.user_id not in found.members:
        raise Refused(50001)
    return found


@handler(f"GET {_GUILD}")
def guild(fake: FakeDiscord, call: Call) -> Any:
    if call.ids["guild_id"] in fake.guilds and fake.bot.user_id not in fake.guilds[call.ids["guild_id"]].members:
        raise Refused(10004)
    found = the_guild(fake, call.ids["guild_id"])
    return shapes.guild(found) | (shapes.counted(found) if call.query.get("with_counts") else {})


@handler(f"GET {_GUILD}/channels")
def channels(fake: FakeDiscord, call: Call) -> Any:
    """No threads, and what the bot does not see is left out (since 2026-11-16, change-log: channel obfuscation)."""
    found = the_guild(fake, call.ids["guild_id"])
    shown = [c for c in found.channels.values() if not c.is_thread and not fake.obfuscated(c)]
    return [shapes.channel(fake, c) for c in shown]


@handler(f"GET {_GUILD}/roles")
def roles(fake: FakeDiscord, call: Call) -> Any:
    return [shapes.role(r) for r in the_guild(fake, call.ids["guild_id"]).roles.values()]


@handler(f"GET {_GUILD}/members/{{user_id}}")
def member(fake: FakeDiscord, call: Call) -> Any:
    found = the_guild(fake, call.ids["guild_id"])
    user = call.ids["user_id"]
    if user not in fake.users:
        raise Refused(10013)
    if user not in found.members:
        raise Refused(10007)
    return shapes.member(found, found.members[user])


@handler(f"GET {_GUILD}/threads/active")
def threads(fake: FakeDiscord, call: Call) -> Any:
    """Those that the bot sees, newest first."""
    found = the_guild(fake, call.ids["guild_id"])
    bot = fake.bot.user_id
    seen = [c for c in found.channels.values() if c.is_thread and not c.archived and fake.may_see(found, bot, c)]
    seen.sort(key=lambda c: int(c.id), reverse=True)
    joined = [shapes.thread_member(c, bot) for c in seen if bot in c.thread_members]
    return {"threads": [shapes.channel(fake, c) for c in seen], "members": joined, "has_more": False}


@handler(f"GET {_GUILD}/audit-logs")
def audit_log(fake: FakeDiscord, call: Call) -> Any:
    """Newest first; oldest first after `after`."""
    found = the_guild(fake, call.ids["guild_id"])
    if call.needs & ~in_guild(found, fake.bot.user_id):
        raise Refused(50013)
    query, entries = call.query, list(reversed(found.log))
    for name, wanted in (("user_id", "user"), ("target_id", "target"), ("action_type", "action")):
        if name in query:
            entries = [e for e in entries if getattr(e, wanted) == query[name]]
    if "before" in query:
        entries = [e for e in entries if int(e.id) < int(query["before"])]
    if "after" in query:
        entries = [e for e in reversed(entries) if int(e.id) > int(query["after"])]
    entries = entries[: query.get("limit") or 50]
    people = dict.fromkeys(id for e in entries for id in (e.user, e.target) if id in fake.users)
    return {
        "audit_log_entries": [shapes.entry(e) for e in entries],
        "users": [shapes.user(fake.users[id]) for id in people],
        "integrations": [],
        "webhooks": [],
        "guild_scheduled_events": [],
        "threads": [],
        "application_commands": [],
        "auto_moderation_rules": [],
    }


@handler("GET /channels/{channel_id}")
def channel(fake: FakeDiscord, call: Call) -> Any:
    found = the_channel(fake, call.ids["channel_id"])
    allowed(fake, found, call.needs)
    return shapes.channel(fake, found)


@handler("POST /users/@me/channels")
def open_dm(fake: FakeDiscord, call: Call) -> Any:
    """The same channel each time. Only a new one counts for `dm_limit`."""
    id = str(call.checked()["recipient_id"])
    if id not in fake.users or id == fake.bot.user_id:
        raise Refused(50033)
    if fake.users[id].bot:
        raise Refused(50007, status=400)
    known = fake.direct_of(id)
    if known is None or id not in fake.opened:
        _not_too_fast(fake)
        fake.opened.add(id)
    return shapes.channel(fake, known or fake.direct(id))


def _not_too_fast(fake: FakeDiscord) -> None:
    if fake.dm_limit is None:
        return
    most, seconds = fake.dm_limit
    now = fake.clock.monotonic()
    fake.openings = [at for at in fake.openings if at > now - seconds]
    if len(fake.openings) >= most:
        raise Refused(40003)
    fake.openings.append(now)
