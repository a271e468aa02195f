"""What Discord's events say in our words, and which of them concern us at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bridge.adapters.discord.heard import concerns, read
from bridge.adapters.discord.heard.concerns import Us
from bridge.adapters.discord.heard.read import DELETED, THREAD_DELETED, Known
from bridge.adapters.discord.heard.walk import EPOCH_MS, id_in, moment, number_in, since
from bridge.model.command import Where, Who
from bridge.model.inbound import Closed, Edited, Inbound, Left, Message, Reacted, Removed, Said, Unreacted
from bridge.model.place import PlaceKind
from bridge.model.policy import Policy
from tests.core import MONDAY

US = Us("900", "901", frozenset({"100", "200"}))
READING = replace(US, content=True)
ANA = Who("discord", "people", "1")
TEAM = Where("discord", "100", "300", name="team")
HOME = Where("discord", "people", "1", PlaceKind.DIRECT, private=True)
TALK = Where("discord", "100", "310", PlaceKind.THREAD, "talk")
PUBLIC = Known("team", private=False, handles={"2": "bo"})
IN_THREAD = Known("talk", private=False, thread=True, around="300", around_name="team", handles={"2": "bo"})
IN_PRIVATE_THREAD = Known("talk", private=True, thread=True)
ID = str((int(MONDAY.timestamp() * 1000) - EPOCH_MS) << 22)
ANSWERED = "1234500000000000000"


def event(kind: str, **d: Any) -> dict[str, Any]:
    return {"t": kind, "s": 7, "op": 0, "d": d}


def said(content: str, kind: str = "MESSAGE_CREATE", **more: Any) -> dict[str, Any]:
    """A message of Ana's in #team."""
    base = {
        "id": ID, "channel_id": "300", "guild_id": "100", "type": 0, "content": content, "flags": 0,
        "author": {"id": "1", "username": "ana"}, "member": {"nick": "Ana"}, "attachments": [], "mentions": [],
    }  # fmt: skip
    return event(kind, **base | more)


def alone(payload: dict[str, Any]) -> dict[str, Any]:
    """The same in the direct message with us."""
    kept = {name: value for name, value in payload["d"].items() if name not in ("guild_id", "member")}
    return event(payload["t"], **{**kept, "channel_id": "700"})


def edited(content: str, **more: Any) -> dict[str, Any]:
    return said(content, "MESSAGE_UPDATE", **{"edited_timestamp": "2026-11-23T10:00:00.000000+00:00", **more})


def reaction(kind: str, emoji: str | dict[str, Any] = "📣", **more: Any) -> dict[str, Any]:
    named = {"id": None, "name": emoji} if isinstance(emoji, str) else emoji
    base = {"user_id": "1", "channel_id": "300", "message_id": ID, "guild_id": "100", "emoji": named, "burst": False}
    return event(f"MESSAGE_REACTION_{kind}", **base | more)


def lane(payload: object, us: Us = US, threads: tuple[str, ...] = ()) -> str:
    return concerns.lane(payload, us, Policy(), threads)


def heard(payload: object, known: Known = PUBLIC, us: Us = US) -> list[Inbound]:
    return read.heard(payload, us, known, "key")


def message(text: str, **parts: Any) -> Message:
    return Message(**{"where": TEAM, "id": ID, "author": ANA, "text": text, "at": MONDAY, **parts})


OURS: dict[str, Any] = {
    "type": 19,
    "message_reference": {"message_id": ANSWERED},
    "referenced_message": {"author": {"id": "901"}},
}
THEIRS: dict[str, Any] = {
    "type": 19,
    "message_reference": {"message_id": ANSWERED},
    "referenced_message": {"author": {"id": "2"}},
}
MEGA = {"id": "55", "name": "mega"}

