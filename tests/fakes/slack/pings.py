"""Whom a message would ping: every live mention that a client finds in what a message shows."""

from __future__ import annotations

import re
from typing import Any, Protocol

from tests.fakes.slack.blocks import texts
from tests.fakes.slack.objects import Json

_LIVE = re.compile(r"<(?:!(?:channel|here|everyone|group)|!subteam\^[A-Z0-9]+|@[UWB][A-Z0-9]+)(?:[|^][^>]*)?>")
_NAMES = re.compile(r"(?<![\w@])@(?:channel|here|everyone|group)\b|(?<![\w@])@[\w.-]+")
_RICH = {"user": "user_id", "usergroup": "usergroup_id", "broadcast": "range"}


class Shown(Protocol):
    """A Message or an Ephemeral."""

    text: str
    blocks: list[Json]
    attachments: list[Json]
    mrkdwn: bool
    parse: str
    link_names: bool


def pings(message: Shown) -> list[str]:
    """The live mentions, as they stand there, in the order text, blocks, attachments.

    Slack reads `<!channel>`, `<!here>`, `<!everyone>`, `<!subteam^…>` and `<@U…>` in `text`, in mrkdwn text objects and
    in rich text elements, not in plain_text. `text` counts although blocks stand in its place: notifications and
    screen readers show it. With parse=full, or with link_names, a bare @name counts as well (docs:
    messaging/formatting-message-text).
    """
    loose = message.link_names or message.parse == "full"
    found = _in(message.text, loose)
    for part in [*message.blocks, *message.attachments]:
        for one in texts(part):
            if one["type"] != "plain_text":
                found += _in(one["text"], loose and not one.get("verbatim"))
        found += _rich(part)
    for attachment in message.attachments:
        for name in ("text", "pretext", "fallback", "title"):
            found += _in(str(attachment.get(name, "")), loose)
    return found


def _in(text: str, loose: bool) -> list[str]:
    return _LIVE.findall(text) + (_NAMES.findall(_LIVE.sub("", text)) if loose else [])


def _rich(part: Any) -> list[str]:
    if isinstance(part, list):
        return [ping for one in part for ping in _rich(one)]
    if not isinstance(part, dict):
        return []
    own = [str(part.get(_RICH[part["type"]], ""))] if part.get("type") in _RICH and "elements" not in part else []
    return own + [ping for value in part.values() for ping in _rich(value)]
