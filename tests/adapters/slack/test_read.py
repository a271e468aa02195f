"""What Slack's payloads say in our words, which of them concern us, and which requests they carry."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bridge.adapters.slack.heard import asked, concerns, read
from bridge.adapters.slack.heard.asked import Meta
from bridge.adapters.slack.heard.concerns import Us
from bridge.adapters.slack.heard.read import Known
from bridge.model.command import Where, Who
from bridge.model.inbound import (
    Closed,
    Edited,
    HomeOpened,
    Inbound,
    Joined,
    Left,
    Message,
    Profiled,
    Reacted,
    Removed,
    Said,
    StatusSet,
    Unreacted,
)
from bridge.model.person import Profile
from bridge.model.place import PlaceKind
from bridge.model.policy import Policy
from tests.core import MONDAY

US = Us("T1", "U1BOT", "B1", "A1")
ANA = Who("slack", "T1", "U1")
TEAM = Where("slack", "T1", "C1", name="team")
HOME = Where("slack", "T1", "U1", PlaceKind.DIRECT, private=True)
TS, THREAD = f"{MONDAY.timestamp():.0f}.000100", "1700000000.000200"
PUBLIC = Known({"U2": "bo"}, "team", private=False)


def event(**parts: Any) -> dict[str, Any]:
    return {"type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": "Ev1", "event": parts}


def said(text: str, **parts: Any) -> dict[str, Any]:
    return event(**{"type": "message", "user": "U1", "channel": "C1", "ts": TS, "text": text, **parts})


def lane(payload: object) -> str:
    return concerns.lane(payload, US, Policy())


def heard(payload: object, known: Known = PUBLIC) -> Inbound | None:
    return read.heard(payload, US, known)


def message(text: str, **parts: Any) -> Message:
    return Message(**{"where": TEAM, "id": TS, "author": ANA, "text": text, "at": MONDAY, **parts})


UNDER_OURS = {"thread_ts": THREAD, "parent_user_id": "U1BOT"}
INSIDE = Where("slack", "T1", f"C1:{THREAD}", PlaceKind.THREAD, "team")
ANA_S_ITEM = {"user": "U1", "item": {"type": "message", "channel": "C1", "ts": TS}, "item_user": "U2"}

REMOVED = "I'm not in the channel. Type /invite @bridge there."
EVENTS: list[tuple[str, dict[str, Any], Inbound]] = [
    (
        "a mention",
        said("<@U1BOT> follow <@U2>", type="app_mention"),
        Said("T1 Ev1", message("follow @bo")),
    ),
    (
        "a mention with a label and a comma",
        said("<@U1BOT|bridge>, help", type="app_mention"),
        Said("T1 Ev1", message("help")),
    ),
    (
        "a direct message",
        said("Fish &amp; chips", channel="D1", channel_type="im"),
        Said("T1 Ev1", message("Fish & chips", where=HOME)),
    ),
    (
        "an answer under one of our messages",
        said("Well done", **UNDER_OURS),
        Said("T1 Ev1", message("Well done", thread=THREAD, inside=INSIDE), named=False),
    ),
    (
        "an edit",
        event(
            type="message",
            subtype="message_changed",
            channel="C1",
            message={"user": "U1", "ts": TS, "text": "Now"},
            previous_message={"text": "Then"},
        ),
        Edited("T1 Ev1", TEAM, TS, "Now", before="Then"),
    ),
    (
        "a message that is gone",
        event(type="message", subtype="message_deleted", channel="C1", deleted_ts=TS, previous_message={"user": "U1"}),
        Removed("T1 Ev1", TEAM, TS),
    ),
    (
        "one that left its answers behind",
        event(
            type="message",
            subtype="message_changed",
            channel="C1",
            message={"user": "USLACKBOT", "subtype": "tombstone", "ts": TS},
        ),
        Removed("T1 Ev1", TEAM, TS),
    ),
    (
        "a reaction with a skin tone",
        event(type="reaction_added", reaction="+1::skin-tone-4", **ANA_S_ITEM),
        Reacted("T1 Ev1", ANA, TEAM, TS, ":+1::skin-tone-4:"),
    ),
    (
        "a reaction that is taken away",
        event(type="reaction_removed", reaction="mega", **ANA_S_ITEM),
        Unreacted("T1 Ev1", ANA, TEAM, TS, ":mega:"),
    ),
    (
        "being invited",
        event(type="member_joined_channel", user="U1BOT", channel="C1", inviter="U1"),
        Joined("T1 Ev1", TEAM, ANA),
    ),
    ("being sent away", event(type="member_left_channel", user="U1BOT", channel="C1"), Left("T1 Ev1", TEAM, REMOVED)),
    ("the same, as Slack says it", event(type="channel_left", channel="C1"), Left("T1 Ev1", TEAM, REMOVED)),
    (
        "an archived channel",
        event(type="channel_archive", channel="C1", user="U2"),
        Left("T1 Ev1", TEAM, "The channel is archived. Unarchive it."),
    ),
    (
        "a deleted channel",
        event(type="channel_deleted", channel="C1"),
        Left("T1 Ev1", TEAM, "The channel was deleted.", gone=True),
    ),
    ("its coming back", event(type="channel_unarchive", channel="C1", user="U2"), Joined("T1 Ev1", TEAM, None)),
    ("the home", event(type="app_home_opened", user="U1", tab="home"), HomeOpened("T1 Ev1", ANA)),
    (
        "a status",
        event(
            type="user_status_changed",
            user={
                "id": "U1",
                "profile": {
                    "status_emoji": ":mega:",
                    "status_text": "Shipping &gt; v2",
                    "status_expiration": int(MONDAY.timestamp()),
                },
            },
        ),
        StatusSet("T1 Ev1", ANA, ":mega:", "Shipping > v2", MONDAY),
    ),
    (
        "somebody who left",
        event(type="user_change", user={"id": "U1", "deleted": True}),
        Closed("T1 Ev1", "slack", "T1", ANA),
    ),
    (
        "a changed profile",
        event(type="user_change", user={"id": "U1", "team_id": "T1", "real_name": "Ana K", "is_restricted": True}),
        Profiled("T1 Ev1", ANA, Profile("Ana K", guest=True)),
    ),
    ("a withdrawn token", event(type="tokens_revoked", tokens={"bot": ["U1BOT"]}), Closed("T1 Ev1", "slack", "T1")),
    ("the app taken out", event(type="app_uninstalled"), Closed("T1 Ev1", "slack", "T1")),
]


@pytest.mark.parametrize(("name", "payload", "expected"), EVENTS, ids=[name for name, _, _ in EVENTS])
def test_an_event_that_concerns_us_says(name: str, payload: dict[str, Any], expected: Inbound) -> None:
    assert lane(payload)
    assert heard(payload) == expected


CHATTER: list[tuple[str, dict[str, Any]]] = [
    ("an ordinary message", said("Lunch?")),
    ("one in somebody's thread", said("Soup", thread_ts=THREAD, parent_user_id="U2")),
    ("our name in the middle", said("ask <@U1BOT> about it", type="app_mention")),
    ("the same as a message", said("<@U1BOT> help")),
    ("one under ours that begins with our name: it comes as a mention", said("<@U1BOT> reply hi", **UNDER_OURS)),
    ("our own message", said("Hello", user="U1BOT")),
    ("another program's", said("Build 7 failed", bot_id="B2", channel="D1")),
    ("somebody joining", said("", subtype="channel_join")),
    ("somebody else invited", event(type="member_joined_channel", user="U2", channel="C1")),
    ("an emoji that counts for nothing", event(type="reaction_added", reaction="soup", **ANA_S_ITEM)),
    ("our own reaction", event(type="reaction_added", reaction="mega", **{**ANA_S_ITEM, "user": "U1BOT"})),
    ("a file that was reacted to", event(type="reaction_added", reaction="mega", user="U1", item={"type": "file"})),
    ("a link that unfolded", event(
        type="message", subtype="message_changed", channel="C1",
        message={"user": "U1", "ts": TS, "text": "http://x"}, previous_message={"text": "http://x"},
    )),
    ("the tab of messages", event(type="app_home_opened", user="U1", tab="messages")),
    ("a program that changed", event(type="user_change", user={"id": "U7", "is_bot": True})),
    ("a person's token withdrawn", event(type="tokens_revoked", tokens={"oauth": ["U1"]})),
    ("what nobody has heard of", event(type="moon_phase_changed")),
    ("another app's event", said("status hi", channel="D1") | {"api_app_id": "A2"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "payload"), CHATTER, ids=[name for name, _ in CHATTER])
def test_what_cannot_concern_us_costs_nothing(name: str, payload: dict[str, Any]) -> None:
    assert not lane(payload)


@pytest.mark.parametrize("missing", ["user", "channel", "ts"])
def test_a_message_without_its_essentials_is_none(missing: str) -> None:
    payload = said("<@U1BOT> help", type="app_mention")
    del payload["event"][missing]

    assert heard(payload) is None


def test_a_channel_of_which_nothing_is_known_is_private() -> None:
    payload = said("<@U1BOT> help", type="app_mention")

    found = heard(payload, Known())

    assert isinstance(found, Said)
    assert found.message.where.private


def test_a_token_of_a_person_is_not_ours() -> None:
    assert heard(event(type="tokens_revoked", tokens={"oauth": ["U1"]})) is None


# Requests


COMMAND = {
    "command": "/bridge", "text": "status Hi <@U2|bo>", "team_id": "T1", "user_id": "U1", "channel_id": "C1",
    "channel_name": "team", "trigger_id": "1.2", "response_url": "https://hooks.slack.com/commands/1",
}  # fmt: skip


def test_a_command_is_its_line_where_it_was_typed() -> None:
    found = asked.command(COMMAND, US, ("/update",))

    assert found
    assert (found.line, found.who, found.where) == ("status Hi <@U2|bo>", ANA, TEAM)


@pytest.mark.parametrize(("typed", "line"), [("Hi", "status Hi"), ("", "status")])
def test_an_alias_is_the_verb_status(typed: str, line: str) -> None:
    found = asked.command({**COMMAND, "command": "/update", "text": typed}, US, ("/update",))

    assert found
    assert found.line == line


@pytest.mark.parametrize(
    ("channel", "name", "where"),
    [
        ("D1", "directmessage", HOME),
        ("C1", "privategroup", Where("slack", "T1", "C1", private=True)),
        ("C1", "mpdm-ana--bo--cy-1", Where("slack", "T1", "C1", private=True)),
        ("G1", "quiet", Where("slack", "T1", "G1", private=True)),
    ],
)
def test_a_place_that_not_everybody_may_read_is_private(channel: str, name: str, where: Where) -> None:
    found = asked.command({**COMMAND, "channel_id": channel, "channel_name": name}, US, ())

    assert found
    assert found.where == where


@pytest.mark.parametrize("missing", ["user_id", "channel_id", "trigger_id"])
def test_a_command_without_its_essentials_is_none(missing: str) -> None:
    assert asked.command({**COMMAND, missing: None}, US, ()) is None


def press(action: dict[str, Any], **parts: Any) -> dict[str, Any]:
    source = {"channel": {"id": "C1", "name": "team"}, "container": {"is_ephemeral": True, "thread_ts": THREAD}}
    return {"type": "block_actions", "user": {"id": "U1"}, "trigger_id": "1.2", "actions": [action], **source, **parts}


@pytest.mark.parametrize("action", [{"value": "edit ~1"}, {"selected_option": {"value": "edit ~1"}}])
def test_a_button_and_a_menu_carry_a_line(action: dict[str, Any]) -> None:
    found = asked.press(press(action), US)

    assert found
    assert found.ephemeral
    assert (found.asked.line, found.asked.where, found.asked.thread) == ("edit ~1", TEAM, THREAD)
    assert not found.asked.typed


def test_a_button_that_only_opens_a_link_asks_for_nothing() -> None:
    assert asked.press(press({"type": "button", "url": "https://example.org"}), US) is None


def test_a_form_remembers_where_it_was_opened() -> None:
    meta = Meta("reply ~1", INSIDE, THREAD, TS)

    payload = {"user": {"id": "U1"}, "view": {"id": "V1", "private_metadata": meta.packed()}}
    found = asked.sent(payload, US)

    assert found
    assert found.meta == meta


@pytest.mark.parametrize("kept", ["", "{}", "[]", "[1,2,3,4,5,6,7]", '["a","","channel","n",false,"",""]', "[" * 9999])
def test_of_a_form_that_was_not_ours_nobody_knows_what_it_was_for(kept: str) -> None:
    found = asked.sent({"user": {"id": "U1"}, "view": {"id": "V1", "private_metadata": kept}}, US)

    assert found
    assert (found.meta.line, found.meta.where.key) == ("", "U1")


def test_what_does_not_fit_into_a_form_is_not_cut() -> None:
    assert Meta("status " + "x" * 3000, TEAM).packed() == ""
    assert json.loads(Meta("status", TEAM).packed())[0] == "status"


def test_in_a_shared_channel_the_workspace_is_the_one_that_installed_us() -> None:
    payload = {"team_id": "T2", "authorizations": [{"team_id": "T1"}]}

    assert asked.teams(payload)[0] == "T1"
