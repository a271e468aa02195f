"""Asking again only for what is new: the validators of the last answer, kept between two looks as short JSON. Pure.

RFC 9110, 13.1.2 and 13.1.3: both are sent back as they came; the server weighs If-None-Match first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from bridge.adapters.feed.parsed import Pace

LONGEST = 1_000
"""Characters of a validator that are kept; who sends longer ones is asked without."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known from the last look. `digest`: of the document, since many servers say nothing and send the same
    again. `pace`: what it asked for, since an answer without a document cannot."""

    etag: str = ""
    modified: str = ""
    digest: str = ""
    pace: Pace = field(default_factory=Pace)

    def headers(self) -> dict[str, str]:
        """For the next request."""
        said = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in said.items() if value}

    def answered(self, headers: Mapping[str, str]) -> Asked:
        """After an answer without a document (304): it may bring newer validators."""
        etag, modified = _kept(headers, "etag"), _kept(headers, "last-modified")
        return Asked(etag or self.etag, modified or self.modified, self.digest, self.pace)

    def to_state(self) -> str:
        """At most 4,000 characters."""
        pace = [self.pace.seconds, list(self.pace.hours), list(self.pace.days)]
        said = {"e": self.etag, "m": self.modified, "h": self.digest, "p": pace if self.pace != Pace() else None}
        return json.dumps({name: value for name, value in said.items() if value}, separators=(",", ":"))


def read_state(state: str) -> Asked:
    """What `to_state` wrote; nothing known for anything else."""
    try:
        said = json.loads(state) if state else {}
        seconds, hours, days = said.get("p") or (0, (), ())
        pace = Pace(int(seconds), tuple(map(int, hours)), tuple(map(int, days)))
        etag, modified, digest = (str(said.get(name, "")) for name in "emh")
        return Asked(etag, modified, digest, pace)
    except (ValueError, TypeError, AttributeError):
        return Asked()


def after(headers: Mapping[str, str], body: bytes, pace: Pace) -> Asked:
    """What is known after an answer with a document."""
    return Asked(_kept(headers, "etag"), _kept(headers, "last-modified"), digest_of(body), pace)


def digest_of(body: bytes) -> str:
    return sha256(body).hexdigest()[:32]


def _kept(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name, "").strip()
    return value if len(value) <= LONGEST and value.isascii() and value.isprintable() else ""
