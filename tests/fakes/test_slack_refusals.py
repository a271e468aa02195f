"""Each thing that Slack refuses, refused once, as the SDK's own client sees it."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bridge.model.clock import FixedClock
from tests.fakes.slack import FakeSlack, Fault, Team
from tests.fakes.slack.methods import HANDLERS

Json = dict[str, Any]
PLAIN = {"type": "plain_text", "text": "Share"}
MODAL: Json = {"type": "modal", "title": PLAIN, "blocks": [{"type": "divider"}]}
HOME: Json = {"type": "home", "blocks": [{"type": "divider"}]}


async def refusal(client: AsyncWebClient, method: str, **arguments: Any) -> Json:
    """The answer `{"ok": false …}` to a request."""
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, json=arguments)
    answer: Json = caught.value.response.data
    return answer


REFUSED: list[tuple[str, Json, str]] = [
    ("chat.postMessage", {"channel": "C99", "text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"channel": "#team", "text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"channel": "G2", "text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"channel": "C3", "text": "x"}, "is_archived"),
    ("chat.postMessage", {"channel": "C1"}, "no_text"),
    ("chat.postMessage", {"channel": "C1", "text": "  "}, "no_text"),
    ("chat.postMessage", {"channel": "C1", "text": "x" * 40_001}, "msg_too_long"),
    ("chat.postMessage", {"channel": "C1", "blocks": "[{"}, "invalid_blocks_format"),
    ("chat.postMessage", {"channel": "C1", "blocks": {"type": "divider"}}, "invalid_blocks_format"),
    ("chat.postMessage", {"channel": "C1", "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
    ("chat.postMessage", {"channel": "C1", "text": "x", "metadata": ["x"]}, "invalid_metadata_format"),
    ("chat.postMessage", {"channel": "U9", "text": "x"}, "channel_not_found"),
    ("chat.postEphemeral", {"channel": "C1", "user": "U1", "text": "x", "thread_ts": "1.0"}, "cannot_reply_to_message"),
    (
        "chat.postMessage",
        {"channel": "C1", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}] * 4},
        "msg_blocks_too_long",
    ),
    (
        "chat.postMessage",
        {"channel": "C1", "blocks": [{"type": "image", "alt_text": "a", "slack_file": {"id": "F00000404"}}]},
        "invalid_blocks",
    ),
    ("chat.postMessage", {"channel": "U5", "text": "x"}, "cannot_dm_bot"),
    ("chat.postMessage", {"channel": "C1", "text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
    ("chat.postMessage", {"channel": "C1", "text": "x", "username": "ana"}, "missing_scope"),
    ("chat.postMessage", {"channel": "C1", "text": "x", "metadata": "{"}, "invalid_metadata_format"),
    ("chat.postMessage", {"channel": "C1", "text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_schema"),
    (
        "chat.postMessage",
        {"channel": "C1", "text": "x", "metadata": {"event_type": "a", "event_payload": {"x": "y" * 9000}}},
        "metadata_too_large",
    ),
    ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
    ("chat.postMessage", {"channel": "C1", "text": "x", "chanel": "C1"}, "invalid_arguments"),
    ("chat.postMessage", {"channel": "C1", "text": "x", "thread_ts": 1.5}, "invalid_arguments"),
    ("chat.postMessage", {"channel": "C1", "text": "x", "attachments": [{}] * 101}, "too_many_attachments"),
    ("chat.update", {"channel": "C1", "ts": "1.000001", "text": "x"}, "message_not_found"),
    ("chat.update", {"channel": "C9", "ts": "1.000001", "text": "x"}, "channel_not_found"),
    ("chat.delete", {"channel": "C1", "ts": "1.000001"}, "message_not_found"),
    ("chat.postEphemeral", {"channel": "C1", "user": "U3", "text": "x"}, "user_not_in_channel"),
    ("chat.postEphemeral", {"channel": "C1", "user": "U77", "text": "x"}, "user_not_found"),
    ("chat.postEphemeral", {"channel": "C2", "user": "U1", "text": "x"}, "not_in_channel"),
    ("chat.postEphemeral", {"channel": "C3", "user": "U1", "text": "x"}, "is_archived"),
    ("chat.getPermalink", {"channel": "C1", "message_ts": "1.0"}, "invalid_arguments"),
    ("conversations.history", {"channel": "C2"}, "not_in_channel"),
    ("conversations.history", {"channel": "G2"}, "channel_not_found"),
    ("conversations.history", {"channel": "C1", "oldest": "soon"}, "invalid_ts_oldest"),
    ("conversations.history", {"channel": "C1", "cursor": "x"}, "invalid_cursor"),
    ("conversations.history", {"channel": "C1", "limit": 5000}, "invalid_arguments"),
    ("conversations.join", {"channel": "G1"}, "method_not_supported_for_channel_type"),
    ("conversations.join", {"channel": "C3"}, "is_archived"),
    ("conversations.join", {"channel": "C99"}, "channel_not_found"),
    ("conversations.open", {}, "users_list_not_supplied"),
    ("conversations.open", {"users": "U1,U2,U3,U4,U5,U6,U7,U8,U9"}, "too_many_users"),
    ("conversations.open", {"users": "U404"}, "user_not_found"),
    ("conversations.open", {"users": "U8"}, "user_not_visible"),
    ("conversations.open", {"users": "U1", "prevent_creation": True}, "channel_not_found"),
    ("conversations.open", {"channel": "D404"}, "channel_not_found"),
    ("conversations.open", {"users": "U4"}, "user_disabled"),
    ("conversations.open", {"users": "U5"}, "cannot_dm_bot"),
    ("conversations.open", {"channel": "C1"}, "method_not_supported_for_channel_type"),
    ("reactions.add", {"channel": "C1", "timestamp": "1.000001", "name": "mega"}, "message_not_found"),
    ("reactions.add", {"channel": "C1", "timestamp": "1", "name": "mega"}, "bad_timestamp"),
    ("files.completeUploadExternal", {"files": [{"id": "F1"}]}, "file_not_found"),
    ("files.completeUploadExternal", {"files": ["F1"]}, "invalid_arguments"),
    ("files.completeUploadExternal", {"files": [], "channel_id": "G2"}, "channel_not_found"),
    ("files.completeUploadExternal", {"files": [], "channel_id": "C2"}, "not_in_channel"),
    ("views.open", {"trigger_id": "1.2.3", "view": MODAL}, "invalid_trigger_id"),
    ("views.publish", {"user_id": "U404", "view": HOME}, "user_not_found"),
    ("views.publish", {"user_id": "U1", "view": HOME, "hash": "old"}, "hash_conflict"),
    ("views.publish", {"user_id": "U1", "view": MODAL}, "invalid_arguments"),
    ("views.publish", {"user_id": "U1", "view": HOME | {"private_metadata": "x" * 3001}}, "invalid_arguments"),
    ("views.publish", {"user_id": "U1", "view": HOME | {"private_metadata": "x" * 250_000}}, "view_too_large"),
    ("views.update", {"view_id": "V404", "view": MODAL}, "not_found"),
    ("views.update", {"view": MODAL}, "invalid_arguments"),
    ("team.info", {"team": "T404"}, "team_not_found"),
    ("api.nothing", {}, "unknown_method"),
]
REFUSED_AS_FORM: list[tuple[str, Json, str]] = [
    ("chat.getPermalink", {"channel": "C1", "message_ts": "1.000001"}, "message_not_found"),
    ("conversations.info", {"channel": "G2"}, "channel_not_found"),
    ("conversations.members", {"channel": "G2"}, "channel_not_found"),
    ("conversations.members", {"channel": "C1", "limit": 0}, "ok"),
    ("conversations.members", {"channel": "C1", "limit": 1001}, "invalid_limit"),
    ("conversations.list", {"types": "rooms"}, "invalid_types"),
    ("conversations.replies", {"channel": "C1", "ts": "1.000001"}, "thread_not_found"),
    ("users.info", {"user": "U404"}, "user_not_found"),
    ("users.list", {"cursor": "x", "limit": 5}, "invalid_cursor"),
    ("users.lookupByEmail", {"email": "nobody@acme.example"}, "users_not_found"),
    ("usergroups.users.list", {"usergroup": "S404"}, "no_such_subteam"),
    ("files.info", {"file": "F404"}, "file_not_found"),
    ("files.getUploadURLExternal", {"filename": "a.png", "length": 0}, "invalid_arguments"),
    ("files.getUploadURLExternal", {"filename": "a", "length": 1, "alt_txt": "x" * 1001}, "alt_txt_too_large"),
    ("reactions.remove", {"name": "mega"}, "no_item_specified"),
]


def _case(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)[:40]


@pytest.mark.parametrize(("method", "arguments", "code"), REFUSED, ids=_case)
async def test_slack_refuses(client: AsyncWebClient, method: str, arguments: Json, code: str) -> None:
    assert (await refusal(client, method, **arguments))["error"] == code


@pytest.mark.parametrize(("method", "arguments", "code"), REFUSED_AS_FORM, ids=_case)
async def test_slack_refuses_a_form(client: AsyncWebClient, method: str, arguments: Json, code: str) -> None:
    try:
        found = "ok" if (await client.api_call(method, data=arguments))["ok"] else ""
    except SlackApiError as error:
        found = error.response["error"]

    assert found == code


async def test_a_json_body_is_not_read_by_methods_that_take_none(client: AsyncWebClient) -> None:
    answer = await refusal(client, "users.info", user="U1")

    assert answer["response_metadata"]["messages"] == ["[ERROR] missing required field: user"]


@pytest.mark.parametrize(("body", "code"), [("{", "invalid_json"), ("[]", "json_not_object")])
async def test_a_broken_body_is_refused(slack: FakeSlack, team: Team, body: str, code: str) -> None:
    headers = {"Authorization": f"Bearer {team.bot_token}", "Content-Type": "application/json; charset=utf-8"}
    async with aiohttp.ClientSession() as http:
        answer = await http.post(slack.base + "auth.test", data=body, headers=headers)

        assert (await answer.json())["error"] == code


async def test_an_unknown_argument_is_named(client: AsyncWebClient) -> None:
    answer = await refusal(client, "chat.postMessage", channel="C1", text="x", chanel="C1")

    assert answer["response_metadata"]["messages"] == ["[ERROR] unknown argument: chanel"]


async def test_the_team_id_that_bolt_adds_is_let_through(client: AsyncWebClient) -> None:
    assert (await client.chat_postMessage(channel="C1", text="x", team_id="T1"))["ok"]


async def test_invalid_blocks_say_what_is_wrong(client: AsyncWebClient) -> None:
    answer = await refusal(
        client, "chat.postMessage", channel="C1", blocks=[{"type": "image", "image_url": "https://a.example/a.png"}]
    )

    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] missing required field: alt_text [json-pointer:/blocks/0]"
    ]


async def test_somebody_elses_message_is_neither_changed_nor_deleted(client: AsyncWebClient, team: Team) -> None:
    said = await team.say("U1", "C1", "mine")

    assert (await refusal(client, "chat.update", channel="C1", ts=said.ts, text="x"))["error"] == "cant_update_message"
    assert (await refusal(client, "chat.delete", channel="C1", ts=said.ts))["error"] == "cant_delete_message"


async def test_an_archived_channel_is_not_touched(client: AsyncWebClient, team: Team) -> None:
    posted = await client.chat_postMessage(channel="C1", text="x")
    await team.archive("U1", "C1")

    assert (await refusal(client, "chat.update", channel="C1", ts=posted["ts"], text="y"))["error"] == "is_inactive"
    given = {"channel": "C1", "timestamp": posted["ts"], "name": "mega"}
    assert (await refusal(client, "reactions.add", **given))["error"] == "is_archived"


async def test_an_app_without_a_messages_tab_is_not_written_to(client: AsyncWebClient, team: Team) -> None:
    team.messages_tab = False

    assert (await refusal(client, "chat.postMessage", channel="U1", text="x"))["error"] == "messages_tab_disabled"


async def test_a_reply_is_no_thread(client: AsyncWebClient, team: Team) -> None:
    said = await team.say("U1", "C1", "first")
    reply = await team.say("U2", "C1", "second", said.ts)

    answer = await refusal(client, "chat.postMessage", channel="C1", text="x", thread_ts=reply.ts)

    assert answer["error"] == "cannot_reply_to_message"


@pytest.mark.parametrize("code", ["restricted_action", "restricted_action_read_only_channel"])
async def test_a_channel_may_be_closed_to_posts(client: AsyncWebClient, team: Team, code: str) -> None:
    team.channels["C1"].refuses = code

    assert (await refusal(client, "chat.postMessage", channel="C1", text="x"))["error"] == code


async def test_a_public_channel_from_outside_needs_its_scope(client: AsyncWebClient, team: Team) -> None:
    assert (await client.chat_postMessage(channel="C2", text="x"))["ok"]

    team.scopes -= {"chat:write.public"}

    assert (await refusal(client, "chat.postMessage", channel="C2", text="x"))["error"] == "not_in_channel"


async def test_a_missing_scope_is_named(client: AsyncWebClient, team: Team) -> None:
    team.scopes = frozenset({"channels:history", "commands"})

    posting = await refusal(client, "chat.postMessage", channel="C1", text="x")
    reading = await refusal(client, "conversations.history", channel="G1")

    assert posting == {
        "ok": False,
        "error": "missing_scope",
        "needed": "chat:write",
        "provided": "channels:history,commands",
    }
    assert (reading["error"], reading["needed"]) == ("missing_scope", "groups:history")


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive", "invalid_auth"])
async def test_a_dead_token_is_refused_everywhere(client: AsyncWebClient, team: Team, code: str) -> None:
    team.refuse(team.bot_token, code)

    assert (await refusal(client, "auth.test"))["error"] == code
    assert (await refusal(client, "chat.postMessage", channel="C1", text="x"))["error"] == code


@pytest.mark.parametrize("method", sorted(HANDLERS))
async def test_every_method_wants_a_token(slack: FakeSlack, team: Team, method: str) -> None:
    nobody = AsyncWebClient(token="", base_url=slack.base, retry_handlers=[])
    stranger = AsyncWebClient(token="xoxb-" + "nobody", base_url=slack.base, retry_handlers=[])

    assert (await refusal(nobody, method))["error"] == "not_authed"
    assert (await refusal(stranger, method))["error"] == "invalid_auth"


async def test_each_token_has_its_own_methods(slack: FakeSlack, team: Team, client: AsyncWebClient) -> None:
    app = AsyncWebClient(token=team.app_token, base_url=slack.base, retry_handlers=[])

    assert (await refusal(client, "apps.connections.open"))["error"] == "not_allowed_token_type"
    assert (await refusal(app, "chat.postMessage", channel="C1", text="x"))["error"] == "not_allowed_token_type"


async def test_a_trigger_serves_once_and_for_three_seconds(
    slack: FakeSlack, team: Team, client: AsyncWebClient, time: FixedClock
) -> None:
    once, late = slack.triggers.new(team, "U1"), slack.triggers.new(team, "U1")

    assert (await client.views_open(trigger_id=once, view=MODAL))["ok"]
    assert (await refusal(client, "views.open", trigger_id=once, view=MODAL))["error"] == "exchanged_trigger_id"
    time.advance(seconds=3.1)
    assert (await refusal(client, "views.open", trigger_id=late, view=MODAL))["error"] == "expired_trigger_id"


async def test_three_forms_are_the_most(slack: FakeSlack, team: Team, client: AsyncWebClient) -> None:
    first = (await client.views_open(trigger_id=slack.triggers.new(team, "U1"), view=MODAL))["view"]["id"]
    for _ in range(2):
        await client.views_push(trigger_id=slack.triggers.new(team, "U1", first), view=MODAL)

    answer = await refusal(client, "views.push", trigger_id=slack.triggers.new(team, "U1", first), view=MODAL)

    assert answer["error"] == "push_limit_reached"


async def test_a_view_changes_under_its_hash_and_keeps_its_type_and_its_name(
    slack: FakeSlack, team: Team, client: AsyncWebClient
) -> None:
    named = MODAL | {"external_id": "share"}
    view = (await client.views_open(trigger_id=slack.triggers.new(team, "U1"), view=named))["view"]
    given = {"view_id": view["id"], "view": MODAL}

    assert (await refusal(client, "views.update", **given, hash="old"))["error"] == "hash_conflict"
    assert (await refusal(client, "views.update", view_id=view["id"], view=HOME))["error"] == "invalid_arguments"
    again = {"trigger_id": slack.triggers.new(team, "U2"), "view": named}
    assert (await refusal(client, "views.open", **again))["error"] == "duplicate_external_id"
    assert (await client.api_call("views.update", json={**given, "hash": view["hash"]}))["ok"]
    assert (await refusal(client, "views.update", **given, hash=view["hash"]))["error"] == "hash_conflict"


async def test_many_people_come_in_pages(team: Team, client: AsyncWebClient) -> None:
    for number in range(1000):
        team.user(f"U1{number:04}", f"person{number}")

    with pytest.raises(SlackApiError, match="limit_required"):
        await client.users_list()
    first = await client.users_list(limit=900)
    rest = await client.users_list(limit=900, cursor=first["response_metadata"]["next_cursor"])

    ids = {user["id"] for user in [*first["members"], *rest["members"]]}
    assert ids == set(team.users)


async def test_a_home_needs_its_tab(client: AsyncWebClient, team: Team) -> None:
    team.home_tab = False

    assert (await refusal(client, "views.publish", user_id="U1", view=HOME))["error"] == "not_enabled"


async def test_a_bot_reacts_once_with_an_emoji(client: AsyncWebClient, team: Team) -> None:
    said = await team.say("U1", "C1", "x")
    given = {"channel": "C1", "timestamp": said.ts, "name": "mega"}
    await client.api_call("reactions.add", json=given)

    assert (await refusal(client, "reactions.add", **given))["error"] == "already_reacted"
    await client.api_call("reactions.remove", json=given)
    assert (await refusal(client, "reactions.remove", **given))["error"] == "no_reaction"
    assert (await refusal(client, "reactions.add", **given | {"name": "No!"}))["error"] == "invalid_name"


@pytest.mark.parametrize(
    ("fault", "seen", "stands"),
    [
        (Fault.RATE(7), (429, "ratelimited"), 0),
        (Fault.INTERNAL_ERROR, (200, "internal_error"), 0),
        (Fault.INTERNAL_ERROR_DONE, (200, "internal_error"), 1),
        (Fault.ERROR("fatal_error", done=True), (200, "fatal_error"), 1),
    ],
)
async def test_faults_come_when_called(
    slack: FakeSlack, team: Team, client: AsyncWebClient, fault: Fault, seen: tuple[int, str], stands: int
) -> None:
    slack.faults.next("chat.postMessage", fault)

    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C1", text="x")

    assert (caught.value.response.status_code, caught.value.response["error"]) == seen
    assert caught.value.response.headers.get("Retry-After") == ("7" if fault.retry_after else None)
    assert len(team.messages("C1")) == stands
    assert (await client.chat_postMessage(channel="C1", text="y"))["ok"]


@pytest.mark.parametrize(("fault", "stands"), [(Fault.RESET_AFTER_ACCEPT, 1), (Fault.RESET, 0)])
async def test_a_line_may_be_cut_after_the_message_stands(
    slack: FakeSlack, team: Team, client: AsyncWebClient, fault: Fault, stands: int
) -> None:
    slack.faults.next("chat.postMessage", fault)

    with pytest.raises(aiohttp.ClientConnectionError):
        await client.chat_postMessage(channel="C1", text="x")

    assert len(team.messages("C1")) == stands


async def test_a_server_error_is_a_page(slack: FakeSlack, team: Team, client: AsyncWebClient) -> None:
    slack.faults.next("chat.postMessage", Fault.HTTP_500)
    async with aiohttp.ClientSession() as http:
        answer = await http.post(slack.base + "chat.postMessage", headers={"Authorization": f"Bearer {team.bot_token}"})

        assert (answer.status, answer.content_type) == (500, "text/html")


async def test_tiers_are_held_when_asked_for(
    slack: FakeSlack, team: Team, client: AsyncWebClient, time: FixedClock
) -> None:
    slack.enforce_tiers = True
    await client.chat_postMessage(channel="C1", text="one")
    await client.chat_postMessage(channel="G1", text="elsewhere")

    assert (await refusal(client, "chat.postMessage", channel="C1", text="two"))["error"] == "ratelimited"
    time.advance(seconds=1)
    assert (await client.chat_postMessage(channel="C1", text="two"))["ok"]
    for _ in range(20):
        await client.users_list(limit=1)
    with pytest.raises(SlackApiError, match="ratelimited"):
        await client.users_list(limit=1)


async def test_a_file_comes_in_three_steps(slack: FakeSlack, team: Team, client: AsyncWebClient) -> None:
    """Asked for, sent, completed; a block may name it when it is processed, which here takes a second look."""
    team.processing = 2
    asked = await client.files_getUploadURLExternal(filename="a.png", length=3, alt_txt="A picture")
    image = {"type": "image", "slack_file": {"id": asked["file_id"]}, "alt_text": "A picture"}
    async with aiohttp.ClientSession() as http:
        assert (await http.post(asked["upload_url"], data=b"four")).status == 400
        assert (await refusal(client, "files.completeUploadExternal", files=[{"id": asked["file_id"]}]))[
            "error"
        ] == "file_not_found"
        assert (await http.post(asked["upload_url"], data=b"png")).status == 200
    await client.api_call("files.completeUploadExternal", json={"files": [{"id": asked["file_id"], "title": "A"}]})

    assert (await refusal(client, "chat.postMessage", channel="C1", blocks=[image]))["error"] == "invalid_blocks"
    assert (await client.chat_postMessage(channel="C1", text="A", blocks=[image]))["ok"]


async def test_a_deleted_file_is_gone(team: Team, client: AsyncWebClient) -> None:
    file = await team.upload("U1", "a.png", b"png")
    await team.say("U1", "C1", "look", files=[file])
    file.deleted = True

    with pytest.raises(SlackApiError, match="file_deleted"):
        await client.files_info(file=file.id)


async def test_a_form_is_pushed_from_a_form_only(slack: FakeSlack, team: Team, client: AsyncWebClient) -> None:
    await client.views_open(trigger_id=slack.triggers.new(team, "U1"), view=MODAL)

    answer = await refusal(client, "views.push", trigger_id=slack.triggers.new(team, "U1"), view=MODAL)

    assert answer["error"] == "not_found"


async def test_files_are_for_the_token_only(slack: FakeSlack, team: Team, client: AsyncWebClient) -> None:
    seen = await team.upload("U1", "a.png", b"png")
    unseen = await team.upload("U1", "b.png", b"png")
    await team.say("U1", "C1", "look", files=[seen])
    await team.say("U1", "C2", "look", files=[unseen])
    own = {"Authorization": f"Bearer {team.bot_token}"}

    async with aiohttp.ClientSession() as http:

        async def get(url: str, headers: dict[str, str]) -> int:
            return (await http.get(url, headers=headers, allow_redirects=False)).status

        assert await get(seen.url, own) == 200
        assert await get(seen.url, {}) == 302
        assert await get(unseen.url, own) == 404
        team.scopes -= {"files:read"}
        assert await get(seen.url, own) == 302


async def test_a_response_url_serves_five_times_for_half_an_hour(
    slack: FakeSlack, team: Team, time: FixedClock
) -> None:
    url, late = (slack.hooks.open(team, "commands", "C1", "U1") for _ in range(2))
    async with aiohttp.ClientSession() as http:
        told = [(await http.post(url, json={"text": str(n)})).status for n in range(6)]
        nothing = await http.post(late, json={})
        time.advance(minutes=31)
        over = await http.post(late, json={"text": "x"})

        assert told == [200] * 5 + [404]
        assert (nothing.status, (await nothing.json())["error"]) == (400, "no_text")
        assert (over.status, (await over.json())["error"]) == (404, "expired_url")
    assert [e.text for e in team.ephemerals("U1")] == ["0", "1", "2", "3", "4"]
