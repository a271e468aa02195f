"""What Discord's answers tell of limits; that the SDK's own HTTP client lets us hear it in time, and keeps out of it.
How well the pace holds against limits is tests/pacing's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import discord
import pytest
from aiohttp import web
from discord.http import HTTPClient, Route
from multidict import CIMultiDict

from bridge.adapters.discord.rest.errors import failure_of
from bridge.adapters.discord.rest.pace import Heard, Pace, Seen, let_alone, read_head, trace
from bridge.model.clock import FixedClock, SystemClock
from bridge.model.errors import NotYet, Throttled, Uncertain
from bridge.model.pace.told import LONGEST

MESSAGES = "/channels/{channel_id}/messages"


def head(status: int = 200, **headers: str) -> Heard:
    return read_head(status, CIMultiDict({name.replace("_", "-"): value for name, value in headers.items()}))


def left_over(remaining: int, reset_after: float) -> Heard:
    return head(X_RateLimit_Limit="5", X_RateLimit_Remaining=str(remaining), X_RateLimit_Reset_After=str(reset_after))


# What an answer tells


def test_an_answer_tells_how_many_are_left_and_when_there_are_more() -> None:
    heard = head(X_RATELIMIT_REMAINING="3", X_RATELIMIT_RESET_AFTER="4.25")

    assert (heard.status, heard.remaining, heard.reset_after, heard.retry_after) == (200, 3, 4.25, 0)


def test_an_answer_that_is_not_counted_tells_nothing() -> None:
    assert head(204) == Heard(204)


def test_a_429_tells_whose_limit_it_was_and_how_long() -> None:
    told = {"Via": "1.1 google", "Retry_After": "1337", "X_RateLimit_Remaining": "9", "X_RateLimit_Reset_After": "64.5"}

    assert head(429, **told, X_RateLimit_Scope="shared") == Heard(429, 0, 64.5, 1337, "shared")
    assert head(429, **told, X_RateLimit_Global="true").scope == "global"
    assert head(429, **told, X_RateLimit_Scope="global").scope == "global"


def test_a_429_that_did_not_come_through_discords_proxy_is_a_ban() -> None:
    assert head(429, Retry_After="300") == Heard(429, 0, 0, 300, banned=True)
    assert head(429).retry_after == 60


ODD = ["", "soon", "-1", "nan", "-inf", "Wed, 21 Oct 2026 07:28:00 GMT"]


@pytest.mark.parametrize("odd", ODD)
def test_what_cannot_be_read_counts_as_not_told(odd: str) -> None:
    heard = head(X_RateLimit_Remaining=odd, X_RateLimit_Reset_After=odd)

    assert (heard.remaining, heard.reset_after) == (None, 0)
    assert head(429, Via="1.1 google", Retry_After=odd, X_RateLimit_Reset_After=odd).retry_after == 5


@pytest.mark.parametrize("huge", ["1e9", "inf", "1" * 400])
def test_nobody_is_silenced_for_years(huge: str) -> None:
    assert head(429, Via="1.1 google", Retry_After=huge).retry_after == LONGEST


# When the next may go out


def ask(pace: Pace, heard: Heard, key: str = "POST /a:5", posts: bool = True) -> None:
    with pace.watch(key, posts=posts):
        pace.hear(heard)


def test_nobody_posts_beyond_the_last_request_of_a_place(clock: FixedClock) -> None:
    pace = Pace(clock)
    ask(pace, left_over(1, 3.5))
    ask(pace, left_over(0, 3.5))

    with pytest.raises(NotYet) as told:
        ask(pace, left_over(0, 3.5))
    assert told.value.params["seconds"] == 3.5
    ask(pace, left_over(4, 5), key="POST /a:6")

    clock.advance(seconds=3.5)
    ask(pace, left_over(4, 5))


def test_whoever_comes_just_in_time_is_let_through(clock: FixedClock) -> None:
    """The pacer's requests arrive just as there are more: they go out a round trip earlier."""
    pace = Pace(clock)
    with pace.watch("POST /a:5", posts=True) as seen:
        clock.advance(seconds=0.07)
        pace.hear(left_over(0, 3.5))

    clock.advance(seconds=3.43)

    assert seen.hint.wait == 3.5
    ask(pace, left_over(4, 5))


def test_what_is_no_post_may_take_the_last_one(clock: FixedClock) -> None:
    """Whoever only reads, or may simply ask again, loses nothing by a late answer."""
    pace = Pace(clock)

    ask(pace, left_over(1, 3.5), posts=False)
    ask(pace, left_over(0, 3.5), posts=False)


@pytest.mark.parametrize("posts", [True, False])
def test_after_a_429_nobody_asks_there_before_discord_listens(clock: FixedClock, posts: bool) -> None:
    pace = Pace(clock)
    ask(pace, head(429, Via="1.1 google", Retry_After="7"), posts=posts)

    clock.advance(seconds=6.5)
    with pytest.raises(Throttled) as told:
        ask(pace, left_over(4, 5), posts=posts)
    assert told.value.params["seconds"] == 0.5

    clock.advance(seconds=0.5)
    ask(pace, left_over(4, 5), posts=posts)


