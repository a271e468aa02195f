"""Every error code that Discord documents, every HTTP status and every exception of the SDK has a meaning, and it is
the right one."""

from __future__ import annotations

import inspect
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest
from aiohttp.client_reqrep import ConnectionKey
from multidict import CIMultiDict
from yarl import URL

from bridge.adapters.discord.rest import errors
from bridge.adapters.discord.rest.errors import (
    CODES,
    Answered,
    Expired,
    IntentMissing,
    SearchClosed,
    TokenRefused,
    closed,
    failure_of,
)
from bridge.model.delivery import Bury, Kind, Later, Pause, Reconcile, Settled, decide
from bridge.model.errors import Refused, SendFailure, Throttled, Transient, Uncertain, Unreachable, Vanished

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MESSAGES = "/channels/5/messages"


def follows(failure: SendFailure) -> str:
    """What becomes of a message by it, in one word: "plain" its plain form is tried at once, "wait" as long as Discord
    said, "again" later, "pause" the place is closed, "look" it is looked for, "gone" it need not be done."""
    match decide(failure, Kind.LIVE, 1, None, NOW, 0.5):
        case Later(at, True):
            assert at == NOW
            assert isinstance(decide(failure, Kind.LIVE, 1, None, NOW, 0.5, plain=True), Bury)
            return "plain"
        case Later(at):
            assert at > NOW
            return "wait" if isinstance(failure, Throttled) else "again"
        case Pause():
            return "pause"
        case Reconcile():
            return "look"
        case Settled():
            return "gone"
    raise AssertionError(failure)


def answer(
    status: int,
    code: int = 0,
    *,
    method: str = "POST",
    path: str = MESSAGES,
    text: str = "Some words",
    page: bool = False,
    via: str = "1.1 google",
    **headers: str,
) -> discord.HTTPException:
    """As the SDK raises it. `page`: not Discord's JSON, but somebody's HTML. `via`: what Discord's proxy adds."""
    kind = {403: discord.Forbidden, 404: discord.NotFound}.get(status, discord.HTTPException)
    given = CIMultiDict({"Content-Type": "text/html" if page else "application/json"} | ({"Via": via} if via else {}))
    given.update({name.replace("_", "-"): value for name, value in headers.items()})
    url = URL(f"https://discord.com/api/v10{path}")
    response: Any = SimpleNamespace(status=status, reason="", headers=given, url=url, method=method)
    return (discord.DiscordServerError if status >= 500 else kind)(
        response, text if page else {"code": code, "message": text}
    )


CODES_BY_OUTCOME: dict[str, dict[int, str]] = {
    "plain": {
        10011: "names a role there is not", 10014: "names an emoji there is not",
        10063: "names a command there is not", 10066: "no rights of a command", 10087: "names a tag there is not",
        20001: "nothing for bots", 20009: "too explicit for that person", 30010: "too many reactions",
        30015: "too many files", 30032: "too many commands", 40005: "too large", 40041: "a command's name is taken",
        40094: "too many follow-ups", 50002: "wrong kind of account", 50003: "not in a direct message",
        50005: "another's message", 50021: "a system message", 50028: "a wrong role",
        50035: "a wrong body", 50045: "a file too large", 50046: "a wrong file", 50068: "a wrong kind of message",
        50084: "wrong thread settings", 50085: "before the thread began", 50109: "wrong JSON", 50110: "a wrong file",
        50123: "a wrong kind of file", 50138: "a picture too large", 50146: "an upload not found",
        50151: "a wrong emoji", 90001: "a reaction that was blocked", 160004: "the message has a thread already",
        200000: "words that automatic moderation blocks", 200001: "a title that it blocks",
        240000: "a harmful link", 400001: "no files in this server for now",
        # Answers to interactions, which are no deliveries:
        10015: "an interaction that is over", 10062: "an interaction that is over", 40060: "answered already",
        50027: "an interaction that is over",
    },
    "pause": {
        10003: "no such channel", 10004: "no such server", 10007: "not in the server", 10013: "no such person",
        30033: "the thread is full", 40007: "banned there", 40058: "a forum", 40066: "a forum with tags of moderators",
        40067: "a forum with tags", 50001: "may not see it", 50006: "it left out the embed",
        50007: "takes no messages from us",
        50008: "no channel for text", 50009: "not verified enough", 50013: "may not do that",
        50024: "a wrong kind of channel", 50033: "no such recipient", 50055: "no such server",
        50083: "the thread is archived", 50095: "the server is not available here", 50278: "no server in common",
        160002: "may not read back", 160005: "the thread is locked", 160006: "too many threads",
        160007: "too many announcement threads",
    },
    "again": {
        10002: "no such application", 20002: "no bot's token", 20012: "another's application", 20026: "quarantine",
        30034: "too many new commands today", 40001: "a wrong token", 40002: "unverified owner",
        40004: "messages are off", 40006: "that is off", 40333: "Cloudflare blocks it", 50010: "no bot",
        50014: "a wrong token", 50025: "a wrong token", 50026: "a scope is missing", 50041: "a wrong API version",
        50067: "a wrong origin", 50178: "unverified owner", 60003: "no second factor", 110000: "no index yet",
        110001: "no application yet",
    },
    "wait": {
        20016: "slow mode", 20022: "announcement changed too often", 20028: "channel written to too fast",
        20029: "server written to too fast", 30046: "old messages changed too often",
        40003: "direct messages opened too fast", 40062: "a service is busy",
    },
    "look": {130000: "overloaded"},
    "gone": {10008: "no such message"},
}  # fmt: skip
"""What a post comes to that is answered so, with what the code says in short."""

