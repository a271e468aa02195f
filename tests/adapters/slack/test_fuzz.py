"""Payloads that nobody expects: keys that are missing, values of another kind, huge ones, strange Unicode. Each is
acknowledged, or deliberately not; nothing ever fails with an exception of ours."""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NoReturn
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.adapters._tasks import Tasks
from bridge.adapters.slack import Settings
from bridge.adapters.slack.adapter import Slack
from bridge.adapters.slack.install.tokens import Pair
from bridge.adapters.slack.sockets.link import Ack
from bridge.adapters.slack.team import Team
from bridge.adapters.slack.web.api import Identity
from bridge.adapters.slack.web.errors import TokenRefused
from bridge.model.card import Card, Field, FieldKind, Form
from bridge.model.clock import FixedClock
from bridge.model.command import Call, Reply, Who
from bridge.model.errors import Refused, SendFailure, StoreBusy, Transient, Unreachable
from bridge.model.given import Given, Remembered
from bridge.model.ids import Ids
from bridge.model.inbound import Inbound
from bridge.model.secret import Secret
from bridge.model.text import Plain
from bridge.words import words_for
from tests.core import MONDAY

SAMPLES = Path(__file__).parents[4] / "shared" / "specs" / "slack-payloads"
SCOPES = frozenset({"files:read", "channels:history"})

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=True, allow_infinity=True),
    st.text(max_size=20),
    st.text(st.characters(categories=["Cs", "Cc", "Cf", "Co", "So"]), max_size=8),
    st.sampled_from(
        (
            *("", "C1", "D1", "U1", "U1BOT", "T1", "1700000000.000100", "99999999999.1", "-1.5", "<@U1BOT> status hi"),
            *("<@U1BOT|bridge>", "status " + "x" * 50_000, "<!channel>", "&amp;" * 500, "share_message", "home"),
            *("message_changed", "event_callback", "block_actions", "view_submission", "/bridge", "/update"),
        )
    ),
    st.builds(list),
    st.builds(dict),
    st.lists(st.none() | st.text(max_size=3) | st.builds(dict, user=st.just("U1")), max_size=3),
    st.dictionaries(st.sampled_from(["id", "type", "ts", "user", "value", "values", "channel"]), st.text(max_size=3)),
)

FILLED: dict[str, object] = {
    "team_id": "T1", "team": "T1", "api_app_id": "A1", "event_id": "Ev1", "user": "U1", "user_id": "U1",
    "channel": "C1", "channel_id": "C1", "ts": "1700000000.000100", "thread_ts": "1600000000.000100",
    "message_ts": "1700000000.000100", "deleted_ts": "1700000000.000100", "text": "status hi <@U2>",
    "reaction": "mega", "tab": "home", "trigger_id": "1.2.3", "inviter": "U1", "command": "/bridge",
    "value": "status hi", "parent_user_id": "U1BOT", "item_user": "U2", "status_emoji": ":mega:", "mode": "tombstone",
    "private_metadata": json.dumps(["status", "C1", "channel", "team", False, "", ""]), "hash": "1.a",
}  # fmt: skip
"""What stands in the samples' blanks, so that they are read to the end."""


UNCONCERNED = (
    "MemberJoinedChannelPayload",
    "MemberLeftChannelPayload",
    "MessageChangedPayload",
    "UserChangePayload",
    "UserProfileChangedPayload",
)
"""Samples that are about others, or in which nothing changed."""


def missing_specs(missing: Callable[[str, str], NoReturn]) -> None:
    if not SAMPLES.is_dir():
        missing("specs", "the samples of payloads are not here")


def filled(value: object, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: filled(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, name) for inner in value[:2]]
    if value == "" and name in ("bot_id", "subtype"):
        return ""
    return FILLED.get(name, "x") if value == "" or (isinstance(value, str) and name in FILLED) else value


@cache
def samples() -> dict[str, Any]:
    """By name; not to be changed."""
    found = {}
    for file in sorted(SAMPLES.glob("*.json")):
        sample = filled(json.loads(file.read_text("utf-8")))
        if "event" in sample:
            sample["type"] = "event_callback"
            sample["event_id"] = "Ev1"
            sample["event"].pop("bot_id", None)
            if isinstance(sample["event"].get("user"), dict):
                sample["event"]["user"]["id"] = "U1"
            if file.stem in ("MessagePayload", "MessageFileSharePayload"):
                sample["event"]["channel"] = "D1"
            if sample["event"]["type"] == "app_mention":
                sample["event"]["text"] = "<@U1BOT> status hi <@U2>"
        else:
            kinds = {"MessageShortcut": "message_action", "BlockAction": "block_actions"}
            sample["type"] = next((kind for name, kind in kinds.items() if name in file.stem), sample.get("type"))
            sample["user"] = {"id": "U1"} if "user" in sample else None
            sample["channel"], sample["team"] = {"id": "C1", "name": "team"}, {"id": "T1"}
        found[file.stem] = sample
    return found


