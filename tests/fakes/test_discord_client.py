"""discord.py, unmodified, against the fake: login, the gateway, events, resuming, and what goes wrong on the line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import discord
import pytest
from discord.http import Route

from bridge.model.clock import FixedClock
from tests.fakes.discord import FakeDiscord, Fault, P
from tests.fakes.discord.raw import crew, raw

COMMAND = {"name": "status", "description": "Share", "options": [{"type": 3, "name": "text", "description": "What"}]}


class Reply(discord.ui.View):
    @discord.ui.button(label="Reply", custom_id="reply")
    async def reply(self, interaction: discord.Interaction, button: Any) -> None:
        await interaction.response.send_modal(Form())


class Form(discord.ui.Modal):
    def __init__(self) -> None:
        super().__init__(title="Share", custom_id="form")
        field = discord.ui.TextInput[Any](custom_id="text", style=discord.TextStyle.long)
        self.add_item(discord.ui.Label(text="Text", component=field))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(content="Thanks")


class Client(discord.Client):
    """Keeps what comes, raw and as discord.py understood it."""

    def __init__(self, *, content: bool = False, members: bool = False) -> None:
        names = ("guilds", "guild_messages", "guild_reactions", "dm_messages", "dm_reactions")
        intents = discord.Intents(**dict.fromkeys(names, True), message_content=content, members=members)
        super().__init__(intents=intents, enable_debug_events=True, guild_ready_timeout=0.05)
        self.raw: list[dict[str, Any]] = []
        self.seen: list[tuple[str, Any]] = []

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Without the pause of five seconds."""

    async def on_socket_raw_receive(self, message: str) -> None:
        self.raw.append(json.loads(message))

    def dispatch(self, event: str, /, *args: Any, **more: Any) -> None:
        self.seen.append((event, args))
        super().dispatch(event, *args, **more)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        if interaction.type is discord.InteractionType.application_command:
            await interaction.response.send_message("Shared", ephemeral=True, view=Reply())

    def named(self, event: str) -> list[Any]:
        """The arguments of all events of that name, as discord.py dispatched them."""
        return [args for name, args in self.seen if name == event]

    def heard(self, event: str) -> list[dict[str, Any]]:
        return [payload["d"] for payload in self.raw if payload["t"] == event]


@pytest.fixture
async def fake(time: FixedClock) -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord(time) as made:
        crew(made)
        made.limits.enforce = False
        with made.pointed_at():
            yield made


async def started(fake: FakeDiscord, **intents: bool) -> tuple[Client, asyncio.Task[None]]:
    client = Client(**intents)
    await client.login(fake.bot.token)
    return client, asyncio.create_task(client.connect())


@pytest.fixture
async def client(fake: FakeDiscord) -> AsyncIterator[Client]:
    made, task = await started(fake)
    await asyncio.wait_for(made.wait_until_ready(), 10)
    yield made
    await made.close()
    await asyncio.wait_for(task, 10)


async def test_a_client_comes_in_and_knows_its_guilds(fake: FakeDiscord, client: Client) -> None:
    acme = client.get_guild(100)

    assert acme is not None
    assert sorted(guild.name for guild in client.guilds) == ["Acme", "Third"]
    assert {c.id: type(c).__name__ for c in acme.channels} == {
        300: "TextChannel",
        301: "TextChannel",
        302: "ForumChannel",
    }
    assert [t.id for t in acme.threads] == [310]
    assert [m.id for m in acme.members] == [900]
    assert acme.me.guild_permissions.send_messages
    assert client.application_id == 900
    assert fake.identifies == 1
    assert fake.gateway.lines[0].zlib


async def test_what_the_bot_does_not_see_is_obfuscated(fake: FakeDiscord, client: Client) -> None:
    """Its id, type and place remain; a whole CHANNEL_UPDATE comes when it is let in."""
    (hidden,) = [c for c in client.heard("GUILD_CREATE")[0]["channels"] if c["id"] == "301"]
    assert (hidden["name"], hidden["flags"], hidden["type"]) == ("___hidden___", 1 << 17, 0)
    assert hidden["permission_overwrites"] == [{"id": "100", "type": 0, "allow": "0", "deny": "1024"}]

    fake.guilds["100"].thread("320", "301", "inside")
    await fake.set_overwrite("301", fake.bot.user_id, allow=P.VIEW_CHANNEL)

    await fake.until(lambda: client.heard("THREAD_LIST_SYNC"))
    assert client.heard("CHANNEL_UPDATE")[0]["name"] == "quiet"
    assert [t["id"] for t in client.heard("THREAD_LIST_SYNC")[0]["threads"]] == ["320"]
    channel = client.get_channel(301)
    assert isinstance(channel, discord.TextChannel)
    assert channel.name == "quiet"
    await fake.set_overwrite("301", fake.bot.user_id, deny=P.VIEW_CHANNEL)
    await fake.until(lambda: channel.name == "___hidden___")


