"""Starts `bridge run` in an empty folder, posts through the lobby, sees the update arrive elsewhere, and stops it.

Usage: python .ci/smoke.py PATH_OF_BRIDGE. Needs nothing but the standard library.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

READY_SECONDS = 30
ARRIVAL_SECONDS = 10
STOP_SECONDS = 5
SAID = "Shipping v2 today #release"


def main(bridge: Path) -> None:
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("BRIDGE_")}
        process = subprocess.Popen(
            [bridge, "run"], cwd=folder, env=environment | {"BRIDGE_WEB__PORT": str(port)}, text=True
        )
        try:
            until(lambda: is_ready(site, process), READY_SECONDS, "the bridge to be ready")
            post(site, "ana", "general", "/help")
            post(site, "bo", "random", "/follow @ana live here")
            receipt = post(site, "ana", "general", f"/status {SAID}")
            print("receipt:", receipt)
            until(lambda: SAID in lines(site, "random"), ARRIVAL_SECONDS, "the update to arrive in random")
            stop(process)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    print("posted in general, arrived in random, stopped")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_ready(site: str, process: subprocess.Popen[str]) -> bool:
    if process.poll() is not None:
        raise SystemExit(f"bridge run ended with code {process.returncode}")
    try:
        with urllib.request.urlopen(f"{site}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def post(site: str, who: str, channel: str, text: str) -> str:
    """Types a line; returns the private reply."""
    request = urllib.request.Request(
        f"{site}/api/lobby/messages",
        json.dumps({"as": who, "channel": channel, "text": text}).encode(),
        {"content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        raise SystemExit(f"{who} typed {text!r} and got {error.code}: {error.read().decode()}") from None


def lines(site: str, channel: str) -> str:
    """What bo sees in a channel."""
    query = urllib.parse.urlencode({"channel": channel, "as": "bo"})
    with urllib.request.urlopen(f"{site}/api/lobby/messages?{query}", timeout=10) as answer:
        found = json.loads(answer.read())
    messages = found["messages"] if isinstance(found, dict) else found
    return "\n".join(str(message["text"]) for message in messages)


def stop(process: subprocess.Popen[str]) -> None:
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    try:
        code = process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        raise SystemExit(f"it did not stop within {STOP_SECONDS} s of SIGTERM") from None
    if code != 0:
        raise SystemExit(f"it stopped with code {code}, not 0")
    print(f"stopped after {time.monotonic() - began:.1f} s")


def until(holds: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit(f"waited {seconds} s for {what}")
        time.sleep(0.1)


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
