"""What the fake's Discord consists of: people, guilds, roles, channels, messages, the app. Plain data; its JSON stands
in discord_shapes, what may be done with it in discord_permissions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.fakes.discord.permissions import EVERYONE, P

if TYPE_CHECKING:
    from tests.fakes.discord import FakeDiscord

Json = dict[str, Any]
EPOCH = 1_420_070_400_000
"""Milliseconds: where the time in a snowflake begins."""

TEXT, DM, VOICE, CATEGORY, NEWS, PUBLIC_THREAD, PRIVATE_THREAD, FORUM = 0, 1, 2, 4, 5, 11, 12, 15
"""Types of channels."""
THREADS = {10, PUBLIC_THREAD, PRIVATE_THREAD}
WRITABLE = {TEXT, DM, VOICE, NEWS, *THREADS}


class Snowflakes:
    """Ids that grow with the clock, and within one millisecond too."""

    def __init__(self, fake: FakeDiscord) -> None:
        self._fake = fake
        self._last = 0

    def new(self) -> str:
        stamp = (int(self._fake.clock.now().timestamp() * 1000) - EPOCH) << 22
        self._last = max(stamp, self._last + 1)
        return str(self._last)


@dataclass
class User:
    """`dms`: whether they take direct messages from bots."""

    id: str
    name: str
    global_name: str | None = None
    bot: bool = False
    locale: str = "en-US"
    dms: bool = True
    blocks_bot: bool = False


@dataclass
class Role:
    id: str
    name: str
    permissions: int = 0
    position: int = 1
    mentionable: bool = False
    managed: bool = False
    bot: str = ""


@dataclass
class Overwrite:
    """`kind`: 0 a role, 1 a member."""

    id: str
    kind: int
    allow: int = 0
    deny: int = 0


@dataclass
class Member:
    user: User
    nick: str | None = None
    roles: list[str] = field(default_factory=list)
    joined: datetime | None = None
    timeout_until: datetime | None = None
    pending: bool = False


@dataclass
class Attachment:
    """`used`: an embed shows it, so that it does not stand among the message's attachments."""

    id: str
    filename: str
    content: bytes
    url: str
    description: str | None = None
    content_type: str = "application/octet-stream"
    ephemeral: bool = False
    used: bool = False


@dataclass
class Channel:
    """A channel, a thread, or a direct message (`recipients`: user ids, the app's bot left out)."""

    id: str
    type: int
    name: str = ""
    guild: str = ""
    parent: str | None = None
    topic: str | None = None
    overwrites: dict[str, Overwrite] = field(default_factory=dict)
    recipients: list[str] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)
    owner: str = ""
    archived: bool = False
    locked: bool = False
    archived_at: datetime | None = None
    thread_members: dict[str, datetime] = field(default_factory=dict)
    sent: int = 0
    position: int = 0
    slowmode: int = 0
    flags: int = 0

    @property
    def is_thread(self) -> bool:
        return self.type in THREADS

    @property
    def private(self) -> bool:
        return self.type == PRIVATE_THREAD


@dataclass(eq=False)
class Message:
    """`source`: the interaction that made it. `pings`: whom it really pinged, as written."""

    id: str
    channel: str
    author: User
    content: str
    at: datetime
    guild: str = ""
    type: int = 0
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    nonce: str | int | None = None
    edited: datetime | None = None
    reference: Json | None = None
    replied: Message | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    mentions: list[str] = field(default_factory=list)
    mention_roles: list[str] = field(default_factory=list)
    mention_everyone: bool = False
    webhook: str = ""
    application: str = ""
    metadata: Json | None = None
    thread: str = ""
    pings: list[str] = field(default_factory=list)
    deleted: bool = False
    viewer: str = ""
    """Whom an ephemeral message is shown to; nobody else sees it."""

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & 64)

    @property
    def text(self) -> str:
        """All that people read in it."""
        from tests.fakes.discord.reading import readable

        return readable(self)


