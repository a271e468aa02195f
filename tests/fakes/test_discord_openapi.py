"""The judge of requests and answers finds what Discord would refuse, and lets pass what it takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import pytest

from tests.fakes.discord.openapi import DOCUMENT, Document, answer_problems, load, problems, there
from tests.fakes.discord.overlay import IS_COMPONENTS_V2, LOCALES

MESSAGES = "/channels/{channel_id}/messages"
MESSAGE = "/channels/{channel_id}/messages/{message_id}"
CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"
COMMANDS = "/applications/{application_id}/commands"


@pytest.fixture(scope="module")
def document(missing: Callable[[str, str], NoReturn]) -> Document:
    if not there():
        missing("specs", f"there is no {DOCUMENT.name}")
    return load()


def row(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(parts)}


def button(**changed: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Reply", "custom_id": "0:reply ~1"} | changed


def select(*values: str, **changed: Any) -> dict[str, Any]:
    options = [{"label": value, "value": value} for value in values]
    return {"type": 3, "custom_id": "menu0", "options": options} | changed


def text_input(**changed: Any) -> dict[str, Any]:
    return {"type": 18, "label": "Text", "component": {"type": 4, "style": 1, "custom_id": "text"} | changed}


def command(**changed: Any) -> dict[str, Any]:
    return {"name": "status", "description": "Share an update"} | changed


def option(**changed: Any) -> dict[str, Any]:
    return {"type": 3, "name": "a", "description": "x"} | changed


GOOD = [
    ("POST", MESSAGES, {"content": "x" * 2_000, "nonce": "abc", "enforce_nonce": True}),
    (
        "POST",
        MESSAGES,
        {"embeds": [{"description": "x", "url": "https://example.org/#a"}], "components": [row(button())]},
    ),
    ("POST", MESSAGES, {"attachments": [{"id": "0", "filename": "a.png", "description": "A board"}]}),
    ("POST", MESSAGES, {"flags": IS_COMPONENTS_V2, "components": [{"type": 10, "content": "x"}]}),
    ("POST", MESSAGES, {"content": "x", "components": [row(select("a", "b")), row(button(), button(custom_id="1:x"))]}),
    ("PATCH", MESSAGE, {"components": []}),
    ("DELETE", MESSAGE, None),
    ("POST", CALLBACK, {"type": 5, "data": {"flags": 64}}),
    ("POST", CALLBACK, {"type": 6}),
    ("POST", CALLBACK, {"type": 4, "data": {"content": "x"}}),
    ("POST", CALLBACK, {"type": 8, "data": {"choices": [{"name": "Ana", "value": "@ana"}]}}),
    ("POST", CALLBACK, {"type": 9, "data": {"custom_id": "f", "title": "Share", "components": [text_input()]}}),
    ("PUT", COMMANDS, [command(), command(name="Share as update", description="", type=3)]),
    ("POST", "/users/@me/channels", {"recipient_id": "5"}),
]


@pytest.mark.parametrize(("method", "path", "body"), GOOD)
def test_what_discord_takes_has_no_problems(document: Document, method: str, path: str, body: Any) -> None:
    assert problems(method, path, body, document) == []


BAD = [
    ("there is no PUT", "PUT", MESSAGES, {"content": "x"}),
    ("there is no GET", "GET", "/channels/{id}", None),
    ("needs a body", "POST", MESSAGES, None),
    ("takes no body", "DELETE", MESSAGE, {}),
    ("'contents' was unexpected", "POST", MESSAGES, {"contents": "x"}),
    ("'descripton' was unexpected", "POST", MESSAGES, {"embeds": [{"descripton": "x"}]}),
    ("'parsed' was unexpected", "POST", MESSAGES, {"content": "x", "allowed_mentions": {"parsed": []}}),
    ("'text' was unexpected", "POST", CALLBACK, {"type": 4, "data": {"text": "x"}}),
    ("2001 characters", "POST", MESSAGES, {"content": "x" * 2_001}),
    ("2002 characters", "POST", MESSAGES, {"content": "🎉" * 1_001}),
    ("6001 characters in all", "POST", MESSAGES, {"embeds": [{"description": "x" * n} for n in (3_000, 3_001)]}),
    ("4098 characters for 4096", "POST", MESSAGES, {"embeds": [{"description": "🎉" * 2_049}]}),
    ("too long", "POST", MESSAGES, {"embeds": [{"description": "x" * 4_097}]}),
    ("too long", "POST", MESSAGES, {"embeds": [{"description": "x"}] * 11}),
    ("embeds[0]: empty", "POST", MESSAGES, {"embeds": [{"url": "https://example.org/"}]}),
    ("needs a name", "POST", MESSAGES, {"embeds": [{"description": "x", "author": {"icon_url": "https://a.example"}}]}),
    ("a link to", "POST", MESSAGES, {"embeds": [{"description": "x", "url": "javascript:alert(1)"}]}),
    ("a picture at", "POST", MESSAGES, {"embeds": [{"author": {"name": "x", "icon_url": "file:///x"}}]}),
    ("an empty message", "POST", MESSAGES, {"content": ""}),
    ("an empty message", "POST", CALLBACK, {"type": 4, "data": {"components": [row(button())]}}),
    ("not with components v2", "POST", MESSAGES, {"content": "x", "flags": IS_COMPONENTS_V2}),
    ("10 needs components v2", "POST", MESSAGES, {"content": "x", "components": [{"type": 10, "content": "x"}]}),
    ("6 rows", "POST", MESSAGES, {"content": "x", "components": [row(button(custom_id=str(n))) for n in range(6)]}),
    ("2 times", "POST", MESSAGES, {"content": "x", "components": [row(button(), button())]}),
    ("too long", "POST", MESSAGES, {"content": "x", "components": [row(button(label="x" * 81))]}),
    ("without a face", "POST", MESSAGES, {"content": "x", "components": [row(button(label=" "))]}),
    ("either a custom_id", "POST", MESSAGES, {"content": "x", "components": [row(button(custom_id=None))]}),
    ("shares its row", "POST", MESSAGES, {"content": "x", "components": [row(button(), select("a"))]}),
    ("of one value", "POST", MESSAGES, {"content": "x", "components": [row(select("a", "a"))]}),
    ("more options to choose", "POST", MESSAGES, {"content": "x", "components": [row(select("a", max_values=2))]}),
    ("0 twice", "POST", MESSAGES, {"attachments": [{"id": "0", "filename": "a"}, {"id": "0", "filename": "b"}]}),
    ("half a character", "POST", MESSAGES, {"content": "\ud800"}),
    ("both parsed and named", "POST", MESSAGES, {
        "content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}),
    ("without a nonce", "POST", MESSAGES, {"content": "x", "enforce_nonce": True}),
    ("6 components", "POST", CALLBACK, {"type": 9, "data": {"custom_id": "f", "title": "x", "components": [
        text_input(custom_id=str(n)) for n in range(6)]}}),
    ("does not take", "POST", CALLBACK, {"type": 9, "data": {"custom_id": "f", "title": "x", "components": [
        text_input(value="xx", max_length=1)]}}),
    ("name 'Status'", "PUT", COMMANDS, [command(name="Status")]),
    ("name 'my status'", "PUT", COMMANDS, [command(name="my status")]),
    ("name 'Mein Stand'", "PUT", COMMANDS, [command(name_localizations={"de": "Mein Stand"})]),
    ("no locale de-AT", "PUT", COMMANDS, [command(name_localizations={"de-AT": "stand"})]),
    ("no description", "POST", COMMANDS, {"name": "status", "type": 1}),
    ("nothing else", "PUT", COMMANDS, [command(name="Share", type=3)]),
    ("status 2 times", "PUT", COMMANDS, [command(), command()]),
    ("16 commands", "PUT", COMMANDS, [{"name": f"N {n}", "type": 2} for n in range(16)]),
    ("required comes first", "PUT", COMMANDS, [command(options=[
        option(), option(name="b", required=True)])]),
    ("both choices", "PUT", COMMANDS, [command(options=[
        option(autocomplete=True, choices=[{"name": "x", "value": "y"}])])]),
    ("characters", "PUT", COMMANDS, [command(options=[
        option(name=f"o{n}", choices=[{"name": f"{m}", "value": "y" * 90} for m in range(25)]) for n in range(4)])]),
]  # fmt: skip


@pytest.mark.parametrize(("said", "method", "path", "body"), BAD)
def test_what_discord_refuses_is_found(document: Document, said: str, method: str, path: str, body: Any) -> None:
    assert said in " ".join(problems(method, path, body, document))


@pytest.mark.parametrize(
    ("method", "path", "status", "body", "said"),
    [
        ("GET", "/gateway", 200, {"url": "wss://x"}, ""),
        ("DELETE", MESSAGE, 204, None, ""),
        ("POST", MESSAGES, 404, {"message": "Unknown Channel", "code": 10003}, ""),
        ("POST", MESSAGES, 429, {"message": "Slow down", "retry_after": 1.5, "global": False}, ""),
        ("POST", MESSAGES, 400, {"message": "Invalid Form Body", "code": 50035, "errors": {"content": {
            "_errors": [{"code": "BASE_TYPE_MAX_LENGTH", "message": "Too long"}]}}}, ""),
        ("POST", MESSAGES, 502, "<html>", ""),
        ("GET", "/gateway", 200, {"url": "wss://x", "shards": 1}, "'shards' was unexpected"),
        ("GET", "/gateway", 200, {}, "'url' is a required property"),
        ("GET", "/gateway", 201, {"url": "wss://x"}, "never answers 201"),
        ("DELETE", MESSAGE, 204, {}, "without a body"),
        ("POST", MESSAGES, 404, {"message": "Unknown Channel"}, "'code' is a required property"),
        ("POST", MESSAGES, 429, {"message": "x", "retry_after": 1.5, "global": False, "x": 1}, "'x' was unexpected"),
    ],
)  # fmt: skip
def test_an_answer_is_held_against_what_discord_answers(
    document: Document, method: str, path: str, status: int, body: Any, said: str
) -> None:
    found = answer_problems(method, path, status, body, document)

    assert said in " ".join(found)
    assert bool(found) is bool(said)


def test_every_body_and_every_answer_has_a_validator(document: Document) -> None:
    """No reference leads nowhere: an object that is nothing at all is refused or taken, but always judged."""
    for path, methods in document.paths.items():
        for method in methods.keys() - {"parameters"}:
            problems(method, path, {"no such key": 1}, document)
            for status in methods[method]["responses"]:
                answer_problems(method, path, int(status.replace("XX", "18")), {"no such key": 1}, document)


def test_the_locales_are_those_that_the_document_knows(document: Document) -> None:
    known = {one["const"] for one in document.schema("AvailableLocalesEnum")["oneOf"]}

    assert known >= LOCALES