def places(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """Every path in a JSON value, the shorter ones first."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    below = [deeper for key, one in inner for deeper in places(one, (*path, key))]
    return sorted([path, *below], key=len) if path else below


@st.composite
def payloads(draw: st.DrawFn) -> Any:
    """A sample with up to four things missing, or other than they should be."""
    known = samples()
    sample = copy.deepcopy(known[draw(st.sampled_from(sorted(known)))])
    sample["event_id"] = f"Ev{draw(st.integers(0, 10**9))}"
    sample["trigger_id"] = f"{draw(st.integers(0, 10**9))}"
    for _ in range(draw(st.integers(0, 4))):
        there = places(sample)
        if not there:
            break
        # What stands near the top matters more.
        path = there[min(draw(st.integers(0, len(there) - 1)), draw(st.integers(0, len(there) - 1)))]
        holder = sample
        for key in path[:-1]:
            holder = holder[key]
        if draw(st.booleans()) and isinstance(holder, dict):
            del holder[path[-1]]
        else:
            holder[path[-1]] = draw(ODD)
    return sample


@dataclass
class World:
    """What the adapter is given: a core that answers in every way there is, and a Slack that does too."""

    heard: list[Inbound | Call] = field(default_factory=list)
    remembered: dict[str, bytes] = field(default_factory=dict)
    turn: int = 0

    def next(self, *choices: Any) -> Any:
        self.turn += 1
        return choices[self.turn % len(choices)]

    async def dispatch(self, call: Call) -> Reply:
        self.heard.append(call)
        card = Card(text=(Plain("done"),))
        form = Form("Share", "status", (Field("text", "Your update", FieldKind.TEXT, error="too long"),), "Share", 4)
        return self.next(
            Reply(card), Reply(card, form=form, ok=False), Reply(card, ok=False), Reply(card, replaces=True)
        )

    async def hear(self, event: Inbound) -> Reply | None:
        self.heard.append(event)
        return self.next(None, Reply(Card(text=(Plain("heard"),))))

    async def remember(self, key: str, payload: bytes) -> bool:
        if self.next(False, False, False, True):
            raise StoreBusy()
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
        return f"person{who.user.lower()}"

    async def get(self, key: str) -> tuple[bytes, int] | None:
        return None

    async def put(self, key: str, value: bytes | None, version: int) -> bool:
        return True

    async def call(self, method: str, /, **arguments: Any) -> dict[str, Any]:
        json.dumps(arguments).encode()
        if method == "auth.test":
            raise TokenRefused(code="token_revoked")
        failures: tuple[SendFailure, ...] = (Refused(reason="x"), Unreachable(reason="x"), Transient(reason="x"))
        if failure := self.next(None, None, *failures):
            raise failure
        message = {"ts": arguments.get("ts") or arguments.get("latest"), "user": "U2", "text": "hi"}
        return self.next(
            {}, {"messages": [message]}, {"messages": [None, 7]}, {"channel": 3}, {"channel": {"name": "n"}}
        )


def staged() -> tuple[Slack, World, Tasks]:
    world: Any = World()
    clock = FixedClock(MONDAY)
    offered = Given(
        intake=world, vault=world, inbox=world, leases=world, media=world, shown=world, log=world, clock=clock,
        ids=Ids(clock.now), words=words_for, address=lambda: "http://127.0.0.1",
    )  # fmt: skip
    section = Settings()
    slack = Slack(section, offered)
    team = Team(section, offered, Pair(Secret("xoxb-" + "fake"), Secret("xapp-" + "fake")), slack._tasks)
    team.api.call = team.api.spare = world.call  # type: ignore[method-assign]

    async def opened() -> Identity:
        team.api._identity = Identity("T1", "Acme", "https://acme.slack.com/", "U1BOT", "B1", "A1", "bridge", SCOPES)
        return team.api._identity

    team.api.open = opened  # type: ignore[method-assign]
    slack._teams["T1"] = team
    return slack, world, slack._tasks


async def survive(given_payloads: list[Any]) -> tuple[list[Ack | None], World]:
    """Takes them one after the other as the sockets do, and works on them to the end."""
    slack, world, tasks = staged()
    await slack._teams["T1"].open()
    acks = [await slack._gate.take(payload, {}) for payload in given_payloads]
    with mock.patch("bridge.adapters._replies.AGAIN", (0.0, 0.0, 0.0)):
        for _ in range(4):
            # What failed holds up what came after it until the next sweep.
            await slack._events.sweep()
            while tasks._running:
                await asyncio.wait(set(tasks._running))
    await slack._teams["T1"].close()
    return acks, world


@pytest.fixture
def specs(missing: Callable[[str, str], NoReturn]) -> None:
    missing_specs(missing)


def test_every_sample_is_read_to_the_end(specs: None) -> None:
    """Else the mutants of it would try nothing."""
    for name, known in samples().items():
        sample = {**known, "event_id": f"Ev{name}", "trigger_id": name}
        acks, world = asyncio.run(survive([sample] * 4))
        assert any(acks), name
        assert world.heard or name in UNCONCERNED, name


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(st.lists(payloads(), min_size=1, max_size=4))
def test_no_payload_fails(specs: None, caplog: pytest.LogCaptureFixture, given_payloads: list[Any]) -> None:
    caplog.clear()
    with caplog.at_level(logging.INFO):
        asyncio.run(survive(given_payloads))

    failed = [record.getMessage() for record in caplog.records if record.exc_info and record.name != "asyncio"]
    assert not failed, failed


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(
    st.dictionaries(st.sampled_from(["type", "event", "command", "user", "team", "team_id", "view", "actions"]), ODD)
)
def test_nothing_of_slacks_making_is_acknowledged_and_left(given_payload: dict[str, Any]) -> None:
    acks, world = asyncio.run(survive([given_payload]))

    assert acks == [Ack()]
    assert not world.heard


def test_what_is_no_number_is_no_status_end() -> None:
    payload = {"type": "event_callback", "team_id": "T1", "event_id": "Ev1"}
    profile = {"status_text": "x #y", "status_expiration": math.nan}
    payload["event"] = {"type": "user_status_changed", "user": {"id": "U1", "profile": profile}}  # type: ignore[assignment]

    _, world = asyncio.run(survive([payload] * 4))

    assert {event.until for event in world.heard} == {None}  # type: ignore[union-attr]
