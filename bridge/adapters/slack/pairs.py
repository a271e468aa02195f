"""The pairs of tokens on their way in: which workspaces are there, which are tried again, which Slack refuses.

None waits for another, with one exception: the first workspace that Bridge ever gets into is the team's own, and that
must be the one that stands first.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bridge.adapters.slack.install.tokens import NEW_TOKENS, Pair, called
from bridge.adapters.slack.sockets.timing import Timing
from bridge.adapters.slack.team import Team
from bridge.model.errors import ConfigError, SendFailure, StoreError
from bridge.model.given import Vault

log = logging.getLogger(__name__)

BEGUN = "begun"
"""The vault's key: a workspace was there before."""

Step = Callable[[Team], Awaitable[None]]


@dataclass(slots=True)
class Entrant:
    """One pair. `opened`: Slack takes the bot's token; `there`: the workspace was let in, too; `refused`: with these
    tokens it never will be, or nothing is heard there. `why`: a sentence, while something is in the way."""

    number: int
    pair: Pair
    team: Team
    name: str
    opened: bool = False
    there: bool = False
    refused: bool = False
    why: str = ""
    failure: SendFailure | None = None


class Pairs:
    """`arrived` is called for each workspace that is let in, then `listen`, which raises ConfigError where the
    app-level token is refused. `teams`: those that are there, by their ids."""

    def __init__(
        self, pairs: Sequence[tuple[Pair, Team]], vault: Vault, timing: Timing, arrived: Step, listen: Step
    ) -> None:
        self._all = [
            Entrant(number, pair, team, called(number, pair.remark)) for number, (pair, team) in enumerate(pairs, 1)
        ]
        self._vault, self._timing, self._arrived, self._listen = vault, timing, arrived, listen
        self._one_by_one = asyncio.Lock()
        self._trying: list[asyncio.Task[None]] = []
        self._started = False
        self.teams: dict[str, Team] = {}

    @property
    def lacking(self) -> bool:
        """Whether some workspace is not there that may yet come."""
        return any(not one.there for one in self._all)

    def in_the_way(self) -> list[str]:
        """Why those that are not there are not: a sentence each."""
        return [one.why for one in self._all if not one.there]

    def named(self) -> str:
        """Those that are there: "workspace Acme"."""
        names = [team.identity.name for team in self.teams.values()]
        if len(names) < 2:
            return f"workspace {names[0]}" if names else "no workspace yet"
        return f"workspaces {', '.join(names[:-1])} and {names[-1]}"

    async def start(self) -> None:
        """Tries each once; what can't be reached is tried again beside. Raises ConfigError where that is no use: every
        pair is refused, or the first one at the very first start."""
        await asyncio.gather(*(self._open(one) for one in self._all))
        await self._let_in()
        refused = [one for one in self._all if one.refused]
        if refused and (len(refused) == len(self._all) or not await self._may_begin()):
            raise ConfigError(problem=" ".join(one.why for one in refused))
        self._started = True
        for one in refused:
            log.error("%s", one.why)
        for one in self._all:
            if one.failure is not None:
                log.warning("%s. It is tried again.", one.why.rstrip("."))
                self._trying.append(asyncio.create_task(self._try_again(one)))

    async def stop(self) -> None:
        """No more is tried."""
        for task in self._trying:
            task.cancel()
        if self._trying:
            await asyncio.wait(self._trying)

    async def close(self) -> None:
        for one in self._all:
            await one.team.close()

    async def _open(self, one: Entrant) -> None:
        try:
            await one.team.open()
        except ConfigError as refused:
            self._refuse(one, f": {refused.params['problem']}. {NEW_TOKENS}")
        except SendFailure as failure:
            reason = failure.params.get("reason") or failure.english()
            one.failure, one.why = failure, f"{one.name} can't be reached yet: {reason}"
        else:
            one.opened, one.failure = True, None
            one.name = called(one.number, one.pair.remark or one.team.identity.name)
            one.why = f"{one.name} waits for {self._all[0].name}, whose workspace has to be the first."

    def _refuse(self, one: Entrant, why: str) -> None:
        one.refused, one.failure, one.why = True, None, f"{one.name}{why}"
        if self._started:
            log.error("%s", one.why)

    async def _may_begin(self) -> bool:
        """Whether it is settled whose workspace is the team's own: the first one's, or of whoever was there before.
        Raises StoreError."""
        first = self._all[0]
        return first.there or (first.opened and not first.refused) or await self._vault.get(BEGUN) is not None

    async def _let_in(self) -> None:
        """Those that opened, in their order. Raises StoreError."""
        async with self._one_by_one:
            if not self._all or not await self._may_begin():
                return
            coming = [one for one in self._all if one.opened and not (one.there or one.refused)]
            for one in coming:
                us = one.team.identity
                if us.team in self.teams:
                    self._refuse(one, f" is for {us.name}, which has one: delete one of the two.")
                    continue
                one.there, one.why = True, ""
                self.teams[us.team] = one.team
                await self._arrived(one.team)
                if self._started:
                    log.info("%s is there now", us.name)
            if self.teams and await self._vault.get(BEGUN) is None:
                await self._vault.put(BEGUN, b"1", 0)
            for one in coming:
                if one.there:
                    await self._hear(one)

    async def _hear(self, one: Entrant) -> None:
        try:
            await self._listen(one.team)
        except ConfigError as refused:
            self._refuse(one, f": {refused.params['problem']}. {NEW_TOKENS}")

    async def _try_again(self, one: Entrant) -> None:
        tries = 0
        while not (one.there or one.refused):
            tries += 1
            await asyncio.sleep(self._timing.wait(one.failure or StoreError(), tries))
            if not one.opened:
                await self._open(one)
            if one.opened:
                try:
                    await self._let_in()
                except StoreError as error:
                    log.warning("%s: %s", one.name, error.english())
