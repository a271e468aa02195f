"""One bot's REST API: asked once, counted, and never while there is no sense in it. What failures mean is `errors`',
when the next request may go out `pace`'s and `breaker`'s."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from discord.http import Route

from bridge.adapters.discord import Settings
from bridge.adapters.discord.rest import api as module
from bridge.adapters.discord.rest import breaker
from bridge.adapters.discord.rest.api import MOST, Api, Attached, Identity, identity_in, open_api, opened
from bridge.adapters.discord.rest.errors import Expired, TokenRefused
from bridge.adapters.discord.rest.sdk import proxy_for
from bridge.model.clock import FixedClock
from bridge.model.errors import ConfigError, Throttled, Transient, Uncertain, Unreachable
from bridge.model.secret import Secret
from tests.adapters.discord.servers import TOKEN, api, discord, freely, hurried, section
from tests.fakes.discord import FakeDiscord, Fault

__all__ = ["api", "discord", "freely", "hurried", "section"]

ME = "GET /users/@me"
CREATE, CALLBACK = "POST /channels/{channel_id}/messages", "/interactions/{webhook_id}/{webhook_token}/callback"
MESSAGES = "/channels/{channel_id}/messages"


async def ask_me(api: Api) -> Any:
    return await api.call("GET", "/users/@me")


# Opening.


async def test_opening_tells_who_we_are(discord: FakeDiscord, api: Api) -> None:
    assert api.identity == Identity("900", "Bridge", "900", "Bridge", content=False, members=False, owner="1")
    # The SDK asks for the application too, and keeps the answer to itself.
    assert [call.route for call in discord.calls] == [ME, "GET /oauth2/applications/@me", "GET /applications/@me"]
    assert {call.authorization for call in discord.calls} == {f"Bot {TOKEN}"}


@pytest.mark.parametrize("verified", [False, True])
async def test_switched_on_intents_are_seen(
    discord: FakeDiscord, section: Settings, clock: FixedClock, verified: bool
) -> None:
    discord.bot.content_intent = discord.bot.members_intent = True
    discord.bot.verified = verified

    async with opened(section.token, section, clock) as api:
        assert (api.identity.content, api.identity.members) == (True, True)


@pytest.mark.parametrize("told", [None, [], {"flags": "many"}, {"flags": 1 << 30, "owner": 7}])
def test_an_application_of_which_nothing_is_right_is_still_read(told: object) -> None:
    found = identity_in(told, None)

    assert (found.name, found.content, found.members, found.owner) == ("Bridge", False, False, "")


async def test_a_token_of_nobodys_is_a_matter_of_configuration(
    discord: FakeDiscord, section: Settings, clock: FixedClock
) -> None:
    with pytest.raises(ConfigError) as refused:
        await open_api(Secret("another.token.altogether"), section, clock)

    assert "token" in refused.value.english()
    assert "another.token" not in refused.value.english()


async def test_a_discord_that_does_not_answer_is_not(
    discord: FakeDiscord, section: Settings, clock: FixedClock
) -> None:
    discord.faults.next(ME, Fault.WRONG_JSON)

    with pytest.raises(Transient):
        await open_api(section.token, section, clock)


async def test_nothing_is_listening_there(section: Settings, clock: FixedClock) -> None:
    nowhere = section.model_copy(update={"api": "http://127.0.0.1:9/api/v10"})

    with pytest.raises(Transient, match="no connection"):
        await open_api(section.token, nowhere, clock)


async def test_before_it_is_open_nothing_is_asked(section: Settings, clock: FixedClock) -> None:
    api = Api(section.token, section, clock)

    with pytest.raises(Transient):
        await ask_me(api)
    with pytest.raises(RuntimeError):
        _ = api.identity
    await api.close()


async def test_once_it_is_closed_nothing_is_sent(discord: FakeDiscord, api: Api) -> None:
    before = len(discord.calls)
    await api.close()

    with pytest.raises(Transient, match="stopping"):
        await api.call("POST", MESSAGES, body={"content": "x"}, posts=True, channel_id="300")

    assert len(discord.calls) == before


async def test_a_request_that_closing_cuts_off_may_have_been_done(discord: FakeDiscord, api: Api) -> None:
    discord.faults.next(CREATE, Fault.SLOW(0.3))
    asking = asyncio.create_task(api.call("POST", MESSAGES, body={"content": "x"}, posts=True, channel_id="300"))
    await discord.until(lambda: discord.called(CREATE))

    await api.close()

    with pytest.raises(Uncertain):
        await asking


# Asking.


async def test_ids_stand_in_the_path_and_cannot_leave_it(discord: FakeDiscord, api: Api) -> None:
    with pytest.raises(Unreachable):
        await api.call("GET", "/channels/{channel_id}", channel_id="../users/@me?x=#")

    assert discord.calls[-1].ids == {"channel_id": "../users/@me?x=#"}


async def test_a_query_and_a_body_go_along(discord: FakeDiscord, api: Api) -> None:
    told = await api.call("GET", "/guilds/{guild_id}", query={"with_counts": "true"}, guild_id="100")
    assert told["approximate_member_count"] == 3

    await api.call("POST", MESSAGES, body={"content": "Grüße"}, posts=True, channel_id="300")
    assert discord.texts("300") == ["Grüße"]


async def test_files_go_along_in_several_parts(discord: FakeDiscord, api: Api) -> None:
    files = [Attached("a.png", b"\x00\x01"), Attached("b ü.bin", b"\xff" * 3)]
    body = {"content": "Two", "attachments": [{"id": 0, "filename": "a.png"}, {"id": 1, "filename": "b ü.bin"}]}

    await api.call("POST", MESSAGES, body=body, files=files, posts=True, channel_id="300")

    [call] = discord.called(CREATE)
    assert call.json == body
    assert [(one.number, one.filename, one.content) for one in call.files] == [
        (0, "a.png", b"\x00\x01"),
        (1, "b ü.bin", b"\xff" * 3),
    ]


async def test_what_is_answered_with_nothing_is_none_and_an_empty_list_a_list(discord: FakeDiscord, api: Api) -> None:
    message = await discord.say("1", "300", "Hi")
    path = f"{MESSAGES}/{{message_id}}/reactions/{{emoji_name}}/@me"

    assert await api.call("PUT", path, channel_id="300", message_id=message.id, emoji_name="👍") is None
    assert await api.call("GET", MESSAGES, channel_id="301") == []


@pytest.mark.parametrize("fault", [Fault.RESET_AFTER_ACCEPT, Fault.HTTP(500, done=True), Fault.WRONG_JSON_DONE])
async def test_whether_it_shows_twice_decides_what_an_unclear_end_means(
    discord: FakeDiscord, api: Api, hurried: list[float], fault: Fault
) -> None:
    discord.faults.next(CREATE, fault)
    with pytest.raises(Uncertain):
        await api.call("POST", MESSAGES, body={"content": "x"}, posts=True, channel_id="300")

    discord.faults.next("PATCH " + MESSAGES + "/{message_id}", fault, times=6)
    path, message = MESSAGES + "/{message_id}", discord.messages("300")[0].id
    with pytest.raises(Transient):
        await api.call("PATCH", path, body={"content": "y"}, channel_id="300", message_id=message)


# When not to ask.


async def test_after_too_many_invalid_requests_nothing_goes_out(
    discord: FakeDiscord, api: Api, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaker, "LIMIT", 3)
    for _ in range(3):
        with pytest.raises(Unreachable):
            await api.call("GET", MESSAGES, channel_id="404")  # that is no invalid one
        discord.faults.next(CREATE, Fault.ERROR(50013))
        with pytest.raises(Unreachable):
            await api.call("POST", MESSAGES, body={"content": "x"}, posts=True, channel_id="300")
    before = len(discord.calls)

    with pytest.raises(Throttled) as told:
        await ask_me(api)

    assert float(str(told.value.params["seconds"])) == 600
    assert len(discord.calls) == before
    clock.advance(seconds=601)
    assert await ask_me(api)


async def test_a_ban_of_the_address_stops_everything(discord: FakeDiscord, api: Api, clock: FixedClock) -> None:
    discord.faults.next(CREATE, Fault.CLOUDFLARE)
    with pytest.raises(Throttled):
        await api.call("POST", MESSAGES, body={"content": "x"}, posts=True, channel_id="300")
    before = len(discord.calls)

    with pytest.raises(Throttled):
        await ask_me(api)

    assert len(discord.calls) == before


async def test_a_limit_for_the_whole_bot_stops_all_but_answers(discord: FakeDiscord, api: Api) -> None:
    discord.faults.next(CREATE, Fault.RATE(9, "global"))
    with pytest.raises(Throttled):
        await api.call("POST", MESSAGES, body={"content": "x"}, posts=True, channel_id="300")
    before = len(discord.calls)
    with pytest.raises(Throttled):
        await ask_me(api)
    assert len(discord.calls) == before

    ids = {"webhook_id": "77", "webhook_token": "x"}
    with pytest.raises(Expired):  # nobody asked for this one; but it went out
        await api.ask("POST", CALLBACK, ids, body={"type": 5}, counted=False)
    assert len(discord.calls) == before + 1


async def test_a_refused_token_is_named_and_tried_once_a_minute(
    discord: FakeDiscord, api: Api, clock: FixedClock
) -> None:
    discord.token_refused = True
    with pytest.raises(TokenRefused):
        await ask_me(api)
    before = len(discord.calls)
    for _ in range(5):
        with pytest.raises(TokenRefused):
            await ask_me(api)
    assert len(discord.calls) == before

    discord.token_refused = False
    clock.advance(seconds=61)

    assert await ask_me(api)


@pytest.fixture
async def counted(section: Settings, clock: FixedClock) -> AsyncIterator[Api]:
    """With the budget of the whole bot as it is."""
    api = await open_api(section.token, section, clock)
    clock.advance(seconds=60)
    yield api
    await api.close()


async def test_the_budget_of_the_whole_bot_is_told_to_whoever_would_wait_too_long(
    counted: Api, discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counted._line.budget, "patience", 0.1)
    before = len(discord.calls)

    async def storm() -> None:
        for _ in range(200):
            await ask_me(counted)

    with pytest.raises(Throttled):
        await storm()

    asked = len(discord.calls) - before
    assert asked == MOST


# Where it goes.


async def test_the_sdk_is_pointed_at_the_configured_addresses(section: Settings, api: Api) -> None:
    assert section.api == Route.BASE


async def test_the_sdk_says_nothing_since_it_would_say_tokens(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="bridge"):
        await ask_me(api)
        logging.getLogger("discord.http").debug("a token")

    assert [record for record in caplog.records if record.name.startswith("discord")] == []


async def test_no_request_takes_longer_than_it_may(
    discord: FakeDiscord, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WITHIN", 0.05)
    discord.faults.next(ME, Fault.SLOW(0.3))

    with pytest.raises(Transient, match="no answer in time"):
        await ask_me(api)


@pytest.mark.parametrize(
    ("address", "proxy"),
    [
        ("https://discord.com/api/v10", "http://proxy:3128"),
        ("wss://gateway.discord.gg/", "http://proxy:3128"),
        ("http://127.0.0.1:8080/api/v10", None),
        ("ws://localhost:1/", None),
        ("https://inside.example/api", None),
        ("not an address", None),
    ],
)
def test_the_environments_proxy_is_used_for_what_is_outside(
    monkeypatch: pytest.MonkeyPatch, address: str, proxy: str | None
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    monkeypatch.setenv("no_proxy", "inside.example")

    assert proxy_for(address) == proxy
