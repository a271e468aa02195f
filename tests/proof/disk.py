"""Disks that take nothing: a full one, a read-only one, a database that somebody else has locked.

The full one is a file system of its own in memory, which only root may mount.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import httpx

from bridge.model.errors import StoreFull, StoreReadOnly
from bridge.store.engines.ballast import ballast_of
from bridge.store.engines.sqlite_link import driver
from bridge.store.tx import open_store
from tests.bench.figures import Progress
from tests.e2e.process import Process
from tests.fakes.slack import FakeSlack, Fault, Team
from tests.nursery import COMMAND, ROOT
from tests.proof.means.findings import Finding, Measured, Missing, missing

MEGABYTE = 1024 * 1024
DISK_MB = 64
HELD = 12
"""Seconds for which Slack takes nothing, so that something waits when the disk is full."""
SHARED_AT_MOST = 3_000
LOCK, LOCK_LONG = 3.0, 20.0
PATIENCE = 60.0
"""Seconds that somebody in the lobby waits for an answer."""
STOPS_WITHIN = 30.0
"""Seconds: on a busy machine all takes longer."""
NOTICED_WITHIN = 15.0
"""The tick that looks again comes every ten seconds."""
WORDS = "The importer reads the new format now, and the nightly run is down to eleven minutes. " * 4


async def prove(long: bool, say: Progress, seed: int) -> list[Finding]:
    found, reasons = list[Finding](), list[str]()
    for part in (_full, _read_only, partial(_locked, LOCK_LONG if long else LOCK)):
        try:
            found.append(await part(say))
        except Missing as reason:
            reasons.append(str(reason))
            say(f"disk: a part is skipped, {reason}")
    if not found:
        raise Missing("; ".join(reasons))
    return found


# Full.


async def _full(say: Progress) -> Finding:
    async with _tiny() as disk, _slack() as (slack, team), _running(disk, slack, team) as bridge:
        said = Said(bridge)
        await said.share(5)
        await _shown(slack, team, said.acknowledged)
        say("disk: until it is full")
        slack.faults.next("chat.postMessage", Fault.RATE(HELD))
        await said.share(5)
        _fill(disk)
        while not said.refused and len(said.acknowledged) < SHARED_AT_MOST:
            await said.share(1)
        kept_free = ballast_of(disk / "bridge.db").exists()
        reasons = await _ready(bridge)
        waiting = len(said.acknowledged) - _count(team, said.acknowledged)
        say("disk: full; what waits")
        undelivered = len(said.acknowledged) - await _shown(slack, team, said.acknowledged)
        await said.share(3)
        say("disk: full; what is old")
        bridge.shift(2 * 86_400)
        old = await _until_forgotten(disk)
        bridge.shift(0)
        say("disk: there is room again")
        (disk / "filler").unlink()
        recovered = await _takes_updates(said)
        newest = said.acknowledged[-1:]
        lost = len(newest) - await _shown(slack, team, newest)
        again = ballast_of(disk / "bridge.db").exists()
        say("disk: full again; killed and started")
        _fill(disk)
        await bridge.kill()
        await bridge.start()
        (disk / "filler").unlink()
        restarted = await _takes_updates(said)
    return Finding(
        "disk: full",
        f"{DISK_MB} MB with not a byte free, {len(said.acknowledged)} updates acknowledged, {said.refused} refused",
        (
            Measured("acknowledged and not delivered", undelivered + lost, most=0),
            Measured("delivered while it was full", waiting, least=1),
            Measured("refused without a sentence", len(said.odd), most=0),
            Measured("refused", said.refused, least=1),
            Measured("old updates that stay", old, most=0),
            Measured("takes updates again after", recovered, "s", most=NOTICED_WITHIN),
            Measured("takes them after a start on a full disk after", restarted, "s", most=NOTICED_WITHIN),
            Measured("room kept free, while full", kept_free, most=0),
            Measured("room kept free, afterwards", again, least=1),
            Measured("reasons in /readyz", len(reasons), least=1),
        ),
        tuple(said.odd[:10]),
    )


class Said:
    """What somebody types in the lobby, and is told."""

    def __init__(self, bridge: Process) -> None:
        self._bridge, self._number = bridge, 0
        self.acknowledged: list[str] = []
        self.refused = 0
        self.odd: list[str] = []
        self.slowest = 0.0

    async def share(self, times: int) -> None:
        for _ in range(times):
            self._number += 1
            word, began = f"u{self._number:05}", time.monotonic()
            try:
                told = await self._bridge.lobby("ana", "general", f"/status {word} {WORDS}#full", PATIENCE)
            except (AssertionError, httpx.HTTPError) as error:
                told = f"{type(error).__name__}: {error}"
            self.slowest = max(self.slowest, time.monotonic() - began)
            if re.search(r"Shared\s+~\d", told):
                self.acknowledged.append(word)
            elif StoreFull.template.partition(".")[0] in told:
                self.refused += 1
            else:
                self.odd.append(f"{word}: {told[:300]}")


@asynccontextmanager
async def _tiny() -> AsyncIterator[Path]:
    """A disk of its own, small."""
    if os.getuid() or not shutil.which("mount"):
        missing("root", "only root may mount a small disk")
    with tempfile.TemporaryDirectory() as folder:
        mounted = _run("mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "none", folder)
        if mounted.returncode:
            missing("mount", mounted.stderr.decode().strip())
        try:
            yield Path(folder)
        finally:
            _run("umount", "--lazy", folder)


def _run(*words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(words, capture_output=True, check=False)


def _fill(folder: Path) -> None:
    """Not a byte is left."""
    with (folder / "filler").open("ab", buffering=0) as out:
        for size in (MEGABYTE, 4096, 1):
            with contextlib.suppress(OSError):
                while True:
                    out.write(bytes(size))


@asynccontextmanager
async def _slack() -> AsyncIterator[tuple[FakeSlack, Team]]:
    from bridge.model.clock import SystemClock

    async with FakeSlack(SystemClock()) as slack:
        team = slack.team("T1", "Acme")
        team.user("U1", "bo", real_name="Bo Lind")
        team.channel("C1", "news", members=["U1"], creator="U1", bot=True)
        yield slack, team


@asynccontextmanager
async def _running(disk: Path, slack: FakeSlack, team: Team) -> AsyncIterator[Process]:
    """A bridge whose database is on that disk; #news in Slack follows what is shared in the lobby."""
    with tempfile.TemporaryDirectory() as folder:
        bridge = Process(Path(folder), _variables(disk, slack, team))
        await bridge.start()
        try:
            await bridge.lobby("ana", "general", "/help")
            await team.command("U1", "C1", "/bridge", "follow #full live here")
            await slack.until(lambda: team.texts("C1"), 30)
            yield bridge
            await bridge.stop(STOPS_WITHIN)
        finally:
            if bridge.running:
                await bridge.kill()


