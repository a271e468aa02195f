"""What Slack's user objects say about people, in our words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from sys import intern
from typing import Any

from bridge.model.person import Profile


def read_profile(user: Mapping[str, Any], team: str, enterprise: str) -> Profile:
    """Of a user object (docs.slack.dev/reference/objects/user-object). `guest`: whoever is no full member of this
    workspace or of its organisation."""
    told = user.get("profile")
    profile: Mapping[str, Any] = told if isinstance(told, Mapping) else {}
    names = (
        text_in(user, "real_name"),
        text_in(profile, "real_name"),
        text_in(profile, "display_name"),
        text_in(user, "name"),
    )
    return Profile(
        name=next((name for name in names if name), text_in(user, "id")),
        handle=text_in(profile, "display_name") or text_in(user, "name"),
        title=text_in(profile, "title"),
        zone=intern(text_in(user, "tz")) or None,
        language=intern(text_in(user, "locale").partition("-")[0].lower()) or None,
        guest=any(user.get(mark) for mark in ("is_restricted", "is_ultra_restricted", "is_stranger"))
        or not _is_ours(user, team, enterprise),
        bot=bool(user.get("is_bot")) or user.get("id") == "USLACKBOT",
        admin=any(user.get(mark) for mark in ("is_admin", "is_owner", "is_primary_owner")),
        picture=text_in(profile, "image_72") or None,
    )


def _is_ours(user: Mapping[str, Any], team: str, enterprise: str) -> bool:
    if text_in(user, "team_id") == team:
        return True
    grid = user.get("enterprise_user")
    return bool(enterprise) and isinstance(grid, Mapping) and text_in(grid, "enterprise_id") == enterprise


def text_in(data: Mapping[str, Any], name: str) -> str:
    found = data.get(name)
    return found if isinstance(found, str) else ""
