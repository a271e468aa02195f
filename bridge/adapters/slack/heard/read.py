"""What Slack's events say, in our words. Pure; what is malformed reads as None, a deliberate refusal.

Shapes: docs.slack.dev/reference/events. Commands, presses and forms are read in `asked`; how JSON is walked, `walk`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bridge.adapters._walk import at, listed, word
from bridge.adapters.slack.heard.concerns import ARCHIVED, BACK, DELETED, GONE, Us, by_program, named_at, withdrawn
from bridge.adapters.slack.heard.walk import channel_in, moment, ts_in, user_in
from bridge.adapters.slack.known.profiles import read_profile
from bridge.adapters.slack.names import PLATFORM
from bridge.adapters.slack.shown.mrkdwn import typed, users_in
from bridge.adapters.slack.web.errors import closed
from bridge.model.command import Where, Who
from bridge.model.inbound import (
    Closed,
    Edited,
    HomeOpened,
    Inbound,
    Joined,
    Left,
    Message,
    Profiled,
    Reacted,
    Removed,
    Said,
    StatusSet,
    Unreacted,
)
from bridge.model.place import PlaceKind

PRIVATE, PUBLIC = ("group", "mpim", "im", "G"), "channel"
"""Types of channels as events tell them. The single letter of some is that of the id, and C says nothing."""
DELETED_CHANNEL = "The channel was deleted."
LATEST = 2**33
"""Seconds since 1970; later than that nobody's status ends."""


@dataclass(frozen=True, slots=True)
class Known:
    """What an event does not say itself: handles by user id, and its channel's name and privacy."""

    handles: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    private: bool | None = None


def key(payload: object, us: Us) -> str:
    """The event's own name over all workspaces; "" where it has none."""
    id = word(payload, "event_id")
    return f"{us.team} {id}" if id and len(id) <= 100 else ""


def heard(payload: object, us: Us, known: Known) -> Inbound | None:
    """The event in our words, without files and without the message that a reaction is about."""
    event, id = at(payload, "event"), key(payload, us)
    reader = _READERS.get(word(event, "type"))
    return reader(_Event(event, id, us, known)) if reader and id else None


def channel(payload: object) -> str:
    """The channel whose name and privacy matter for it; "" where none does (its type says enough in messages)."""
    event = at(payload, "event")
    found = channel_in(event, "channel") or channel_in(event, "item", "channel")
    return "" if found.startswith("D") else found


def mentioned(payload: object) -> set[str]:
    """The users its text names."""
    event = at(payload, "event")
    texts = word(event, "text"), word(event, "message", "text"), word(event, "previous_message", "text")
    return {user for text in texts for user in users_in(text)}


def files(payload: object) -> list[object]:
    """The file objects of a message, as Slack tells them."""
    return listed(payload, "event", "files")


def profile(payload: object) -> object:
    """The user object of an event about a user's profile; None for any other."""
    event = at(payload, "event")
    return at(event, "user") if word(event, "type") in ("user_change", "user_status_changed") else None


@dataclass(frozen=True, slots=True)
class _Event:
    it: object
    key: str
    us: Us
    known: Known

    def who(self, *path: str) -> Who | None:
        user = user_in(self.it, *path)
        return Who(PLATFORM, self.us.team, user) if user else None

    def where(self, user: str, *path: str) -> Where | None:
        """The channel; our direct message with `user` where it is one."""
        found = channel_in(self.it, *path)
        if found.startswith("D"):
            return Where(PLATFORM, self.us.team, user, PlaceKind.DIRECT, private=True) if user else None
        kind, private = word(self.it, "channel_type"), self.known.private
        if private is None or kind in PRIVATE:
            # What is known may be from before it was made private; unless something says that everybody may read it,
            # it is taken for private.
            private = kind != PUBLIC
        return Where(PLATFORM, self.us.team, found, name=self.known.name, private=private) if found else None


def message_of(it: object, where: Where | None, us: Us, handles: Mapping[str, str]) -> Message | None:
    """A message that a person wrote, as their own; None where a program did, or it cannot be read."""
    user, ts = user_in(it, "user"), ts_in(it, "ts")
    if where is None or not user or not ts or by_program(it, us):
        return None
    thread = ts_in(it, "thread_ts")
    thread = thread if thread != ts else ""
    inside = None
    if thread and where.kind is PlaceKind.CHANNEL:
        inside = Where(PLATFORM, us.team, f"{where.key}:{thread}", PlaceKind.THREAD, where.name, where.private)
    text = typed(word(it, "text"), handles)
    return Message(where, ts, Who(PLATFORM, us.team, user), text, moment(ts), thread or None, inside=inside)


