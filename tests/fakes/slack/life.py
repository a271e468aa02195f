"""A whole workspace: what happens in it besides words and buttons. People come, go, set their status and leave for
good; channels are archived; tokens are withdrawn."""

from __future__ import annotations

from tests.fakes.slack.events import escaped
from tests.fakes.slack.hands import Hands
from tests.fakes.slack.objects import Json, User
from tests.fakes.slack.rich import named
from tests.fakes.slack.state import Channel
from tests.fakes.slack.team import id_of


class Team(Hands):
    """A workspace with all that its people can do."""

    async def invite(self, by: str | User, channel: str | Channel, who: str | User = "") -> None:
        """Somebody inside brings somebody in: the bot where nobody else is named."""
        await self.arrive(self.place(channel), id_of(who) or self.bot.id, id_of(by))

    async def kick(self, by: str | User, channel: str | Channel, who: str | User = "") -> None:
        """The bot where nobody else is named."""
        await self.depart(self.place(channel), id_of(who) or self.bot.id, id_of(by))

    async def join(self, user: str | User, channel: str | Channel) -> None:
        await self.arrive(self.place(channel), id_of(user))

    async def leave(self, user: str | User, channel: str | Channel) -> None:
        await self.depart(self.place(channel), id_of(user))

    async def set_status(self, user: str | User, text: str, emoji: str = "", until: int = 0) -> None:
        """Slack's own `/status`. `until`: seconds since 1970, 0 for no end. Both empty clears it."""
        who = self.users[id_of(user)]
        who.status_text, who.status_expiration = named(escaped(text)), until
        who.status_emoji = emoji or (":speech_balloon:" if text else "")
        await self._tell_user(who, "user_status_changed", "user_profile_changed", "user_change")

    async def rename(self, user: str | User, real_name: str) -> None:
        who = self.users[id_of(user)]
        who.real_name = real_name
        await self._tell_user(who, "user_profile_changed", "user_change")

    async def deactivate(self, user: str | User) -> None:
        """Somebody leaves for good: out of every channel, and nothing can be sent to them."""
        who = self.users[id_of(user)]
        who.deleted = True
        for channel in self.channels.values():
            if who.id in channel.members and channel.kind != "im":
                channel.members.remove(who.id)
        await self._tell_user(who, "user_change")

    async def _tell_user(self, who: User, *types: str) -> None:
        who.updated = int(self.now())
        self.changed()
        shown = who.shown(email=not who.is_stranger and "users:read.email" in self.scopes)
        for type_ in types:
            stamp = {} if type_ == "user_change" else {"event_ts": self.stamp()}
            await self.tell({"type": type_, "user": shown, "cache_ts": who.updated, **stamp})

    async def archive(self, by: str | User, channel: str | Channel) -> None:
        place = self.place(channel)
        place.archived = True
        await self._tell_place(place, "archive", {"channel": place.id, "user": id_of(by), "is_moved": 0})

    async def unarchive(self, by: str | User, channel: str | Channel) -> None:
        place = self.place(channel)
        place.archived = False
        await self._tell_place(place, "unarchive", {"channel": place.id, "user": id_of(by)})

    async def rename_channel(self, channel: str | Channel, name: str) -> None:
        place = self.place(channel)
        place.name = name
        new = {"id": place.id, "name": name, "name_normalized": name, "created": place.created}
        await self._tell_place(place, "rename", {"channel": new})

    async def connect(self, channel: str | Channel, other: str = "T9OTHER") -> None:
        """Another organisation comes in by Slack Connect (docs.slack.dev/reference/events/channel_shared)."""
        place = self.place(channel)
        place.ext_shared, place.shared_teams = True, [*place.shared_teams, other]
        await self.tell(
            {"type": "channel_shared", "connected_team_id": other, "channel": place.id, "event_ts": self.stamp()},
            "",
            place,
        )

    async def restrict(self, user: str | User) -> None:
        """A full member is a guest from now on."""
        who = self.users[id_of(user)]
        who.is_restricted = True
        await self._tell_user(who, "user_profile_changed", "user_change")

    async def delete_channel(self, by: str | User, channel: str | Channel) -> None:
        place = self.place(channel)
        del self.channels[place.id]
        await self._tell_place(place, "deleted", {"channel": place.id, "actor_id": id_of(by)})

    async def _tell_place(self, place: Channel, what: str, parts: Json) -> None:
        """Of public channels everywhere; of private ones only where the bot is inside."""
        self.changed()
        kind = "channel" if place.kind == "channel" else "group"
        if kind == "channel" or self.bot.id in place.members:
            await self.tell({"type": f"{kind}_{what}", **parts, "event_ts": self.stamp()}, "", place)

    async def revoke(self) -> None:
        """The bot's token is withdrawn; the app is told, and may call nothing more."""
        await self.tell({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [self.bot.id]}})
        self.refused[self.bot_token] = "token_revoked"
        self.changed()

    async def uninstall(self) -> None:
        """The app is taken out of the workspace: told, then the bot's token is dead."""
        await self.tell({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [self.bot.id]}})
        await self.tell({"type": "app_uninstalled"})
        self.refused[self.bot_token] = "account_inactive"
        self.changed()

    def refuse(self, token: str, code: str = "invalid_auth") -> None:
        """From now on this token is answered with that code; nobody is told."""
        self.refused[token] = code

    def allow(self, token: str) -> None:
        self.refused.pop(token, None)
