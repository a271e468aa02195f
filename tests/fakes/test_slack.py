"""A walk through the fake with Slack's own SDK: a bolt app hears what people do, and people see what it does."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bridge.model.clock import FixedClock
from tests.fakes.slack import FakeSlack, NotAnswered, Team
from tests.fakes.slack.hands import Submitted
from tests.fakes.slack.people import CannotDo

Json = dict[str, Any]
EVERYTHING = re.compile(".*")


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(label: str, value: str) -> Json:
    return {"type": "button", "text": plain(label), "value": value, "action_id": value}


def form(*blocks: Json, **more: Any) -> Json:
    return {
        "type": "modal",
        "callback_id": "share",
        "title": plain("Share"),
        "submit": plain("Send"),
        "blocks": list(blocks),
        **more,
    }


def asking(name: str, element: Json | None = None, **more: Any) -> Json:
    element = {"action_id": name, **(element or {"type": "plain_text_input"})}
    return {"type": "input", "block_id": name, "label": plain(name.title()), "element": element, **more}


class App:
    """A bolt app that keeps what it hears, and acknowledges with what it is told to."""

    def __init__(self, team: Team, client: AsyncWebClient) -> None:
        self.heard: list[Json] = []
        self.ack: dict[str, Any] = {}
        self.team, self.bolt = team, AsyncApp(client=client, ignoring_self_events_enabled=False)
        for kind, listen in {
            "command": self.bolt.command,
            "action": self.bolt.action,
            "view": self.bolt.view,
            "closed": self.bolt.view_closed,
            "shortcut": self.bolt.shortcut,
            "event": self.bolt.event,
        }.items():
            listen(EVERYTHING)(self._listener(kind))
        self.handlers: list[AsyncSocketModeHandler] = []

    def _listener(self, kind: str) -> Any:
        async def hear(body: Json, ack: Any) -> None:
            self.heard.append(body)
            answer = self.ack.get(kind)
            await (ack(**answer) if isinstance(answer, dict) else ack(answer or ""))

        return hear

    @property
    def events(self) -> list[Json]:
        return [body["event"] for body in self.heard if "event" in body]

    def of(self, type_: str, subtype: str = "") -> list[Json]:
        return [e for e in self.events if e["type"] == type_ and e.get("subtype", "") == subtype]

    async def connect(self) -> None:
        before = len(self.team.sockets.connections)
        handler = AsyncSocketModeHandler(self.bolt, self.team.app_token, ping_interval=0.2)
        handler.client.proxy = None
        self.handlers.append(handler)
        await handler.connect_async()
        await self.team.slack.until(lambda: len(self.team.sockets.connections) > before)


@pytest.fixture
async def app(team: Team, client: AsyncWebClient) -> AsyncIterator[App]:
    made = App(team, client)
    await made.connect()
    yield made
    for handler in made.handlers:
        await handler.close_async()


# commands


async def test_a_command_is_acknowledged_with_what_its_sender_sees(slack: FakeSlack, app: App, team: Team) -> None:
    app.ack["command"] = "Shared."

    acked = await team.command("U1", "C1", "/bridge", "status 1 < 2 @bo #team")

    assert acked.payload == {"text": "Shared."}
    assert acked.seconds < slack.patience
    assert [e.text for e in team.ephemerals("U1")] == ["Shared."]
    assert app.heard[0]["text"] == "status 1 &lt; 2 <@U2|bo> <#C1|team>"
    assert app.heard[0]["command"] == "/bridge"


async def test_there_are_no_commands_in_threads(app: App, team: Team) -> None:
    said = await team.say("U1", "C1", "x")

    with pytest.raises(CannotDo, match="not supported in threads"):
        await team.command("U1", "C1", "/bridge", "help", thread=said.ts)


async def test_without_a_socket_a_command_fails_at_once(team: Team) -> None:
    with pytest.raises(NotAnswered, match="dispatch_failed"):
        await team.command("U1", "C1", "/bridge", "help")


async def test_a_command_that_is_not_acknowledged_times_out(app: App, team: Team, slack: FakeSlack) -> None:
    slack.patience = 0.05
    team.sockets.silence()

    with pytest.raises(NotAnswered, match="operation_timeout"):
        await team.command("U1", "C1", "/bridge", "help")


async def test_an_ack_that_slack_cannot_show_is_an_error_for_its_sender(app: App, team: Team) -> None:
    app.ack["command"] = {"text": "x", "blocks": [{"type": "banner"}]}

    with pytest.raises(NotAnswered, match="invalid_command_response"):
        await team.command("U1", "C1", "/bridge", "help")


async def test_a_socket_that_goes_takes_an_unanswered_command_along(slack: FakeSlack, team: Team) -> None:
    async with slack.raw_socket(team) as socket:
        await socket.receive_json()
        asked = asyncio.create_task(team.command("U1", "C1", "/bridge", "help"))
        await socket.receive_json()
        team.sockets.abort()

        with pytest.raises(NotAnswered, match="dispatch_failed"):
            await asked


# messages


async def test_a_mention_is_heard_as_message_and_as_mention(app: App, team: Team, slack: FakeSlack) -> None:
    said = await team.say("U1", "C1", "Tea & cake? @bridge https://a.example/x.")

    await slack.until(lambda: app.of("message") and app.of("app_mention"))
    assert app.of("message")[0]["text"] == "Tea &amp; cake? <@U1BOT> <https://a.example/x>."
    assert app.of("message")[0]["ts"] == app.of("app_mention")[0]["ts"] == said.ts
    assert app.of("message")[0]["channel_type"] == "channel"


async def test_only_channels_with_the_bot_inside_are_heard(app: App, team: Team, slack: FakeSlack) -> None:
    await team.say("U1", "C2", "unheard @bridge")
    await team.say("U1", "G2", "unheard")
    await team.say("U1", "G1", "heard")
    await team.say("U1", "U1", "heard in private @bridge")

    await slack.until(lambda: len(app.events) == 2)
    assert [(e["channel_type"], e["text"]) for e in app.events] == [
        ("group", "heard"),
        ("im", "heard in private <@U1BOT>"),
    ]


async def test_only_what_was_subscribed_to_and_may_be_read_is_heard(app: App, team: Team, slack: FakeSlack) -> None:
    team.subscribed -= {"app_mention"}
    team.scopes -= {"groups:history"}

    await team.say("U1", "G1", "no scope @bridge")
    await team.say("U1", "C1", "heard @bridge")

    await slack.until(lambda: app.events)
    assert [e["type"] for e in app.events] == ["message"]


async def test_an_edit_and_a_removal_are_heard_with_what_stood_before(app: App, team: Team, slack: FakeSlack) -> None:
    said = await team.say("U1", "C1", "one")
    await team.edit("U1", said, "two")
    await team.remove("U1", said)

    await slack.until(lambda: app.of("message", "message_deleted"))
    changed, deleted = app.of("message", "message_changed")[0], app.of("message", "message_deleted")[0]
    assert (changed["previous_message"]["text"], changed["message"]["text"]) == ("one", "two")
    assert changed["message"]["edited"]["user"] == "U1"
    assert (deleted["deleted_ts"], deleted["previous_message"]["text"]) == (said.ts, "two")


async def test_a_message_with_replies_leaves_a_grave(app: App, team: Team, slack: FakeSlack) -> None:
    said = await team.say("U1", "C1", "one")
    reply = await team.say("U2", "C1", "two", said.ts)

    await team.remove("U1", said)

    await slack.until(lambda: app.of("message", "message_changed"))
    assert app.of("message", "message_changed")[0]["message"]["subtype"] == "tombstone"
    assert not app.of("message", "message_deleted")
    assert [m.ts for m in team.messages("C1")] == [said.ts, reply.ts]


async def test_a_preview_is_a_change_without_an_edit(app: App, team: Team, slack: FakeSlack) -> None:
    said = await team.say("U1", "C1", "https://a.example")
    await team.unfurl(said, {"title": "A page"})

    await slack.until(lambda: app.of("message", "message_changed"))
    event = app.of("message", "message_changed")[0]
    assert event["message"]["text"] == event["previous_message"]["text"]
    assert "edited" not in event["message"]


async def test_replies_broadcasts_and_files_have_their_shapes(app: App, team: Team, slack: FakeSlack) -> None:
    said = await team.say("U1", "C1", "one")
    await team.say("U2", "C1", "two", said.ts)
    await team.say("U2", "C1", "three", said.ts, broadcast=True)
    await team.say("U2", "C1", "four", files=[await team.upload("U2", "a.png", b"png", alt="A")])

    await slack.until(lambda: app.of("message", "file_share"))
    assert [(e["thread_ts"], e["parent_user_id"]) for e in app.of("message") if "thread_ts" in e] == [(said.ts, "U1")]
    assert app.of("message", "thread_broadcast")[0]["root"]["text"] == "one"
    file = app.of("message", "file_share")[0]["files"][0]
    assert (file["name"], file["mimetype"], file["alt_txt"], file["size"]) == ("a.png", "image/png", "A", 3)


async def test_what_the_bot_posts_is_heard_as_its_own(app: App, team: Team, slack: FakeSlack, client: Any) -> None:
    await client.chat_postMessage(channel="C1", text="hello")

    await slack.until(lambda: app.of("message"))
    event = app.of("message")[0]
    assert (event["user"], event["bot_id"], event["app_id"]) == ("U1BOT", "B1BOT", "A1BRIDGE")


async def test_a_reply_to_a_removed_message_comes_out_in_the_channel(team: Team, client: AsyncWebClient) -> None:
    said = await team.say("U1", "C1", "one")
    await team.remove("U1", said)

    answer = await client.chat_postMessage(channel="C1", text="two", thread_ts=said.ts)

    assert "thread_ts" not in answer["message"]
    assert not team.messages("C1")[0].is_reply


async def test_an_update_keeps_what_it_does_not_name(team: Team, client: AsyncWebClient) -> None:
    metadata = {"event_type": "bridge_delivery", "event_payload": {"delivery": "n1"}}
    posted = await client.chat_postMessage(channel="C1", text="one", metadata=metadata)
    await client.chat_update(channel="C1", ts=posted["ts"], text="two")

    message = team.messages("C1")[0]
    assert (message.text, message.metadata, message.ts) == ("two", metadata, posted["ts"])
    await client.chat_delete(channel="C1", ts=posted["ts"])
    assert team.messages("C1") == []


async def test_an_update_without_blocks_leaves_them(team: Team, client: AsyncWebClient) -> None:
    blocks = [{"type": "section", "block_id": "b", "text": plain("one")}]
    posted = await client.chat_postMessage(channel="C1", text="one", blocks=blocks)

    await client.chat_update(channel="C1", ts=posted["ts"], text="two")
    kept = team.messages("C1")[0].blocks
    await client.chat_update(channel="C1", ts=posted["ts"], text="two", blocks=[])

    assert kept == blocks
    assert team.messages("C1")[0].blocks == []


async def test_a_message_to_somebody_who_left_seems_to_arrive(team: Team, client: AsyncWebClient) -> None:
    assert (await client.chat_postMessage(channel="U4", text="hello"))["ok"]


async def test_pings_are_kept_of_all_that_the_bot_shows(app: App, team: Team, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel="C1", text="&lt;!here&gt; @here")
    assert team.pinged == []

    posted = await client.chat_postMessage(channel="C1", text="<!here>")
    await client.chat_update(channel="C1", ts=posted["ts"], text="<@U1>")
    await client.chat_postEphemeral(channel="C1", user="U1", text="<!channel>")
    app.ack["command"] = "<@U2>"
    await team.command("U1", "C1", "/bridge", "help")

    assert team.pinged == ["<!here>", "<@U1>", "<!channel>", "<@U2>"]


async def test_what_is_typed_comes_as_text_and_as_rich_text(app: App, team: Team, slack: FakeSlack) -> None:
    await team.say("U1", "C1", "Tea & cake 🚀 @bo #open @here https://a.example")

    await slack.until(lambda: app.of("message"))
    event = app.of("message")[0]
    assert event["text"] == "Tea &amp; cake :rocket: <@U2> <#C2|open> <!here> <https://a.example>"
    elements = event["blocks"][0]["elements"][0]["elements"]
    assert elements[:2] == [
        {"type": "text", "text": "Tea & cake "},
        {"type": "emoji", "name": "rocket", "unicode": "1f680"},
    ]
    assert [e["type"] for e in elements if e["type"] not in ("text", "emoji")] == [
        "user",
        "channel",
        "broadcast",
        "link",
    ]


async def test_another_app_speaks_without_a_user(app: App, team: Team, slack: FakeSlack) -> None:
    await team.announce("C1", "Build passed")

    await slack.until(lambda: app.of("message", "bot_message"))
    assert "user" not in app.of("message", "bot_message")[0]


# reactions and what else happens


async def test_a_reaction_is_heard_with_its_item(app: App, team: Team, slack: FakeSlack) -> None:
    said = await team.say("U1", "C1", "x")
    await team.react("U2", said, ":thumbsup::skin-tone-3:")
    await team.unreact("U2", said, "thumbsup::skin-tone-3")

    await slack.until(lambda: app.of("reaction_removed"))
    event = app.of("reaction_added")[0]
    assert event["item"] == {"type": "message", "channel": "C1", "ts": said.ts}
    assert (event["user"], event["item_user"], event["reaction"]) == ("U2", "U1", "+1::skin-tone-3")


async def test_the_bot_hears_where_it_is_brought_and_taken_from(app: App, team: Team, slack: FakeSlack) -> None:
    await team.invite("U1", "C2")
    await team.kick("U1", "C2")
    await team.kick("U1", "G1")
    await team.join("U3", "C1")
    await team.leave("U3", "C1")

    await slack.until(lambda: app.of("member_left_channel"))
    assert [(e["user"], e.get("inviter")) for e in app.of("member_joined_channel")] == [("U1BOT", "U1"), ("U3", None)]
    assert [e["channel"] for e in app.of("channel_left")] == ["C2"]
    assert [e["channel"] for e in app.of("group_left")] == ["G1"]
    assert [e["user"] for e in app.of("member_left_channel")] == ["U3"]


async def test_a_status_is_heard_and_a_leaver(app: App, team: Team, slack: FakeSlack) -> None:
    await team.set_status("U1", "Shipping v2 & more", ":mega:", until=1795500000)
    await team.deactivate("U2")

    await slack.until(lambda: app.events and app.events[-1]["user"]["deleted"])
    profile = app.of("user_status_changed")[0]["user"]["profile"]
    assert profile["status_text"] == "Shipping v2 &amp; more"
    assert (profile["status_emoji"], profile["status_expiration"]) == (":mega:", 1795500000)
    assert app.of("user_change")[-1]["user"]["id"] == "U2"
    assert "U2" not in team.channels["C1"].members


async def test_archiving_renaming_and_deleting_channels_are_heard(app: App, team: Team, slack: FakeSlack) -> None:
    await team.archive("U1", "C1")
    await team.unarchive("U1", "C1")
    await team.rename_channel("C1", "crew")
    await team.archive("U1", "G1")
    await team.archive("U1", "G2")
    await team.delete_channel("U1", "C1")

    await slack.until(lambda: app.of("channel_deleted"))
    assert [e["type"] for e in app.events] == [
        "channel_archive",
        "channel_unarchive",
        "channel_rename",
        "group_archive",
        "channel_deleted",
    ]


async def test_uninstalling_kills_the_token(app: App, team: Team, slack: FakeSlack, client: AsyncWebClient) -> None:
    await team.uninstall()

    await slack.until(lambda: app.of("app_uninstalled"))
    assert app.of("tokens_revoked")[0]["tokens"] == {"oauth": [], "bot": ["U1BOT"]}
    with pytest.raises(SlackApiError, match="account_inactive"):
        await client.auth_test()


# buttons, forms, home, shortcuts


async def test_a_button_tells_where_it_stands(app: App, team: Team, client: AsyncWebClient) -> None:
    menu = {
        "type": "overflow",
        "action_id": "more",
        "options": [{"text": plain("Edit"), "value": "edit 1"}, {"text": plain("Remove"), "value": "remove 1"}],
    }
    blocks = [{"type": "actions", "block_id": "do", "elements": [button("Reply", "reply 1"), menu]}]
    await client.chat_postMessage(channel="C1", text="x", blocks=blocks)
    message = team.messages("C1")[0]

    assert team.buttons(message) == ["Reply", "Edit", "Remove"]
    await team.press("U1", message, "Reply")
    await team.press("U2", message, "remove 1")

    first, second = app.heard[-2:]
    assert first["actions"][0]["value"] == "reply 1"
    assert first["container"] == {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": "C1",
        "is_ephemeral": False,
    }
    assert first["message"]["blocks"] == message.blocks
    assert second["actions"][0]["selected_option"]["value"] == "remove 1"
    assert second["user"]["id"] == "U2"
    with pytest.raises(CannotDo, match="'Reply', 'Edit', 'Remove'"):
        await team.press("U1", message, "Forget")
    with pytest.raises(CannotDo, match="does not see"):
        await team.press("U3", message, "Reply")


async def test_an_ephemeral_is_changed_and_taken_away_by_its_response_url(
    app: App, team: Team, slack: FakeSlack, client: AsyncWebClient
) -> None:
    blocks = [{"type": "actions", "elements": [button("Yes", "yes")]}]
    await client.chat_postEphemeral(channel="C1", user="U1", text="Share?", blocks=blocks)
    shown = team.ephemerals("U1")[0]

    await team.press("U1", shown, "Yes")
    body = app.heard[-1]
    assert body["container"]["is_ephemeral"] is True
    assert "message" not in body

    await _post(body["response_url"], {"replace_original": True, "text": "Shared."})
    assert [e.text for e in team.ephemerals("U1")] == ["Shared."]
    await _post(body["response_url"], {"delete_original": True})
    assert team.ephemerals("U1") == []
    assert [c.method for c in slack.called("response_url")] == ["response_url"] * 2


async def _post(url: str, body: Json) -> None:
    async with aiohttp.ClientSession() as http:
        assert (await http.post(url, json=body)).status == 200


async def test_a_form_is_opened_filled_in_refused_and_sent(app: App, team: Team, client: AsyncWebClient) -> None:
    choice = {"type": "static_select", "options": [{"text": plain("Team"), "value": "t"}]}
    view = form(asking("text"), asking("audience", choice, optional=True), private_metadata="m1")
    await team.command("U1", "C1", "/bridge", "share")
    await client.views_open(trigger_id=app.heard[-1]["trigger_id"], view=view)

    with pytest.raises(CannotDo, match="'Text' is needed"):
        await team.submit("U1")
    with pytest.raises(CannotDo, match="no field"):
        await team.submit("U1", {"text": "x", "colour": "red"})
    app.ack["view"] = {"response_action": "errors", "errors": {"text": "Say more."}}
    refused = await team.submit("U1", {"Text": "x"})
    app.ack["view"] = None
    sent = await team.submit("U1", {"text": "Shipping", "audience": "Team"})

    assert refused.errors == {"text": "Say more."}
    assert isinstance(sent, Submitted)
    assert sent.closed
    assert team.modal("U1") is None
    shown = app.heard[-1]["view"]
    assert shown["private_metadata"] == "m1"
    assert shown["state"]["values"]["text"]["text"] == {"type": "plain_text_input", "value": "Shipping"}
    assert shown["state"]["values"]["audience"]["audience"]["selected_option"]["value"] == "t"


async def test_a_form_may_turn_into_another(app: App, team: Team, slack: FakeSlack, client: AsyncWebClient) -> None:
    await client.views_open(trigger_id=slack.triggers.new(team, "U1"), view=form(asking("text")))
    app.ack["view"] = {"response_action": "update", "view": form(asking("more"), notify_on_close=True)}

    turned = await team.submit("U1", {"text": "x"})
    await team.close("U1")

    assert turned.view is not None
    assert turned.view.blocks[0]["block_id"] == "more"
    assert app.heard[-1]["type"] == "view_closed"


async def test_a_form_lets_through_what_it_says_it_takes(
    app: App, team: Team, slack: FakeSlack, client: AsyncWebClient
) -> None:
    choice = {"type": "static_select", "options": [{"text": plain("Team"), "value": "t"}]}
    short = {"type": "plain_text_input", "max_length": 3}
    picture = {"type": "file_input", "max_files": 1}
    fields = [asking(*one, optional=True) for one in (("to", choice), ("text", short), ("picture", picture))]
    with pytest.raises(CannotDo, match="sees no form"):
        await team.submit("U1")
    await client.views_open(trigger_id=slack.triggers.new(team, "U1"), view=form(*fields))

    with pytest.raises(CannotDo, match="no option"):
        await team.submit("U1", {"to": "Everybody"})
    with pytest.raises(CannotDo, match="4 characters"):
        await team.submit("U1", {"text": "four"})
    with pytest.raises(CannotDo, match="too many files"):
        await team.submit("U1", {"picture": [await team.upload("U1", "a.png", b"x")] * 2})
    app.ack["view"] = {"response_action": "explode"}
    with pytest.raises(AssertionError, match="unknown response_action"):
        await team.submit("U1", {"to": "t"})


async def test_people_do_what_people_may(team: Team, client: AsyncWebClient) -> None:
    said = await team.say("U2", "C1", "mine")

    for refused in (
        team.say("U3", "C1", "from outside"),
        team.say("U1", "C3", "archived"),
        team.command("U3", "C1", "/bridge", "help"),
        team.edit("U1", said, "yours"),
        team.remove("U3", said),
        team.react("U3", said, "mega"),
        team.unreact("U1", said, "mega"),
    ):
        with pytest.raises(CannotDo):
            await refused
    await team.remove("U1", said)  # an admin may
    assert team.messages("C1") == []


async def test_errors_for_a_field_that_is_not_there_are_a_fault_of_the_app(
    app: App, team: Team, slack: FakeSlack, client: AsyncWebClient
) -> None:
    await client.views_open(trigger_id=slack.triggers.new(team, "U1"), view=form(asking("text")))
    app.ack["view"] = {"response_action": "errors", "errors": {"colour": "No."}}

    with pytest.raises(AssertionError, match="not in the form"):
        await team.submit("U1", {"text": "x"})


async def test_files_come_with_a_form(app: App, team: Team, slack: FakeSlack, client: AsyncWebClient) -> None:
    picture = asking("picture", {"type": "file_input", "filetypes": ["png"], "max_files": 1})
    await client.views_open(trigger_id=slack.triggers.new(team, "U1"), view=form(picture))
    file = await team.upload("U1", "a.png", b"png")

    with pytest.raises(CannotDo, match="only"):
        await team.submit("U1", {"picture": [await team.upload("U1", "a.exe", b"x")]})
    await team.submit("U1", {"picture": [file]})

    values = app.heard[-1]["view"]["state"]["values"]["picture"]["picture"]
    assert [f["id"] for f in values["files"]] == [file.id]
    assert (await client.files_info(file=file.id))["file"]["size"] == 3


async def test_a_home_is_published_opened_and_pressed(
    app: App, team: Team, slack: FakeSlack, client: AsyncWebClient
) -> None:
    await team.open_home("U1")
    blocks = [{"type": "actions", "elements": [button("See it now", "digest")]}]
    published = await client.views_publish(user_id="U1", view={"type": "home", "blocks": blocks})
    home = team.home("U1")
    assert home is not None

    await team.press("U1", home, "See it now")

    assert app.heard[-1]["view"]["id"] == published["view"]["id"]
    assert app.heard[-1]["container"]["type"] == "view"
    await team.open_home("U1")
    await slack.until(lambda: len(app.of("app_home_opened")) == 2)
    assert ["view" in e for e in app.of("app_home_opened")] == [False, True]


async def test_shortcuts_work_where_the_bot_is_not(app: App, team: Team) -> None:
    said = await team.say("U1", "G2", "worth sharing")

    await team.shortcut("U1", "share_message", said)
    await team.shortcut("U1", "share_update")

    message, everywhere = app.heard
    assert (message["type"], message["message"]["text"], message["channel"]["id"]) == (
        "message_action",
        "worth sharing",
        "G2",
    )
    assert (everywhere["type"], everywhere["callback_id"]) == ("shortcut", "share_update")


# reading


async def test_history_gives_pages_newest_first_and_metadata_when_asked(team: Team, client: AsyncWebClient) -> None:
    metadata = {"event_type": "bridge_delivery", "event_payload": {"delivery": "n1"}}
    for number in range(5):
        await client.chat_postMessage(channel="C1", text=str(number), metadata=metadata)
    stamps = [m.ts for m in team.messages("C1")]

    first = await client.conversations_history(channel="C1", limit=2)
    rest = await client.conversations_history(
        channel="C1", limit=9, cursor=first["response_metadata"]["next_cursor"], include_all_metadata=True
    )
    between = await client.conversations_history(channel="C1", oldest=stamps[1], latest=stamps[3])
    inside = await client.conversations_history(channel="C1", oldest=stamps[1], latest=stamps[3], inclusive=True)

    assert [m["text"] for m in first["messages"]] == ["4", "3"]
    assert first["messages"][0]["metadata"] == {"event_type": "bridge_delivery"}
    assert [m["text"] for m in rest["messages"]] == ["2", "1", "0"]
    assert rest["messages"][0]["metadata"] == metadata
    assert (first["has_more"], rest["has_more"]) == (True, False)
    assert [m["text"] for m in between["messages"]] == ["2"]
    assert [m["text"] for m in inside["messages"]] == ["3", "2", "1"]


async def test_a_thread_is_read_from_its_first_message(team: Team, client: AsyncWebClient) -> None:
    said = await team.say("U1", "C1", "one")
    await team.say("U2", "C1", "two", said.ts)
    await team.say("U2", "C1", "three", said.ts, broadcast=True)

    thread = await client.conversations_replies(channel="C1", ts=said.ts)
    channel = await client.conversations_history(channel="C1")

    assert [m["text"] for m in thread["messages"]] == ["one", "two", "three"]
    assert thread["messages"][0]["reply_count"] == 2
    assert [m["text"] for m in channel["messages"]] == ["three", "one"]


async def test_what_the_bot_may_know_of_channels_and_people(team: Team, client: AsyncWebClient) -> None:
    listed = await client.conversations_list(types="public_channel,private_channel", exclude_archived=True)
    inside = await client.users_conversations(types="public_channel,private_channel")
    members = await client.conversations_members(channel="C4", limit=2)
    shared = await client.conversations_info(channel="C4", include_num_members=True)
    guest, zoe = [(await client.users_info(user=id))["user"] for id in ("U3", "U9")]

    assert [c["id"] for c in listed["channels"]] == ["C1", "C2", "C4", "G1"]
    assert [c["id"] for c in inside["channels"]] == ["C1", "C3", "C4", "G1"]
    assert (members["members"], bool(members["response_metadata"]["next_cursor"])) == (["U1", "U9"], True)
    assert (shared["channel"]["is_ext_shared"], shared["channel"]["num_members"]) == (True, 3)
    assert (guest["is_restricted"], zoe["is_stranger"], zoe["team_id"]) == (True, True, "T9OTHER")
    assert "email" not in zoe["profile"]


async def test_joining_and_opening(app: App, team: Team, slack: FakeSlack, client: AsyncWebClient) -> None:
    await client.conversations_join(channel="C2")
    again = await client.conversations_join(channel="C2")
    direct = await client.conversations_open(users="U1")
    await client.chat_postMessage(channel="U1", text="psst")

    assert again["warning"] == "already_in_channel"
    assert team.texts("U1") == ["psst"]
    assert team.place("U1").id == direct["channel"]["id"]
    await slack.until(lambda: app.of("member_joined_channel"))
    assert app.of("member_joined_channel")[0]["user"] == "U1BOT"


async def test_who_the_app_is(team: Team, client: AsyncWebClient) -> None:
    answer = await client.auth_test()

    assert (answer["team_id"], answer["user_id"], answer["bot_id"]) == ("T1", "U1BOT", "B1BOT")
    assert answer["url"] == "https://acme.slack.com/"
    assert set(answer.headers["x-oauth-scopes"].split(",")) == team.scopes


# sockets


async def test_each_payload_goes_to_one_socket_in_turn(app: App, team: Team, slack: FakeSlack) -> None:
    await app.connect()

    for number in range(4):
        await team.say("U1", "C1", str(number))

    await slack.until(lambda: len(app.events) == 4)
    used = [d.connection.number for d in team.sockets.deliveries if d.connection]
    assert sorted(used) == [1, 1, 2, 2]


async def test_a_disconnect_loses_nothing(app: App, team: Team, slack: FakeSlack) -> None:
    await app.connect()
    for number in range(10):
        await team.sockets.disconnect("refresh_requested", 0)
        await team.say("U1", "C1", str(number))
        await slack.until(lambda: len(team.sockets.connections) == 2)

    await slack.until(lambda: not team.sockets.unacked)
    assert {e["text"] for e in app.events} == {str(n) for n in range(10)}


@pytest.mark.parametrize("reason", ["link_disabled", "warning", "too_many_websockets"])
async def test_slack_says_why_it_goes(slack: FakeSlack, team: Team, reason: str, client: AsyncWebClient) -> None:
    async with slack.raw_socket(team) as socket:
        assert (await socket.receive_json())["num_connections"] == 1

        going = asyncio.create_task(team.sockets.disconnect(reason))

        assert (await socket.receive_json())["reason"] == reason
        if reason != "warning":
            assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
        await going
        assert (team.sockets.connections != []) == (reason == "warning")


async def test_an_event_comes_again_until_it_is_acknowledged(slack: FakeSlack, team: Team, time: FixedClock) -> None:
    """At once when the ack is late, after one minute, after five; then it is lost."""
    async with slack.raw_socket(team) as socket:
        await socket.receive_json()
        await team.say("U1", "C1", "x")
        envelopes = [await socket.receive_json()]
        for pause in (0, 60, 300):
            time.advance(seconds=3)
            if pause:
                await slack.until(lambda: team.sockets.unacked[0].due)
                time.advance(seconds=pause)
            envelopes.append(await asyncio.wait_for(socket.receive_json(), 2))
        time.advance(seconds=3)
        await slack.until(lambda: team.sockets.deliveries[0].lost)

    assert [(e["retry_attempt"], e["retry_reason"]) for e in envelopes] == [(0, "")] + [
        (n, "timeout") for n in (1, 2, 3)
    ]
    assert len({e["payload"]["event_id"] for e in envelopes}) == 1
    assert len({e["envelope_id"] for e in envelopes}) == 4


async def test_what_went_down_with_a_socket_comes_over_another_at_once(slack: FakeSlack, team: Team) -> None:
    async with slack.raw_socket(team) as first, slack.raw_socket(team) as second:
        assert (await first.receive_json())["type"] == (await second.receive_json())["type"] == "hello"
        await team.say("U1", "C1", "x")
        taken = team.sockets.deliveries[0].connection
        assert taken is not None
        team.sockets.abort(team.sockets.connections.index(taken))

        left = second if taken.number == 1 else first
        envelope = await asyncio.wait_for(left.receive_json(), 2)

    assert (envelope["payload"]["event"]["text"], envelope["retry_attempt"]) == ("x", 1)


async def test_retries_come_when_called(slack: FakeSlack, team: Team) -> None:
    await team.say("U1", "C1", "nobody listens")
    async with slack.raw_socket(team) as socket:
        await socket.receive_json()

        assert await slack.retry_now() == 1

        envelope = await socket.receive_json()
        await socket.send_json({"envelope_id": envelope["envelope_id"]})
        await slack.until(lambda: not team.sockets.unacked)
        assert envelope["retry_attempt"] == 2


async def test_an_event_may_come_twice(app: App, team: Team, slack: FakeSlack) -> None:
    team.sockets.duplicates = 1

    await team.say("U1", "C1", "x")

    await slack.until(lambda: len(app.heard) == 2)
    assert app.heard[0]["event_id"] == app.heard[1]["event_id"]


async def test_a_silent_or_cut_socket_is_noticed_by_the_sdk(app: App, team: Team, slack: FakeSlack) -> None:
    team.sockets.abort()
    await slack.until(lambda: [c.number for c in team.sockets.connections] == [2])

    team.sockets.silence()

    await slack.until(lambda: any(not c.silent for c in team.sockets.connections))


async def test_ten_sockets_are_the_most(slack: FakeSlack, team: Team, client: AsyncWebClient) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(10):
            socket = await stack.enter_async_context(slack.raw_socket(team))
            assert (await socket.receive_json())["type"] == "hello"
        late = await stack.enter_async_context(slack.raw_socket(team))

        assert (await late.receive_json())["reason"] == "too_many_websockets"


async def test_two_workspaces_keep_to_themselves(slack: FakeSlack, team: Team, client: AsyncWebClient) -> None:
    other = slack.team("T2", "Beta")
    other.user("U1", "una")
    other.channel("C1", "team", members=["U1"], bot=True)

    await AsyncWebClient(token=other.bot_token, base_url=slack.base).chat_postMessage(channel="C1", text="beta")

    assert (team.texts("C1"), other.texts("C1")) == ([], ["beta"])
    assert [c.team for c in slack.called("chat.postMessage")] == ["T2"]


async def test_until_gives_up_and_says_what_was_called(slack: FakeSlack, client: AsyncWebClient) -> None:
    await client.auth_test()

    with pytest.raises(AssertionError, match=r"auth\.test"):
        await slack.until(lambda: False, 0.02)
