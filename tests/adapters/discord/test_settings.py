"""Discord's section of bridge.toml: the token, servers and addresses, and the sentence for each that is wrong."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge import config
from bridge.adapters import discord
from bridge.adapters.discord.install import tokens
from bridge.model.errors import ConfigError
from bridge.model.secret import Secret, redact

TOKEN = "MTIzNDU2.fake.token"
Load = Callable[[str], discord.Settings]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Load:
    for variable in [name for name in os.environ if name.upper().startswith(config.PREFIX)]:
        monkeypatch.delenv(variable)
    monkeypatch.chdir(tmp_path)

    def load(text: str) -> discord.Settings:
        Path("bridge.toml").write_text(text, encoding="utf-8")
        section = config.load().adapters["discord"]
        assert isinstance(section, discord.Settings)
        return section

    return load


def refusal(load: Load, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(text)
    return caught.value.english()


def test_without_a_token_it_is_off_and_with_one_it_is_on(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not discord.configured(load(""))

    monkeypatch.setenv("BRIDGE_DISCORD__TOKEN", TOKEN)

    assert discord.configured(load(""))


def test_a_file_holds_the_token(load: Load, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text(f"{TOKEN}\n")

    assert load('[discord]\ntoken_file = "kept"\n').token.reveal() == TOKEN


def test_a_token_in_the_file_itself_is_refused_without_showing_it(load: Load) -> None:
    said = refusal(load, f'[discord]\ntoken = "{TOKEN}"\n')

    assert "line 2: a secret does not belong in this file" in said
    assert "token_file" in said
    assert "fake" not in said


def test_servers_stand_in_lists_and_in_the_environment_between_commas(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load('[discord]\nteam = ["1"]\ncommunity = ["2"]\n').servers == ("1", "2")

    monkeypatch.setenv("BRIDGE_DISCORD__TEAM", "3, 4")

    assert load("").team == ("3", "4")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('team = ["Acme"]', ["no server's id", "a number"]),
        ('team = ["1", "1"]', ["twice"]),
        ('team = ["1"]\ncommunity = ["1"]', ["stands under team already"]),
        ("team = [1]", ["team"]),
        ('sync = "never"', ["auto", "manual"]),
        ('api = "http://discord.example/api"', ["https://"]),
        ('gateway = "ws://discord.example/"', ["wss://"]),
        ("message_content = 7", ["true or false"]),
    ],
)
def test_what_is_wrong_is_explained(load: Load, text: str, words: list[str]) -> None:
    said = refusal(load, f"[discord]\n{text}\n")

    assert "bridge.toml, line" in said
    for word in words:
        assert word in said


def test_no_privileged_intent_is_used_unless_somebody_says_so(load: Load) -> None:
    assert load("").message_content is False
    assert load("[discord]\nmessage_content = true\n").message_content is True


@pytest.mark.parametrize(
    ("typed", "token"),
    [
        (TOKEN, TOKEN),
        (f"  {TOKEN}\n", TOKEN),
        (f"Bot {TOKEN}", TOKEN),
        (f"bot  {TOKEN}", TOKEN),
        (f'"{TOKEN}"', TOKEN),
        (f"'Bot {TOKEN}'", TOKEN),
        ("Bot", "Bot"),
        ("", ""),
    ],
)
def test_a_token_is_taken_out_of_what_stands_around_it(typed: str, token: str) -> None:
    assert tokens.tidy(typed) == token


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "nothing was typed"),
        ("two words", "one word"),
        ("123456789012345678", "an id"),
        ("f" * 64, "public key"),
        ("Ab-_" * 8, "client secret"),
        ("mfa.abc", "a person's token"),
        ("https://discord.com/x", "an address"),
    ],
)
def test_what_is_something_else_is_named_and_never_repeated(typed: str, words: str) -> None:
    said = tokens.refused(typed)

    assert words in said
    assert "under Bot, Reset Token" in said
    assert not typed or typed not in said


@pytest.mark.parametrize("token", [TOKEN, "A" * 24 + "." + "b" * 6 + "." + "c-_" * 9, "of.some.new-kind"])
def test_what_may_be_one_is_left_to_discord(token: str) -> None:
    assert tokens.refused(token) == ""


def test_a_token_is_hidden_once_it_was_read() -> None:
    settings = discord.Settings(token=Secret("Zx4.secret.Qy5"))

    assert redact(f"it is {settings.token.reveal()}") == "it is [secret]"
    assert "Zx4" not in repr(settings)
