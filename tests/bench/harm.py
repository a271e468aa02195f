"""What a server does that means harm to whoever asks it: for the benchmark of feeds, on loopback."""

from __future__ import annotations

import asyncio
import gzip

HARM = ("silent", "drip", "endless", "packed", "values", "entities", "markup")
"""Kinds of harm."""


async def harm(kind: str, writer: asyncio.StreamWriter) -> None:
    """A server that keeps whoever asks as long as it can, and gives them as much to do as it can."""
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nConnection: close\r\n"
    match kind:
        case "silent":
            await asyncio.sleep(60)
        case "drip":
            writer.write(f"{head}\r\n".encode())
            while not writer.is_closing():
                writer.write(b"x")
                await asyncio.sleep(0.5)
        case "endless":
            writer.write(f"{head}\r\n".encode())
            for _ in range(1_600):
                writer.write(bytes(65_536))
                await writer.drain()
        case "packed":
            writer.write(f"{head}Content-Encoding: gzip\r\n\r\n".encode() + gzip.compress(bytes(30_000_000)))
        case _:
            writer.write(f"{head}\r\n{_monster(kind)}".encode())
    await writer.drain()


def _monster(kind: str) -> str:
    match kind:
        case "values":
            return '{"version": "https://jsonfeed.org/version/1.1", "items": [' + "[[[[]]]]," * 200_000 + "1]}"
        case "entities":
            lines = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
            return f'<!DOCTYPE rss [<!ENTITY e0 "ha">{lines}]><rss><channel><title>&e9;</title></channel></rss>'
        case _:
            items = "".join(
                f"<item><title>{item}</title><description><![CDATA[{'<b>x</b><i>y</i>' * 350}]]></description></item>"
                for item in range(20)
            )
            return f"<rss><channel><title>Monster</title>{items}</channel></rss>"
