"""Discord on the loopback: its REST, its gateway and its people, as strict as the real one or stricter.

    async with FakeDiscord(clock) as discord:
        app = discord.app(token="…", name="Bridge")
        guild = discord.guild("100", "Acme", owner="1")
        guild.member("1", "ana")
        guild.channel("300", "team")
        discord.install(app, guild, permissions=P.VIEW_CHANNEL | P.SEND_MESSAGES, by="1")
        with discord.pointed_at(): ... a discord.Client with app.token ...
        await discord.command("1", "300", "status", {"text": "Hello"})
        await discord.until(lambda: discord.texts("300"))

What a test uses: the people in discord_people (say, edit, react, thread_from, kick …) and discord_hands (command,
complete, menu, press, choose, submit), what they see here (messages, texts, dms, private, pinged), troubles of the line
in discord_gateway (`discord.gateway`), limits in discord_limits (`discord.limits`), faults in discord_faults
(`discord.faults`).

Time is the clock's: ids, limits, the three seconds of an interaction, what may be resumed. With a FixedClock all of it
moves only when the test moves it; with a SystemClock it runs by itself. `patience` and `until` are seconds of the
machine. Leaving the `async with` fails the test if anything was asked that the fake does not play (`errors`).

Nothing of it was compared with the real service; it follows the documentation, and reports of what it leaves out.
"""

from __future__ import annotations

import asyncio
import mimetypes
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from bridge.model.clock import Clock, FixedClock
from tests.fakes.discord import messages as discord_messages
from tests.fakes.discord import permissions as rights
from tests.fakes.discord import shapes as discord_shapes
from tests.fakes.discord.commands import CannotDo
from tests.fakes.discord.faults import Fault, Faults
from tests.fakes.discord.gateway import MESSAGE_CONTENT, Gateway, Session
from tests.fakes.discord.hands import Hands, NotAnswered
from tests.fakes.discord.interactions import Interaction
from tests.fakes.discord.limits import Limits
from tests.fakes.discord.permissions import DIRECT, P
from tests.fakes.discord.rest import REQUEST_SIZE, Call, Door
from tests.fakes.discord.state import (
    DM,
    App,
    Attachment,
    Channel,
    Guild,
    Json,
    Member,
    Message,
    Role,
    Snowflakes,
    User,
)

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
USUAL = (
    P.VIEW_CHANNEL
    | P.SEND_MESSAGES
    | P.SEND_MESSAGES_IN_THREADS
    | P.EMBED_LINKS
    | P.ATTACH_FILES
    | P.READ_MESSAGE_HISTORY
    | P.ADD_REACTIONS
)
"""What the app asks for when it is installed, unless a test says otherwise."""


