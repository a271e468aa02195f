"""Doing as a person with what the app shows: pressing, filling in, calling shortcuts, opening the home."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack.blocks import elements, options
from tests.fakes.slack.objects import File, Json, User
from tests.fakes.slack.people import Acked, CannotDo, Typing, channel_name
from tests.fakes.slack.state import Ephemeral, Message, View
from tests.fakes.slack.team import id_of
from tests.fakes.slack.views import checked, pushed, renewed

CHOSEN = {
    "static_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "multi_static_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "file_input": "files",
}
"""Where an element's choice stands in a payload; `value` for all others."""
Shown = Message | Ephemeral | View


@dataclass(frozen=True)
class Submitted:
    """What became of a form: `errors` by block id, or `closed`, or another `view` in its place."""

    seconds: float
    errors: dict[str, str] = field(default_factory=dict)
    closed: bool = False
    view: View | None = None


class Hands(Typing):
    """Buttons, menus, forms and shortcuts."""

    def buttons(self, target: Shown) -> list[str]:
        """The labels of all that can be pressed, options of menus too."""
        return [label for _, _, _, label in _pressables(target.blocks)]

    async def press(self, user: str | User, target: Shown, what: str) -> Acked:
        """Presses what has this label, value or action id; of a menu, chooses that option. A question whether they
        are sure is answered with yes. Raises CannotDo, naming what there is."""
        self._can_see(id_of(user), target)
        for block, element, option, label in _pressables(target.blocks):
            names = (label, option["value"]) if option else (label, element.get("value"), element.get("action_id"))
            if what in names:
                return await self._act(id_of(user), target, block, element, option)
        raise CannotDo(f"there is no {what!r}, but {self.buttons(target)}")

    async def _act(self, user: str, target: Shown, block: Json, element: Json, option: Json | None) -> Acked:
        action: Json = {
            "type": element["type"],
            "action_id": element.get("action_id", "auto"),
            "block_id": block.get("block_id", "auto"),
            "action_ts": self.stamp(),
        }
        if option is not None:
            action["selected_option"] = option
        else:
            action |= {name: element[name] for name in ("text", "value", "url", "style") if name in element}
        payload = self._payload("block_actions", user) | self._source(user, target)
        payload |= {"actions": [action]}
        answer, seconds = await self.sockets.ask("interactive", payload, self.slack.patience)
        return Acked(answer, seconds)

    def _source(self, user: str, target: Shown) -> Json:
        """Where something was pressed. An ephemeral message is not in the payload, only where it stands."""
        if isinstance(target, View):
            trigger = self.slack.triggers.new(self, user, target.id)
            shown = target.shown()
            return {"container": {"type": "view", "view_id": target.id}, "view": shown, "trigger_id": trigger}
        place = self.channels[target.channel]
        container: Json = {"type": "message", "message_ts": target.ts, "channel_id": place.id}
        container["is_ephemeral"] = isinstance(target, Ephemeral)
        if target.thread_ts:
            container["thread_ts"] = target.thread_ts
        source: Json = {
            "container": container,
            "channel": {"id": place.id, "name": channel_name(place)},
            "state": {"values": {}},
            "response_url": self.slack.hooks.open(self, "actions", place.id, user, target),
            "trigger_id": self.slack.triggers.new(self, user),
        }
        return source | ({"message": target.shown()} if isinstance(target, Message) else {})

    async def submit(self, user: str | User, values: Mapping[str, Any] | None = None) -> Submitted:
        """Fills in and sends the form on top. `values`: by block id, action id or label; of a choice its value or its
        label; of files a list of File. Raises CannotDo where the form would not let them send it."""
        view = self.modal(user)
        if view is None:
            raise CannotDo(f"{id_of(user)} sees no form")
        view.values = self._filled(view, dict(values or {}))
        trigger = self.slack.triggers.new(self, id_of(user), view.id)
        payload = self._payload("view_submission", id_of(user))
        payload |= {"trigger_id": trigger, "view": view.shown(), "response_urls": []}
        answer, seconds = await self.sockets.ask("interactive", payload, self.slack.patience)
        done = self._answered(view, answer or {}, seconds)
        self.changed()
        return done

    def _answered(self, view: View, answer: Json, seconds: float) -> Submitted:
        stack = self.modals[view.user]
        action = answer.get("response_action")
        if action == "errors":
            known = {block.get("block_id") for block in view.blocks if block["type"] == "input"}
            if not answer.get("errors") or not set(answer["errors"]) <= known:
                raise AssertionError(f"errors {answer.get('errors')} are for fields that are not in the form: {known}")
            return Submitted(seconds, errors=answer["errors"])
        if action == "update":
            renewed(view, checked(answer["view"], "modal"))
            return Submitted(seconds, view=view)
        if action == "push":
            return Submitted(seconds, view=pushed(self, stack, checked(answer["view"], "modal")))
        if action not in (None, "clear"):
            raise AssertionError(f"unknown response_action: {answer}")
        if action == "clear" or view.given.get("clear_on_close"):
            stack.clear()
        else:
            stack.remove(view)
        return Submitted(seconds, closed=True)

    def _filled(self, view: View, values: dict[str, Any]) -> Json:
        state: Json = {}
        for block in view.blocks:
            if block["type"] != "input":
                continue
            element = block["element"]
            names = (block["block_id"], element.get("action_id"), block["label"]["text"])
            given = next((values.pop(name) for name in names if name in values), None)
            chosen = _chosen(element, given)
            if isinstance(given, list) and element["type"] == "file_input":
                for one in given:
                    one.handed = True
            if chosen in (None, "", []) and not block.get("optional"):
                raise CannotDo(f"{block['label']['text']!r} is needed")
            where = CHOSEN.get(element["type"], "value")
            one = {"type": element["type"], where: chosen}
            state[block["block_id"]] = {element.get("action_id", "auto"): one}
        if values:
            raise CannotDo(f"the form has no field {sorted(values)}, but {[b['block_id'] for b in view.blocks]}")
        return state

    async def close(self, user: str | User) -> None:
        """Leaves the form on top; the app hears of it where it asked to."""
        view = self.modals[id_of(user)].pop()
        if view.given.get("notify_on_close"):
            payload = self._payload("view_closed", id_of(user)) | {"view": view.shown(), "is_cleared": False}
            await self.sockets.ask("interactive", payload, self.slack.patience)

    async def shortcut(self, user: str | User, callback_id: str, message: Message | None = None) -> Acked:
        """A global shortcut, or one on a message, which may stand where the bot is not."""
        payload = self._payload("message_action" if message else "shortcut", id_of(user))
        payload |= {
            "callback_id": callback_id,
            "action_ts": self.stamp(),
            "trigger_id": self.slack.triggers.new(self, id_of(user)),
        }
        if message is not None:
            self._can_see(id_of(user), message)
            place = self.channels[message.channel]
            payload |= {
                "channel": {"id": place.id, "name": channel_name(place)},
                "message_ts": message.ts,
                "message": message.shown(),
                "response_url": self.slack.hooks.open(self, "actions", place.id, id_of(user)),
            }
        answer, seconds = await self.sockets.ask("interactive", payload, self.slack.patience)
        return Acked(answer, seconds)

    async def open_home(self, user: str | User, tab: str = "home") -> None:
        event: Json = {
            "type": "app_home_opened",
            "user": id_of(user),
            "channel": self.direct(user).id,
            "tab": tab,
            "event_ts": self.stamp(),
        }
        view = self.home(user)
        await self.tell(event | ({"view": view.shown()} if view and tab == "home" else {}))

    def _payload(self, type_: str, user: str) -> Json:
        who = self.users[user]
        known = {"id": user, "username": who.name, "name": who.name, "team_id": who.team}
        for left_out in {"message_action": ["username"], "shortcut": ["name"]}.get(type_, []):
            del known[left_out]
        payload: Json = {
            "type": type_,
            "team": {"id": self.id, "domain": self.domain},
            "enterprise": None,
            "user": known,
            "token": "verification-fake",
            "is_enterprise_install": False,
        }
        return payload if type_ in ("message_action", "shortcut") else payload | {"api_app_id": self.app_id}

    def _can_see(self, user: str, target: Shown) -> None:
        if isinstance(target, Message):
            place = self.channels[target.channel]
            sees = user in place.members and place.messages.get(target.ts) is target
        else:
            shown: Sequence[object] = self.ephemeral
            if isinstance(target, View):
                shown = [self.home(user), self.modal(user)]
            sees = target.user == user and any(one is target for one in shown)
        if not sees:
            raise CannotDo(f"{user} does not see that")


