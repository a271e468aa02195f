"""A reader of sources that asks nobody: what is out there is a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bridge.model.errors import SourceMissing
from bridge.model.source import Found, Look, SourceItem
from bridge.model.text import Plain

ELSEWHERE = "elsewhere"
BLOG = "https://blog.example.org"
FEED = f"{BLOG}/feed"


def item(id: str, said: str, at: datetime | None = None, **more: object) -> SourceItem:
    made = SourceItem(id=id, text=(Plain(said),), link=f"{BLOG}/{id}", at=at)
    return replace(made, **more)  # type: ignore[arg-type]


@dataclass
class Elsewhere:
    """`at`: by address typed, what it leads to. `items`: by key, oldest first. `failing`: raised by the next looks."""

    platform: str = ELSEWHERE
    prefix: str = "/{}"
    hears_status: bool = False
    claim_order: int = 50
    at: dict[str, list[Found]] = field(
        default_factory=lambda: {BLOG: [Found(FEED, "blog.example.org", "The Blog", BLOG)]}
    )
    items: dict[str, list[SourceItem]] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    failing: list[Exception] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)
    looks: list[str] = field(default_factory=list)
    wait: float | None = None
    moved: Found | None = None
    page: int = 200
    """Items that a look can hold: what is more is told by the next one. `told`: how many were."""
    told: int = 0

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def close(self) -> None: ...

    def claims(self, typed: str) -> bool:
        return typed.startswith("https://") and "chat.example" not in typed

    async def resolve(self, typed: str) -> Sequence[Found]:
        if typed not in self.at:
            for found in self.at.values():
                if any(one.key == typed for one in found):
                    return [one for one in found if one.key == typed]
            raise SourceMissing(host="blog.example.org")
        return self.at[typed]

    async def look(self, key: str, state: str) -> Look:
        self.looks.append(key)
        if self.failing:
            raise self.failing.pop(0)
        gone, self.gone = tuple(self.gone), []
        items = self.items.get(key, ())
        more = len(items) - self.told > self.page
        if len(items) > self.page:
            items = items[self.told : self.told + self.page]
            self.told += len(items)
        return Look("seen", tuple(items), gone, more=more, wait=self.wait, found=self.moved)

    async def fetch(self, url: str, most: int) -> bytes:
        if url not in self.pictures:
            raise SourceMissing(host="blog.example.org")
        return self.pictures[url]

    def publish(self, id: str, said: str, at: datetime | None = None, **more: object) -> None:
        self.items.setdefault(FEED, []).append(item(id, said, at, **more))

    def change(self, id: str, said: str) -> None:
        self.items[FEED] = [
            replace(one, text=(Plain(said),)) if one.id == id else one for one in self.items.get(FEED, [])
        ]
