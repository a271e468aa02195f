"""The fake's views.* methods: modals, a stack of three at most for a person, and one home each."""

from __future__ import annotations

import copy
import secrets

from tests.fakes.slack.blocks import check_view, is_too_large
from tests.fakes.slack.methods import Asked, Refused, plays
from tests.fakes.slack.objects import Json
from tests.fakes.slack.state import View
from tests.fakes.slack.team import Workspace

STACK = 3


@plays("views.open")
async def open_(asked: Asked) -> Json:
    given = _given(asked, "modal")
    trigger = asked.slack.triggers.use(asked.team, asked.get("trigger_id", ""))
    view = made(asked.team, trigger.user, given)
    asked.team.modals[trigger.user] = [view]
    return {"view": view.shown()}


@plays("views.push")
async def push(asked: Asked) -> Json:
    given = _given(asked, "modal")
    trigger = asked.slack.triggers.use(asked.team, asked.get("trigger_id", ""))
    stack = asked.team.modals.get(trigger.user, [])
    if not stack or trigger.view not in {view.id for view in stack}:
        raise Refused("not_found")
    return {"view": pushed(asked.team, stack, given).shown()}


def pushed(team: Workspace, stack: list[View], given: Json) -> View:
    if len(stack) >= STACK:
        raise Refused("push_limit_reached")
    view = made(team, stack[0].user, given)
    view.root, view.previous = stack[0].id, stack[-1].id
    stack.append(view)
    return view


@plays("views.update")
async def update(asked: Asked) -> Json:
    given = _given(asked, "")
    if bool(asked.get("view_id")) == bool(asked.get("external_id")):
        raise Refused("invalid_arguments", "[ERROR] one of view_id and external_id is needed")
    views = [*asked.team.homes.values(), *(v for stack in asked.team.modals.values() for v in stack)]
    for view in views:
        named = view.given.get("external_id") and view.given["external_id"] == asked.get("external_id")
        if view.id == asked.get("view_id") or named:
            if asked.get("hash") not in (None, view.hash):
                raise Refused("hash_conflict")
            if given["type"] != view.given["type"]:
                raise Refused("invalid_arguments", "[ERROR] a view keeps its type [json-pointer:/view/type]")
            renewed(view, given)
            return {"view": view.shown()}
    raise Refused("not_found")


@plays("views.publish")
async def publish(asked: Asked) -> Json:
    given = _given(asked, "home")
    team, user = asked.team, asked["user_id"]
    if not team.home_tab:
        raise Refused("not_enabled")
    if user not in team.users or team.users[user].deleted:
        raise Refused("user_not_found")
    view = team.homes.get(user)
    if asked.get("hash") and (view is None or view.hash != asked["hash"]):
        raise Refused("hash_conflict")
    if view is None:
        view = team.homes[user] = made(team, user, given)
    else:
        renewed(view, given)
    return {"view": view.shown()}


def made(team: Workspace, user: str, given: Json) -> View:
    return View(team.number("V"), user, _with_ids(given, team), _hash(team), team.id, team.app_id, team.bot.bot_id)


def renewed(view: View, given: Json) -> None:
    """The view shows something else. What was typed into a field that stays is kept."""
    view.given = copy.deepcopy(given)
    for block in view.given["blocks"]:
        block.setdefault("block_id", secrets.token_hex(3))
    view.hash = f"{view.hash.partition('.')[0]}.{secrets.token_hex(4)}"


def checked(given: Json, kind: str) -> Json:
    """Raises view_too_large, invalid_arguments."""
    if is_too_large(given):
        raise Refused("view_too_large")
    wrong = check_view(given)
    if not wrong and kind and given["type"] != kind:
        wrong = [f"[ERROR] must be {kind} [json-pointer:/view/type]"]
    if wrong:
        raise Refused("invalid_arguments", *wrong)
    return given


def _given(asked: Asked, kind: str) -> Json:
    given: Json = checked(asked["view"], kind)
    others = [v for stack in asked.team.modals.values() for v in stack if v.id != asked.get("view_id")]
    taken = given.get("external_id") and any(v.given.get("external_id") == given["external_id"] for v in others)
    if taken and asked.method != "views.update":
        raise Refused("duplicate_external_id")
    return given


def _with_ids(given: Json, team: Workspace) -> Json:
    kept = copy.deepcopy(given)
    for block in kept["blocks"]:
        block.setdefault("block_id", team.number("b"))
    return kept


def _hash(team: Workspace) -> str:
    return f"{int(team.now())}.{secrets.token_hex(4)}"
