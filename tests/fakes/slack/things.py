"""The fake's reactions.* and files.* methods, and the addresses that files are sent to and fetched from."""

from __future__ import annotations

import json
import mimetypes
import re
from typing import TYPE_CHECKING

from aiohttp import web

from tests.fakes.slack import events as events
from tests.fakes.slack.methods import Asked, Refused, plays
from tests.fakes.slack.objects import File, Json
from tests.fakes.slack.state import Channel, Message

if TYPE_CHECKING:
    from tests.fakes.slack import FakeSlack


@plays("reactions.add")
async def add(asked: Asked) -> Json:
    channel, message = _item(asked)
    if channel.archived:
        raise Refused("is_archived")
    if not await asked.team.put_reaction(channel, message, asked.team.bot.id, _emoji(asked)):
        raise Refused("already_reacted")
    return {}


@plays("reactions.remove")
async def remove(asked: Asked) -> Json:
    channel, message = _item(asked)
    if not await asked.team.take_reaction(channel, message, asked.team.bot.id, _emoji(asked)):
        raise Refused("no_reaction")
    return {}


@plays("reactions.get")
async def get(asked: Asked) -> Json:
    channel, message = _item(asked)
    return {"type": "message", "channel": channel.id, "message": message.shown()}


def _item(asked: Asked) -> tuple[Channel, Message]:
    if not asked.get("channel") or not asked.get("timestamp"):
        raise Refused("no_item_specified")
    if not re.fullmatch(r"\d+\.\d{6}", asked["timestamp"]):
        raise Refused("bad_timestamp")
    channel = asked.channel()
    if asked["timestamp"] not in channel.messages:
        raise Refused("message_not_found")
    return channel, channel.messages[asked["timestamp"]]


def _emoji(asked: Asked) -> str:
    name: str = asked["name"]
    if not re.fullmatch(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?", name):
        raise Refused("invalid_name")
    return name


@plays("files.getUploadURLExternal")
async def upload_url(asked: Asked) -> Json:
    team = asked.team
    if asked["length"] <= 0:
        raise Refused("invalid_arguments", "[ERROR] must be greater than 0 [json-pointer:/length]")
    if len(asked.get("alt_txt", "")) > 1000:
        raise Refused("alt_txt_too_large")
    id = team.number("F")
    made = file(asked.slack, team.id, id, asked["filename"], team.bot.id)
    made.length, made.alt, made.waits = asked["length"], asked.get("alt_txt", ""), team.processing
    team.files[id] = made
    return {"upload_url": f"{asked.slack.root}/upload/v1/{team.id}/{id}", "file_id": id}


def file(slack: FakeSlack, team: str, id: str, name: str, user: str) -> File:
    """A file that nobody has sent the bytes of."""
    url = f"{slack.root}/files-pri/{team}-{id}/{name}"
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return File(id, name, user, url, 0, int(slack.now()), mimetype=kind)


@plays("files.completeUploadExternal")
async def complete(asked: Asked) -> Json:
    team = asked.team
    found: list[File] = []
    for given in asked["files"]:
        if not isinstance(given, dict) or set(given) - {"id", "title", "highlight_type"}:
            raise Refused("invalid_arguments", "[ERROR] each file is {id, title} [json-pointer:/files]")
        one = team.files.get(given.get("id", ""))
        if one is None or one.uploaded is None or one.complete:
            raise Refused("file_not_found")
        one.title = given.get("title", "")
        found.append(one)
    channels = [c for c in [asked.get("channel_id", ""), *asked.get("channels", "").split(",")] if c]
    places = [_shared_in(asked, key) for key in channels]
    for one in found:
        one.complete = True
        one.shared.extend(channels)
    for place in places:
        thread = asked.get("thread_ts", "")
        message = Message(team.ts(place), place.id, team.bot.id, asked.get("initial_comment", ""), team.id)
        message.files, message.subtype = list(found), "file_share"
        message.bot_id, message.app_id = team.bot.bot_id, team.app_id
        message.thread_ts = thread if thread in place.messages else ""
        await events.put(team, place, message)
    return {"files": [one.shown() for one in found]}


def _shared_in(asked: Asked, key: str) -> Channel:
    place = asked.team.channels.get(key)
    if place is None or (place.kind != "channel" and asked.team.bot.id not in place.members):
        raise Refused("channel_not_found")
    if asked.team.bot.id not in place.members:
        raise Refused("not_in_channel")
    return place


@plays("files.info")
async def info(asked: Asked) -> Json:
    found = asked.team.files.get(asked["file"])
    if found is None or found.uploaded is None or not asked.team.may_see(found):
        raise Refused("file_not_found")
    if found.deleted:
        raise Refused("file_deleted")
    found.looked_at()
    return {"file": found.shown(), "comments": [], "response_metadata": {"next_cursor": ""}}


async def receive(slack: FakeSlack, request: web.Request) -> web.Response:
    """POST to an upload_url: the bytes, raw or as a form's file. As many as were announced, or they are refused."""
    team = slack.teams.get(request.match_info["team"])
    found = team.files.get(request.match_info["file"]) if team else None
    if team is None or found is None or found.uploaded is not None:
        return web.Response(status=404, text="no such upload")
    slack.note("upload", {"file": found.id, "length": found.length}, team.id)
    fault = slack.faults.take("upload", team.id)
    if fault is not None and fault.status:
        return web.Response(status=fault.status)
    body = await request.read()
    if request.content_type == "multipart/form-data":
        parts = [p for p in (await request.post()).values() if isinstance(p, web.FileField)]
        body = parts[0].file.read() if parts else b""
    if len(body) != found.length:
        return web.Response(status=400, text=json.dumps({"announced": found.length, "came": len(body)}))
    found.uploaded = body
    slack.changed()
    return web.Response(text=f"OK - {len(body)}")


async def fetch(slack: FakeSlack, request: web.Request) -> web.Response:
    """url_private: the bytes for a token with files:read that may see the file; everybody else is sent to a page where
    one signs in, as the real one does (with 302, never with JSON)."""
    team_id, _, id = request.match_info["which"].partition("-")
    team = slack.teams.get(team_id)
    _, _, token = request.headers.get("Authorization", "").partition(" ")
    slack.note("files-pri", {"file": id, "token": bool(token)}, team_id)
    found = team.files.get(id) if team else None
    if team is None or token != team.bot_token or token in team.refused or "files:read" not in team.scopes:
        return web.Response(status=302, headers={"Location": f"{slack.root}/signin?redir={request.path}"})
    if found is None or found.uploaded is None or found.deleted or not team.may_see(found):
        return web.Response(status=404, text="<html>not found</html>", content_type="text/html")
    fault = slack.faults.take("files-pri", team.id)
    if fault is not None and fault.status:
        return web.Response(status=fault.status)
    return web.Response(body=found.uploaded, content_type=found.mimetype)


async def sign_in(request: web.Request) -> web.Response:
    return web.Response(text="<!DOCTYPE html><html>Sign in</html>", content_type="text/html")
