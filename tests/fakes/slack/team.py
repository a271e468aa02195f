"""One workspace of the fake: setting it up, looking at it, and telling the app what happens in it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tests.fakes.slack import events as events
from tests.fakes.slack.objects import File, Json, User
from tests.fakes.slack.pings import pings
from tests.fakes.slack.socket import Delivery, Sockets
from tests.fakes.slack.state import Channel, Ephemeral, Message, View
from tests.fakes.slack.tables import ALL_SCOPES, EVENTS

PICTURES = {"image/png", "image/jpeg", "image/gif"}

if TYPE_CHECKING:
    from tests.fakes.slack import FakeSlack


class Workspace:
    """A workspace with one app in it.

    `scopes` of the bot's token; `subscribed` events; `refused`: token -> the code it is answered with; `escapes`: the
    slash commands' should_escape; `home_tab`, `messages_tab`: whether the app has them; `processing`: how many looks
    a fresh upload needs until it can stand in a block; `pinged`: every live mention in what the bot ever showed.
    """

    def __init__(self, slack: FakeSlack, id: str, name: str, scopes: Iterable[str] = ALL_SCOPES) -> None:
        self.slack, self.id, self.name = slack, id, name
        self.domain = name.lower().replace(" ", "-")
        self.enterprise = ""
        self.scopes = frozenset(scopes)
        self.subscribed = frozenset(EVENTS)
        self.app_id = f"A{id[1:]}BRIDGE"
        self.bot_token = "xoxb-" + f"fake-{id}"
        self.app_token = "xapp-" + f"fake-{id}"
        self.refused: dict[str, str] = {}
        self.escapes = True
        self.home_tab = self.messages_tab = True
        self.processing = 0
        self.emoji: dict[str, str] = {}
        self.groups: dict[str, list[str]] = {}
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, File] = {}
        self.homes: dict[str, View] = {}
        self.modals: dict[str, list[View]] = {}
        self.ephemeral: list[Ephemeral] = []
        self.pinged: list[str] = []
        self.sockets = Sockets(self)
        bot = User(f"U{id[1:]}BOT", "bridge", id, "Bridge", is_bot=True, bot_id=f"B{id[1:]}BOT")
        self.bot = self.users[bot.id] = bot
        self.users["USLACKBOT"] = User("USLACKBOT", "slackbot", id, "Slackbot")
        self._numbers = itertools.count(1)

    # setting up: nobody is told

    def user(self, id: str, name: str, real_name: str = "", **more: Any) -> User:
        """`more`: any field of User."""
        made = User(id, name, more.pop("team", self.id), real_name, **more)
        made.display_name = made.display_name or name
        made.email = made.email or f"{name}@{self.domain}.example"
        self.users[id] = made
        return made

    def stranger(self, id: str, name: str, real_name: str = "", team: str = "T9OTHER", **more: Any) -> User:
        """Somebody of another workspace, seen through a shared channel."""
        return self.user(id, name, real_name, team=team, is_stranger=True, **more)

    def channel(
        self,
        id: str,
        name: str,
        members: Iterable[str | User] = (),
        private: bool = False,
        creator: str | User = "",
        bot: bool = False,
        **more: Any,
    ) -> Channel:
        """`bot`: whether the app's bot is inside. `more`: any field of Channel (archived, ext_shared, refuses …)."""
        kind = more.pop("kind", "group" if private else "channel")
        inside = [*map(id_of, members), *([self.bot.id] if bot else [])]
        made = Channel(id, name, self.id, kind, id_of(creator), inside, **more)
        self.channels[id] = made
        return made

    def group(self, id: str, members: Iterable[str | User]) -> None:
        """A user group (subteam)."""
        self.groups[id] = [id_of(m) for m in members]

    def direct(self, user: str | User) -> Channel:
        """The direct message of a person with the bot, opened where it was not."""
        id = f"D{id_of(user)}"
        if id not in self.channels:
            made = self.channel(id, "", [id_of(user)], bot=True, kind="im")
            made.user = id_of(user)
        return self.channels[id]

    # looking

    def place(self, key: str | User | Channel) -> Channel:
        """The channel of that id; for a person, their direct message with the bot."""
        if isinstance(key, Channel):
            return key
        id = id_of(key)
        return self.direct(id) if id in self.users else self.channels[id]

    def messages(self, channel: str | User | Channel, thread: str = "") -> list[Message]:
        """What stands there, oldest first, replies too; with `thread`, the replies under that message only."""
        place = self.place(channel)
        if thread:
            return place.replies(thread)
        return [m for _, m in sorted(place.messages.items())]

    def texts(self, channel: str | User | Channel) -> list[str]:
        return [m.text for m in self.messages(channel)]

    def ephemerals(self, user: str | User) -> list[Ephemeral]:
        """What only this person sees, answers to commands included, oldest first."""
        return [e for e in self.ephemeral if e.user == id_of(user)]

    def home(self, user: str | User) -> View | None:
        return self.homes.get(id_of(user))

    def modal(self, user: str | User) -> View | None:
        """The top of the person's stack of modals."""
        stack = self.modals.get(id_of(user), [])
        return stack[-1] if stack else None

    def shows_picture(self, given: Json) -> bool:
        """Whether a slack_file ({id} or {url}) may stand in a block now: known, whole, processed, and a picture."""
        for file in self.files.values():
            if given in ({"id": file.id}, {"url": file.url}, {"url": file.shown()["permalink"]}):
                ready = file.looked_at()
                return ready and file.complete and not file.deleted and file.mimetype in PICTURES
        return False

    def show(self, shown: Ephemeral) -> None:
        """Somebody sees something that nobody else does."""
        self.ephemeral.append(shown)
        self.pinged += pings(shown)
        self.changed()

    def note_pings(self, message: Message) -> None:
        if message.bot_id == self.bot.bot_id:
            self.pinged += pings(message)

    # ids and time

    def now(self) -> float:
        return self.slack.now()

    def changed(self) -> None:
        self.slack.changed()

    def number(self, prefix: str) -> str:
        return f"{prefix}{self.id[1:]}{next(self._numbers):08}"

    def ts(self, channel: Channel) -> str:
        """A timestamp that no message of the channel has, newer than all of them."""
        channel.last = max(int(self.now() * 1_000_000), channel.last + 100)
        return f"{channel.last // 1_000_000}.{channel.last % 1_000_000:06}"

    def stamp(self) -> str:
        return f"{self.now():.6f}"

    # telling the app

    async def tell(self, event: Json, subscription: str = "", context: Channel | None = None) -> Delivery | None:
        """Delivers an event where the app subscribed to it and has its scope; returns None where not."""
        needed = [scope for scope in EVENTS[subscription or event["type"]].split("|") if scope]
        if (subscription or event["type"]) not in self.subscribed or self.bot_token in self.refused:
            return None
        if needed and not self.scopes.intersection(needed):
            return None
        event_id = self.number("Ev")
        authorization = {
            "enterprise_id": self.enterprise or None,
            "team_id": self.id,
            "user_id": self.bot.id,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        return await self.sockets.tell(
            {
                "token": "verification-fake",
                "team_id": self.id,
                "context_team_id": self.id,
                "context_enterprise_id": self.enterprise or None,
                "api_app_id": self.app_id,
                "event": event,
                "type": "event_callback",
                "event_id": event_id,
                "event_time": int(self.now()),
                "authorizations": [authorization],
                "is_ext_shared_channel": bool(context and context.ext_shared),
                "event_context": f"4-{event_id}",
            }
        )

    # coming, going, reacting: what methods and people both do

    async def arrive(self, channel: Channel, user: str, inviter: str = "") -> None:
        channel.members.append(user)
        event: Json = {
            "type": "member_joined_channel",
            "user": user,
            "channel": channel.id,
            "channel_type": "C" if channel.kind == "channel" else "G",
            "team": self.id,
            "event_ts": self.stamp(),
        }
        if self.bot.id in channel.members:
            await self.tell(event | ({"inviter": inviter} if inviter else {}), "", channel)
        said = Message(self.ts(channel), channel.id, user, f"<@{user}> has joined the channel", self.id)
        said.subtype = "channel_join"
        await events.put(self, channel, said)

    async def depart(self, channel: Channel, user: str, by: str = "") -> None:
        """The bot itself is told by channel_left or group_left; member_left_channel is for others only (people find
        that it does not come for the bot: bolt-js issue 1847)."""
        channel.members.remove(user)
        stamp = self.stamp()
        if user == self.bot.id:
            kind = "channel_left" if channel.kind == "channel" else "group_left"
            await self.tell({"type": kind, "channel": channel.id, "actor_id": by or user, "event_ts": stamp})
        elif self.bot.id in channel.members:
            event = {"type": "member_left_channel", "user": user, "channel": channel.id, "team": self.id}
            kind = "C" if channel.kind == "channel" else "G"
            await self.tell(event | {"channel_type": kind, "event_ts": stamp}, "", channel)
        self.changed()

    async def put_reaction(self, channel: Channel, message: Message, user: str, emoji: str) -> bool:
        """False where it is there already. Emoji with two names are kept by their first, as Slack does."""
        emoji = first_name(emoji)
        users = message.reactions.setdefault(emoji, [])
        if user in users:
            return False
        users.append(user)
        self.changed()
        await self._tell_reaction("reaction_added", channel, message, user, emoji)
        return True

    async def take_reaction(self, channel: Channel, message: Message, user: str, emoji: str) -> bool:
        """False where it is not there."""
        emoji = first_name(emoji)
        users = message.reactions.get(emoji, [])
        if user not in users:
            return False
        users.remove(user)
        if not users:
            del message.reactions[emoji]
        self.changed()
        await self._tell_reaction("reaction_removed", channel, message, user, emoji)
        return True

    async def _tell_reaction(self, type_: str, channel: Channel, message: Message, user: str, emoji: str) -> None:
        if self.bot.id in channel.members:
            item = {"type": "message", "channel": channel.id, "ts": message.ts}
            event = {"type": type_, "user": user, "item": item, "reaction": emoji, "item_user": message.user}
            await self.tell(event | {"event_ts": self.stamp()}, "", channel)

    def may_see(self, file: File) -> bool:
        """Whether the bot may look at a file: its own, one handed to it in a form, or in a channel it is inside of."""
        shared = any(self.bot.id in self.channels[c].members for c in file.shared if c in self.channels)
        return shared or file.handed or file.user == self.bot.id


def first_name(emoji: str) -> str:
    name, *tone = emoji.split("::")
    return "::".join([{"thumbsup": "+1", "thumbsdown": "-1"}.get(name, name), *tone])


def id_of(who: str | User) -> str:
    return who.id if isinstance(who, User) else who
