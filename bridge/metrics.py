"""What the bridge counts, for /metrics: the only import of prometheus-client.

Services receive the model's `Meter` and know nothing of Prometheus. No label ever carries a person, a place or a text.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

DIGEST_SECONDS = (1, 5, 15, 60, 300, 900, 3600, 14400)
TICK_SECONDS = (0.01, 0.05, 0.1, 0.5, 1, 5, 30)


class Metrics:
    """A Meter kept in a registry of its own, so that two bridges in one process (tests) count apart."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._published = Counter("bridge_published", "Updates published.", registry=self.registry)
        self._failed = Counter("bridge_failed", "Calls that ended in an error of ours.", registry=self.registry)
        self._delivered = Counter(
            "bridge_delivered", "Attempts to deliver, by outcome.", ["platform", "outcome"], registry=self.registry
        )
        self._waiting = Gauge("bridge_waiting", "Deliveries waiting to be made.", registry=self.registry)
        self._oldest = Gauge(
            "bridge_oldest_waiting_seconds", "Age of the oldest waiting delivery.", registry=self.registry
        )
        self._late = Histogram(
            "bridge_digest_lateness_seconds",
            "From a digest's moment to its being sent.",
            buckets=DIGEST_SECONDS,
            registry=self.registry,
        )
        self._lag = Histogram(
            "bridge_tick_lag_seconds",
            "From a tick's moment to its start.",
            buckets=TICK_SECONDS,
            registry=self.registry,
        )

    def failed(self) -> None:
        self._failed.inc()

    def published(self) -> None:
        self._published.inc()

    def delivered(self, platform: str, outcome: str) -> None:
        self._delivered.labels(platform, outcome).inc()

    def waiting(self, count: int, oldest_seconds: float) -> None:
        self._waiting.set(count)
        self._oldest.set(max(0.0, oldest_seconds))

    def digest_late(self, seconds: float) -> None:
        self._late.observe(max(0.0, seconds))

    def tick_lag(self, seconds: float) -> None:
        self._lag.observe(max(0.0, seconds))

    def page(self) -> tuple[bytes, str]:
        """What /metrics answers: the body and its content type."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST
