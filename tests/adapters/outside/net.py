"""A network of our own: names that resolve as told, and the one place where sockets are connected, watched."""

from __future__ import annotations

import _socket
import socket
from collections.abc import Sequence

import pytest

PUBLIC = "93.184.215.14"
OTHER = "2606:2800:21f:cb07:6820:80da:af6b:8b2c"


class Net:
    """`connects`: every network address and port that a socket was to be connected to. A public one that was led
    somewhere ends at that port of loopback; every other connection is refused."""

    def __init__(self) -> None:
        self.connects: list[tuple[str, int]] = []
        self.resolved: list[str] = []
        self._names: dict[str, list[Sequence[str]]] = {}
        self._ways: dict[tuple[str, int], int] = {}

    def name(self, host: str, *answers: Sequence[str]) -> None:
        """What a name resolves to, one answer after the other; the last one stays."""
        self._names[host] = list(answers)

    def lead(self, address: str, port: int, to: int) -> None:
        """Connections to that public address end at a port of loopback."""
        self._ways[address, port] = to

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """As the C library does it: numbers in every spelling it knows, then names."""
        self.resolved.append(host)
        if host in self._names:
            answers = self._names[host]
            return answers.pop(0) if len(answers) > 1 else answers[0]
        return [socket.inet_ntoa(socket.inet_aton(host))]

    def connect(self, sock: socket.socket, address: tuple[str, int]) -> None:
        """What stands in for `socket.connect`."""
        self.connects.append(address[:2])
        to = self._ways.get(address[:2])
        if to is None:
            raise ConnectionRefusedError(111, "refused")
        _socket.socket.connect(sock, ("127.0.0.1", to))


def watch(monkeypatch: pytest.MonkeyPatch) -> Net:
    """A network that every socket of this process goes through."""
    net = Net()
    for way in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, way, lambda sock, address: net.connect(sock, address), raising=False)
    return net