EVENTS: list[tuple[str, dict[str, Any], Known, list[Inbound]]] = [
    ("our name first", said("<@901> follow <@2>"), PUBLIC, [Said("key", message("follow @bo"))]),
    ("as old clients write it", said("<@!901>, help"), PUBLIC, [Said("key", message("help"))]),
    ("a direct message", alone(said("status Hi")), Known(), [Said("key", message("status Hi", where=HOME))]),
    (
        "a reply to a message of ours that mentions us",
        said("I can", **OURS),
        PUBLIC,
        [Said("key", message("I can", thread=ANSWERED), named=False)],
    ),
    (
        "our name in a public thread",
        said("<@901> follow #x here", channel_id="310"),
        IN_THREAD,
        [Said("key", message("follow #x here", thread="310", inside=TALK))],
    ),
    (
        "our name in a private thread, which is a place by itself",
        said("<@901> help", channel_id="310"),
        IN_PRIVATE_THREAD,
        [Said("key", message("help", where=replace(TALK, private=True)))],
    ),
    ("an edit", edited("Now <@2>", mentions=[]), PUBLIC, [Edited("key", TEAM, ID, "Now @bo")]),
    ("an edit in a thread", edited("Now", channel_id="310"), IN_THREAD, [Edited("key", TEAM, ID, "Now")]),
    ("an edit in a direct message", alone(edited("Now")), Known(), [Edited("key", HOME, ID, "Now")]),
    (
        "a message that is gone",
        event("MESSAGE_DELETE", id=ID, channel_id="300", guild_id="100"),
        PUBLIC,
        [Removed("key", TEAM, ID)],
    ),
    (
        "one in a thread",
        event("MESSAGE_DELETE", id=ID, channel_id="310", guild_id="100"),
        IN_THREAD,
        [Removed("key", TEAM, ID)],
    ),
    (
        "one in a direct message",
        event("MESSAGE_DELETE", id=ID, channel_id="700"),
        Known(direct="1"),
        [Removed("key", HOME, ID)],
    ),
    (
        "many at once, each by a name of its own",
        event("MESSAGE_DELETE_BULK", ids=["7", "8", "x", 9, "9"], channel_id="300", guild_id="100"),
        PUBLIC,
        [Removed("key", TEAM, "7"), Removed("key 1", TEAM, "8"), Removed("key 4", TEAM, "9")],
    ),
    (
        "a reaction",
        reaction("ADD", message_author_id="2"),
        PUBLIC,
        [Reacted("key", ANA, TEAM, ID, "📣")],
    ),
    (
        "a server's own emoji",
        reaction("ADD", emoji=MEGA, message_author_id="2"),
        PUBLIC,
        [Reacted("key", ANA, TEAM, ID, ":mega:")],
    ),
    (
        "on somebody's message in a thread",
        reaction("ADD", channel_id="310", message_author_id="2"),
        IN_THREAD,
        [Reacted("key", ANA, TEAM, ID, "📣")],
    ),
    (
        "on ours in a thread",
        reaction("ADD", "👍", channel_id="310", message_author_id="901"),
        IN_THREAD,
        [Reacted("key", ANA, TALK, ID, "👍")],
    ),
    ("taken back", reaction("REMOVE"), PUBLIC, [Unreacted("key", ANA, TEAM, ID, "📣")]),
    (
        "taken back in a thread, where nobody says from whose message",
        reaction("REMOVE", channel_id="310"),
        IN_THREAD,
        [Unreacted("key", ANA, TALK, ID, "📣"), Unreacted("key around", ANA, TEAM, ID, "📣")],
    ),
    (
        "a deleted channel",
        event("CHANNEL_DELETE", id="300", guild_id="100", type=0),
        Known(),
        [Left("key", Where("discord", "100", "300"), DELETED, gone=True)],
    ),
    (
        "a deleted thread",
        event("THREAD_DELETE", id="310", guild_id="100", parent_id="300", type=11),
        Known(),
        [Left("key", Where("discord", "100", "310", PlaceKind.THREAD), THREAD_DELETED, gone=True)],
    ),
    ("being thrown out", event("GUILD_DELETE", id="100"), Known(), [Closed("key", "discord", "100")]),
]


