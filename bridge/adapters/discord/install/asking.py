"""Asks Discord from a terminal: logs in, asks one thing, leaves; and says what went wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bridge.adapters.discord import Settings
from bridge.adapters.discord.rest.api import Api, Identity, opened
from bridge.model.clock import SystemClock
from bridge.model.errors import BridgeError, ConfigError
from bridge.model.secret import Secret

T = TypeVar("T")


def ask(settings: Settings, token: Secret, what: Callable[[Api], Awaitable[T]]) -> T:
    """What comes of it. Raises ConfigError where Discord refuses the token, SendFailure where it does not answer."""

    async def asked() -> T:
        async with opened(token, settings, SystemClock()) as api:
            return await what(api)

    return asyncio.run(asked())


def identify(settings: Settings, token: Secret) -> Identity:
    """Whose token it is. Raises as `ask` does."""

    async def told(api: Api) -> Identity:
        return api.identity

    return ask(settings, token, told)


def sentence(error: BridgeError) -> str:
    """A token that Discord refuses is no wrong configuration yet."""
    said = str(error.params["problem"]) if isinstance(error, ConfigError) else error.english()
    return f"{said.rstrip('.')}."
