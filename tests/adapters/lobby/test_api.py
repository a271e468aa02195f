"""The JSON interface: post, read, and the sentences it answers with."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bridge.model.clock import FixedClock
from tests.adapters.lobby.conftest import HERE, Opening, Site


async def test_a_status_is_answered_privately_with_its_number_as_a_string(site: Site) -> None:
    told = await site.post("ana", "/status Shipping v2 today #release")

    assert told["ok"] is True
    assert told["private"] is True
    assert told["text"].startswith("✓ Shared  ~1\nShipping v2 today #release\n")
    assert isinstance(told["post_id"], str)
    assert int(told["post_id"]) > 0
    assert told["card"]["title"] == "✓ Shared  ~1"
    assert await site.read("ana") == [], "the answer stands in no channel"


async def test_a_line_is_for_everyone_in_the_channel(site: Site) -> None:
    told = await site.post("ana", "Morning!")
    [line] = await site.read("bo")

    assert (told["private"], told["post_id"], told["text"]) == (False, None, "Morning!")
    assert line["id"] == told["id"]
    assert (line["author"], line["text"], line["kind"], line["post_id"]) == ("ana", "Morning!", "line", None)
    assert line["at"] == "2026-11-23T10:00:00.000+00:00"
    assert "Morning!" in line["html"]
    assert await site.read("bo", "random") == []


async def test_an_update_arrives_in_a_channel_that_follows(site: Site) -> None:
    await site.post("li", "/follow #release live here", "random")
    told = await site.post("ana", "/status Shipping v2 today #release")

    card = (await site.read("li", "random"))[-1]
    assert (card["author"], card["kind"], card["post_id"]) == ("ana", "live", told["post_id"])
    assert "Shipping v2 today #release" in card["text"]


async def test_lines_and_cards_stand_in_one_order(site: Site) -> None:
    await site.post("li", "/follow everyone live here")
    for number in range(3):
        await site.post("ana", f"line {number}")
        await site.post("ana", f"/status update {number}", "random")

    shown = await site.read("li")
    kinds = [one["kind"] for one in shown if one["kind"] != "notice"]
    assert kinds == ["line", "live"] * 3
    assert [one["id"] for one in shown] == sorted(one["id"] for one in shown)


async def test_after_gives_what_came_since(site: Site) -> None:
    first = await site.post("ana", "one")
    await site.post("bo", "two")
    await site.post("ana", "three")

    assert [one["text"] for one in await site.read("cy", after=first["id"])] == ["two", "three"]
    last = (await site.read("cy"))[-1]["id"]
    assert await site.read("cy", after=last) == []


async def test_a_long_channel_is_read_page_by_page_without_a_gap(site: Site) -> None:
    await site.post("li", "/follow everyone live here", "random")
    for number in range(60):
        await site.post("ana", f"line {number}", "random")

    seen: list[str] = []
    after = "0"
    while found := await site.read("bo", "random", after):
        seen += [one["text"] for one in found if one["kind"] == "line"]
        after = found[-1]["id"]
    assert seen == [f"line {number}" for number in range(60)]


async def test_a_restart_loses_nothing(open_site: Opening) -> None:
    async with open_site() as site:
        await site.post("li", "/follow #release live here")
        await site.post("ana", "Morning!")
        await site.post("ana", "/status Shipping #release", "random")
        before = await site.read("li")

    async with open_site() as site:
        assert await site.read("li") == before
        assert len(before) == 3
        assert "is taken" in (await site.here.post("/lobby/join", data={"name": "Ana"})).text


async def test_the_direct_message_is_ones_own(site: Site) -> None:
    await site.post("ana", "Morning!")
    await site.post("bo", "/follow @ana live")
    await site.post("ana", "/status Shipping")

    assert [one["author"] for one in await site.read("bo", "@me")] == ["ana"]
    assert await site.read("ana", "@me") == []


async def test_somebody_elses_line_is_out_of_reach_by_its_id(site: Site) -> None:
    secret = await site.post("ana", "only for the bridge", "@me")
    bo = await site.join("Bo")

    for channel in ("general", "@me"):
        asked = {"channel": channel, "message": secret["id"]}
        assert (await bo.get("/lobby/thread", params=asked)).status_code == 404
        assert (await bo.post("/lobby/react", json=asked | {"emoji": "👍"})).status_code == 404
        assert (await bo.post("/lobby/remove", json=asked)).status_code == 404


@pytest.mark.parametrize("emoji", ["", "a", "<b>", "👍" * 20])
async def test_only_what_is_one_can_be_a_reaction(site: Site, emoji: str) -> None:
    line = await site.post("ana", "Morning!")
    bo = await site.join("Bo")

    answer = await bo.post("/lobby/react", json={"channel": "general", "message": line["id"], "emoji": emoji})

    assert answer.status_code == 422
    assert answer.json() == {"error": "That reaction is not offered here."}


async def test_a_line_can_be_taken_away_by_its_author_only(site: Site) -> None:
    ana, bo = await site.join("Ana"), await site.join("Bo")
    line = (await ana.post("/lobby/say", data={"channel": "general", "text": "Oops"})).json()["message"]
    asked = {"channel": "general", "message": line["id"]}

    refused = await bo.post("/lobby/remove", json=asked)
    assert (refused.status_code, refused.json()) == (403, {"error": "Only the one who wrote a message can remove it."})
    assert (await ana.post("/lobby/remove", json=asked)).status_code == 200
    assert await site.read("Bo") == []


async def test_the_same_key_is_one_request(site: Site) -> None:
    asked = {"as": "ana", "channel": "general", "text": "/status Once", "key": "k1"}
    first = (await site.here.post("/api/lobby/messages", json=asked)).json()
    second = (await site.here.post("/api/lobby/messages", json=asked)).json()

    assert first["post_id"] == second["post_id"]


async def test_a_mistake_is_a_sentence_and_gives_the_text_back_with_its_slash(site: Site) -> None:
    told = await site.post("ana", "/digest daily 25:00")
    ana = await site.join("Mia")
    page = (await ana.post("/lobby/say", data={"channel": "general", "text": "/digest daily 25:00"})).json()

    assert told["ok"] is False
    assert "That time doesn't exist: 25:00." in told["text"]
    assert page["typed"] == "/digest daily 25:00", "without the slash the next Enter would tell everyone"


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({"channel": "general", "text": "hi"}, 422, "“as” is missing, or is not a text."),
        ({"as": "ana", "text": "hi"}, 422, "“channel” is missing, or is not a text."),
        ({"as": "ana", "channel": "general"}, 422, "“text” is missing, or is not a text."),
        ({"as": "ana", "channel": "general", "text": 7}, 422, "“text” is missing, or is not a text."),
        (
            {"as": "ana", "channel": "nowhere", "text": "hi"},
            404,
            "There is no channel “nowhere” here. There are: general, random.",
        ),
        ({"as": "!!", "channel": "general", "text": "hi"}, 422, "Please type a name of at least one letter."),
        ({"as": "a" * 41, "channel": "general", "text": "hi"}, 422, "That name is too long: 40 characters at most."),
        ([], 400, 'That is no JSON object. Send {"as": "ana", "channel": "general", "text": "Hello"}'),
    ],
)
async def test_what_is_wrong_is_said(site: Site, asked: object, status: int, said: str) -> None:
    answer = await site.here.post("/api/lobby/messages", json=asked)

    assert (answer.status_code, answer.json()) == (status, {"error": said})


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'"text"', b"[" * 50_000])
async def test_what_is_no_json_gets_a_sentence(site: Site, body: bytes) -> None:
    answer = await site.here.post("/api/lobby/messages", content=body)

    assert answer.status_code == 400
    assert answer.json()["error"].startswith("That is no JSON object.")


async def test_a_message_id_that_is_none_gets_a_sentence(site: Site) -> None:
    answer = await site.here.get("/api/lobby/messages", params={"as": "ana", "after": "yesterday"})

    assert answer.status_code == 422
    assert answer.json()["error"].startswith("“yesterday” is no message id.")


async def test_ten_megabytes_of_text_get_a_sentence(site: Site) -> None:
    api = await site.here.post(
        "/api/lobby/messages", json={"as": "ana", "channel": "general", "text": "a" * 10_000_000}
    )
    page = await (await site.join("Bo")).post("/lobby/say", data={"channel": "general", "text": "a" * 10_000_000})

    assert (api.status_code, page.status_code) == (413, 413)
    assert "too much" in api.json()["error"]
    assert page.json() == {"error": "That is too much text at once."}
    assert await site.read("ana") == []


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "\x00", "\ud800", "\u202e", "\u200b"])
async def test_nothing_is_not_said(site: Site, text: str) -> None:
    asked = json.dumps({"as": "ana", "channel": "general", "text": text})
    answer = await site.here.post("/api/lobby/messages", content=asked)

    assert answer.status_code == 200
    assert await site.read("ana") == []


async def test_a_name_makes_one_account_however_it_is_written(site: Site) -> None:
    await site.post("Ana Kovač", "one")
    await site.post("ana kovač", "two")

    assert {one["author"] for one in await site.read("bo")} == {"Ana Kovač"}
    assert site.lobby._desk.people.count == 2


async def test_the_link_of_an_update_leads_to_it_and_names_it(site: Site) -> None:
    await site.post("li", "/follow #release live here")
    await site.post("ana", "/status Shipping #release")
    copy = (await site.read("li"))[-1]["id"]

    link = f"{HERE}/lobby/c/general#m{copy}"
    assert link in (await site.post("li", "/link ~1"))["text"]

    answered = await site.post("li", f"/reply {link} Congratulations!")
    assert answered["ok"], answered["text"]


async def test_a_copy_in_ones_direct_message_has_a_link_too(site: Site) -> None:
    await site.post("li", "/follow everyone live")
    await site.post("ana", "/status Shipping")
    copy = (await site.read("li", "@me"))[-1]["id"]

    link = f"{HERE}/lobby/me?of=li#m{copy}"
    assert link in (await site.post("li", "/link ~1"))["text"]

    answered = await site.post("li", f"/reply {link} Congratulations!")
    assert answered["ok"], answered["text"]


async def test_links_lead_to_the_address_that_is_configured(open_site: Opening) -> None:
    async with open_site(lobby={"address": "https://lobby.example.org/"}) as site:
        await site.post("li", "/follow #release live here")
        await site.post("ana", "/status Shipping #release")

        assert "https://lobby.example.org/lobby/c/general#m" in (await site.post("li", "/link ~1"))["text"]


async def test_the_text_of_a_card_tells_times_in_the_readers_zone(site: Site, clock: FixedClock) -> None:
    await site.post("li", "/follow everyone live here")
    await site.post("bo", "/settings zone Asia/Tokyo")
    await site.post("ana", "/status Shipping")

    here, there = [(await site.read(who))[-1]["text"].split("\n")[0] for who in ("li", "bo")]

    assert here.endswith(f"{clock.now():%H:%M}")
    assert there.endswith(f"{clock.now() + timedelta(hours=9):%H:%M}")
