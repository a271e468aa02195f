"""What Discord's events say, in our words. Pure; what is malformed reads as nothing, a deliberate refusal.

Shapes: docs.discord.com/developers/events/gateway-events. Interactions are read in `asked`. A message in a public
thread belongs to the channel around it, so that what is shared from it, edited or deleted is found; what we sent into a
thread belongs to the thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bridge.adapters._walk import at, listed, word
from bridge.adapters.discord.heard.concerns import PEOPLE_SAY, Us, answered_in, by_program, emoji_in, named_at
from bridge.adapters.discord.heard.walk import direct, id_in, moment, number_in, person
from bridge.adapters.discord.names import PLATFORM
from bridge.adapters.discord.shown.markdown import typed, users_in
from bridge.model.command import Where
from bridge.model.inbound import Closed, Edited, Inbound, Left, Message, Reacted, Removed, Said, Unreacted
from bridge.model.place import PlaceKind

DELETED = "The channel was deleted."
THREAD_DELETED = "The thread was deleted."


@dataclass(frozen=True, slots=True)
class Known:
    """What an event does not say itself. `name`, `private`: of its channel or thread; `thread`: it is one; `around`:
    the channel around a public thread, with `around_name`. `direct`: whose direct message with us the channel is.
    `handles` by user id; `names` of channels and roles by id."""

    name: str = ""
    private: bool = True
    thread: bool = False
    around: str = ""
    around_name: str = ""
    direct: str = ""
    handles: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


def key(payload: object, session: str) -> str:
    """The event's own name. A message is made, edited to a text and deleted once; what else happens is named by its
    number in the session that told of it."""
    d, kind = at(payload, "d"), word(payload, "t")
    guild, id = id_in(d, "guild_id") or "-", id_in(d, "id")
    match kind:
        case "MESSAGE_CREATE" | "MESSAGE_DELETE" if id:
            return f"{guild} {kind} {id}"
        case "MESSAGE_UPDATE" if id:
            return f"{guild} {kind} {id} {word(d, 'edited_timestamp')[:40]}"
    return f"{guild} {kind[:40]} {session} {at(payload, 's')}"


def channel(payload: object) -> str:
    """The channel whose name and privacy matter for it; "" where none does."""
    d = at(payload, "d")
    return id_in(d, "channel_id") if id_in(d, "guild_id") else ""


def mentioned(payload: object) -> set[str]:
    """The users its text names."""
    return users_in(word(payload, "d", "content"))


def heard(payload: object, us: Us, known: Known, key: str) -> list[Inbound]:
    """The event in our words, without files and without the message that a reaction is about."""
    reader = _READERS.get(word(payload, "t"))
    d = at(payload, "d")
    return reader(_Event(d, key, us, known)) if reader and isinstance(d, Mapping) else []


@dataclass(frozen=True, slots=True)
class _Event:
    d: Mapping[str, Any]
    key: str
    us: Us
    known: Known

    @property
    def guild(self) -> str:
        return id_in(self.d, "guild_id")

    @property
    def place(self) -> Where | None:
        """The channel or thread itself; our direct message with somebody where it is one."""
        channel = id_in(self.d, "channel_id")
        if not self.guild:
            # Only the two of us are there, so whoever wrote or reacted is the other one.
            user = self.known.direct or id_in(self.d, "author", "id") or id_in(self.d, "user_id")
            return direct(user) if user and user != self.us.user and channel else None
        return _place(self.guild, channel, self.known) if channel else None

    @property
    def belongs(self) -> Where | None:
        """The place that a message of people belongs to."""
        return self.around or self.place

    @property
    def around(self) -> Where | None:
        known = self.known
        if not known.around:
            return None
        return Where(PLATFORM, self.guild, known.around, name=known.around_name, private=known.private)


def _place(guild: str, channel: str, known: Known) -> Where:
    kind = PlaceKind.THREAD if known.thread else PlaceKind.CHANNEL
    return Where(PLATFORM, guild, channel, kind, known.name, known.private)


def message_of(it: object, where: Where, us: Us, known: Known) -> Message | None:
    """A message that a person wrote, as their own; None where a program did, or Discord itself in their name, or it
    cannot be read. `where`: the place that it belongs to."""
    user, id = id_in(it, "author", "id"), id_in(it, "id")
    if not user or not id or by_program(it, us) or number_in(it, "type") not in PEOPLE_SAY:
        return None
    channel, guild = id_in(it, "channel_id"), where.workspace
    inside = _place(guild, channel, known) if known.around and channel else None
    # The thread that was begun from a message has that message's id.
    thread = answered_in(it) or (channel if inside else "")
    text = typed(word(it, "content"), known.handles, known.names, known.names)
    return Message(where, id, person(user), text, moment(id), thread or None, inside=inside)


def files_of(it: object) -> list[Mapping[str, Any]]:
    """The attachment objects of a message."""
    return [one for one in listed(it, "attachments") if isinstance(one, Mapping)]


def _said(event: _Event) -> list[Inbound]:
    named = named_at(word(event.d, "content"), event.us)
    it: Mapping[str, Any] = event.d
    if named is not None:
        it = {**it, "content": named.string[named.end() :]}
    where = event.belongs
    message = message_of(it, where, event.us, event.known) if where else None
    if message is None:
        return []
    return [Said(event.key, message, named=named is not None or message.where.kind is PlaceKind.DIRECT)]


def _edited(event: _Event) -> list[Inbound]:
    where, id = event.belongs, id_in(event.d, "id")
    if where is None or not id or not isinstance(event.d.get("content"), str):
        return []
    return [Edited(event.key, where, id, _typed(event))]


def _typed(event: _Event) -> str:
    known = event.known
    return typed(word(event.d, "content"), known.handles, known.names, known.names)


def _removed(event: _Event) -> list[Inbound]:
    where = event.belongs
    ids = [id_in(event.d, "id")] if "id" in event.d else [id_in({"id": one}, "id") for one in listed(event.d, "ids")]
    if where is None:
        return []
    keys = (f"{event.key} {number}" if number else event.key for number in range(len(ids)))
    return [Removed(key, where, id) for key, id in zip(keys, ids, strict=True) if id]


def _reacted(event: _Event) -> list[Inbound]:
    user, message, emoji = id_in(event.d, "user_id"), id_in(event.d, "message_id"), emoji_in(event.d)
    where = event.place if about_ours(event.d, event.us) else event.belongs
    if where is None or not user or not message or not emoji:
        return []
    return [Reacted(event.key, person(user), where, message, emoji)]


def _unreacted(event: _Event) -> list[Inbound]:
    """Whose message it was is not told, so in a thread it may be ours or somebody's."""
    user, message, emoji = id_in(event.d, "user_id"), id_in(event.d, "message_id"), emoji_in(event.d)
    if event.place is None or not user or not message or not emoji:
        return []
    found: list[Inbound] = [Unreacted(event.key, person(user), event.place, message, emoji)]
    if event.around is not None:
        found.append(Unreacted(f"{event.key} around", person(user), event.around, message, emoji))
    return found


