"""`python -m tests.crash.child FOLDER KNOWS`: a core over SQLite that shares and delivers until it is killed.

Its platform is a file: each line a message as the platform would keep it, so that it outlives the process as a
platform does. `KNOWS` is `repeats` (it gives back the first message of a nonce) or `history` (it can be searched).
Every update that was acknowledged is written to another file, after its receipt came back.
"""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from bridge.commands.intake import Commands
from bridge.metrics import Metrics
from bridge.model import delivery, step
from bridge.model.card import Card, Limits
from bridge.model.clock import SystemClock
from bridge.model.command import Call, Where, Who
from bridge.model.ids import Ids
from bridge.model.kept import Tx
from bridge.model.pace.places import Pacer, Unpaced
from bridge.model.pace.told import Hint
from bridge.model.place import Members, Place
from bridge.model.policy import Policy
from bridge.model.ports import Key, Sent
from bridge.model.text import plain
from bridge.services.delivery import courier as couriers
from bridge.services.delivery.showing import Showing
from bridge.services.world import World
from bridge.store.tx import open_store
from bridge.words import words_for

WRITERS = ("ana", "bo", "cy")


def append(file: Path, line: str) -> None:
    """Written before anything else happens; a line is whole or not there."""
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, f"{line}\n".encode())
    finally:
        os.close(handle)


def lines(file: Path) -> list[list[str]]:
    return [line.split(" ") for line in file.read_text().splitlines()] if file.exists() else []


@dataclass
class FilePlatform:
    """Messages as lines `nonce updates…`: each update by its word."""

    file: Path
    limits: Limits
    platform: str = "chat"
    prefix: str = "/{}"
    hears_status: bool = False
    known: dict[str, str] = field(default_factory=dict)
    pacer: Pacer = field(default_factory=Unpaced)

    def __post_init__(self) -> None:
        self.known = {line[0]: f"{number:08}" for number, line in enumerate(lines(self.file))}

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def close(self) -> None: ...

    async def send(self, place: Place, card: Card, key: Key) -> Sent:
        await asyncio.sleep(0)
        if self.limits.dedupes_for and key.nonce in self.known:
            return Sent(self.known[key.nonce])
        append(self.file, " ".join([key.nonce, *(plain(one.text) for one in card.joined or (card,))]))
        self.known[key.nonce] = f"{len(self.known):08}"
        await asyncio.sleep(0.001)
        return Sent(self.known[key.nonce])

    async def update(self, place: Place, message: str, card: Card) -> Sent:
        return Sent(message)

    async def delete(self, place: Place, message: str) -> Hint:
        return Hint()

    async def find(self, place: Place, key: Key) -> str | None:
        return self.known.get(key.nonce)

    async def profile(self, who: Who) -> None:
        return None

    async def members(self, place: Place) -> Members:
        return Members(known=True, team=True, count=5)

    def permalink(self, place: Place, message: str) -> None:
        return None

    def locate(self, link: str) -> None:
        return None


async def live(folder: Path, knows: str, updates: int) -> None:
    """Shares `updates` a writer (endless: -1) and delivers; returns when all is delivered."""
    # A crash is over in a moment here, and the platform is a file: nothing is under way for long.
    couriers.LEASE = timedelta(seconds=0.3)
    step.ABSENCE_COUNTS_AFTER = timedelta(seconds=0.05)
    store = open_store(f"sqlite:///{folder}/bridge.db")
    await store.upgrade()
    clock = SystemClock()
    limits = Limits(rings=False, dedupes_for=600 if knows == "repeats" else 0)
    platform = FilePlatform(folder / "platform", limits)
    policy = Policy(channel_cap=1_000_000, direct_cap=1_000_000)
    world = World(store, clock, Ids(clock.now), policy, Metrics(), words_for, {"chat": platform}, salt="salt")
    courier = couriers.Courier(world, Showing(world), f"process {os.getpid()}")
    world.wake = courier.wake
    intake = Commands(world)
    run = str(os.getpid())

    async def say(user: str, line: str, key: str) -> None:
        where = Where("chat", "acme", "general", name="general")
        reply = await intake.dispatch(Call(key, Who("chat", "acme", user, user), where, line, clock.now()))
        if not reply.ok:
            raise SystemExit(f"{line}: {reply.card}")

    async def write(user: str) -> None:
        number = 0
        while number != updates:
            await say(user, f"status {user}-{run}-{number}", f"{user} {run} {number}")
            append(folder / "acknowledged", f"{user}-{run}-{number}")
            number += 1

    for user in WRITERS:
        await say(user, "help", f"help {user} {run}")
    await say("di", "follow everyone live", f"follow {run}")
    carrying = asyncio.create_task(courier.run())
    print("ready", flush=True)
    await asyncio.gather(*(write(user) for user in WRITERS))
    for _ in range(600):
        if await store.read(partial(at_rest, now=clock.now())):
            break
        await asyncio.sleep(0.05)
    await courier.stop()
    await carrying
    await store.close()


def at_rest(tx: Tx, now: datetime) -> bool:
    """Nothing waits, and of nothing is it unknown whether it stands."""
    unclear = [delivery.State.SENDING, delivery.State.UNCERTAIN]
    return not tx.outbox.backlog(now).waiting and not tx.outbox.listing(unclear, 1)


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
