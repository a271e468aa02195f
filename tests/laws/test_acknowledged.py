"""Law 1 (and 2), with real processes: what was acknowledged is delivered, once and in order, though the bridge is
killed again and again."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.crash.child import WRITERS, lines
from tests.databases import laid

ROOT = Path(__file__).parents[2]
KILLS = 3


def child(folder: Path, knows: str, updates: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.crash.child", str(folder), knows, str(updates)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def kill_at_random(folder: Path, knows: str, seed: int) -> None:
    with child(folder, knows, -1) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(random.Random(seed).uniform(0.05, 0.6))  # a real process takes real time
        process.send_signal(signal.SIGKILL)


@pytest.mark.parametrize("knows", ["repeats", "history"])
def test_what_was_acknowledged_outlives_kill_9(tmp_path: Path, knows: str) -> None:
    laid(tmp_path / "bridge.db")
    for seed in range(KILLS):
        kill_at_random(tmp_path, knows, seed)

    with child(tmp_path, knows, 2) as last:
        assert last.wait(timeout=60) == 0

    acknowledged = [word for [word] in lines(tmp_path / "acknowledged")]
    shown = [word for _, *words in lines(tmp_path / "platform") for word in words]
    assert set(acknowledged) <= set(shown), "an acknowledged update was lost"
    assert len(shown) == len(set(shown)), "an update was shown twice"
    for writer in WRITERS:
        mine = [word for word in shown if word.startswith(writer) and word in set(acknowledged)]
        assert mine == [word for word in acknowledged if word.startswith(writer)], "out of order"
    assert len(acknowledged) > 2 * len(WRITERS)
