"""Puts the site together: health, readiness, metrics, and what adapters mount. Serving it is `server`'s."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from bridge.model.errors import BadInput, BridgeError
from bridge.web.layers import FAILED, Doorkeeper, Safely, sentence
from bridge.web.routes import Mounted

SENTENCES = {
    404: "There is nothing at this address.",
    405: "This address can't be used that way.",
    413: "That's too much at once.",
}


def make_app(
    routes: Sequence[Mounted], ready: Callable[[], Sequence[str]], metrics: Callable[[], tuple[bytes, str]]
) -> ASGIApp:
    """The whole site. `ready` gives the reasons why the bridge is not ready yet, empty when it is; `metrics` the body
    and content type of /metrics. Raises ValueError for two routes at one path."""
    paths = [mounted.path.rstrip("/") for mounted in routes]
    if len(set(paths)) < len(paths) or any(path and not path.startswith("/") for path in paths):
        raise ValueError(f"each route needs a path of its own that begins with '/': {paths}")

    async def healthz(request: Request) -> Response:
        return JSONResponse({"ok": True})

    async def readyz(request: Request) -> Response:
        reasons = list(ready())
        return JSONResponse({"ready": not reasons, "reasons": reasons}, 503 if reasons else 200)

    async def metrics_page(request: Request) -> Response:
        body, kind = metrics()
        return Response(body, headers={"content-type": kind})

    site: list[BaseRoute] = [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", metrics_page),
    ]
    longest_first = sorted(routes, key=lambda mounted: len(mounted.path.rstrip("/")), reverse=True)
    for mounted in longest_first:
        inside = Doorkeeper(mounted.app, mounted.guard, mounted.body_limit)
        site.append(Mount(mounted.path.rstrip("/"), app=inside))
    answers = {HTTPException: _http_error, BridgeError: _bridge_error, Exception: _any_error}
    return Safely(Starlette(routes=site, exception_handlers=answers))


async def _any_error(request: Request, error: Exception) -> Response:
    """Starlette raises the error again afterwards, so that `Safely` logs it."""
    return sentence(500, FAILED)


async def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    plain = HTTPStatus(error.status_code).phrase
    own = error.detail if error.detail != plain else ""
    answer = sentence(error.status_code, own or SENTENCES.get(error.status_code, f"{plain}."))
    answer.headers.update(error.headers or {})
    return answer


async def _bridge_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, BridgeError):
        raise error
    return sentence(400 if isinstance(error, BadInput) else 503, error.english())
