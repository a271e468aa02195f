"""The fake Mastodon refuses what the real one refuses, and pages as it does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bridge.model.clock import FixedClock
from tests.fakes.mastodon import FAULTS, MONDAY, FakeMastodon, Toot
from tests.fakes.mastodon import tables as mastodon_tables

Answer = tuple[int, Any, Any]


@pytest.fixture
async def server() -> AsyncIterator[FakeMastodon]:
    async with FakeMastodon(FixedClock(MONDAY), ids=iter(range(98, 1_000))) as made:
        made.person("ana", "Ana")
        yield made


@pytest.fixture
def toots(server: FakeMastodon) -> list[Toot]:
    """98 to 102."""
    return [server.post(server.people["100"], f"{number} #tag") for number in range(5)]


async def get(server: FakeMastodon, path: str, token: str = "", etag: str = "") -> Answer:
    headers = {name: value for name, value in (("Authorization", token), ("If-None-Match", etag)) if value}
    async with aiohttp.ClientSession() as http, http.get(server.root + path, headers=headers) as answer:
        raw = await answer.text()
        told = await answer.json(content_type=None) if raw else None
        return answer.status, told, answer.headers


STATUSES = "/api/v1/accounts/100/statuses"
REFUSED = [
    ("/api/v1/accounts/lookup?acct=bo", 404, "Record not found"),
    ("/api/v1/accounts/lookup", 404, "Record not found"),
    ("/api/v1/accounts/999", 404, "Record not found"),
    ("/api/v1/accounts/abc", 404, "Record not found"),
    ("/api/v1/accounts/999/statuses", 404, "Record not found"),
    ("/api/v1/statuses/999", 404, "Record not found"),
    (f"{STATUSES}?limit=41", 400, "limit is from 1 to 40"),
    (f"{STATUSES}?limit=0", 400, "limit is from 1 to 40"),
    (f"{STATUSES}?limit=-1", 400, "limit is from 1 to 40"),
    (f"{STATUSES}?limit=x", 400, "limit is from 1 to 40"),
    (f"{STATUSES}?min_id=x", 400, "min_id is no id"),
    (f"{STATUSES}?page=2", 400, "unknown parameter page"),
    (f"{STATUSES}?tagged=x", 501, "the fake does not play tagged"),
    ("/api/v1/timelines/tag/tag?exclude_reblogs=1", 400, "unknown parameter exclude_reblogs"),
    ("/api/v1/statuses/98?limit=1", 400, "unknown parameter limit"),
]


@pytest.mark.parametrize(("path", "status", "sentence"), REFUSED)
async def test_what_is_wrong_is_refused(
    server: FakeMastodon, toots: list[Toot], path: str, status: int, sentence: str
) -> None:
    got, told, _ = await get(server, path)

    assert (got, told) == (status, {"error": sentence})


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", [102, 101, 100, 99, 98]),
        ("?limit=2", [102, 101]),
        ("?limit=2&max_id=101", [100, 99]),
        ("?limit=2&since_id=98", [102, 101]),
        ("?limit=2&min_id=98", [100, 99]),
        ("?limit=2&min_id=98&max_id=100", [99]),
        ("?min_id=0&limit=3", [100, 99, 98]),
        ("?min_id=102", []),
        ("?since_id=100", [102, 101]),
    ],
)
@pytest.mark.parametrize("path", [STATUSES, "/api/v1/timelines/tag/Tag"])
async def test_pages_hold_what_the_real_ones_hold(
    server: FakeMastodon, toots: list[Toot], path: str, query: str, ids: list[int]
) -> None:
    _, told, _ = await get(server, path + query)

    assert [int(one["id"]) for one in told] == ids


async def test_links_lead_on_and_back(server: FakeMastodon, toots: list[Toot]) -> None:
    _, _, headers = await get(server, f"{STATUSES}?limit=2")

    base = f"https://social.example{STATUSES}?limit=2"
    assert headers["Link"] == f'<{base}&max_id=101>; rel="next", <{base}&min_id=102>; rel="prev"'


async def test_a_short_page_of_an_account_has_no_next(server: FakeMastodon, toots: list[Toot]) -> None:
    _, _, headers = await get(server, STATUSES)

    assert 'rel="next"' not in headers["Link"]


async def test_filters_leave_out_what_they_name(server: FakeMastodon, toots: list[Toot]) -> None:
    ana, bo = server.people["100"], server.person("bo", domain="b.example")
    theirs = server.post(bo, "x #tag")
    server.post(ana, "@bo", reply_to=theirs)
    server.boost(ana, theirs)
    thread = server.post(ana, "…", reply_to=toots[0])
    server.pin(toots[1])

    _, kept, _ = await get(server, f"{STATUSES}?exclude_replies=true&exclude_reblogs=true&limit=1")
    _, pinned, _ = await get(server, f"{STATUSES}?pinned=true")
    _, remote, _ = await get(server, "/api/v1/timelines/tag/tag?remote=true")

    assert [one["id"] for one in kept] == [thread.id]
    assert [one["id"] for one in pinned] == [toots[1].id]
    assert [one["id"] for one in remote] == [theirs.id]


async def test_what_is_private_is_not_there(server: FakeMastodon) -> None:
    hidden = server.post(server.people["100"], "x", visibility="private")

    assert (await get(server, f"/api/v1/statuses/{hidden.id}"))[0] == 404
    assert (await get(server, STATUSES))[1] == []


async def test_a_deleted_status_takes_its_boosts_along(server: FakeMastodon, toots: list[Toot]) -> None:
    boost = server.boost(server.person("bo"), toots[0])

    server.delete(toots[0])

    assert (await get(server, f"/api/v1/statuses/{boost.id}"))[0] == 404


async def test_a_suspended_account_is_an_empty_shell(server: FakeMastodon, toots: list[Toot]) -> None:
    server.suspend(server.people["100"])

    _, account, _ = await get(server, "/api/v1/accounts/100")
    assert (account["suspended"], account["display_name"]) == (True, "")
    assert (await get(server, STATUSES))[:2] == (200, [])
    assert (await get(server, "/.well-known/webfinger?resource=acct:ana@social.example"))[0] == 410


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("?resource=acct:bo@social.example", 404),
        ("?resource=ana", 404),
        ("?resource=acct:ana@x.example", 404),
    ],
)
async def test_webfinger_knows_its_own(server: FakeMastodon, query: str, status: int) -> None:
    assert (await get(server, f"/.well-known/webfinger{query}"))[0] == status


async def test_a_locked_server_knows_its_tokens(server: FakeMastodon) -> None:
    server.locked, server.tokens = True, {"good"}

    assert (await get(server, STATUSES))[1] == {"error": mastodon_tables.NO_USER}
    assert (await get(server, STATUSES, "Bearer bad"))[1] == {"error": mastodon_tables.BAD_TOKEN}
    assert (await get(server, STATUSES, "Bearer good"))[0] == 200


async def test_limits_are_told_and_kept(server: FakeMastodon) -> None:
    _, _, headers = await get(server, STATUSES)
    assert (headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"]) == ("300", "299")
    assert headers["X-RateLimit-Reset"] == "2026-11-23T10:05:00.000000Z"

    server.spend(left=1)
    assert (await get(server, STATUSES))[0] == 200
    status, told, headers = await get(server, STATUSES)
    assert (status, told, headers["X-RateLimit-Remaining"]) == (429, {"error": mastodon_tables.TOO_MANY}, "0")


async def test_paging_has_a_limit_of_its_own(server: FakeMastodon) -> None:
    server._used["paging", int(MONDAY.timestamp()) // 900] = 298

    _, _, headers = await get(server, f"{STATUSES}?min_id=1")

    assert (headers["X-RateLimit-Remaining"], headers["X-RateLimit-Reset"]) == ("1", "2026-11-23T10:15:00.000000Z")


async def test_what_did_not_change_is_not_sent_again(server: FakeMastodon, toots: list[Toot]) -> None:
    _, _, headers = await get(server, STATUSES)

    assert (await get(server, STATUSES, etag=headers["ETag"]))[0] == 304
    server.edit(toots[0], "new")
    assert (await get(server, STATUSES, etag=headers["ETag"]))[0] == 200


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault not in ("slow", "cut", "reset")])
async def test_a_fault_is_met_once(server: FakeMastodon, fault: str) -> None:
    server.fail(fault, path="/statuses")

    assert (await get(server, "/api/v1/accounts/100"))[0] == 200
    async with aiohttp.ClientSession() as http:
        first, second = await http.get(server.root + STATUSES), await http.get(server.root + STATUSES)
        assert first.status == (int(fault) if fault.isdigit() else 200)
        assert await second.json() == []


@pytest.mark.parametrize("fault", ["cut", "reset"])
async def test_a_connection_may_break(server: FakeMastodon, fault: str) -> None:
    server.fail(fault, times=2)  # this client asks again by itself

    with pytest.raises(aiohttp.ClientError):
        await get(server, STATUSES)
