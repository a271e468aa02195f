"""From what stands in the places to findings: what was promised of each kind of place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.proof.means.database import OnItsWay, kept_of
from tests.proof.means.findings import Finding, Measured
from tests.proof.means.judge import Verdict, judge
from tests.proof.means.town import BLIND, Town
from tests.proof.means.traffic import Traffic

DETAILS = 20
"""Lines of what went wrong, a finding."""
TRACED = 3


@dataclass(slots=True)
class Course:
    """What happened. `did`: e.g. "5 kills". `in_flight`: messages on their way at a crash, once each time they were
    sent. `recovered`: seconds from each blow until the next receipt. `rested`: whether it came to rest. `refuses`:
    people may be told that nothing can be kept just now. `figures`: further ones."""

    name: str
    did: str
    in_flight: set[OnItsWay] = field(default_factory=set)
    recovered: list[float] = field(default_factory=list)
    rested: bool = False
    refuses: bool = False
    figures: list[Measured] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def trouble(self, what: str) -> None:
        """Something that should not have been; "" for nothing."""
        if what:
            self.troubles.append(what)


def findings(course: Course, town: Town, traffic: Traffic, log: str, url: str) -> list[Finding]:
    """One for the places where a message can be known again, and one for those where it can't. `url`: of the database,
    which is asked what it keeps of what is not as it should be."""
    traffic.note_promises()
    verdicts = judge(traffic.updates, town.spots())
    blind = verdicts.pop(BLIND)
    known = Verdict()
    for one in verdicts.values():
        known.add(one)
    did = f"{course.did}, {traffic.acknowledged:,} updates acknowledged of {len(traffic.updates):,}"
    restless = () if course.rested else ("it did not come to rest",)
    troubles = [*restless, *course.troubles, *_tracebacks(log)]
    if not course.refuses:
        troubles += traffic.errors
    figures = list(course.figures)
    if course.recovered:
        figures.append(Measured("longest recovery", max(course.recovered), "s"))
    may_double = sum(workspace == town.teams[BLIND].id for workspace, *_ in course.in_flight)
    return [
        Finding(
            f"{course.name}, Discord and Slack",
            f"{did}, {known.shown:,} messages",
            (
                *_kept(known),
                Measured("doubled", known.doubled, most=0),
                Measured("outdated", known.outdated, most=0),
                Measured("troubles", len(troubles), most=0),
                *figures,
            ),
            tuple([*troubles, *known.details][:DETAILS] + _traces(known, town, url)),
        ),
        Finding(
            f"{course.name}, Slack without history",
            f"{blind.shown:,} messages, {may_double} on their way at a crash",
            (
                *_kept(blind),
                # A copy that nobody can find again also stays as it was when its update is changed or deleted.
                Measured("doubled or left as it was", blind.astray, most=may_double),
            ),
            tuple(blind.details[:DETAILS] + (_traces(blind, town, url) if blind.lost else [])),
        ),
    ]


def _traces(verdict: Verdict, town: Town, url: str) -> list[str]:
    """Of the first few updates that are lost or not up to date: what is kept of them, and what people were told."""
    found = []
    for id in sorted(verdict.wanting)[:TRACED]:
        word = f"u{id:06}"
        found += [f"{word}, {line}" for line in kept_of(url, word)]
        for team in town.teams.values():
            found += [
                f"{word}, {one.user} in {team.id} was told: {one.text!r}" for one in team.ephemeral if word in one.text
            ]
    return found


def _kept(verdict: Verdict) -> Sequence[Measured]:
    return Measured("lost", verdict.lost, most=0), Measured("out of order", verdict.out_of_order, most=0)


def _tracebacks(log: str) -> list[str]:
    """What the process itself did not expect."""
    return [f"in the log: {line}" for line in log.splitlines() if "Traceback" in line][:1]
