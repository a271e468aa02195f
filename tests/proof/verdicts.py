"""From what stands in the places to findings: what was promised of each kind of place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.proof.findings import Finding, Measured
from tests.proof.judge import Verdict, judge
from tests.proof.town import BLIND, Town
from tests.proof.traffic import Traffic

DETAILS = 20
"""Lines of what went wrong, a finding."""


@dataclass(slots=True)
class Course:
    """What happened. `did`: e.g. "5 kills". `in_flight`: messages on their way at a crash, by workspace. `recovered`:
    seconds from each blow until the next receipt. `flowed`: seconds in which people wrote. `rested`: whether it came to
    rest."""

    name: str
    did: str
    in_flight: Counter[str] = field(default_factory=Counter)
    recovered: list[float] = field(default_factory=list)
    flowed: float = 0.0
    rested: bool = False


def findings(course: Course, town: Town, traffic: Traffic, log: str) -> list[Finding]:
    """One for the places where a message can be known again, and one for those where it can't."""
    verdicts = judge(traffic.updates, town.spots())
    blind = verdicts.pop(BLIND)
    known = Verdict()
    for one in verdicts.values():
        known.add(one)
    rate = len(traffic.updates) / course.flowed
    did = f"{course.did}, {traffic.acknowledged:,} updates acknowledged of {len(traffic.updates):,} ({rate:.0f}/s)"
    restless = () if course.rested else ("it did not come to rest",)
    troubles = [*restless, *_tracebacks(log), *traffic.errors]
    longest = Measured("longest recovery", max(course.recovered, default=0.0), "s")
    may_double = float(course.in_flight[town.teams[BLIND].id])
    return [
        Finding(
            f"{course.name}, Discord and Slack",
            f"{did}, {known.shown:,} messages",
            (*_figures(known, 0), Measured("troubles", len(troubles), most=0), longest),
            tuple([*troubles, *known.details][:DETAILS]),
        ),
        Finding(
            f"{course.name}, Slack without history",
            f"{blind.shown:,} messages, {may_double:.0f} on their way at a crash",
            _figures(blind, may_double),
            tuple(blind.details[:DETAILS]),
        ),
    ]


def _figures(verdict: Verdict, may_double: float) -> Sequence[Measured]:
    return (
        Measured("lost", verdict.lost, most=0),
        Measured("out of order", verdict.out_of_order, most=0),
        Measured("doubled", verdict.doubled, most=may_double),
        Measured("outdated", verdict.outdated, most=0),
    )


def _tracebacks(log: str) -> list[str]:
    """What the process itself did not expect."""
    return [f"in the log: {line}" for line in log.splitlines() if "Traceback" in line][:1]
