"""The names that stand in Slack's payloads, as far as they are of the right shape."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from bridge.adapters._walk import word

_USER = re.compile(r"[UW][A-Z0-9]{1,30}")
_CHANNEL = re.compile(r"[CGD][A-Z0-9]{1,30}")
_TS = re.compile(r"[0-9]{1,10}\.[0-9]{1,9}")


def _shaped(shape: re.Pattern[str], text: str) -> str:
    return text if shape.fullmatch(text) else ""


def user_in(value: object, *path: str) -> str:
    """A user's id (U…, W…)."""
    return _shaped(_USER, word(value, *path))


def channel_in(value: object, *path: str) -> str:
    """A conversation's id: a channel's (C…, G…) or a direct message's (D…)."""
    return _shaped(_CHANNEL, word(value, *path))


def ts_in(value: object, *path: str) -> str:
    """A message's id: the second it was written, and a number in it."""
    return _shaped(_TS, word(value, *path))


def moment(ts: str) -> datetime:
    """When the message with this id was written."""
    return datetime.fromtimestamp(int(ts.partition(".")[0]), UTC)
