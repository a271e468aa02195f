"""A finding says what was promised beside what was found, and fails where the two differ."""

from __future__ import annotations

import pytest

from tests.proof.means import child, dying
from tests.proof.means.findings import Finding, Measured, Missing, missing


def test_the_line_tells_all() -> None:
    finding = Finding("kill", "5 kills", (Measured("lost", 0, most=0), Measured("recovery", 1.234, "s", most=5)))

    assert finding.holds
    told = "kill: 5 kills · lost 0, recovery 1.23 s · promised: lost 0, recovery at most 5 s · holds"
    assert finding.line() == told


def test_one_figure_beyond_its_bound_fails() -> None:
    finding = Finding("kill", "5 kills", (Measured("lost", 0, most=0), Measured("kept", 0.9, least=0.95)))

    assert not finding.holds
    assert finding.line().endswith("· promised: lost 0, kept at least 0.95 · FAILS")


def test_a_finding_that_promises_nothing_is_none() -> None:
    with pytest.raises(AssertionError):
        Finding("kill", "5 kills", (Measured("updates", 100),))


def test_what_is_required_may_not_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIDGE_TEST_REQUIRE", "")
    with pytest.raises(Missing):
        missing("postgres", "none answers")

    monkeypatch.setenv("BRIDGE_TEST_REQUIRE", "chromium,postgres")
    with pytest.raises(AssertionError, match="required"):
        missing("postgres", "none answers")


def test_a_constant_that_is_gone_is_noticed() -> None:
    with pytest.raises(AttributeError):
        child.put("bridge.model.step:NO_SUCH_THING", 1)


@pytest.mark.parametrize("point", dying.POINTS)
def test_every_point_is_in_the_package(point: str) -> None:
    for path in dying.POINTS[point].paths:
        assert callable(dying.found(path)[2]), path