def test_places_that_are_open_again_are_forgotten(clock: FixedClock) -> None:
    pace = Pace(clock)
    for number in range(5_000):
        ask(pace, left_over(0, 0.5), key=f"POST /a:{number}")
        clock.advance(seconds=0.01)

    assert len(pace._closed) <= 1_000


def test_everybody_who_listens_is_told_each_answer(clock: FixedClock) -> None:
    first, second = list[Heard](), list[Heard]()
    pace = Pace(clock, first.append, second.append)

    pace.hear(Heard(403))
    ask(pace, Heard(200))

    assert first == second == [Heard(403), Heard(200)]


# With the SDK's own HTTP client


@dataclass
class Loopback:
    """An API that answers as told: `answers` by path, the next first; 200 with an empty object when there is none."""

    http: HTTPClient
    pace: Pace
    base: str
    heard: list[Heard] = field(default_factory=list)
    answers: dict[str, list[web.Response]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    gather: asyncio.Barrier | None = None

    def will(self, channel: str, status: int = 200, body: str = "{}", **headers: str) -> None:
        told = {"Content-Type": "application/json", "Via": "1.1 google"}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        path = f"/api/v10/channels/{channel}/messages"
        self.answers.setdefault(path, []).append(web.Response(status=status, body=body.encode(), headers=told))

    def hear(self, heard: Heard) -> None:
        self.heard.append(heard)

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(f"{request.method} {request.path}")
        waiting = self.answers.get(request.path)
        if self.gather is not None:
            await self.gather.wait()
        return waiting.pop(0) if waiting else web.Response(body=b"{}", headers={"Content-Type": "application/json"})

    async def post(self, channel: str, posts: bool = True, paced: bool = False) -> tuple[Any, Seen]:
        """As api.py asks."""
        route = Route("POST", MESSAGES, channel_id=channel)
        with self.pace.watch(f"{route.key}:{route.major_parameters}", posts, paced) as seen:
            return await self.http.request(route, json={"content": "Hello"}), seen


@pytest.fixture
async def loopback(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Loopback]:
    app, told = web.Application(), list[Loopback]()

    async def answer(request: web.Request) -> web.Response:
        return await told[0].answer(request)

    pace = Pace(SystemClock(), lambda heard: told[0].hear(heard))
    http = HTTPClient(asyncio.get_running_loop(), http_trace=trace(pace), max_ratelimit_timeout=30)
    let_alone(http)
    runner = web.AppRunner(app)
    app.router.add_route("*", "/{path:.*}", answer)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    monkeypatch.setattr(Route, "BASE", f"{base}/api/v10")
    told.append(Loopback(http, pace, base))
    await http.static_login("a" * 20)
    told[0].asked.clear()
    told[0].heard.clear()
    yield told[0]
    await http.close()
    await runner.cleanup()


@dataclass
class Sleep:
    """Stands for `asyncio.sleep` where it is for seconds: who calls it waits for `over`."""

    asked: list[float] = field(default_factory=list)
    began: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)


@pytest.fixture
def sleep(monkeypatch: pytest.MonkeyPatch) -> Sleep:
    sleep, really = Sleep(), asyncio.sleep

    async def pretend(seconds: float, result: Any = None) -> Any:
        if seconds < 0.5:
            return await really(seconds, result)
        sleep.asked.append(seconds)
        sleep.began.set()
        await sleep.over.wait()
        return result

    monkeypatch.setattr(asyncio, "sleep", pretend)
    return sleep


async def test_an_answer_is_heard_before_the_request_returns(loopback: Loopback, sleep: Sleep) -> None:
    """With the last one taken, the SDK sleeps until there are more before it hands the answer on."""
    loopback.will("5", X_RateLimit_Limit="5", X_RateLimit_Remaining="0", X_RateLimit_Reset_After="20")

    request = asyncio.create_task(loopback.post("5", posts=False))
    await sleep.began.wait()

    assert loopback.heard == [Heard(200, 0, 20.0)]
    assert sleep.asked == [20.0]
    assert not request.done()
    sleep.over.set()
    await request


@pytest.mark.parametrize(("posts", "paced"), [(True, False), (False, True)])
async def test_the_answer_to_a_paced_request_is_never_kept_back(
    loopback: Loopback, sleep: Sleep, posts: bool, paced: bool
) -> None:
    loopback.will("5", body='{"id": "9"}', X_RateLimit_Remaining="0", X_RateLimit_Reset_After="20")

    async with asyncio.timeout(5):
        answer, seen = await loopback.post("5", posts, paced)

    assert answer == {"id": "9"}
    assert sleep.asked == []
    assert seen.hint.wait == 20
    with pytest.raises(NotYet):
        await loopback.post("5", posts, paced)
    assert len(loopback.asked) == 1


