"""`python -m tests.mutants [NAME…]`: breaks the sources in a copy, one mutant after the other, and expects each one's
test to be green without it and red with it. Without names: all. Code 1 if one lives."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path

from tests.mutants.patches import ROOT, DoesNotFit, Mutant, changed, mutants

SECONDS = 180
LEFT_BEHIND = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist", "data", "venv", "shots")
OUTCOMES = {0: "green", 1: "red"}
"""Of pytest's exit codes; any other means that it could not run the test."""


def main() -> int:
    reader = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    reader.add_argument("names", nargs="*", metavar="NAME", help="e.g. law1_settles_before_commit, or its beginning")
    names = tuple(reader.parse_args().names)
    chosen = [mutant for mutant in mutants() if mutant.name.startswith(names or ("",))]
    if not chosen:
        reader.error("no mutant has such a name")
    width = max(len(mutant.name) for mutant in chosen)
    alive = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=LEFT_BEHIND)
        without = cache(lambda test: outcome(copy, test))
        for mutant in chosen:
            began = time.monotonic()
            before = without(mutant.test)
            verdict = judge(copy, mutant) if before == "green" else f"{before} without it"
            alive += verdict != "red"
            mark = "✓" if verdict == "red" else "✗"
            print(f"{mark} {mutant.name:<{width}}  {verdict:<5}  {time.monotonic() - began:5.1f} s  {mutant.test}")
            sys.stdout.flush()
    print(f"{len(chosen) - alive} of {len(chosen)} mutants were noticed")
    return 1 if alive else 0


def judge(copy: Path, mutant: Mutant) -> str:
    """What its test says with the mutant in the copy, which is as before afterwards."""
    try:
        files = changed(mutant, copy)
    except DoesNotFit as error:
        return f"does not fit: {error}"
    before = {path: (copy / path).read_text("utf-8") for path in files}
    try:
        for path, text in files.items():
            (copy / path).write_text(text, "utf-8")
        return outcome(copy, mutant.test)
    finally:
        for path, text in before.items():
            (copy / path).write_text(text, "utf-8")


def outcome(copy: Path, test: str) -> str:
    """ "green", "red", or what kept the test from running."""
    options = ["-q", "-x", "-n", "0", "--no-header", "-p", "no:cacheprovider", "--hypothesis-profile=mutants"]
    command = [sys.executable, "-m", "pytest", *options, test]
    # No bytecode: a file changed twice within a second may keep the date and size of the one before.
    own = {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, cwd=copy, env=os.environ | own, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return f"hung for {SECONDS} s"
    if done.returncode == 0 and " passed" not in done.stdout and "skipped" in done.stdout:
        return "skipped"
    return OUTCOMES.get(done.returncode, f"could not run: {done.stdout.strip().splitlines()[-1:]}")


if __name__ == "__main__":
    sys.exit(main())
