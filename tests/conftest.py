"""What all tests share: the rule for parts that may be missing on a machine, and how long Hypothesis looks."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NoReturn

import pytest
from hypothesis import settings

# No deadline: on a busy machine it would fail tests that are merely slow.
settings.register_profile("suite", deadline=None)
settings.register_profile("long", deadline=None, max_examples=5_000)  # pytest --hypothesis-profile=long
settings.load_profile("suite")


@pytest.fixture(scope="session")
def missing() -> Callable[[str, str], NoReturn]:
    """`missing("postgres", "none answers at …")` skips the test with that reason, or fails it where the part is
    required: `BRIDGE_TEST_REQUIRE=postgres,chromium,specs`."""
    return _missing


def _missing(part: str, reason: str) -> NoReturn:
    required = os.environ.get("BRIDGE_TEST_REQUIRE", "").replace(" ", "").split(",")
    if part in required:
        pytest.fail(f"{part} is required here, but missing: {reason}", pytrace=False)
    pytest.skip(f"{part} is missing: {reason}")
