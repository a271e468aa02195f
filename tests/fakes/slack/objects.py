"""The people and the files of a workspace of the fake, and how Slack shows them as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
AVATAR = "https://avatars.slack-edge.com/2026-01-01/{}_{}.png"


@dataclass
class User:
    """`team`: the workspace it belongs to; of another one where `is_stranger` (Slack Connect)."""

    id: str
    name: str
    team: str
    real_name: str = ""
    display_name: str = ""
    email: str = ""
    tz: str = "Europe/Vienna"
    tz_offset: int = 3600
    locale: str = "en-US"
    bot_id: str = ""
    is_bot: bool = False
    is_app_user: bool = False
    is_workflow_bot: bool = False
    deleted: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    is_admin: bool = False
    is_owner: bool = False
    status_text: str = ""
    status_emoji: str = ""
    status_expiration: int = 0
    updated: int = 0

    def shown(self, *, email: bool = True, locale: bool = False) -> Json:
        """A user object (docs: objects/user-object). The address stands in it only with users:read.email."""
        profile: Json = {
            "avatar_hash": f"g{self.id.lower()}",
            "status_text": self.status_text,
            "status_text_canonical": "",
            "status_emoji": self.status_emoji,
            "status_expiration": self.status_expiration,
            "real_name": self.real_name or self.name,
            "display_name": self.display_name,
            "real_name_normalized": self.real_name or self.name,
            "display_name_normalized": self.display_name,
            "team": self.team,
            **{f"image_{size}": AVATAR.format(self.id, size) for size in (24, 32, 48, 72, 192, 512)},
        }
        if email and self.email:
            profile["email"] = self.email
        if self.bot_id:
            profile["bot_id"] = self.bot_id
        shown: Json = {
            "id": self.id,
            "team_id": self.team,
            "name": self.name,
            "deleted": self.deleted,
            "color": "9f69e7",
            "real_name": self.real_name or self.name,
            "tz": self.tz,
            "tz_label": "",
            "tz_offset": self.tz_offset,
            "profile": profile,
            "is_admin": self.is_admin,
            "is_owner": self.is_owner,
            "is_primary_owner": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": self.is_ultra_restricted,
            "is_bot": self.is_bot,
            "is_app_user": self.is_app_user,
            "updated": self.updated,
        }
        if self.is_stranger:
            shown["is_stranger"] = True
        if self.is_workflow_bot:
            shown["is_workflow_bot"] = True
        if locale:
            shown["locale"] = self.locale
        if self.deleted:  # a deactivated person has no zone any more
            for gone in ("color", "real_name", "tz", "tz_label", "tz_offset", "is_admin", "is_owner", "is_restricted"):
                shown.pop(gone, None)
        return shown


@dataclass
class File:
    """`uploaded` None: a place was asked for, the bytes did not come. `shared`: the channels it stands in.

    `handed`: given to the app in a form.

    `waits`: how many more looks at it (files.info, or a block that names it) find it not yet processed.
    """

    id: str
    name: str
    user: str
    url: str
    length: int
    created: int
    title: str = ""
    mimetype: str = "application/octet-stream"
    alt: str = ""
    uploaded: bytes | None = None
    complete: bool = False
    deleted: bool = False
    waits: int = 0
    handed: bool = False
    shared: list[str] = field(default_factory=list)

    def looked_at(self) -> bool:
        """Whether it is processed; each look brings that nearer."""
        self.waits = max(0, self.waits - 1)
        return not self.waits

    def shown(self) -> Json:
        kind = self.mimetype.rpartition("/")[2]
        shown: Json = {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": "" if self.waits else self.mimetype,
            "filetype": "" if self.waits else {"jpeg": "jpg", "plain": "text"}.get(kind, kind),
            "pretty_type": "" if self.waits else kind.upper(),
            "user": self.user,
            "editable": False,
            "size": len(self.uploaded or b""),
            "mode": "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": bool(self.shared),
            "public_url_shared": False,
            "display_as_bot": False,
            "username": "",
            "url_private": self.url,
            "url_private_download": self.url,
            "permalink": f"https://acme.slack.com/files/{self.user}/{self.id}/{self.name}",
            "has_rich_preview": False,
            "file_access": "visible",
        }
        if self.alt:
            shown["alt_txt"] = self.alt
        return shown