NOT_OURS = frozenset({
    10001, 10005, 10006, 10009, 10010, 10012, 10016, 10020, 10021, 10026, 10057, 10059, 10068, 10069, 10124, 10129,
    # gifts, shops, games and provisional accounts
    10027, 10028, 10029, 10030, 10031, 10032, 10033, 10036, 10038, 10050, 20015, 20035, 40012, 40018, 40019, 40074,
    50039, 50054, 50057, 50070, 50097, 50101, 530000, 530001, 530002, 530003, 530004, 530006, 530007,
    # voice, stages, events, sounds
    10049, 10065, 10067, 10070, 10071, 10097, 30038, 30045, 30052, 40032, 50091, 50124, 50159, 50160, 50161, 50162,
    50167, 50173, 50192, 150006, 180000, 180002,
    # emoji and stickers of a server
    10060, 10061, 30008, 30018, 30039, 30056, 50080, 50081, 50144, 50145, 50600, 90002, 170001, 170002, 170003, 170004,
    170005, 170006, 170007,
    # running a server: its channels, roles, members, invites, templates, widgets
    20018, 20024, 20031, 30001, 30002, 30004, 30005, 30011, 30013, 30016, 30019, 30030, 30031, 30035, 30037, 30040,
    30042, 30047, 30048, 30060, 30061, 40009, 40061, 50004, 50015, 50016, 50017, 50020, 50034, 50036, 50074, 50086,
    50131, 50132, 50163, 80004, 340015, 350000, 350001, 500000,
    # pins, forwarding, crossposting, polls
    30003, 40033, 50019, 160014, 520000, 520001, 520002, 520003, 520004, 520006,
    # webhooks, OAuth2 and clients of people
    30007, 30058, 40043, 50011, 50012, 50073, 220001, 220002, 220003, 220004,
})  # fmt: skip
"""Of things that Bridge never does."""