def _gone(event: _Event) -> list[Inbound]:
    channel = id_in(event.d, "id")
    if not event.guild or not channel:
        return []
    return [Left(event.key, Where(PLATFORM, event.guild, channel), DELETED, gone=True)]


def _thread_gone(event: _Event) -> list[Inbound]:
    channel = id_in(event.d, "id")
    if not event.guild or not channel:
        return []
    where = Where(PLATFORM, event.guild, channel, PlaceKind.THREAD)
    return [Left(event.key, where, THREAD_DELETED, gone=True)]


def _server_gone(event: _Event) -> list[Inbound]:
    return [Closed(event.key, PLATFORM, id_in(event.d, "id"))]


def about_ours(d: object, us: Us) -> bool:
    """Whether a reaction that was added is about a message of ours."""
    return id_in(d, "message_author_id") == us.user


_READERS: Mapping[str, Callable[[_Event], list[Inbound]]] = {
    "MESSAGE_CREATE": _said,
    "MESSAGE_UPDATE": _edited,
    "MESSAGE_DELETE": _removed,
    "MESSAGE_DELETE_BULK": _removed,
    "MESSAGE_REACTION_ADD": _reacted,
    "MESSAGE_REACTION_REMOVE": _unreacted,
    "CHANNEL_DELETE": _gone,
    "THREAD_DELETE": _thread_gone,
    "GUILD_DELETE": _server_gone,
}
