"""Doing as a person: writing, reacting, threads, coming and going, setting a guild up anew. Each `await` returns when
the app was told; what the app then does is waited for with `discord.until`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.fakes.discord import shapes as shapes
from tests.fakes.discord.commands import CannotDo
from tests.fakes.discord.messages import edited, put, react, replies_to, take
from tests.fakes.discord.permissions import P
from tests.fakes.discord.pings import mentioned
from tests.fakes.discord.state import (
    DM,
    PRIVATE_THREAD,
    PUBLIC_THREAD,
    THREADS,
    WRITABLE,
    Channel,
    Entry,
    Guild,
    Json,
    Message,
    Overwrite,
    Role,
)

if TYPE_CHECKING:
    from tests.fakes.discord import FakeDiscord

File = tuple[str, bytes]
"""Name and content."""
BOT_ADD, OVERWRITE_CREATE, OVERWRITE_UPDATE, CHANNEL_DELETE = 28, 13, 14, 12


class People:
    """Part of FakeDiscord. Users and channels are given by id; "@me" is the direct message with the bot."""

    def place(self: FakeDiscord, user: str, channel: str | Channel) -> Channel:
        """The channel, which the person has to see. Raises CannotDo."""
        if channel == "@me":
            return self.direct(user)
        found = channel if isinstance(channel, Channel) else self.channel_of(channel)
        if found is None:
            raise CannotDo(f"there is no channel {channel}")
        if not self.permissions(found, user) & P.VIEW_CHANNEL:
            raise CannotDo(f"{user} does not see {found.id}")
        return found

    def _may(self: FakeDiscord, user: str, channel: Channel, needs: P) -> None:
        if missing := needs & ~self.permissions(channel, user):
            raise CannotDo(f"{user} may not {P(missing)!r} in {channel.id}")

    # writing

    async def say(
        self: FakeDiscord,
        user: str,
        channel: str | Channel,
        text: str = "",
        *,
        reply_to: Message | None = None,
        ping: bool = True,
        mention_bot: bool = False,
        files: Sequence[File] = (),
    ) -> Message:
        """A message. `reply_to`: as an answer, which pings its author unless `ping` is False."""
        place = self.place(user, channel)
        if place.type not in WRITABLE:
            raise CannotDo(f"{place.id} takes no messages")
        self._may(user, place, P.SEND_MESSAGES)
        if place.locked:
            raise CannotDo(f"{place.id} is locked")
        content = f"<@{self.bot.user_id}> {text}".strip() if mention_bot else text.strip()
        if not content and not files:
            raise CannotDo("an empty message")
        message = Message(self.ids.new(), place.id, self.users[user], content, self.clock.now(), place.guild)
        message.attachments = [self.store(place.id, name, data) for name, data in files]
        if reply_to is not None:
            replies_to(message, reply_to)
        self._mention(message, ping=ping)
        put(self, place, message)
        await self.gateway.flush()
        return message

    def _mention(self: FakeDiscord, message: Message, *, ping: bool = True) -> None:
        place = self.channel_of(message.channel)
        may_all = bool(place and self.permissions(place, message.author.id) & P.MENTION_EVERYONE)
        allowed = {"parse": ["users", "roles", "everyone"], "replied_user": ping}
        found = mentioned(
            message.content,
            self.guilds.get(message.guild),
            allowed,
            known=self.users.__contains__,
            may_all=may_all,
            replied=message.replied.author.id if message.replied else "",
        )
        message.mentions, message.mention_roles, message.mention_everyone = found.users, found.roles, found.everyone

    async def edit(self: FakeDiscord, user: str, message: Message, text: str) -> None:
        if message.author.id != user:
            raise CannotDo("people edit their own messages only")
        message.content = text.strip()
        self._mention(message)
        edited(self, message)
        await self.gateway.flush()

    async def unfurl(self: FakeDiscord, message: Message, embed: Json) -> None:
        """Discord adds a preview of a link: the app hears of a change in which no word changed."""
        message.embeds = [*message.embeds, embed]
        self.told_message("MESSAGE_UPDATE", message)
        await self.gateway.flush()

    async def remove(self: FakeDiscord, user: str, message: Message) -> None:
        """Somebody deletes a message: their own, or anybody's where they may."""
        place = self.channel_of(message.channel)
        assert place is not None
        if message.author.id != user:
            if place.type == DM:
                raise CannotDo("people delete their own messages only")
            self._may(user, place, P.MANAGE_MESSAGES)
        take(self, message)
        await self.gateway.flush()

    async def remove_many(self: FakeDiscord, messages: Sequence[Message]) -> None:
        """A moderation bot deletes many messages of one channel at once."""
        place = self.channel_of(messages[0].channel)
        assert place is not None
        assert all(one.channel == place.id for one in messages)
        assert place.guild
        for one in messages:
            one.deleted = True
            place.messages.pop(one.id, None)
        data = {"ids": [one.id for one in messages], "channel_id": place.id, "guild_id": place.guild}
        self.told("MESSAGE_DELETE_BULK", data, place)
        await self.gateway.flush()

    async def react(self: FakeDiscord, user: str, message: Message, emoji: str) -> None:
        place = self.place(user, message.channel if message.guild else "@me")
        self._may(user, place, P.READ_MESSAGE_HISTORY)
        if emoji not in message.reactions:
            self._may(user, place, P.ADD_REACTIONS)
        if message.ephemeral or not react(self, message, self.users[user], emoji, added=True):
            raise CannotDo(f"{user} cannot react with that, or did already")
        await self.gateway.flush()

    async def unreact(self: FakeDiscord, user: str, message: Message, emoji: str) -> None:
        if not react(self, message, self.users[user], emoji, added=False):
            raise CannotDo(f"{user} did not react with that")
        await self.gateway.flush()

    # threads

    async def thread_from(
        self: FakeDiscord, user: str, message: Message, name: str, *, private: bool = False
    ) -> Channel:
        """A thread under a message: it has the message's id, and a first line that points to it."""
        place = self.place(user, message.channel)
        self._may(user, place, P.CREATE_PUBLIC_THREADS)
        thread = self._new_thread(user, place, message.id, name, PUBLIC_THREAD)
        message.thread = thread.id
        message.flags |= 1 << 5
        self.told_message("MESSAGE_UPDATE", message)
        first = Message(self.ids.new(), thread.id, self.users[user], "", self.clock.now(), thread.guild, type=21)
        first.replied = message
        first.reference = {"type": 0, "channel_id": place.id, "message_id": message.id, "guild_id": place.guild}
        put(self, thread, first)
        await self.gateway.flush()
        return thread

    async def thread(
        self: FakeDiscord, user: str, channel: str, name: str, *, private: bool = False, id: str = ""
    ) -> Channel:
        """A thread of its own in a channel."""
        place = self.place(user, channel)
        self._may(user, place, P.CREATE_PRIVATE_THREADS if private else P.CREATE_PUBLIC_THREADS)
        kind = PRIVATE_THREAD if private else PUBLIC_THREAD
        made = self._new_thread(user, place, id or self.ids.new(), name, kind)
        await self.gateway.flush()
        return made

    async def post(self: FakeDiscord, user: str, forum: str, title: str, text: str) -> Message:
        """A post in a forum: a thread, and its first message with the same id."""
        place = self.place(user, forum)
        thread = self._new_thread(user, place, self.ids.new(), title, PUBLIC_THREAD)
        message = Message(thread.id, thread.id, self.users[user], text, self.clock.now(), thread.guild)
        self._mention(message)
        put(self, thread, message)
        await self.gateway.flush()
        return message

    def _new_thread(self: FakeDiscord, user: str, parent: Channel, id: str, name: str, kind: int) -> Channel:
        guild = self.guilds[parent.guild]
        made = guild.thread(id, parent.id, name, private=kind == PRIVATE_THREAD, owner=user)
        self.told_channel("THREAD_CREATE", made, {"newly_created": True})
        return made

    async def archive(self: FakeDiscord, thread: Channel, *, locked: bool = False) -> None:
        thread.archived, thread.locked, thread.archived_at = True, locked, self.clock.now()
        self.told_channel("THREAD_UPDATE", thread)
        await self.gateway.flush()

    async def lock(self: FakeDiscord, thread: Channel) -> None:
        thread.locked = True
        self.told_channel("THREAD_UPDATE", thread)
        await self.gateway.flush()

    # people come and go

    def open_dms(self: FakeDiscord, user: str) -> None:
        self.users[user].dms = True

    def close_dms(self: FakeDiscord, user: str) -> None:
        """From now on nobody but friends writes to them; commands in the direct message still work."""
        self.users[user].dms = False

    async def join(self: FakeDiscord, guild: str | Guild, user: str, name: str = "") -> None:
        where = self.guild_of(guild)
        member = where.member(user, name)
        self.told("GUILD_MEMBER_ADD", shapes.member(where, member) | {"guild_id": where.id}, guild=where)
        await self.gateway.flush()

    async def leave(self: FakeDiscord, guild: str | Guild, user: str) -> None:
        where = self.guild_of(guild)
        gone = where.members.pop(user)
        self.told("GUILD_MEMBER_REMOVE", {"guild_id": where.id, "user": shapes.user(gone.user)}, guild=where)
        await self.gateway.flush()

    @contextmanager
    def _sight(self: FakeDiscord, where: Guild, changed: Channel | None = None) -> Iterator[None]:
        """Tells the bot of the channel that is changed, and of those that it comes to see, with their threads, or sees
        no longer."""
        bot = self.bot.user_id
        if bot not in where.members:
            yield
            return
        before = {c.id for c in where.channels.values() if self.may_see(where, bot, c)}
        yield
        for one in [c for c in where.channels.values() if not c.is_thread]:
            sees = self.may_see(where, bot, one)
            if one is changed or sees != (one.id in before):
                self.told_channel("CHANNEL_UPDATE", one)
            if sees and one.id not in before:
                inside = [c for c in where.channels.values() if c.parent == one.id and c.is_thread and not c.archived]
                seen = [c for c in inside if self.may_see(where, bot, c)]
                joined = [shapes.thread_member(c, bot) for c in seen if bot in c.thread_members]
                data: Json = {"guild_id": where.id, "channel_ids": [one.id], "members": joined}
                data["threads"] = [shapes.channel(self, c) for c in seen]
                self.told("THREAD_LIST_SYNC", data, guild=where)

    async def add_to_thread(self: FakeDiscord, thread: Channel, user: str) -> None:
        """Of a private thread the bot hears first when it is added to it."""
        seen = self.may_see(self.guilds[thread.guild], self.bot.user_id, thread)
        thread.thread_members[user] = self.clock.now()
        if user == self.bot.user_id and not seen:
            self.told_channel("THREAD_CREATE", thread)
        await self.gateway.flush()

    async def set_roles(self: FakeDiscord, guild: str | Guild, user: str, roles: Iterable[str | Role]) -> None:
        where = self.guild_of(guild)
        with self._sight(where):
            where.members[user].roles = [role.id if isinstance(role, Role) else role for role in roles]
        await self._member_changed(where, user)

    async def set_nick(self: FakeDiscord, guild: str | Guild, user: str, nick: str | None) -> None:
        where = self.guild_of(guild)
        where.members[user].nick = nick
        await self._member_changed(where, user)

    async def time_out(self: FakeDiscord, guild: str | Guild, user: str, seconds: float) -> None:
        where = self.guild_of(guild)
        where.members[user].timeout_until = self.clock.now() + timedelta(seconds=seconds)
        await self._member_changed(where, user)

    async def _member_changed(self: FakeDiscord, where: Guild, user: str) -> None:
        """The bot always hears of changes of itself."""
        data = shapes.member(where, where.members[user]) | {"guild_id": where.id}
        self.gateway.tell("GUILD_MEMBER_UPDATE", data, guild=where, always=user == self.bot.user_id)
        await self.gateway.flush()

    # the guild changes

    async def kick(self: FakeDiscord, guild: str | Guild) -> None:
        """The bot is thrown out."""
        where = self.guild_of(guild)
        for role in [r for r in where.roles.values() if r.bot == self.bot.user_id]:
            del where.roles[role.id]
        self.gateway.tell("GUILD_DELETE", {"id": where.id}, guild=where)
        del where.members[self.bot.user_id]
        self.bot.commands.pop(where.id, None)
        await self.gateway.flush()

    async def outage(self: FakeDiscord, guild: str | Guild) -> None:
        where = self.guild_of(guild)
        self.gateway.tell("GUILD_DELETE", {"id": where.id, "unavailable": True}, guild=where)
        where.unavailable = True
        await self.gateway.flush()

    async def recover(self: FakeDiscord, guild: str | Guild) -> None:
        where = self.guild_of(guild)
        where.unavailable = False
        self.tell_guild(where)
        await self.gateway.flush()

    async def set_overwrite(
        self: FakeDiscord, channel: str | Channel, target: str, *, allow: int = 0, deny: int = 0, by: str = ""
    ) -> None:
        """Of a role or a member. `by`: who did it, for the audit log; the owner where nobody is named."""
        place = channel if isinstance(channel, Channel) else self.channel_of(channel)
        assert place is not None
        where = self.guilds[place.guild]
        old = place.overwrites.get(target)
        kind = 0 if target in where.roles else 1
        with self._sight(where, place):
            place.overwrites[target] = Overwrite(target, kind, int(allow), int(deny))
        options: Json = {"id": target, "type": str(kind)}
        options |= {"role_name": where.roles[target].name} if kind == 0 else {}
        changes = [{"key": "allow", "new_value": str(int(allow))}, {"key": "deny", "new_value": str(int(deny))}]
        action = OVERWRITE_UPDATE if old else OVERWRITE_CREATE
        self.note(where, action, by or where.owner, place.id, options=options, changes=changes)
        await self.gateway.flush()

    async def set_permissions(self: FakeDiscord, role: Role, permissions: int) -> None:
        where = next(g for g in self.guilds.values() if g.roles.get(role.id) is role)
        with self._sight(where):
            role.permissions = int(permissions)
        self.told("GUILD_ROLE_UPDATE", {"guild_id": where.id, "role": shapes.role(role)}, guild=where)
        await self.gateway.flush()

    async def add_channel(self: FakeDiscord, guild: str | Guild, id: str, name: str, **more: object) -> Channel:
        """`more`: as Guild.channel takes it."""
        made = self.guild_of(guild).channel(id, name, **more)  # type: ignore[arg-type]
        self.told_channel("CHANNEL_CREATE", made)
        await self.gateway.flush()
        return made

    async def rename(self: FakeDiscord, thing: str | Channel | Guild, name: str) -> None:
        """A channel, a thread or a guild."""
        if isinstance(thing, Guild) or (isinstance(thing, str) and thing in self.guilds):
            where = self.guild_of(thing)
            where.name = name
            self.told("GUILD_UPDATE", shapes.guild(where), guild=where)
        else:
            place = thing if isinstance(thing, Channel) else self.channel_of(thing)
            assert place is not None
            place.name = name
            self.told_channel("THREAD_UPDATE" if place.type in THREADS else "CHANNEL_UPDATE", place)
        await self.gateway.flush()

    async def delete_channel(self: FakeDiscord, channel: str | Channel, by: str = "") -> None:
        """A channel with its threads, or a thread."""
        place = channel if isinstance(channel, Channel) else self.channel_of(channel)
        assert place is not None
        where = self.guilds[place.guild]
        for thread in [c for c in where.channels.values() if c.is_thread and c.parent == place.id]:
            del where.channels[thread.id]
        if place.is_thread:
            data: Json = {"id": place.id, "guild_id": where.id, "parent_id": place.parent, "type": place.type}
            self.told("THREAD_DELETE", data, place)
        else:
            self.note(where, CHANNEL_DELETE, by or where.owner, place.id)
            self.told_channel("CHANNEL_DELETE", place)
        del where.channels[place.id]
        await self.gateway.flush()

    def note(
        self: FakeDiscord,
        guild: Guild,
        action: int,
        user: str,
        target: str,
        *,
        options: Json | None = None,
        changes: list[Json] | None = None,
    ) -> Entry:
        """A line in the audit log."""
        made = Entry(self.ids.new(), action, user, target, self.clock.now(), changes or [], options)
        guild.log.append(made)
        bot = guild.members.get(self.bot.user_id)
        if bot is not None and self.in_guild(guild, self.bot.user_id) & P.VIEW_AUDIT_LOG:
            self.told("GUILD_AUDIT_LOG_ENTRY_CREATE", shapes.entry(made) | {"guild_id": guild.id}, guild=guild)
        return made