DOCUMENTED = frozenset({
    *range(10001, 10017), 10020, 10021, *range(10026, 10034), 10036, 10038, 10049, 10050, 10057, *range(10059, 10064),
    *range(10065, 10072), 10087, 10097, 10124, 10129,
    20001, 20002, 20009, 20012, 20015, 20016, 20018, 20022, 20024, 20028, 20029, 20031, 20035,
    *range(30001, 30006), 30007, 30008, 30010, 30011, 30013, 30015, 30016, 30018, 30019, *range(30030, 30036), 30037,
    30038, 30039, 30040, 30042, *range(30045, 30049), 30052, 30056, 30058, 30060, 30061,
    *range(40001, 40008), 40009, 40012, 40018, 40019, 40032, 40033, 40041, 40043, 40058, 40060, 40061, 40062, 40066,
    40067, 40074, 40094, 40333,
    *range(50001, 50018), 50019, 50020, 50021, *range(50024, 50029), *range(50033, 50037), 50039, 50041, 50045, 50046,
    50054, 50055, 50057, 50067, 50068, 50070, 50073, 50074, 50080, 50081, *range(50083, 50087), 50091, 50095, 50097,
    50101, 50109, 50110, 50123, 50124, 50131, 50132, 50138, 50144, 50145, 50146, 50151, *range(50159, 50164), 50167,
    50173, 50178, 50192, 50278, 50600,
    60003, 80004, 90001, 90002, 110000, 110001, 130000, 150006, 160002, *range(160004, 160008), 160014,
    *range(170001, 170008), 180000, 180002, 200000, 200001, *range(220001, 220005), 240000, 340015, 350000, 350001,
    400001, 500000, *range(520000, 520005), 520006, *range(530000, 530005), 530006, 530007,
})  # fmt: skip
"""docs, topics/opcodes-and-status-codes, as of August 2026; without 0, which says nothing."""

BEYOND = frozenset({20026})
"""Seen, but not documented."""


def test_every_documented_code_is_mapped_or_is_none_of_ours() -> None:
    assert DOCUMENTED - CODES.keys() - NOT_OURS == set()
    assert CODES.keys() - DOCUMENTED == BEYOND
    assert NOT_OURS <= DOCUMENTED
    assert NOT_OURS & CODES.keys() == set()


def test_the_table_of_this_page_is_whole() -> None:
    assert sum(map(len, CODES_BY_OUTCOME.values())) == len(CODES)


@pytest.mark.parametrize(
    ("outcome", "code"), [(outcome, code) for outcome, codes in CODES_BY_OUTCOME.items() for code in codes]
)
def test_a_code_has_its_outcome(outcome: str, code: int) -> None:
    failure = failure_of(answer(403 if code >= 40000 else 400, code), posts=True)

    assert follows(failure) == outcome
    assert isinstance(failure, CODES[code])


@pytest.mark.parametrize("code", sorted(CODES))
def test_nothing_but_a_post_is_ever_uncertain(code: int) -> None:
    assert not isinstance(failure_of(answer(400, code, method="PATCH"), posts=False), Uncertain)


STATUSES = [
    # A code that is not in the table, so the status speaks. Posts, anything else.
    (400, "plain", "plain"),
    (401, "again", "again"),
    (403, "pause", "pause"),
    (404, "plain", "plain"),
    (405, "plain", "plain"),
    (408, "look", "again"),
    (409, "plain", "plain"),
    (413, "plain", "plain"),
    (429, "wait", "wait"),
    (500, "look", "again"),
    (502, "look", "again"),
    (503, "look", "again"),
    (524, "look", "again"),
    (304, "look", "again"),
]


@pytest.mark.parametrize("code", [0, 999_999])
@pytest.mark.parametrize(("status", "post", "other"), STATUSES)
def test_where_a_code_is_unknown_the_status_speaks(status: int, code: int, post: str, other: str) -> None:
    assert follows(failure_of(answer(status, code), posts=True)) == post
    assert follows(failure_of(answer(status, code, method="PATCH"), posts=False)) == other


@pytest.mark.parametrize(("status", "outcome"), [(400, "again"), (403, "again"), (404, "again"), (413, "plain")])
def test_an_answer_that_is_not_discords_own_closes_no_place(status: int, outcome: str) -> None:
    assert follows(failure_of(answer(status, page=True, text="<html>"), posts=True)) == outcome


def test_a_code_that_is_no_number_is_no_code() -> None:
    odd: Any = "50001"

    assert follows(failure_of(answer(400, odd), posts=True)) == "plain"


def test_what_failed_at_discord_may_have_happened_whatever_its_code() -> None:
    assert isinstance(failure_of(answer(500, 50001), posts=True), Uncertain)


