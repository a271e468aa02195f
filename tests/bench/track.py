"""Whose phrases stand in an update, of 10,000; the limit: each of them looked for by itself.

Time of the processor, since nothing here waits for anything.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from itertools import accumulate

from bridge.model.filters.filterwords import parse_tracked
from bridge.model.filters.tokens import said
from bridge.model.filters.track import Phrases, Tracked
from tests.bench.figures import Figure, Progress, duration, percentile

TRACKERS, VOCABULARY = 10_000, 20_000
SHORT, LONG = 80, 2_000
"""Words of an update, and of an article."""
_SYLLABLES = ("ka", "lo", "mi", "ren", "tu", "sa", "pé", "vor", "ni", "el", "схе", "ма", "ση", "λο", "dü", "x")
_RUNS = ("安全更新", "リリース", "製品", "ข่าวใหม่", "제품 출시")


async def measure(quick: bool, say: Progress) -> list[Figure]:
    """Milliseconds an update; p95. The main figure is that of an update with 10,000 trackers."""
    luck = random.Random(6)
    trackers = TRACKERS // 10 if quick else TRACKERS
    rounds = 100 if quick else 1_000
    words = ["".join(luck.choices(_SYLLABLES, k=luck.randint(1, 4))) for _ in range(VOCABULARY)]
    weights = [*accumulate(1 / rank for rank in range(1, VOCABULARY + 1))]
    say(f"reading {trackers:,} phrases")
    rows = [(number, parse_tracked(_phrase(luck, words, weights))) for number in range(trackers)]
    say("building the index")
    began = time.thread_time()
    phrases = Phrases(rows)
    built = time.thread_time() - began
    say("looking")
    short = _compared("track", phrases, rows, [_text(luck, words, weights, SHORT) for _ in range(rounds)])
    long = _compared(
        "track: an article", phrases, rows, [_text(luck, words, weights, LONG) for _ in range(rounds // 10)]
    )
    return [short, long, Figure(f"track: building {trackers:,}", built * 1000, "ms")]


def _compared(name: str, phrases: Phrases[int], rows: Sequence[tuple[int, Tracked]], texts: Sequence[str]) -> Figure:
    seconds, bare, hits = [], [], 0
    for number, text in enumerate(texts):
        began = time.thread_time()
        found = phrases.hits(text)
        seconds.append(time.thread_time() - began)
        hits += len(found)
        if number % 20 == 0:
            began = time.thread_time()
            apart = said(text)
            naive = [id for id, tracked in rows if tracked.is_in(apart)]
            bare.append(time.thread_time() - began)
            if naive != found:
                raise SystemExit(f"{len(found)} phrases were found instead of {len(naive)}")
    if not hits:
        raise SystemExit("no phrase was found at all")
    return duration(name, percentile(seconds, 95) * 1000, "ms", percentile(bare, 95) * 1000, seconds)


def _phrase(luck: random.Random, words: Sequence[str], weights: Sequence[float]) -> str:
    """One to three words, now and then another script, a beginning, or a word that must not be there."""
    if luck.random() < 0.02:
        return luck.choice(_RUNS)
    # Nobody tracks a word alone that stands everywhere.
    alone = luck.random() < 0.25
    shown = (
        luck.choice(words) if alone else " ".join(luck.choices(words, cum_weights=weights, k=luck.choice((2, 2, 3))))
    )
    shown += "*" if luck.random() < 0.05 else ""
    unwanted = f" not {luck.choice(words)}" if luck.random() < 0.1 else ""
    return f'"{shown}"{unwanted}' if shown.strip('"*') not in unwanted.split() else f'"{shown}"'


def _text(luck: random.Random, words: Sequence[str], weights: Sequence[float], size: int) -> str:
    said = luck.choices(words, cum_weights=weights, k=size)
    if luck.random() < 0.1:
        said[luck.randrange(size)] = luck.choice(_RUNS) * 3
    return " ".join(said)
