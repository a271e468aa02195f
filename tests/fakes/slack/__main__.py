"""The fake in a process of its own, see `control`."""

import asyncio

from tests.fakes.slack import FakeSlack
from tests.fakes.slack.control import alone

if __name__ == "__main__":
    asyncio.run(alone(FakeSlack))
