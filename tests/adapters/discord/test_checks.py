"""What `bridge check` says about Discord, by asking one that grants more or less."""

from __future__ import annotations

import secrets
import socket
from collections.abc import AsyncIterator, Iterable

import pytest

from bridge.adapters.discord import Settings
from bridge.adapters.discord.install import permissions, servers, sync
from bridge.adapters.discord.install.checks import findings, listing
from bridge.adapters.discord.install.commands import languages_of, payload
from bridge.adapters.discord.rest.api import open_api, opened
from bridge.model.clock import SystemClock
from bridge.model.given import Vault
from bridge.model.ports import Finding
from bridge.model.secret import Secret
from bridge.services.keeping import EncryptedVault
from bridge.store.tx import open_store
from bridge.words import words_for
from tests.fakes.discord import FakeDiscord, Fault
from tests.fakes.discord.state import Guild, Overwrite

LANGUAGES = languages_of(words_for)
SEND = 1 << 11


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord(SystemClock()) as fake:
        fake.app()
        yield fake


@pytest.fixture
def acme(discord: FakeDiscord) -> Guild:
    return installed(discord, "100", "Acme")


@pytest.fixture
async def vault(ready_sqlite_url: str) -> AsyncIterator[Vault]:
    store = open_store(ready_sqlite_url)
    yield EncryptedVault(store, secrets.token_bytes(32), "chat")
    await store.close()


def installed(discord: FakeDiscord, id: str, name: str, bits: int = permissions.ASKED) -> Guild:
    """A server with the bot in it, where @everyone may do nothing by itself."""
    guild = discord.guild(id, name)
    guild.everyone.permissions = 0
    discord.install(discord.bot, guild, permissions=bits)
    guild.channel(f"{id}1", "team")
    return guild


def settings(discord: FakeDiscord, **more: object) -> Settings:
    return Settings.model_validate({"token": Secret(discord.bot.token), "api": discord.api, "team": ("100",), **more})


async def found(vault: Vault, given: Settings) -> list[Finding]:
    return await findings(given, SystemClock(), vault, LANGUAGES)


async def register(discord: FakeDiscord, vault: Vault) -> None:
    async with opened(Secret(discord.bot.token), settings(discord), SystemClock()) as api:
        await sync.now(api, vault, LANGUAGES)


def details(findings: Iterable[Finding], ok: bool | None) -> str:
    return "\n".join(f"{one.name}: {one.detail}" for one in findings if one.ok is ok)


async def test_all_well_is_application_servers_permissions_and_commands(
    discord: FakeDiscord, acme: Guild, vault: Vault
) -> None:
    discord.bot.content_intent = True
    await register(discord, vault)

    said = await found(vault, settings(discord, message_content=True))

    assert details(said, True).splitlines() == [
        "discord: application Bridge (900), bot @Bridge",
        "discord Acme: 100: team, about 2 members",
        "discord Acme: all 7 permissions granted",
        "discord Acme: channels that it sees (1): #team",
        f"discord: Message Content intent: on, for {permissions.MESSAGE_CONTENT.feature}",
        "discord: 9 commands registered, as this version has them",
    ]
    assert [one.ok for one in said] == [True] * 6


async def test_without_a_token_it_says_how_to_get_one(vault: Vault) -> None:
    (said,) = await found(vault, Settings())

    assert (said.ok, said.fix) == (False, "Run: bridge discord setup")


async def test_a_token_that_is_refused_is_one_sentence_and_names_the_way_out(
    discord: FakeDiscord, vault: Vault
) -> None:
    discord.token_refused = True

    (said,) = await found(vault, settings(discord))

    assert said.ok is False
    assert said.detail == "Discord refuses the bot's token."
    assert "Reset Token" in said.fix
    assert said.fix.endswith("bridge discord setup")


async def test_offline_is_a_sentence(vault: Vault) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}/api/v10"

    (said,) = await found(vault, Settings(token=Secret("a.b.c"), api=nowhere))

    assert said.ok is False
    assert "no connection to Discord" in said.detail
    assert "reaches discord.com" in said.fix


