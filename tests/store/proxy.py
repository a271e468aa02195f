"""Stands between a bridge and PostgreSQL as a pooler in transaction mode does: everything passes but notifications."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy import make_url

NOTIFICATION = b"A"
"""The type byte of a NotificationResponse (https://www.postgresql.org/docs/current/protocol-message-formats.html)."""


@asynccontextmanager
async def deaf_proxy(url: str) -> AsyncIterator[tuple[str, list[object]]]:
    """The URL to use instead, and every connection that was made."""
    target = make_url(url)
    connections: list[object] = []
    tasks: set[asyncio.Task[None]] = set()

    async def up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def down(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readexactly(5)
            body = await reader.readexactly(int.from_bytes(head[1:]) - 4)
            if head[:1] != NOTIFICATION:
                writer.write(head + body)
                await writer.drain()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        there, back = await asyncio.open_connection(target.host, target.port or 5432)
        both = {asyncio.create_task(up(reader, back)), asyncio.create_task(down(there, writer))}
        tasks.update(both)
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for task in both:
            task.cancel()
        for end in (writer, back):
            end.close()
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await asyncio.gather(*both, return_exceptions=True)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    through = target.set(host="127.0.0.1", port=port).update_query_dict({"sslmode": "disable", "gssencmode": "disable"})
    try:
        yield through.render_as_string(hide_password=False), connections
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