def _pressables(blocks: list[Json]) -> list[tuple[Json, Json, Json | None, str]]:
    """Block, element, the option of a menu, and the label."""
    found: list[tuple[Json, Json, Json | None, str]] = []
    for block, element in elements(blocks):
        if block["type"] == "input":
            continue
        if element["type"] == "button":
            found.append((block, element, None, element["text"]["text"]))
        found += [(block, element, option, option["text"]["text"]) for option in options(element)]
    return found


def _chosen(element: Json, given: Any) -> Any:
    """What stands in the state for `given`, or for what the field began with."""
    kind = element["type"]
    if given is None:
        where = CHOSEN.get(kind, "value")
        return element.get(where.replace("selected", "initial") if where in CHOSEN.values() else "initial_value")
    if kind == "file_input":
        files: list[File] = list(given)
        if len(files) > element.get("max_files", 10):
            raise CannotDo("too many files")
        endings = element.get("filetypes")
        if endings and any(f.name.rpartition(".")[2].lower() not in endings for f in files):
            raise CannotDo(f"only {endings} may be chosen")
        return [one.shown() for one in files]
    if kind in ("multi_static_select", "checkboxes"):
        return [_option(element, one) for one in given]
    if kind in ("static_select", "radio_buttons"):
        return _option(element, given)
    if kind == "plain_text_input":
        least, most = element.get("min_length", 0), element.get("max_length", 3000)
        if given and not least <= len(given) <= most:
            raise CannotDo(f"{len(given)} characters, where {least} to {most} may be typed")
    return given


def _option(element: Json, name: str) -> Json:
    for option in options(element):
        if name in (option["value"], option["text"]["text"]):
            return option
    raise CannotDo(f"there is no option {name!r}")
