"""The rule for parts that may be missing on a machine, shared by all tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NoReturn

import pytest


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
