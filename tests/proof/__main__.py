"""`python -m tests.proof NAME|all [--long] [--json] [--seed N]`: tries what Bridge promises, and prints what it found.

One line each: what was done, the figures, what was promised of them, holds or FAILS. Code 1 if one fails.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import inspect
import signal
import sys
import time
import traceback
from collections.abc import Sequence

from tests.bench.figures import Progress
from tests.proof.means.findings import Finding, Missing

PROOFS = {
    "kill": "kill -9 of whole processes at random times, 20 updates a second over 50 places, both databases",
    "points": "the process dies at each named point between an update and its message, both databases",
    "stall": "a process that holds places stands still (SIGSTOP) for longer than its leases last, and comes back",
    "postgres": "PostgreSQL restarted at once; its connections killed every two seconds",
    "storm": "half of all answers are 429, with waits of all kinds, right and wrong",
    "wire": "a proxy that delays, cuts, swallows and loses, before both platforms and before PostgreSQL",
    "clock": "clocks that jump, summer time in forty zones, and everybody's digests",
    "outage": "72 hours of nothing, then all that waited",
    "disk": "a full disk, a read-only one, a database that somebody else has locked",
    "soak": "half an hour at a modest rate (long form only): memory, descriptors, SQLite's log",
}
"""Each a module with `prove(long, say, seed) -> list[Finding]`, async or not."""


def main() -> int:
    reader = argparse.ArgumentParser(
        prog="python -m tests.proof",
        description="Starts what it needs on the loopback and in a temporary folder, tries, and cleans up.",
        epilog="\n".join(["proofs:", *(f"  {name:<10}{what}" for name, what in PROOFS.items())]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    reader.add_argument("names", nargs="+", choices=[*PROOFS, "all"], metavar="NAME")
    reader.add_argument("--long", action="store_true", help="the long form: hours, for all together")
    reader.add_argument("--json", action="store_true", help="an object a line")
    reader.add_argument("--seed", type=int, default=1, help="what is drawn by lot is drawn alike for the same number")
    asked = reader.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that it cleans up
    chosen = PROOFS if "all" in asked.names else asked.names
    return max([_tried(name, asked.long, asked.json, asked.seed) for name in chosen])


def _tried(name: str, long: bool, json: bool, seed: int) -> int:
    """Prints what one proof found; 1 where something does not hold."""
    say, began = Progress(), time.monotonic()
    try:
        findings = _findings(name, long, say, seed)
    except Missing as reason:
        say.end()
        print(f"{name}: skipped, {reason}", file=sys.stderr if json else sys.stdout, flush=True)
        return 0
    except Exception:
        # Whatever stops one proof, the others are tried.
        say.end()
        traceback.print_exc()
        print(f"{name}: could not be tried (seed {seed}) · FAILS", file=sys.stderr if json else sys.stdout, flush=True)
        return 1
    say.end()
    for finding in findings:
        print(finding.json() if json else finding.line(), flush=True)
        for detail in finding.details:
            print(f"  {detail}", file=sys.stderr, flush=True)
        if not finding.holds:
            print(f"  again: python -m tests.proof {name}{' --long' * long} --seed {seed}", file=sys.stderr)
    print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return int(not findings or any(not finding.holds for finding in findings))


def _findings(name: str, long: bool, say: Progress, seed: int) -> Sequence[Finding]:
    found = importlib.import_module(f"tests.proof.{name}").prove(long, say, seed)
    if inspect.iscoroutine(found):
        found = asyncio.run(found)
    return list(found)


if __name__ == "__main__":
    sys.exit(main())