@dataclass
class Entry:
    """A line of the audit log."""

    id: str
    action: int
    user: str
    target: str
    at: datetime
    changes: list[Json] = field(default_factory=list)
    options: Json | None = None
    reason: str | None = None


class Guild:
    """Setting up: nobody is told, unless somebody is connected already and it is a matter of events (see discord_people
    for doing as a person)."""

    def __init__(self, fake: FakeDiscord, id: str, name: str, owner: str) -> None:
        self.fake, self.id, self.name, self.owner = fake, id, name, owner
        self.everyone = Role(id, "@everyone", int(EVERYONE), 0)
        self.roles: dict[str, Role] = {id: self.everyone}
        self.members: dict[str, Member] = {}
        self.channels: dict[str, Channel] = {}
        self.emojis: dict[str, str] = {}
        """id -> name of its own emoji."""
        self.log: list[Entry] = []
        """The audit log, oldest first."""
        self.unavailable = False
        self.locale = "en-US"

    def role(self, id: str, name: str, permissions: int = 0, *, mentionable: bool = False) -> Role:
        made = self.roles[id] = Role(id, name, int(permissions), len(self.roles), mentionable)
        return made

    def member(
        self, id: str, name: str = "", nick: str | None = None, roles: Iterable[str | Role] = (), **more: Any
    ) -> Member:
        """`more`: any field of User, for somebody who is not known yet."""
        user = self.fake.user(id, name, **more)
        found = [role.id if isinstance(role, Role) else role for role in roles]
        made = self.members[id] = Member(user, nick, found, self.fake.clock.now())
        return made

    def channel(
        self,
        id: str,
        name: str,
        *,
        private: bool = False,
        allow: Iterable[str] = (),
        type: int = TEXT,
        parent: str | None = None,
        topic: str | None = None,
    ) -> Channel:
        """`private`: only those whose id (a member's or a role's) stands in `allow` see it; the app's bot too only if
        its own id does."""
        made = Channel(id, type, name, self.id, parent, topic, position=len(self.channels))
        self.channels[id] = made
        if private:
            made.overwrites[self.id] = Overwrite(self.id, 0, deny=int(P.VIEW_CHANNEL))
        for one in allow:
            made.overwrites[one] = Overwrite(one, 0 if one in self.roles else 1, allow=int(P.VIEW_CHANNEL))
        return made

    def forum(self, id: str, name: str, *, private: bool = False, allow: Iterable[str] = ()) -> Channel:
        return self.channel(id, name, private=private, allow=allow, type=FORUM)

    def thread(
        self,
        id: str,
        parent: str,
        name: str,
        *,
        private: bool = False,
        members: Iterable[str] = (),
        owner: str = "",
        archived: bool = False,
        locked: bool = False,
    ) -> Channel:
        made = Channel(id, PRIVATE_THREAD if private else PUBLIC_THREAD, name, self.id, parent)
        made.owner, made.archived, made.locked = owner or self.owner, archived, locked
        made.archived_at = self.fake.clock.now()
        made.thread_members = dict.fromkeys([made.owner, *members], self.fake.clock.now())
        self.channels[id] = made
        return made


@dataclass(eq=False)
class App:
    """The one application. `content_intent`, `members_intent`, `presence_intent`: the switches in its portal.

    `commands`: scope ("" or a guild's id) -> command id -> command. `pings`: see discord_pings.
    """

    id: str
    token: str
    name: str
    user: User
    owner: User
    content_intent: bool = False
    members_intent: bool = False
    presence_intent: bool = False
    team: bool = False
    verified: bool = False
    shards: int = 1
    commands: dict[str, dict[str, Json]] = field(default_factory=dict)

    @property
    def user_id(self) -> str:
        return self.user.id

    @property
    def flags(self) -> int:
        """GATEWAY_* of the application; the limited ones, as a small app has them."""
        content = (1 << 18 if self.verified else 1 << 19) * self.content_intent
        members = (1 << 14 if self.verified else 1 << 15) * self.members_intent
        presence = (1 << 12 if self.verified else 1 << 13) * self.presence_intent
        return content | members | presence | 1 << 23 * bool(self.commands.get(""))
