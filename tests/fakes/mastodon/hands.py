"""What people do on a fake Mastodon server, and what it holds."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from bridge.model.clock import Clock
from tests.fakes.mastodon.state import Person, Picture, Poll, Toot


class World:
    """One server's accounts and statuses. `ids`: where ids of statuses come from, instead of the clock."""

    def __init__(self, clock: Clock, host: str, domain: str, ids: Iterator[int] | None) -> None:
        self.clock, self.host, self.domain = clock, host, domain
        self.people: dict[str, Person] = {}
        self.toots: dict[str, Toot] = {}
        self._ids = ids
        self._count = 0

    def person(self, user: str, title: str = "", domain: str = "") -> Person:
        """One of this server, or with a `domain` one it has heard of."""
        made = Person(str(100 + len(self.people)), user, domain, title)
        self.people[made.id] = made
        return made

    def post(
        self,
        by: Person,
        text: str = "",
        *,
        html: str | None = None,
        at: datetime | None = None,
        visibility: str = "public",
        warning: str = "",
        sensitive: bool = False,
        language: str | None = "en",
        pictures: tuple[Picture, ...] = (),
        poll: Poll | None = None,
        card: dict[str, str] | None = None,
        reply_to: Toot | None = None,
        quote: Toot | None = None,
    ) -> Toot:
        """`at`: when it was written, for one from elsewhere that comes late; its id is of that time."""
        written = at or self.clock.now()
        content = self._html(text) if html is None else html
        if quote and quote.by:
            link = f"https://{quote.by.domain or self.host}/@{quote.by.user}/{quote.id}"
            content = f'<p class="quote-inline">RE: <a href="{link}">{link}</a></p>' + content
        made = Toot(
            self._id(written),
            by,
            written,
            content,
            visibility,
            warning,
            sensitive,
            language,
            pictures,
            _tags(text),
            poll,
            card,
            reply_to,
            None,
            quote,
        )
        self.toots[made.id] = made
        return made

    def boost(self, by: Person, toot: Toot) -> Toot:
        made = Toot(self._id(self.clock.now()), by, self.clock.now(), "", toot.visibility, boosts=toot)
        self.toots[made.id] = made
        return made

    def edit(self, toot: Toot, text: str) -> None:
        """Also when nothing changes, `edited_at` moves on by at least a millisecond."""
        last = toot.edited or toot.at
        toot.html, toot.tags = self._html(text), _tags(text)
        toot.edited = max(self.clock.now(), last + timedelta(milliseconds=1))

    def delete(self, toot: Toot) -> None:
        """Its boosts go with it."""
        for id in [one.id for one in self.toots.values() if one is toot or one.boosts is toot]:
            del self.toots[id]

    def pin(self, toot: Toot) -> None:
        toot.by.pinned.append(toot.id)

    def move(self, person: Person, to: str) -> None:
        user, _, domain = to.partition("@")
        known = next((p for p in self.people.values() if p.acct == to), None)
        person.moved = known or self.person(user, domain=domain)

    def suspend(self, person: Person) -> None:
        person.suspended = True

    def _id(self, at: datetime) -> str:
        """Milliseconds and two bytes of sequence (lib/mastodon/snowflake.rb)."""
        if self._ids is not None:
            return str(next(self._ids))
        self._count += 1
        return str((int(at.timestamp() * 1000) << 16) + self._count)

    def _html(self, text: str) -> str:
        def linked(found: re.Match[str]) -> str:
            tag = found[1]
            return f'<a href="https://{self.host}/tags/{tag}" class="mention hashtag" rel="tag">#<span>{tag}</span></a>'

        lines = re.sub(r"#(\w+)", linked, html.escape(text, quote=False)).split("\n\n")
        return "".join(f"<p>{line}</p>" for line in lines if line)


def _tags(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found.lower() for found in re.findall(r"#(\w+)", text)))
