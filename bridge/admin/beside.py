"""A sub-command beside a running bridge: one that reads opens the database itself, one that writes asks the bridge over
its private socket, or does it itself when none runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from bridge import control
from bridge.app import Bridge
from bridge.settings import Settings
from bridge.store.tx import SqlStore, open_store

T = TypeVar("T")
Ask = Callable[[str, Sequence[str]], str]
"""A deed of `services.deeds` and its words in, a sentence out; raises BridgeError."""


def ask_or(settings: Settings, deed: str, words: Sequence[str]) -> str:
    """Asks the bridge that runs here; when none does, does it on the store itself."""
    with at_hand(settings) as ask:
        return ask(deed, words)


@contextmanager
def at_hand(settings: Settings, within: float = control.ANSWER_WITHIN) -> Iterator[Ask]:
    """For several deeds, one after the other. A running bridge is given so many seconds for each; when none runs, or no
    longer does, one is made that lasts until the end of this."""
    own: list[Bridge] = []

    def ask(deed: str, words: Sequence[str]) -> str:
        said = None if own else control.ask(control.sockets_of(settings), deed, words, within)
        if said is not None:
            return said
        if not own:
            own.append(Bridge(settings, open_store(settings.store_url), ticking=False))
            runner.run(own[0].prepare())
        return runner.run(_done(own[0], deed, words))

    with asyncio.Runner() as runner:
        try:
            yield ask
        finally:
            if own:
                runner.run(_let_go(own[0]))


async def _done(bridge: Bridge, deed: str, words: Sequence[str]) -> str:
    return await bridge.deeds.named[deed](words)


async def _let_go(bridge: Bridge) -> None:
    try:
        for built in bridge.adapters.values():
            await built.close()
    finally:
        await bridge.store.close()


async def reading(settings: Settings, work: Callable[[SqlStore], Awaitable[T]]) -> T:
    return await on_store(lambda: open_store(settings.store_url, read_only=True), work)


async def on_store(open_it: Callable[[], SqlStore], work: Callable[[SqlStore], Awaitable[T]]) -> T:
    store = open_it()
    try:
        return await work(store)
    finally:
        await store.close()
