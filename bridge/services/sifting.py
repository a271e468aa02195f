"""Filters of follows and tracked phrases: what each lets through, worked out once for each update, before it leaves."""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from threading import Lock

from bridge.model.errors import BadInput
from bridge.model.filters.filter import Facts, Filter, facts, passes, primary
from bridge.model.filters.filterwords import parse_filter, parse_tracked
from bridge.model.filters.track import Phrases, Tracked
from bridge.model.ids import SieveId, SubjectId
from bridge.model.kept import Sieve, Tx
from bridge.model.post import Post
from bridge.model.source import SourceItem
from bridge.model.text import plain

_compact = json.JSONEncoder(separators=(",", ":")).encode

log = logging.getLogger(__name__)

SIEVES = "sieves"
"""The word that tells other processes to learn them anew."""


class Sifter:
    """What this process knows of them. Learnt whole: each change makes all of it anew."""

    def __init__(self) -> None:
        self._filters: dict[SubjectId, list[tuple[SieveId, Filter]]] = {}
        self._phrases: Phrases[SieveId] = Phrases([])
        self._version = -1
        self._learning = Lock()

    def catch_up(self, tx: Tx) -> None:
        """Learns them, if somebody has changed them since: in the transaction that asks what they let through, so that
        a filter or a phrase counts for every update that begins after it was acknowledged, in whatever process."""
        if tx.sieves.version() == self._version:
            return
        with self._learning:  # of several that find it out, one reads them
            version = tx.sieves.version()
            if version != self._version:
                self.learn(tx.sieves.all(), version)

    def learn(self, sieves: Iterable[Sieve], version: int) -> None:
        """Takes the place of what was known, unless that was newer. One that can't be read lets nothing through."""
        if version < self._version:
            return
        filters: dict[SubjectId, list[tuple[SieveId, Filter]]] = defaultdict(list)
        tracked: list[tuple[SieveId, Tracked]] = []
        for sieve in sieves:
            try:
                if sieve.subject is None:
                    tracked.append((sieve.id, parse_tracked(sieve.words)))
                else:
                    filters[sieve.subject].append((sieve.id, parse_filter(sieve.words)))
            except BadInput as error:
                log.warning("the filter %s can't be read: %s", sieve.id, error.english())
        self._filters, self._phrases = dict(filters), Phrases(tracked)
        self._version = version

    @property
    def idle(self) -> bool:
        return not self._filters and not len(self._phrases)

    def catching(
        self, tx: Tx, post: Post, subjects: Callable[[], Iterable[SubjectId]], about: Facts | None = None
    ) -> list[SieveId]:
        """Those that let the update through, of its subjects' filters and of all phrases. `about`: what is known of it
        beside what is kept."""
        self.catch_up(tx)
        if self.idle:
            return []
        known = about or facts_of(tx, post)
        filters = [one for subject in subjects() for one in self._filters.get(subject, ())]
        return [id for id, filter in filters if passes(filter, known) is None] + self._phrases.hits_in(known.said)


def facts_of(tx: Tx, post: Post) -> Facts:
    """Of an update as kept. A reshare says what it repeats, too."""
    if post.outside:
        [about] = abouts(tx, [post])
        return about
    repeated = tx.posts.get(post.reshare_of) if post.reshare_of else None
    return facts(
        plain(post.text),
        plain(repeated.text) if repeated else "",
        boost=post.reshare_of is not None,
        reply=post.in_reply_to is not None,
        media=bool(post.attachments),
    )


def facts_of_item(item: SourceItem) -> Facts:
    cited = (item.cited.author, plain(item.cited.text)) if item.cited else ()
    return facts(
        plain(item.text),
        item.warning,
        *cited,
        *item.tags,
        language=item.language,
        boost=item.boost,
        reply=item.reply,
        media=bool(item.media),
    )


def about_of(item: SourceItem) -> str:
    """What of it is kept beside the update, since that does not tell."""
    return _compact([primary(item.language), int(item.boost), int(item.reply), int(bool(item.media))])


def abouts(tx: Tx, posts: Sequence[Post]) -> list[Facts]:
    """Of outside posts, in their order."""
    kept = tx.sources.abouts([post.id for post in posts])
    out = []
    for post in posts:
        language, boost, reply, media = json.loads(kept.get(post.id) or '["",0,0,0]')
        out.append(facts(plain(post.text), language=language, boost=bool(boost), reply=bool(reply), media=bool(media)))
    return out
