"""Mastodon as a source: whom an address means, and what a look at it brings. Without a conversation of its own: what is
read is public, and nothing is ever written there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from bridge.adapters._outside.aside import Aside
from bridge.adapters._outside.http import Fetcher
from bridge.adapters.mastodon import Settings
from bridge.adapters.mastodon.address import AccountKey, Handle, Tagged, parse, read_key
from bridge.adapters.mastodon.items import found_of, item_of
from bridge.adapters.mastodon.looking import Glance, first_glance, next_glance
from bridge.adapters.mastodon.read import Account
from bridge.adapters.mastodon.seen import dump, load
from bridge.adapters.mastodon.talk import Doors, Person, Talk
from bridge.model.errors import (
    SourceAnswered,
    SourceFailure,
    SourceGone,
    SourceLocked,
    SourceMissing,
    SourceStrange,
)
from bridge.model.given import Given
from bridge.model.source import Found, Look, SourceItem

NO_API = "it does not speak Mastodon's API"


class Mastodon:
    """The adapter; also the Source. One for all servers."""

    platform = "mastodon"
    prefix = "/{}"
    hears_status = False
    claim_order = 10

    def __init__(self, settings: Settings, given: Given) -> None:
        self._fetcher = Fetcher(given.outside, clock=given.clock)
        self._doors = Doors(settings.base_of, settings.token_of)
        self._clock = given.clock
        self._aside = Aside("mastodon")

    async def start(self) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Nothing was begun by itself."""

    async def close(self) -> None:
        """Hangs up."""
        self._aside.close()
        await self._fetcher.close()

    def claims(self, typed: str) -> bool:
        """@user@host, #tag@host, and addresses shaped like a profile, a status or a tag's page. Many sites have pages
        of such shapes: see `resolve`."""
        return parse(typed) is not None

    async def resolve(self, typed: str) -> Sequence[Found]:
        """One source. Somebody who has moved is found where they are now.

        Raises SourceStrange, its `reason` in the params, where a web page's address only looked like ours and its
        server does not speak this API: then whoever reads any page should be asked next.
        """
        match parse(typed):
            case Handle() as who:
                return (await self._find(self._talk(), who),)
            case Tagged() as tag:
                return (await self._find_tag(self._talk(), tag),)
            case None:
                raise SourceStrange(host=typed, reason="it is no address of this kind")

    async def look(self, key: str, state: str) -> Look:
        """At most ten requests. `found`: an account's name and title as they are now; once it has moved, those of the
        new account, and the state goes on there: of what it wrote before, nothing is told."""
        source, talk, seen = read_key(key), self._talk(), load(state)
        glance = await (next_glance(talk, source, seen) if seen else first_glance(talk, source))
        kept, found = glance.seen, None
        if isinstance(source, AccountKey) and (owner := glance.account):
            found = found_of(owner, source)
            if owner.moved and not glance.more:
                there = await self._moved(talk, source, owner.moved)
                found, kept = (there[0], there[1].seen) if there else (found, replace(kept, etag=""))
        return Look(
            state=dump(kept),
            items=await self._items(source, glance),
            gone=glance.gone,
            unchanged=glance.unchanged,
            more=glance.more,
            wait=talk.wait,
            found=found,
        )

    async def fetch(self, url: str, most: int) -> bytes:
        """A picture, video or sound."""
        types = ("image/", "video/", "audio/")
        answer = await self._fetcher.get(
            self._doors.url(url), accept="image/*, video/*, audio/*", types=types, most=most
        )
        return answer.body

    async def _items(self, source: AccountKey | Tagged, glance: Glance) -> tuple[SourceItem, ...]:
        host, author = _domain(source), isinstance(source, Tagged)
        size = sum(len((one.boosted or one).html) for one in glance.statuses)
        return await self._aside.run(size, lambda: tuple(item_of(one, host, author) for one in glance.statuses))

    def _talk(self) -> Talk:
        return Talk(self._fetcher, self._doors, self._clock)

    async def _find(self, talk: Talk, who: Handle) -> Found:
        """By WebFinger, since the server of somebody@domain may be another one. A domain that does not answer that way
        may still be a server itself."""
        told = True
        try:
            person = await talk.finger(who)
        except (SourceMissing, SourceStrange, SourceAnswered, SourceLocked):
            if who.page:
                raise SourceStrange(host=who.domain, reason=NO_API) from None
            told, person = False, Person(who.user, who.domain, who.domain)
        try:
            account = await talk.lookup(person.host, person.user)
        except SourceMissing:
            if told:
                raise SourceStrange(host=person.host, reason=NO_API) from None
            raise
        except SourceStrange:
            raise SourceStrange(host=person.host, reason=NO_API) from None
        if account.suspended:
            raise SourceGone(host=person.host)
        key = _key(person, account)
        moved = await self._moved(talk, key, account.moved) if account.moved else None
        return moved[0] if moved else found_of(account, key)

    async def _find_tag(self, talk: Talk, tag: Tagged) -> Found:
        """A tag that nobody used yet is an empty list (app/controllers/api/v1/timelines/tag_controller.rb)."""
        try:
            await talk.page(tag, limit=1)
        except (SourceMissing, SourceStrange, SourceAnswered):
            raise SourceStrange(host=tag.host, reason=NO_API) from None
        except SourceLocked:
            if tag.page:
                raise SourceStrange(host=tag.host, reason=NO_API) from None
            raise
        name, home = f"#{tag.tag}@{tag.host}", f"https://{tag.host}/tags/{quote(tag.tag)}"
        return Found(str(tag), name, f"#{tag.tag}", home)

    async def _moved(self, talk: Talk, old: AccountKey, to: Account) -> tuple[Found, Glance] | None:
        """Where an account has moved to (docs.joinmastodon.org/entities/Account/#moved), and a first look there. None
        where that cannot be asked now, or leads back."""
        try:
            who = parse(f"@{to.user}@{to.domain or old.domain}")
            if not isinstance(who, Handle):
                return None
            person = await talk.finger(who)
            account = await talk.lookup(person.host, person.user)
            new = _key(person, account)
            if str(new) == str(old) or account.suspended:
                return None
            return found_of(account, new), await first_glance(talk, new)
        except SourceFailure:
            return None


def _key(person: Person, account: Account) -> AccountKey:
    return AccountKey(person.user.lower(), person.domain, person.host, account.id)


def _domain(source: AccountKey | Tagged) -> str:
    return source.domain if isinstance(source, AccountKey) else source.host
