"""Rate limits and faults of the fake of Discord, by the clock it was given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bridge.model.clock import FixedClock, SystemClock
from tests.fakes.discord import FakeDiscord, Fault
from tests.fakes.discord.raw import Raw, crew, raw

POST = "POST /channels/{channel_id}/messages"


@pytest.fixture
async def discord(time: FixedClock) -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord(time) as made:
        crew(made)
        yield made


@pytest.fixture
async def call(discord: FakeDiscord) -> AsyncIterator[Raw]:
    async with raw(discord) as made:
        yield made


async def test_five_messages_in_five_seconds_in_a_channel(discord: FakeDiscord, call: Raw, time: FixedClock) -> None:
    answers = [await call.post("300", content=str(n)) for n in range(5)]
    time.advance(seconds=1.5)
    held = await call.post("300", content="x")

    assert [a.headers["X-RateLimit-Remaining"] for a in answers] == ["4", "3", "2", "1", "0"]
    assert {a.headers["X-RateLimit-Limit"] for a in answers} == {"5"}
    assert answers[0].headers["X-RateLimit-Reset-After"] == "5.000"
    assert float(answers[0].headers["X-RateLimit-Reset"]) == discord.now() + 3.5
    assert held.status == 429
    assert held.body == {"message": "You are being rate limited.", "retry_after": 3.5, "global": False, "code": 0}
    assert (held.headers["Retry-After"], held.headers["X-RateLimit-Scope"]) == ("4", "user")
    assert held.headers["Via"] == "1.1 google"
    assert "X-RateLimit-Global" not in held.headers
    time.advance(seconds=3.5)
    assert (await call.post("300", content="x")).status == 200
    assert len(discord.messages("300")) == 6


async def test_each_channel_and_each_route_has_its_own(discord: FakeDiscord, call: Raw) -> None:
    for n in range(5):
        await call.post("300", content=str(n))

    assert (await call.post("310", content="x")).status == 200
    assert (await call("GET", "/channels/300/messages")).status == 200
    assert (await call.post("300", content="x")).status == 429


async def test_all_buckets_have_a_name(call: Raw) -> None:
    first, second = [await call.post(channel, content="x") for channel in ("300", "310")]
    read = await call("GET", "/channels/300/messages")

    assert first.headers["X-RateLimit-Bucket"] == second.headers["X-RateLimit-Bucket"]
    assert first.headers["X-RateLimit-Bucket"] != read.headers["X-RateLimit-Bucket"]


async def test_a_limit_is_set_by_the_test(discord: FakeDiscord, call: Raw) -> None:
    discord.limits.rate("GET /users/@me", 1, 60.0)

    assert [(await call("GET", "/users/@me")).status for _ in range(2)] == [200, 429]


async def test_limits_may_be_off(discord: FakeDiscord, call: Raw) -> None:
    discord.limits.enforce = False

    answers = [await call.post("300", content=str(n)) for n in range(7)]

    assert {(a.status, a.headers["X-RateLimit-Remaining"]) for a in answers} == {(200, "4")}


async def test_the_global_limit_counts_all_but_interactions(discord: FakeDiscord, call: Raw, time: FixedClock) -> None:
    discord.limits.globally = (2, 1.0)
    await call("GET", "/users/@me")
    await call("GET", "/gateway/bot")

    held = await call("GET", "/users/@me/guilds")
    free = await call("GET", f"/webhooks/{discord.bot.id}/none/messages/@original")

    assert (held.status, held.body["global"], held.headers["X-RateLimit-Scope"]) == (429, True, "global")
    assert held.headers["X-RateLimit-Global"] == "true"
    assert free.code == 10015
    time.advance(seconds=1)
    assert (await call("GET", "/users/@me/guilds")).status == 200


async def test_with_the_clock_of_the_machine_limits_pass_by_themselves() -> None:
    async with FakeDiscord(SystemClock()) as discord:
        crew(discord)
        discord.limits.rate("GET /users/@me", 1, 0.05)
        async with raw(discord) as call:
            assert [(await call("GET", "/users/@me")).status for _ in range(2)] == [200, 429]

            await asyncio.sleep(0.06)

            assert (await call("GET", "/users/@me")).status == 200


async def test_invalid_requests_are_counted(discord: FakeDiscord, call: Raw) -> None:
    """401, 403 and 429; a shared 429 is nobody's fault (topics/rate-limits#invalid-request-limit)."""
    await call("GET", "/channels/301")
    await call("GET", "/channels/999")
    discord.faults.next("GET /users/@me", Fault.RATE(1), Fault.RATE(1, "shared"), Fault.CLOUDFLARE)
    for _ in range(3):
        await call("GET", "/users/@me")
    call.token = "wrong"
    await call("GET", "/users/@me")

    assert discord.invalid == {403: 1, 429: 2, 401: 1}


