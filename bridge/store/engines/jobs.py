"""What travels between a waiting task and a thread of the store. No database is known here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A closure, and the future of the task that waits for it."""

    fn: Callable[[Connection], Any]
    future: asyncio.Future[Any]
    writes: bool = True
    reshapes: bool = False

    def attempt(self, tx: Connection) -> Outcome:
        """Runs the closure once. Whatever it raises is caught, for it belongs to the waiting task."""
        try:
            return Outcome(self, self.fn(tx))
        except BaseException as error:  # the thread serves others too and must outlive any closure
            return Outcome(self, error=error)


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a job came to: a value, or an error."""

    job: Job
    value: Any = None
    error: BaseException | None = None


def settle(outcomes: Iterable[Outcome]) -> None:
    """Hands outcomes to their waiting tasks, from any thread: one call for each event loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Outcome]] = {}
    for outcome in outcomes:
        by_loop.setdefault(outcome.job.future.get_loop(), []).append(outcome)
    for loop, part in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve, part)
        except RuntimeError:  # that loop is closed: nobody waits any more
            continue


def _resolve(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        future, error = outcome.job.future, outcome.error
        if future.done():  # its task was cancelled meanwhile
            continue
        if error is None:
            future.set_result(outcome.value)
        elif isinstance(error, StopIteration):  # asyncio refuses this one, and the others behind it must not suffer
            future.set_exception(RuntimeError("a closure raised StopIteration"))
        else:
            future.set_exception(error)
