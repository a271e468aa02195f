"""People who share updates all the time, twenty a second together, and change or delete some of them; on both
platforms, by commands. What they were told is kept for the judge.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import re
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from tests.fakes.discord import NotAnswered as Unanswered
from tests.fakes.discord.commands import CannotDo
from tests.fakes.discord.interactions import Interaction
from tests.fakes.slack import NotAnswered
from tests.proof.means.judge import GONE, Update, seen
from tests.proof.means.town import DISCORD, PATIENCE, TOPICS, Town

RATE = 20.0
"""Updates a second, of all people together."""
CHANGED, DELETED = 0.05, 0.03
"""Of what people do, that changes and deletes an update of theirs."""
SAID = 0.2
"""Of what is shared in Slack, by a message that names the bridge: an event, where others are commands."""
FOR_DIGESTS = 0.03
"""Of what is shared where digests are looked at, that comes in one."""
RECENT = 20
"""How many updates back somebody changes something."""

Receipt = re.Pattern[str]
"""Of one update and no other: a receipt may come late, after a crash. Its group is the update's number."""
Writer = tuple[str, str, str]
"""Kind of place, user, channel."""


class Traffic:
    """`updates`: all that was ever begun. `told`: monotonic seconds of each receipt. While `paused`, nobody begins."""

    def __init__(self, town: Town, seed: int, rate: float = RATE, topics: int = TOPICS) -> None:
        self.updates: dict[int, Update] = {}
        self.told: list[float] = []
        self.errors: list[str] = []
        """Answers that were no receipts. None at all is what a crash leaves, or a busy machine: it may stand or not."""
        self._town, self._random, self._rate, self._topics = town, random.Random(seed), rate, topics
        self._ids = itertools.count(1)
        self._own: dict[int, list[int]] = {}
        self._going = asyncio.Event()
        self._going.set()

    @asynccontextmanager
    async def flowing(self) -> AsyncIterator[None]:
        """While this lasts, people write; then everybody finishes what they are at. All begin at the same moment:
        whoever is heard of for the first time is heard of beside others."""
        stopped = asyncio.Event()
        writers = [asyncio.create_task(self._write(number, stopped)) for number in range(len(self._town.writers))]
        try:
            yield
        finally:
            stopped.set()
            await asyncio.gather(*writers)

    @property
    def acknowledged(self) -> int:
        return sum(update.acknowledged is not None for update in self.updates.values())

    async def next_receipt(self, since: float, seconds: float) -> float:
        """Seconds from `since` until somebody reads a receipt for what they began after it."""
        return (await self.next_shared(since, seconds)).acknowledged_at - since

    async def next_shared(self, since: float, seconds: float) -> Update:
        """The first update that was begun after `since` and has a receipt."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for update in reversed(self.updates.values()):
                if update.begun < since:
                    break
                if update.acknowledged is not None:
                    return update
            await asyncio.sleep(0.01)
        raise AssertionError(f"no receipt in {seconds} s")

    async def _write(self, number: int, stopped: asyncio.Event) -> None:
        spacing, due = len(self._town.writers) / self._rate, time.monotonic()
        begins = spacing * self._random.random()
        while not stopped.is_set():
            if (wait := due - time.monotonic()) > 0:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stopped.wait(), wait)
                continue
            # Who was kept waiting does not hurry afterwards.
            due, begins = max(due + spacing + begins, time.monotonic()), 0.0
            if self._town.connected():
                await self._do(number)
            else:
                due = time.monotonic() + 0.05

    async def _do(self, number: int) -> None:
        drawn, update = self._random.random(), self._earlier(number)
        if update and drawn < DELETED:
            await self._change(number, update, GONE, f"~{update.number}", "delete")
        elif update and drawn < DELETED + CHANGED:
            revision = max(update.revisions) + 1
            await self._change(number, update, revision, f"~{update.number} {update.words(revision)}", "edit")
        else:
            await self._share(number)

    async def _share(self, number: int) -> None:
        topic = self._random.randrange(TOPICS)
        if self._topics > TOPICS and self._random.random() < FOR_DIGESTS:
            topic = self._random.randrange(TOPICS, self._topics)
        update = Update(next(self._ids), topic, time.monotonic())
        self.updates[update.id] = update
        said = self._town.writers[number][0] != DISCORD and self._random.random() < SAID
        verb = "say" if said else "status"
        receipt = re.compile(rf"Shared\s+~(\d+)\b[\s\S]*{update.words()}\b")
        if (given := await self._typed(number, verb, update.words(), receipt)) is not None:
            update.number, update.acknowledged = given, time.monotonic()
            self.told.append(update.acknowledged)
            self._own.setdefault(number, []).append(update.id)

    async def _change(self, number: int, update: Update, revision: int, typed: str, verb: str) -> None:
        update.revisions.add(revision)
        update.settled = False
        receipt = re.compile(rf"(?:Deleted|Changed)\s+~({update.number})\b")
        if await self._typed(number, verb, typed, receipt) is not None:
            update.revisions, update.settled = {revision}, True

    def _earlier(self, number: int) -> Update | None:
        """One of the last updates of this person that still stands, and whose last change they were told of."""
        own = [self.updates[id] for id in self._own.get(number, [])[-RECENT:]]
        own = [update for update in own if update.settled and GONE not in update.revisions]
        return self._random.choice(own) if own else None

    async def _typed(self, number: int, verb: str, text: str, receipt: Receipt) -> int | None:
        """The number of the update in the receipt; None where none came, or another answer."""
        writer = self._town.writers[number]
        try:
            if writer[0] == DISCORD:
                said = await self._there(writer, verb, text)
            else:
                said = await self._in_slack(writer, verb, text, receipt)
        except (NotAnswered, Unanswered, CannotDo, TimeoutError):
            return None
        if found := receipt.search(said):
            return int(found[1])
        if said:
            self.errors.append(f"{verb} {text}: {said!r}")
        return None

    async def _in_slack(self, writer: Writer, verb: str, text: str, receipt: Receipt) -> str:
        kind, user, channel = writer
        team = self._town.teams[kind]
        before = len(team.ephemeral)
        line = f"{verb} {text}"
        said = ""
        if verb == "say":
            await team.say(user, channel, f"<@{team.bot.id}> status {text}", raw=True)
        else:
            acked = await team.command(user, channel, "/bridge", line)
            said = str((acked.payload or {}).get("text", ""))
        if receipt.search(said):
            return said
        # After "One moment…" the answer comes by itself, unless the process dies first; so does that to a message.
        end, lines = time.monotonic() + PATIENCE, set(team.sockets.connections)
        while time.monotonic() < end:
            for shown in team.ephemeral[before:]:
                # To a message nothing else is told than its receipt, or why there is none.
                if shown.user == user and (receipt.search(shown.text) or (verb == "say" and text in shown.text)):
                    return shown.text
            if not lines & set(team.sockets.connections):
                raise TimeoutError
            await asyncio.sleep(0.02)
        return said

    def note_promises(self) -> None:
        """What came by an event that was acknowledged may not get lost, whether or not a receipt was shown."""
        for team in self._town.teams.values():
            for told in team.sockets.deliveries:
                if told.acked and told.event.get("type") == "app_mention":
                    for id, _ in seen(str(told.event.get("text", ""))):
                        self.updates[id].promised = True

    async def _there(self, writer: Writer, verb: str, text: str) -> str:
        _, user, channel = writer
        discord, line = self._town.discord, self._town.gateway_line()
        if verb == "status":
            asking = discord.command(user, channel, "status", {"text": text})
        else:
            number, _, words = text.partition(" ")
            wanted = {"update": number} | ({"text": words} if words else {})
            asking = discord.command(user, channel, ("bridge", verb, wanted))
        answered = asyncio.create_task(self._settled(asking))
        answered.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody may wait for it any more
        try:
            while not answered.done():
                if line is None or not line.open:
                    raise TimeoutError  # whom it was told is dead
                await asyncio.wait({answered}, timeout=0.02)
        finally:
            answered.cancel()
        return answered.result()

    async def _settled(self, asking: Coroutine[Any, Any, Interaction]) -> str:
        asked = await asking
        try:
            return await self._town.discord.settled(asked, PATIENCE)
        except AssertionError:
            raise TimeoutError from None
