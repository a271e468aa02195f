"""What the bridge counts, for /metrics: the only import of prometheus-client.

Services receive the model's `Meter` and know nothing of Prometheus. No label ever carries a person, a place or a text.
Each metric stands in docs/scale.md; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from bridge.model.kept import Backlog, Tally
from bridge.model.role import Role

DIGEST_SECONDS = (1, 5, 15, 60, 300, 900, 3600, 14400)
TICK_SECONDS = (0.01, 0.05, 0.1, 0.5, 1, 5, 30)


class Metrics:
    """A Meter kept in a registry of its own, so that two bridges in one process (tests) count apart."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        count, gauge = self._counter, self._gauge
        self._published = count("published", "Updates published.")
        self._failed = count("failed", "Calls that ended in an error of ours.")
        self._delivered = count("delivered", "Attempts to deliver, by outcome.", ["platform", "outcome"])
        self._digests = count("digests", "Digest times that came, by what became of them.", ["outcome"])
        self._looks = count("looks", "Looks at sources outside, by what they brought.", ["outcome"])
        self._items = count("items", "Items from outside that became updates.")
        self._sources = gauge("sources", "Sources that are followed, by how they are.", ["state"])
        self._late = self._histogram(
            "digest_lateness_seconds", "From a digest's moment to its being made.", DIGEST_SECONDS
        )
        self._waiting = gauge("waiting", "Updates, digests and notices not sent yet.", ["platform"])
        self._oldest = gauge("oldest_waiting_seconds", "How long the oldest of them has waited.")
        self._due = gauge("places_due", "Places where something can be sent now, and no courier does yet.")
        self._oldest_due = gauge("oldest_due_seconds", "How long the first of them has been due.")
        self._leased = gauge("places_leased", "Places that a courier works on.")
        self._paused = gauge("places_paused", "Places that are closed to the bridge, or were stopped.")
        self._uncertain = gauge("deliveries_uncertain", "Messages of which it is not known whether they arrived.")
        self._buried = gauge("deliveries_buried", "Messages that were given up: bridge deliveries list.")
        self._fenced = count("fenced", "Steps not made, since another process had their place by then.")
        self._lost = count("leases_lost", "Leases of what must be single that went to another process.")
        self._database = count("database_errors", "Errors of the database, by kind.", ["kind"])
        self._lag = self._histogram("tick_lag_seconds", "From a tick's moment to its start.", TICK_SECONDS)
        self._ticks = count("tick_failures", "Ticks that failed, by name.", ["tick"])
        self._notified = count("notifications", "Wake-ups between processes.", ["way"])
        self._working = gauge("notifications_working", "1 while wake-ups of other processes arrive.")
        self._processes = gauge("processes", "Processes that live, by role.", ["role"])
        self._couriers = gauge("couriers", "Processes that deliver. The platforms' limits are divided by that.")
        self._wal = gauge("wal_bytes", "Size of SQLite's write-ahead log; 0 on PostgreSQL.")
        self._ready = gauge("ready", "1 while /readyz says that the process works.")
        self._info = gauge("info", "Always 1.", ["version", "role", "database"])
        for outcome in ("made", "empty", "skipped"):
            self._digests.labels(outcome)
        for outcome in ("new", "nothing", "failed"):
            self._looks.labels(outcome)
        for way in ("told", "heard"):
            self._notified.labels(way)

    def _counter(self, name: str, help: str, labels: Sequence[str] = ()) -> Counter:
        return Counter(f"bridge_{name}", help, labels, registry=self.registry)

    def _gauge(self, name: str, help: str, labels: Sequence[str] = ()) -> Gauge:
        return Gauge(f"bridge_{name}", help, labels, registry=self.registry)

    def _histogram(self, name: str, help: str, buckets: Sequence[float]) -> Histogram:
        return Histogram(f"bridge_{name}", help, buckets=buckets, registry=self.registry)

    def describe(self, version: str, role: str, database: str, ready: Callable[[], bool]) -> None:
        """What this process is, and how it says whether it works."""
        self._info.labels(version, role, database).set(1)
        self._ready.set_function(lambda: float(ready()))

    def failed(self) -> None:
        self._failed.inc()

    def published(self) -> None:
        self._published.inc()

    def delivered(self, platform: str, outcome: str) -> None:
        self._delivered.labels(platform, outcome).inc()

    def waiting(self, backlog: Backlog, oldest_seconds: float, due_seconds: float) -> None:
        for (platform,) in list(self._waiting._metrics):
            self._waiting.labels(platform).set(0)
        for platform, count in backlog.waiting.items():
            self._waiting.labels(platform).set(count)
        self._oldest.set(max(0.0, oldest_seconds))
        self._due.set(backlog.due)
        self._oldest_due.set(max(0.0, due_seconds))
        self._leased.set(backlog.leased)
        self._paused.set(backlog.paused)
        self._uncertain.set(backlog.uncertain)
        self._buried.set(backlog.buried)

    def looked(self, outcome: str) -> None:
        self._looks.labels(outcome).inc()

    def came(self, items: int) -> None:
        self._items.inc(items)

    def sources(self, tally: Tally) -> None:
        for state, count in (("ok", tally.ok), ("failing", tally.failing), ("resting", tally.resting)):
            self._sources.labels(state).set(count)

    def digest_late(self, seconds: float) -> None:
        self._late.observe(max(0.0, seconds))

    def digests(self, made: int, empty: int, skipped: int) -> None:
        for outcome, count in (("made", made), ("empty", empty), ("skipped", skipped)):
            self._digests.labels(outcome).inc(count)

    def tick_lag(self, seconds: float) -> None:
        self._lag.observe(max(0.0, seconds))

    def tick_failed(self, name: str) -> None:
        self._ticks.labels(name).inc()

    def fenced(self, count: int) -> None:
        self._fenced.inc(count)

    def lease_lost(self) -> None:
        self._lost.inc()

    def database_failed(self, kind: str) -> None:
        self._database.labels(kind).inc()

    def told(self) -> None:
        self._notified.labels("told").inc()

    def heard(self) -> None:
        self._notified.labels("heard").inc()

    def processes(self, alive: Mapping[str, int], couriers: int) -> None:
        for role in Role:
            self._processes.labels(role.value).set(alive.get(role, 0))
        self._couriers.set(couriers)

    def around(self, wal_bytes: int, working: bool) -> None:
        """What else is looked at now and then."""
        self._wal.set(wal_bytes)
        self._working.set(working)

    def page(self) -> tuple[bytes, str]:
        """What /metrics answers: the body and its content type."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST
