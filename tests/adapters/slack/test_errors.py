"""Every error code that Slack documents for a method we call has a meaning, and it is the right one."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest

from bridge.adapters.slack.web import errors
from bridge.adapters.slack.web.errors import (
    CALLED,
    WAIT_SECONDS,
    ScopeMissing,
    TokenRefused,
    failure_of,
    known,
    retry_after,
)
from bridge.model.delivery import Bury, Kind, Later, Outcome, Pause, Reconcile, Settled, decide
from bridge.model.errors import SendFailure

ROOT = Path(__file__).parents[3]
METHODS = ROOT.parent / "shared" / "specs" / "slack-methods"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def outcome(method: str, code: str, plain: bool = False) -> Outcome:
    return decide(failure_of(method, code, {}), Kind.LIVE, 1, None, NOW, 0.5, plain)


def test_every_documented_code_of_every_method_we_call_is_mapped(missing: Callable[[str, str], NoReturn]) -> None:
    if not METHODS.is_dir():
        missing("specs", f"no folder {METHODS.name}")

    documented = {
        (method, code)
        for method in CALLED
        for code in json.loads((METHODS / f"{method}.json").read_text(encoding="utf-8"))["errors"]
    }

    assert len(documented) > 150
    assert {(method, code) for method, code in documented if not known(code)} == set()
    assert all(isinstance(outcome(method, code), Outcome) for method, code in documented)


def test_only_methods_whose_codes_are_mapped_are_called() -> None:
    called = set()
    for path in (ROOT / "bridge" / "adapters" / "slack").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                first = node.args[0]
                if node.func.attr in ("call", "pages") and isinstance(first, ast.Constant):
                    called.add(first.value)

    assert called <= CALLED


CLOSED = [
    ("chat.postMessage", "not_in_channel", "I'm not in the channel. Type /invite @helper there."),
    ("chat.postMessage", "is_archived", "The channel is archived. Unarchive it."),
    ("chat.update", "is_inactive", "The channel is archived or frozen. Unarchive it."),
    ("conversations.open", "user_disabled", "This account is deactivated."),
]


@pytest.mark.parametrize(("method", "code", "sentence"), CLOSED)
def test_a_closed_place_is_paused_with_a_sentence_its_owner_can_act_on(method: str, code: str, sentence: str) -> None:
    failure = failure_of(method, code, {}, handle="helper")

    assert failure.params["reason"] == sentence
    assert isinstance(decide(failure, Kind.LIVE, 1, None, NOW, 0.5), Pause)


def test_sentences_for_owners_name_no_code() -> None:
    sentences = [*errors._CLOSED.values(), *errors._LATER.values()]

    assert all("_" not in sentence and sentence.endswith(".") for sentence in sentences)


@pytest.mark.parametrize("code", ["internal_error", "fatal_error", "service_unavailable", "request_timeout"])
def test_a_post_that_may_have_arrived_is_looked_for_and_anything_else_asked_again(code: str) -> None:
    assert isinstance(outcome("chat.postMessage", code), Reconcile)
    assert isinstance(outcome("chat.update", code), Later)
    assert isinstance(outcome("chat.delete", code), Later)


@pytest.mark.parametrize(
    "code", ["invalid_blocks", "msg_blocks_too_long", "too_many_attachments", "a_code_of_tomorrow"]
)
def test_a_message_slack_dislikes_gets_its_plain_form_once(code: str) -> None:
    assert outcome("chat.postMessage", code) == Later(NOW, plain=True)
    assert isinstance(outcome("chat.postMessage", code, plain=True), Bury)


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive", "invalid_auth", "missing_scope"])
def test_what_an_administrator_must_mend_pauses_no_place_and_buries_no_message(code: str) -> None:
    assert isinstance(outcome("chat.postMessage", code, plain=True), Later)


def test_a_refused_token_and_a_missing_scope_say_what_to_do() -> None:
    revoked = failure_of("chat.postMessage", "token_revoked", {})
    lacking = failure_of("chat.postMessage", "missing_scope", {"needed": "chat:write", "provided": "commands"})

    assert isinstance(revoked, TokenRefused)
    assert "Install the app again" in revoked.english()
    assert isinstance(lacking, ScopeMissing)
    assert "chat:write" in lacking.english()


@pytest.mark.parametrize(
    ("needed", "provided", "named"),
    [
        ("channels:manage,groups:write,im:write,mpim:write", "commands", "permission im:write."),
        ("channels:read,groups:read,mpim:read,im:read", "channels:read,groups:read", "permission mpim:read."),
        ("channels:read,groups:read", "channels:read,groups:read", "permission channels:read, groups:read."),
        ("admin", "commands", "permission admin."),
    ],
)
def test_of_several_permissions_that_would_do_those_are_named_that_the_app_asks_for(
    needed: str, provided: str, named: str
) -> None:
    lacking = failure_of("conversations.open", "missing_scope", {"needed": needed, "provided": provided})

    assert named in lacking.english()


def test_a_message_that_is_gone_is_no_failure() -> None:
    assert outcome("chat.delete", "message_not_found") == Settled()


@pytest.mark.parametrize("code", ["missing_scope", "not_in_channel"])
def test_history_that_cannot_be_read_closes_no_place(code: str) -> None:
    failure: SendFailure = failure_of("conversations.history", code, {})

    assert isinstance(decide(failure, Kind.LIVE, 1, None, NOW, 0.5, plain=True), Bury)
    assert "not known whether it was sent" in failure.english()


def test_what_slack_says_about_a_block_is_kept_for_the_log() -> None:
    meta = {"response_metadata": {"messages": ["[ERROR] must be less than 3001 characters [json-pointer:/blocks/0]"]}}

    failure = failure_of("chat.postMessage", "invalid_blocks", meta)

    assert "invalid_blocks ([ERROR] must be less than 3001 characters" in failure.english()


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("7", 7.0),
        ("1.5", 1.5),
        ("0", 1.0),
        ("3600", 3600.0),
        *(
            (wrong, WAIT_SECONDS)
            for wrong in (None, "", "-5", "soon", "nan", "Wed, 21 Oct 2015 07:28:00 GMT", "0x10", "1_0;")
        ),
        *((huge, 3600.0) for huge in ("3601", "1000000000", "9" * 5_000, "inf", "1e300")),
    ],
)
def test_a_wait_is_believed_from_a_second_to_an_hour(told: str | None, seconds: float) -> None:
    headers = {} if told is None else {"Retry-After": told}

    assert retry_after(429, {}, headers) == seconds
