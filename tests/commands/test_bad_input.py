"""Law 9: whatever is typed, one sentence says what was wrong and what to type instead, and the text comes back."""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.commands import intake
from bridge.model.clock import FixedClock
from bridge.model.command import Reply
from bridge.model.compose.text import card_text
from bridge.model.errors import BridgeError, StoreBusy, StoreError, StoreFull
from bridge.model.kept import Tx
from bridge.model.policy import Policy
from bridge.model.verbs import ALIASES, TABLE
from bridge.store.tx import SqlStore, open_store
from tests.commands.conftest import actions, met
from tests.core import MONDAY, Team
from tests.databases import laid

T = TypeVar("T")
HUGE = 10 * 1024 * 1024


def helps(reply: Reply) -> str:
    """The text of a refusal that any platform can show."""
    told = card_text(reply.card)
    assert not reply.ok
    assert told.strip()
    told.encode()
    reply.typed.encode()
    assert "Traceback" not in told
    return told


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("status " + "x" * HUGE, "That's too long by 10485260: an update has at most 500 characters."),
        ("status " + " ".join(f"#tag{n}" for n in range(300)), "That's 300 tags: an update has at most 20."),
        ("reply ~1 \u202e\u2066 " + "x" * 501, "That's too long by 1:"),
        ("status Graz until 31 feb", "That date doesn't exist: 31 feb. Try until 12 May 15:00."),
        ("settings zone Europe/Vena", "I know no time zone “Europe/Vena”. Did you mean Europe/Vienna?"),
        ("digest daily 25:00", "That time doesn't exist: 25:00. Try /digest daily 9."),
        ("edit ~1 Mine", "~1 isn't your update, so you can't change it. You can reply to it."),
        ("delete ~1", "~1 isn't your update, so you can't change it."),
        ("x" * HUGE, "I don't know xxx"),
        ("follow @" + "x" * HUGE, "I know nobody called @xxx"),
        ("follow #" + "x" * HUGE, "I don't know what “#xxx"),
        ("reply " + "9" * HUGE, "I can't find the update 999"),
        ("who " + "x y " * 100_000, "I know nobody called x y"),
        ("profile " + "x" * HUGE, "what you do fits into 120 characters."),
        ("catchup " + "x" * HUGE, "I can't read “xxx"),
        ("mute @ana " + "9" * 20 + "d", "can't be used as a length of time"),
        ("show-more " + "9" * 1000, "I can't find that digest any more."),
        ("share-yes ²", "That question is no longer open."),
        ("follow @\ud83d", "I know nobody called"),
        ("help x\ud83d\x00\u202ey", "I don't know xy."),
        ("reply \u202ex Hi", "I can't find the update x."),
    ],
    ids=lambda value: value[:20].encode("ascii", "backslashreplace").decode(),
)
async def test_bad_input_gets_a_sentence_that_helps(team: Team, typed: str, sentence: str) -> None:
    await met(team, "ana", "bo")
    await team.say("bo", "status Hello")

    reply = await team.say("ana", typed)

    told = helps(reply)
    assert sentence in told
    assert len(told) < 1_000
    assert not set("\x00\u202e\u2066\ud83d") & set(told + reply.typed)
    assert reply.typed.split()[0] == typed.split()[0]


@pytest.mark.parametrize("nothing", ["", "   ", " \n\t ", " \x00", " \u202e\u2066\u200b", " \ud83d"])
async def test_nothing_to_share_opens_a_form_and_says_how(team: Team, nothing: str) -> None:
    reply = await team.say("ana", f"status{nothing}")

    assert reply.form is not None
    assert card_text(reply.card) == "What are you up to? Write it after the command.\n/status Shipping v2 #release"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("status a" + "\u0301" * 5_000, "✓ Shared  ~1\ná"),
        ("status Ship\u202eping\u2066 v2\x00", "✓ Shared  ~1\nShipping v2\n"),
        ("status Hello \ud83d\ud83d world", "✓ Shared  ~1\nHello  world\n"),
        ("status 👩‍👩‍👧‍👦 #привет #日本語", "✓ Shared  ~1\n👩‍👩‍👧‍👦 #привет #日本語\n"),
    ],
    ids=["accents", "bidi", "surrogates", "scripts"],
)
async def test_what_only_disturbs_is_left_out(team: Team, typed: str, shown: str) -> None:
    told = await team.tell("ana", typed)

    assert told.startswith(shown)
    assert len(told) < 300


