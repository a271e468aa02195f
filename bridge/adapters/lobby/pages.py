"""The page: joining, coming in by a link, and a channel with what stands in it. What people do there is `acts`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from bridge.adapters.lobby import acts
from bridge.adapters.lobby.desk import CHANNELS, DIRECT
from bridge.adapters.lobby.guard import Guarded, Session, on_loopback
from bridge.adapters.lobby.people import Visitor
from bridge.adapters.lobby.phrases import phrase
from bridge.adapters.lobby.render import FOLDER
from bridge.adapters.lobby.stream import Stream
from bridge.adapters.lobby.visit import (
    House,
    Unwelcome,
    newcomer,
    remember,
    room_of,
    sentence,
    session_of,
    shape,
    speaking,
    visitor_of,
    words_of,
)
from bridge.model.times.calendar import find_zone

BODY_LIMIT = 48 * 1024 * 1024
HOME = "/lobby/"
EXAMPLES = ("/status Shipping v2 today #release", "/follow everyone", "/help")
EXAMPLES_DIRECT = ("/digest preview", "/following", "/settings", "/help")
LONGEST_ZONE = 64
YEAR = "public, max-age=31536000, immutable"

Endpoint = Callable[[Request], Awaitable[Response]]


def make_pages(house: House) -> ASGIApp:
    """The application to mount at /lobby."""
    routes = [
        Route("/", _with(house, show), methods=["GET"]),
        Route("/c/{channel}", _with(house, show), methods=["GET"]),
        Route("/me", _with(house, show), methods=["GET"]),
        Route("/join", _with(house, show_door), methods=["GET"]),
        Route("/join", _with(house, join), methods=["POST"]),
        Route("/continue", _with(house, go_on), methods=["POST"]),
        Route("/enter", _with(house, show_invite), methods=["GET"]),
        Route("/enter", _with(house, enter), methods=["POST"]),
        Route("/events", _with(house, listen), methods=["GET"]),
        *(Route(path, _with(house, act), methods=[method]) for method, path, act in acts.ACTS),
        Mount("/static", _Lasting(directory=FOLDER / "static")),
    ]

    def refuse(request: Request, status: int, told: str) -> Response:
        if "text/html" not in request.headers.get("accept", ""):
            return JSONResponse({"error": told}, status)
        return _door(house, request, status, refused=told)

    return Guarded(speaking(house, routes, refuse), lambda refused: JSONResponse({"error": refused}, 403))


async def show(house: House, request: Request) -> Response:
    """A channel, or one's direct message with the bridge."""
    try:
        visitor = await visitor_of(house, request)
    except Unwelcome:
        return _stranger(house, request)
    direct = request.url.path.endswith("/me")
    room = await room_of(house, visitor, DIRECT if direct else request.path_params.get("channel", CHANNELS[0]))
    entries, earlier = await house.desk.standing.newest(room.place)
    words = words_of(house, request)
    html = house.renderer.page(
        "page.html",
        words,
        me=visitor,
        account=str(await house.desk.account(visitor)),
        local=on_loopback(request.scope),
        channels=await house.desk.channels(),
        channel=room.key,
        title=phrase(words, "bridge") if direct else room.place.name or room.place.key,
        entries=entries,
        earlier=earlier,
        since=entries[-1].id if entries else "0" * 19,
        samples=await house.desk.people.samples_shown(),
        examples=EXAMPLES_DIRECT if direct else EXAMPLES,
        max_files=acts.MAX_FILES,
        max_mb=acts.MAX_FILE // 1024 // 1024,
    )
    return HTMLResponse(html)


async def show_door(house: House, request: Request) -> Response:
    """Where one says a name; with a session, also where one becomes somebody else."""
    if not on_loopback(request.scope):
        return _stranger(house, request)
    return _door(house, request, 200, known=await _known(house, request))


async def join(house: House, request: Request) -> Response:
    """A name makes a lobby account. It never adopts anybody: a name that is taken is refused."""
    if not on_loopback(request.scope):
        raise Unwelcome(403, "need_link")
    form = await request.form()
    typed = str(form.get("name", ""))
    words, session = words_of(house, request), session_of(house, request)
    try:
        visitor = _from_browser(house, request, newcomer(typed), form)
    except Unwelcome as refused:
        error = sentence(words, refused)
        return _door(house, request, refused.status, known=await _known(house, request), typed=typed, error=error)
    known = session is not None and visitor.user in session.users
    if not known and not await house.desk.people.add(visitor):
        error = phrase(words, "name_taken", user=visitor.user)
        return _door(house, request, 409, known=await _known(house, request), typed=typed, error=error)
    return await _welcome(house, request, visitor, session)


