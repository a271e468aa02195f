"""The lobby: a small chat page of our own, so that anyone can try the bridge without a chat account."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel


class Settings(BaseModel):
    """The lobby's section of bridge.toml."""

    enabled: Literal["auto"] | bool = "auto"
    """auto: on until a chat platform is configured."""
