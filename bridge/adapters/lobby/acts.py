"""What the page's script asks for: type, press, react, remove, complete, and the parts of a place not shown yet.

Each answer is JSON; a private reply is HTML inside it, ready to stand among the messages.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge.adapters.lobby.desk import Room
from bridge.adapters.lobby.people import Visitor
from bridge.adapters.lobby.phrases import phrase
from bridge.adapters.lobby.visit import House, Unwelcome, room_of, shape, visitor_of, words_of
from bridge.model.card import Card
from bridge.model.command import Reply
from bridge.model.post import Upload
from bridge.model.text import Plain

MAX_FILES = 4
MAX_FILE = 10 * 1024 * 1024
MOST_FILES = 100
"""What is read at all: how many an update may have, and how big, is the core's to say, with the text given back."""
MAX_TYPED = 64 * 1024

Fields = Mapping[str, str]


async def say(house: House, request: Request) -> Response:
    """The composer: `text`, `thread`, `key`, and files with an alt text each."""
    try:
        form = await request.form(max_files=MOST_FILES, max_fields=MOST_FILES + 8, max_part_size=MAX_TYPED * 4)
    except HTTPException:
        raise Unwelcome(413, "too_much") from None
    visitor, room = await _asked(house, request, _text(form, "channel"))
    typed, files = _text(form, "text"), await _uploads(form)
    thread, key = message_named(_text(form, "thread")), _text(form, "key")
    await form.close()
    if thread and await house.desk.standing.one(room.place, thread) is None:
        raise Unwelcome(404, "no_message")
    words = words_of(house, request)
    if files and not typed.lstrip().startswith("/"):
        card = Card(text=(Plain(phrase(words, "file_needs_update")),))
        return _answer(house, request, Reply(card, ok=False, typed=f"/status {typed}".rstrip() + " "))
    answer = await house.desk.type(visitor, room, typed, key, thread or None, files)
    zone = await house.desk.zone(visitor)
    shown = shape(house, words, zone, answer.entry) if answer.entry else None
    return _answer(house, request, answer.reply, message=shown)


async def press(house: House, request: Request) -> Response:
    """A button (`line`), or a form (`line` and `fields`)."""
    asked = await _object(request)
    visitor, room = await _asked(house, request, _text(asked, "channel"))
    fields = asked.get("fields")
    typed = {str(name): str(value) for name, value in fields.items()} if isinstance(fields, dict) else None
    reply = await house.desk.press(visitor, room, _text(asked, "line"), typed, _text(asked, "key"))
    return _answer(house, request, reply, typed or {})


async def react(house: House, request: Request) -> Response:
    asked = await _object(request)
    visitor, room = await _asked(house, request, _text(asked, "channel"))
    emoji = _text(asked, "emoji")
    # Those that stand there already may be joined, whatever is offered now.
    if not emoji or len(emoji) > 16 or emoji.isascii():
        raise Unwelcome(422, "no_reaction")
    answer = await house.desk.react(visitor, room, message_named(_text(asked, "message")), emoji)
    if answer is None:
        raise Unwelcome(404, "no_message")
    return _answer(house, request, answer.reply)


async def remove(house: House, request: Request) -> Response:
    asked = await _object(request)
    visitor, room = await _asked(house, request, _text(asked, "channel"))
    removed = await house.desk.remove(visitor, room, message_named(_text(asked, "message")))
    if removed is None:
        raise Unwelcome(404, "no_message")
    if not removed:
        raise Unwelcome(403, "not_yours")
    return _answer(house, request, None)


async def complete(house: House, request: Request) -> Response:
    query = request.query_params
    visitor, room = await _asked(house, request, query.get("channel", ""))
    found = await house.desk.complete(visitor, room, query.get("typed", "")[:MAX_TYPED])
    return JSONResponse([{"value": one.value, "label": one.label} for one in found])


async def thread(house: House, request: Request) -> Response:
    """A message and what stands under it, oldest first."""
    query = request.query_params
    visitor, room = await _asked(house, request, query.get("channel", ""))
    zone = await house.desk.zone(visitor)
    message = message_named(query.get("message", ""))
    parent = await house.desk.standing.one(room.place, message)
    if parent is None:
        raise Unwelcome(404, "no_message")
    words, under = words_of(house, request), await house.desk.standing.thread(room.place, message)
    return JSONResponse([shape(house, words, zone, entry) for entry in (parent, *under)])


async def earlier(house: House, request: Request) -> Response:
    """The messages before one, oldest first; without one the newest."""
    query = request.query_params
    visitor, room = await _asked(house, request, query.get("channel", ""))
    zone = await house.desk.zone(visitor)
    before = message_named(query.get("before", ""))
    words = words_of(house, request)
    entries, more = await house.desk.standing.newest(room.place, before or None)
    return JSONResponse({"more": more, "messages": [shape(house, words, zone, entry) for entry in entries]})


ACTS: tuple[tuple[str, str, Callable[[House, Request], Awaitable[Response]]], ...] = (
    ("POST", "/say", say),
    ("POST", "/press", press),
    ("POST", "/react", react),
    ("POST", "/remove", remove),
    ("GET", "/complete", complete),
    ("GET", "/thread", thread),
    ("GET", "/earlier", earlier),
)


def message_named(typed: str) -> str:
    """A message id as text, padded; empty where none was given. Raises Unwelcome for anything else."""
    if not typed:
        return ""
    if not typed.isascii() or not typed.isdigit() or len(typed) > 19:
        raise Unwelcome(422, "no_after", after=typed[:40])
    return typed.zfill(19)


async def _asked(house: House, request: Request, channel: str) -> tuple[Visitor, Room]:
    visitor = await visitor_of(house, request)
    return visitor, await room_of(house, visitor, channel)


def _answer(
    house: House, request: Request, reply: Reply | None, typed: Fields | None = None, **more: object
) -> Response:
    if reply is None:
        return JSONResponse({"ok": True, "html": "", **more})
    words = words_of(house, request)
    return JSONResponse(
        {
            "ok": reply.ok,
            "html": house.renderer.private(reply.card, words, reply.ok),
            "form": house.renderer.form(reply.form, typed or {}, words) if reply.form else "",
            "replaces": reply.replaces,
            "typed": reply.typed,
            "post_id": str(reply.post) if reply.post is not None else None,
            **more,
        }
    )


async def _object(request: Request) -> dict[str, object]:
    try:
        asked = json.loads(await request.body())
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise Unwelcome(400, "not_json", example='{"channel": "general", "line": "help"}')
    return asked


def _text(asked: Mapping[str, object] | FormData, name: str) -> str:
    """Empty where it is missing; what is needed is found out by whoever needs it."""
    value = asked.get(name, "")
    return value if isinstance(value, str) else ""


async def _uploads(form: FormData) -> list[Upload]:
    """The files in the order they were chosen. Raises Unwelcome for one that is none."""
    alts = [value for value in form.getlist("alt") if isinstance(value, str)]
    files: list[Upload] = []
    for number, part in enumerate(form.getlist("file")):
        if not isinstance(part, UploadFile):
            raise Unwelcome(422, "not_a_file")
        alt = alts[number] if number < len(alts) else ""
        files.append(Upload(part.filename or "", await part.read(), alt))
    return files
