"""Where the SDK finds Discord, and through which proxy."""

from __future__ import annotations

import logging
from urllib.request import getproxies, proxy_bypass

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bridge.adapters.discord import Settings


def point_sdk_at(settings: Settings) -> None:
    """The SDK keeps its addresses in its classes, for the whole process; and it logs addresses with their tokens
    (discord/http.py), so it says nothing: what went wrong is told by whoever asked."""
    Route.BASE = settings.api
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.gateway)
    logging.getLogger("discord").setLevel(logging.CRITICAL)


def proxy_for(address: str) -> str | None:
    """The environment's proxy for an address; none to this machine, nor where NO_PROXY says so."""
    url = yarl.URL(address)
    if url.host is None or url.host in ("127.0.0.1", "::1", "localhost") or proxy_bypass(url.host):
        return None
    return getproxies().get({"ws": "http", "wss": "https"}.get(url.scheme, url.scheme))
