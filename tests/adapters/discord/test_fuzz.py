"""Payloads that nobody expects: keys that are missing, values of another kind, huge ones, strange Unicode. Nothing ever
fails with an exception of ours, nothing is sent where it may not, and what comes next is worked on."""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.adapters.discord import Settings
from bridge.adapters.discord.adapter import Discord
from bridge.adapters.discord.gateway.guilds import Guilds
from bridge.adapters.discord.heard import asked, concerns, joining, options, read
from bridge.adapters.discord.heard.answers import CALLBACK, ORIGINAL
from bridge.adapters.discord.heard.concerns import Us
from bridge.adapters.discord.heard.options import choices_of
from bridge.adapters.discord.heard.read import Known
from bridge.adapters.discord.install import permissions
from bridge.adapters.discord.install.commands import payload as commands
from bridge.adapters.discord.known import links
from bridge.adapters.discord.known.people import read_profile
from bridge.adapters.discord.parts import Parts
from bridge.adapters.discord.rest.api import Answer, Identity, identity_in, open_api
from bridge.adapters.discord.rest.files import Files, FileUnread
from bridge.adapters.discord.shown.modals import fields_of, files_of, modal
from bridge.adapters.discord.shown.render import marked
from bridge.model.card import Action, Card, Field, FieldKind, Form
from bridge.model.clock import FixedClock, SystemClock
from bridge.model.command import Call, Reply, Suggestion, Where, Who
from bridge.model.errors import Refused, SendFailure, StoreBusy, Throttled, Transient, Uncertain, Unreachable
from bridge.model.given import Given, Remembered
from bridge.model.ids import Ids
from bridge.model.inbound import Inbound
from bridge.model.place import Circle, Place
from bridge.model.policy import Policy
from bridge.model.secret import Secret
from bridge.model.text import Plain
from bridge.words import words_for
from tests.adapters.discord.stage import acme
from tests.core import MONDAY
from tests.fakes.discord import FakeDiscord, NotAnswered
from tests.fakes.discord.gateway import KNOWN_INTENTS, Session

US = Us("900", "900", frozenset({"100", "200"}))
WORDS = words_for("en")
MESSAGES, DMS = "/channels/{channel_id}/messages", "/users/@me/channels"

TEXTS = (
    "", "0", "1", "100", "300", "310", "900", "9" * 20, "9" * 5000, "-1", "²", "٣", "<@900> status hi <@2>", "📣",
    "<@!900>", "status " + "x" * 50_000, "@everyone", "<#300> <@&201> <t:1:R> </status:1>", "0:reply ~1", "menu0",
    ":why ~1", "?delete ~1", "form:888:reply ~1", "form::status", "0:form-again 1", "field-text", "files", "mega",
    "2026-11-23T10:00:00+00:00", "https://example.org/a.png", "https://[", "bridge", "status", "whom", "\ud800", "\x00",
)  # fmt: skip

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.sampled_from((0, 1, 2, 3, 4, 5, 9, 11, 12, 18, 19, 64)),
    st.floats(allow_nan=True, allow_infinity=True),
    st.text(max_size=20),
    st.text(st.characters(categories=["Cs", "Cc", "Cf", "Co", "So"]), max_size=8),
    st.sampled_from(TEXTS),
    st.builds(list),
    st.builds(dict),
    st.lists(st.none() | st.text(max_size=3) | st.builds(dict, id=st.just("1")), max_size=3),
    st.dictionaries(
        st.sampled_from(["id", "type", "user", "value", "name", "options", "content"]), st.text(max_size=3)
    ),
)

KEYS = (
    "t", "d", "s", "id", "type", "guild_id", "channel_id", "channel", "author", "member", "user", "bot", "content",
    "data", "options", "name", "value", "focused", "resolved", "attachments", "components", "component", "custom_id",
    "values", "message", "emoji", "message_id", "user_id", "token", "target_id", "ids", "permission_overwrites",
    "allow", "permissions", "roles", "embeds", "url", "flags", "locale", "app_permissions", "message_reference",
)  # fmt: skip
JSON = st.recursive(
    ODD,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=12,
)


# Samples, as the fake sends them.


