"""An outside account or feed (people say source), and what it yields. Reading one is an adapter's affair; what becomes
of its items is services/outside/looking.py's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from bridge.model.ids import PersonId, PostId
from bridge.model.post import MediaKind
from bridge.model.text import Text


@dataclass(frozen=True, slots=True)
class Outside:
    """What an administrator says about going out. `contact`: an address or a page that stands in the User-Agent, so
    that whoever is asked too often can say so. `allowed`: (host, port) inside the own network that may be asked all the
    same, the host in small letters; port 0: any.
    """

    contact: str = ""
    allowed: frozenset[tuple[str, int]] = frozenset()

    def inside(self, *addresses: str) -> bool:
        """Whether one of them leads into the own network."""
        hosts = {host for host, _ in self.allowed}
        return any(_host(address) in hosts for address in addresses)


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").rstrip(".") if "://" in address else ""
    except ValueError:
        return ""


def _address(key: str, home: str) -> str:
    """A key that is no address tells people nothing."""
    return key if "://" in key else home or key


def spellings(key: str) -> tuple[str, ...]:
    """Keys that are one source: an address with and without encryption, with and without a slash at its end. The key
    itself comes first, and is what is asked."""
    scheme, mark, rest = key.partition("://")
    if not mark or scheme not in ("http", "https"):
        return (key,)
    path, question, query = rest.partition("?")
    bare = path.rstrip("/")
    found = [f"{one}://{end}{question}{query}" for one in ("http", "https") for end in (bare, f"{bare}/")]
    return tuple(dict.fromkeys((key, *found)))


@dataclass(frozen=True, slots=True)
class Found:
    """A source that an address leads to.

    `key`: what its adapter calls it, in one spelling, unique there (a feed's address, an account's id). `name`: what
    people read and type, without blanks: "blog.example.org", "@ana@social.example", "#python@social.example",
    "ana.bsky.social". `title`: what it calls itself. `home`: the page people open. `picture`: an https address.
    """

    key: str
    name: str
    title: str
    home: str = ""
    picture: str | None = None

    @property
    def address(self) -> str:
        """Where it is, for people."""
        return _address(self.key, self.home)


@dataclass(frozen=True, slots=True)
class SourceMedia:
    """A picture or a video of an item, by its address. `size`: bytes, where it was told."""

    url: str
    kind: MediaKind = MediaKind.PICTURE
    alt: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Cited:
    """Somebody else's words inside an item: what was passed on, quoted or answered. `link`: where they stand."""

    author: str
    text: Text
    link: str = ""


@dataclass(frozen=True, slots=True)
class SourceItem:
    """One thing that a source yielded, as it is now.

    `id`: its name within the source, the same at every look: its own id, else its link, else a hash of title and text.
    `text`: whole, a title in front as a Bold span on a line of its own. `link`: its page. `at`: when it was published,
    aware UTC; None where it does not say. `author`: who wrote it, where that is not simply the source. `language`: the
    primary subtag in small letters, "de"; "" unknown. `warning`: what stands in front of something sensitive; its text
    and its media are then shown on demand only. `boost`: somebody else's, passed on, which stands in `cited`. `reply`:
    an answer to somebody. `tags`: folded names that come beside the text, not in it.
    """

    id: str
    text: Text
    link: str = ""
    at: datetime | None = None
    author: str = ""
    language: str = ""
    media: tuple[SourceMedia, ...] = ()
    cited: Cited | None = None
    warning: str = ""
    boost: bool = False
    reply: bool = False
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """What looking at a source brought.

    `items`: oldest first; what is known already may come again. `gone`: ids of items that are no more. `state`: the
    adapter's own note for the next look (validators, cursors), at most 4,000 characters. `unchanged`: the source said
    that nothing happened. `more`: it has more that this look did not reach; look again soon. `wait`: seconds for which
    it asked not to be looked at again. `found`: what it calls itself now, where it says so; a `key` other than before:
    it moved for good.
    """

    state: str
    items: tuple[SourceItem, ...] = ()
    gone: tuple[str, ...] = ()
    unchanged: bool = False
    more: bool = False
    wait: float | None = None
    found: Found | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a source could not be read: the name of a SourceFailure, with what it says."""

    kind: str
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Watch:
    """A source as kept, with when it is looked at.

    `id`: its own, which is also that of the author that stands for it, and of what is followed. `adapter`, `key`: who
    reads it, and how it is called there. `internal`: it is inside the own network, so what it yields is the team's.
    `by`: who followed it first. `epoch` grows each time somebody takes it on. `every`: seconds between two looks.
    `next_at`: the next one; None while nobody follows it or it rests. `changed_at`: when it last had something new.
    `failing_since`: of the looks since, none went well; `error`: why the last one did not. `told`: its
    followers' owner knows. `rests`: why it is not looked at: "" (it is), "paused", "failing", "gone", or "moved" onto
    another one. `a_day`: items, about. `moved_from`: its address until `moved_at`; "" where it never moved.
    `burst`: items that came at once in the looks so far at what is more than one look can hold.
    """

    id: PersonId
    adapter: str
    key: str
    name: str
    title: str
    by: PersonId
    created_at: datetime
    home: str = ""
    picture: str | None = None
    internal: bool = False
    state: str = ""
    epoch: int = 0
    every: int = 0
    next_at: datetime | None = None
    looked_at: datetime | None = None
    changed_at: datetime | None = None
    failing_since: datetime | None = None
    error: Trouble | None = None
    told: bool = False
    rests: str = ""
    a_day: float = 0
    moved_from: str = ""
    moved_at: datetime | None = None
    burst: int = 0

    @property
    def address(self) -> str:
        """Where it is, for people."""
        return _address(self.key, self.home)

    @property
    def host(self) -> str:
        """Who is asked for it, as far as its address tells."""
        return _host(self.address) or self.adapter


@dataclass(frozen=True, slots=True)
class Known:
    """An item that came before. `post`: what became of it; None where nothing did, or it is forgotten by now. `sign`:
    tells what it showed then from what it shows now. `late`: it came when there was too much at once, so it went to the
    digest. `about`: what filters ask and the post does not tell."""

    key: str
    sign: str
    post: PostId | None = None
    late: bool = False
    about: str = ""