async def test_servers_are_held_against_what_bridge_toml_says(discord: FakeDiscord, acme: Guild, vault: Vault) -> None:
    installed(discord, "200", "Otters")
    for number in range(3, 10):
        installed(discord, f"{number}00", f"Guild {number}")

    said = await found(vault, settings(discord, community=("200", "999")))

    assert "discord Otters: 200: community" in details(said, True)
    (absent,) = [one for one in said if "999" in one.detail]
    assert absent.ok is False
    assert "under community" in absent.detail
    assert "bridge discord invite" in absent.fix
    (ignored,) = [one for one in said if "ignored" in one.detail]
    assert ignored.ok is None
    assert "Guild 3 (300), Guild 4 (400), Guild 5 (500), Guild 6 (600) and 3 more" in ignored.detail


async def test_without_any_server_and_without_a_team_it_says_so(
    discord: FakeDiscord, acme: Guild, vault: Vault
) -> None:
    none = await found(vault, settings(discord, team=()))
    no_team = await found(vault, settings(discord, team=(), community=("100",)))

    assert "names no server" in details(none, False)
    assert "nobody is a full member" in details(no_team, None)


@pytest.mark.parametrize(
    ("wanted", "there", "ok", "words"),
    [
        (False, False, None, "off, so an answer goes by Reply"),
        (False, True, None, "put message_content = true under [discord]"),
        (True, False, False, "at Discord it is off"),
        (True, True, True, "intent: on, for"),
    ],
)
async def test_message_content_is_told_with_what_it_costs(
    discord: FakeDiscord, acme: Guild, vault: Vault, wanted: bool, there: bool, ok: bool | None, words: str
) -> None:
    discord.bot.content_intent = there

    said = await found(vault, settings(discord, message_content=wanted))

    (line,) = [one for one in said if "Message Content" in one.detail]
    assert line.ok is ok
    assert words in line.detail


async def test_an_intent_that_nobody_needs_is_named(discord: FakeDiscord, acme: Guild, vault: Vault) -> None:
    discord.bot.members_intent = True

    assert "Server Members intent: on at Discord, and not needed" in details(
        await found(vault, settings(discord)), None
    )


async def test_what_lacks_in_a_server_is_named_with_its_cost_and_only_what_is_needed_is_wrong(
    discord: FakeDiscord, vault: Vault
) -> None:
    installed(discord, "100", "Acme", permissions.ASKED & ~(1 << 14 | 1 << 7))

    said = await found(vault, settings(discord))

    assert "without Embed Links (needed, for the frame" in details(said, False)
    assert "without View Audit Log (optional, for who added the bot" in details(said, None)
    (wrong,) = [one for one in said if one.ok is False]
    assert "guild_id=100" in wrong.fix
    assert "not allowed" not in details(said, None)


async def test_channels_where_something_is_not_allowed_are_summed_up(
    discord: FakeDiscord, acme: Guild, vault: Vault
) -> None:
    acme.channel("310", "secret", private=True)
    for name, kind, deny in (("rules", 0, SEND), ("news", 5, SEND), ("ideas", 15, SEND), ("pets", 0, 1 << 15)):
        acme.channel(f"32{name}", name, type=kind).overwrites["100"] = Overwrite("100", 0, deny=deny)
        role = next(role for role in acme.roles.values() if role.bot)
        acme.channels[f"32{name}"].overwrites[role.id] = Overwrite(role.id, 0, deny=deny)
    acme.channel("330", "lounge", type=2, private=True)

    all_of_it = await found(vault, settings(discord))

    assert "discord Acme: channels that it sees (5): #team, #rules, #news, #ideas, #pets" in details(all_of_it, True)
    said = details(all_of_it, None)
    assert "discord Acme: not allowed in #rules, #news: Send Messages" in said
    assert "discord Acme: not allowed in #pets: Attach Files" in said
    assert "#ideas" not in said, "a forum holds threads alone"
    assert "#lounge" not in said


async def test_of_many_kinds_of_closed_channels_a_few_lines_are_enough(
    discord: FakeDiscord, acme: Guild, vault: Vault
) -> None:
    role = next(role for role in acme.roles.values() if role.bot)
    for number, bits in enumerate((SEND, 1 << 14, 1 << 15, 1 << 16, SEND | 1 << 14)):
        acme.channel(f"31{number}", f"c{number}").overwrites[role.id] = Overwrite(role.id, 0, deny=bits)

    said = await found(vault, settings(discord))

    lines = [one.detail for one in said if one.name == "discord Acme"][3:]
    assert len(lines) == 4
    assert lines[-1] == "and in 2 more channels something is not allowed"