CLOSED = [
    (50001, "I can't see the channel. Give the role Bee the permissions View Channel and Send Messages there."),
    (10003, "The channel is gone."),
    (50083, "The thread is archived. Write something in it to open it again."),
    (50007, "This person blocked me, or takes no direct messages."),
]


@pytest.mark.parametrize(("code", "sentence"), CLOSED)
def test_a_closed_place_is_paused_with_a_sentence_its_owner_can_act_on(code: int, sentence: str) -> None:
    failure = failure_of(answer(403, code), posts=True, handle="Bee")

    assert failure.params["reason"] == sentence
    assert isinstance(failure, Unreachable)


def test_sentences_speak_of_servers_and_name_no_code() -> None:
    sentences = [*errors._LATER.values(), *(closed(code, "Bee") for code in errors._CLOSED)]

    assert all(sentence.endswith(".") and "_" not in sentence and "{" not in sentence for sentence in sentences)
    assert not [sentence for sentence in sentences if "guild" in sentence.lower() or any(map(str.isdigit, sentence))]


def test_a_refusal_keeps_what_discord_disliked() -> None:
    error = answer(400, 50035, text="Invalid Form Body\nIn embeds.0.url: Not a well formed URL.")

    assert failure_of(error, posts=True).params["reason"] == (
        "50035 (Invalid Form Body In embeds.0.url: Not a well formed URL.)"
    )


@pytest.mark.parametrize("code", [50001, 50013])
@pytest.mark.parametrize("path", [MESSAGES, f"{MESSAGES}/9"])
def test_history_that_cannot_be_read_closes_no_place(code: int, path: str) -> None:
    failure = failure_of(answer(403, code, method="GET", path=path), posts=False)

    assert isinstance(failure, SearchClosed)
    assert "not known whether it was sent" in failure.english()


def test_a_channel_that_is_gone_is_gone_for_a_search_too() -> None:
    assert follows(failure_of(answer(404, 10003, method="GET"), posts=False)) == "pause"


@pytest.mark.parametrize(
    ("method", "path", "kind", "says"),
    [
        ("GET", "/guilds/7", Unreachable, "bridge discord invite"),
        ("GET", "/guilds/7/channels", Unreachable, "bridge discord invite"),
        ("GET", "/guilds/7/members", IntentMissing, "Developer Portal"),
        ("PUT", "/applications/3/guilds/7/commands", Transient, "bridge discord invite"),
        ("GET", "/channels/5", Unreachable, "View Channel"),
    ],
)
def test_a_missing_right_means_what_its_route_says(method: str, path: str, kind: type[SendFailure], says: str) -> None:
    failure = failure_of(answer(403, 50001, method=method, path=path), posts=False)

    assert type(failure) is kind
    assert says in failure.english()


@pytest.mark.parametrize("method", ["PATCH", "DELETE", "POST"])
def test_a_message_that_is_gone_is_no_failure(method: str) -> None:
    """To a post Discord says so where the nonce's first message was deleted meanwhile."""
    error = answer(404, 10008, method=method, path=f"{MESSAGES}/9" if method != "POST" else MESSAGES)

    assert isinstance(failure_of(error, posts=method == "POST"), Vanished)


@pytest.mark.parametrize("error", [answer(401), answer(401, page=True), answer(403, 50014), discord.LoginFailure("x")])
def test_a_refused_token_says_what_to_do(error: Exception) -> None:
    failure = failure_of(error, posts=True)

    assert isinstance(failure, TokenRefused)
    assert "Reset it in the Developer Portal" in failure.english()