@pytest.mark.parametrize(
    ("scope", "globally", "message"),
    [
        ("user", False, "You are being rate limited."),
        ("global", True, "You are being rate limited."),
        ("shared", False, "The resource is being rate limited."),
    ],
)
async def test_a_429_says_whose_limit_it_is(
    discord: FakeDiscord, call: Raw, scope: str, globally: bool, message: str
) -> None:
    discord.faults.next(POST, Fault.RATE(2.5, scope))

    held = await call.post("300", content="x")

    assert (held.status, held.headers["X-RateLimit-Scope"], held.headers["Retry-After"]) == (429, scope, "3")
    assert held.body == {"message": message, "retry_after": 2.5, "global": globally, "code": 0}
    assert held.headers["Via"]
    assert discord.messages("300") == []
    assert (await call.post("300", content="x")).status == 200


async def test_cloudflare_answers_with_a_page(discord: FakeDiscord, call: Raw) -> None:
    discord.faults.next(POST, Fault.CLOUDFLARE)

    held = await call.post("300", content="x")

    assert (held.status, "Via" in held.headers, "X-RateLimit-Scope" in held.headers) == (429, False, False)
    assert held.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(("done", "stands"), [(True, 1), (False, 0)])
@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_server_error_is_a_page(discord: FakeDiscord, call: Raw, status: int, done: bool, stands: int) -> None:
    discord.faults.next(POST, Fault.HTTP(status, done=done))

    assert (await call.post("300", content="x")).status == status
    assert len(discord.messages("300")) == stands


@pytest.mark.parametrize(
    ("fault", "error", "stands"),
    [
        (Fault.RESET_AFTER_ACCEPT, aiohttp.ClientOSError, 1),
        (Fault.RESET, aiohttp.ClientOSError, 0),
        (Fault.HANG_UP_AFTER_ACCEPT, aiohttp.ServerDisconnectedError, 1),
        (Fault.HANG_UP, aiohttp.ServerDisconnectedError, 0),
    ],
)
async def test_a_line_may_be_cut_after_the_message_stands(
    discord: FakeDiscord, call: Raw, fault: Fault, error: type[Exception], stands: int
) -> None:
    discord.faults.next(POST, fault)

    with pytest.raises(error):
        await call.post("300", content="x")

    assert len(discord.messages("300")) == stands
    assert [c.seen for c in discord.called(POST)] == [0]


async def test_an_answer_may_be_slow_or_no_json(discord: FakeDiscord, call: Raw) -> None:
    discord.faults.next(POST, Fault.SLOW(0.05))
    clock = asyncio.get_running_loop().time
    begun = clock()
    assert (await call.post("300", content="x")).status == 200
    assert clock() - begun >= 0.05

    discord.faults.next(POST, Fault.WRONG_JSON_DONE, Fault.WRONG_JSON)
    for _ in range(2):
        with pytest.raises(ValueError, match="Unterminated"):
            await call.post("300", content="x")
        assert len(discord.messages("300")) == 2


async def test_a_fault_may_be_discords_own_error(discord: FakeDiscord, call: Raw) -> None:
    discord.faults.next("*", Fault.ERROR(50001), times=2)

    assert (await call("GET", "/users/@me")).code == 50001
    assert (await call.post("300", content="x")).status == 403
    assert discord.faults.left == 0


async def test_a_fault_for_a_route_that_is_not_there_is_a_mistake(discord: FakeDiscord) -> None:
    with pytest.raises(AssertionError, match="no route"):
        discord.faults.next("POST /channels/{id}/messages", Fault.RESET)
    with pytest.raises(AssertionError, match="no route"):
        discord.called("POST /messages")


async def test_calls_are_kept(discord: FakeDiscord, call: Raw) -> None:
    await call("POST", "/channels/300/messages", {"content": "x"}, files=[("a.png", b"png")])

    (one,) = discord.called(POST)
    assert (one.method, one.template, one.ids) == ("POST", "/channels/{channel_id}/messages", {"channel_id": "300"})
    assert (one.json, one.status, one.answer["content"]) == ({"content": "x"}, 200, "x")
    assert [(f.filename, f.content) for f in one.files] == [("a.png", b"png")]