async def _recorded() -> dict[str, Any]:
    """Every interaction and event that people can cause, by a name."""
    found: dict[str, Any] = {}
    async with FakeDiscord() as discord:
        acme(discord)
        app = discord.bot
        section = Settings(token=Secret(app.token), api=discord.api)
        api = await open_api(section.token, section, SystemClock())
        path = "/applications/{application_id}/commands"
        await api.call("PUT", path, application_id=app.id, body=commands([words_for("de")]))
        session = discord.gateway.sessions["s"] = Session("s", KNOWN_INTENTS, (0, 1))
        discord.gateway._ready(session, app)
        discord.patience = 0.0

        async def noted(name: str, doing: Any) -> Any:
            before = len(discord.gateway.sent)
            done = None
            with suppress(NotAnswered):
                done = await doing
            for number, (kind, d) in enumerate(discord.gateway.sent[before:]):
                found[f"{name} {number} {kind}"] = {"t": kind, "s": 1, "op": 0, "d": json.loads(json.dumps(d))}
            return done

        await _events(discord, api, noted)
        await _interactions(discord, noted)
        await api.close()
    return found


async def _events(discord: FakeDiscord, api: Any, noted: Any) -> None:
    acme = discord.guilds["100"]
    acme.emojis["55"] = "mega"
    thread = acme.thread("310", "300", "talk", members=[discord.bot.user_id])
    files = [("a.png", b"x")]
    await api.call("POST", MESSAGES, body={"content": "An update"}, posts=True, channel_id="300")
    ours = discord.messages("300")[-1]
    said = await noted("said", discord.say("1", "300", "Hello <@2> https://example.org", files=files))
    await noted("named", discord.say("1", "300", "status Hello <@2>", mention_bot=True, files=files))
    await noted("alone", discord.say("1", "@me", "status Hello", files=files))
    await noted("answered", discord.say("2", "300", "I can", reply_to=ours))
    await noted("in a thread", discord.say("2", thread, "I can", mention_bot=True))
    await noted("edited", discord.edit("1", said, "Hello again"))
    await noted("unfolded", discord.unfurl(said, {"type": "link", "url": "https://example.org"}))
    for emoji in ("📣", "👍", "mega:55"):
        await noted(f"reacted {emoji}", discord.react("1", said, emoji))
        await noted(f"unreacted {emoji}", discord.unreact("1", said, emoji))
    await noted("reacted to ours", discord.react("2", ours, "👍"))
    await noted("reacted alone", discord.react("1", discord.dms("1")[0], "📣"))
    await noted("a thread under ours", discord.thread_from("1", ours, "Importer"))
    several = [await discord.say("1", "300", f"{n}") for n in range(3)]
    await noted("removed", discord.remove("1", said))
    await noted("removed many", discord.remove_many(several))
    await noted("opened", discord.add_channel("100", "304", "plans", private=True, allow=["1", discord.bot.user_id]))
    await noted("let in", discord.set_overwrite("302", discord.bot.user_id, allow=permissions.ASKED))
    await noted("renamed", discord.rename("300", "squad"))
    await noted("a thread goes", discord.delete_channel("310"))
    await noted("a channel goes", discord.delete_channel("304"))
    await noted("roles", discord.set_permissions(acme.role("201", "Crew"), 8))
    await noted("out of order", discord.outage("100"))
    await noted("back", discord.recover("100"))
    discord.guild("200", "Labs", owner="1").channel("400", "general")

    async def add() -> None:
        discord.install(discord.bot, "200", permissions=permissions.ASKED, by="1")

    await noted("added", add())
    await noted("thrown out", discord.kick("200"))