@pytest.mark.parametrize(
    ("status", "code", "path", "kind"),
    [
        (401, 50027, "/webhooks/3/aW50/messages/@original", Expired),
        (401, 0, "/webhooks/3/aW50/messages/@original", Expired),
        (404, 10015, "/webhooks/3/aW50/messages/@original", Expired),
        (404, 10062, "/interactions/8/aW50/callback", Expired),
        (400, 40060, "/interactions/8/aW50/callback", Answered),
    ],
)
def test_an_interaction_that_is_over_says_nothing_about_the_bots_token(
    status: int, code: int, path: str, kind: type[SendFailure]
) -> None:
    assert type(failure_of(answer(status, code, path=path), posts=True)) is kind


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (answer(429, Retry_After="7"), 7),
        (answer(429, Retry_After="1e9"), 3600),
        (answer(429, Retry_After="soon"), 5),
        (answer(429), 5),
        (answer(429, 20028), 30),
        (answer(429, 20028, Retry_After="2"), 2),
        (answer(429, X_RateLimit_Reset_After="1.5"), 1.5),
        (answer(403, 40003), 600),
        (discord.RateLimited(31.201), 31.21),
        (discord.RateLimited(float("inf")), 3600),
        (discord.RateLimited(-1), 0),
    ],
)
def test_a_rate_error_says_how_long(error: Exception, seconds: float) -> None:
    failure = failure_of(error, posts=True)

    assert isinstance(failure, Throttled)
    assert failure.params["seconds"] == pytest.approx(seconds)
    assert decide(failure, Kind.LIVE, 1, None, NOW, 0.5) == Later(NOW + timedelta(seconds=failure.params["seconds"]))  # type: ignore[arg-type]


def test_cloudflare_is_waited_for_a_minute_where_it_does_not_say() -> None:
    error = answer(429, page=True, via="")

    assert failure_of(error, posts=True).params["seconds"] == 60


KEY = ConnectionKey("discord.com", 443, True, True, None, None, None)
ASKED: Any = SimpleNamespace(real_url=URL("https://discord.com/api/v10/webhooks/3/aW50/messages/@original"))
SOCKET: Any = SimpleNamespace(close_code=1006)
REFUSED = OSError(111, "refused")

EXCEPTIONS: list[tuple[Exception, str, str]] = [
    # The SDK's. A post, anything else.
    (discord.DiscordException(), "look", "again"),
    (discord.ClientException("used wrongly"), "plain", "plain"),
    (discord.errors.FFmpegProcessError(), "plain", "plain"),
    (discord.GatewayNotFound(), "again", "again"),
    (answer(400), "plain", "plain"),
    (answer(403, 50013), "pause", "pause"),
    (answer(404, 10003), "pause", "pause"),
    (answer(500), "look", "again"),
    (discord.RateLimited(1), "wait", "wait"),
    (discord.InvalidData("odd"), "look", "again"),
    (discord.LoginFailure("token"), "again", "again"),
    (discord.ConnectionClosed(SOCKET, shard_id=0, code=4000), "again", "again"),
    (discord.PrivilegedIntentsRequired(0), "again", "again"),
    (discord.InteractionResponded(SimpleNamespace()), "plain", "plain"),  # type: ignore[arg-type]
    (discord.MissingApplicationID(), "again", "again"),
    # aiohttp's: no connection was made.
    (aiohttp.ClientConnectorError(KEY, REFUSED), "again", "again"),
    (aiohttp.ClientConnectorDNSError(KEY, REFUSED), "again", "again"),
    (aiohttp.ClientConnectorSSLError(KEY, REFUSED), "again", "again"),
    (aiohttp.ClientConnectorCertificateError(KEY, ValueError()), "again", "again"),
    (aiohttp.ClientSSLError(KEY, REFUSED), "again", "again"),
    (aiohttp.ClientProxyConnectionError(KEY, REFUSED), "again", "again"),
    (aiohttp.client_exceptions.UnixClientConnectorError("/x", KEY, REFUSED), "again", "again"),
    (aiohttp.ServerFingerprintMismatch(b"a", b"b", "discord.com", 443), "again", "again"),
    (aiohttp.ConnectionTimeoutError(), "again", "again"),
    (aiohttp.ClientHttpProxyError(ASKED, (), status=407), "again", "again"),
    (aiohttp.WSServerHandshakeError(ASKED, (), status=502), "again", "again"),
    (aiohttp.InvalidURL("x"), "again", "again"),
    (aiohttp.client_exceptions.InvalidUrlClientError("x"), "again", "again"),
    (aiohttp.client_exceptions.NonHttpUrlClientError("x"), "again", "again"),
    # aiohttp's: it broke later.
    (aiohttp.ClientError(), "look", "again"),
    (aiohttp.ClientConnectionError(), "look", "again"),
    (aiohttp.ClientConnectionResetError(), "look", "again"),
    (aiohttp.ClientOSError(104, "reset"), "look", "again"),
    (aiohttp.ClientPayloadError(), "look", "again"),
    (aiohttp.client_exceptions.UploadAbortedError(), "look", "again"),
    (aiohttp.ClientResponseError(ASKED, ()), "look", "again"),
    (aiohttp.ContentTypeError(ASKED, ()), "look", "again"),
    (aiohttp.TooManyRedirects(ASKED, ()), "look", "again"),
    (aiohttp.ServerConnectionError(), "look", "again"),
    (aiohttp.ServerDisconnectedError(), "look", "again"),
    (aiohttp.ServerTimeoutError(), "look", "again"),
    (aiohttp.SocketTimeoutError(), "look", "again"),
    (aiohttp.client_exceptions.RedirectClientError(), "look", "again"),
    (aiohttp.client_exceptions.InvalidUrlRedirectClientError("x"), "look", "again"),
    (aiohttp.client_exceptions.NonHttpUrlRedirectClientError("x"), "look", "again"),
    (aiohttp.WSMessageTypeError(), "look", "again"),
    # Python's: a socket, a deadline, a closed session, an answer that is not JSON or lacks what the SDK reads in it.
    (OSError(104, "reset"), "look", "again"),
    (ConnectionResetError(), "look", "again"),
    (TimeoutError(), "look", "again"),
    (RuntimeError("Session is closed"), "again", "again"),
    (RuntimeError("Unreachable code in HTTP handling"), "look", "again"),
    (json.JSONDecodeError("odd", "", 0), "look", "again"),
    (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "odd"), "look", "again"),
    (KeyError("X-Ratelimit-Reset"), "look", "again"),
    (TypeError(), "look", "again"),
]


