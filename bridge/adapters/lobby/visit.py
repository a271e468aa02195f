"""From a request to who is asking, in which language and room: the part that the page and the JSON API share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Router
from starlette.types import ASGIApp

from bridge.adapters.lobby.desk import Desk, Room
from bridge.adapters.lobby.guard import COOKIE, SESSION_LASTS, Seal, Session
from bridge.adapters.lobby.people import LIMIT_NAME, Visitor, reserved, tidy_name, user_key
from bridge.adapters.lobby.phrases import phrase
from bridge.adapters.lobby.render import Renderer, entry_plain
from bridge.adapters.lobby.standing import Entry
from bridge.model.compose.text import card_text
from bridge.model.errors import BadInput, BridgeError
from bridge.model.say import Words


@dataclass(frozen=True, slots=True)
class House:
    """What every route needs."""

    desk: Desk
    seal: Seal
    renderer: Renderer


class Unwelcome(Exception):
    """A request that is answered with a sentence. `status`: of HTTP; `phrase`: the sentence's name."""

    def __init__(self, status: int, phrase: str, **params: object) -> None:
        super().__init__(phrase)
        self.status = status
        self.phrase = phrase
        self.params = params


def words_of(house: House, request: Request) -> Words:
    """The catalogue of the language that the browser asks for first."""
    wanted = request.headers.get("accept-language", "en").split(",")[0].split(";")[0].strip()
    return house.desk.given.words(wanted or "en")


def session_of(house: House, request: Request) -> Session | None:
    return house.seal.open(request.cookies.get(COOKIE, ""), house.desk.given.clock.now())


def remember(house: House, request: Request, response: Response, session: Session) -> None:
    """Gives the browser its session."""
    response.set_cookie(
        COOKIE,
        house.seal.close(session, house.desk.given.clock.now()),
        max_age=int(SESSION_LASTS.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path="/",
    )


async def visitor_of(house: House, request: Request) -> Visitor:
    """Whoever the session says. Raises Unwelcome (401) without one."""
    session = session_of(house, request)
    visitor = await house.desk.people.find(session.user) if session else None
    if visitor is None:
        raise Unwelcome(401, "not_in")
    return visitor


async def room_of(house: House, visitor: Visitor, key: str) -> Room:
    """Raises Unwelcome (404), naming the channels there are."""
    room = await house.desk.room(visitor, key)
    if room is None:
        there = ", ".join(place.key for place in await house.desk.channels())
        raise Unwelcome(404, "no_channel", channel=key[:LIMIT_NAME], channels=there)
    return room


def newcomer(typed: str) -> Visitor:
    """Somebody by that name. Raises Unwelcome (422) for what is no name."""
    name = tidy_name(typed)
    if not user_key(name):
        raise Unwelcome(422, "name_needed")
    if reserved(user_key(name)):
        raise Unwelcome(422, "name_reserved", name=name)
    if len(name) > LIMIT_NAME:
        raise Unwelcome(422, "name_long", limit=LIMIT_NAME)
    return Visitor(user_key(name), name)


def speaking(house: House, routes: Sequence[BaseRoute], refuse: Callable[[Request, int, str], Response]) -> ASGIApp:
    """The routes as an application that answers with a sentence in the visitor's language; `refuse` gives it its form.

    It is no whole Starlette: that would answer everything else with a 500 of its own, before the site could.
    """

    async def told(request: Request, error: Exception) -> Response:
        words = words_of(house, request)
        match error:
            case HTTPException():
                return refuse(request, error.status_code, phrase(words, "nothing_here"))
            case Unwelcome():
                return refuse(request, error.status, sentence(words, error))
            case BridgeError():
                return refuse(request, 422 if isinstance(error, BadInput) else 503, words.error(error))
        raise error

    return ExceptionMiddleware(Router(routes), {Unwelcome: told, HTTPException: told, BridgeError: told})


def sentence(words: Words, refused: Unwelcome) -> str:
    return phrase(words, refused.phrase, **refused.params)


def shape(house: House, words: Words, zone: str, entry: Entry) -> Mapping[str, object]:
    """A message as JSON, as the API and the streams give it. `zone`: the reader's, for the times in its text."""
    return {
        "id": entry.id,
        "author": entry.author or phrase(words, "bridge"),
        "text": card_text(entry.card, words, zone) if entry.card else entry_plain(entry),
        "html": house.renderer.message(entry, words),
        "kind": entry.kind,
        "post_id": entry.post,
        "at": entry.at.isoformat(timespec="milliseconds"),
        "thread": entry.thread,
    }
