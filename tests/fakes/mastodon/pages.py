"""How a fake Mastodon server answers: one method for each endpoint of mastodon_tables."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from tests.fakes.mastodon import shapes as shapes
from tests.fakes.mastodon import tables as tables
from tests.fakes.mastodon.hands import World
from tests.fakes.mastodon.state import Person, Toot


class Refusal(Exception):
    """An answer with an error, as the real server writes them."""

    def __init__(self, status: int, sentence: str) -> None:
        self.status, self.sentence = status, sentence


class Pages:
    """Each method gives the JSON and further headers, or raises Refusal."""

    def __init__(self, world: World) -> None:
        self._world = world

    def webfinger(self, request: web.Request) -> tuple[Any, dict[str, str]]:
        if "resource" not in request.query:
            raise Refusal(400, "")
        found = re.fullmatch(r"acct:([^@]+)@([^@]+)", request.query["resource"])
        if not found or found[2] not in (self._world.host, self._world.domain):
            raise Refusal(404, "")
        person = self._local(found[1])
        if person.suspended:
            raise Refusal(410, "")
        return shapes.finger(person, self._world.domain, self._world.host), {}

    def lookup(self, request: web.Request) -> tuple[Any, dict[str, str]]:
        user, _, domain = request.query.get("acct", "").lstrip("@").partition("@")
        if domain in ("", self._world.host, self._world.domain):
            return shapes.account(self._local(user), self._world.host), {}
        for person in self._world.people.values():
            if (person.user.lower(), person.domain) == (user.lower(), domain):
                return shapes.account(person, self._world.host), {}
        raise Refusal(404, tables.NOT_FOUND)

    def _local(self, user: str) -> Person:
        for person in self._world.people.values():
            if not person.domain and person.user.lower() == user.lower():
                return person
        raise Refusal(404, tables.NOT_FOUND)

    def account(self, request: web.Request) -> tuple[Any, dict[str, str]]:
        return shapes.account(self._by_id(request), self._world.host), {}

    def _by_id(self, request: web.Request) -> Person:
        person = self._world.people.get(request.match_info["id"])
        if not person:
            raise Refusal(404, tables.NOT_FOUND)
        return person

    def statuses(self, request: web.Request) -> tuple[Any, dict[str, str]]:
        person, query = self._by_id(request), request.query
        theirs = [] if person.suspended else [one for one in self._world.toots.values() if one.by is person]
        public = [one for one in theirs if one.visibility in ("public", "unlisted")]
        wanted = [
            one
            for one in public
            if not (_true(query.get("pinned")) and one.id not in person.pinned)
            and not (_true(query.get("exclude_replies")) and one.is_reply_to_others())
            and not (_true(query.get("exclude_reblogs")) and one.boosts)
            and not (_true(query.get("only_media")) and not one.pictures)
        ]
        page, limit = self._page(wanted, query)
        return self._listed(page, request, more=len(page) == limit)

    def tag(self, request: web.Request) -> tuple[Any, dict[str, str]]:
        """Only what is public, without boosts (app/models/tag_feed.rb, public_feed.rb)."""
        tag, query = request.match_info["tag"].lower(), request.query
        wanted = [
            one
            for one in self._world.toots.values()
            if tag in one.tags
            and one.visibility == "public"
            and not one.by.suspended
            and not (_true(query.get("local")) and one.by.domain)
            and not (_true(query.get("remote")) and not one.by.domain)
        ]
        page, _ = self._page(wanted, query)
        return self._listed(page, request, more=bool(page))

    def _page(self, toots: list[Toot], query: Any) -> tuple[list[Toot], int]:
        """app/models/concerns/paginable.rb: with min_id the lowest above it, else the highest; newest first always."""
        bounds = {}
        for name in ("max_id", "since_id", "min_id"):
            if given := query.get(name):
                if not given.isdecimal():
                    raise Refusal(400, f"{name} is no id")
                bounds[name] = int(given)
        given = query.get("limit", str(tables.DEFAULT_LIMIT))
        if not given.isdecimal() or not 1 <= int(given) <= tables.MOST:
            raise Refusal(400, f"limit is from 1 to {tables.MOST}")
        limit = int(given)
        rising = sorted(
            (one for one in toots if int(one.id) < bounds.get("max_id", 2**63)), key=lambda one: int(one.id)
        )
        if "min_id" in bounds:
            return [one for one in rising if int(one.id) > bounds["min_id"]][:limit][::-1], limit
        return [one for one in rising if int(one.id) > bounds.get("since_id", -1)][::-1][:limit], limit

    def _listed(self, page: list[Toot], request: web.Request, more: bool) -> tuple[Any, dict[str, str]]:
        base = f"https://{self._world.host}{request.path}"
        kept = {name: value for name, value in request.query.items() if name not in ("max_id", "since_id", "min_id")}
        links = [f'<{base}?{urlencode({**kept, "max_id": page[-1].id})}>; rel="next"'] if page and more else []
        links += [f'<{base}?{urlencode({**kept, "min_id": page[0].id})}>; rel="prev"'] if page else []
        return [shapes.status(one, self._world.host) for one in page], {"Link": ", ".join(links)} if links else {}

    def status(self, request: web.Request) -> tuple[Any, dict[str, str]]:
        """What may not be seen is not there (app/controllers/api/v1/statuses_controller.rb)."""
        toot = self._world.toots.get(request.match_info["id"])
        if not toot or toot.by.suspended or toot.visibility not in ("public", "unlisted"):
            raise Refusal(404, tables.NOT_FOUND)
        return shapes.status(toot, self._world.host), {}


def _true(value: str | None) -> bool:
    return value is not None and value.lower() not in ("0", "f", "false", "off", "")
