"""What stands in Discord's payloads, as far as it is of the right shape: ids, moments, people, places. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bridge.adapters._walk import at, word
from bridge.adapters.discord.names import PEOPLE, PLATFORM
from bridge.model.command import Where, Who
from bridge.model.place import PlaceKind

EPOCH_MS = 1_420_070_400_000
"""Where the clock in an id begins: 2015 (docs.discord.com: snowflakes)."""
THREADS = (10, 11, 12)
PRIVATE_THREAD = 12
FORUMS = (15, 16)
FOR_GUESTS = (2, 13)
"""Types of channels (docs: channel types): announcement, public and private thread; forum and media; voice and stage,
into which people can be invited who are members of nothing else."""

_ID = re.compile(r"[0-9]{1,20}")
_EARLIEST_ID = 1 << 22


def id_in(value: object, *path: str) -> str:
    """A snowflake, as text."""
    found = word(value, *path)
    return found if _ID.fullmatch(found) else ""


def number_in(value: object, *path: str) -> int:
    found = at(value, *path)
    return found if type(found) is int else 0


def mapping_in(value: object, *path: str) -> Mapping[str, Any]:
    """Empty where there is none."""
    found = at(value, *path)
    return found if isinstance(found, Mapping) else {}


def moment(id: str) -> datetime:
    """When whatever has this id was made."""
    milliseconds = (min(int(id), 2**63 - 1) >> 22) + EPOCH_MS
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def since(at: datetime) -> str:
    """The smallest id of whatever was made from then on."""
    milliseconds = int(at.timestamp() * 1000) - EPOCH_MS
    return str(max(0, milliseconds) << 22)


def person(user: str) -> Who:
    return Who(PLATFORM, PEOPLE, user)


def direct(user: str) -> Where:
    """Our direct message with somebody."""
    return Where(PLATFORM, PEOPLE, user, PlaceKind.DIRECT, private=True)
