"""Faults on demand, and the rate limit, of the fake servers of the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Fault:
    """What the next request meets instead of its answer. Exactly one is set."""

    status: int = 0
    """With an XRPC error body."""
    error: str = "InternalServerError"
    retry_after: str | None = None
    """Of a 429: Retry-After."""
    body: bytes | None = None
    """200, this body, said to be JSON."""
    seconds: float = 0.0
    """An answer that takes this long."""
    cut: bool = False
    """The connection is cut in the middle of the answer."""
    html: bool = False
    """200 with a page."""

    CUT: ClassVar[Fault]
    HTML: ClassVar[Fault]

    @staticmethod
    def RATE(retry_after: str | None = "30") -> Fault:
        return Fault(status=429, error="RateLimitExceeded", retry_after=retry_after)


Fault.CUT = Fault(cut=True)
Fault.HTML = Fault(html=True)


class Faults:
    """`next("app.bsky.feed.getAuthorFeed", Fault.CUT)`; "*" stands for any request."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, Fault | None]] = []

    def next(self, method: str, *faults: Fault | None) -> None:
        """None: that request is answered as always."""
        self._waiting.extend((method, fault) for fault in faults)

    def take(self, method: str) -> Fault | None:
        for waiting in self._waiting:
            if waiting[0] in (method, "*"):
                self._waiting.remove(waiting)
                return waiting[1]
        return None
