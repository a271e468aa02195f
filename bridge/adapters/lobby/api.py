"""The lobby as JSON, for scripts and tests: post a line, read a channel, listen to it.

On loopback `as` acts for any lobby account and makes one when new; elsewhere only for the session's own.
"""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bridge.adapters.lobby.acts import message_named
from bridge.adapters.lobby.guard import Guarded, on_loopback
from bridge.adapters.lobby.people import Visitor
from bridge.adapters.lobby.standing import PAGE
from bridge.adapters.lobby.stream import Stream
from bridge.adapters.lobby.visit import (
    House,
    Unwelcome,
    newcomer,
    room_of,
    shape,
    speaking,
    visitor_of,
    words_of,
)
from bridge.model.compose.text import card_data, card_text

BODY_LIMIT = 256 * 1024
EXAMPLE = '{"as": "ana", "channel": "general", "text": "Hello"}'


def make_api(house: House) -> ASGIApp:
    """The application to mount at /api/lobby."""

    async def post(request: Request) -> Response:
        asked = await _object(request)
        visitor = await _acting(house, request, _text(asked, "as"))
        room = await room_of(house, visitor, _text(asked, "channel"))
        key = asked.get("key", "")
        answer = await house.desk.type(visitor, room, _text(asked, "text"), key if isinstance(key, str) else "")
        words, reply, entry = words_of(house, request), answer.reply, answer.entry
        zone = await house.desk.zone(visitor)
        if reply is None:
            shown = shape(house, words, zone, entry)["text"] if entry else ""
            told = {"ok": True, "text": shown, "card": None, "post_id": None, "private": False}
        else:
            told = {
                "ok": reply.ok,
                "text": card_text(reply.card, words, zone),
                "card": card_data(reply.card),
                "post_id": str(reply.post) if reply.post is not None else None,
                "private": True,
            }
        return JSONResponse({**told, "id": entry.id if entry else None})

    async def read(request: Request) -> Response:
        query = request.query_params
        visitor = await _acting(house, request, query.get("as", ""))
        room = await room_of(house, visitor, query.get("channel", "general"))
        after, standing = message_named(query.get("after", "")), house.desk.standing
        entries = await standing.after(room.place, after) if after else await standing.latest(room.place, PAGE)
        words, zone = words_of(house, request), await house.desk.zone(visitor)
        return JSONResponse([shape(house, words, zone, entry) for entry in entries])

    async def listen(request: Request) -> Response:
        query = request.query_params
        visitor = await _acting(house, request, query.get("as", ""))
        room = await room_of(house, visitor, query.get("channel", "general"))
        words, zone = words_of(house, request), await house.desk.zone(visitor)
        stream = Stream(house.desk.hub, house.desk.standing, room.place, lambda entry: shape(house, words, zone, entry))
        return stream.response(message_named(query.get("after", "")), request.headers.get("last-event-id", ""))

    def refuse(request: Request, status: int, told: str) -> Response:
        return JSONResponse({"error": told}, status)

    routes = [
        Route("/messages", post, methods=["POST"]),
        Route("/messages", read, methods=["GET"]),
        Route("/stream", listen, methods=["GET"]),
    ]
    return Guarded(speaking(house, routes, refuse), lambda refused: JSONResponse({"error": refused}, 403))


async def _acting(house: House, request: Request, named: str) -> Visitor:
    """For whom a request acts. Raises Unwelcome."""
    if not on_loopback(request.scope):
        visitor = await visitor_of(house, request)
        if named and newcomer(named).user != visitor.user:
            raise Unwelcome(403, "not_you")
        return visitor
    if not named:
        raise Unwelcome(422, "needs", name="as")
    wanted = newcomer(named)
    known = await house.desk.people.find(wanted.user)
    if known is None and await house.desk.people.add(wanted):
        await house.desk.account(wanted)
    return known or wanted


async def _object(request: Request) -> dict[str, object]:
    try:
        asked = json.loads(await request.body())
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise Unwelcome(400, "not_json", example=EXAMPLE)
    return asked


def _text(asked: dict[str, object], name: str) -> str:
    value = asked.get(name)
    if not isinstance(value, str):
        raise Unwelcome(422, "needs", name=name)
    return value
