"""What a proof brings back and how it is printed. What is tried lives in one module a proof.

A bound stands beside its figure, so that no finding can say of itself that it holds.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import NoReturn


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure. `most`, `least`: what was promised of it; without either it is told and not judged."""

    what: str
    value: float
    unit: str = ""
    most: float | None = None
    least: float | None = None

    @property
    def holds(self) -> bool:
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)

    def __str__(self) -> str:
        return f"{self.what} {_shown(self.value)}{_unit(self.unit)}"

    @property
    def bound(self) -> str:
        if self.most is None and self.least is None:
            return ""
        if self.most == 0:
            return f"{self.what} 0"
        least = f"at least {_shown(self.least)}" if self.least is not None else ""
        most = f"at most {_shown(self.most)}" if self.most is not None else ""
        return f"{self.what} {' and '.join(filter(None, (least, most)))}{_unit(self.unit)}"


@dataclass(frozen=True, slots=True)
class Finding:
    """`name`: what was proved and on what. `did`: what was done, e.g. "5 kills, 812 updates acknowledged".
    `details`: one line for each thing that went wrong, for whoever looks for the cause."""

    name: str
    did: str
    figures: tuple[Measured, ...]
    details: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        assert any(one.bound for one in self.figures), f"{self.name} promises nothing"

    @property
    def holds(self) -> bool:
        return all(one.holds for one in self.figures)

    def line(self) -> str:
        figures = ", ".join(str(one) for one in self.figures)
        bounds = ", ".join(one.bound for one in self.figures if one.bound)
        verdict = "holds" if self.holds else "FAILS"
        return f"{self.name}: {self.did} · {figures} · promised: {bounds} · {verdict}"

    def json(self) -> str:
        return json.dumps(asdict(self) | {"holds": self.holds})


class Missing(Exception):
    """A part that a proof needs is not on this machine."""


def missing(part: str, reason: str) -> NoReturn:
    """Skips the proof with that reason; where `BRIDGE_TEST_REQUIRE` names the part, it fails."""
    required = os.environ.get("BRIDGE_TEST_REQUIRE", "").replace(" ", "").split(",")
    if part in required:
        raise AssertionError(f"{part} is required here, but missing: {reason}")
    raise Missing(f"{part} is missing: {reason}")


def _shown(number: float | None) -> str:
    assert number is not None
    return f"{number:,.0f}" if number == int(number) or abs(number) >= 100 else f"{number:.2f}"


def _unit(unit: str) -> str:
    return f" {unit}" if unit else ""
