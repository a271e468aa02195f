"""Serves the site with uvicorn, inside a running loop that belongs to somebody else, and ends within three seconds."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bridge.model.errors import ConfigError

GRACE = 2
"""Seconds that requests in flight get to finish."""
BACKLOG = 512


class Server:
    """A site that is being served. Made by `serve`."""

    def __init__(self, uvicorn_server: uvicorn.Server, listening: socket.socket, ending: Ending) -> None:
        self._uvicorn = uvicorn_server
        self._ending = ending
        self._family = listening.family
        self.host, self.port = listening.getsockname()[:2]
        self._task = asyncio.create_task(uvicorn_server.serve(sockets=[listening]), name="web")

    @property
    def url(self) -> str:
        """Where to look, e.g. 'http://127.0.0.1:8080'; for every interface, this machine's."""
        return url_of(self.host, self.port)

    async def stop(self) -> None:
        """Takes no new request, ends open streams, lets the rest finish for `GRACE` seconds. May be called twice."""
        self._ending.now.set()
        self._uvicorn.should_exit = True
        done, late = await asyncio.wait({self._task}, timeout=GRACE + 0.5)
        for task in late:
            task.cancel()
        await asyncio.gather(*done, *late, return_exceptions=True)


async def serve(app: ASGIApp, host: str, port: int) -> Server:
    """Listens and answers until `stop`. Port 0 takes any free one. Raises ConfigError if host or port can't be used."""
    listening = _listen(host, port)
    ending = Ending(app)
    config = uvicorn.Config(
        ending,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        # A forwarding header must reach the guard as it came, not be believed.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        backlog=BACKLOG,
    )
    return Server(_Uvicorn(config), listening, ending)


def url_of(host: str, port: int) -> str:
    """Where a server that listens there is found from this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Uvicorn(uvicorn.Server):
    """Leaves signals to the one who runs the loop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Ending:
    """Tells open streams that their reader has gone once `now` is set: they would keep the server waiting otherwise.

    A request whose body is still coming is left alone, it is in flight.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.now = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        whole = started = finished = False

        async def receive_or_end() -> Message:
            nonlocal whole
            if not whole:
                message = await receive()
                whole = message["type"] == "http.request" and not message.get("more_body", False)
                return message
            return await _first(receive, self.now)

        async def send_noted(message: Message) -> None:
            nonlocal started, finished
            started = True
            finished = message["type"] == "http.response.body" and not message.get("more_body", False)
            await send(message)

        try:
            await self.app(scope, receive_or_end, send_noted)
        except asyncio.CancelledError:
            # Its time ran out while the server stops: said once there, no traceback for each request.
            if not self.now.is_set():
                raise
            return
        if self.now.is_set() and started and not finished:
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _first(receive: Receive, ending: asyncio.Event) -> Message:
    """What comes next, or a disconnect once it ends."""
    message = asyncio.ensure_future(receive())
    ended = asyncio.create_task(ending.wait())
    try:
        await asyncio.wait({message, ended}, return_when=asyncio.FIRST_COMPLETED)
        return message.result() if message.done() else {"type": "http.disconnect"}
    finally:
        message.cancel()
        ended.cancel()


def _listen(host: str, port: int) -> socket.socket:
    other = "Choose another with BRIDGE_WEB__PORT, or port under [web] in bridge.toml."
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ConfigError(problem=f"there is no address “{host}” on this machine ({error.strerror}).") from None
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
        listening.setblocking(False)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise ConfigError(problem=f"port {port} on {host} is in use. {other}") from None
        if error.errno == errno.EACCES:
            raise ConfigError(problem=f"port {port} needs more rights than this user has. {other}") from None
        raise ConfigError(problem=f"{host} port {port} can't be used ({error.strerror}).") from None
    return listening
