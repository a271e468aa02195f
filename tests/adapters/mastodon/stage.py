"""The adapter beside fake servers that it takes for the real ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from bridge.adapters.mastodon import Settings
from bridge.adapters.mastodon.adapter import Mastodon
from bridge.model import text as t
from bridge.model.clock import Clock
from bridge.model.secret import Secret
from bridge.model.source import Look, Outside, SourceItem
from tests.fakes.mastodon import FakeMastodon

LOOPBACK = Outside(allowed=frozenset({("127.0.0.1", 0)}))


def adapter(clock: Clock, *servers: FakeMastodon, tokens: str = "", bases: tuple[str, ...] = ()) -> Mastodon:
    """It asks for https://<host of a server>/… and reaches that server."""
    behind = {host: server.root for server in servers for host in (server.host, server.domain)}
    settings = Settings(tokens=Secret(tokens), bases=(*bases, *(f"{host}={root}" for host, root in behind.items())))
    given: Any = SimpleNamespace(outside=LOOPBACK, clock=clock)
    return Mastodon(settings, given)


@dataclass
class Reader:
    """Looks at one source, and keeps its state as a service would."""

    source: Mastodon
    key: str
    state: str = ""
    looks: list[Look] = field(default_factory=list)

    async def look(self) -> Look:
        look = await self.source.look(self.key, self.state)
        assert len(look.state) <= 4_000
        self.state = look.state
        self.looks.append(look)
        return look

    async def ids(self) -> list[str]:
        """Of the items of one look."""
        return [item.id for item in (await self.look()).items]

    async def whole(self) -> list[Look]:
        """Looks until there is no more."""
        looks = [await self.look()]
        while looks[-1].more:
            looks.append(await self.look())
        return looks


def shown(item: SourceItem) -> dict[str, Any]:
    """An item as data, what is empty left out."""
    made = {
        "text": t.to_data(item.text),
        "link": item.link,
        "at": item.at.isoformat() if item.at else "",
        "author": item.author,
        "language": item.language,
        "media": [[one.kind.value, one.url, one.alt] for one in item.media],
        "cited": [item.cited.author, t.to_data(item.cited.text), item.cited.link] if item.cited else [],
        "warning": item.warning,
        "boost": item.boost,
        "reply": item.reply,
        "tags": list(item.tags),
    }
    return {name: value for name, value in made.items() if value}
