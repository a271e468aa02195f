"""Native commands at Discord: registered when they changed, by one process, and never because of a start alone."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Sequence

import pytest

from bridge.adapters.discord import Settings
from bridge.adapters.discord.install import sync
from bridge.adapters.discord.install.commands import languages_of, payload
from bridge.adapters.discord.rest.api import Api, open_api
from bridge.metrics import Metrics
from bridge.model.clock import SystemClock
from bridge.model.errors import ConfigError, SendFailure
from bridge.model.given import Leases, Vault
from bridge.model.kept import Store
from bridge.model.secret import Secret
from bridge.services.keeping import EncryptedVault, NamedLeases
from bridge.store.tx import open_store
from bridge.words import Words, words_for
from tests.fakes.discord import FakeDiscord, Fault

KEY = secrets.token_bytes(32)
LANGUAGES = languages_of(words_for)
PUT = "PUT /applications/{application_id}/commands"


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord(SystemClock()) as fake:
        fake.app()
        for id, name in (("100", "Acme"), ("200", "Otters")):
            fake.install(fake.bot, fake.guild(id, name))
        yield fake


@pytest.fixture
async def api(discord: FakeDiscord) -> AsyncIterator[Api]:
    opened = await open_api(Secret(discord.bot.token), Settings(api=discord.api), SystemClock())
    yield opened
    await opened.close()


@pytest.fixture
async def store(ready_sqlite_url: str) -> AsyncIterator[Store]:
    opened = open_store(ready_sqlite_url)
    yield opened
    await opened.close()


@pytest.fixture
def vault(store: Store) -> Vault:
    return EncryptedVault(store, KEY, "chat")


@pytest.fixture
def leases(store: Store) -> Leases:
    return NamedLeases(store, "one", SystemClock(), Metrics())


def names(discord: FakeDiscord, scope: str = "") -> list[str]:
    return [command["name"] for command in discord.bot.commands.get(scope, {}).values()]


async def test_a_first_start_registers_all_of_them_and_a_second_one_asks_nobody(
    discord: FakeDiscord, api: Api, vault: Vault, leases: Leases
) -> None:
    assert await sync.if_changed(api, vault, leases, LANGUAGES)
    assert not await sync.if_changed(api, vault, leases, LANGUAGES)

    assert names(discord) == [command["name"] for command in payload(LANGUAGES)]
    assert len(discord.called(PUT)) == 1


async def test_what_changed_is_registered_again(discord: FakeDiscord, api: Api, vault: Vault, leases: Leases) -> None:
    await sync.if_changed(api, vault, leases, [])

    assert await sync.if_changed(api, vault, leases, LANGUAGES)

    assert len(discord.called(PUT)) == 2
    status = next(one for one in discord.bot.commands[""].values() if one["name"] == "status")
    assert "de" in status["description_localizations"]


async def test_ids_are_kept_for_links_to_commands(discord: FakeDiscord, api: Api, vault: Vault, leases: Leases) -> None:
    await sync.if_changed(api, vault, leases, LANGUAGES)

    known = await sync.registered(vault, "900")

    assert known is not None
    by_name = {one["name"]: id for id, one in discord.bot.commands[""].items() if one["type"] == 1}
    assert known.ids == by_name
    assert "follow" in by_name
    assert "Follow" not in by_name


async def test_of_two_processes_one_does_it(discord: FakeDiscord, api: Api, vault: Vault, store: Store) -> None:
    discord.faults.next(PUT, Fault.SLOW(0.2))

    done = await asyncio.gather(
        *(
            sync.if_changed(api, vault, NamedLeases(store, name, SystemClock(), Metrics()), LANGUAGES)
            for name in ("one", "two")
        )
    )

    assert sorted(done) == [False, True]
    assert len(discord.called(PUT)) == 1


async def test_whoever_comes_second_looks_again(discord: FakeDiscord, api: Api, vault: Vault, leases: Leases) -> None:
    class Late:
        """Gives the lease when somebody else is just done."""

        async def take(self, name: str, seconds: float) -> int | None:
            await sync.now(api, vault, LANGUAGES)
            return await leases.take(name, seconds)

        def sure(self, name: str) -> bool:
            return leases.sure(name)

        async def release(self, name: str) -> None:
            await leases.release(name)

    assert not await sync.if_changed(api, vault, Late(), LANGUAGES)
    assert len(discord.called(PUT)) == 1


async def test_a_failure_is_logged_and_the_next_start_tries_again(
    discord: FakeDiscord, api: Api, vault: Vault, leases: Leases, caplog: pytest.LogCaptureFixture
) -> None:
    discord.faults.next(PUT, Fault.ERROR(30034))

    with caplog.at_level(logging.WARNING):
        assert not await sync.if_changed(api, vault, leases, LANGUAGES)

    assert "the commands could not be registered" in caplog.text
    assert await sync.if_changed(api, vault, leases, LANGUAGES)


async def test_asked_for_by_hand_it_is_done_in_any_case(discord: FakeDiscord, api: Api, vault: Vault) -> None:
    await sync.now(api, vault, LANGUAGES)
    discord.bot.commands.clear()

    said = await sync.admin(api, vault, LANGUAGES, [])

    assert said.startswith("Registered 9 commands at Discord.")
    assert "status" in names(discord)


async def test_by_hand_a_failure_is_the_callers(discord: FakeDiscord, api: Api, vault: Vault) -> None:
    discord.faults.next(PUT, Fault.ERROR(30034))

    with pytest.raises(SendFailure, match="no more new commands today"):
        await sync.admin(api, vault, LANGUAGES, [])
    with pytest.raises(ConfigError):
        await sync.admin(api, vault, LANGUAGES, ["everything"])


async def test_clearing_takes_all_of_them_away_in_every_server_and_lets_the_next_start_register_them(
    discord: FakeDiscord, api: Api, vault: Vault, leases: Leases
) -> None:
    await sync.if_changed(api, vault, leases, LANGUAGES)
    path = "/applications/{application_id}/guilds/{guild_id}/commands"
    await api.call("PUT", path, application_id="900", guild_id="200", body=payload([]))

    said = await sync.admin(api, vault, LANGUAGES, ["clear"])

    assert "bridge discord sync" in said
    assert names(discord) == names(discord, "200") == []
    assert [call.ids["guild_id"] for call in discord.called(f"PUT {path}")] == ["200", "200"]
    assert await sync.if_changed(api, vault, leases, LANGUAGES)


@pytest.mark.parametrize("kept", [b"{", b"[]", b'{"digest": 7, "ids": 8}', b"\xff"])
async def test_what_was_kept_by_another_version_is_registered_over(
    api: Api, vault: Vault, leases: Leases, kept: bytes
) -> None:
    await vault.put("commands:900", kept, 0)

    assert await sync.if_changed(api, vault, leases, LANGUAGES)
    assert not await sync.if_changed(api, vault, leases, LANGUAGES)


async def test_another_application_has_commands_of_its_own(
    discord: FakeDiscord, api: Api, vault: Vault, leases: Leases
) -> None:
    await sync.if_changed(api, vault, leases, LANGUAGES)

    assert await sync.registered(vault, "901") is None


def test_every_language_that_people_can_choose_is_spoken() -> None:
    spoken: Sequence[Words] = LANGUAGES

    assert {"en", "de"} <= {words.language for words in spoken}
