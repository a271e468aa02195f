"""What the fake of Discord refuses, and with which words: tokens, unknown ids, permissions, bodies."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bridge.model.clock import FixedClock
from tests.fakes.discord import FakeDiscord, P
from tests.fakes.discord.raw import Answer, Raw, crew, raw
from tests.fakes.discord.tables import ROUTES

FILE = ("a.png", b"png")


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


def path_of(discord: FakeDiscord, route: str, message: str, **ids: str) -> str:
    known = {
        "channel_id": "300",
        "guild_id": "100",
        "user_id": "1",
        "message_id": message,
        "emoji_name": "%F0%9F%93%A3",
        "application_id": discord.bot.id,
        "webhook_id": discord.bot.id,
        "webhook_token": "nothing",
        "interaction_id": "1",
        "interaction_token": "nothing",
    }
    return route.partition(" ")[2].format(**known | ids)


BODIES: dict[str, Any] = {
    "POST /channels/{channel_id}/messages": {"content": "x"},
    "PATCH /channels/{channel_id}/messages/{message_id}": {"content": "y"},
    "POST /users/@me/channels": {"recipient_id": "1"},
    "PUT /applications/{application_id}/commands": [],
    "PUT /applications/{application_id}/guilds/{guild_id}/commands": [],
}


async def ask(discord: FakeDiscord, call: Raw, route: str, message: str, **ids: str) -> Answer:
    return await call(route.partition(" ")[0], path_of(discord, route, message, **ids), BODIES.get(route))


@pytest.mark.parametrize("route", [route for route, known in ROUTES.items() if known.auth])
async def test_every_route_wants_the_token(discord: FakeDiscord, call: Raw, route: str) -> None:
    call.token = "wrong"

    answer = await ask(discord, call, route, "1")

    assert (answer.status, answer.body) == (401, {"message": "401: Unauthorized", "code": 0})
    assert discord.invalid == {401: 1}


@pytest.mark.parametrize("route", [r for r, known in ROUTES.items() if known.auth and "guilds/" not in r])
async def test_every_route_plays(discord: FakeDiscord, call: Raw, route: str) -> None:
    message = (await call.post("300", content="x")).body["id"]

    answer = await ask(discord, call, route, message)

    assert answer.status in (200, 204), answer.body


def _needing(route: str) -> list[P]:
    return [p for p in P if p in ROUTES[route].needs]


@pytest.mark.parametrize(("route", "missing"), [(route, p) for route in ROUTES for p in _needing(route)])
async def test_every_permission_of_the_table_is_needed(discord: FakeDiscord, call: Raw, route: str, missing: P) -> None:
    message = (await call.post("300", content="x")).body["id"]
    for role in discord.guilds["100"].roles.values():
        role.permissions |= ROUTES[route].needs
    assert (await ask(discord, call, route, message)).status in (200, 204)
    for role in discord.guilds["100"].roles.values():
        role.permissions &= ~missing

    answer = await ask(discord, call, route, message)

    assert answer.code == (50001 if missing == P.VIEW_CHANNEL else 50013)
    assert answer.status == 403


@pytest.mark.parametrize(
    ("route", "ids", "code"),
    [
        ("GET /channels/{channel_id}", {"channel_id": "999"}, 10003),
        ("GET /channels/{channel_id}", {"channel_id": "301"}, 50001),
        ("GET /channels/{channel_id}", {"channel_id": "400"}, 50001),
        ("GET /channels/{channel_id}/messages", {"channel_id": "301"}, 50001),
        ("POST /channels/{channel_id}/messages", {"channel_id": "999"}, 10003),
        ("POST /channels/{channel_id}/messages", {"channel_id": "301"}, 50001),
        ("POST /channels/{channel_id}/messages", {"channel_id": "302"}, 50008),
        ("GET /channels/{channel_id}/messages/{message_id}", {"message_id": "999"}, 10008),
        ("PATCH /channels/{channel_id}/messages/{message_id}", {"message_id": "999"}, 10008),
        ("DELETE /channels/{channel_id}/messages/{message_id}", {"message_id": "999"}, 10008),
        (
            "PUT /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me",
            {"emoji_name": "mega"},
            10014,
        ),
        (
            "PUT /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me",
            {"emoji_name": "ours:77"},
            10014,
        ),
        ("GET /guilds/{guild_id}", {"guild_id": "999"}, 10004),
        ("GET /guilds/{guild_id}", {"guild_id": "101"}, 10004),
        ("GET /guilds/{guild_id}/channels", {"guild_id": "101"}, 50001),
        ("GET /guilds/{guild_id}/audit-logs", {}, 50013),
        ("GET /guilds/{guild_id}/members/{user_id}", {"user_id": "999"}, 10013),
        ("GET /guilds/{guild_id}/members/{user_id}", {"user_id": "8"}, 10007),
        ("PUT /applications/{application_id}/guilds/{guild_id}/commands", {"guild_id": "101"}, 50001),
        ("GET /applications/{application_id}/commands", {"application_id": "901"}, 20012),
        ("GET /webhooks/{webhook_id}/{webhook_token}/messages/@original", {}, 10015),
        ("PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original", {}, 10015),
        ("POST /interactions/{interaction_id}/{interaction_token}/callback", {}, 10062),
    ],
)
async def test_ids_are_known_and_seen(
    discord: FakeDiscord, call: Raw, route: str, ids: dict[str, str], code: int
) -> None:
    message = (await call.post("300", content="x")).body["id"]

    assert (await ask(discord, call, route, message, **ids)).code == code


async def test_what_is_not_played_fails_the_test(time: FixedClock) -> None:
    discord = await FakeDiscord(time).__aenter__()
    crew(discord)
    async with raw(discord) as call:
        assert (await call("GET", "/guilds/100/emojis")).status == 404

    with pytest.raises(AssertionError, match="not played: GET /api/v10/guilds/100/emojis"):
        await discord.__aexit__(None)


def long(count: int) -> str:
    return "x" * count


def embeds(**embed: Any) -> dict[str, Any]:
    return {"embeds": [embed]}


def row(*components: Any) -> dict[str, Any]:
    return {"content": "x", "components": [{"type": 1, "components": list(components)}]}


def button(**more: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Go", "custom_id": "go"} | more


def menu(*options: Any, **more: Any) -> dict[str, Any]:
    return {"type": 3, "custom_id": "menu", "options": list(options)} | more


def option(value: str, **more: Any) -> dict[str, Any]:
    return {"label": value, "value": value} | more


GOOD = [
    {"content": long(2000)},
    {"content": "x", "nonce": long(25), "enforce_nonce": True},
    {"content": "x", "nonce": 2**62},
    embeds(description=long(4096)),
    embeds(title=long(256), footer={"text": long(2048)}),
    {"embeds": [{"description": "x"}] * 10},
    embeds(fields=[{"name": "a", "value": "b"}] * 25),
    embeds(fields=[{"name": long(256), "value": long(1024)}]),
    embeds(author={"name": long(256), "url": "https://a.example"}),
    embeds(description="x", url="https://discord.com/app#bridge-1"),
    embeds(image={"url": "https://a.example/a.png"}),
    embeds(description="x", timestamp="2026-11-23T10:00:00+00:00", color=0xFFFFFF),
    {"embeds": [{"description": long(3000)}, {"description": long(3000)}]},
    row(*[button(custom_id=str(n)) for n in range(5)]),
    row(button(label=long(80), custom_id=long(100))),
    row({"type": 2, "style": 5, "label": "x", "url": "https://a.example"}),
    row(button(label=None, emoji={"name": "📣"})),
    row(menu(*[option(str(n)) for n in range(25)], placeholder=long(150))),
    row(menu(option(long(100), description=long(100)))),
    {"content": "x", "allowed_mentions": {"parse": []}},
    {"content": "x", "allowed_mentions": {"parse": ["roles"], "users": ["1"]}},
    {"content": "x", "flags": 4 | 4096},
]
BAD: list[tuple[dict[str, Any], str]] = [
    ({"content": long(2001)}, "content"),
    ({"content": "😀" * 1001}, "content"),
    ({"content": 5}, "content"),
    ({"content": "\ud800"}, "content"),
    ({"content": "x", "contnet": "y"}, "contnet"),
    ({"content": "x", "nonce": long(26)}, "nonce"),
    ({"content": "x", "nonce": 2**63}, "nonce"),
    ({"content": "x", "enforce_nonce": True}, "nonce"),
    ({"content": "x", "flags": 64}, "flags"),
    ({"content": "x", "flags": 1 << 15}, "flags"),
    ({"content": "x", "poll": {}}, "poll"),
    ({"embeds": [{"description": "x"}] * 11}, "embeds"),
    (embeds(), "embeds.0.description"),
    (embeds(description="  "), "embeds.0.description"),
    (embeds(description=long(4097)), "embeds.0.description"),
    (embeds(title=long(257)), "embeds.0.title"),
    (embeds(description="x", footer={"text": long(2049)}), "embeds.0.footer.text"),
    (embeds(description="x", author={"name": long(257)}), "embeds.0.author.name"),
    (embeds(description="x", author={"url": "https://a.example"}), "embeds.0.author.name"),
    (embeds(fields=[{"name": "a", "value": "b"}] * 26), "embeds.0.fields"),
    (embeds(fields=[{"name": "a", "value": ""}]), "embeds.0.fields.0.value"),
    (embeds(fields=[{"name": " ", "value": "b"}]), "embeds.0.fields.0.name"),
    (embeds(fields=[{"name": long(257), "value": "b"}]), "embeds.0.fields.0.name"),
    (embeds(fields=[{"name": "a", "value": long(1025)}]), "embeds.0.fields.0.value"),
    (embeds(fields=[{"name": "a"}]), "embeds.0.fields.0.value"),
    (embeds(description="x", url="javascript:alert(1)"), "embeds.0.url"),
    (embeds(description="x", url="attachment://a.png"), "embeds.0.url"),
    (embeds(description="x", url="https://a b"), "embeds.0.url"),
    (embeds(description="x", url="https://" + long(2048)), "embeds.0.url"),
    (embeds(description="x", image={"url": "ftp://a.example"}), "embeds.0.image.url"),
    (embeds(description="x", image={"url": "attachment://none.png"}), "embeds.0.image.url"),
    (embeds(description="x", color=0x1000000), "embeds.0.color"),
    (embeds(description="x", color=-1), "embeds.0.color"),
    (embeds(description="x", timestamp="yesterday"), "embeds.0.timestamp"),
    (embeds(description="x", colour=1), "embeds.0.colour"),
    ({"embeds": [{"description": long(3000)}, {"description": long(3001)}]}, "embeds.1"),
    ({"embeds": [{"description": long(4000)}, {"fields": [{"name": "a", "value": long(1000)}] * 2}]}, "embeds.1"),
    ({"content": "x", "components": [{"type": 1, "components": []}]}, "components.0.components"),
    ({"content": "x", "components": [row(button(custom_id=str(n)))["components"][0] for n in range(6)]}, "components"),
    ({"content": "x", "components": [button()]}, "components.0.type"),
    (row(*[button(custom_id=str(n)) for n in range(6)]), "components.0.components"),
    (row(button(), button()), "components.0.components.1.custom_id"),
    (row(button(custom_id="")), "components.0.components.0.custom_id"),
    (row(button(custom_id=long(101))), "components.0.components.0.custom_id"),
    (row(button(label=long(81))), "components.0.components.0.label"),
    (row(button(label="")), "components.0.components.0.label"),
    (row(button(style=6)), "components.0.components.0.style"),
    (row(button(style=5, custom_id=None)), "components.0.components.0.url"),
    (row(button(url="https://a.example")), "components.0.components.0.url"),
    (row(button(custom_id=None)), "components.0.components.0.custom_id"),
    (row({"type": 2, "style": 5, "label": "x", "url": "discord://x"}), "components.0.components.0.url"),
    (
        row({"type": 2, "style": 5, "label": "x", "url": "https://a.example/" + long(500)}),
        "components.0.components.0.url",
    ),
    (row({"type": 4, "custom_id": "x", "style": 1}), "components.0.components.0.type"),
    (row(menu(option("a")), button()), "components.0.components"),
    (row(menu()), "components.0.components.0.options"),
    (row(menu(*[option(str(n)) for n in range(26)])), "components.0.components.0.options"),
    (row(menu(option("a"), option("a"))), "components.0.components.0.options.1.value"),
    (row(menu(option("a", label=long(101)))), "components.0.components.0.options.0.label"),
    (row(menu(option(long(101), label="a"))), "components.0.components.0.options.0.value"),
    (row(menu(option("a", description=long(101)))), "components.0.components.0.options.0.description"),
    (row(menu(option("a"), placeholder=long(151))), "components.0.components.0.placeholder"),
    (row(menu(option("a"), max_values=2)), "components.0.components.0.max_values"),
    (row(menu(option("a"), min_values=2)), "components.0.components.0.min_values"),
    (row(menu(option("a", default=True), option("b", default=True))), "components.0.components.0.options"),
    ({"content": "x", "allowed_mentions": {"parse": ["everybody"]}}, "allowed_mentions.parse.0"),
    ({"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}, "allowed_mentions.parse"),
    ({"content": "x", "allowed_mentions": {"users": ["1"] * 101}}, "allowed_mentions.users"),
    ({"content": "x", "allowed_mentions": {"users": ["ana"]}}, "allowed_mentions.users.0"),
    ({"content": "x", "attachments": [{"id": "0", "filename": "a.png"}]}, "attachments.0"),
    ({"content": "x", "message_reference": {"message_id": "999"}}, "message_reference"),
]


@pytest.mark.parametrize("body", GOOD)
async def test_what_keeps_the_limits_is_posted(discord: FakeDiscord, call: Raw, body: dict[str, Any]) -> None:
    answer = await call.post("300", **body)

    assert answer.status == 200, answer.body


@pytest.mark.parametrize(("body", "where"), BAD, ids=[f"{n}-{where}" for n, (_, where) in enumerate(BAD)])
async def test_what_breaks_a_limit_is_named(discord: FakeDiscord, call: Raw, body: dict[str, Any], where: str) -> None:
    answer = await call.post("300", **body)

    assert (answer.status, answer.code, answer.body["message"]) == (400, 50035, "Invalid Form Body")
    assert list(answer.wrong) == [where]
    assert discord.messages("300") == []


async def test_mistakes_are_nested_as_discord_nests_them(call: Raw) -> None:
    answer = await call.post("300", embeds=[{"title": long(257)}])

    wrong = {"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 256 or fewer in length."}
    assert answer.body == {
        "message": "Invalid Form Body",
        "code": 50035,
        "errors": {"embeds": {"0": {"title": {"_errors": [wrong]}}}},
    }


@pytest.mark.parametrize(
    "body", [{}, {"content": " \n"}, {"content": None}, {"embeds": []}, {"components": row(button())["components"]}]
)
async def test_an_empty_message_is_not_posted(call: Raw, body: dict[str, Any]) -> None:
    assert (await call.post("300", **body)).code == 50006


async def test_a_message_is_not_emptied(call: Raw) -> None:
    posted = (await call.post("300", content="x")).body

    assert (await call("PATCH", f"/channels/300/messages/{posted['id']}", {"content": ""})).code == 50006


async def test_other_peoples_messages_are_not_the_bots(discord: FakeDiscord, call: Raw) -> None:
    said = await discord.say("1", "300", "mine")
    wrote = await discord.say("1", "@me", "mine")

    assert (await call("PATCH", f"/channels/300/messages/{said.id}", {"content": "x"})).code == 50005
    assert (await call("DELETE", f"/channels/300/messages/{said.id}")).code == 50013
    assert (await call("DELETE", f"/channels/{wrote.channel}/messages/{wrote.id}")).code == 50003
    discord.guilds["100"].everyone.permissions |= P.MANAGE_MESSAGES
    assert (await call("DELETE", f"/channels/300/messages/{said.id}")).status == 204


async def test_embeds_and_files_have_permissions_of_their_own(discord: FakeDiscord, call: Raw) -> None:
    await discord.set_overwrite("300", discord.bot.user_id, deny=P.EMBED_LINKS | P.ATTACH_FILES)

    assert (await call.post("300", content="x")).status == 200
    assert (await call.post("300", embeds=[{"description": "x"}])).code == 50013
    assert (await call("POST", "/channels/300/messages", {"content": "x"}, files=[FILE])).code == 50013


async def test_without_history_nothing_is_read_and_nothing_answered(discord: FakeDiscord, call: Raw) -> None:
    said = await discord.say("1", "300", "x")
    await discord.set_overwrite("300", discord.bot.user_id, deny=P.READ_MESSAGE_HISTORY)

    assert (await call("GET", "/channels/300/messages")).body == []
    assert (await call("GET", f"/channels/300/messages/{said.id}")).code == 50013
    assert (await call.post("300", content="x", message_reference={"message_id": said.id})).code == 160002


async def test_a_direct_message_needs_a_common_guild_and_an_open_door(discord: FakeDiscord, call: Raw) -> None:
    async def channel(user: str) -> str:
        return str((await call("POST", "/users/@me/channels", {"recipient_id": user})).body["id"])

    ana, zoe = await channel("1"), await channel("8")

    assert (await call.post(ana, content="x")).status == 200
    assert (await call.post(zoe, content="x")).code == 50278
    discord.close_dms("1")
    assert (await call.post(ana, content="x")).code == 50007
    discord.open_dms("1")
    await discord.leave("100", "1")
    assert (await call.post(ana, content="x")).code == 50278
    assert await channel("1") == ana


async def test_some_recipients_are_none(discord: FakeDiscord, call: Raw) -> None:
    discord.user("77", "robot", bot=True)

    for user, code in (("999", 50033), (discord.bot.user_id, 50033), ("77", 50007)):
        answer = await call("POST", "/users/@me/channels", {"recipient_id": user})
        assert (answer.status, answer.code) == (400, code)


async def test_direct_messages_may_be_opened_too_fast(discord: FakeDiscord, call: Raw, time: FixedClock) -> None:
    discord.dm_limit = (2, 600.0)

    async def opened(user: str) -> int:
        return (await call("POST", "/users/@me/channels", {"recipient_id": user})).status

    assert [await opened(user) for user in ("1", "2", "1", "3")] == [200, 200, 200, 400]
    time.advance(minutes=11)
    assert await opened("3") == 200


async def test_an_archived_thread_wakes_up_unless_it_is_locked(discord: FakeDiscord, call: Raw) -> None:
    thread = discord.guilds["100"].channels["310"]
    posted = (await call.post("310", content="x")).body
    await discord.archive(thread)

    assert (await call("PATCH", f"/channels/310/messages/{posted['id']}", {"content": "y"})).code == 50083
    assert (await call("DELETE", f"/channels/310/messages/{posted['id']}")).code == 50083
    assert (await call("PUT", f"/channels/310/messages/{posted['id']}/reactions/%F0%9F%93%A3/@me")).code == 50083
    assert (await call.post("310", content="y")).status == 200
    assert not thread.archived
    await discord.archive(thread, locked=True)
    assert (await call.post("310", content="z")).code == 50083
    thread.archived = False
    assert (await call.post("310", content="z")).code == 160005
    discord.guilds["100"].everyone.permissions |= P.MANAGE_THREADS
    assert (await call.post("310", content="z")).status == 200


async def test_a_nonce_is_used_once_for_some_minutes(discord: FakeDiscord, call: Raw, time: FixedClock) -> None:
    once = {"content": "x", "nonce": "d1", "enforce_nonce": True}
    first = (await call.post("300", **once)).body

    again = await call.post("300", **once)
    elsewhere = await call.post("310", **once)
    free = await call.post("300", content="x", nonce="d1")

    assert (again.body["id"], elsewhere.body["id"]) == (first["id"], first["id"])
    assert first["nonce"] == "d1"
    assert len(discord.messages("300")) == 2
    assert free.body["id"] != first["id"]
    await call("DELETE", f"/channels/300/messages/{free.body['id']}")
    assert (await call.post("300", **once)).code == 10008
    time.advance(seconds=discord.nonce_window)
    assert (await call.post("300", **once)).status == 200


async def test_files_and_their_entries_belong_together(discord: FakeDiscord, call: Raw) -> None:
    path = "/channels/300/messages"
    entry = {"id": 0, "filename": "a.png", "description": long(1024)}

    posted = await call("POST", path, {"content": "x", "attachments": [entry]}, files=[FILE])
    alone = await call("POST", path, {}, files=[FILE, FILE])

    assert posted.body["attachments"][0]["description"] == long(1024)
    assert len(alone.body["attachments"]) == 2
    for wrong, where in (
        ([entry | {"id": 1}], "attachments.0"),
        ([], "attachments"),
        ([entry | {"description": long(1025)}], "attachments.0.description"),
        ([entry | {"alt": "x"}], "attachments.0.alt"),
    ):
        answer = await call("POST", path, {"content": "x", "attachments": wrong}, files=[FILE])
        assert list(answer.wrong) == [where]


async def test_files_are_not_too_large_and_not_too_many(call: Raw) -> None:
    path = "/channels/300/messages"

    large = await call("POST", path, {}, files=[("a.bin", bytes(10 * 1024 * 1024 + 1))])
    just = await call("POST", path, {}, files=[("a.bin", bytes(10 * 1024 * 1024))])
    together = await call("POST", path, {}, files=[("a.bin", bytes(9 * 1024 * 1024))] * 3)

    assert (large.status, large.code) == (413, 40005)
    assert just.status == 200
    assert (together.status, together.code) == (413, 40005)


async def test_an_edit_keeps_the_files_that_it_names(discord: FakeDiscord, call: Raw) -> None:
    posted = (await call("POST", "/channels/300/messages", {"content": "x"}, files=[FILE, ("b.png", b"b")])).body
    path = f"/channels/300/messages/{posted['id']}"
    first = posted["attachments"][0]["id"]

    assert len((await call("PATCH", path, {"content": "y"})).body["attachments"]) == 2
    assert len((await call("PATCH", path, {"content": "y"}, files=[("c.png", b"c")])).body["attachments"]) == 3
    kept = await call("PATCH", path, {"attachments": [{"id": first}]})
    assert [a["id"] for a in kept.body["attachments"]] == [first]
    assert list((await call("PATCH", path, {"attachments": [{"id": "999"}]})).wrong) == ["attachments.0"]


async def test_a_picture_in_an_embed_does_not_stand_among_the_files(discord: FakeDiscord, call: Raw) -> None:
    """Editing the embed with the link of the CDN in place of attachment:// shows it twice."""
    body = {"embeds": [{"image": {"url": "attachment://a_picture.png"}}]}
    posted = (await call("POST", "/channels/300/messages", body, files=[("a picture.png", b"png")])).body
    path = f"/channels/300/messages/{posted['id']}"

    link = posted["embeds"][0]["image"]["url"]
    assert posted["attachments"] == []
    assert "/attachments/300/" in link
    assert (await call("PATCH", path, {"content": "x"})).body["attachments"] == []
    assert (await call("PATCH", path, body)).body["attachments"] == []
    twice = await call("PATCH", path, {"embeds": [{"image": {"url": link}}]})
    assert len(twice.body["attachments"]) == 1
    text = {"embeds": [{"image": {"url": "attachment://a.txt"}}]}
    answer = await call("POST", "/channels/300/messages", text, files=[("a.txt", b"x")])
    assert list(answer.wrong) == ["embeds.0.image.url"]


