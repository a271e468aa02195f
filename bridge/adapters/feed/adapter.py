"""The adapter: finds feeds, looks at them, fetches their pictures. What is pure about it stands in the other modules.

A feed on its way: Fetcher | asking (anything new?) | told (here, in a thread or in a worker) | Look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from bridge.adapters._outside.aside import SHORT, Aside
from bridge.adapters._outside.http import Fetched, Fetcher
from bridge.adapters.feed import Settings, asking, finding
from bridge.adapters.feed.beside import Beside
from bridge.adapters.feed.decoding import to_characters
from bridge.adapters.feed.identity import found_at, key_of
from bridge.adapters.feed.parsed import NoFeed
from bridge.adapters.feed.reading import NeedsPatience
from bridge.adapters.feed.rhythm import wait_of
from bridge.adapters.feed.told import Document, Told, read_document
from bridge.model.errors import SourceFailure, SourceFeedless, SourceSlow, SourceStrange, SourceThrottled
from bridge.model.given import Given
from bridge.model.source import Found, Look

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, text/html;q=0.5, */*;q=0.1"
)
TYPES = ("application/", "text/")
"""A good third of all feeds come under another type than theirs; what it really is the bytes say."""
FIRST = 20
LATER = 200
"""Items of a first look, and of any other."""
HERE = 120_000
"""Bytes that are read in a thread of this process, and in the quick worker; longer ones wait for the patient one."""
MANY = 3
"""Documents that wait for the thread when the quick worker is begun, which then reads all until nothing more comes."""
WAITING = 100
"""Documents that may stand in line for the quick worker."""
PATIENCE = 20.0
"""Seconds for finding the feeds of an address; what is not asked by then is taken at its word."""


class Feed:
    """Adapter and Source. `look` costs one request; `resolve` up to a dozen, one after the other."""

    platform = "feed"
    prefix = "/{}"
    hears_status = False
    claim_order = 100
    """Any web page may have a feed: after all others."""

    def __init__(self, settings: Settings, given: Given, fetcher: Fetcher | None = None) -> None:
        self._settings = settings
        self._clock = given.clock
        self._fetcher = fetcher or Fetcher(given.outside, clock=given.clock)
        self._aside = Aside("feed")
        self._quick = Beside(patient=False, waiting=WAITING)
        self._patient = Beside()

    async def start(self) -> None:
        """Nothing: the first look opens what it needs."""

    async def stop(self) -> None:
        """Nothing: whoever asked waits for the answer."""

    async def close(self) -> None:
        await self._quick.close()
        await self._patient.close()
        self._aside.close()
        await self._fetcher.close()

    def claims(self, typed: str) -> bool:
        return finding.address_of(typed, self._settings.tumblr) is not None

    async def resolve(self, typed: str) -> Sequence[Found]:
        """The address itself, if it is a feed; else what its page announces; else where feeds usually are."""
        address = finding.address_of(typed, self._settings.tumblr)
        if address is None:
            raise SourceStrange(host=typed[:100])
        until = self._clock.monotonic() + PATIENCE
        if known := await self._ask_all(finding.known_places(address), until):
            return known
        fetched = await self._get(address, {})
        if told := await self._told(fetched, 0):
            return [_found(fetched.moved or address, told)]
        places = await self._aside.run(len(fetched.body), lambda: finding.places_on(_characters(fetched), fetched.url))
        if announced := await self._ask_all(places, until):
            return announced
        for place in finding.usual_places(fetched.url):
            if self._clock.monotonic() >= until:
                break
            if found := await self._ask(place):
                return [found]
        raise SourceFeedless(host=_host(address))

    async def look(self, key: str, state: str) -> Look:
        known = asking.read_state(state)
        fetched = await self._get(key, known.headers())
        now = self._clock.now()
        moved = key_of(fetched.moved) if fetched.moved and key_of(fetched.moved) != key_of(key) else ""
        if fetched.status == 304 or (known.digest and asking.digest_of(fetched.body) == known.digest):
            wait = wait_of(fetched.headers, known.pace, now)
            found = replace(found_at(moved, ""), title="") if moved else None
            return Look(known.answered(fetched.headers).to_state(), unchanged=True, wait=wait, found=found)
        told = await self._told(fetched, LATER if state else FIRST)
        if told is None:
            raise SourceStrange(host=_host(key))
        return Look(
            asking.after(fetched.headers, fetched.body, told.pace).to_state(),
            told.items,
            wait=wait_of(fetched.headers, told.pace, now),
            found=_found(moved or key, told),
        )

    async def fetch(self, url: str, most: int) -> bytes:
        fetched = await self._fetcher.get(url, accept="image/*, video/*;q=0.8", types=("image/", "video/"), most=most)
        return fetched.body

    async def _get(self, url: str, headers: dict[str, str]) -> Fetched:
        return await self._fetcher.get(url, accept=ACCEPT, types=TYPES, headers=headers)

    async def _told(self, fetched: Fetched, most: int) -> Told | None:
        """None for what is no feed."""
        document = Document(fetched.body, fetched.url, self._clock.now(), fetched.charset, most)
        try:
            return await self._read(document)
        except NoFeed:
            return None
        except TimeoutError as error:
            raise SourceSlow(host=_host(fetched.url)) from error

    async def _read(self, document: Document) -> Told | None:
        """Here, in the thread or in a worker: none of them keeps the loop waiting, and what may take long keeps nobody
        waiting but its like. Raises NoFeed and TimeoutError."""
        size = len(document.body)
        try:
            if size > SHORT and (self._quick.is_running or self._aside.waiting >= MANY) and size <= HERE:
                return await self._quick.read(document)
            if size <= HERE:
                return await self._aside.run(size, lambda: read_document(document))
        except NeedsPatience:
            pass
        return await self._patient.read(document)

    async def _ask_all(self, places: Sequence[finding.Place], until: float) -> list[Found]:
        """The feeds that really are there, each once. Raises SourceThrottled, and SourceSlow where one was silent and
        no other is known: after that nothing more is asked."""
        found: dict[str, Found] = {}
        silent: SourceSlow | None = None
        for place in places:
            late = silent is not None or self._clock.monotonic() >= until
            if late and not place.sure:
                continue
            try:
                one = found_at(place.url, place.title) if late else await self._ask(place)
            except SourceSlow as slow:
                silent = slow
                continue
            if one is not None:
                found.setdefault(one.key, one)
        if silent is not None and not found:
            raise silent
        return list(found.values())

    async def _ask(self, place: finding.Place) -> Found | None:
        """None where there is no feed. Raises SourceThrottled and SourceSlow: who asks for patience gets it, and who
        is silent is not asked for everything else, too."""
        try:
            fetched = await self._get(place.url, {})
            told = await self._told(fetched, 0)
        except (SourceThrottled, SourceSlow):
            raise
        except SourceFailure:
            return None
        return _found(fetched.moved or place.url, told, place.title) if told is not None else None


def _found(url: str, told: Told, called: str = "") -> Found:
    return found_at(key_of(url), told.title or called, told.home, told.picture)


def _characters(fetched: Fetched) -> str:
    try:
        return to_characters(fetched.body, fetched.charset)
    except NoFeed:
        return ""


def _host(url: str) -> str:
    return (urlsplit(url).hostname or url)[:100]
