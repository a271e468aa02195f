"""How long things take and wait between the gateway and us."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds. `lease`: how long the connection is ours without being renewed; `hello`: how long the start waits for
    the first READY; `down`: how long the SDK may try to come back before it is given a fresh start; `late`: after
    how long without a connection that is told; `heartbeat`: how long nothing may come (the SDK resumes then);
    `first` and `longest`: between two attempts; `identify`: between two IDENTIFYs, of which Discord takes one in so
    long (docs: gateway, session start limit, max_concurrency)."""

    lease: float = 15.0
    hello: float = 15.0
    down: float = 150.0
    late: float = 60.0
    heartbeat: float = 60.0
    first: float = 1.0
    longest: float = 60.0
    look: float = 1.0
    identify: float = 5.0

    def wait(self, tries: int) -> float:
        """Seconds until the next attempt: doubling, with jitter. `tries` counts from 1."""
        longest = min(self.longest, self.first * 2.0 ** min(tries, 10))
        return random.uniform(longest / 2, longest)
