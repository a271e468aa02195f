"""A grid of small line charts as an SVG that a README can show: a row for each thing that is measured, a column for
each thing that varies. Every chart of a row has the same scale, from zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import floor, log10

WIDTH, HEIGHT, GAP = 250, 120, 46
"""Of one chart, and between two."""
ROW = HEIGHT + 72
LEFT, TOP = 24, 66
COLOURS = ("#2563eb", "#ea580c", "#059669")
INK, PALE, LINE = "#1f2937", "#6b7280", "#e5e7eb"


@dataclass(frozen=True, slots=True)
class Panel:
    """`lines`: by name, a value for each of `at`."""

    title: str
    axis: str
    at: Sequence[int]
    lines: Mapping[str, Sequence[float]]


def drawn(rows: Sequence[Sequence[Panel]]) -> str:
    """The whole picture."""
    names = list(rows[0][0].lines)
    width = LEFT + len(rows[0]) * (WIDTH + GAP) + 10
    height = TOP + len(rows) * ROW - 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" rx="8" fill="#ffffff"/>',
        *_legend(names),
    ]
    for row, panels in enumerate(rows):
        top = TOP + row * ROW
        most = _round_up(max(value for panel in panels for values in panel.lines.values() for value in values))
        parts.append(_text(LEFT, top - 12, panels[0].title, INK, weight="600"))
        for column, panel in enumerate(panels):
            parts += _chart(panel, LEFT + 34 + column * (WIDTH + GAP), top, most)
    return "\n".join([*parts, "</svg>", ""])


def short(number: float) -> str:
    """`200 k` for 200,000."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            return f"{number / size:.3g} {letter}"
    return f"{number:.3g}"


def _legend(names: Sequence[str]) -> Iterable[str]:
    for number, name in enumerate(names):
        x = LEFT + number * 110
        yield f'<line x1="{x}" y1="22" x2="{x + 22}" y2="22" stroke="{COLOURS[number]}" stroke-width="2.5"/>'
        yield f'<circle cx="{x + 11}" cy="22" r="3.5" fill="{COLOURS[number]}"/>'
        yield _text(x + 28, 26, name, INK)


def _chart(panel: Panel, left: int, top: int, most: float) -> Iterable[str]:
    for part in (0, 0.5, 1):
        y = top + HEIGHT * (1 - part)
        yield f'<line x1="{left}" y1="{y:.1f}" x2="{left + WIDTH}" y2="{y:.1f}" stroke="{LINE}"/>'
        yield _text(left - 6, y + 4, short(most * part), PALE, anchor="end")
    xs = _along(panel.at, left)
    for x, value in zip(xs, panel.at, strict=True):
        yield _text(x, top + HEIGHT + 16, short(value), PALE, anchor="middle")
    yield _text(left + WIDTH / 2, top + HEIGHT + 31, panel.axis, PALE, anchor="middle")
    for colour, values in zip(COLOURS, panel.lines.values(), strict=False):
        points = [(x, top + HEIGHT * (1 - value / most)) for x, value in zip(xs, values, strict=True)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5" stroke-linejoin="round"/>'
        for x, y in points:
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'


def _along(at: Sequence[int], left: int) -> list[float]:
    """Where the values stand, by their logarithms, with room for the labels at both ends."""
    first, last = log10(at[0]), log10(at[-1])
    return [left + 30 + (WIDTH - 60) * (log10(value) - first) / (last - first) for value in at]


def _round_up(value: float) -> float:
    """The next of 1, 1.5, 2, 3, 4, 5, 6, 8 and their multiples by ten."""
    ten = 10.0 ** floor(log10(value)) if value > 0 else 1.0
    return next(step * ten for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if value <= step * ten)


def _text(x: float, y: float, words: str, colour: str, anchor: str = "start", weight: str = "400") -> str:
    style = f'text-anchor="{anchor}" font-weight="{weight}" fill="{colour}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(words)}</text>'
