"""Named points at which a process dies at once, as if the power went, while others of its tasks are wherever they are.

They are put around functions from outside: nothing in the package knows of them. A function that is no longer there
raises AttributeError, and a point that nobody passes is told by the proof, so that none is lost when code moves.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import itertools
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

SLACK, DISCORD = "bridge.adapters.slack.web.sending:Post", "bridge.adapters.discord.rest.sending:Post"
OUTBOX = "bridge.store.delivery.outbox:SqlOutbox"


@dataclass(frozen=True, slots=True)
class Point:
    """It dies before `path` is called, or after it returned; of several, whichever comes first. `came_of`: an
    attribute of what was returned that has to be true, "self" for the whole."""

    when: str
    paths: tuple[str, ...]
    came_of: str = ""


POINTS = {
    "update kept, not committed": Point("after", ("bridge.services.sharing.publish:_keep",)),
    "update committed, no receipt": Point("before", ("bridge.metrics:Metrics.published",)),
    "change kept, not committed": Point("after", (f"{OUTBOX}.restate",)),
    "event remembered, not acknowledged": Point("after", ("bridge.adapters._events:Events.take",), "self"),
    "event worked on, not noted": Point("after", ("bridge.adapters.slack.adapter:Slack._work",)),
    "places claimed, not committed": Point("after", (f"{OUTBOX}.claim",), "self"),
    "places claimed": Point("before", ("bridge.services.delivery.preparing:Preparer.load",)),
    "attempts and outcomes kept, not committed": Point("after", (f"{OUTBOX}.advance",)),
    "attempts and outcomes committed": Point("before", ("bridge.services.delivery.courier:tell_owners",)),
    "attempt committed, nothing asked": Point("before", ("bridge.services.delivery.carrying:Carrier.carry",)),
    "sent to Slack, not settled": Point("after", (f"{SLACK}.send",)),
    "looked for in Slack, not settled": Point("after", (f"{SLACK}.find",)),
    "sent to Discord, not settled": Point("after", (f"{DISCORD}.send",)),
    "changed, not settled": Point("after", (f"{SLACK}.update", f"{DISCORD}.update")),
    "deleted, not settled": Point("after", (f"{SLACK}.delete", f"{DISCORD}.delete")),
    "digest made, not committed": Point("after", (f"{OUTBOX}.add_digests",)),
    "digest committed, not sent": Point("after", ("bridge.services.delivery.digest:tick",), "made"),
}
"""In the order in which they are tried: who looks for a message has to have left one behind."""


def arm(point: str) -> None:
    """`point`: a name of POINTS, a star, and at which time that it is passed the process dies."""
    name, _, times = point.partition("*")
    countdown = itertools.count(int(times or 1), -1)
    for path in POINTS[name].paths:
        owner, last, function = found(path)
        setattr(owner, last, _armed(function, POINTS[name], countdown))


def found(path: str) -> tuple[Any, str, Callable[..., Any]]:
    """Where a function is kept, by which name, and it. Raises AttributeError where it is not."""
    module, _, rest = path.partition(":")
    *owners, last = rest.split(".")
    owner: Any = functools.reduce(getattr, owners, importlib.import_module(module))
    return owner, last, getattr(owner, last)


def _armed(function: Callable[..., Any], point: Point, countdown: itertools.count[int]) -> Callable[..., Any]:
    def passed(moment: str, done: Any = None) -> None:
        if moment != point.when:
            return
        if point.came_of and not (done if point.came_of == "self" else getattr(done, point.came_of)):
            return
        if next(countdown) <= 1:
            os.kill(os.getpid(), signal.SIGKILL)

    @functools.wraps(function)
    def plain(*given: Any, **named: Any) -> Any:
        passed("before")
        done = function(*given, **named)
        passed("after", done)
        return done

    @functools.wraps(function)
    async def awaited(*given: Any, **named: Any) -> Any:
        passed("before")
        done = await function(*given, **named)
        passed("after", done)
        return done

    return awaited if inspect.iscoroutinefunction(function) else plain
