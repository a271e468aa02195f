"""Slack's section of bridge.toml: token pairs and command names, and the sentence for each that is wrong."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge import config
from bridge.adapters import slack
from bridge.adapters.slack import names
from bridge.adapters.slack.install.tokens import read_pairs
from bridge.model.errors import ConfigError
from bridge.model.secret import Secret, redact

BOT, APP, PERSON = "xoxb-" + "fake", "xapp-" + "fake", "xoxp-" + "fake"
Load = Callable[[str], slack.Settings]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Load:
    for variable in [name for name in os.environ if name.upper().startswith(config.PREFIX)]:
        monkeypatch.delenv(variable)
    monkeypatch.chdir(tmp_path)

    def load(text: str) -> slack.Settings:
        Path("bridge.toml").write_text(text, encoding="utf-8")
        section = config.load().adapters["slack"]
        assert isinstance(section, slack.Settings)
        return section

    return load


def refusal(load: Load, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(text)
    return caught.value.english()


def test_without_tokens_it_is_off_and_with_a_pair_it_is_on(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not slack.configured(load(""))

    monkeypatch.setenv("BRIDGE_SLACK__TOKENS", f"{BOT} {APP}")

    assert slack.configured(load(""))


def test_pairs_stand_on_lines_or_between_commas_with_remarks(load: Load, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text(f"# ours\n{BOT}1 {APP}1  # Acme (T1)\n\n{BOT}2 {APP}2, {BOT}3 {APP}3\n")

    pairs = load('[slack]\ntokens_file = "kept"\n').pairs

    assert [(pair.bot.reveal(), pair.app.reveal()) for pair in pairs] == [(f"{BOT}{n}", f"{APP}{n}") for n in (1, 2, 3)]


def test_one_app_may_be_in_several_workspaces() -> None:
    assert len(read_pairs(f"{BOT}1 {APP}\n{BOT}2 {APP}")) == 2


def test_an_app_level_token_names_its_app() -> None:
    assert read_pairs(f"{BOT} xapp-1-A0123-4-abc")[0].app_id == "A0123"
    assert read_pairs(f"{BOT} {APP}")[0].app_id == ""


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (f"{APP} {BOT}", ["pair 1", "wrong way round", "the bot's first"]),
        (f"{PERSON} {APP}", ["a person's token (xoxp-…)", "OAuth & Permissions"]),
        (BOT, ["one token of two", "App-Level Tokens"]),
        (APP, ["one token of two", "OAuth & Permissions"]),
        (f"{BOT} {APP} {BOT}2", ["3 words", "one pair a line"]),
        (f"{BOT} {BOT}2", ["that is the bot's token", "App-Level Tokens"]),
        (f"{APP} {APP}2", ["that is the app-level token"]),
        ("abc def", ["no bot's token"]),
        (f"{BOT} {APP}1\n{BOT} {APP}2", ["the same bot's token", "twice"]),
        (f"{BOT}1 {APP}1\n{APP}2", ["pair 2", "one token of two"]),
    ],
)
def test_what_is_no_pair_is_refused_without_showing_it(
    load: Load, monkeypatch: pytest.MonkeyPatch, entry: str, words: list[str]
) -> None:
    monkeypatch.setenv("BRIDGE_SLACK__TOKENS", entry)

    said = refusal(load, "")

    assert "BRIDGE_SLACK__TOKENS" in said
    for word in words:
        assert word in said
    assert "fake" not in said


@pytest.mark.parametrize("literal", [f'"{BOT} {APP}"', f'["{BOT} {APP}"]'])
def test_tokens_in_the_file_itself_are_refused(load: Load, literal: str) -> None:
    said = refusal(load, f"[slack]\ntokens = {literal}\n")

    assert "line 2: a secret does not belong in this file" in said
    assert "tokens_file" in said
    assert "fake" not in said


def test_a_misspelled_variable_is_refused_with_the_right_one(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIDGE_SLACK_TOKENS", f"{BOT} {APP}")
    assert "Did you mean BRIDGE_SLACK__TOKENS?" in refusal(load, "")
    monkeypatch.delenv("BRIDGE_SLACK_TOKENS")

    monkeypatch.setenv("BRIDGE_SLACK__TOKEN", f"{BOT} {APP}")
    said = refusal(load, "")
    assert "[slack] has no key “token”. Did you mean “tokens”?" in said
    assert "fake" not in said


def test_each_token_is_hidden_once_it_was_read() -> None:
    pair = read_pairs("xoxb-" + "Zx4 xapp-" + "Qy5")[0]

    assert redact(f"{pair.bot.reveal()} or {pair.app.reveal()}") == "[secret] or [secret]"
    assert "Zx4" not in f"{pair!r} {slack.Settings(tokens=Secret('xoxb-' + 'Zx4 xapp-' + 'Qy5'))!r}"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("/status", ["Slack's own command", "people type /bridge status or /update"]),
        ("/who", ["Slack's own command", "people type /bridge who"]),
        ("/help", ["/help may be refused by Slack", "choose another"]),
        ("update", ["begins with a slash, like /update"]),
        ("/Team_Update", ["small letters a-z, digits and hyphens"]),
        ("/" + "a" * 32, ["33 characters", "32"]),
    ],
)
def test_a_name_that_slack_refuses_is_explained(load: Load, name: str, words: list[str]) -> None:
    for text in (f'[slack]\ncommand = "{name}"\n', f'[slack]\naliases = ["{name}"]\n'):
        said = refusal(load, text)

        assert "bridge.toml, line 2" in said
        for word in words:
            assert word in said


def test_every_built_in_name_is_refused_and_the_defaults_are_not() -> None:
    assert all(names.refusal(f"/{name}") for name in names.BUILT_IN | names.DOUBTFUL)
    assert {"status", "feed", "who"} <= names.BUILT_IN
    assert not names.refusal("/bridge")
    assert not names.refusal("/" + "a" * 31)


def test_a_name_stands_once(load: Load) -> None:
    assert "/team is the command itself" in refusal(load, '[slack]\ncommand = "/team"\naliases = ["/team"]\n')
    assert "twice" in refusal(load, '[slack]\naliases = ["/up", "/up"]\n')
    assert load("[slack]\naliases = []\n").aliases == ()


def test_tokens_travel_encrypted_or_nowhere_else_but_here(load: Load) -> None:
    assert load('[slack]\napi = "http://127.0.0.1:9/api"\n').api == "http://127.0.0.1:9/api/"
    assert "https://" in refusal(load, '[slack]\napi = "http://slack.example/api/"\n')
