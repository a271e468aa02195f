"""A sub-command beside a running bridge: one that reads opens the database itself, one that writes asks the bridge over
its private socket, or does it itself when none runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from bridge import control
from bridge.app import Bridge
from bridge.settings import Settings
from bridge.store.tx import SqlStore, open_store

T = TypeVar("T")


def ask_or(settings: Settings, deed: str, words: Sequence[str], do: Callable[[Bridge], Awaitable[str]]) -> str:
    """Asks the bridge that runs here; when none does, does it on the store itself."""
    said = control.ask(control.sockets_of(settings), deed, words)
    if said is not None:
        return said

    async def alone(store: SqlStore) -> str:
        bridge = Bridge(settings, store, ticking=False)
        await bridge.prepare()
        return await do(bridge)

    return asyncio.run(on_store(lambda: open_store(settings.store_url), alone))


async def reading(settings: Settings, work: Callable[[SqlStore], Awaitable[T]]) -> T:
    return await on_store(lambda: open_store(settings.store_url, read_only=True), work)


async def on_store(open_it: Callable[[], SqlStore], work: Callable[[SqlStore], Awaitable[T]]) -> T:
    store = open_it()
    try:
        return await work(store)
    finally:
        await store.close()