async def test_each_request_hears_its_own_answer_however_many_there_are(loopback: Loopback) -> None:
    loopback.gather = asyncio.Barrier(30)
    for number in range(30):
        loopback.will(str(number), X_RateLimit_Remaining=str(number + 2), X_RateLimit_Reset_After="5")

    seen = [seen for _, seen in await asyncio.gather(*(loopback.post(str(number)) for number in range(30)))]

    assert [one.heard and one.heard.remaining for one in seen] == [number + 2 for number in range(30)]


@pytest.mark.parametrize("seconds", [2, 31])
@pytest.mark.parametrize("posts", [True, False])
async def test_a_429_is_told_at_once_and_sat_out_by_nobody(
    loopback: Loopback, sleep: Sleep, seconds: int, posts: bool
) -> None:
    body = f'{{"retry_after": {seconds}.0, "global": false, "message": ""}}'
    loopback.will("5", 429, body, Retry_After=str(seconds), X_RateLimit_Scope="user")

    async with asyncio.timeout(5):
        with pytest.raises(discord.RateLimited) as told:
            await loopback.post("5", posts)

    assert told.value.retry_after == seconds
    assert sleep.asked == []
    assert loopback.asked == ["POST /api/v10/channels/5/messages"]
    with pytest.raises(Throttled):
        await loopback.post("5", posts)
    assert len(loopback.asked) == 1


async def test_a_long_window_is_used_up_though_the_sdk_would_let_one_through(loopback: Loopback, sleep: Sleep) -> None:
    """Its own bound: of a window of more than 30 seconds it lets one request through, whatever is left of it."""
    for left in (9, 8, 7):
        loopback.will("5", X_RateLimit_Limit="10", X_RateLimit_Remaining=str(left), X_RateLimit_Reset_After="60")
    await loopback.post("5")
    await loopback.post("5")

    await loopback.post("5", posts=False)
    with pytest.raises(discord.RateLimited):
        await loopback.post("5", posts=False)

    assert len(loopback.asked) == 3


async def test_a_limit_for_the_whole_bot_never_hangs_the_sdk(loopback: Loopback, sleep: Sleep) -> None:
    """Cancelled while it sleeps such a limit out, the SDK would make no request ever again."""
    body = '{"retry_after": 20.0, "global": true, "message": ""}'
    loopback.will("5", 429, body, Retry_After="20", X_RateLimit_Scope="global", X_RateLimit_Global="true")

    first = asyncio.create_task(loopback.post("5"))
    asleep = asyncio.create_task(sleep.began.wait())
    await asyncio.wait([first, asleep], return_when=asyncio.FIRST_COMPLETED)
    first.cancel()
    asleep.cancel()
    await asyncio.gather(first, asleep, return_exceptions=True)

    async with asyncio.timeout(5):
        await loopback.post("6")
    assert loopback.heard[0].scope == "global"


async def test_what_would_show_twice_is_asked_once(loopback: Loopback, sleep: Sleep) -> None:
    loopback.will("5", 502)

    async with asyncio.timeout(5):
        with pytest.raises(discord.DiscordServerError) as told:
            await loopback.post("5")

    assert len(loopback.asked) == 1
    assert sleep.asked == []
    assert isinstance(failure_of(told.value, posts=True), Uncertain)


async def test_what_may_be_asked_again_the_sdk_asks_again(loopback: Loopback, sleep: Sleep) -> None:
    loopback.will("5", 502)
    sleep.over.set()

    await loopback.post("5", posts=False)

    assert len(loopback.asked) == 2


async def test_a_ban_is_heard_as_one(loopback: Loopback) -> None:
    loopback.will("5", 429, "<html>", Content_Type="text/html")
    del loopback.answers["/api/v10/channels/5/messages"][0].headers["Via"]

    with pytest.raises(discord.RateLimited):
        await loopback.post("5")

    assert loopback.heard == [Heard(429, 0, 0.0, 60.0, banned=True)]


async def test_what_is_not_the_api_is_nobodys_business(loopback: Loopback) -> None:
    await loopback.http.get_from_cdn(f"{loopback.base}/attachments/1/a.png")

    assert loopback.heard == []


async def test_an_interactions_own_token_is_told_apart(loopback: Loopback) -> None:
    for path in ("/webhooks/{webhook_id}/{webhook_token}", "/interactions/{webhook_id}/{webhook_token}/callback"):
        await loopback.http.request(Route("POST", path, webhook_id="1", webhook_token="t"))
    await loopback.http.request(Route("GET", "/users/@me"))

    assert [heard.by_token for heard in loopback.heard] == [False, False, True]


async def test_nobody_watches_once_the_request_is_over(loopback: Loopback) -> None:
    loopback.will("5", X_RateLimit_Remaining="3", X_RateLimit_Reset_After="5")
    _, seen = await loopback.post("5")
    before = seen.heard

    await loopback.http.request(Route("GET", "/users/@me"))

    assert before is not None
    assert seen.heard is before
