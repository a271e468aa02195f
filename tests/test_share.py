"""Two living processes take half each of what one token allows: from the count in the database to both adapters."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.app import Bridge
from bridge.model.pace.shared import Budget
from tests.proof.means.aloft import aloft
from tests.proof.means.virtual import virtually


def budgets(bridge: Bridge) -> dict[str, Budget]:
    """Of both adapters, as they were built and started."""
    slack: Any = bridge.adapters["slack"]
    discord: Any = bridge.adapters["discord"]
    [team] = slack._teams.values()
    return {
        "messages": team.api._budgets._of("chat.postMessage").budget,
        "updates": team.api._budgets._of("chat.update").budget,
        "discord": discord._api._line.budget,
    }


def takes(budget: Budget, now: float, seconds: float) -> int:
    """Turns that it gives in that time."""
    given, ends = 0, now + seconds
    while now < ends:
        if (wait := budget.spend(now)) <= 0:
            given += 1
        now += max(wait, 0.001)
    return given


@pytest.mark.parametrize(("name", "seconds"), [("messages", 25.0), ("updates", 50.0), ("discord", 0.9)])
def test_two_living_processes_halve_what_each_takes(postgres_url: str, name: str, seconds: float) -> None:
    taken: list[int] = []

    async def work() -> None:
        async with aloft() as (stage, _), stage.bridge(postgres_url) as one:
            await one.processes.attend()
            began = stage.clock.monotonic() + 100
            taken.append(takes(budgets(one)[name], began, seconds))
            async with stage.bridge(postgres_url) as two:
                await two.processes.attend()
                await one.processes.attend()
                for number, bridge in enumerate((one, two)):
                    taken.append(takes(budgets(bridge)[name], began + 1_000 * (number + 1), seconds))

    virtually(work())
    alone, first, second = taken
    assert alone > 10
    assert first == pytest.approx(alone / 2, abs=2)
    assert second == pytest.approx(alone / 2, abs=2)
