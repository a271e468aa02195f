"""Answers that people write in a thread of the lobby under an update."""

from __future__ import annotations

from tests.adapters.lobby.conftest import Site


async def test_a_plain_answer_under_an_update_goes_elsewhere_once_its_author_says_so(site: Site) -> None:
    await site.post("ana", "/follow #release live here", "random")
    await site.post("li", "/follow @ana live here", "general")
    await site.post("ana", "/status Shipping v2 today #release")
    card = (await site.read("ana", "random"))[-1]
    bo = await site.join("Bo")

    said = {"channel": "random", "text": "congrats", "thread": card["id"]}
    asked = (await bo.post("/lobby/say", data=said)).json()
    await site.bridge.courier.drain()
    assert "Send to all places" in asked["html"]
    assert "congrats" not in str(await site.read("li", "general"))

    line = asked["html"].partition('data-line="reply-yes')[2].partition('"')[0]
    await bo.post("/lobby/press", json={"channel": "random", "line": f"reply-yes{line}"})
    await site.bridge.courier.drain()
    assert "congrats" in str(await site.read("li", "general"))


async def test_an_ordinary_thread_asks_nothing(site: Site) -> None:
    await site.post("ana", "Who has the keys?")
    line = (await site.read("ana"))[-1]
    bo = await site.join("Bo")

    told = (await bo.post("/lobby/say", data={"channel": "general", "text": "follow me", "thread": line["id"]})).json()

    assert (told["ok"], told["html"]) == (True, "")
