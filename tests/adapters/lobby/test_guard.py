"""Who may ask: straight from this machine's own page, or with a session that a one-time link began."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from bridge.adapters.lobby.guard import SESSION_LASTS, Seal, Session
from bridge.model.clock import FixedClock
from tests.adapters.lobby.conftest import ELSEWHERE, Site

READ = "/api/lobby/messages?as=ana"


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "LOCALHOST", "[::1]:8080"])
async def test_this_machine_is_answered_under_its_own_names(site: Site, host: str) -> None:
    assert (await site.here.get(READ, headers={"host": host})).status_code == 200
    assert (await site.here.get("/lobby/", headers={"host": host})).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:8080",
        "127.0.0.1@evil.example",
        "192.0.2.7:8080",
        "0.0.0.0:8080",
        "",
        "localhost, evil.example",
    ],
)
async def test_another_name_for_this_machine_is_refused(site: Site, host: str) -> None:
    """A page elsewhere can make its own name point here (DNS rebinding), but not change the Host it sends."""
    for path in (READ, "/lobby/", "/lobby/events?channel=general", "/api/lobby/stream?as=ana"):
        answer = await site.here.get(path, headers={"host": host})
        assert answer.status_code == 403
        assert answer.json() == {"error": "This page answers only under its own address on this machine."}


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost.evil.example", "null", "http://[", ""])
async def test_another_page_may_not_act_here(site: Site, origin: str) -> None:
    told = {"as": "ana", "channel": "general", "text": "hi"}
    answer = await site.here.post("/api/lobby/messages", json=told, headers={"origin": origin})
    joined = await site.here.post("/lobby/join", data={"name": "Ana"}, headers={"origin": origin})

    assert (answer.status_code, joined.status_code) == (403, 403)
    assert await site.read("bo") == []


async def test_a_port_of_this_machine_is_another_page_too(site: Site) -> None:
    answer = await site.here.post("/lobby/join", data={"name": "Ana"}, headers={"origin": "http://127.0.0.1:9999"})
    assert answer.status_code == 403


async def test_a_request_that_another_site_caused_is_refused_but_a_followed_link_is_not(site: Site) -> None:
    loaded = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}
    followed = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}

    assert (await site.here.get("/lobby/", headers=loaded)).status_code == 403
    assert (await site.here.get("/lobby/", headers=followed)).status_code == 200
    assert (await site.here.post("/lobby/join", data={"name": "Ana"}, headers=followed)).status_code == 403


@pytest.mark.parametrize(
    "header",
    ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"],
)
async def test_whoever_comes_through_a_proxy_is_not_local(site: Site, header: str) -> None:
    answer = await site.here.get(READ, headers={header: "127.0.0.1"})

    assert (answer.status_code, answer.json()) == (403, {"error": "This page does not answer through a proxy."})


@pytest.mark.parametrize("disguise", [{}, {"host": "127.0.0.1:8080"}, {"x-forwarded-for": "127.0.0.1"}])
async def test_on_another_interface_nobody_acts_without_a_session(site: Site, disguise: dict[str, str]) -> None:
    far = site.at(ELSEWHERE, **disguise)
    post = await far.post("/api/lobby/messages", json={"as": "ana", "channel": "general", "text": "hi"})

    assert (post.status_code, post.json()) == (
        401,
        {"error": "You are not in the lobby yet. Open its page and join first."},
    )
    assert (await far.get(READ)).status_code == 401
    assert (await far.get("/api/lobby/stream?as=ana")).status_code == 401
    assert (await far.get("/lobby/events?channel=general")).status_code == 401
    assert (await far.get("/lobby/")).status_code == 401
    assert (await far.post("/lobby/join", data={"name": "Ana"})).status_code == 403
    assert site.lobby._desk.people.count == 0


async def test_a_session_elsewhere_acts_for_its_own_account_only(site: Site) -> None:
    await site.post("ana", "Morning!")
    path = (await site.lobby.admin("invite", ["Bo", ELSEWHERE])).removeprefix(ELSEWHERE)
    far = await enter(site.at(ELSEWHERE), path)

    told = {"channel": "general", "text": "hi"}
    assert (await far.post("/api/lobby/messages", json=told | {"as": "bo"})).status_code == 200
    refused = await far.post("/api/lobby/messages", json=told | {"as": "ana"})
    assert (refused.status_code, refused.json()) == (403, {"error": "You can only speak as yourself here."})
    assert (await far.get("/api/lobby/messages?as=ana")).status_code == 403
    assert (await far.post("/lobby/continue", data={"user": "ana"})).status_code == 401


async def enter(browser: httpx.AsyncClient, path: str) -> httpx.AsyncClient:
    token = path.partition("token=")[2]
    answer = await browser.post("/lobby/enter", data={"token": token})
    assert answer.status_code == 303, answer.text
    browser.cookies = answer.cookies
    return browser


async def test_a_forged_or_old_session_is_none(site: Site, clock: FixedClock) -> None:
    ana = await site.join("Ana")
    [cookie] = ana.cookies.values()
    held, _, signature = cookie.partition(".")
    forged = [f"{held[:-2]}AA.{signature}", f"{held}.", held, ".", "", f".{signature}", f"{held}.{'0' * 64}", "é.é"]

    for value in forged:
        assert Seal(b"k" * 32).open(value, clock.now()) is None
        answer = await site.here.get(
            "/lobby/events?channel=general", headers={"cookie": f"bridge_lobby={value}".encode()}
        )
        assert answer.status_code == 401
    seal = Seal(b"k" * 32)
    kept = seal.close(Session(("ana",)), clock.now())
    assert seal.open(kept, clock.now()) == Session(("ana",))
    assert seal.open(kept, clock.now() + SESSION_LASTS + timedelta(seconds=1)) is None


async def test_a_session_is_for_this_site_and_no_script(site: Site) -> None:
    answer = await site.here.post("/lobby/join", data={"name": "Ana"})

    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


async def test_everything_says_what_a_browser_may_do_with_it(site: Site) -> None:
    ana = await site.join("Ana")
    for path in ("/lobby/", "/lobby/join", "/lobby/nowhere", "/lobby/static/lobby.js", READ):
        headers = (await ana.get(path)).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "unsafe" not in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


async def test_nothing_on_the_page_comes_from_another_host_or_stands_in_the_markup(site: Site) -> None:
    ana = await site.join("Ana")
    for path in ("/lobby/", "/lobby/me", "/lobby/join"):
        html = (await ana.get(path)).text
        assert "http://" not in html.replace("http://127.0.0.1", "")
        assert "https://" not in html
        assert "<style" not in html
        assert "style=" not in html
        assert "onclick" not in html
