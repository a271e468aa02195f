"""The site: health, readiness, metrics, mounting, and what surrounds every route."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from bridge.model.errors import NothingToSay, StoreBusy
from bridge.web.app import make_app
from bridge.web.routes import Guard, Mounted

reasons: list[str] = []


async def echo(request: Request) -> Response:
    return JSONResponse({"path": request.url.path, "length": len(await request.body())})


async def broken(request: Request) -> Response:
    raise RuntimeError("the token is hunter2")


async def typed_nothing(request: Request) -> Response:
    raise NothingToSay


async def busy(request: Request) -> Response:
    raise StoreBusy


async def framed(request: Request) -> Response:
    return PlainTextResponse("", headers={"content-security-policy": "default-src 'none'"})


PAGES = Router(
    [
        Route("/", echo, methods=["GET", "POST"]),
        Route("/broken", broken),
        Route("/nothing", typed_nothing),
        Route("/busy", busy),
        Route("/framed", framed),
    ]
)


def site(routes: Sequence[Mounted]) -> httpx.AsyncClient:
    app: ASGIApp = make_app(routes, lambda: reasons, lambda: (b"figures 1\n", "text/plain; version=1"))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:8080")


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    reasons.clear()
    async with site([Mounted("/", PAGES), Mounted("/small", PAGES, body_limit=10)]) as client:
        yield client


async def test_health_readiness_and_metrics(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"ok": True}
    assert (await client.get("/readyz")).json() == {"ready": True, "reasons": []}
    assert (await client.get("/metrics")).text == "figures 1\n"
    assert (await client.get("/metrics")).headers["content-type"] == "text/plain; version=1"


async def test_not_ready_says_why(client: httpx.AsyncClient) -> None:
    reasons.append("the database is upgrading")

    answer = await client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "reasons": ["the database is upgrading"]}


@pytest.mark.parametrize("path", ["/", "/healthz", "/none/at/all", "/broken"])
async def test_every_answer_carries_the_security_headers(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers

    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


async def test_a_route_may_be_stricter(client: httpx.AsyncClient) -> None:
    assert (await client.get("/framed")).headers.get_list("content-security-policy") == ["default-src 'none'"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/small/none", 404), ("POST", "/broken", 405), ("GET", "/broken", 500), ("GET", "/busy", 503)],
)
async def test_an_error_is_a_sentence_and_never_a_traceback(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path)

    assert answer.status_code == status
    assert answer.json()["error"].endswith(".")
    assert "hunter2" not in answer.text
    assert "Traceback" not in answer.text


async def test_bad_input_gets_its_sentence(client: httpx.AsyncClient) -> None:
    answer = await client.get("/nothing")

    assert (answer.status_code, answer.json()["error"]) == (400, NothingToSay.template)


async def test_the_longest_path_takes_the_request_and_its_limit_holds(client: httpx.AsyncClient) -> None:
    assert (await client.post("/small/", content=b"x" * 10)).json()["length"] == 10
    assert (await client.post("/", content=b"x" * 11)).json()["length"] == 11

    announced = await client.post("/small/", content=b"x" * 11)

    assert announced.status_code == 413
    assert "at most" in announced.json()["error"]


async def test_a_body_that_announces_no_length_is_counted(client: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * 5

    assert (await client.post("/small/", content=pieces())).status_code == 413


def test_two_routes_at_one_path_are_refused() -> None:
    with pytest.raises(ValueError, match="path of its own"):
        site([Mounted("/a", PAGES), Mounted("/a/", PAGES)])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"host": "127.0.0.1:9999"}, 200),
        ({"host": "[::1]:80"}, 200),
        ({"host": "evil.example"}, 403),
        ({"host": "localhost.evil.example:8080"}, 403),
        ({"host": "[::1"}, 403),
        ({"host": "evil@localhost"}, 403),
        ({"origin": "http://localhost:8080"}, 200),
        ({"origin": "http://localhost:9999"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://["}, 403),
        ({"x-forwarded-for": "10.0.0.1"}, 403),
        ({"forwarded": "for=10.0.0.1"}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "none", "sec-fetch-mode": "navigate"}, 200),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}, 403),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, 200),
    ],
)
async def test_the_guard_keeps_other_pages_away(headers: dict[str, str], status: int) -> None:
    async with site([Mounted("/", PAGES, guard=Guard())]) as client:
        answer = await client.get("/", headers=headers)
        health = await client.get("/healthz", headers=headers)

    assert answer.status_code == status
    assert health.status_code == 200


async def test_a_foreign_page_may_link_but_not_post() -> None:
    from_elsewhere = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    async with site([Mounted("/", PAGES, guard=Guard())]) as client:
        assert (await client.get("/", headers=from_elsewhere)).status_code == 200
        assert (await client.post("/", headers=from_elsewhere)).status_code == 403


async def test_an_open_guard_still_wants_the_same_origin() -> None:
    async with site([Mounted("/", PAGES, guard=Guard(hosts=None, refuse_forwarded=False))]) as client:
        named = {"host": "bridge.example", "x-forwarded-for": "10.0.0.1"}
        assert (await client.get("/", headers=named)).status_code == 200
        assert (await client.post("/", headers=named | {"origin": "https://evil.example"})).status_code == 403
