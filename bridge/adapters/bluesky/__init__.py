"""Bluesky accounts as sources: by a public AppView, or straight from a PDS.

Only what is needed to know about it stands here; what asks servers is loaded by `build`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

if TYPE_CHECKING:
    from bridge.adapters.bluesky.adapter import Bluesky
    from bridge.model.given import Given

OUTSIDE = True
"""It reads sources; nobody chats there."""


class Settings(BaseModel):
    """Its section of bridge.toml."""

    enabled: bool = True
    """Whether accounts there can be followed."""
    appview: str = "https://public.api.bsky.app"
    """Who is asked for what accounts post: a public AppView."""
    plc: str = "https://plc.directory"
    """Where the documents of did:plc accounts are."""
    pds: str = ""
    """A PDS that is read straight, without the AppView; then its accounts alone can be followed. Empty: the AppView is
    asked."""


def build(settings: Settings, given: Given) -> Bluesky:
    """The adapter, not started yet."""
    from bridge.adapters.bluesky.adapter import Bluesky

    return Bluesky(settings, given)
