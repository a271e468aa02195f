"""The fake's users.* and usergroups.* methods."""

from __future__ import annotations

from tests.fakes.slack.methods import Asked, Refused, page, plays
from tests.fakes.slack.objects import Json, User


@plays("users.info")
async def info(asked: Asked) -> Json:
    return {"user": _shown(asked, _found(asked, asked["user"]))}


@plays("users.list")
async def list_(asked: Asked) -> Json:
    """People of this workspace and the strangers it knows; without a limit, all of them, as long as there are few."""
    users = list(asked.team.users.values())
    if not asked.get("limit") and len(users) > 1000:
        raise Refused("limit_required")
    found, metadata = page(asked, users, default=len(users), most=1000)
    members = [_shown(asked, user) for user in found]
    return {"members": members, "cache_ts": int(asked.team.now()), "response_metadata": metadata}


@plays("users.lookupByEmail")
async def lookup(asked: Asked) -> Json:
    for user in asked.team.users.values():
        if user.email == asked["email"] and not user.deleted:
            return {"user": _shown(asked, user)}
    raise Refused("users_not_found")


@plays("users.profile.get")
async def profile(asked: Asked) -> Json:
    return {"profile": _shown(asked, _found(asked, asked.get("user") or asked.team.bot.id))["profile"]}


@plays("usergroups.list")
async def groups(asked: Asked) -> Json:
    shown = [
        {"id": id, "team_id": asked.team.id, "is_usergroup": True, "handle": id.lower(), "name": id}
        | ({"users": users} if asked.get("include_users") else {})
        | ({"user_count": len(users)} if asked.get("include_count") else {})
        for id, users in asked.team.groups.items()
    ]
    return {"usergroups": shown}


@plays("usergroups.users.list")
async def in_group(asked: Asked) -> Json:
    if asked["usergroup"] not in asked.team.groups:
        raise Refused("no_such_subteam")
    return {"users": asked.team.groups[asked["usergroup"]]}


def _found(asked: Asked, id: str) -> User:
    if id not in asked.team.users:
        raise Refused("user_not_found")
    return asked.team.users[id]


def _shown(asked: Asked, user: User) -> Json:
    own = not user.is_stranger and "users:read.email" in asked.team.scopes
    return user.shown(email=own, locale=asked.get("include_locale", False))
