"""What makes a process that is tried like any other but for what its variable `PROOF` says: constants that are shorter
here, and a point at which it dies.

What is changed is changed from outside, so that nothing in the package knows of it.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
from datetime import timedelta
from typing import Any


def put(path: str, value: Any) -> None:
    """`path`: module:name or module:Class.name. Durations are seconds; of a dataclass the named fields change. A name
    that is no longer there raises AttributeError: else a proof would go on without what it needs."""
    module, _, rest = path.partition(":")
    *owners, name = rest.split(".")
    owner: Any = importlib.import_module(module)
    for part in owners:
        owner = getattr(owner, part)
    was = getattr(owner, name)
    if isinstance(was, timedelta):
        value = timedelta(seconds=value)
    elif dataclasses.is_dataclass(was) and not isinstance(was, type):
        value = dataclasses.replace(was, **value)
    setattr(owner, name, value)


def prepare() -> None:
    wanted = json.loads(os.environ["PROOF"])
    for path, value in wanted.get("put", {}).items():
        put(path, value)
    if point := wanted.get("dies"):
        from tests.proof.means.dying import arm

        arm(point)