@pytest.mark.parametrize(("name", "payload", "known", "expected"), EVENTS, ids=[name for name, *_ in EVENTS])
def test_an_event_that_concerns_us_says(
    name: str, payload: dict[str, Any], known: Known, expected: list[Inbound]
) -> None:
    assert lane(payload)
    assert heard(payload, known) == expected


CHATTER: list[tuple[str, dict[str, Any]]] = [
    ("an ordinary message", said("Lunch?")),
    ("one without its words, as the intent makes it", said("", **OURS)),
    ("our name in the middle", said("ask <@901> about it")),
    ("somebody whose id begins like ours", said("<@9011> help")),
    ("a reply to somebody else", said("Soup", **THEIRS)),
    ("a reply to what is gone", said("Soup", **OURS | {"referenced_message": None})),
    ("our own message", said("<@901> hi", author={"id": "901", "bot": True})),
    ("another program's", alone(said("Build 7 failed", author={"id": "77", "bot": True}))),
    ("a webhook's", said("<@901> status hi", webhook_id="5", author={"id": "5", "username": "Captain"})),
    ("somebody who came", said("<@901>", type=7)),
    ("a thread that began", said("<@901> plans", type=18)),
    ("a link that unfolded", edited("http://x", edited_timestamp=None, embeds=[{"url": "http://x"}])),
    ("an edit of ours", edited("Hi", author={"id": "901", "bot": True})),
    ("an edit without its words", edited("")),
    ("an emoji that counts for nothing", reaction("ADD", "🥕")),
    ("a server's own that is called like one", reaction("ADD", emoji={"id": "9", "name": "megaphone"})),
    ("an emoji that nobody knows any more", reaction("ADD", emoji={"id": "9", "name": None})),
    ("our own reaction", reaction("ADD", user_id="901")),
    ("a program's", reaction("ADD", member={"user": {"id": "77", "bot": True}})),
    ("another server's message", said("<@901> help", guild_id="500")),
    ("another server's reaction", reaction("ADD", guild_id="500")),
    ("another server that goes", event("GUILD_DELETE", id="500")),
    ("a server that is out of order", event("GUILD_DELETE", id="100", unavailable=True)),
    ("somebody who types", event("TYPING_START", channel_id="300", guild_id="100", user_id="1")),
    ("what nobody has heard of", event("MOON_PHASE_UPDATE", channel_id="300", guild_id="100")),
    ("a thread that is renamed", event("THREAD_UPDATE", id="310", guild_id="100")),
]


@pytest.mark.parametrize(("name", "payload"), CHATTER, ids=[name for name, _ in CHATTER])
def test_what_cannot_concern_us_costs_nothing(name: str, payload: dict[str, Any]) -> None:
    assert not lane(payload)


def test_with_the_intent_an_answer_needs_no_mention() -> None:
    quiet = said("I can", **OURS | {"mentions": []})

    assert lane(quiet, READING) == "300"


def test_with_the_intent_what_is_said_in_a_thread_is_looked_at() -> None:
    inside = said("I can", channel_id="310")

    assert lane(inside, READING, ("310",)) == "310"
    assert not lane(inside, READING)
    assert not lane(inside, US, ("310",)), "it has no words without the intent"
    assert not lane(said("", channel_id="310", type=21), READING, ("310",)), "what Discord itself says there"
    assert not lane(said("Hi", channel_id="310", webhook_id="5"), READING, ("310",))


def test_in_a_thread_under_ours_it_is_an_answer_to_what_the_thread_is_under() -> None:
    [found] = heard(said("I can", channel_id="310"), IN_THREAD, READING)

    assert found == Said("key", message("I can", thread="310", inside=TALK), named=False)