async def test_links_of_the_cdn_are_signed_and_expire(discord: FakeDiscord, call: Raw, time: FixedClock) -> None:
    posted = (await call("POST", "/channels/300/messages", {}, files=[FILE])).body
    link = posted["attachments"][0]["url"]

    async def get(url: str) -> tuple[int, bytes]:
        async with call.http.get(url) as answer:
            return answer.status, await answer.read()

    assert await get(link) == (200, b"png")
    assert (await get(link.partition("?")[0]))[0] == 404
    time.advance(hours=25)
    assert (await get(link))[0] == 404


async def test_a_body_is_json_and_says_so(discord: FakeDiscord, call: Raw) -> None:
    headers = {"Authorization": f"Bot {discord.bot.token}"}
    url = discord.api + "/channels/300/messages"

    async def post(**given: Any) -> tuple[int, int]:
        async with call.http.post(url, **given) as answer:
            return answer.status, json.loads(await answer.text())["code"]

    assert await post(headers=headers, data={"content": "x"}) == (400, 50035)
    assert await post(headers=headers | {"Content-Type": "application/json"}, data=b"{") == (400, 50109)
    assert (await call.post("300", content="x")).headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ({"limit": "101"}, "limit"),
        ({"limit": "0"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"after": "x"}, "after"),
        ({"since": "1"}, "since"),
        ({"after": "1", "before": "2"}, "before"),
    ],
)
async def test_a_query_is_checked(call: Raw, query: dict[str, str], where: str) -> None:
    assert list((await call("GET", "/channels/300/messages", query=query)).wrong) == [where]


