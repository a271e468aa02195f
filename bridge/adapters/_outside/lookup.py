"""From a host's name to its network addresses. In threads of its own: a name whose servers never answer holds one for
half a minute, and must hold up neither the others nor what else the process does in threads, nor its end."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""From a name and a port to all its network addresses, the best one first. OSError where there are none."""

_MOST = 200
_ROOM = threading.BoundedSemaphore(_MOST)


async def look_up(host: str, port: int) -> Sequence[str]:
    """Asks the machine's resolver. OSError, also where 200 others have been asked for and did not come."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Sequence[str]] = loop.create_future()
    room = _ROOM
    if not room.acquire(blocking=False):
        raise OSError("the resolver does not answer")
    thread = threading.Thread(target=_ask, args=(room, host, port, loop, answer), name=f"lookup {host}", daemon=True)
    try:
        thread.start()
    except RuntimeError as error:  # no further thread can be had
        room.release()
        raise OSError("the resolver cannot be asked") from error
    return await answer


def _ask(
    room: threading.Semaphore,
    host: str,
    port: int,
    loop: asyncio.AbstractEventLoop,
    answer: asyncio.Future[Sequence[str]],
) -> None:
    found: Sequence[str] | OSError | ValueError
    try:
        found = [str(address[0]) for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, ValueError) as error:
        found = error
    finally:
        room.release()
    try:
        loop.call_soon_threadsafe(_tell, answer, found)
    except RuntimeError:  # the loop is closed, nobody waits any more
        pass


def _tell(answer: asyncio.Future[Sequence[str]], found: Sequence[str] | OSError | ValueError) -> None:
    if answer.done():
        return
    if isinstance(found, OSError | ValueError):
        answer.set_exception(found)
    else:
        answer.set_result(found)
