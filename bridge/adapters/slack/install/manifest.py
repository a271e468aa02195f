"""The app's manifest, made from the settings alone. Pure; printing it is `cli`'s.

Fields: docs.slack.dev/reference/app-manifest. Limits that the official schema states: 24 characters for a shortcut's
name, 32 for a command's, 1,000 for its hint.
"""

from __future__ import annotations

import json
from typing import Any

from bridge.adapters.slack import Settings
from bridge.adapters.slack.install.scopes import OPTIONAL, REQUIRED
from bridge.model.verbs import TABLE

NAME = "Bridge"
COLOUR = "#1f3a5f"
SHARE, SHARE_MESSAGE = "share", "share_message"
"""Callback ids of the global and of the message shortcut."""

EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_archive",
    "channel_deleted",
    "channel_id_changed",
    "channel_left",
    "channel_rename",
    "channel_shared",
    "channel_unarchive",
    "channel_unshared",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_rename",
    "group_unarchive",
    "member_joined_channel",
    "member_left_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
    "reaction_added",
    "reaction_removed",
    "tokens_revoked",
    "user_change",
    "user_status_changed",
)
"""A status comes as user_status_changed (and at the same moment as user_change, which tells who left)."""


def manifest(settings: Settings) -> dict[str, Any]:
    """What is pasted at api.slack.com/apps, as JSON values."""
    return {
        "display_information": {
            "name": NAME,
            "description": "Share an update in one line; follow people and tags, live or in one digest a day.",
            "background_color": COLOUR,
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": NAME, "always_online": True},
            "shortcuts": [
                {
                    "name": "Share an update",
                    "type": "global",
                    "callback_id": SHARE,
                    "description": "Tell those who follow you, in one line.",
                },
                {
                    "name": "Share as update",
                    "type": "message",
                    "callback_id": SHARE_MESSAGE,
                    "description": "Make this message an update.",
                },
            ],
            "slash_commands": [_umbrella(settings.command), *map(_alias, settings.aliases)],
        },
        "oauth_config": {"scopes": {"bot": list(REQUIRED), "bot_optional": list(OPTIONAL)}},
        "settings": {
            "event_subscriptions": {"bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True},
            "org_deploy_enabled": False,
            "socket_mode_enabled": True,
            "token_rotation_enabled": False,
        },
    }


def as_json(settings: Settings) -> str:
    """The manifest as it is pasted, ending in a line break."""
    return json.dumps(manifest(settings), indent=2, ensure_ascii=False) + "\n"


def _umbrella(command: str) -> dict[str, Any]:
    verbs = " | ".join(verb.name for verb in TABLE if not verb.hidden)
    return _command(command, "Share, follow and read updates. “help” explains everything.", verbs)


def _alias(command: str) -> dict[str, Any]:
    status = next(verb for verb in TABLE if verb.name == "status")
    return _command(command, "Share an update with the team.", status.examples[0].removeprefix("status "))


def _command(command: str, description: str, hint: str) -> dict[str, Any]:
    return {"command": command, "description": description, "usage_hint": hint, "should_escape": True}
