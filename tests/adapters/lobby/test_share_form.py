"""The form that shares an update, as the page shows it and sends it."""

from __future__ import annotations

from typing import Any

import httpx

from tests.adapters.lobby.conftest import Site


async def sent(browser: httpx.AsyncClient, line: str, **fields: str) -> dict[str, Any]:
    asked = {"channel": "general", "line": line, "fields": fields, "key": f"{line} {fields}"}
    answer = await browser.post("/lobby/press", json=asked)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_it_asks_what_and_who_may_see_it_and_leaves_files_to_the_composer(site: Site) -> None:
    ana = await site.join("Ana")

    form = (await ana.post("/lobby/say", data={"channel": "general", "text": "/status"})).json()["form"]

    assert 'name="text"' in form
    assert 'name="audience"' in form
    assert '<option value="everyone" selected>The team</option>' in form
    assert 'type="file"' not in form


async def test_what_is_chosen_there_counts(site: Site) -> None:
    ana = await site.join("Ana")

    told = await sent(ana, "status", text="Ask Li about the importer", audience="me")

    assert told["ok"]
    assert told["form"] == ""
    assert "Seen by: only you" in told["html"]


async def test_a_mistake_stands_at_its_field_with_everything_else_kept(site: Site) -> None:
    ana = await site.join("Ana")

    told = await sent(ana, "status", text="to:me Hello", audience="followers")

    assert not told["ok"]
    assert "Your words say to:me, and you chose something else here." in told["form"].partition('name="audience"')[2]
    assert "to:me Hello" in told["form"]
    assert '<option value="followers" selected>' in told["form"]