def exceptions_of(module: Any) -> set[type]:
    found = (one for one in vars(module).values() if inspect.isclass(one) and issubclass(one, Exception))
    return {one for one in found if one.__module__ == module.__name__}


def test_every_exception_of_the_sdk_and_its_http_client_stands_in_the_table() -> None:
    known = {type(error) for error, _, _ in EXCEPTIONS}

    assert len(exceptions_of(discord.errors)) >= 15
    assert len(exceptions_of(aiohttp.client_exceptions)) >= 30
    assert (exceptions_of(discord.errors) | exceptions_of(aiohttp.client_exceptions)) - known == set()


@pytest.mark.parametrize(("error", "post", "other"), EXCEPTIONS, ids=lambda one: type(one).__name__)
def test_an_exception_has_its_outcome(error: Exception, post: str, other: str) -> None:
    assert follows(failure_of(error, posts=True)) == post
    assert follows(failure_of(error, posts=False)) == other


@pytest.mark.parametrize(("code", "kind"), [(4004, TokenRefused), (4014, IntentMissing), (4000, Transient)])
def test_a_gateway_that_closes_says_who_can_mend_it(code: int, kind: type[SendFailure]) -> None:
    assert type(failure_of(discord.ConnectionClosed(SOCKET, shard_id=0, code=code), posts=False)) is kind


@pytest.mark.parametrize(("error", "_", "__"), EXCEPTIONS, ids=lambda one: type(one).__name__)
def test_no_address_stands_in_a_failure(error: Exception, _: str, __: str) -> None:
    """It may hold an interaction's token."""
    assert "aW50" not in failure_of(error, posts=True).english()


def test_what_broke_is_said_in_words() -> None:
    said = {failure_of(error, posts=True).english() for error, _, _ in EXCEPTIONS}

    assert any("no secure connection to Discord" in sentence for sentence in said)
    assert any("no connection to Discord" in sentence for sentence in said)
    assert any("no answer in time" in sentence for sentence in said)


def test_a_failure_that_can_be_told_apart_is_one_of_the_models() -> None:
    for kind, base in ((TokenRefused, Transient), (IntentMissing, Transient), (SearchClosed, Refused)):
        assert issubclass(kind, base)
        assert "{" not in kind().english()