def _said(event: _Event) -> Inbound | None:
    subtype = word(event.it, "subtype")
    if subtype == "message_changed":
        return _edited(event)
    if subtype == "message_deleted":
        return _removed(event)
    where = event.where(user_in(event.it, "user"), "channel")
    message = message_of(event.it, where, event.us, event.known.handles)
    return Said(event.key, message, named=message.where.kind is PlaceKind.DIRECT) if message else None


def _mentioned(event: _Event) -> Inbound | None:
    named = named_at(word(event.it, "text"), event.us)
    if named is None or not isinstance(event.it, Mapping):
        return None
    it = {**event.it, "text": named.string[named.end() :]}
    message = message_of(it, event.where("", "channel"), event.us, event.known.handles)
    return Said(event.key, message) if message else None


def _edited(event: _Event) -> Inbound | None:
    it = at(event.it, "message")
    where, ts = event.where(user_in(it, "user"), "channel"), ts_in(it, "ts")
    if where is None or not ts:
        return None
    if word(it, "subtype") == "tombstone":
        return Removed(event.key, where, ts)
    texts = [typed(word(event.it, one, "text"), event.known.handles) for one in ("message", "previous_message")]
    return Edited(event.key, where, ts, *texts)


def _removed(event: _Event) -> Inbound | None:
    where = event.where(user_in(event.it, "previous_message", "user"), "channel")
    ts = ts_in(event.it, "deleted_ts")
    return Removed(event.key, where, ts) if where and ts else None


def _reacted(event: _Event) -> Inbound | None:
    who = event.who("user")
    where, ts = event.where(who.user if who else "", "item", "channel"), ts_in(event.it, "item", "ts")
    emoji = word(event.it, "reaction")
    if who is None or where is None or not ts or not emoji:
        return None
    kind = Reacted if word(event.it, "type") == "reaction_added" else Unreacted
    return kind(event.key, who, where, ts, f":{emoji[:100]}:")


def _joined(event: _Event) -> Inbound | None:
    where = event.where("", "channel")
    return Joined(event.key, where, event.who("inviter")) if where else None


def _left(event: _Event) -> Inbound | None:
    where, kind = event.where("", "channel"), word(event.it, "type")
    if where is None:
        return None
    if kind in DELETED:
        return Left(event.key, where, DELETED_CHANNEL, gone=True)
    return Left(event.key, where, closed("is_archived" if kind in ARCHIVED else "not_in_channel", event.us.handle))


def _opened(event: _Event) -> Inbound | None:
    who = event.who("user")
    return HomeOpened(event.key, who) if who else None


def _status(event: _Event) -> Inbound | None:
    who = event.who("user", "id")
    if who is None:
        return None
    emoji, ends = (
        word(event.it, "user", "profile", "status_emoji"),
        at(event.it, "user", "profile", "status_expiration"),
    )
    text = typed(word(event.it, "user", "profile", "status_text"), event.known.handles)
    until = datetime.fromtimestamp(ends, UTC) if type(ends) is int and 0 < ends < LATEST else None
    return StatusSet(event.key, who, emoji, text, until)


def _changed(event: _Event) -> Inbound | None:
    who, user = event.who("user", "id"), at(event.it, "user")
    if who is None or not isinstance(user, Mapping):
        return None
    if user.get("deleted") is True:
        return Closed(event.key, PLATFORM, event.us.team, who)
    return Profiled(event.key, who, read_profile(user, event.us.team, event.us.enterprise))


def _withdrawn(event: _Event) -> Inbound | None:
    return Closed(event.key, PLATFORM, event.us.team) if withdrawn(event.it) else None


_READERS: Mapping[str, Callable[[_Event], Inbound | None]] = {
    "message": _said,
    "app_mention": _mentioned,
    "reaction_added": _reacted,
    "reaction_removed": _reacted,
    "member_joined_channel": _joined,
    "member_left_channel": _left,
    **dict.fromkeys(GONE, _left),
    **dict.fromkeys(BACK, _joined),
    "app_home_opened": _opened,
    "user_status_changed": _status,
    "user_change": _changed,
    "tokens_revoked": _withdrawn,
    "app_uninstalled": _withdrawn,
}
