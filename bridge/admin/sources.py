"""`bridge sources …`: what comes from outside, listed, tried, and exchanged with feed readers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bridge.admin.beside import at_hand, reading
from bridge.model.clean import clean
from bridge.model.compose.sources import pace_words, trouble_words
from bridge.model.errors import BridgeError, FileThere, FileUnread, FileUnwritten, FolderMissing
from bridge.model.source import Watch
from bridge.services.outside.moving import MOVED
from bridge.services.outside.opml import LARGEST, read_opml, write_opml
from bridge.settings import Settings
from bridge.store.tx import SqlStore
from bridge.words import words_for

A_LOOK = 150.0
"""Seconds that a running bridge is given to find a source, look at it, and fetch its pictures."""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One line of `bridge sources list`."""

    name: str
    title: str
    reader: str
    looked: str
    next: str
    pace: str
    state: str


def list_sources(settings: Settings) -> list[SourceLine]:
    """By name, those that somebody follows."""
    return [_line(watch) for watch in asyncio.run(reading(settings, _followed))]


def _line(watch: Watch) -> SourceLine:
    english = words_for("en")
    looked = f"{watch.looked_at:%Y-%m-%d %H:%M}" if watch.looked_at else "never"
    coming = f"{watch.next_at:%Y-%m-%d %H:%M}" if watch.next_at else "-"
    pace = pace_words(watch.every, english) if watch.every else "-"
    why = trouble_words(watch.error, english)
    if watch.rests:
        state = " ".join(filter(None, (f"{watch.rests}.", why)))
    elif watch.failing_since:
        state = f"fails since {watch.failing_since:%Y-%m-%d %H:%M}: {why}"
    else:
        state = why or "ok"
    if watch.moved_at:
        state += f"; moved from {clean(watch.moved_from)} on {watch.moved_at:%Y-%m-%d}"
    title = " ".join(clean(watch.title).split())[:40]
    return SourceLine(watch.name, title, watch.adapter, looked, coming, pace, state)


def export_sources(settings: Settings) -> str:
    """As OPML."""
    followed = asyncio.run(reading(settings, _followed))
    return write_opml([watch for watch in followed if watch.rests != MOVED], settings.team.name)


def export_sources_to(settings: Settings, file: Path) -> str:
    """Raises FileThere, FolderMissing, FileUnwritten."""
    opml = export_sources(settings)
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(opml)
    except FileExistsError as error:
        raise FileThere(path=file) from error
    except FileNotFoundError as error:
        raise FolderMissing(path=file.absolute().parent) from error
    except OSError as error:
        raise FileUnwritten(path=file, reason=error.strerror) from error
    return f"Written to {file}."


async def _followed(store: SqlStore) -> list[Watch]:
    """What nobody follows any more is kept, since what it yielded is, but neither looked at nor resting."""
    return [watch for watch in await store.read(lambda tx: tx.sources.all()) if watch.next_at or watch.rests]


def check_source(settings: Settings, address: str) -> str:
    """Finds it and looks, and keeps nothing. Raises BridgeError."""
    with at_hand(settings, A_LOOK) as ask:
        return ask("look at", [address])


def import_sources(
    settings: Settings, file: Path, follower: tuple[str, str], cadence: str, tell: Callable[[str, int, int], None]
) -> list[str]:
    """Has a person, or for them a channel, follow each feed of a list: how many, and a line for each that could not be.
    `follower`: handle and channel ("" for none). `cadence`: "live", "digest", or "" (as it is, else digest). Raises
    OpmlUnreadable, OpmlTooLong, FileUnread, and before anything is asked for FollowerUnknown, ChannelUnclear."""
    outlines = read_opml(_held(file))
    if not outlines:
        return [f"There is no feed in {file}."]
    missed = []
    with at_hand(settings, A_LOOK) as ask:
        ask("follower", follower)
        for number, outline in enumerate(outlines):
            tell(outline.address, number, len(outlines))
            try:
                ask("follow", [*follower, outline.address, cadence])
            except BridgeError as error:
                said = error.english()
                missed.append(said if outline.address in said else f"{outline.address}: {said}")
    return [f"{len(outlines) - len(missed)} of {len(outlines)} followed.", *missed]


def _held(file: Path) -> bytes:
    """What is in it, as far as a list may be long. Raises FileUnread."""
    try:
        with file.open("rb") as there:
            return there.read(LARGEST + 1)
    except OSError as error:
        raise FileUnread(path=file, reason=error.strerror) from error