async def test_messages_come_newest_first(discord: FakeDiscord, call: Raw) -> None:
    said = [(await discord.say("1", "300", f"<@{discord.bot.user_id}> {n}")).id for n in range(6)]

    async def read(**query: str) -> list[int]:
        return [said.index(m["id"]) for m in (await call("GET", "/channels/300/messages", query=query)).body]

    assert await read() == [5, 4, 3, 2, 1, 0]
    assert await read(limit="2") == [5, 4]
    assert await read(before=said[3], limit="2") == [2, 1]
    assert await read(after=said[3]) == [5, 4]
    assert await read(after=said[0], limit="2") == [2, 1]
    assert await read(around=said[2], limit="3") == [3, 2, 1]


async def test_what_people_write_is_hidden_without_the_intent(discord: FakeDiscord, call: Raw) -> None:
    """Over REST the switch in the portal decides (events/gateway#message-content-intent)."""
    said = await discord.say("1", "300", "secret", files=[FILE])
    named = await discord.say("1", "300", "open", mention_bot=True)
    own = (await call.post("300", content="own")).body["id"]
    answered = await discord.say("1", "300", "well", reply_to=discord.messages("300")[2])
    quietly = await discord.say("1", "300", "psst", reply_to=discord.messages("300")[2], ping=False)
    direct = await discord.say("1", "@me", "hello")

    async def content(message: Any, channel: str = "300") -> tuple[str, int]:
        got = (await call("GET", f"/channels/{channel}/messages/{message}")).body
        return got["content"], len(got["attachments"])

    assert await content(said.id) == ("", 0)
    assert await content(named.id) == ("<@900> open", 0)
    assert await content(own) == ("own", 0)
    assert await content(answered.id) == ("well", 0)
    assert await content(quietly.id) == ("", 0)
    assert await content(direct.id, direct.channel) == ("hello", 0)
    discord.bot.content_intent = True
    assert await content(said.id) == ("secret", 1)


