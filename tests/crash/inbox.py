"""`python -m tests.crash.inbox URL KEY EVENT…`: remembers events as an adapter does, and is killed as soon as the last
one may be acknowledged. `KEY` is in hexadecimal.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence

from bridge.model.clock import FixedClock
from bridge.services.keeping import EncryptedInbox
from bridge.store.tx import open_store
from tests.core import MONDAY


async def remember_and_die(url: str, key: str, events: Sequence[str]) -> None:
    inbox = EncryptedInbox(open_store(url), bytes.fromhex(key), "chat", FixedClock(MONDAY))
    for event in events:
        await inbox.remember(event, b"Hello")
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    asyncio.run(remember_and_die(sys.argv[1], sys.argv[2], sys.argv[3:]))
