"""Feeds of all kinds: RSS 0.9 to 2.0, RDF, Atom, JSON Feed; so blogs, podcasts, video channels, release pages.

Only what is needed to know about it stands here; the parsers are loaded by `build`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BaseModel

if TYPE_CHECKING:
    from bridge.adapters.feed.adapter import Feed
    from bridge.model.given import Given

OUTSIDE = True
"""It reads sources; it is no chat platform."""


def _blogs(address: str) -> str:
    if not address.startswith(("https://", "http://")) or "{}" not in address:
        raise ValueError('an address with {} for the name of the blog, like "https://{}.tumblr.com/rss"')
    return address


class Settings(BaseModel):
    """The feeds' section of bridge.toml."""

    enabled: bool = True
    """Whether feeds can be followed."""
    tumblr: Annotated[str, AfterValidator(_blogs)] = "https://{}.tumblr.com/rss"
    """Where the feed of tumblr:name is, with {} for the name; only a test or a proxy has another."""


def build(settings: Settings, given: Given) -> Feed:
    """The adapter, not started yet."""
    from bridge.adapters.feed.adapter import Feed

    return Feed(settings, given)
