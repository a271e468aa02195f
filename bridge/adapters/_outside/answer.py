"""What an answer's status and headers mean, and which headers go out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bridge.adapters._outside.guard import Address
from bridge.model import errors

_DAY = 86_400.0
"""Longer nobody is taken at their word who refuses: that is no failure, so nobody here is told of it."""
_UNTOLD = 900.0
_RESETS = ("ratelimit-reset", "x-ratelimit-reset")
_SINCE_1970 = 1_000_000_000.0
"""Seconds: so long nobody is asked to wait."""
_SECRET = frozenset({"authorization", "cookie"})


def agent(version: str, contact: str) -> str:
    """The User-Agent, as RFC 9110 10.1.5 has it: the contact as a comment, without what could end the comment or the
    line."""
    plain = "".join(c for c in contact if " " <= c <= "~" and c not in "()\\")[:200].strip()
    return f"Bridge/{version} (+{plain})" if plain else f"Bridge/{version}"


def for_next(sent: Mapping[str, str], at: Address, onward: Address) -> dict[str, str]:
    """The headers that go with a redirect: what is secret stays with the host it was meant for, and encrypted where it
    was."""
    upgraded = (at.scheme, at.port, onward.scheme, onward.port) == ("http", 80, "https", 443)
    same = (at.scheme, at.port) == (onward.scheme, onward.port)
    if at.host == onward.host and (same or upgraded):
        return dict(sent)
    return {name: value for name, value in sent.items() if name.lower() not in _SECRET}


def read_headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Names in small letters; what came several times is joined as RFC 9110 5.2 allows; cookies are left out."""
    read: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        if key != "set-cookie":
            read[key] = f"{read[key]}, {text}" if key in read else text
    return read


def read_type(header: str) -> tuple[str, str]:
    """From a Content-Type to the type and the charset, "" where none is told."""
    mime, *parameters = header.split(";")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return mime.strip().lower(), value.strip(" \t\"'").lower()
    return mime.strip().lower(), ""


def refusal(host: str, status: int, headers: Mapping[str, str], now: datetime) -> errors.SourceFailure:
    """What it means that neither 200 nor 304 came."""
    wait = read_wait(headers.get("retry-after", ""), now)
    match status:
        case 429:
            told = (wait, *(read_reset(headers.get(name, ""), now) for name in _RESETS))
            seconds = next((one for one in told if one is not None), _UNTOLD)
            return errors.SourceThrottled(seconds=seconds, host=host)
        case 503 if wait is not None:
            return errors.SourceThrottled(seconds=wait, host=host)
        case 401 | 403:
            return errors.SourceLocked(host=host, status=status)
        case 404:
            return errors.SourceMissing(host=host)
        case 410:
            return errors.SourceGone(host=host)
        case _:
            return errors.SourceAnswered(host=host, status=status)


def read_wait(told: str, now: datetime) -> float | None:
    """Seconds out of Retry-After, which holds seconds or a date (RFC 9110 10.2.3): between one second and a day. None
    for anything else."""
    told = told.strip()
    if told.isascii() and told.isdigit() and len(told) < 20:
        return min(max(float(told), 1.0), _DAY)
    try:
        at = parsedate_to_datetime(told)
        seconds = (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(seconds, 1.0), _DAY)


def read_reset(told: str, now: datetime) -> float | None:
    """The same out of RateLimit-Reset (draft-ietf-httpapi-ratelimit-headers-07: seconds) and X-RateLimit-Reset, which
    also holds seconds since 1970 or, as Mastodon writes it, a moment in ISO 8601."""
    told = told.partition(",")[0].strip()
    if told.isascii() and told.isdigit() and len(told) < 20:
        seconds = float(told)
        return min(max(seconds - now.timestamp() if seconds >= _SINCE_1970 else seconds, 1.0), _DAY)
    try:
        at = datetime.fromisoformat(told)
        seconds = (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 1.0), _DAY)