async def test_a_command_a_button_and_a_form(fake: FakeDiscord, client: Client) -> None:
    route = Route("PUT", "/applications/{application_id}/commands", application_id=fake.bot.id)
    (registered,) = await client.http.request(route, json=[COMMAND])

    one = await fake.command("1", "300", "status", {"text": "Hello"})
    opened = await fake.press("1", one, "Reply")
    sent = await fake.submit("1", opened, {"text": "More"})

    assert registered["id"].isdigit()
    assert (one.shown, one.private) == ("Shared\n[Reply]", True)
    assert opened.modal is not None
    assert await fake.settled(sent) == "Thanks"
    assert sent.private
    kinds = [args[0].type.name for args in client.named("interaction")]
    assert kinds == ["application_command", "component", "modal_submit"]


async def test_messages_are_posted_changed_and_taken_away(fake: FakeDiscord, client: Client) -> None:
    channel = client.get_channel(300)
    assert isinstance(channel, discord.TextChannel)

    sent = await channel.send(
        "Hello", embed=discord.Embed(description="World"), file=discord.File(__file__, "a.py"), nonce="d1"
    )
    again = await channel.send("Hello", nonce="d1")
    await fake.until(lambda: client.named("message"))
    await sent.edit(content="Bye", embeds=[])
    await sent.add_reaction("📣")

    assert again.id == sent.id
    assert client.heard("MESSAGE_CREATE")[0]["nonce"] == "d1"
    assert fake.texts("300") == ["Bye\n(a.py)"]
    assert fake.messages("300")[0].reactions == {"📣": ["900"]}
    assert [m.content async for m in channel.history()] == ["Bye"]
    await sent.delete()
    await fake.until(lambda: client.heard("MESSAGE_DELETE"))
    assert fake.texts("300") == []


async def test_a_direct_message_is_opened_and_answered(fake: FakeDiscord, client: Client) -> None:
    opened = await client.http.start_private_message(1)
    await client.get_partial_messageable(int(opened["id"])).send("Hello")
    await fake.say("1", "@me", "Hi")

    assert [m.content for m in fake.dms("1")] == ["Hello", "Hi"]
    told = await fake.until(lambda: [m for (m,) in client.named("message") if m.content == "Hi"])
    assert isinstance(told[0].channel, discord.DMChannel)
    assert told[0].author.id == 1


async def test_what_people_do_is_told(fake: FakeDiscord, client: Client) -> None:
    said = await fake.say("1", "300", "secret", files=[("a.png", b"png")])
    await fake.edit("1", said, "still secret")
    await fake.unfurl(said, {"type": "link", "url": "https://a.example"})
    await fake.react("2", said, "📣")
    await fake.unreact("2", said, "📣")
    thread = await fake.thread_from("1", said, "talk")
    await fake.say("1", thread, "inside", mention_bot=True)
    post = await fake.post("2", "302", "idea", "an idea")
    await fake.archive(thread)
    await fake.lock(thread)
    await fake.remove("1", said)
    await fake.remove_many([await fake.say("2", "300", str(n)) for n in range(2)])
    await fake.rename("300", "squad")
    await fake.rename("100", "Acme Inc")
    await fake.add_channel("100", "303", "news")
    await fake.delete_channel("303")
    await fake.delete_channel(thread)
    await fake.set_roles("100", fake.bot.user_id, ["201"])
    await fake.until(lambda: client.named("member_update"))

    names = [payload["t"] for payload in client.raw if payload["op"] == 0][3:]
    assert names == [
        *("MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_UPDATE", "MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE"),
        *("THREAD_CREATE", "MESSAGE_UPDATE", "MESSAGE_CREATE", "MESSAGE_CREATE"),
        *("THREAD_CREATE", "MESSAGE_CREATE", "THREAD_UPDATE", "THREAD_UPDATE", "MESSAGE_DELETE"),
        *("MESSAGE_CREATE", "MESSAGE_CREATE", "MESSAGE_DELETE_BULK", "CHANNEL_UPDATE", "GUILD_UPDATE"),
        *("CHANNEL_CREATE", "CHANNEL_DELETE", "THREAD_DELETE", "GUILD_MEMBER_UPDATE"),
    ]
    first = client.heard("MESSAGE_CREATE")[0]
    assert (first["content"], first["attachments"], first["member"]["nick"]) == ("", [], "Ana Example")
    assert client.heard("MESSAGE_CREATE")[2]["content"] == "<@900> inside"
    (reaction,) = client.named("raw_reaction_add")[0]
    assert (reaction.user_id, str(reaction.emoji), reaction.message_author_id) == (2, "📣", 1)
    assert client.heard("THREAD_CREATE")[0]["id"] == said.id
    assert client.heard("MESSAGE_CREATE")[3]["id"] == post.channel
    acme = client.get_guild(100)
    assert acme is not None
    assert (acme.name, acme.get_channel(303), client.get_channel(300).name) == ("Acme Inc", None, "squad")  # type: ignore[union-attr]