async def test_what_the_bot_does_not_see_is_left_out_of_the_channels(discord: FakeDiscord, call: Raw) -> None:
    async def ids() -> list[str]:
        return [c["id"] for c in (await call("GET", "/guilds/100/channels")).body]

    assert await ids() == ["300", "302"]
    discord.obfuscates = False
    assert await ids() == ["300", "301", "302"]


async def test_active_threads_are_those_that_the_bot_sees(discord: FakeDiscord, call: Raw) -> None:
    acme = discord.guilds["100"]
    acme.thread("311", "301", "hidden")
    acme.thread("312", "300", "secret", private=True)
    acme.thread("313", "300", "old", archived=True)
    acme.thread("314", "300", "ours", private=True, members=[discord.bot.user_id])

    found = (await call("GET", "/guilds/100/threads/active")).body

    assert [t["id"] for t in found["threads"]] == ["314", "310"]
    assert [m["id"] for m in found["members"]] == ["314"]


async def test_the_audit_log_says_who_brought_the_bot(discord: FakeDiscord, call: Raw) -> None:
    discord.guilds["100"].everyone.permissions |= P.VIEW_AUDIT_LOG
    await discord.set_overwrite("300", "201", deny=P.SEND_MESSAGES, by="2")
    await discord.set_overwrite("300", "201", deny=P.SEND_MESSAGES | P.ADD_REACTIONS)

    added = (await call("GET", "/guilds/100/audit-logs", query={"action_type": "28"})).body
    whole = (await call("GET", "/guilds/100/audit-logs")).body

    assert [(e["user_id"], e["target_id"]) for e in added["audit_log_entries"]] == [("1", discord.bot.user_id)]
    assert {u["id"] for u in added["users"]} == {"1", discord.bot.user_id}
    assert [(e["action_type"], e["user_id"]) for e in whole["audit_log_entries"]] == [(14, "1"), (13, "2"), (28, "1")]
    assert whole["audit_log_entries"][0]["options"] == {"id": "201", "type": "0", "role_name": "Crew"}