class Failing(SqlStore):
    """Writes raise what they are told to."""

    error: BaseException | None = None

    async def write(self, fn: Callable[[Tx], T]) -> T:
        if self.error:
            raise self.error
        return await super().write(fn)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            StoreFull(),
            StoreFull.template,
        ),
        (StoreBusy(), "The database is busy. Nothing was lost; please try again in a moment."),
        (StoreError(), "The database didn't answer. Nothing was lost; please try again in a moment."),
    ],
)
async def test_a_store_that_cannot_write_gives_the_text_back(team: Team, error: StoreError, sentence: str) -> None:
    await met(team, "ana")
    failing = Failing(team.store.engine)  # type: ignore[attr-defined]
    failing.error = error
    team.world.store = failing

    reply = await team.say("ana", "status Shipping v2")
    stranger = await team.say("new", "status Hello")

    assert helps(reply) == f"{sentence}\nYou typed: status Shipping v2"
    assert helps(stranger) == f"{sentence}\nYou typed: status Hello"
    assert (await team.say("ana", "help")).ok


async def test_a_form_that_could_not_be_saved_gives_its_text_back(team: Team) -> None:
    await met(team, "ana")
    failing = Failing(team.store.engine)  # type: ignore[attr-defined]
    failing.error = StoreFull()
    team.world.store = failing

    assert (await team.say("ana", "status", fields={"text": "Shipping v2"})).typed == "Shipping v2"


async def test_a_bug_is_a_sentence_for_people_and_one_line_for_the_log(
    team: Team, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(ask: object) -> Reply:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setitem(intake.HANDLERS, "status", broken)
    with caplog.at_level(logging.ERROR):
        reply = await team.say("ana", "status Shipping v2", key="call-x")

    assert (
        helps(reply)
        == "Something went wrong here. It was written to the log; please try again.\nYou typed: status Shipping v2"
    )
    assert [(record.getMessage(), bool(record.exc_info)) for record in caplog.records] == [
        ("the call call-x failed", True)
    ]


VERBS = st.sampled_from([verb.name for verb in TABLE] + list(ALIASES))
PIECES = st.one_of(
    st.text(st.characters(), max_size=20),
    st.text(st.characters(categories=["Cs", "Cc", "Cf", "Mn"]), max_size=8),
    st.sampled_from(
        [
            *("@ana", "@bo", "#release", "~1", "~99", "last", "everyone", "here", "live", "digest", "until"),
            *("to:@ana", "to:public", "to:me", "to:,", "yes", "before", "25:00", "31 feb", "9" * 30, "²", "zone"),
            *("fri", "2d", "quiet", "now", "preview", "pause", "off", "on", "\n", "`", "**", "\ud83d"),
            "https://chat.example/general/000001",
        ]
    ),
)
LINES = st.builds(
    lambda verb, pieces, times: " ".join([verb, *pieces]) * times,
    st.one_of(VERBS, PIECES),
    st.lists(PIECES, max_size=6),
    st.sampled_from([1, 1, 1, 1, 1, 400]),
)


@pytest.fixture(scope="module")
def crowded() -> Path:
    """A database in which ana and bo have met and shared."""
    path = laid(Path(tempfile.mkdtemp()) / "bridge.db")

    async def fill() -> None:
        store = open_store(f"sqlite:///{path}")
        team = Team(store, FixedClock(MONDAY), Policy())
        await met(team, "ana", "bo")
        await team.say("ana", "status Shipping #release @bo")
        await team.say("bo", "follow everyone live")
        await store.close()

    asyncio.run(fill())
    return path


@given(calls=st.lists(st.tuples(st.sampled_from(["ana", "bo"]), LINES), min_size=10, max_size=20))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_dispatch_never_raises_and_never_stays_silent(crowded: Path, calls: list[tuple[str, str]]) -> None:
    async def run(folder: str) -> None:
        store = open_store(f"sqlite:///{shutil.copy(crowded, f'{folder}/bridge.db')}")
        team = Team(store, FixedClock(MONDAY), Policy())
        try:
            for user, line in calls:
                reply = await team.say(user, line)
                told = card_text(reply.card)
                assert told.strip()
                assert BridgeError.template not in told, line
                told.encode()
                reply.typed.encode()
                for action in actions(reply.card):
                    action.line.encode()
                    assert len(action.line) <= 90
        finally:
            await store.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(folder))


@pytest.mark.parametrize(
    "example", [line for verb in TABLE for line in verb.examples if line.split()[1:2] == ["~1042"]]
)
async def test_an_example_with_a_number_that_is_not_there_says_what_to_do(team: Team, example: str) -> None:
    reply = await team.say("ana", example)

    assert "I can't find the update ~1042. Name one by the number that stands on it, by “last”" in helps(reply)
    assert [action.line for action in actions(reply.card)] == ["timeline"]
