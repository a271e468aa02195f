"""What waits, as whoever looks after the bridge wants to see it: counts only.

See `bridge.model.kept` for the laws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    """`waiting`: first sends that wait, by platform, and since when the oldest does. Of places: `leased` to a courier
    now, `due` and free for the next one, since when the longest is, and `paused`. Of messages: `uncertain` whether they
    arrived, and given up (`buried`)."""

    waiting: Mapping[str, int] = field(default_factory=dict)
    oldest_waiting: datetime | None = None
    leased: int = 0
    due: int = 0
    oldest_due: datetime | None = None
    paused: int = 0
    uncertain: int = 0
    buried: int = 0
