"""The fake's tables say what Discord's own OpenAPI document says, or something stricter; what it answers is described
there; and what it lets pass, the judge of requests lets pass too.

The document is a copy in a folder that not every machine has.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from bridge.model.clock import FixedClock
from tests.fakes import test_discord_commands, test_discord_openapi, test_discord_refusals
from tests.fakes.discord import FakeDiscord, Fault, P
from tests.fakes.discord.bodies import CALLBACKS
from tests.fakes.discord.fields import Field, Shape
from tests.fakes.discord.openapi import DOCUMENT, Document, answer_problems, load, problems
from tests.fakes.discord.raw import Raw, crew, listening, raw
from tests.fakes.discord.rest import HANDLERS
from tests.fakes.discord.state import Json
from tests.fakes.discord.tables import ERRORS, ROUTES
from tests.fakes.test_discord_interactions import BUTTONS, COMMANDS, MODAL

Missing = Callable[[str, str], NoReturn]

LEFT_OUT = {
    **dict.fromkeys(("sticker_ids", "poll", "shared_client_theme"), "not played: nothing of ours has them"),
    **dict.fromkeys(("duration_secs", "waveform", "is_remix", "is_spoiler"), "not played: voice messages, spoilers"),
    **dict.fromkeys(("username", "avatar_url", "thread_name", "applied_tags"), "of webhooks, not of interactions"),
    **dict.fromkeys(("access_tokens", "nicks"), "of group messages, which bots do not open"),
    **dict.fromkeys(("provider", "video", "placeholder", "placeholder_version", "is_animated"), "Discord's own"),
    **dict.fromkeys(("sku_id", "handler"), "of monetized apps and of activities"),
    **dict.fromkeys(("disabled",), "refused in forms (docs: components/reference#string-select)"),
    **dict.fromkeys(("required",), "of selects in messages and of sub commands it means nothing"),
}
"""Fields of the document that the tables do not have, so that the fake refuses them, and why."""
ADDED = {
    "tts": "discord.py sends it with edits of interactions, where Discord does not look at it",
    "flags": "discord.py sends `flags: 0` in embeds",
    "animated": "docs: components/reference#button, a partial emoji",
    "nsfw": "docs: application-commands; discord.py sends it",
}
"""Fields of the tables that the document does not have, and why."""
UNLIKE = {
    "default_member_permissions": "docs: a string of digits; the document says integer",
    "value": "a choice's value is of the type of its option",
    "nonce": "a string or an integer, and each has its own limit",
    "label": "of a text input in a label: null only (docs: label is deprecated there)",
    "data": "CALLBACKS, by type",
    "type": "by_type names it",
}
"""Fields that are checked by hand, not by a limit of the tables."""


@pytest.fixture(scope="module")
def specs(missing: Missing) -> Path:
    if not DOCUMENT.is_file():
        missing("specs", f"there is no {DOCUMENT.name}")
    return DOCUMENT.parent


@pytest.fixture(scope="module")
def document(specs: Path) -> Document:
    return load()


def test_every_route_of_the_tables_is_played() -> None:
    assert set(HANDLERS) == set(ROUTES)


def test_every_error_has_words_and_a_status() -> None:
    for route in ROUTES.values():
        assert route.errors <= set(ERRORS)
    assert all(400 <= status < 500 and message for status, message in ERRORS.values())


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_is_described_with_its_query(document: Document, route: str) -> None:
    method, _, path = route.partition(" ")

    known = document.paths[path][method.lower()]

    query = {p["name"]: p["schema"] for p in known.get("parameters", []) if p["in"] == "query"}
    assert set(ROUTES[route].query) == set(query)
    wrong = [w for name, field in ROUTES[route].query.items() for w in _looser(document, field, query[name], name)]
    assert wrong == []
    assert ROUTES[route].files == ("multipart/form-data" in known.get("requestBody", {}).get("content", {}))
    assert (ROUTES[route].body is None) == ("requestBody" not in known)


@pytest.mark.parametrize("route", [route for route, known in ROUTES.items() if known.body is not None])
def test_a_body_is_as_narrow_as_the_document_or_narrower(document: Document, route: str) -> None:
    method, _, path = route.partition(" ")
    schema = document.paths[path][method.lower()]["requestBody"]["content"]["application/json"]["schema"]
    body = ROUTES[route].body
    assert body is not None

    assert list(_looser(document, _field(body), schema, "")) == []


@pytest.mark.parametrize("kind", CALLBACKS)
def test_an_answer_is_as_narrow_as_the_document_or_narrower(document: Document, kind: int) -> None:
    path = "/interactions/{interaction_id}/{interaction_token}/callback"
    schema = document.paths[path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    (form,) = [one for one in _forms(document, schema) if kind in one["properties"]["type"]["enum"]]
    if kind in (5, 6):
        form = {"properties": {"data": {"properties": {"flags": {}} if kind == 5 else {}}}}

    assert list(_looser(document, _field(CALLBACKS[kind]), form["properties"]["data"], "data")) == []


def _field(shape: Shape | Field) -> Field:
    return shape if isinstance(shape, Field) else Field("object", of=shape)


def _forms(document: Document, schema: Json) -> list[Json]:
    """The schemas that a schema may stand for, null left out."""
    if "$ref" in schema:
        return _forms(document, document.schema(schema["$ref"].rpartition("/")[2]))
    inner = schema.get("oneOf") or schema.get("anyOf")
    if inner and "const" not in inner[0]:
        return [form for one in inner for form in _forms(document, one) if one != {"type": "null"}]
    return [schema]


def _looser(document: Document, field: Field, schema: Json, path: str) -> Iterator[str]:
    """Where the tables let more pass than the document."""
    forms = _forms(document, schema)
    if path.rpartition(".")[2] in UNLIKE and field.kind in ("any", "int"):
        return
    if field.kind == "by_type":
        for kind, shape in field.of.items():
            (form,) = [one for one in forms if kind in one["properties"]["type"].get("enum", [])]
            yield from _looser(document, Field("object", of=shape), form, f"{path}({kind})")
        return
    if field.kind == "object":
        properties: Json = {}
        for form in forms:
            properties |= form.get("properties", {})
        required = set.intersection(*(set(form.get("required", [])) for form in forms))
        for name in set(properties) - set(field.of) - set(LEFT_OUT):
            yield f"{path}.{name} is left out"
        for name, inner in field.of.items():
            if name not in properties:
                if name not in ADDED:
                    yield f"{path}.{name} is not known"
                continue
            if name in required and not inner.required:
                yield f"{path}.{name} is required"
            yield from _looser(document, inner, properties[name], f"{path}.{name}")
        return
    (form,) = forms[:1]
    if field.kind == "list":
        yield from _wider(field, form.get("minItems"), form.get("maxItems"), path)
        yield from _looser(document, field.of, form["items"], f"{path}[]")
    elif field.kind == "map":
        yield from _looser(document, field.of, form["additionalProperties"], f"{path}{{}}")
    elif field.kind in ("str", "url", "web"):
        assert "string" in form["type"], path
        yield from _wider(field, form.get("minLength"), form.get("maxLength"), path)
    elif field.kind == "int" and field.choices:
        allowed = {one["const"] for one in form.get("oneOf", [])} or set(form.get("enum", field.choices))
        if not set(field.choices) <= allowed:
            yield f"{path} is one of {allowed}"
    elif field.kind == "int":
        yield from _wider(field, form.get("minimum"), form.get("maximum"), path)


def _wider(field: Field, least: int | None, most: int | None, path: str) -> Iterator[str]:
    if least and (field.least is None or field.least < least):
        yield f"{path} may be {field.least}, where {least} is the least"
    if most is not None and (field.most is None or field.most > most) and not field.choices:
        yield f"{path} may be {field.most}, where {most} is the most"


def test_a_looser_table_would_be_found(document: Document) -> None:
    schema = document.schema("RichEmbed")
    table = Field("object", of={"title": Field("str", most=257), "colour": Field("int"), "url": Field("web", most=9)})

    wrong = set(_looser(document, table, schema, ""))

    assert {".title may be 257, where 256 is the most", ".colour is not known", ".color is left out"} <= wrong
    assert not any(".url" in one for one in wrong)


# what is answered


@pytest.fixture
async def discord(time: FixedClock) -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord(time) as made:
        crew(made)
        made.limits.enforce = False
        yield made


@pytest.fixture
async def call(discord: FakeDiscord) -> AsyncIterator[Raw]:
    async with raw(discord) as made:
        yield made


async def test_all_that_is_answered_is_described(document: Document, discord: FakeDiscord, call: Raw) -> None:
    await _everything(discord, call)
    await _refusals(discord, call)

    assert {c.route for c in discord.calls if c.status < 300} == set(ROUTES)
    wrong = {}
    for one in [c for c in discord.calls if c.status]:
        found = answer_problems(one.method, one.template, one.status, one.answer, document)
        if one.status < 300 and one.json is not None:
            found += problems(one.method, one.template, one.json, document)
        if found:
            wrong[one.route, one.status] = found
    assert wrong == {}


async def _everything(discord: FakeDiscord, call: Raw) -> None:
    """Every route once, with as much in its answer as it can have."""
    acme, bot = discord.guilds["100"], discord.bot.user_id
    acme.emojis["77"] = "ours"
    acme.thread("311", "300", "private", private=True, members=[bot])
    discord.guilds["100"].everyone.permissions |= P.VIEW_AUDIT_LOG
    await discord.set_overwrite("300", "201", deny=P.ADD_REACTIONS)
    for path in ("/users/@me", "/applications/@me", "/oauth2/applications/@me", "/gateway/bot", "/users/@me/guilds"):
        await call("GET", path)
    await call("GET", "/users/@me/guilds", query={"with_counts": "true"})
    await call("GET", "/guilds/100", query={"with_counts": "true"})
    for path in ("channels", "roles", "members/1", f"members/{bot}", "audit-logs", "threads/active"):
        await call("GET", f"/guilds/100/{path}")
    await call("GET", "/channels/300")
    await call("GET", "/channels/302")
    await call("GET", "/channels/311")
    direct = (await call("POST", "/users/@me/channels", {"recipient_id": "1"})).body["id"]
    await call("GET", f"/channels/{direct}")
    await call.post(direct, content="x")
    scope = f"/applications/{discord.bot.id}"
    for path in (f"{scope}/commands", f"{scope}/guilds/100/commands"):
        await call("PUT", path, COMMANDS)
        await call("GET", path)
        await call("GET", path, query={"with_localizations": "true"})
    await _messages(discord, call)
    await _answers(discord, call)


async def _messages(discord: FakeDiscord, call: Raw) -> None:
    said = await discord.say("2", "300", "Hello <@1> <@&201>", mention_bot=True, files=[("a.png", b"png")])
    await discord.react("1", said, "📣")
    menu = {"type": 3, "custom_id": "menu", "options": [{"label": "A", "value": "a", "emoji": {"name": "📣"}}]}
    embed = {
        "title": "T",
        "description": "D",
        "url": "https://a.example",
        "timestamp": "2026-11-23T10:00:00+00:00",
        "color": 5,
        "author": {"name": "A", "url": "https://a.example", "icon_url": "https://a.example/a.png"},
        "image": {"url": "attachment://a.png", "description": "A"},
        "thumbnail": {"url": "https://a.example/a.png"},
        "footer": {"text": "F", "icon_url": "https://a.example/a.png"},
        "fields": [{"name": "N", "value": "V", "inline": True}],
    }
    link = {"type": 2, "style": 5, "label": "L", "url": "https://a.example"}
    body = {
        "content": "x",
        "embeds": [embed],
        "components": [*BUTTONS, {"type": 1, "components": [menu]}, {"type": 1, "components": [link]}],
        "message_reference": {"message_id": said.id},
        "allowed_mentions": {"parse": []},
        "attachments": [{"id": "0", "description": "A"}, {"id": "1", "filename": "b.txt"}],
        "nonce": "d1",
        "enforce_nonce": True,
    }
    posted = (await call("POST", "/channels/300/messages", body, files=[("a.png", b"png"), ("b.txt", b"b")])).body
    one = f"/channels/300/messages/{posted['id']}"
    await call("PUT", f"{one}/reactions/📣/@me")
    await call("PUT", f"{one}/reactions/ours:77/@me")
    await discord.thread_from("1", said, "talk")
    await call("GET", "/channels/300/messages")
    await call("GET", f"/channels/{said.id}/messages")
    await call("GET", one)
    await call("PATCH", one, {"content": "y"})
    await call("DELETE", f"{one}/reactions/📣/@me")
    await call("DELETE", one)


async def _answers(discord: FakeDiscord, call: Raw) -> None:
    """Every kind of first answer, with and without asking for it back, and what may follow."""
    async with listening(discord) as ear:

        def answer(kind: int, data: Json | None = None) -> None:
            async def play(payload: Json) -> None:
                assert (await call.callback(payload, kind, data, with_response="true")).status == 200

            ear.answers = play

        answer(4, {"content": "x", "components": BUTTONS})
        public = await discord.command("1", "300", "status", {"text": "Hello"})
        assert public.message is not None
        answer(4, {"content": "x", "flags": 64, "components": BUTTONS})
        private = await discord.menu("1", public.message, "Share as update")
        await discord.user_menu("1", "300", "Follow", target="2")
        await discord.command("1", "@me", "status", {"text": "Hello"})
        answer(8, {"choices": [{"name": "A", "value": "a"}]})
        await discord.complete("1", "300", ("bridge", "follow"), focused="whom")
        answer(5, {"flags": 64})
        deferred = await discord.press("1", private, "Reply")
        answer(6)
        await discord.press("1", public.message, "Reply")
        answer(7, {"content": "y"})
        await discord.press("1", private, "Reply")
        answer(9, MODAL)
        form = await discord.press("1", public.message, "Reply")
        answer(4, {"content": "z"})
        await discord.submit("1", form, {"text": "New"})
    await call.original("GET", deferred.payload)
    await call.original("PATCH", deferred.payload, {"content": "x", "embeds": [{"description": "y"}]})
    await call("POST", f"/webhooks/{discord.bot.id}/{deferred.payload['token']}", {"content": "x", "flags": 64})
    await call.original("DELETE", deferred.payload)
    one = await _unanswered(discord, call)
    assert (await call.callback(one, 4, {"content": "x"})).status == 204


async def _unanswered(discord: FakeDiscord, call: Raw) -> Json:
    """An interaction that is left to a later answer."""
    async with listening(discord) as ear:

        async def play(payload: Json) -> None:
            await call.callback(payload, 5)

        ear.answers = play
        one = await discord.command("1", "300", "status", {"text": "Hello"})
        one.first = 0
        return one.payload


async def _refusals(discord: FakeDiscord, call: Raw) -> None:
    await call("GET", "/channels/999")
    await call("GET", "/channels/301")
    await call.post("300", content="x" * 2001)
    await call.post("300", embeds=[{"title": "x" * 257, "fields": [{"name": "", "value": "x"}]}])
    discord.faults.next("GET /users/@me", Fault.RATE(1), Fault.RATE(2, "global"))
    for _ in range(2):
        held = await call("GET", "/users/@me")
        assert answer_problems("GET", "/users/@me", 429, held.body) == []
    discord.limits.enforce = True
    discord.limits.rate("GET /users/@me", 1, 5.0)
    for _ in range(2):
        await call("GET", "/users/@me")
    call.token = "wrong"
    await call("GET", "/users/@me")


# the judge and the fake agree

POST = "/channels/{channel_id}/messages"
PUT = "/applications/{application_id}/commands"


@pytest.mark.parametrize("body", test_discord_refusals.GOOD)
def test_a_message_that_is_posted_is_none_of_the_judges_problems(document: Document, body: Json) -> None:
    assert problems("POST", POST, body, document) == []


@pytest.mark.parametrize("commands", test_discord_commands.GOOD, ids=range(len(test_discord_commands.GOOD)))
def test_commands_that_are_registered_are_none_of_the_judges_problems(document: Document, commands: list[Json]) -> None:
    assert problems("PUT", PUT, commands, document) == []


JUDGED = [
    (method, path, body)
    for _, method, path, body in test_discord_openapi.BAD
    if f"{method} {path}" in ROUTES and ROUTES[f"{method} {path}"].auth and method != "DELETE" and body is not None
]


@pytest.mark.parametrize(("method", "path", "body"), JUDGED)
async def test_what_the_judge_refuses_is_refused(
    discord: FakeDiscord, call: Raw, method: str, path: str, body: Any
) -> None:
    answer = await call(method, path.format(channel_id="300", application_id=discord.bot.id), body)

    assert answer.status == 400, answer.body
