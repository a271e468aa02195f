"""The language of the browser: the page speaks it, and so does everything that is said to whoever joined from there."""

from __future__ import annotations

from tests.adapters.lobby.conftest import HERE, Site

GERMAN = {"accept-language": "de-AT,de;q=0.9,en;q=0.8"}


async def joined(site: Site, name: str, **headers: str) -> str:
    """What `/help` says to somebody who joined with these headers."""
    browser = site.at(HERE, **headers)
    answer = await browser.post("/lobby/join", data={"name": name})
    browser.cookies = answer.cookies
    told = await browser.post("/lobby/say", data={"channel": "general", "text": "/help"})
    return str(told.json()["html"])


async def test_the_door_speaks_the_browsers_language(site: Site) -> None:
    door = await site.at(HERE, **GERMAN).get("/lobby/join")

    assert '<html lang="de">' in door.text
    assert "Dein Name" in door.text


async def test_answers_speak_the_language_of_the_door(site: Site) -> None:
    assert "Meine Einstellungen" in await joined(site, "Ana", **GERMAN)


async def test_a_browser_that_names_no_language_leaves_the_teams(site: Site) -> None:
    assert "My settings" in await joined(site, "Bo")
