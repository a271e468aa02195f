"""From a name to its addresses, by the machine's resolver."""

from __future__ import annotations

import asyncio
import socket
import threading

import pytest

from bridge.adapters._outside import lookup as _lookup
from bridge.adapters._outside.lookup import look_up


async def test_a_name_has_its_addresses() -> None:
    assert set(await look_up("localhost", 80)) <= {"127.0.0.1", "::1"}


@pytest.mark.parametrize("kind", [socket.gaierror, UnicodeError])
async def test_what_the_resolver_says_is_said(monkeypatch: pytest.MonkeyPatch, kind: type[Exception]) -> None:
    def fail(*_: object, **__: object) -> None:
        raise kind("no")

    monkeypatch.setattr(socket, "getaddrinfo", fail)

    with pytest.raises(kind):
        await look_up("example.org", 80)


async def test_a_name_that_is_never_answered_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = threading.Event()
    resolver = socket.getaddrinfo

    def slow(host: str, port: int, **how: int) -> object:
        if host == "silent.example.org":
            silent.wait(10)
            raise socket.gaierror("nobody answered")
        return resolver(host, port, **how)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    waiting = [asyncio.create_task(look_up("silent.example.org", 80)) for _ in range(20)]

    assert await look_up("127.0.0.1", 80) == ["127.0.0.1"]

    for each in waiting:
        each.cancel()
    await asyncio.wait(waiting)
    silent.set()
    for thread in threading.enumerate():
        if thread.name == "lookup silent.example.org":
            thread.join(10)


async def test_there_is_an_end_to_waiting_for_the_resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_lookup, "_ROOM", threading.BoundedSemaphore(1))
    assert await look_up("127.0.0.1", 80)
    _lookup._ROOM.acquire()

    with pytest.raises(OSError, match="resolver"):
        await look_up("127.0.0.1", 80)


async def test_a_thread_that_cannot_be_had_is_an_ordinary_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        with pytest.raises(OSError, match="resolver"):
            await look_up("127.0.0.1", 80)

    assert await look_up("127.0.0.1", 80)
