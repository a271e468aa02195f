"""Interactions on the side of Discord: what a person started, how the app answered, and the routes for answering.

Source: docs.discord.com/developers/interactions/receiving-and-responding: three seconds for the first answer, fifteen
minutes for the token, one first answer only, a form neither after a defer nor to a form.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes.discord.bodies import CALLBACKS, EPHEMERAL, INTEGER, NUMBER, STRING
from tests.fakes.discord.fields import Wrong
from tests.fakes.discord.messages import edited, fill, put, replies_to, take
from tests.fakes.discord.rest import Call, Refused, handler
from tests.fakes.discord.state import Channel, Guild, Json, Message, User

if TYPE_CHECKING:
    from tests.fakes.discord import FakeDiscord

FIRST, WHOLE = 3.0, 900.0
"""Seconds of the fake's clock until a first answer is late, and until the token is over."""
COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
MESSAGE, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
LOADING = 1 << 7
ANSWERS = {
    COMMAND: {MESSAGE, DEFER, MODAL},
    COMPONENT: {MESSAGE, DEFER, DEFER_UPDATE, UPDATE, MODAL},
    AUTOCOMPLETE: {CHOICES},
    MODAL_SUBMIT: {MESSAGE, DEFER},
}
"""Type of interaction -> types of first answers. A form opened from a message may change that message too."""


@dataclass(eq=False)
class Interaction:
    """What somebody started, and what they see of it now.

    `first`: the type of the first answer, 0 before it. `message`: the answer (@original), or the message on which the
    button stands where that is changed in place. `modal`: the form that is open. `times`: seconds of the machine from
    the start to each answer, the first one first. `payload`: what the app got.
    """

    fake: FakeDiscord
    id: str
    token: str
    type: int
    user: User
    channel: Channel
    guild: Guild | None
    payload: Json
    at: float
    source: Message | None = None
    parent: Interaction | None = None
    first: int = 0
    message: Message | None = None
    followups: list[Message] = field(default_factory=list)
    modal: Json | None = None
    submitted: bool = False
    choices: list[Json] | None = None
    dead: bool = False
    begun: float = 0.0
    times: list[float] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def shown(self) -> str:
        """The answer as it stands now: its text, "" while the app thinks, after a form, and when it is deleted."""
        if self.message is None or self.message.deleted or self.loading:
            return ""
        return self.message.text

    @property
    def loading(self) -> bool:
        """Whether the person sees that the app thinks."""
        return self.message is not None and bool(self.message.flags & LOADING)

    @property
    def private(self) -> bool:
        return self.message is not None and self.message.ephemeral

    def noted(self) -> None:
        self.times.append(asyncio.get_running_loop().time() - self.begun)


def metadata(one: Interaction) -> Json:
    """`interaction_metadata` of a message that answers."""
    from tests.fakes.discord import shapes as shapes

    made: Json = {
        "id": one.id,
        "type": one.type,
        "user": shapes.user(one.user),
        "authorizing_integration_owners": one.payload["authorizing_integration_owners"],
    }
    data = one.payload.get("data", {})
    if data.get("type") == 2:
        made["target_user"] = shapes.user(one.fake.users[data["target_id"]])
    if data.get("type") == 3:
        made["target_message_id"] = data["target_id"]
    if one.type == COMPONENT and one.source is not None:
        made["interacted_message_id"] = one.source.id
    if one.type == MODAL_SUBMIT and one.parent is not None:
        made["triggering_interaction_metadata"] = metadata(one.parent)
    return made


# the first answer


@handler("POST /interactions/{interaction_id}/{interaction_token}/callback")
def callback(fake: FakeDiscord, call: Call) -> Any:
    one = fake.interactions.get(call.ids["interaction_token"])
    if one is None or one.id != call.ids["interaction_id"]:
        raise Refused(10062)
    if one.first:
        raise Refused(40060)
    if one.dead or fake.clock.monotonic() - one.at > FIRST:
        raise Refused(10062)
    body = call.checked()
    kind, data = body["type"], body.get("data")
    known = ANSWERS[one.type]
    if one.type == MODAL_SUBMIT and one.source is not None:
        known = known | {DEFER_UPDATE, UPDATE}
    if kind not in known:
        raise Refused(50035, Wrong(("type",), "BASE_TYPE_CHOICES", f"Value must be one of {sorted(known)}."))
    if data is None and kind in (MESSAGE, CHOICES, MODAL):
        raise Refused(50035, Wrong(("data",), "BASE_TYPE_REQUIRED", "This field is required"))
    data = _data(call, kind, data or {})
    if call.files and kind not in (MESSAGE, UPDATE):
        raise Refused(50035, Wrong(("files",), "UNKNOWN_FIELD", "This answer carries no files"))
    public = kind in (MESSAGE, DEFER) and not (data.get("flags") or 0) & EPHEMERAL
    if public and one.channel.archived and one.channel.locked:
        raise Refused(50083)
    _PLAYS[kind](fake, one, data, call)
    one.first = kind
    one.noted()
    one.heard.set()
    if not call.query.get("with_response"):
        return None
    return _response(fake, one)


def _data(call: Call, kind: int, data: Any) -> Json:
    try:
        found: Json = Call(call.route, {}, {}, data, [], 0.0).checked(CALLBACKS[kind])
    except Refused as refused:
        raise Refused(50035, *(wrong.under("data") for wrong in refused.wrongs)) from None
    return found