async def _interactions(discord: FakeDiscord, noted: Any) -> None:
    said = await discord.say("1", "300", "The importer is twice as fast", files=[("a.png", b"x")])
    board = {"file": ("board.png", b"x")}
    await noted("typed", discord.command("1", "300", "status", {"text": "Hello", "alt": "a board"}, attachments=board))
    await noted("bare", discord.command("1", "@me", "status", {}))
    await noted("sub", discord.command("1", "300", ("bridge", "follow", {"whom": "@bo", "how": "live", "here": True})))
    discord.guilds["100"].thread("311", "300", "side")
    await noted("thread", discord.command("1", "311", ("bridge", "edit", {"update": "last", "text": "New"})))
    await noted("completed", discord.complete("1", "300", "follow", {"whom": "@b"}, focused="whom"))
    await noted("completed sub", discord.complete("1", "300", ("bridge", "edit"), {"update": "1"}, focused="update"))
    await noted("own message", discord.menu("1", said, "Share as update"))
    await noted("another's message", discord.menu("2", said, "Share as update"))
    await noted("follow", discord.user_menu("1", "300", "Follow", target="2"))
    await noted("who", discord.user_menu("1", "300", "Who is this?", target="2"))
    for custom_id in ("0:reply ~1", "1?delete ~1", "2:form-again 1"):
        await noted(custom_id, discord._act("1", said, {"type": 2, "id": 1, "custom_id": custom_id}, None))
    await noted("menu", discord._act("1", said, {"type": 3, "id": 1, "custom_id": "menu0"}, [":why ~1"]))
    form = Form("Share", "status", (Field("text", "Your update", FieldKind.TEXT),), "Share", files=4)
    for message in ("", said.id):
        opened = list(discord.interactions.values())[-1]
        opened.modal, opened.submitted = modal(form, message, WORDS), False
        await noted(f"form {message}", discord.submit("1", opened, {"field-text": "Hello"}, files=[("a.png", b"x")]))


@cache
def samples() -> dict[str, Any]:
    """By name; not to be changed."""
    return asyncio.run(_recorded())


