"""How much of a platform's limit is used, and how many rate errors that costs: our pacers, aiolimiter and the SDKs' own
code in the same run, against the same simulated platforms. Time is virtual, so the figures are the same on any machine.

Each cell of the table: percent of the speed that the limits allow / rate errors. A hidden cap counts as its rate, so
whoever sends a minute's worth at once is faster than that for a minute.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.bench.figures import Figure, Progress
from tests.pacing.askers import Aiolimiter, Asker, DiscordPy, OurDiscord, OurSlack, SlackSdk
from tests.pacing.platforms import Fixed, Gcra, Platform, Sliding
from tests.pacing.runs import even, fastest_spaced, fastest_windows, sent, skewed

POLICIES: Mapping[str, Callable[[], Asker]] = {
    "ours (spacing)": OurSlack,
    "slack_sdk's retry handler": SlackSdk,
    "aiolimiter 1 in 1 s": lambda: Aiolimiter(1, 1),
    "aiolimiter 60 in 60 s": lambda: Aiolimiter(60, 60),
    "ours (headers)": OurDiscord,
    "discord.py's own": DiscordPy,
    "aiolimiter 5 in 5 s": lambda: Aiolimiter(5, 5),
}
SPACED, WINDOWED = tuple(POLICIES)[:4], tuple(POLICIES)[4:]


@dataclass(frozen=True, slots=True)
class Case:
    """`fastest`: seconds that the limits allow at best."""

    name: str
    make: Callable[[], Platform]
    backlog: Mapping[str, int]
    fastest: float
    policies: tuple[str, ...]


def cases(messages: int, hour: bool) -> list[Case]:
    one = {"C1": messages}
    found = [Case(f"1 a second, burst {b}", _gcra(b), one, fastest_spaced(one, 1, b), SPACED) for b in (0, 1, 3)]
    found += [
        Case(f"5 in 5 s, {kind.__name__.lower()}", _windows(kind), one, fastest_windows(one), WINDOWED)
        for kind in (Fixed, Sliding)
    ]
    for name, backlog in {f"{n} {k.__name__}": k(n, messages) for n in (20, 100) for k in (even, skewed)}.items():
        fastest = fastest_windows(backlog, whole=50)
        found.append(Case(f"{name}, 50 a second in all", _bot, backlog, fastest, WINDOWED))
        for cap in (5, 8):
            fastest = fastest_spaced(backlog, 1, 1, cap)
            found.append(Case(f"{name}, hidden {60 * cap} a minute", _workspace(cap), backlog, fastest, SPACED))
    if hour:
        backlog = even(20, 5 * 3_600)
        fastest = fastest_spaced(backlog, 1, 1, 5)
        found.append(Case("20 even, an hour, hidden 300 a minute", _workspace(5), backlog, fastest, SPACED[:1]))
    return found


async def measure(quick: bool, say: Progress) -> list[Figure]:
    tried = cases(500 if quick else 3_000, hour=not quick)
    figures, cells = [], dict[tuple[str, str], str]()
    for number, case in enumerate(tried):
        say("platforms", number, len(tried))
        for policy in case.policies:
            run = await asyncio.to_thread(sent, case.make(), POLICIES[policy], case.backlog)
            share = 100 * run.share(case.fastest)
            cells[case.name, policy] = f"{share:.1f} % / {run.refused}"
            if policy.startswith("ours"):
                figures.append(Figure(f"{case.name}, {run.refused} rate errors", share, "%", 100.0, share / 100))
    say.end()
    print(table(cells, tried), file=sys.stderr)
    return figures[::-1]


def table(cells: Mapping[tuple[str, str], str], tried: list[Case]) -> str:
    """Markdown: a platform a line, a policy a column; one table for each kind of platform."""
    parts = []
    for policies in (SPACED, WINDOWED):
        lines = ["| platform | " + " | ".join(policies) + " |", "|---" * (len(policies) + 1) + "|"]
        for case in (one for one in tried if one.policies[0] in policies):
            row = [cells.get((case.name, policy), "") for policy in policies]
            lines.append(f"| {case.name} | " + " | ".join(row) + " |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _gcra(burst: int) -> Callable[[], Platform]:
    return lambda: Platform(lambda: Gcra(1.0, burst))


def _windows(kind: type[Fixed] | type[Sliding]) -> Callable[[], Platform]:
    return lambda: Platform(kind, tells=True)


def _bot() -> Platform:
    return Platform(Fixed, (Sliding(50, 1.0),), tells=True)


def _workspace(cap: int) -> Callable[[], Platform]:
    return lambda: Platform(lambda: Gcra(1.0, 1), (Sliding(60 * cap, 60.0),))