def _variables(disk: Path, slack: FakeSlack, team: Team) -> dict[str, str]:
    return {
        "BRIDGE_STORE__URL": f"sqlite:///{disk}/bridge.db",
        "BRIDGE_STORE__BALLAST_MB": "64",
        "BRIDGE_TEAM__RETENTION_DAYS": "1",
        "BRIDGE_LIMITS__CHANNEL_PER_HOUR": "1000000",
        "BRIDGE_LOBBY__ENABLED": "true",
        "BRIDGE_SLACK__TOKENS": f"{team.bot_token} {team.app_token}",
        "BRIDGE_SLACK__API": slack.base,
    }


async def _takes_updates(said: Said) -> float:
    """Seconds until an update is acknowledged, or until nobody waits any more."""
    before, began = len(said.acknowledged), time.monotonic()
    while len(said.acknowledged) == before:
        if time.monotonic() - began > 2 * NOTICED_WITHIN:
            break
        await said.share(1)
        await asyncio.sleep(0.2)
    return time.monotonic() - began


def _count(team: Team, words: Sequence[str]) -> int:
    shown = " ".join(team.texts("C1"))
    return sum(word in shown for word in words)


async def _shown(slack: FakeSlack, team: Team, words: Sequence[str]) -> int:
    """How many of them stand in the channel, once all do or a while is over."""
    with contextlib.suppress(AssertionError):
        await slack.until(lambda: _count(team, words) == len(words), 60)
    return _count(team, words)


async def _ready(bridge: Process) -> list[str]:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{bridge.url}/readyz")
    return [line for line in answer.text.splitlines() if "disk" in line] if answer.status_code == 503 else []


async def _until_forgotten(disk: Path) -> int:
    """How many updates are kept, once none is or a while is over."""
    began, left = time.monotonic(), 1
    while left and time.monotonic() - began < 3 * NOTICED_WITHIN:
        await asyncio.sleep(0.5)
        left = len(await _kept(disk / "bridge.db"))
    return left


