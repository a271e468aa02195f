"""One request, one answer: what it comes to when Slack says no, says wait, or says nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from yarl import URL

from bridge.adapters.slack.web import transport
from bridge.adapters.slack.web.api import Api, open_socket_url
from bridge.adapters.slack.web.budgets import TIERS
from bridge.adapters.slack.web.errors import TokenRefused, retry_after
from bridge.model.clock import FixedClock
from bridge.model.errors import ConfigError, NotYet, Refused, SendFailure, Throttled, Transient, Uncertain, Unreachable
from bridge.model.pace.told import Whose
from bridge.model.secret import Secret
from tests.core import MONDAY
from tests.fakes.slack import FakeSlack, Fault, Team


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(FixedClock(MONDAY)) as slack:
        yield slack


@pytest.fixture
def acme(slack: FakeSlack) -> Team:
    team = slack.team("T1", "Acme")
    team.user("U1", "ana")
    team.channel("C1", "team", members=["U1"], bot=True)
    return team


@pytest.fixture
async def api(slack: FakeSlack, acme: Team, clock: FixedClock) -> AsyncIterator[Api]:
    api = Api(Secret(acme.bot_token), slack.base, clock)
    await api.open()
    yield api
    await api.close()


async def test_a_token_says_whose_it_is(api: Api, acme: Team) -> None:
    me = api.identity

    assert (me.team, me.name, me.user) == ("T1", "Acme", acme.bot.id)
    assert me.url.startswith("https://")
    assert "chat:write" in me.scopes


async def test_a_token_that_is_nobodys_is_a_mistake_in_the_configuration(slack: FakeSlack, clock: FixedClock) -> None:
    api = Api(Secret("xoxb-" + "nobodys"), slack.base, clock)

    with pytest.raises(ConfigError, match=r"refuses a bot token .*invalid_auth"):
        await api.open()

    await api.close()


async def test_an_app_token_opens_a_socket(slack: FakeSlack, acme: Team) -> None:
    assert (await open_socket_url(Secret(acme.app_token), slack.base)).startswith("ws")

    with pytest.raises(ConfigError, match="refuses an app token"):
        await open_socket_url(Secret(acme.bot_token), slack.base)


async def post(api: Api) -> None:
    await api.call("chat.postMessage", channel="C1", text="Hello")


@pytest.mark.parametrize(
    "fault", [Fault.RESET, Fault.RESET_AFTER_ACCEPT, Fault.HTTP_500, Fault.INTERNAL_ERROR, Fault(status=408)]
)
async def test_a_post_without_a_clear_answer_is_uncertain_and_made_once(
    slack: FakeSlack, api: Api, fault: Fault
) -> None:
    slack.faults.next("chat.postMessage", fault)

    with pytest.raises(Uncertain):
        await post(api)

    assert len(slack.called("chat.postMessage")) == 1


@pytest.mark.parametrize("fault", [Fault.RESET, Fault.HTTP_500, Fault.INTERNAL_ERROR])
async def test_what_may_be_asked_again_is_never_uncertain(slack: FakeSlack, api: Api, fault: Fault) -> None:
    slack.faults.next("team.info", fault)

    with pytest.raises(Transient):
        await api.call("team.info")


async def test_a_post_that_never_left_is_certainly_not_there(clock: FixedClock) -> None:
    api = Api(Secret("xoxb-" + "fake"), "http://127.0.0.1:9/api/", clock)

    with pytest.raises(Transient):
        await post(api)

    await api.close()


async def test_a_slow_answer_to_a_post_is_uncertain(
    slack: FakeSlack, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api._client(), "_timeout", aiohttp.ClientTimeout(total=0.05))
    slack.faults.next("chat.postMessage", Fault.SLOW(0.5))

    with pytest.raises(Uncertain):
        await post(api)


async def test_an_error_code_becomes_its_failure(slack: FakeSlack, api: Api) -> None:
    slack.faults.next("chat.postMessage", Fault.ERROR("not_in_channel"))

    with pytest.raises(Unreachable, match="/invite @bridge there"):
        await post(api)


async def test_after_a_rate_error_nothing_is_asked_until_slack_listens_again(
    slack: FakeSlack, api: Api, clock: FixedClock
) -> None:
    slack.faults.next("chat.postMessage", Fault.RATE(7))
    with pytest.raises(Throttled) as told:
        await post(api)
    assert told.value.params["seconds"] == 7

    clock.advance(seconds=5.9)
    with pytest.raises(NotYet):
        await post(api)
    assert len(slack.called("chat.postMessage")) == 1
    await api.call("team.info")

    clock.advance(seconds=1.5)
    await post(api)
    assert len(slack.called("chat.postMessage")) == 2


def test_changes_and_deletions_have_budgets_of_their_own() -> None:
    assert {"chat.update", "chat.delete", "users.list"} <= TIERS.keys()


async def test_a_budget_of_our_own_asks_nothing_and_says_so(slack: FakeSlack, api: Api) -> None:
    for _ in range(TIERS["team.info"] - 1):
        await api.call("team.info")

    with pytest.raises(NotYet):
        await api.call("team.info")

    assert len(slack.called("team.info")) == TIERS["team.info"] - 1
    await api.call("users.info", user="U1")


async def test_what_can_wait_leaves_some_to_others(api: Api) -> None:
    for _ in range(TIERS["team.info"] * 4 // 5 - 1):
        await api.spare("team.info")

    with pytest.raises(NotYet):
        await api.spare("team.info")
    await api.call("team.info")


async def test_a_rate_error_tells_whose_limit_it_was(slack: FakeSlack, api: Api, clock: FixedClock) -> None:
    """Slack keeps one for each channel and one for the workspace, and tells neither."""
    await post(api)
    slack.faults.next("chat.postMessage", Fault.RATE(1), Fault.RATE(1))

    with pytest.raises(Throttled) as near:
        await post(api)
    clock.advance(seconds=2)
    with pytest.raises(Throttled) as later:
        await post(api)

    assert [told.value.hint.whose for told in (near, later)] == [Whose.PLACE, Whose.SHARED]


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("", 30), ("soon", 30), ("-5", 30), ("0", 1), ("1.5", 1.5), ("1000000000", 3600), ("inf", 3600)],
)
def test_a_wait_is_believed_as_far_as_it_can_be(told: str, seconds: float) -> None:
    assert retry_after(429, {}, {"Retry-After": told} if told else {}) == seconds
    assert retry_after(200, {"error": "ratelimited"}, {"Retry-After": told}) == seconds
    assert retry_after(200, {"ok": True}, {"Retry-After": told}) is None


async def test_a_revoked_token_is_named_and_then_tried_once_a_minute(
    slack: FakeSlack, acme: Team, api: Api, clock: FixedClock
) -> None:
    acme.refused[acme.bot_token] = "token_revoked"
    for _ in range(3):
        with pytest.raises(TokenRefused):
            await post(api)
    assert "token_revoked" in api.refused
    assert len(slack.called("chat.postMessage")) == 1

    del acme.refused[acme.bot_token]
    clock.advance(seconds=61)
    await post(api)

    assert api.refused == ""


async def test_all_pages_of_a_list_are_read(acme: Team, api: Api) -> None:
    acme.channel("C2", "big", members=[acme.user(f"U{n}00", f"p{n}").id for n in range(2, 9)], bot=True)

    found = [page["members"] async for page in api.pages("conversations.members", channel="C2", limit=3)]

    assert len(found) == 3
    assert len({user for page in found for user in page}) == 8


FOREIGN = [
    "https://example.com/file.png",
    "http://files.slack.com/file.png",
    "http://files.slack.com:443/file.png",
    "https://files.slack.com.example.com/file.png",
    "https://slack.com@example.com/file.png",
    "https://ana:pass@files.slack.com/file.png",
    "https://ana@files.slack.com/file.png",
    "https://evilslack.com/x",
    "https://files.slack.com:8443/x",
    "file:///etc/passwd",
    "//files.slack.com/x",
    "",
]


@pytest.mark.parametrize("url", FOREIGN)
async def test_the_token_goes_to_no_other_host(api: Api, url: str) -> None:
    with pytest.raises(Refused):
        await api.download(url, 1000)


@pytest.mark.parametrize("url", ["https://files.slack.com/files-pri/T1-F1/a.png", "https://acme.slack.com/x"])
def test_slacks_own_hosts_are_its_own(url: str) -> None:
    assert str(transport.own_address(url, URL("https://slack.com/api/"))) == url


def test_no_proxy_stands_between_us_and_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.delenv("no_proxy", raising=False)

    assert transport.proxy_for(URL("http://127.0.0.1:80/api/")) is None
    assert transport.proxy_for(URL("https://slack.com/api/")) == "http://proxy.example:3128"


async def test_what_broke_is_said_in_words(slack: FakeSlack, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    unheard = Api(Secret("xoxb-" + "fake"), "http://127.0.0.1:9/api/", FixedClock(MONDAY))
    with pytest.raises(Transient, match="no connection to slack"):
        await unheard.call("auth.test")
    await unheard.close()
    slack.faults.next("users.info", Fault.RESET, Fault.SLOW(5))
    with pytest.raises(Transient, match="the connection broke"):
        await api.call("users.info", user="U1")
    monkeypatch.setattr(transport, "TIMEOUT", aiohttp.ClientTimeout(total=0.05))
    hasty = Api(Secret("xoxb-" + "fake"), slack.base, FixedClock(MONDAY))
    with pytest.raises(Transient, match="no answer in time"):
        await hasty.call("users.info", user="U1")
    await hasty.close()


async def test_neither_token_nor_ticket_stands_in_a_failure(slack: FakeSlack, acme: Team, api: Api) -> None:
    slack.faults.next("*", Fault.RESET, Fault.HTTP_500)
    said = []
    for _ in range(2):
        try:
            await api.call("team.info")
        except SendFailure as failure:
            said.append(f"{failure!r} {failure.__cause__!r}")

    assert len(said) == 2
    assert all(acme.bot_token not in text for text in said)


async def test_closing_twice_is_harmless(api: Api) -> None:
    await api.close()
    await asyncio.sleep(0)
    await api.close()


async def test_after_closing_nothing_is_asked_and_nothing_is_lost(slack: FakeSlack, api: Api) -> None:
    """A delivery that comes late is made again at the next start."""
    await api.close()

    with pytest.raises(Transient, match="stopping"):
        await post(api)

    assert not slack.called("chat.postMessage")
