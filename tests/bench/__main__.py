"""`python -m tests.bench NAME [--quick] [--json]`: measures, and prints figure, limit and ratio."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import signal
import sys

from tests.bench.figures import Figure, Progress

BENCHMARKS = {
    "start": "bridge --version; bridge run until it is ready; its memory when idle",
    "publish": "updates a second with 16 callers, SQLite; against the raw driver, one update at a time",
    "fanout": "one update to 10,000 live places, until it is committed",
    "timeline": "the newest 50 of 200 follows among 2 million updates",
    "digest": "10,000 digests that are due: selected and enqueued",
    "courier": "deliveries a second to a platform that costs nothing",
    "couriers": "the same by 1, 2 and 4 processes over one PostgreSQL",
    "growth": "how they grow with people, updates and places: a table, and docs/growth.svg",
    "move": "a SQLite bridge of 200,000 updates to PostgreSQL, every table compared",
    "pacing": "messages to simulated platforms on a virtual clock; beside aiolimiter and the SDKs' own code",
    "track": "whose phrases stand in an update, of 10,000; beside it, each looked for by itself",
    "feeds": "1,000 feeds on loopback: first looks, and looks that find nothing new; beside the package reader",
    "latency": "a command until its private answer, and until the message in another channel; memory",
}


def main() -> int:
    reader = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description="Generates its data in a temporary folder, measures, and cleans up.",
        epilog="\n".join(["benchmarks:", *(f"  {name:<10}{what}" for name, what in BENCHMARKS.items())]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    reader.add_argument("name", choices=BENCHMARKS, metavar="NAME")
    reader.add_argument("--quick", action="store_true", help="a tenth of the data or less: to try it out")
    reader.add_argument("--json", action="store_true", help="an object a line; the last line is the main figure")
    asked = reader.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that it cleans up
    say = Progress()
    figures: list[Figure] = asyncio.run(importlib.import_module(f"tests.bench.{asked.name}").measure(asked.quick, say))
    say.end()
    for figure in reversed(figures):  # the main one last
        print(figure.json() if asked.json else figure.line())
    return 0


if __name__ == "__main__":
    sys.exit(main())
