"""Mastodon: people and tags of the fediverse as sources, by the public REST API.

Only what is needed to know about it stands here; the client is loaded by `build`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pydantic import BaseModel, field_validator

from bridge.model.secret import Secret

if TYPE_CHECKING:
    from bridge.adapters.mastodon.adapter import Mastodon
    from bridge.model.given import Given

OUTSIDE = True
"""It reads sources; nobody chats here."""
_HOST = re.compile(r"[a-z0-9.-]+")
_BASE = re.compile(r"https?://[^\s/?#@]+")


class Settings(BaseModel):
    """Mastodon's section of bridge.toml."""

    enabled: bool = True
    tokens: Secret = Secret("")
    """For servers that answer only whom they know, one a line: "social.example token". Usually a file that
    `tokens_file` names. A token with the scope read:statuses and read:accounts is enough."""
    bases: tuple[str, ...] = ()
    """Where a server really is, "social.example=http://127.0.0.1:3000", for one behind a proxy or of a test."""

    @field_validator("tokens")
    @classmethod
    def _whole_tokens(cls, given: Secret) -> Secret:
        _read_tokens(given)
        return given

    @field_validator("bases")
    @classmethod
    def _whole_bases(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        _read_bases(given)
        return given

    @property
    def token_of(self) -> Mapping[str, Secret]:
        """The token of each host, in small letters."""
        return _read_tokens(self.tokens)

    @property
    def base_of(self) -> Mapping[str, str]:
        """For each host, in small letters, the address to ask instead, without a slash at its end."""
        return _read_bases(self.bases)


def build(settings: Settings, given: Given) -> Mastodon:
    """The adapter, not started yet."""
    from bridge.adapters.mastodon.adapter import Mastodon

    return Mastodon(settings, given)


def _read_tokens(tokens: Secret) -> dict[str, Secret]:
    return {host: Secret(token) for host, token in _token_lines(tokens.reveal())}


def _token_lines(text: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(filter(str.strip, re.split(r"[\n,]", text)), start=1):
        match line.split():
            case [host, token] if _HOST.fullmatch(host.lower()):
                yield host.lower(), token
            case _:
                raise ValueError(f"entry {number} of the tokens is not written “social.example token”, one a line")


def _read_bases(bases: tuple[str, ...]) -> dict[str, str]:
    read = {}
    for entry in bases:
        host, _, base = (part.strip() for part in entry.partition("="))
        if not _HOST.fullmatch(host.lower()) or not _BASE.fullmatch(base.rstrip("/")):
            raise ValueError("a base is written social.example=http://127.0.0.1:3000")
        read[host.lower()] = base.rstrip("/")
    return read
