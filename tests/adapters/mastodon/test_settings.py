"""The section of bridge.toml: servers that demand a token, and servers that are somewhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from bridge import config
from bridge.adapters.mastodon import Settings
from bridge.model.secret import Secret, redact


def test_each_line_is_one_servers_token() -> None:
    settings = Settings(tokens=Secret("Social.Example first-token\n\n other.example second-token\n"))

    assert {host: token.reveal() for host, token in settings.token_of.items()} == {
        "social.example": "first-token",
        "other.example": "second-token",
    }
    assert redact("sent second-token") == "sent [secret]"


@pytest.mark.parametrize(
    "tokens", ["just-a-token-of-ours", "social.example token-of-ours more", "http://x token-of-ours"]
)
def test_a_line_that_is_no_pair_is_refused_without_its_token(tokens: str) -> None:
    with pytest.raises(ValidationError, match="entry 2 of the tokens") as caught:
        Settings(tokens=Secret("social.example fine-token\n" + tokens))

    assert "token-of-ours" not in str(caught.value)


def test_a_base_stands_in_for_a_host() -> None:
    settings = Settings(bases=("Social.example = http://127.0.0.1:3000/",))

    assert settings.base_of == {"social.example": "http://127.0.0.1:3000"}


@pytest.mark.parametrize(
    "base", ["social.example", "=http://x", "social.example=ftp://x", "social.example=http://u:p@x"]
)
def test_a_base_that_is_none_is_refused(base: str) -> None:
    with pytest.raises(ValidationError, match="a base is written"):
        Settings(bases=(base,))


def test_all_of_it_can_be_set_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tokens").write_text("social.example first-token\n")
    monkeypatch.setenv("BRIDGE_MASTODON__TOKENS_FILE", "tokens")
    monkeypatch.setenv("BRIDGE_MASTODON__BASES", "a.example=http://127.0.0.1:1, b.example=http://127.0.0.1:2")

    section = config.load().adapters["mastodon"]

    assert isinstance(section, Settings)
    assert list(section.token_of) == ["social.example"]
    assert list(section.base_of) == ["a.example", "b.example"]