async def test_content_comes_with_its_intent(fake: FakeDiscord) -> None:
    fake.bot.content_intent = True
    client, task = await started(fake, content=True)
    await client.wait_until_ready()

    await fake.say("1", "300", "open")

    await fake.until(lambda: client.heard("MESSAGE_CREATE"))
    assert client.heard("MESSAGE_CREATE")[0]["content"] == "open"
    assert client.heard("READY")[0]["application"]["flags"] & 1 << 19
    await client.close()
    await task


async def test_members_come_with_their_intent(fake: FakeDiscord) -> None:
    fake.bot.members_intent = True
    client, task = await started(fake, members=True)
    await client.wait_until_ready()

    await fake.join("100", "5", "eve")
    await fake.leave("100", "2")

    await fake.until(lambda: client.heard("GUILD_MEMBER_REMOVE"))
    assert client.heard("GUILD_MEMBER_ADD")[0]["user"]["username"] == "eve"
    assert len(client.heard("GUILD_CREATE")[0]["members"]) == 4
    await client.close()
    await task


@pytest.mark.parametrize("intents", [{"content": True}, {"members": True}])
async def test_a_privileged_intent_wants_its_switch(fake: FakeDiscord, intents: dict[str, bool]) -> None:
    client, task = await started(fake, **intents)

    with pytest.raises(discord.PrivilegedIntentsRequired):
        await asyncio.wait_for(task, 10)
    await client.close()


async def test_a_wrong_token_is_told_at_login_and_on_the_gateway(fake: FakeDiscord) -> None:
    client, task = await started(fake)
    await client.wait_until_ready()
    fake.bot.token = "another.fake.token"
    await fake.gateway.invalidate()

    with pytest.raises(discord.ConnectionClosed) as caught:
        await asyncio.wait_for(task, 20)
    assert caught.value.code == 4004
    await client.close()
    with pytest.raises(discord.LoginFailure):
        await Client().login("wrong")


async def test_a_lost_line_is_resumed_with_what_was_missed(fake: FakeDiscord, client: Client) -> None:
    await fake.gateway.close(4000)
    await fake.say("1", "300", "meanwhile", mention_bot=True)

    await fake.until(lambda: client.named("resumed"))

    assert client.heard("MESSAGE_CREATE")[0]["content"] == "<@900> meanwhile"
    assert (fake.identifies, fake.gateway.resumed) == (1, 1)


async def test_a_cut_line_is_resumed(fake: FakeDiscord, client: Client) -> None:
    fake.gateway.abort()

    await fake.until(lambda: client.named("resumed"))

    assert fake.identifies == 1


async def test_op_7_asks_the_client_to_come_again(fake: FakeDiscord, client: Client) -> None:
    await fake.gateway.reconnect()

    await fake.until(lambda: client.named("resumed"))

    assert fake.identifies == 1


async def test_an_invalid_session_may_be_resumed_or_not(fake: FakeDiscord, client: Client) -> None:
    await fake.gateway.invalidate(resumable=True)
    await fake.until(lambda: client.named("resumed"))
    assert fake.identifies == 1

    await fake.gateway.invalidate()

    await fake.until(lambda: fake.identifies == 2 and len(client.named("ready")) == 2)
    assert fake.gateway.start_limit == 998


