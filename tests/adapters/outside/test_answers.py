"""What an answer means, and what a request says of us."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.adapters._outside.answer import agent, for_next, read_headers, read_reset, read_type, read_wait, refusal
from bridge.adapters._outside.guard import read_address
from bridge.adapters._outside.http import Fetcher
from bridge.model import errors
from bridge.model.clock import FixedClock
from tests.fakes.outside import Page, Web

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

REFUSALS = [
    (401, errors.SourceLocked),
    (403, errors.SourceLocked),
    (404, errors.SourceMissing),
    (410, errors.SourceGone),
    (429, errors.SourceThrottled),
    *((status, errors.SourceAnswered) for status in (201, 204, 206, 300, 400, 402, 407, 418, 451, 500, 502, 503, 999)),
]


@pytest.mark.parametrize(("status", "kind"), REFUSALS)
async def test_every_status_has_its_meaning(web: Web, status: int, kind: type[errors.SourceFailure]) -> None:
    web.on("/feed", Page(b"sorry", status=status))

    with pytest.raises(errors.SourceFailure) as caught:
        await web.fetcher().get(web.url("/feed?token=s3cret"), accept="*/*", types=("text/",))

    assert type(caught.value) is kind
    assert caught.value.params["host"] == "blog.test"
    assert "s3cret" not in f"{caught.value!r} {caught.value.params}"


WAITS = [
    ("120", 120.0),
    (" 120 ", 120.0),
    ("0", 1.0),
    ("999999999999", 86_400.0),
    ("Mon, 02 Mar 2026 08:05:00 GMT", 300.0),
    ("Monday, 02-Mar-26 08:05:00 GMT", 300.0),
    ("Mon, 02 Mar 2026 08:05:00 -0000", 300.0),
    ("Sun, 01 Mar 2026 08:05:00 GMT", 1.0),
    ("Mon, 02 Mar 2027 08:05:00 GMT", 86_400.0),
    *((garbage, None) for garbage in ("", "soon", "-5", "1e3", "12.5", "٣", "9" * 30, "Mon, 99 Xyz 2026 99:99:99 GMT")),
    *((garbage, None) for garbage in ("Mon, 02 Mar 99999999 08:05:00 GMT", "0x10", "1 2", "\x00")),
]


@pytest.mark.parametrize(("told", "seconds"), WAITS)
def test_patience_is_asked_for_in_seconds_or_by_a_date_and_at_most_a_day(told: str, seconds: float | None) -> None:
    assert read_wait(told, NOW) == seconds


@given(st.text())
def test_whatever_is_asked_for_is_bounded(told: str) -> None:
    wait = read_wait(told, NOW)

    assert wait is None or 1 <= wait <= timedelta(days=1).total_seconds()


@pytest.mark.parametrize("status", [429, 503])
async def test_a_host_that_asks_for_patience_is_given_it(web: Web, status: int) -> None:
    web.on("/feed", Page(status=status, headers={"Retry-After": "Mon, 02 Mar 2026 08:05:00 GMT"}))

    with pytest.raises(errors.SourceThrottled) as caught:
        await web.fetcher(clock=FixedClock(NOW)).get(web.url("/feed"), accept="*/*", types=("text/",))

    assert (caught.value.seconds, caught.value.params) == (300.0, {"host": "blog.test"})


def test_too_many_requests_without_a_time_is_a_quarter_of_an_hour() -> None:
    failure = refusal("example.org", 429, {"retry-after": "soon"}, NOW)

    assert isinstance(failure, errors.SourceThrottled)
    assert failure.seconds == 900


RESETS = [
    ({"ratelimit-reset": "120"}, 120.0),
    ({"ratelimit-reset": "120, 3600"}, 120.0),
    ({"ratelimit-reset": str(int(NOW.timestamp()) + 60)}, 60.0),
    ({"x-ratelimit-reset": "2026-03-02T08:05:00.000000Z"}, 300.0),
    ({"x-ratelimit-reset": "2026-03-02T10:05:00+02:00"}, 300.0),
    ({"x-ratelimit-reset": str(int(NOW.timestamp()) + 60)}, 60.0),
    ({"x-ratelimit-reset": "2027-03-02T08:05:00Z"}, 86_400.0),
    ({"x-ratelimit-reset": "2026-03-02T07:05:00Z"}, 1.0),
    ({"retry-after": "30", "x-ratelimit-reset": "2026-03-02T08:05:00Z"}, 30.0),
    *(({"x-ratelimit-reset": garbage}, 900.0) for garbage in ("", "soon", "-5", "9" * 30, "2026-99-99")),
]


@pytest.mark.parametrize(("headers", "seconds"), RESETS)
def test_too_many_requests_may_tell_when_the_count_begins_anew(headers: dict[str, str], seconds: float) -> None:
    failure = refusal("example.org", 429, headers, NOW)

    assert isinstance(failure, errors.SourceThrottled)
    assert failure.seconds == seconds


@given(st.text() | st.datetimes().map(str))
def test_whenever_the_count_begins_anew_the_wait_is_bounded(told: str) -> None:
    wait = read_reset(told, NOW)

    assert wait is None or 1 <= wait <= timedelta(days=1).total_seconds()


TYPES = [
    ("text/html", ("text/html", "")),
    ("Text/HTML; Charset=UTF-8", ("text/html", "utf-8")),
    (' text/html ; a=b ; charset = "ISO-8859-1" ', ("text/html", "iso-8859-1")),
    ("text/html; charset='utf-8'; charset=x", ("text/html", "utf-8")),
    ("text/html; charset", ("text/html", "")),
    ("", ("", "")),
    (";", ("", "")),
]


@pytest.mark.parametrize(("header", "read"), TYPES)
def test_a_content_type_is_read(header: str, read: tuple[str, str]) -> None:
    assert read_type(header) == read


@pytest.mark.parametrize("mime", ["image/png", "application/octet-stream", "text/htm", "x", "application/gzip"])
async def test_a_type_that_is_not_on_the_list_is_not_taken(web: Web, mime: str) -> None:
    web.on("/feed", Page(b"x", mime=mime))

    with pytest.raises(errors.SourceStrange):
        await web.fetcher().get(web.url("/feed"), accept="*/*", types=("text/html", "application/rss"))


@pytest.mark.parametrize("mime", ["text/html", "TEXT/HTML; charset=utf-8", "application/rss+xml", ""])
async def test_a_type_on_the_list_or_none_is_taken(web: Web, mime: str) -> None:
    web.on("/feed", Page(b"x", mime=mime))

    assert (
        await web.fetcher().get(web.url("/feed"), accept="*/*", types=("text/html", "application/rss"))
    ).body == b"x"


def test_headers_that_come_twice_are_one_and_cookies_none() -> None:
    raw = [(b"Link", b"<a>"), (b"LINK", b"<b>"), (b"Set-Cookie", b"a=b"), (b"ETag", b'"\xe4"')]

    assert read_headers(raw) == {"link": "<a>, <b>", "etag": '"\u00e4"'}


async def test_a_request_says_who_asks(web: Web) -> None:
    web.on("/feed", Page(b"x"))

    await web.fetcher().get(web.url("/feed"), accept="text/html", types=("text/",))

    sent = web.asked[0].headers
    assert sent["user-agent"].startswith("Bridge/")
    assert sent["user-agent"].endswith(" (+admin@example.org)")
    assert sent["accept"] == "text/html"
    assert sent["host"] == f"blog.test:{web.port}"


def test_nobody_is_named_where_no_contact_is_set() -> None:
    assert agent("1.2", "") == "Bridge/1.2"


@given(st.text())
def test_a_contact_stays_within_its_brackets(contact: str) -> None:
    said = agent("1.2", contact)

    assert said.isascii()
    assert said.isprintable()
    assert said.count("(") == said.count(")") <= 1


def test_a_contact_puts_no_header_of_its_own_in() -> None:
    assert agent("1.2", "a@example.org)\r\nX-Evil: (1\n") == "Bridge/1.2 (+a@example.orgX-Evil: 1)"


NEXT = [
    ("http://example.org/", "http://example.org/b", True),
    ("https://example.org/", "https://example.org/b", True),
    ("http://example.org/", "https://example.org/", True),
    ("https://example.org/", "http://example.org/", False),
    ("https://example.org/", "https://www.example.org/", False),
    ("https://example.org/", "https://example.org.evil.example/", False),
    ("https://example.org/", "https://example.org:8443/", False),
    ("http://example.org:8080/", "https://example.org/", False),
    ("http://example.org/", "https://example.org:80/", False),
]


@pytest.mark.parametrize(("at", "onward", "kept"), NEXT)
def test_a_secret_goes_where_it_was_meant_to_and_encrypted_where_it_was(at: str, onward: str, kept: bool) -> None:
    sent = {"Accept": "*/*", "AUTHORIZATION": "Bearer s3cret"}

    following = for_next(sent, read_address(at), read_address(onward))

    assert ("AUTHORIZATION" in following) is kept
    assert following["Accept"] == "*/*"


async def test_closing_is_allowed_at_any_time() -> None:
    fetcher = Fetcher(Web(["blog.test"]).outside)

    await fetcher.close()
    await fetcher.close()