async def go_on(house: House, request: Request) -> Response:
    """Speak as somebody else who joined from this browser."""
    user, session = str((await request.form()).get("user", "")), session_of(house, request)
    visitor = await house.desk.people.find(user) if session and user in session.users else None
    if visitor is None:
        raise Unwelcome(401, "not_in")
    return await _welcome(house, request, visitor, session)


async def show_invite(house: House, request: Request) -> Response:
    """Only shows whom a link is for: a chat that looks at links in advance must not use it up."""
    token = request.query_params.get("token", "")
    name = await house.desk.invites.name_for(token)
    if name is None:
        raise Unwelcome(410, "link_gone")
    return _door(house, request, 200, invited=name, token=token)


async def enter(house: House, request: Request) -> Response:
    """Uses a link up. It also lets somebody back in whose browser has forgotten them."""
    form = await request.form()
    name = await house.desk.invites.redeem(str(form.get("token", "")))
    if name is None:
        raise Unwelcome(410, "link_gone")
    visitor = _from_browser(house, request, newcomer(name), form)
    await house.desk.people.add(visitor)
    return await _welcome(house, request, visitor, session_of(house, request))


async def listen(house: House, request: Request) -> Response:
    """The page's stream: its place, and that something is new in the others."""
    visitor = await visitor_of(house, request)
    room = await room_of(house, visitor, request.query_params.get("channel", ""))
    direct = await house.desk.room(visitor, DIRECT)
    others = {place.id: place.key for place in await house.desk.channels()}
    words, zone = words_of(house, request), await house.desk.zone(visitor)
    stream = Stream(house.desk.hub, house.desk.standing, room.place, lambda entry: shape(house, words, zone, entry))
    return stream.response(
        acts.message_named(request.query_params.get("after", "")),
        request.headers.get("last-event-id", ""),
        others | ({direct.place.id: DIRECT} if direct else {}),
    )


async def _welcome(house: House, request: Request, visitor: Visitor, session: Session | None) -> Response:
    await house.desk.account(visitor)
    response = RedirectResponse(HOME, 303)
    remember(house, request, response, (session or Session((visitor.user,))).led_by(visitor.user))
    return response


def _from_browser(house: House, request: Request, visitor: Visitor, form: FormData) -> Visitor:
    """With the time zone that the browser told, where it is one, and the language in which the door was shown."""
    zone = find_zone(str(form.get("zone", ""))[:LONGEST_ZONE]) or ""
    language = words_of(house, request).language if "accept-language" in request.headers else ""
    return replace(visitor, zone=zone, language=language)


def _stranger(house: House, request: Request) -> Response:
    if request.headers.get("sec-fetch-site") == "cross-site":
        # A strict cookie stays at home when a link elsewhere is followed; asking again from here brings it along.
        return _door(house, request, 200, again=True)
    if on_loopback(request.scope):
        return _door(house, request, 200)
    told = phrase(words_of(house, request), "need_link")
    return _door(house, request, 401, refused=told, command="bridge lobby invite NAME")


async def _known(house: House, request: Request) -> list[Visitor]:
    """Those who joined from this browser, except whoever joined another database."""
    session = session_of(house, request)
    found = [await house.desk.people.find(user) for user in session.users] if session else []
    return [visitor for visitor in found if visitor]


def _door(house: House, request: Request, status: int, **shown: object) -> Response:
    empty = {"refused": "", "command": "", "invited": "", "token": "", "known": [], "typed": "", "error": ""}
    return HTMLResponse(house.renderer.page("door.html", words_of(house, request), **(empty | shown)), status)


def _with(house: House, act: Callable[[House, Request], Awaitable[Response]]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return await act(house, request)

    return endpoint


class _Lasting(StaticFiles):
    """Files whose address names their content: a browser may keep them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code == 200 and scope["query_string"]:
            response.headers["cache-control"] = YEAR
        return response
