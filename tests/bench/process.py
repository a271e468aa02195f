"""`bridge run` as it is in earnest, for whoever measures its memory: in an interpreter of its own."""

from __future__ import annotations

from tests.e2e import process
from tests.nursery import Child, fresh


class Process(process.Process):
    """Its clock is the machine's."""

    def _begun(self) -> Child:
        return fresh(["run"], self.folder, self.environment, self.folder / "log")
