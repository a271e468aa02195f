"""`bridge sources …`: what comes from outside, listed, tried, and exchanged with feed readers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.admin.beside import ask_or, reading
from bridge.model.compose.sources import pace_words, trouble_words
from bridge.model.errors import BadInput, ConfigError
from bridge.model.source import Watch
from bridge.services.opml import read_opml, write_opml
from bridge.settings import Settings
from bridge.store.tx import SqlStore
from bridge.words import words_for


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
    """By name."""
    english = words_for("en")

    def line(watch: Watch) -> SourceLine:
        looked = f"{watch.looked_at:%Y-%m-%d %H:%M}" if watch.looked_at else "never"
        coming = f"{watch.next_at:%Y-%m-%d %H:%M}" if watch.next_at else "-"
        state = watch.rests or ("fails: " + trouble_words(watch.error, english) if watch.error else "ok")
        return SourceLine(
            watch.name, watch.title[:40], watch.adapter, looked, coming, pace_words(watch.every, english), state
        )

    return [line(watch) for watch in asyncio.run(reading(settings, _all))]


def export_sources(settings: Settings) -> str:
    """As OPML."""
    return write_opml(asyncio.run(reading(settings, _all)), settings.team.name)


async def _all(store: SqlStore) -> list[Watch]:
    return await store.read(lambda tx: tx.sources.all())


def check_source(settings: Settings, address: str) -> str:
    """Finds it and looks, and keeps nothing. Raises BadInput."""
    return ask_or(settings, "look at", [address], lambda bridge: bridge.deeds.look_at([address]))


def import_sources(
    settings: Settings, file: Path, follower: tuple[str, str], cadence: str, tell: Callable[[str, int, int], None]
) -> list[str]:
    """Has a person, or for them a channel, follow each feed of a list: how many, and a line for each that could not be.
    `follower`: handle and channel ("" for none). Raises OpmlUnreadable, ConfigError."""
    try:
        outlines = read_opml(file.read_bytes())
    except OSError as error:
        raise ConfigError(problem=f"{file} can't be read: {error.strerror}.") from error
    missed = []
    for number, outline in enumerate(outlines):
        tell(outline.address, number, len(outlines))
        words: Sequence[str] = [*follower, outline.address, cadence]
        try:
            ask_or(settings, "follow", words, lambda bridge, words=words: bridge.deeds.follow(words))  # type: ignore[misc]
        except BadInput as error:
            missed.append(error.english())
    return [f"{len(outlines) - len(missed)} of {len(outlines)} followed.", *missed]
