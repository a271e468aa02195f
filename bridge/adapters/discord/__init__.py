"""Discord: native commands, buttons, reactions and direct messages, over one gateway connection.

Only what is needed to know about it stands here; the SDK is loaded by `build`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ValidationInfo, field_validator

from bridge.model.secret import Secret

if TYPE_CHECKING:
    import typer

    from bridge.adapters.discord.adapter import Discord
    from bridge.model.given import Given

_ID = re.compile(r"[0-9]{1,20}")
_HERE = ("//127.0.0.1:", "//localhost:", "//[::1]:")


class Settings(BaseModel):
    """Discord's section of bridge.toml."""

    enabled: Literal["auto"] | bool = "auto"
    """auto: on as soon as there is a token."""
    token: Secret = Secret("")
    """The bot's token. Usually a file that `token_file` names."""
    team: tuple[str, ...] = ()
    """Ids of the servers whose members are the team."""
    community: tuple[str, ...] = ()
    """Ids of further servers that belong to the organisation, whose members are the community."""
    message_content: bool = False
    """Whether the bot may read ordinary messages: a privileged intent, to be switched on at Discord first."""
    sync: Literal["auto", "manual"] = "auto"
    """auto: commands are registered when the bridge starts and they have changed."""
    api: str = "https://discord.com/api/v10"
    gateway: str = "wss://gateway.discord.gg/"

    @field_validator("token")
    @classmethod
    def _a_bots_token(cls, given: Secret) -> Secret:
        if len(given.reveal().split()) > 1:
            raise ValueError("a bot's token is one word; the file holds it and nothing else")
        return Secret(given.reveal().strip())

    @field_validator("team", "community")
    @classmethod
    def _ids(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for one in given:
            if not _ID.fullmatch(one):
                raise ValueError(f"“{one}” is no server's id: that is a number, like 81384788765712384")
        if len(set(given)) < len(given):
            raise ValueError("a server stands there twice")
        return given

    @field_validator("community")
    @classmethod
    def _one_circle_each(cls, given: tuple[str, ...], others: ValidationInfo) -> tuple[str, ...]:
        for one in given:
            if one in others.data.get("team", ()):
                raise ValueError(f"the server {one} stands under team already; it is either the one or the other")
        return given

    @field_validator("api")
    @classmethod
    def _api_address(cls, given: str) -> str:
        if not given.startswith(("https://", *(f"http:{here}" for here in _HERE))):
            raise ValueError("an address begins with https://, as https://discord.com/api/v10 does")
        return given.rstrip("/")

    @field_validator("gateway")
    @classmethod
    def _gateway_address(cls, given: str) -> str:
        if not given.startswith(("wss://", *(f"ws:{here}" for here in _HERE))):
            raise ValueError("an address begins with wss://, as wss://gateway.discord.gg/ does")
        return given

    @property
    def servers(self) -> tuple[str, ...]:
        """Ids of all servers that belong to the organisation, the team's first."""
        return (*self.team, *self.community)


def configured(settings: Settings) -> bool:
    """Whether "auto" means on."""
    return bool(settings.token.reveal())


def build(settings: Settings, given: Given) -> Discord:
    """The adapter, not started yet."""
    from bridge.adapters.discord.adapter import Discord

    return Discord(settings, given)


def commands() -> typer.Typer:
    """`bridge discord …`."""
    from bridge.adapters.discord.install.cli import app

    return app
