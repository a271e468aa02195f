"""What stands in a workspace of the fake: channels, messages, views; and how Slack shows each as JSON.

Only shapes live here. Who may do what is in the slack_* modules of the methods; doing as a person is in slack_people.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field

from tests.fakes.slack.objects import AVATAR, File, Json


@dataclass
class Message:
    """One message. `reactions`: emoji name -> users in order. `customised`: sent with another name or picture."""

    ts: str
    channel: str
    user: str
    text: str
    team: str = ""
    blocks: list[Json] = field(default_factory=list)
    bot_id: str = ""
    app_id: str = ""
    thread_ts: str = ""
    broadcast: bool = False
    subtype: str = ""
    metadata: Json = field(default_factory=dict)
    edited: Json = field(default_factory=dict)
    files: list[File] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    parse: str = ""
    link_names: bool = False
    mrkdwn: bool = True
    unfurls: tuple[bool | None, bool | None] = (None, None)
    customised: bool = False
    client_msg_id: str = ""
    root: Message | None = None

    @property
    def is_reply(self) -> bool:
        return bool(self.thread_ts) and self.thread_ts != self.ts

    @property
    def is_tombstone(self) -> bool:
        return self.subtype == "tombstone"

    def shown(self, *, metadata: bool = True) -> Json:
        """A message object. `metadata` False: only its type, as history gives it without include_all_metadata."""
        shown: Json = {"type": "message", "text": self.text, "ts": self.ts}
        if self.user:
            shown["user"] = self.user
        if self.subtype:
            shown["subtype"] = self.subtype
        if self.is_tombstone:
            shown["hidden"] = True
        if self.team:
            shown["team"] = self.team
        if self.client_msg_id:
            shown["client_msg_id"] = self.client_msg_id
        if self.bot_id:
            shown |= {"bot_id": self.bot_id, "app_id": self.app_id, "bot_profile": self._bot()}
        for name in ("blocks", "edited", "attachments", "thread_ts"):
            if value := getattr(self, name):
                shown[name] = copy.deepcopy(value)
        if self.files:
            shown |= {"files": [file.shown() for file in self.files], "upload": False}
        if self.reactions:
            shown["reactions"] = [
                {"name": name, "users": list(users), "count": len(users)} for name, users in self.reactions.items()
            ]
        if self.metadata:
            shown["metadata"] = (
                copy.deepcopy(self.metadata) if metadata else {"event_type": self.metadata["event_type"]}
            )
        return shown

    def _bot(self) -> Json:
        return {
            "id": self.bot_id,
            "deleted": False,
            "name": "bridge",
            "updated": 1_700_000_000,
            "app_id": self.app_id,
            "icons": {f"image_{size}": AVATAR.format(self.bot_id, size) for size in (36, 48, 72)},
            "team_id": self.team,
        }


@dataclass
class Ephemeral:
    """What only `user` sees in `channel`. `response_url`-made ones and answers to commands are the same to them."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str = ""
    parse: str = ""
    link_names: bool = False
    mrkdwn: bool = True
    attachments: list[Json] = field(default_factory=list)


@dataclass
class Channel:
    """`kind`: channel, group (private), im, mpim. `user`: the person at the other end of an im.

    `refuses`: the error code that posting here gives (a read-only channel …), "" for none.
    """

    id: str
    name: str
    team: str
    kind: str = "channel"
    creator: str = ""
    members: list[str] = field(default_factory=list)
    archived: bool = False
    ext_shared: bool = False
    shared_teams: list[str] = field(default_factory=list)
    general: bool = False
    user: str = ""
    refuses: str = ""
    topic: str = ""
    created: int = 1_700_000_000
    messages: dict[str, Message] = field(default_factory=dict)
    last: int = 0

    @property
    def event_kind(self) -> str:
        """`channel_type` in events, and the middle of a subscription's name: message.channels, message.im …"""
        return self.kind

    def replies(self, ts: str) -> list[Message]:
        return [m for _, m in sorted(self.messages.items()) if m.is_reply and m.thread_ts == ts]

    def shown(self, viewer: str) -> Json:
        """A conversation object (docs: objects/conversation-object) as `viewer` gets it."""
        if self.kind == "im":
            return {
                "id": self.id,
                "created": self.created,
                "is_im": True,
                "is_archived": self.archived,
                "is_org_shared": False,
                "user": self.user,
                "is_user_deleted": False,
                "priority": 0,
            }
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": self.kind == "channel",
            "is_group": self.kind == "group",
            "is_im": False,
            "is_mpim": self.kind == "mpim",
            "is_private": self.kind != "channel",
            "created": self.created,
            "is_archived": self.archived,
            "is_general": self.general,
            "unlinked": 0,
            "is_shared": self.ext_shared,
            "is_org_shared": False,
            "is_ext_shared": self.ext_shared,
            "is_pending_ext_shared": False,
            "pending_shared": [],
            "context_team_id": self.team,
            "shared_team_ids": [self.team, *self.shared_teams],
            "creator": self.creator,
            "is_member": viewer in self.members,
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "previous_names": [],
        }


@dataclass
class View:
    """A modal or a home. `given`: what the app sent; `user` sees it; `previous`, `root`: ids on the stack."""

    id: str
    user: str
    given: Json
    hash: str
    team: str
    app_id: str
    bot_id: str
    root: str = ""
    previous: str = ""
    values: Json = field(default_factory=dict)

    @property
    def blocks(self) -> list[Json]:
        return list(self.given.get("blocks", []))

    def shown(self) -> Json:
        given = self.given
        return {
            "id": self.id,
            "team_id": self.team,
            "type": given["type"],
            "blocks": copy.deepcopy(given["blocks"]),
            "private_metadata": given.get("private_metadata", ""),
            "callback_id": given.get("callback_id", ""),
            "external_id": given.get("external_id", ""),
            "state": {"values": copy.deepcopy(self.values)},
            "hash": self.hash,
            "title": given.get("title", {"type": "plain_text", "text": "View Title", "emoji": True}),
            "submit": given.get("submit"),
            "close": given.get("close"),
            "clear_on_close": given.get("clear_on_close", False),
            "notify_on_close": given.get("notify_on_close", False),
            "previous_view_id": self.previous or None,
            "root_view_id": self.root or self.id,
            "app_id": self.app_id,
            "app_installed_team_id": self.team,
            "bot_id": self.bot_id,
        }