def places(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """Every path in a JSON value, the shorter ones first."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    below = [deeper for key, one in inner for deeper in places(one, (*path, key))]
    return sorted([path, *below], key=len) if path else below


@cache
def places_of(name: str) -> list[tuple[object, ...]]:
    return places(samples()[name])


@st.composite
def payloads(draw: st.DrawFn) -> Any:
    """A sample with up to four things missing, or other than they should be."""
    name = draw(st.sampled_from(sorted(samples())))
    sample = copy.deepcopy(samples()[name])
    sample["s"] = draw(st.integers(0, 10**9))
    if sample["t"] == "INTERACTION_CREATE":
        sample["d"]["id"] = str(draw(st.integers(1, 10**18)))
    there = places_of(name)
    for _ in range(draw(st.integers(0, 4))):
        # What stands near the top matters more.
        path = there[min(draw(st.integers(0, len(there) - 1)), draw(st.integers(0, len(there) - 1)))]
        with suppress(KeyError, IndexError, TypeError):  # it went with another one
            holder = sample
            for key in path[:-1]:
                holder = holder[key]
            if draw(st.booleans()) and isinstance(holder, dict):
                del holder[path[-1]]
            else:
                holder[path[-1]] = draw(ODD)
    return sample


# A core that answers in every way there is, and a Discord that does too.


@dataclass
class World:
    """`calm`: nothing fails any more. `posted`: channel ids of messages that were sent."""

    heard: list[Inbound | Call] = field(default_factory=list)
    remembered: dict[str, bytes] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    posted: list[str] = field(default_factory=list)
    answered: list[Mapping[str, str]] = field(default_factory=list)
    opened: set[str] = field(default_factory=set)
    asked: int = 0
    turn: int = 0
    calm: bool = False

    def next(self, *choices: Any) -> Any:
        self.turn += not self.calm
        return choices[0 if self.calm else self.turn % len(choices)]

    async def dispatch(self, call: Call) -> Reply:
        self.heard.append(call)
        card = Card(text=(Plain("done"),), actions=(Action("Reply", "reply ~1"),))
        form = Form("Share", "status", (Field("text", "Your update", FieldKind.TEXT, error="too long"),), "Share", 4)
        reply: Reply = self.next(
            Reply(card),
            Reply(card, form=form),
            Reply(card, form=form, ok=False),
            Reply(card, ok=False, typed="x" * 400),
            Reply(card, replaces=True),
        )
        return reply

    async def complete(self, who: Who, where: Where, typed: str, prefix: str) -> Sequence[Suggestion]:
        if self.next(False, True, False):
            raise StoreBusy()
        return [Suggestion("@bo", "Bo"), Suggestion(typed[-50:], "")]

    async def hear(self, event: Inbound) -> Reply | None:
        self.heard.append(event)
        reply: Reply | None = self.next(None, Reply(Card(text=(Plain("heard"),))))
        return reply

    async def remember(self, key: str, payload: bytes) -> bool:
        if self.next(False, False, False, True):
            raise StoreBusy()
        if key in self.known:
            return False
        self.known.add(key)
        if payload:
            self.remembered[key] = payload
        return True

    async def take(self, limit: int = 50) -> list[Remembered]:
        return [Remembered(key, kept, self.next(0, 5)) for key, kept in self.remembered.items()]

    async def renew(self, keys: Collection[str]) -> None:
        pass

    async def begin(self, key: str) -> int | None:
        found: int | None = self.next(0, 0, 0, None, 0, 0, 10)
        return found

    async def done(self, key: str) -> None:
        self.remembered.pop(key, None)

    async def handle(self, who: Who) -> str:
        if self.next(False, False, True):
            raise StoreBusy()
        return f"person{who.user}"

    async def channels(self, platform: str, workspace: str) -> list[Place]:
        return []

    async def circle(self, platform: str, workspace: str) -> Circle | None:
        if self.next(False, False, False, False, True):
            raise StoreBusy()
        return self.next(None, Circle.COMMUNITY)  # type: ignore[no-any-return]

    async def get(self, key: str) -> tuple[bytes, int] | None:
        return None

    async def put(self, key: str, value: bytes | None, version: int) -> bool:
        return True

    async def fetch(self, url: str, name: str) -> bytes:
        if self.next(False, True):
            raise FileUnread(name=name)
        return b"x"

    async def ask(self, method: str, path: str, ids: Mapping[str, str], **more: Any) -> Answer:
        """In place of Discord's API. Nothing goes out that pings, or is no JSON."""
        self.asked += 1
        body = more.get("body")
        text = json.dumps(body)
        text.encode()
        if body and "content" in text:
            shown = body.get("data", body)
            assert "content" not in shown or shown["allowed_mentions"] == {"parse": []}
        if (method, path) == ("POST", MESSAGES):
            self.posted.append(ids["channel_id"])
        if path in (CALLBACK, ORIGINAL):
            self.answered.append(dict(ids))
        if failure := self.next(None, None, None, *FAILURES):
            raise failure
        return Answer(self._told(path, ids, body), None)

    def _told(self, path: str, ids: Mapping[str, str], body: Any) -> Any:
        match path:
            case "/users/@me/channels":
                self.opened.add(body["recipient_id"])
                return self.next({"id": f"7{body['recipient_id']}"[:20]}, {}, None)
            case "/channels/{channel_id}":
                kind = self.next(0, 11, 12, 15, "x")
                channel = {"id": ids["channel_id"], "type": kind, "guild_id": "100", "name": "n", "parent_id": "300"}
                return self.next(channel, {}, channel, {**channel, "permission_overwrites": 7})
            case "/guilds/{guild_id}":
                role = {"id": "100", "permissions": str(permissions.ASKED)}
                return self.next({"id": "100", "owner_id": "1", "roles": [role]}, {}, {"roles": [None, 7]})
            case "/guilds/{guild_id}/members/{user_id}":
                return self.next({"user": {"id": ids["user_id"], "username": "ana"}, "roles": ["100"]}, {}, {"user": 7})
            case "/channels/{channel_id}/messages/{message_id}":
                message = {"id": ids["message_id"], "author": {"id": "2"}, "content": "hi", "type": 0}
                return self.next(message, None, [], {**message, "attachments": [{"url": "x", "filename": "a.png"}]})
            case "/guilds/{guild_id}/audit-logs":
                entry = {"target_id": "302", "user_id": "1"}
                return self.next({"audit_log_entries": [entry]}, {}, {"audit_log_entries": [None, "x"]})
        return self.next({"id": "888"}, None, [], {"id": 7})


FAILURES: tuple[SendFailure, ...] = (
    Refused(reason="x"),
    Unreachable(reason="x"),
    Transient(reason="x"),
    Throttled(seconds=3),
    Uncertain(reason="x"),
)


def staged() -> tuple[Discord, World]:
    world: Any = World()
    clock = FixedClock(MONDAY)
    offered = Given(
        intake=world, vault=world, inbox=world, leases=world, media=world, shown=world, log=world, clock=clock,
        ids=Ids(clock.now), words=words_for, address=lambda: "http://127.0.0.1",
    )  # fmt: skip
    section = Settings(token=Secret("x"), team=("100",), community=("200",), message_content=True)
    discord = Discord(section, offered)
    api = discord._api
    api._identity = Identity("900", "Bridge", "900", "Bridge", content=True, members=False, owner="1")
    api.ask = world.ask  # type: ignore[method-assign]
    discord._parts = Parts(section, offered, api, discord._tasks, lambda guild: None, discord._arrivals.circles)
    return discord, world


async def survive(given_payloads: list[Any], calm: bool = False) -> World:
    """Takes them one after the other as the gateway does, and works on them to the end; then two more, as they should
    be: both reach the core."""
    discord, world = staged()
    world.calm = calm
    incoming = discord._incoming
    running = incoming.start()
    guilds = Guilds()

    async def settle() -> None:
        for _ in range(6):
            while not incoming._waiting.empty() or discord._tasks._running:
                await asyncio.gather(asyncio.sleep(0), *discord._tasks._running, return_exceptions=True)
            # What failed holds up what came after it until the next sweep.
            await incoming.look()

    async def at_once(seconds: float) -> None:
        await asyncio.sleep(0)

    with ExitStack() as stack:
        stack.enter_context(mock.patch("bridge.adapters._replies.sleep", at_once))
        stack.enter_context(mock.patch("bridge.adapters.discord.incoming.AGAIN", 0.0))
        stack.enter_context(mock.patch.object(Files, "_fetch", lambda self, url, name: world.fetch(url, name)))
        for payload in given_payloads:
            incoming.hear(payload, guilds.joined(payload))
        await settle()
        world.calm = True
        before = len(world.heard)
        for payload in GOOD:
            incoming.hear(copy.deepcopy(payload), False)
        await settle()
        assert len(world.heard) >= before + len(GOOD), "what came next is not worked on"
    assert not any(task.done() for task in running), "nobody remembers events any more"
    for task in running:
        task.cancel()
    await asyncio.wait(running)
    await discord.close()
    return world


GOOD: list[dict[str, Any]] = [
    {
        "t": "MESSAGE_CREATE",
        "s": 10**10,
        "d": {"id": "99", "channel_id": "79", "type": 0, "content": "help", "author": {"id": "9999"}},
    },
    {
        "t": "INTERACTION_CREATE",
        "s": 10**10 + 1,
        "d": {
            "id": "9" * 19, "token": "good", "type": 2, "channel_id": "79", "user": {"id": "9999"},
            "data": {"type": 1, "name": "status"},
        },
    },
]  # fmt: skip


def ids_in(value: object) -> set[str]:
    """Every text in a JSON value."""
    if isinstance(value, dict):
        return {found for one in value.values() for found in ids_in(one)}
    if isinstance(value, list):
        return {found for one in value for found in ids_in(one)}
    return {value} if isinstance(value, str) else set()


def went_astray(given_payloads: list[Any], world: World) -> list[str]:
    """Places that were written to, though nobody did anything there: messages go to the direct message of whoever did
    something, or where it happened."""
    known: set[str] = set()
    for payload in (*given_payloads, *GOOD):
        known |= ids_in(payload)
    strangers = world.opened - known
    allowed = known | {f"7{user}"[:20] for user in world.opened}
    return [*(f"wrote to {one}" for one in world.posted if one not in allowed), *(f"opened {one}" for one in strangers)]


def test_every_sample_is_read_to_the_end() -> None:
    """Else the mutants of it would try nothing."""
    kinds = {sample["t"] for sample in samples().values()}
    assert kinds >= {
        "INTERACTION_CREATE", "MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK",
        "MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE", "CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE",
        "THREAD_DELETE", "GUILD_CREATE", "GUILD_DELETE",
    }  # fmt: skip
    unread = []
    for name, sample in samples().items():
        world = asyncio.run(survive([sample], calm=True))
        if not (len(world.heard) > len(GOOD) or world.answered[1:]):
            unread.append(name)

    assert {re.sub(r" \d+ ", ": ", name) for name in unread} == UNCONCERNED


UNCONCERNED = {
    "said: MESSAGE_CREATE",
    "edited: MESSAGE_UPDATE",
    "unfolded: MESSAGE_UPDATE",
    "a thread under ours: THREAD_CREATE",
    "a thread under ours: MESSAGE_UPDATE",
    "a thread under ours: MESSAGE_CREATE",
    "let in: GUILD_AUDIT_LOG_ENTRY_CREATE",
    "a channel goes: GUILD_AUDIT_LOG_ENTRY_CREATE",
    "roles: GUILD_ROLE_UPDATE",
    "out of order: GUILD_DELETE",
    "added: GUILD_AUDIT_LOG_ENTRY_CREATE",
}
"""Samples that are about others, or tell of what is asked for when it is needed."""


@settings(max_examples=250, suppress_health_check=list(HealthCheck))
@given(given_payloads=st.lists(payloads(), min_size=1, max_size=4))
def test_no_payload_fails(caplog: pytest.LogCaptureFixture, given_payloads: list[Any]) -> None:
    caplog.clear()
    with caplog.at_level(logging.INFO):
        world = asyncio.run(survive(given_payloads))

    failed = [record.getMessage() for record in caplog.records if record.exc_info and record.name != "asyncio"]
    assert not failed, failed
    assert not went_astray(given_payloads, world)


KINDS = (
    "INTERACTION_CREATE", "MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK",
    "MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE", "CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE",
    "THREAD_UPDATE", "THREAD_DELETE", "GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE", "GUILD_ROLE_UPDATE",
    "GUILD_MEMBER_UPDATE", "READY", "RESUMED", "MOON_PHASE_UPDATE",
)  # fmt: skip


@settings(max_examples=250, suppress_health_check=list(HealthCheck))
@given(kind=st.sampled_from(KINDS), d=JSON, number=JSON)
def test_no_event_of_any_shape_fails(caplog: pytest.LogCaptureFixture, kind: str, d: Any, number: Any) -> None:
    caplog.clear()
    payload = {"t": kind, "s": number, "op": 0, "d": d}
    with caplog.at_level(logging.INFO):
        world = asyncio.run(survive([payload]))

    assert not [record.getMessage() for record in caplog.records if record.exc_info and record.name != "asyncio"]
    assert not went_astray([payload], world)


@pytest.mark.parametrize("number", ["9" * 5000, "²", "٣", "-1", "1e3", "0x10"])
async def test_what_is_no_number_of_permissions_is_none(number: str) -> None:
    """Python itself refuses to read the longest."""
    overwrite = {"id": "900", "type": 1, "allow": number}
    discord, _ = staged()
    assert discord._parts is not None

    assert not joining.named_in({"permission_overwrites": [overwrite]}, "900")
    await discord._parts.people.noted("100", {"user": {"id": "1"}, "permissions": number})

    await discord.close()


# The pure ones.

KNOWN = (Known(), Known("talk", private=False, thread=True, around="300", around_name="team", handles={"2": "bo"}))


def read_all(payload: Any) -> None:
    """With everything that reads what Discord sends."""
    d = payload.get("d") if isinstance(payload, dict) else payload
    for us in (US, Us("900", "900", frozenset(), content=True)):
        concerns.lane(payload, us, Policy(), ("310",))
        for known in KNOWN:
            read.heard(payload, us, known, "key")
            read.message_of(d, Where("discord", "100", "300"), us, known)
    read.channel(payload)
    read.key(payload, "abc")
    read.mentioned(payload)
    read.files_of(d)
    for reader in (asked.asked, asked.press, asked.sent, asked.on_message, asked.on_person, asked.people_in):
        reader(d)
    data = d.get("data") if isinstance(d, dict) else d
    options.line_of(data)
    if (focused := options.focused(data)) is not None:
        choices_of([Suggestion("@bo", "Bo")], focused, WORDS)
    Guilds().joined(payload)
    identity_in(d, None)
    permissions.compute(d, "1", ["201"], d)
    if isinstance(d, dict):
        fields_of(d)
        files_of(d)
        marked(d)
        joining.named_in(d, "900")
        read_profile(d, "en", guest=True, admin=False)


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(kind=st.sampled_from(KINDS), d=JSON)
def test_no_reader_ever_fails(kind: str, d: Any) -> None:
    read_all({"t": kind, "d": d})
    read_all(d)


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(payloads())
def test_no_reader_fails_on_what_is_nearly_right(payload: Any) -> None:
    read_all(payload)


@given(st.text() | st.sampled_from(TEXTS).map(lambda text: f"https://discord.com/channels/{text}"))
def test_no_address_fails(url: str) -> None:
    links.read(url)
