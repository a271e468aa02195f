"""How long things take and wait, between Slack and us."""

from __future__ import annotations

import random
from dataclasses import dataclass

from bridge.model.errors import Throttled


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds. `hello`: how long a socket may take to open; `silence`: how long one may say nothing; `lease`: how long
    one is ours without being renewed; `spacing`: between two openings in one place; `handover`: how long an old socket
    stays beside the new one; `longest`: between two attempts."""

    sockets: int = 2
    leases: int = 8
    hello: float = 15.0
    silence: float = 45.0
    lease: float = 15.0
    spacing: float = 1.0
    stagger: float = 0.5
    handover: float = 8.0
    longest: float = 30.0

    def wait(self, failure: Exception, tries: int) -> float:
        """Seconds until the next attempt: what Slack asked for, else doubling, with jitter. `tries` counts from 1."""
        if isinstance(failure, Throttled):
            return min(300.0, float(str(failure.params.get("seconds", 30))))
        longest = min(self.longest, self.spacing * 2.0 ** min(tries, 10))
        return random.uniform(longest / 2, longest)
