"""What people type to name somebody or a tag out there, and the keys that sources are kept under. Asks nobody.

A key: "acct:ana@social.example#web.social.example/109302436954721982" (the server that is asked, and the account's id
there) or "tag:python#social.example".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from bridge.model.clean import fold
from bridge.model.errors import SourceStrange

LONGEST = 500
"""Characters of an address that is looked at."""

# Account::USERNAME_RE, app/models/account.rb of Mastodon.
_USER = r"[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])")
_HANDLE = re.compile(rf"@({_USER})@([^\s@/?#:]+)", re.IGNORECASE)
_TAGGED = re.compile(r"#([^\s@#/?]+)@([^\s@/?#:]+)")
_PROFILE = re.compile(rf"/(?:(?:web|deck)/)?@({_USER})(?:@([^\s@/]+))?(?:/(?:statuses/)?[0-9a-z]+)?/?", re.IGNORECASE)
_ACTOR = re.compile(rf"/users/({_USER})(?:/statuses/[0-9a-z]+)?/?", re.IGNORECASE)
_TAG_PAGE = re.compile(r"/(?:(?:web|deck)/)?tags/([^\s@#/?]+)/?")
_ID = r"[0-9A-Za-z_-]{1,64}"
_ACCOUNT_KEY = re.compile(rf"acct:({_USER})@([a-z0-9.-]+)#([a-z0-9.-]+)/({_ID})")
_TAG_KEY = re.compile(r"tag:([^\s@#/?]+)#([a-z0-9.-]+)")


@dataclass(frozen=True, slots=True)
class Handle:
    """Somebody, by name as typed. `page`: typed as the address of a web page, of which only its shape is known."""

    user: str
    domain: str
    page: bool = False


@dataclass(frozen=True, slots=True)
class Tagged:
    """A tag as one server sees it. `tag`: folded, without #. `page`: as above."""

    tag: str
    host: str
    page: bool = False

    def __str__(self) -> str:
        """The key."""
        return f"tag:{self.tag}#{self.host}"


@dataclass(frozen=True, slots=True)
class AccountKey:
    """An account as its own server knows it. `domain`: what stands in its name, which may differ from the server's
    `host` (LOCAL_DOMAIN and WEB_DOMAIN, docs.joinmastodon.org/admin/config)."""

    user: str
    domain: str
    host: str
    id: str

    def __str__(self) -> str:
        """The key."""
        return f"acct:{self.user}@{self.domain}#{self.host}/{self.id}"


def parse(typed: str) -> Handle | Tagged | None:
    """Whom or what somebody means; None: nothing of this kind. "ana@social.example" without the leading @ is none: it
    looks like an e-mail address."""
    typed = typed.strip()
    if len(typed) > LONGEST:
        return None
    if found := _HANDLE.fullmatch(typed):
        return _handle(found[1], found[2])
    if found := _TAGGED.fullmatch(typed):
        return _tagged(found[1], found[2])
    return _page(typed)


def read_key(key: str) -> AccountKey | Tagged:
    """What a key stands for. Raises SourceStrange for what is none."""
    if found := _ACCOUNT_KEY.fullmatch(key):
        return AccountKey(found[1], found[2], found[3], found[4])
    if found := _TAG_KEY.fullmatch(key):
        return Tagged(found[1], found[2])
    raise SourceStrange(host=key)


def host_of(typed: str) -> str:
    """A host's name in small letters and ASCII; "" for what is none, or has no dot."""
    try:
        host = typed.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
    return host if len(host) <= 253 and _HOST.fullmatch(host) else ""


def is_id(text: str) -> bool:
    """Whether it can be a server's id of something: "cast from an integer, but not guaranteed to be a number"
    (docs.joinmastodon.org/entities/Status/#id); other servers have letters in theirs."""
    return re.fullmatch(_ID, text) is not None


def _page(typed: str) -> Handle | Tagged | None:
    try:
        parts = urlsplit(typed)
        if parts.scheme not in ("http", "https") or parts.port or "@" in parts.netloc:
            return None
    except ValueError:
        return None
    if found := _PROFILE.fullmatch(parts.path):
        return _handle(found[1], found[2] or parts.netloc, page=True)
    if found := _ACTOR.fullmatch(parts.path):
        return _handle(found[1], parts.netloc, page=True)
    if found := _TAG_PAGE.fullmatch(parts.path):
        return _tagged(unquote(found[1]), parts.netloc, page=True)
    return None


def _handle(user: str, host: str, *, page: bool = False) -> Handle | None:
    return Handle(user, domain, page) if (domain := host_of(host)) else None


def _tagged(tag: str, host: str, *, page: bool = False) -> Tagged | None:
    made = Tagged(fold(tag), host_of(host), page)
    return made if _TAG_KEY.fullmatch(str(made)) else None