def test_a_file_without_words_is_readable() -> None:
    assert lane(said("<@901>", attachments=[{"id": "1", "filename": "a.png"}]))
    assert lane(alone(said("", attachments=[{"id": "1", "filename": "a.png"}])))

    assert lane(said("", attachments=[{"id": "1", "filename": "a.png"}], **OURS))


@pytest.mark.parametrize(
    "more", [{"author": {"id": "77", "bot": True}}, {"webhook_id": "5"}, {"author": {"id": "901"}}]
)
def test_a_program_s_message_is_nobody_s_to_share(more: dict[str, Any]) -> None:
    assert read.message_of(said("Build 7 failed", **more)["d"], TEAM, US, PUBLIC) is None
    assert read.message_of(said("Build 7 failed")["d"], TEAM, US, PUBLIC) is not None


def test_a_channel_matters_in_a_server_alone() -> None:
    assert read.channel(said("Hi")) == "300"
    assert read.channel(alone(said("Hi"))) == ""
    assert read.channel(event("GUILD_DELETE", id="100")) == ""


def test_an_edit_to_nothing_is_read_as_such() -> None:
    assert not lane(edited(""), READING), "so it comes without the intent, which may go off at any time"
    assert heard(edited(""), us=READING) == [Edited("key", TEAM, ID, "")]


def test_events_of_one_channel_are_worked_on_in_order() -> None:
    lanes = {
        lane(payload)
        for payload in (
            said("<@901> status hi"),
            edited("<@901> status ho"),
            event("MESSAGE_DELETE", id=ID, channel_id="300", guild_id="100"),
            event("MESSAGE_DELETE_BULK", ids=[ID], channel_id="300", guild_id="100"),
            reaction("ADD"),
            reaction("REMOVE"),
            event("CHANNEL_DELETE", id="300", guild_id="100"),
        )
    }

    assert lanes == {"300"}


def test_a_place_of_which_nothing_is_known_is_private() -> None:
    [found] = heard(said("<@901> help"), Known())

    assert isinstance(found, Said)
    assert found.message.where.private


def test_a_public_thread_of_a_private_channel_is_private() -> None:
    [found] = heard(said("<@901> help", channel_id="310"), replace(IN_THREAD, private=True))

    assert isinstance(found, Said)
    assert found.message.where == replace(TEAM, private=True)
    assert found.message.inside == replace(TALK, private=True)


def test_what_the_program_says_in_a_direct_message_does_not_make_it_the_programs() -> None:
    ours = alone(edited("Hi", author={"id": "901", "bot": True}))

    assert heard(ours, Known(direct="")) == []


def test_a_reaction_in_a_direct_message_is_the_persons_whoever_is_known() -> None:
    """Nobody but the two of us is there; after a restart nothing else says whose it is."""
    liked = alone(reaction("ADD", "👍", message_author_id="901"))
    taken_back = alone(reaction("REMOVE", "👍"))

    assert heard(liked, Known()) == [Reacted("key", ANA, HOME, ID, "👍")]
    assert heard(taken_back, Known()) == [Unreacted("key", ANA, HOME, ID, "👍")]


SYSTEM = [1, 3, 4, 6, 7, 8, 12, 14, 18, 21, 24, 36, 46]


@pytest.mark.parametrize("kind", SYSTEM)
def test_what_discord_says_in_somebodys_name_is_no_message_of_theirs(kind: int) -> None:
    """ "Ana started a thread: plans" has Ana for its author, and the thread's name for its words."""
    it = said("plans", type=kind)["d"]

    assert read.message_of(it, TEAM, US, PUBLIC) is None


@pytest.mark.parametrize("missing", ["author", "channel_id", "id"])
def test_a_message_without_its_essentials_is_none(missing: str) -> None:
    payload = said("<@901> help")
    del payload["d"][missing]

    assert heard(payload) == []


@pytest.mark.parametrize("missing", ["user_id", "channel_id", "message_id", "emoji"])
def test_a_reaction_without_its_essentials_is_none(missing: str) -> None:
    for kind in ("ADD", "REMOVE"):
        payload = reaction(kind)
        del payload["d"][missing]
        assert heard(payload) == []


