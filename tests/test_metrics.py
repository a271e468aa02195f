"""The figures of /metrics."""

from __future__ import annotations

from bridge.metrics import Metrics
from bridge.model.kept import Backlog
from bridge.model.meter import Meter


def test_what_was_counted_stands_on_the_page() -> None:
    metrics = Metrics()
    meter: Meter = metrics

    meter.published()
    meter.delivered("lobby", "settled")
    meter.waiting(Backlog({"lobby": 3}), 12.5, 0)
    meter.digest_late(2)
    meter.tick_lag(-0.001)

    page, kind = metrics.page()
    assert kind.startswith("text/plain")
    for line in (
        "bridge_published_total 1.0",
        'bridge_delivered_total{outcome="settled",platform="lobby"} 1.0',
        'bridge_waiting{platform="lobby"} 3.0',
        "bridge_oldest_waiting_seconds 12.5",
        'bridge_digest_lateness_seconds_bucket{le="5.0"} 1.0',
        "bridge_tick_lag_seconds_sum 0.0",
    ):
        assert line in page.decode().splitlines()


def test_two_bridges_count_apart() -> None:
    one, other = Metrics(), Metrics()

    one.published()

    assert "bridge_published_total 0.0" in other.page()[0].decode()