def _response(fake: FakeDiscord, one: Interaction) -> Json:
    told: Json = {"id": one.id, "type": one.type}
    made: Json = {"interaction": told}
    if one.message is not None and one.first in (MESSAGE, DEFER, UPDATE):
        told |= {
            "response_message_id": one.message.id,
            "response_message_loading": one.loading,
            "response_message_ephemeral": one.message.ephemeral,
        }
    if one.message is not None and one.first in (MESSAGE, UPDATE):
        made["resource"] = {"type": one.first, "message": fake.visible(one.message)}
    return made


def _new(fake: FakeDiscord, one: Interaction, flags: int, *, followup: bool = False) -> Message:
    kind = one.payload.get("data", {}).get("type")
    message = Message(
        fake.ids.new(),
        one.channel.id,
        fake.bot.user,
        "",
        fake.clock.now(),
        one.channel.guild,
        webhook=fake.bot.id,
        application=fake.bot.id,
        metadata=metadata(one),
        flags=flags & EPHEMERAL,
    )
    target = one.message if followup else one.source
    if target is not None and not target.deleted:
        replies_to(message, target)
    if one.type == COMMAND and not followup:
        message.type = 23 if kind in (2, 3) else 20
    if message.ephemeral:
        message.viewer = one.user.id
    return message


def _show(fake: FakeDiscord, one: Interaction, message: Message) -> None:
    if message.ephemeral:
        fake.private.append(message)
    else:
        put(fake, one.channel, message)


def _answer(fake: FakeDiscord, one: Interaction, data: Json, call: Call) -> None:
    message = _new(fake, one, data.get("flags") or 0)
    fill(fake, message, data, call.files, pinging=True, answers=True)
    _show(fake, one, message)
    one.message = message


def _defer(fake: FakeDiscord, one: Interaction, data: Json, call: Call) -> None:
    message = _new(fake, one, data.get("flags") or 0)
    message.flags |= LOADING
    _show(fake, one, message)
    one.message = message


def _defer_update(fake: FakeDiscord, one: Interaction, data: Json, call: Call) -> None:
    one.message = one.source


def _update(fake: FakeDiscord, one: Interaction, data: Json, call: Call) -> None:
    assert one.source is not None
    if one.source.deleted:
        raise Refused(10008)
    one.message = one.source
    fill(fake, one.source, data, call.files, pinging=False, answers=True)
    _told_edited(fake, one.source)


def _choices(fake: FakeDiscord, one: Interaction, data: Json, call: Call) -> None:
    from tests.fakes.discord.commands import focused_kind

    kind = focused_kind(one.payload["data"])
    right: dict[int, tuple[type, ...]] = {STRING: (str,), INTEGER: (int,), NUMBER: (int, float)}
    for place, choice in enumerate(data.get("choices") or []):
        if not isinstance(choice["value"], right[kind]):
            path = ("data", "choices", place, "value")
            raise Refused(50035, Wrong(path, "APPLICATION_COMMAND_INVALID_CHOICE", "Of another type than the option"))
    one.choices = list(data.get("choices") or [])


def _modal(fake: FakeDiscord, one: Interaction, data: Json, call: Call) -> None:
    one.modal = data


_PLAYS = {
    MESSAGE: _answer,
    DEFER: _defer,
    DEFER_UPDATE: _defer_update,
    UPDATE: _update,
    CHOICES: _choices,
    MODAL: _modal,
}


# later answers


def _open(fake: FakeDiscord, call: Call) -> Interaction:
    one = fake.interactions.get(call.ids["webhook_token"])
    if one is None or call.ids["webhook_id"] != fake.bot.id or not one.first or one.first == CHOICES:
        raise Refused(10015)
    if fake.clock.monotonic() - one.at > WHOLE:
        raise Refused(50027)
    return one


def _original(fake: FakeDiscord, call: Call) -> tuple[Interaction, Message]:
    one = _open(fake, call)
    if one.message is None or one.message.deleted:
        raise Refused(10008)
    return one, one.message


_HOOK = "/webhooks/{webhook_id}/{webhook_token}"


@handler(f"GET {_HOOK}/messages/@original")
def read_original(fake: FakeDiscord, call: Call) -> Any:
    return fake.visible(_original(fake, call)[1])


@handler(f"PATCH {_HOOK}/messages/@original")
def edit_original(fake: FakeDiscord, call: Call) -> Any:
    one, message = _original(fake, call)
    _fill_original(fake, one, message, call.checked(), call)
    return fake.visible(message)


def _fill_original(fake: FakeDiscord, one: Interaction, message: Message, given: Json, call: Call) -> None:
    loading = one.loading
    fill(fake, message, given, call.files, pinging=loading, answers=True)
    message.flags &= ~LOADING
    _told_edited(fake, message, first=loading)
    one.noted()


def _told_edited(fake: FakeDiscord, message: Message, *, first: bool = False) -> None:
    if message.ephemeral:
        message.edited = None if first else fake.clock.now()
        fake.changed()
    else:
        edited(fake, message)


@handler(f"DELETE {_HOOK}/messages/@original")
def delete_original(fake: FakeDiscord, call: Call) -> Any:
    take(fake, _original(fake, call)[1])


@handler(f"POST {_HOOK}")
def follow_up(fake: FakeDiscord, call: Call) -> Any:
    """Straight after a defer it fills the deferred answer (deprecated, but so it is)."""
    one = _open(fake, call)
    given = call.checked()
    if one.loading:
        assert one.message is not None
        flags = {name: value for name, value in given.items() if name not in ("flags", "tts")}
        _fill_original(fake, one, one.message, flags, call)
        return fake.visible(one.message)
    message = _new(fake, one, given.get("flags") or 0, followup=True)
    fill(fake, message, given, call.files, pinging=True, answers=True)
    _show(fake, one, message)
    one.followups.append(message)
    one.noted()
    return fake.visible(message)
