"""What a benchmark brings back and how it is printed. What is measured lives in one module a benchmark."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import ceil


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. `limit`: what the raw driver, or theory, reached in the same run, in the same unit; `ratio`: the
    share of that speed which was reached, so that more is better for times as well. `p50`, `p95`, `p99`: milliseconds.
    """

    name: str
    figure: float
    unit: str
    limit: float | None = None
    ratio: float | None = None
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None

    def line(self) -> str:
        parts = [f"{self.name:<34} {_shown(self.figure)} {self.unit}"]
        if self.limit is not None:
            parts.append(f"limit {_shown(self.limit)} {self.unit}")
        if self.ratio is not None:
            parts.append(f"ratio {self.ratio:.2f}")
        if self.p50 is not None and self.p95 is not None and self.p99 is not None:
            parts.append(f"p50 {self.p50:.2f} p95 {self.p95:.2f} p99 {self.p99:.2f} ms")
        return " · ".join(parts)

    def json(self) -> str:
        return json.dumps({key: round(v, 4) if isinstance(v, float) else v for key, v in asdict(self).items()})


def rate(name: str, figure: float, unit: str, limit: float | None, seconds: Sequence[float] = ()) -> Figure:
    """More is better. `seconds`: how long each call took."""
    ratio = figure / limit if limit else None
    return Figure(name, figure, unit, limit, ratio, *_percentiles(seconds))


def duration(name: str, figure: float, unit: str, limit: float | None, seconds: Sequence[float] = ()) -> Figure:
    """Less is better."""
    ratio = limit / figure if limit and figure else None
    return Figure(name, figure, unit, limit, ratio, *_percentiles(seconds))


def percentile(values: Sequence[float], part: float) -> float:
    """The smallest value that so many of a hundred do not exceed."""
    ranked = sorted(values)
    return ranked[max(0, ceil(len(ranked) * part / 100) - 1)]


def _percentiles(seconds: Sequence[float]) -> tuple[float | None, float | None, float | None]:
    if not seconds:
        return None, None, None
    p50, p95, p99 = (percentile(seconds, part) * 1000 for part in (50, 95, 99))
    return p50, p95, p99


def _shown(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"


class Progress:
    """One line on stderr that is written over, where somebody watches."""

    def __init__(self) -> None:
        self._watched = sys.stderr.isatty()

    def __call__(self, what: str, done: int | None = None, of: int | None = None) -> None:
        share = "" if done is None or not of else f" {100 * done // of} %"
        if self._watched:
            print(f"\r\033[K{what}{share}", end="", file=sys.stderr, flush=True)
        elif done is None or done == of:
            print(what, file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._watched:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