async def test_a_session_is_over_after_a_while(fake: FakeDiscord, client: Client, time: FixedClock) -> None:
    fake.gateway.says_hello = False
    fake.gateway.abort()
    await fake.until(lambda: fake.gateway.lines and fake.gateway.lines[0].number == 2)
    time.advance(seconds=fake.gateway.resumable_for + 1)
    fake.gateway.says_hello = True
    fake.gateway.abort()

    await fake.until(lambda: fake.identifies == 2)

    assert fake.gateway.resumed == 0


async def test_ready_may_not_come(fake: FakeDiscord) -> None:
    fake.gateway.says_ready = False
    client, task = await started(fake)
    await fake.until(lambda: fake.gateway.lines and fake.gateway.lines[0].heartbeats)
    assert not client.is_ready()

    fake.gateway.ready_now()

    await asyncio.wait_for(client.wait_until_ready(), 10)
    await client.close()
    await task


async def test_heartbeats_may_stay_without_an_answer(fake: FakeDiscord) -> None:
    fake.gateway.heartbeat_interval = 0.05
    fake.gateway.acks = False
    client, task = await started(fake)
    await client.wait_until_ready()

    await fake.until(lambda: fake.gateway.lines[0].heartbeats > 2)

    assert not [p for p in client.raw if p["op"] == 11]
    await client.close()
    await task


async def test_a_guild_may_be_away_for_a_while(fake: FakeDiscord, client: Client) -> None:
    await fake.outage("100")
    await fake.until(lambda: client.named("guild_unavailable"))
    await fake.say("1", "300", "nobody hears it", mention_bot=True)

    await fake.recover("100")

    await fake.until(lambda: client.named("guild_available"))
    assert client.named("guild_remove") == []
    assert client.heard("MESSAGE_CREATE") == []


async def test_the_bot_is_thrown_out_and_brought_in(fake: FakeDiscord, client: Client) -> None:
    await fake.kick("100")
    await fake.until(lambda: client.named("guild_remove"))
    channel = client.get_partial_messageable(300)
    with pytest.raises(discord.Forbidden, match="50001"):
        await channel.send("x")

    fake.install(fake.bot, "100", P.VIEW_CHANNEL, by="1")

    await fake.until(lambda: client.named("guild_join"))


async def test_a_private_thread_is_seen_when_the_bot_is_added(fake: FakeDiscord, client: Client) -> None:
    thread = await fake.thread("1", "300", "secret", private=True)
    await fake.say("1", thread, "unheard", mention_bot=True)
    assert not fake.may_see(fake.guilds["100"], fake.bot.user_id, thread)

    await fake.add_to_thread(thread, fake.bot.user_id)
    await fake.say("1", thread, "heard", mention_bot=True)

    told = await fake.until(lambda: client.heard("MESSAGE_CREATE"))
    assert [m["content"] for m in told] == ["<@900> heard"]
    assert [t["id"] for t in client.heard("THREAD_CREATE")] == [thread.id]


async def test_a_reset_reaches_the_caller(fake: FakeDiscord, client: Client) -> None:
    fake.faults.next("POST /channels/{channel_id}/messages", Fault.RESET_AFTER_ACCEPT)

    with pytest.raises(aiohttp.ClientOSError):
        await client.get_partial_messageable(300).send("x")

    assert fake.texts("300") == ["x"]


async def test_cloudflare_reaches_the_caller(fake: FakeDiscord, client: Client) -> None:
    fake.faults.next("POST /channels/{channel_id}/messages", Fault.CLOUDFLARE)

    with pytest.raises(discord.HTTPException) as caught:
        await client.get_partial_messageable(300).send("x")

    assert caught.value.status == 429


async def test_a_short_limit_is_waited_for(fake: FakeDiscord, client: Client) -> None:
    fake.faults.next("POST /channels/{channel_id}/messages", Fault.RATE(0.01))

    await client.get_partial_messageable(300).send("x")

    assert [c.seen for c in fake.called("POST /channels/{channel_id}/messages")] == [429, 200]


async def test_a_bare_socket_is_text(fake: FakeDiscord) -> None:
    async with raw(fake) as call, call.http.ws_connect(fake.gateway_url + "?v=10&encoding=json") as socket:
        assert (await socket.receive_json())["op"] == 10