class FakeDiscord(Hands):
    """`calls`: every request, oldest first. `invalid`: answers that Discord counts against an address, by status.
    `errors`: what was asked that is not played. `pinged`: whom the app's messages pinged, as written, in order.
    `private`: what only one person sees, oldest first. `dm_limit`: (count, seconds) of new direct messages, or None.
    `token_refused`: the token is dead, over REST and the gateway. `obfuscates`: what the bot does not see of channels
    is kept from it.
    """

    def __init__(self, clock: Clock | None = None, port: int = 0) -> None:
        self.clock: Clock = clock or FixedClock(MONDAY)
        self.port = port
        self.patience = 3.0
        self.ids = Snowflakes(self)
        self.users: dict[str, User] = {}
        self.guilds: dict[str, Guild] = {}
        self.directs: dict[str, Channel] = {}
        self.files: dict[str, Attachment] = {}
        self.interactions: dict[str, Interaction] = {}
        self.private: list[Message] = []
        self.pinged: list[str] = []
        self.nonces: dict[str | int, tuple[float, Message]] = {}
        self.nonce_window = discord_messages.NONCE_WINDOW
        self.dm_limit: tuple[int, float] | None = None
        self.openings: list[float] = []
        self.opened: set[str] = set()
        self.created: list[float] = []
        self.calls: list[Call] = []
        self.errors: list[str] = []
        self.invalid: Counter[int] = Counter()
        self.token_refused = False
        self.obfuscates = True
        self.faults = Faults()
        self.limits = Limits(self.clock)
        self.gateway = Gateway(self)
        self._bot: App | None = None
        self._changed = asyncio.Event()
        self._door = Door(self)

    async def __aenter__(self) -> FakeDiscord:
        app = web.Application(client_max_size=4 * REQUEST_SIZE)
        app.router.add_route("*", "/api/v10/{rest:.*}", self._door.answer)
        for path in ("/gateway", "/gateway/", "/resume", "/resume/"):
            app.router.add_get(path, self.gateway.serve)
        app.router.add_get("/attachments/{channel}/{id}/{name}", self._fetch)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *error: object) -> None:
        self.gateway.abort()
        await self._runner.cleanup()
        if kind is None and self.errors:
            raise AssertionError(f"asked, but not played: {self.errors}")

    # where it is

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def api(self) -> str:
        """Without a slash at its end."""
        return f"{self.root}/api/v10"

    @property
    def gateway_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/gateway"

    @contextmanager
    def pointed_at(self) -> Iterator[None]:
        """discord.py talks to the fake, as long as this lasts."""
        import yarl
        from discord.gateway import DiscordWebSocket
        from discord.http import Route

        before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = self.api, yarl.URL(self.gateway_url)
        try:
            yield
        finally:
            Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before

    # setting up

    def app(
        self,
        token: str = "MTIzNDU2.fake.token",
        name: str = "Bridge",
        *,
        id: str = "900",
        user: str = "900",
        owner: str = "1",
        **more: Any,
    ) -> App:
        """The application. `more`: any field of App (content_intent, members_intent, team …)."""
        bot = self.user(user, name, bot=True)
        self._bot = App(id, token, name, bot, self.user(owner), **more)
        return self._bot

    def user(self, id: str, name: str = "", **more: Any) -> User:
        """Somebody, in no guild. `more`: any field of User (global_name, locale, dms, bot)."""
        if id not in self.users:
            self.users[id] = User(id, name or f"user{id}")
        known = self.users[id]
        known.name = name or known.name
        for field, value in more.items():
            assert hasattr(known, field), field
            setattr(known, field, value)
        return known

    def guild(self, id: str, name: str = "Acme", owner: str = "1") -> Guild:
        made = self.guilds[id] = Guild(self, id, name, owner)
        made.member(owner)
        return made

    def install(self, app: App, guild: str | Guild, permissions: int = USUAL, by: str = "") -> Member:
        """The bot comes into a guild, with a role of its own; who is connected is told."""
        where = self.guild_of(guild)
        member = where.member(app.user_id)
        role = Role(self.ids.new(), app.name, int(permissions), len(where.roles), managed=True, bot=app.user_id)
        where.roles[role.id] = role
        member.roles.append(role.id)
        self.note(where, 28, by or where.owner, app.user_id)
        self.tell_guild(where)
        return member

    @property
    def bot(self) -> App:
        """The application."""
        assert self._bot is not None, "discord.app(…) comes first"
        return self._bot

    def app_of(self, token: str) -> App | None:
        return self._bot if self._bot is not None and token == self._bot.token else None

    # looking

    def guild_of(self, guild: str | Guild) -> Guild:
        return guild if isinstance(guild, Guild) else self.guilds[guild]

    def channel_of(self, id: str) -> Channel | None:
        """A channel, a thread or a direct message."""
        for guild in self.guilds.values():
            if id in guild.channels:
                return guild.channels[id]
        return next((c for c in self.directs.values() if c.id == id), None)

    def direct_of(self, user: str) -> Channel | None:
        return self.directs.get(user)

    def direct(self, user: str) -> Channel:
        """The direct message of a person with the bot, made where it was not."""
        if user not in self.directs:
            self.directs[user] = Channel(self.ids.new(), DM, recipients=[user])
        return self.directs[user]

    def messages(self, channel: str | Channel) -> list[Message]:
        """What stands there for all, oldest first."""
        place = channel if isinstance(channel, Channel) else self.channel_of(channel)
        assert place is not None, f"there is no channel {channel}"
        return sorted(place.messages.values(), key=lambda m: int(m.id))

    def texts(self, channel: str | Channel) -> list[str]:
        """As people read it: content, embeds, buttons."""
        return [m.text for m in self.messages(channel)]

    def dms(self, user: str) -> list[Message]:
        """The direct messages of a person with the bot, of both, oldest first."""
        return self.messages(self.directs[user]) if user in self.directs else []

    def ephemerals(self, user: str) -> list[Message]:
        """What only this person sees, oldest first."""
        return [m for m in self.private if m.viewer == user and not m.deleted]

    def permissions(self, channel: Channel, user: str) -> int:
        """What somebody may do there now."""
        if channel.type == DM:
            return int(DIRECT) if user in (*channel.recipients, self.bot.user_id) else 0
        return rights.in_channel(self.guilds[channel.guild], user, channel, self.clock.now())

    def in_guild(self, guild: Guild, user: str) -> int:
        return rights.in_guild(guild, user)

    def may_see(self, guild: Guild, user: str, channel: Channel) -> bool:
        return bool(rights.in_channel(guild, user, channel, self.clock.now()) & P.VIEW_CHANNEL)

    def obfuscated(self, channel: Channel) -> bool:
        """Whether a channel is one of those that the bot does not see."""
        return self.obfuscates and not self.may_see(self.guilds[channel.guild], self.bot.user_id, channel)

    def hidden(self, message: Message, *, intent: bool) -> bool:
        """Whether the bot gets a message without what people wrote (events/gateway#message-content-intent)."""
        own = message.author is self.bot.user
        return not (intent or own or not message.guild or self.bot.user_id in message.mentions)

    def visible(self, message: Message, *, depth: int = 0) -> Json:
        """A message as REST gives it to the bot."""
        hidden = self.hidden(message, intent=self.bot.content_intent)
        return discord_shapes.message(self, message, hidden=hidden, depth=depth)

    def for_interaction(self, message: Message) -> Json:
        return discord_shapes.message(self, message)

    def now(self) -> float:
        return self.clock.now().timestamp()

    def store(
        self, channel: str, name: str, content: bytes, description: str | None = None, *, ephemeral: bool = False
    ) -> Attachment:
        """A file on the CDN; its link is signed and is over after a day."""
        id = self.ids.new()
        end = int(self.now()) + 86_400
        url = f"{self.root}/attachments/{channel}/{id}/{name}?ex={end:x}&is={int(self.now()):x}&hm={id}"
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        made = self.files[id] = Attachment(id, name, content, url, description, kind, ephemeral)
        return made

    async def _fetch(self, request: web.Request) -> web.Response:
        file = self.files.get(request.match_info["id"])
        expires = request.query.get("ex", "0")
        if file is None or request.query.get("hm") != file.id or int(expires, 16) < self.now():
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=file.content, content_type=file.content_type)

    # telling

    def told(self, event: str, data: Json, channel: Channel | None = None, *, guild: Guild | None = None) -> None:
        where = guild or (self.guilds.get(channel.guild) if channel is not None else None)
        self.gateway.tell(event, data, guild=where, channel=channel)

    def told_channel(self, event: str, channel: Channel, more: Json | None = None) -> None:
        """Of channels the bot hears even where it does not see them, without what is in them; of threads not."""
        guild = self.guilds[channel.guild]
        data = discord_shapes.gateway_channel(self, channel) | (more or {})
        self.gateway.tell(event, data, guild=guild, channel=channel if channel.is_thread else None)

    def told_message(self, event: str, message: Message) -> None:
        channel = self.channel_of(message.channel)
        guild = self.guilds.get(message.guild)

        def made(session: Session) -> Json:
            hidden = self.hidden(message, intent=bool(session.intents & MESSAGE_CONTENT))
            data = discord_shapes.message(self, message, hidden=hidden)
            if message.nonce is not None and event == "MESSAGE_CREATE":
                data["nonce"] = message.nonce
            data["channel_type"] = channel.type if channel else 0
            if guild is not None:
                data["guild_id"] = guild.id
                if message.author.id in guild.members:
                    data["member"] = discord_shapes.member(guild, guild.members[message.author.id], with_user=False)
            return data

        self.gateway.tell(event, made, guild=guild, channel=channel)

    def tell_guild(self, guild: Guild) -> None:
        """It is there again, or for the first time: then it does not say that it is available."""
        new = not any(self.gateway.knows(session, guild) for session in self.gateway.sessions.values())

        def made(session: Session) -> Json:
            data = self.gateway.guild_create(guild, session)
            return {name: value for name, value in data.items() if name != "unavailable"} if new else data

        self.gateway.tell("GUILD_CREATE", made, guild=guild)

    # waiting

    @property
    def identifies(self) -> int:
        """How often a new session was begun, or tried."""
        return len(self.gateway.identifies)

    def called(self, route: str) -> list[Call]:
        """The requests to one route (`METHOD /template`), oldest first."""
        from tests.fakes.discord.tables import ROUTES

        assert route in ROUTES, f"there is no route {route!r}"
        return [c for c in self.calls if c.route == route]

    def changed(self) -> None:
        """Something happened: whoever waits looks again."""
        self._changed.set()

    async def until(self, predicate: Callable[[], Any], seconds: float = 20.0) -> Any:
        """Waits until it gives something true, and returns that. Raises AssertionError after `seconds`."""
        clock = asyncio.get_running_loop().time
        end = clock() + seconds
        while not (found := predicate()):
            recent = [f"{c.route} {c.seen or c.status}" for c in self.calls[-20:]]
            assert clock() < end, f"not within {seconds} s; calls: {recent}"
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), 0.01)
            except TimeoutError:
                pass
        return found


__all__ = [
    "MONDAY",
    "USUAL",
    "App",
    "Call",
    "CannotDo",
    "Channel",
    "FakeDiscord",
    "Fault",
    "Guild",
    "Interaction",
    "Message",
    "NotAnswered",
    "P",
    "User",
]
