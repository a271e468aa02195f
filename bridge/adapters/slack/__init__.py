"""Slack: every door a team uses, over Socket Mode.

Only what is needed to know about it stands here; the SDK is loaded by `build`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from bridge.adapters.slack import names
from bridge.adapters.slack.install.tokens import Pair, read_pairs
from bridge.model.secret import Secret

if TYPE_CHECKING:
    import typer

    from bridge.adapters.slack.adapter import Slack
    from bridge.model.given import Given


class Settings(BaseModel):
    """Slack's section of bridge.toml."""

    enabled: Literal["auto"] | bool = "auto"
    """auto: on as soon as there are tokens."""
    tokens: Secret = Secret("")
    """One pair for each workspace, by line or comma: "xoxb-… xapp-…". Usually a file that `tokens_file` names."""
    command: str = "/bridge"
    """Every verb stands behind it: /bridge follow @ana."""
    aliases: tuple[str, ...] = ("/update",)
    """Short names for sharing: what is typed after one is the update."""
    messages_a_minute: int = Field(600, ge=1)
    """At most so many in a workspace; below that Bridge finds out by itself how many Slack takes."""
    api: str = "https://slack.com/api/"

    @field_validator("tokens")
    @classmethod
    def _whole_pairs(cls, given: Secret) -> Secret:
        read_pairs(given.reveal())
        return given

    @field_validator("command")
    @classmethod
    def _takable(cls, name: str) -> str:
        return names.check(name)

    @field_validator("aliases")
    @classmethod
    def _all_takable(cls, given: tuple[str, ...], others: ValidationInfo) -> tuple[str, ...]:
        for name in given:
            if names.check(name) == others.data.get("command"):
                raise ValueError(f"{name} is the command itself; aliases are further names")
        if len(set(given)) < len(given):
            raise ValueError("a name stands there twice")
        return given

    @field_validator("api")
    @classmethod
    def _address(cls, given: str) -> str:
        if not given.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
            raise ValueError("an address begins with https://, as https://slack.com/api/ does")
        return given.rstrip("/") + "/"

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """One a workspace, in the order they stand there."""
        return read_pairs(self.tokens.reveal())


def configured(settings: Settings) -> bool:
    """Whether "auto" means on."""
    return bool(settings.pairs)


def build(settings: Settings, given: Given) -> Slack:
    """The adapter, not started yet."""
    from bridge.adapters.slack.adapter import Slack

    return Slack(settings, given)


def commands() -> typer.Typer:
    """`bridge slack …`."""
    from bridge.adapters.slack.install.cli import app

    return app