async def test_an_administrator_is_told_that_it_need_not_be_one(discord: FakeDiscord, vault: Vault) -> None:
    guild = installed(discord, "100", "Acme", 1 << 3)
    guild.channel("310", "secret", private=True)

    said = await found(vault, settings(discord))

    assert "it is an administrator there, and needs to be none" in details(said, None)
    assert "#secret" in details(said, True)


async def test_a_bot_that_sees_no_channel_is_of_no_use(discord: FakeDiscord, vault: Vault) -> None:
    guild = installed(discord, "100", "Acme")
    guild.channels.clear()

    assert "discord Acme: sees no channel." in details(await found(vault, settings(discord)), False)


@pytest.mark.parametrize(
    ("how", "ok", "words"),
    [
        ("auto", None, "not registered yet; Bridge registers them when it starts"),
        ("manual", False, "not registered yet"),
    ],
)
async def test_commands_that_are_not_there_are_named(
    discord: FakeDiscord, acme: Guild, vault: Vault, how: str, ok: bool | None, words: str
) -> None:
    said = await found(vault, settings(discord, sync=how))

    (line,) = [one for one in said if "commands" in one.detail]
    assert line.ok is ok
    assert words in line.detail
    assert f"{line.detail} {line.fix}".rstrip().endswith("bridge discord sync")


async def test_commands_of_another_version_are_named(discord: FakeDiscord, acme: Guild, vault: Vault) -> None:
    await register(discord, vault)
    known = await vault.get("commands:900")
    assert known is not None
    await vault.put("commands:900", b'{"digest": "older"}', known[1])

    said = await found(vault, settings(discord, sync="manual"))

    assert "commands: not those of this version." in details(said, False)


async def test_commands_that_somebody_removed_are_named(discord: FakeDiscord, acme: Guild, vault: Vault) -> None:
    await register(discord, vault)
    discord.bot.commands[""].popitem()

    said = await found(vault, settings(discord))

    assert "commands are gone from Discord: Who is this?." in details(said, False)


async def test_commands_that_show_twice_are_named_with_the_way_out(
    discord: FakeDiscord, acme: Guild, vault: Vault
) -> None:
    await register(discord, vault)
    async with opened(Secret(discord.bot.token), settings(discord), SystemClock()) as api:
        await api.call("PUT", sync.OF_SERVER, application_id="900", guild_id="100", body=payload([])[:2])

    said = await found(vault, settings(discord))

    (twice,) = [one for one in said if "twice" in one.detail]
    assert "status, follow" in twice.detail
    assert "--clear" in twice.fix


async def test_a_server_that_does_not_answer_does_not_hide_the_others(
    discord: FakeDiscord, acme: Guild, vault: Vault
) -> None:
    installed(discord, "200", "Otters")
    discord.faults.next("GET /guilds/{guild_id}/channels", Fault.ERROR(50001))

    said = await found(vault, settings(discord, community=("200",)))

    (wrong,) = [one for one in said if one.ok is False]
    assert wrong.name == "discord Acme"
    assert "discord Otters: all 7 permissions granted" in details(said, True)


async def test_more_servers_than_a_page_holds_are_all_found(discord: FakeDiscord) -> None:
    for number in range(203):
        discord.install(discord.bot, discord.guild(str(1000 + number), f"Guild {number}"))
    api = await open_api(Secret(discord.bot.token), settings(discord), SystemClock())

    there = await servers.all_servers(api)
    await api.close()

    assert [server.id for server in there] == [str(1000 + number) for number in range(203)]
    assert len(discord.called("GET /users/@me/guilds")) == 2


def test_an_administrator_lacks_nothing_whatever_else_its_role_says() -> None:
    assert permissions.missing(servers.read_server({"id": "1", "permissions": "8"}).permissions) == []
    assert servers.read_server({"id": "1", "name": " ", "permissions": "x"}) == servers.Server("1", "1", 0, 0)


def test_a_long_list_is_cut_and_counted() -> None:
    assert listing(["a", "b", "c", "d", "e"]) == "a, b, c, d, e"
    assert listing(list("abcdef")) == "a, b, c, d and 2 more"