MALFORMED: list[Any] = [
    None, [], "x", 7, {}, {"t": "MESSAGE_CREATE"}, {"t": "MESSAGE_CREATE", "d": []}, {"t": 7, "d": {}}, {"t": ["x"]},
    event("MESSAGE_CREATE", id=7, author={"id": 1}), event("MESSAGE_CREATE", **{"author": "ana", "id": ID}),
    event("MESSAGE_UPDATE", id=ID, channel_id="300", guild_id="100", content=None),
    event("MESSAGE_DELETE", id="<@1>", channel_id="300", guild_id="100"),
    event("MESSAGE_DELETE", id="１２", channel_id="300", guild_id="100"),
    event("MESSAGE_DELETE", id="1" * 21, channel_id="300", guild_id="100"),
    event("MESSAGE_DELETE_BULK", ids="12", channel_id="300", guild_id="100"),
    event("MESSAGE_DELETE_BULK", ids={"1": 1}, channel_id="300", guild_id="100"),
    event("MESSAGE_REACTION_ADD", user_id="1", channel_id="300", guild_id="100", message_id=ID, emoji="📣"),
    event("CHANNEL_DELETE", id="300"), event("THREAD_DELETE", id={}, guild_id="100"),
]  # fmt: skip


@pytest.mark.parametrize("payload", MALFORMED, ids=range(len(MALFORMED)))
def test_what_is_malformed_reads_as_nothing(payload: object) -> None:
    lane(payload)

    assert heard(payload) == []


# What an event is called


def test_an_event_has_a_name_of_its_own() -> None:
    """A message is made, edited to a text and deleted once, whatever session tells of it."""
    told = [
        said("Hi"),
        edited("Ho"),
        edited("Hu", edited_timestamp="2026-11-23T10:00:01.000000+00:00"),
        event("MESSAGE_DELETE", id=ID, channel_id="300", guild_id="100"),
        reaction("ADD"),
        reaction("REMOVE"),
        {**reaction("ADD"), "s": 8},
    ]
    names = [read.key(payload, "abc") for payload in told]

    assert len(set(names)) == len(told)
    assert [read.key(payload, "abc") for payload in told] == names
    again = [read.key({**payload, "s": 99}, "def") for payload in told]
    assert [one == name for one, name in zip(again, names, strict=True)] == [True] * 4 + [False] * 3


@pytest.mark.parametrize("payload", MALFORMED, ids=range(len(MALFORMED)))
def test_so_has_what_is_malformed(payload: object) -> None:
    assert len(read.key(payload, "abc")) < 200


# What stands in ids and payloads


def test_an_id_says_when_it_was_made() -> None:
    assert moment("175928847299117063") == datetime(2016, 4, 30, 11, 18, 25, 796000, tzinfo=UTC)
    assert since(MONDAY) == ID
    assert moment(since(MONDAY)) == MONDAY


@pytest.mark.parametrize("id", ["0", "1", "9" * 20])
def test_any_id_has_a_moment(id: str) -> None:
    assert moment(id).tzinfo is UTC


def test_before_discord_there_are_no_ids() -> None:
    assert since(datetime(1999, 1, 1, tzinfo=UTC)) == "0"


@pytest.mark.parametrize("value", [7, None, True, "", " 7", "7\n", "-7", "٧", "7" * 21, ["7"], {"id": "7"}])
def test_only_a_snowflake_is_an_id(value: object) -> None:
    assert id_in({"id": value}, "id") == ""
    assert id_in({"id": "7"}, "id") == "7"


@pytest.mark.parametrize("value", ["7", None, True, 7.0, [7]])
def test_only_a_number_is_one(value: object) -> None:
    assert number_in({"n": value}, "n") == 0
    assert number_in({"n": 7}, "n") == 7