async def test_a_message_carries_twenty_kinds_of_reactions(discord: FakeDiscord, call: Raw) -> None:
    message = await discord.say("1", "300", "x")
    discord.guilds["100"].emojis["77"] = "ours"
    path = f"/channels/300/messages/{message.id}/reactions/"
    emojis = [chr(0x1F600 + n) for n in range(19)] + ["ours:77"]

    assert {(await call("PUT", f"{path}{emoji}/@me")).status for emoji in emojis} == {204}
    assert (await call("PUT", f"{path}📣/@me")).code == 30010
    assert (await call("DELETE", f"{path}ours:77/@me")).status == 204
    assert (await call("PUT", f"{path}📣/@me")).status == 204
    got = (await call("GET", f"/channels/300/messages/{message.id}")).body["reactions"]
    assert got[-1]["emoji"] == {"id": None, "name": "📣"}
    assert (got[-1]["count"], got[-1]["me"]) == (1, True)


async def test_somebody_who_blocked_the_bot_gets_no_reaction(discord: FakeDiscord, call: Raw) -> None:
    message = await discord.say("1", "300", "x")
    discord.users["1"].blocks_bot = True

    assert (await call("PUT", f"/channels/300/messages/{message.id}/reactions/📣/@me")).code == 90001


async def test_the_guilds_of_the_bot_come_in_pages(discord: FakeDiscord, call: Raw) -> None:
    async def ids(**query: str) -> list[str]:
        return [g["id"] for g in (await call("GET", "/users/@me/guilds", query=query)).body]

    assert await ids() == ["100", "102"]
    assert await ids(limit="1") == ["100"]
    assert await ids(after="100") == ["102"]
    assert await ids(before="102", limit="1") == ["100"]
    counted = (await call("GET", "/users/@me/guilds", query={"with_counts": "true"})).body
    assert [g["approximate_member_count"] for g in counted] == [4, 2]
    assert int(counted[0]["permissions"]) & P.SEND_MESSAGES
