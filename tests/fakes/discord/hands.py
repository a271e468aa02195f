"""Doing as a person with what the app offers: commands, completion, menus, buttons, forms.

All of it is refused (CannotDo) where Discord's client would not let a person do it: a command that is not registered,
an option of the wrong type, a button that is not there. Each `await` returns at the app's first answer, or raises
NotAnswered after `discord.patience` seconds of the machine.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tests.fakes.discord import shapes as shapes
from tests.fakes.discord.bodies import CHANNEL, FILE, FILE_SIZE, MENTIONABLE, ROLE, USER
from tests.fakes.discord.commands import CHAT, ON_MESSAGE, ON_USER, CannotDo, find, leaf, typed, usable, wrapped
from tests.fakes.discord.fields import size
from tests.fakes.discord.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL_SUBMIT, Interaction
from tests.fakes.discord.people import File, People
from tests.fakes.discord.permissions import P
from tests.fakes.discord.reading import pressables
from tests.fakes.discord.state import Channel, Json, Message

if TYPE_CHECKING:
    from tests.fakes.discord import FakeDiscord

IN_DIRECT = P.ATTACH_FILES | P.EMBED_LINKS | P.MENTION_EVERYONE | P.USE_EXTERNAL_EMOJIS
"""`app_permissions` in a direct message (receiving-and-responding#interaction-object)."""
Path = str | tuple[Any, ...]
"""A command: "status", "bridge follow", ("bridge", "follow"), or ("bridge", "follow", {"whom": "ana"})."""
Target = Message | Interaction


class NotAnswered(AssertionError):
    """What a person sees: `The application did not respond`, or nobody was connected to hear of it."""


class Hands(People):
    # commands

    async def command(
        self: FakeDiscord,
        user: str,
        channel: str | Channel,
        command: Path,
        options: Mapping[str, Any] | None = None,
        *,
        attachments: Mapping[str, File] | None = None,
    ) -> Interaction:
        """A slash command. `options` by name: text, number, bool, or the id of a user, channel or role; `attachments`:
        files by the name of their option."""
        names, values = _path(command, options)
        registered, place = self._offered(user, channel, CHAT, names[0])
        one = self._interaction(COMMAND, user, place)
        resolved: Json = {}
        files = {name: self._handed(place, file, resolved) for name, file in (attachments or {}).items()}
        given = typed(leaf(registered, names[1:]), {**values, **files})
        self._resolve(given, one, resolved)
        one.payload["data"] = _data(registered, wrapped(registered, names[1:], given), resolved)
        return await self._ask(one)

    async def complete(
        self: FakeDiscord,
        user: str,
        channel: str | Channel,
        command: Path,
        options: Mapping[str, Any] | None = None,
        *,
        focused: str,
    ) -> list[Json]:
        """What is offered while somebody types in the option `focused`: choices with name and value."""
        names, values = _path(command, options)
        registered, place = self._offered(user, channel, CHAT, names[0])
        one = self._interaction(AUTOCOMPLETE, user, place)
        given = typed(leaf(registered, names[1:]), {focused: "", **values}, focused=focused)
        resolved: Json = {}
        self._resolve(given, one, resolved)
        one.payload["data"] = _data(registered, wrapped(registered, names[1:], given), resolved)
        done = await self._ask(one)
        return done.choices or []

    async def menu(self: FakeDiscord, user: str, message: Message, command: str) -> Interaction:
        """A command on a message, which may stand where the bot is not able to read."""
        registered, place = self._offered(user, message.channel if message.guild else "@me", ON_MESSAGE, command)
        if message.ephemeral or message.deleted:
            raise CannotDo("there is no such message")
        one = self._interaction(COMMAND, user, place)
        one.source = message
        resolved = {"messages": {message.id: shapes.message(self, message)}}
        one.payload["data"] = _data(registered, None, resolved) | {"target_id": message.id}
        return await self._ask(one)

    async def user_menu(
        self: FakeDiscord, user: str, channel: str | Channel, command: str, *, target: str
    ) -> Interaction:
        """A command on a person."""
        registered, place = self._offered(user, channel, ON_USER, command)
        one = self._interaction(COMMAND, user, place)
        resolved: Json = {}
        self._resolve([{"type": USER, "value": target}], one, resolved)
        one.payload["data"] = _data(registered, None, resolved) | {"target_id": target}
        return await self._ask(one)

    def _offered(self: FakeDiscord, user: str, channel: str | Channel, kind: int, name: str) -> tuple[Json, Channel]:
        place = self.place(user, channel)
        registered = find(self.bot.commands, place.guild, kind, name)
        has = self.permissions(place, user)
        usable(registered, 0 if place.guild else 1, has)
        if place.guild:
            self._may(user, place, P.USE_APPLICATION_COMMANDS)
            if self.bot.user_id not in self.guilds[place.guild].members:
                raise CannotDo("the app is not installed there")
        return registered, place

    # components

    def buttons(self: FakeDiscord, target: Target) -> list[str]:
        """The labels of all that can be pressed or chosen."""
        return [label for _, _, label in pressables(_message(target))]

    async def press(self: FakeDiscord, user: str, target: Target, what: str) -> Interaction:
        """Presses the button with this label or custom id."""
        message = self._seen(user, target)
        for one, option, label in pressables(message):
            if option is None and what in (label, one.get("custom_id")):
                if one.get("disabled") or one["style"] == 5:
                    raise CannotDo(f"{what!r} is disabled, or a link")
                return await self._act(user, message, one, None)
        raise CannotDo(f"there is no button {what!r}, but {self.buttons(target)}")

    async def choose(self: FakeDiscord, user: str, target: Target, *what: str) -> Interaction:
        """Chooses the options with these labels or values in one menu."""
        message = self._seen(user, target)
        for one in [c for row in message.components for c in row["components"] if c["type"] == 3]:
            values = [o["value"] for name in what for o in one["options"] if name in (o["label"], o["value"])]
            if len(values) == len(what):
                if one.get("disabled") or not one["min_values"] <= len(values) <= one["max_values"]:
                    raise CannotDo(f"{what} cannot be chosen")
                return await self._act(user, message, one, values)
        raise CannotDo(f"there is no choice {what}, but {self.buttons(target)}")

    async def _act(self: FakeDiscord, user: str, message: Message, one: Json, values: list[str] | None) -> Interaction:
        place = self.channel_of(message.channel)
        assert place is not None
        made = self._interaction(COMPONENT, user, place)
        made.source = message
        made.payload["message"] = self.for_interaction(message)
        made.payload["data"] = {"custom_id": one["custom_id"], "component_type": one["type"], "id": one["id"]}
        if values is not None:
            made.payload["data"]["values"] = values
        return await self._ask(made)

    def _seen(self: FakeDiscord, user: str, target: Target) -> Message:
        message = _message(target)
        if message.deleted or (message.ephemeral and message.viewer != user):
            raise CannotDo(f"{user} does not see that")
        self.place(user, message.channel)
        return message

    # forms

    async def submit(
        self: FakeDiscord,
        user: str,
        opened: Interaction,
        values: Mapping[str, Any] | None = None,
        *,
        files: Sequence[File] = (),
    ) -> Interaction:
        """Fills in the form that an interaction opened, and sends it. `values` by custom id or label: a text, or the
        value or label of a choice (a list of several). `files` go into its one field for files."""
        if opened.modal is None or opened.user.id != user or opened.submitted:
            raise CannotDo(f"{user} sees no form")
        one = self._interaction(MODAL_SUBMIT, user, opened.channel)
        one.parent, one.source = opened, opened.source if opened.type == COMPONENT else None
        resolved: Json = {}
        parts = self._filled(one, opened.modal, dict(values or {}), list(files), resolved)
        one.payload["data"] = {"custom_id": opened.modal["custom_id"], "components": parts}
        if resolved:
            one.payload["data"]["resolved"] = resolved
        if one.source is not None:
            one.payload["message"] = self.for_interaction(one.source)
        done = await self._ask(one)
        opened.submitted = True
        return done

    def _filled(
        self: FakeDiscord, one: Interaction, form: Json, values: dict[str, Any], files: list[File], resolved: Json
    ) -> list[Json]:
        made: list[Json] = []
        for number, part in enumerate(form["components"]):
            id = part.get("id") or 2 * number + 1
            if part["type"] != 18:
                made.append({"type": part["type"], "id": id})
                continue
            field = part["component"]
            given = next((values.pop(n) for n in (field["custom_id"], part["label"]) if n in values), None)
            if field["type"] == 19 and given is None:
                given, files = files, []
            kept: Json = {"type": field["type"], "id": field.get("id") or id + 1, "custom_id": field["custom_id"]}
            if field["type"] == 4:
                kept["value"] = _text(part["label"], field, given)
            elif field["type"] == 3:
                kept["values"] = _chosen(part["label"], field, given)
            else:
                _count(part["label"], field, given or [], "files")
                kept["values"] = [self._handed(one.channel, file, resolved) for file in given or []]
            made.append({"type": 18, "id": id, "component": kept})
        if values or files:
            raise CannotDo(f"the form has no field for {sorted(values) or 'files'}")
        return made

    def close(self: FakeDiscord, user: str, opened: Interaction) -> None:
        """Leaves a form; the app hears nothing of it."""
        opened.submitted = True

    # what becomes of it

    async def settled(self: FakeDiscord, one: Interaction, seconds: float = 20.0) -> str:
        """What is shown when the app no longer thinks."""
        await self.until(lambda: not one.loading, seconds)
        return one.shown

    async def _ask(self: FakeDiscord, one: Interaction) -> Interaction:
        self.interactions[one.token] = one
        one.begun = asyncio.get_running_loop().time()
        if not self.gateway.tell("INTERACTION_CREATE", one.payload, guild=one.guild):
            one.dead = True
            raise NotAnswered("nobody is connected")
        try:
            await asyncio.wait_for(one.heard.wait(), self.patience)
        except TimeoutError:
            one.dead = True
            raise NotAnswered(f"The application did not respond: {one.payload.get('data')}") from None
        await self.gateway.flush()
        return one

    def _interaction(self: FakeDiscord, kind: int, user: str, place: Channel) -> Interaction:
        guild = self.guilds.get(place.guild)
        who = self.users[user]
        has, bot_has = self.permissions(place, user), self.permissions(place, self.bot.user_id)
        token = "aW50ZXJhY3Rpb246" + secrets.token_urlsafe(80)
        payload: Json = {
            "id": self.ids.new(),
            "application_id": self.bot.id,
            "type": kind,
            "data": {},
            "channel": shapes.partial_channel(self, place, has),
            "channel_id": place.id,
            "token": token,
            "version": 1,
            "locale": who.locale,
            "app_permissions": str(bot_has if guild else int(IN_DIRECT)),
            "entitlements": [],
            "entitlement_sku_ids": [],
            "authorizing_integration_owners": {"0": guild.id if guild else "0"},
            "context": 0 if guild else 1,
            "attachment_size_limit": FILE_SIZE,
        }
        if guild is None:
            payload["user"] = shapes.user(who)
        else:
            payload["guild"] = {"id": guild.id, "locale": guild.locale, "features": []}
            payload |= {"guild_id": guild.id, "guild_locale": guild.locale}
            payload["member"] = shapes.member(guild, guild.members[user]) | {"permissions": str(has)}
        at = self.clock.monotonic()
        return Interaction(self, payload["id"], token, kind, who, place, guild, payload, at)

    def _handed(self: FakeDiscord, place: Channel, file: File, resolved: Json) -> str:
        """A file that a person gives along with a command or a form; returns its id."""
        made = self.store(place.id, *file, ephemeral=True)
        resolved.setdefault("attachments", {})[made.id] = shapes.attachment(made)
        return made.id

    def _resolve(self: FakeDiscord, options: Sequence[Json], one: Interaction, resolved: Json) -> None:
        """What the ids in the options stand for. Raises CannotDo for somebody or something that is not there."""
        guild = one.guild
        for option in options:
            kind, id = option["type"], option["value"]
            if option.get("focused") or kind == FILE:
                continue
            if kind in (USER, MENTIONABLE) and id in self.users:
                resolved.setdefault("users", {})[id] = shapes.user(self.users[id])
                if guild is not None and id in guild.members:
                    member = shapes.member(guild, guild.members[id], with_user=False)
                    kept = {name: value for name, value in member.items() if name not in ("deaf", "mute")}
                    has = self.permissions(one.channel, id)
                    resolved.setdefault("members", {})[id] = kept | {"permissions": str(has)}
            elif kind in (ROLE, MENTIONABLE) and guild is not None and id in guild.roles:
                resolved.setdefault("roles", {})[id] = shapes.role(guild.roles[id])
            elif kind == CHANNEL and guild is not None and id in guild.channels:
                has = self.permissions(guild.channels[id], one.user.id)
                if not has:
                    raise CannotDo(f"{one.user.id} does not see {id}")
                found = shapes.partial_channel(self, guild.channels[id], has)
                resolved.setdefault("channels", {})[id] = found
            elif kind in (USER, MENTIONABLE, ROLE, CHANNEL):
                raise CannotDo(f"there is no {id}")


def _path(command: Path, options: Mapping[str, Any] | None) -> tuple[list[str], Mapping[str, Any]]:
    parts = list(command.split(" ")) if isinstance(command, str) else list(command)
    if parts and isinstance(parts[-1], Mapping):
        assert options is None
        options = parts.pop()
    return [str(part) for part in parts], options or {}


def _data(registered: Json, options: list[Json] | None, resolved: Json) -> Json:
    made: Json = {"id": registered["id"], "name": registered["name"], "type": registered["type"]}
    if options:
        made["options"] = options
    if resolved:
        made["resolved"] = resolved
    return made | ({"guild_id": registered["guild_id"]} if "guild_id" in registered else {})


def _message(target: Target) -> Message:
    if isinstance(target, Message):
        return target
    if target.message is None:
        raise CannotDo("there is no answer on which to press")
    return target.message


def _text(label: str, field: Json, given: Any) -> str:
    text = field.get("value") or "" if given is None else given
    least, most = field.get("min_length") or 0, field.get("max_length") or 4000
    needed = field.get("required") is not False
    if needed and not text:
        raise CannotDo(f"{label!r} is needed")
    if text and not max(least, 0) <= size(text) <= most:
        raise CannotDo(f"{label!r} takes {least} to {most} characters, not {size(text)}")
    return str(text)


def _chosen(label: str, field: Json, given: Any) -> list[str]:
    if given is None:
        values = [o["value"] for o in field["options"] if o.get("default")]
    else:
        wanted = [given] if isinstance(given, str) else list(given)
        values = [o["value"] for name in wanted for o in field["options"] if name in (o["value"], o["label"])]
        if len(values) != len(wanted):
            raise CannotDo(f"{label!r} has no {given!r}, but {[o['label'] for o in field['options']]}")
    _count(label, field, values, "choices")
    return values


def _count(label: str, field: Json, given: Sequence[Any], what: str) -> None:
    needed = field.get("required") is not False
    least = field.get("min_values")
    least = (1 if least is None else least) if needed or given else 0
    most = field.get("max_values") or 1
    if not least <= len(given) <= most:
        raise CannotDo(f"{label!r} takes {least} to {most} {what}, not {len(given)}")
