"""The lobby: a small chat page of our own, so that anyone can try the bridge without a chat account.

Only what is needed to know about it stands here; the page itself is loaded by `build`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

if TYPE_CHECKING:
    import typer

    from bridge.adapters.lobby.adapter import Lobby
    from bridge.model.given import Given


def _split(value: object) -> object:
    """The environment knows no lists: "👍, 📣" is two."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _reaction(typed: str) -> str:
    if typed.isascii():
        raise ValueError("a reaction is an emoji itself, like 👍")
    return typed


Reaction = Annotated[str, Field(min_length=1, max_length=16), AfterValidator(_reaction)]


class Settings(BaseModel):
    """The lobby's section of bridge.toml."""

    enabled: Literal["auto"] | bool = "auto"
    """auto: on until a chat platform is configured."""
    address: str = ""
    """How people elsewhere reach it, for links: https://lobby.example.org. Empty: links lead to this machine."""
    reactions: Annotated[tuple[Reaction, ...], BeforeValidator(_split), Field(max_length=6)] = ("👍", "📣")
    """The reactions that a message offers; the one that shares belongs among them."""


def build(settings: Settings, given: Given) -> Lobby:
    """The adapter, not started yet."""
    from bridge.adapters.lobby.adapter import Lobby

    return Lobby(settings, given)


def commands() -> typer.Typer:
    """`bridge lobby …`."""
    from bridge.adapters.lobby.cli import app

    return app
