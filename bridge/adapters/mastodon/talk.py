"""What is asked of servers: the five methods, each with its answer read, and what a server says of its limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from bridge.adapters._outside.http import Fetched, Fetcher
from bridge.adapters._outside.json import parse_json
from bridge.adapters.mastodon.address import AccountKey, Handle, Tagged, host_of, parse
from bridge.adapters.mastodon.read import (
    Account,
    Status,
    read_account,
    read_finger,
    read_moment,
    read_status,
    read_statuses,
)
from bridge.model.clock import Clock
from bridge.model.errors import (
    SourceAnswered,
    SourceGone,
    SourceLocked,
    SourceMissing,
    SourceStrange,
)
from bridge.model.secret import Secret

NEARLY_SPENT = 20
"""Requests left, at which a look asks to wait: less than two looks may take."""
WINDOW = 300.0
"""Seconds to wait where a server does not say until when: the period of its 300 requests
(docs.joinmastodon.org/api/rate-limits)."""
LONGEST_WAIT = 3_600.0
LONG = 10.0
"""Seconds after which a look begins no further request that can wait: a look may take half a minute."""

_JSON = ("application/json",)
_JRD = ("application/jrd+json", "application/json")


@dataclass(frozen=True, slots=True)
class Doors:
    """`bases`: where a host really is. `tokens`: sent to that host alone."""

    bases: Mapping[str, str]
    tokens: Mapping[str, Secret]

    def url(self, url: str) -> str:
        """The same address behind the door of its host."""
        parts = urlsplit(url)
        base = self.bases.get((parts.hostname or "").lower())
        return base + url.partition("//")[2][len(parts.netloc) :] if base else url

    def headers(self, host: str) -> dict[str, str]:
        token = self.tokens.get(host)
        return {"Authorization": f"Bearer {token.reveal()}"} if token else {}


@dataclass(frozen=True, slots=True)
class Person:
    """Where an account is: its name as it spells it itself, and the server to ask."""

    user: str
    domain: str
    host: str


@dataclass(frozen=True, slots=True)
class Page:
    """Statuses of a timeline; None: the same as before, by its etag."""

    statuses: tuple[Status, ...] | None
    etag: str


class Talk:
    """The requests of one look or one resolving.

    `wait`: seconds for which a server that is nearly spent should be left alone, by X-RateLimit-Remaining and -Reset
    (docs.joinmastodon.org/api/rate-limits; Reset is ISO 8601: app/controllers/concerns/api/rate_limit_headers.rb).
    """

    def __init__(self, fetcher: Fetcher, doors: Doors, clock: Clock) -> None:
        self._fetcher, self._doors, self._clock = fetcher, doors, clock
        self.wait: float | None = None
        self._began = clock.monotonic()

    @property
    def enough(self) -> bool:
        """Whether what can wait should wait for the next look."""
        return self.wait is not None or self._clock.monotonic() - self._began > LONG

    async def finger(self, who: Handle) -> Person:
        """GET /.well-known/webfinger (docs.joinmastodon.org/spec/webfinger). Another domain's name counts only where
        that domain says the same."""
        person = await self._finger(who.user, who.domain)
        if person.domain == who.domain:
            return person
        confirmed = await self._finger(person.user, person.domain)
        if (confirmed.domain, confirmed.host) == (person.domain, person.host):
            return confirmed
        return Person(person.user, who.domain, person.host)

    async def lookup(self, host: str, user: str) -> Account:
        """GET /api/v1/accounts/lookup?acct=, since Mastodon 3.4 (docs.joinmastodon.org/methods/accounts/#lookup)."""
        return self._account(host, await self._api(host, "accounts/lookup", {"acct": user}))

    async def account(self, key: AccountKey) -> Account:
        """GET /api/v1/accounts/:id (docs.joinmastodon.org/methods/accounts/#get)."""
        return self._account(key.host, await self._api(key.host, f"accounts/{key.id}"))

    async def page(self, source: AccountKey | Tagged, limit: int, min_id: str = "", etag: str = "") -> Page:
        """GET /api/v1/accounts/:id/statuses or /api/v1/timelines/tag/:hashtag, newest first. With `min_id` the oldest
        ones above it (docs.joinmastodon.org/methods/accounts/#statuses, methods/timelines/#tag;
        app/models/concerns/paginable.rb)."""
        if isinstance(source, AccountKey):
            path = f"accounts/{source.id}/statuses"
        else:
            path = f"timelines/tag/{quote(source.tag, safe='')}"
        query = {"limit": str(limit)} | ({"min_id": min_id} if min_id else {})
        answer = await self._api(source.host, path, query, etag)
        if answer.status == 304:
            return Page(None, etag)
        statuses = read_statuses(_parsed(answer, source.host))
        if statuses is None:
            raise SourceStrange(host=source.host)
        return Page(statuses, answer.headers.get("etag", ""))

    async def status(self, host: str, id: str) -> Status | None:
        """GET /api/v1/statuses/:id (docs.joinmastodon.org/methods/statuses/#get); None: it is no more."""
        try:
            answer = await self._api(host, f"statuses/{id}")
        except (SourceMissing, SourceGone):
            return None
        if status := read_status(_parsed(answer, host)):
            return status
        raise SourceStrange(host=host)

    async def _finger(self, user: str, domain: str) -> Person:
        query = urlencode({"resource": f"acct:{user}@{domain}"}, safe=":@")
        url = f"https://{domain}/.well-known/webfinger?{query}"
        answer = await self._get(domain, url, "application/jrd+json, application/json", _JRD, {})
        said = read_finger(_parsed(answer, domain))
        host = host_of(_https_host(said.actor)) or domain
        subject = parse(f"@{said.subject.removeprefix('acct:')}")
        if isinstance(subject, Handle):
            return Person(subject.user, subject.domain, host)
        return Person(user, domain, host)

    async def _api(self, host: str, path: str, query: Mapping[str, str] | None = None, etag: str = "") -> Fetched:
        url = f"https://{host}/api/v1/{path}" + (f"?{urlencode(query)}" if query else "")
        headers = self._doors.headers(host) | ({"If-None-Match": etag} if etag else {})
        answer = await self._get(host, url, "application/json", _JSON, headers)
        self._heed(answer.headers)
        return answer

    async def _get(
        self, host: str, url: str, accept: str, types: tuple[str, ...], headers: Mapping[str, str]
    ) -> Fetched:
        try:
            return await self._fetcher.get(self._doors.url(url), accept=accept, types=types, headers=headers)
        except SourceAnswered as error:
            if error.params.get("status") == 422:
                # "This method requires an authenticated user" (app/controllers/api/base_controller.rb).
                raise SourceLocked(host=host) from None
            raise

    def _account(self, host: str, answer: Fetched) -> Account:
        if account := read_account(_parsed(answer, host)):
            return account
        raise SourceStrange(host=host)

    def _heed(self, headers: Mapping[str, str]) -> None:
        remaining, reset = headers.get("x-ratelimit-remaining", ""), headers.get("x-ratelimit-reset", "")
        if not re.fullmatch(r"\d{1,6}", remaining) or int(remaining) >= NEARLY_SPENT:
            return
        until = read_moment(reset)
        seconds = (until - self._clock.now()).total_seconds() if until else WINDOW
        self.wait = max(self.wait or 0.0, min(max(seconds, 1.0), LONGEST_WAIT))


def _parsed(answer: Fetched, host: str) -> object:
    try:
        return parse_json(answer.body)
    except ValueError:
        raise SourceStrange(host=host) from None


def _https_host(url: str) -> str:
    try:
        parts = urlsplit(url)
        return parts.netloc if parts.scheme == "https" else ""
    except ValueError:
        return ""