async def _kept(file: Path) -> set[str]:
    """The first word of each update that is kept."""
    store = open_store(f"sqlite:///{file}", read_only=True)
    rows = await store.engine.read(lambda conn: conn.exec_driver_sql("SELECT text FROM post").fetchall())
    await store.close()
    return {found[0] for (text,) in rows if (found := re.search(r"\bu\d{5}\b", str(text)))}


# Read-only.


async def _read_only(say: Progress) -> Finding:
    """A file that this user may not write: a sentence and no more, and all is there once it may."""
    say("disk: read-only")
    with tempfile.TemporaryDirectory() as name:
        folder, log = Path(name), Path(name) / "log"
        variables = {"BRIDGE_STORE__URL": f"sqlite:///{folder}/bridge.db", "BRIDGE_LOBBY__ENABLED": "true"}
        bridge = Process(folder, variables)
        await bridge.start()
        said = Said(bridge)
        await said.share(3)
        await bridge.stop(STOPS_WITHIN)
        file = folder / "bridge.db"
        file.chmod(0o400)
        code, told = await asyncio.to_thread(_unable, folder, bridge.environment)
        file.chmod(0o600)
        await bridge.start()
        await said.share(1)
        await bridge.stop(STOPS_WITHIN)
        kept = await _kept(file)
        tracebacks = "Traceback" in told or "Traceback" in log.read_text()
    lost = sum(word not in kept for word in said.acknowledged)
    sentence = StoreReadOnly(path=file).english()
    return Finding(
        "disk: read-only",
        f"{len(said.acknowledged)} updates acknowledged; started on a file that may not be written: code {code}",
        (
            Measured("acknowledged and lost", lost, most=0),
            Measured("acknowledged", len(said.acknowledged), least=4),
            Measured("without the sentence", sentence not in told, most=0),
            Measured("with a traceback", tracebacks, most=0),
            Measured("refused to start", code != 0, least=1),
        ),
        (told[-500:],) if sentence not in told else (),
    )


def _unable(folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    """`bridge run` by somebody whom modes of files hold back: root is not, unless it gives that up. What it says."""
    words = [sys.executable, "-c", COMMAND, "run"]
    if os.getuid() == 0:
        if not shutil.which("setpriv"):
            missing("setpriv", "root may write everything")
        dropped = "-dac_override,-dac_read_search,-fowner"
        words = ["setpriv", f"--bounding-set={dropped}", f"--inh-caps={dropped}", *words]
    variables = {**environment, "PYTHONPATH": str(ROOT)}
    try:
        done = subprocess.run(
            words, cwd=folder, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30, check=False
        )
    except subprocess.TimeoutExpired as running:
        return 0, (running.output or b"").decode()
    return done.returncode, done.stdout.decode()


# Locked.


async def _locked(seconds: float, say: Progress) -> Finding:
    """Another program holds a write of its own for so long."""
    say(f"disk: locked for {seconds:.0f} s")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        variables = {"BRIDGE_STORE__URL": f"sqlite:///{folder}/bridge.db", "BRIDGE_LOBBY__ENABLED": "true"}
        bridge = Process(folder, variables)
        await bridge.start()
        try:
            people = [Said(bridge) for _ in range(4)]
            for number, one in enumerate(people):
                one._number = 10_000 * number
            await people[0].share(1)
            holding = asyncio.create_task(asyncio.to_thread(_hold, folder / "bridge.db", seconds))
            await asyncio.sleep(0.2)
            await asyncio.gather(*(one.share(1) for one in people))
            await holding
            freed = time.monotonic()
            await people[0].share(1)
            after = time.monotonic() - freed
            await bridge.stop(STOPS_WITHIN)
            kept = await _kept(folder / "bridge.db")
        finally:
            if bridge.running:
                await bridge.kill()
        log = bridge.log
    acknowledged = [word for one in people for word in one.acknowledged]
    odd = [line for one in people for line in one.odd]
    return Finding(
        "disk: locked by another program",
        f"{seconds:.0f} s, {len(acknowledged)} updates acknowledged",
        (
            Measured("acknowledged and lost", sum(word not in kept for word in acknowledged), most=0),
            Measured("refused", sum(one.refused for one in people) + len(odd), most=0),
            Measured("acknowledged", len(acknowledged), least=6),
            Measured("in the log: locked", log.count("database is locked"), most=0),
            Measured("slowest answer", max(one.slowest for one in people), "s", most=seconds + 2, least=seconds - 1),
            Measured("answer afterwards", after, "s", most=2.0),
        ),
        tuple(odd[:10]),
    )


def _hold(file: Path, seconds: float) -> None:
    connection = driver().connect(file, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        connection.execute("ROLLBACK")
    finally:
        connection.close()
