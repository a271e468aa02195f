"""`python -m tests.proof.child WORDS…`: the command line of Bridge, in a process that is like any other but for what
the variable `PROOF` says: constants that are shorter here, and a point at which it dies.

What is changed is changed from outside, so that nothing in the package knows of it.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
import sys
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bridge.cli import main


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


def prepare(wanted: Mapping[str, Any]) -> None:
    for path, value in wanted.get("put", {}).items():
        put(path, value)
    if point := wanted.get("dies"):
        from tests.proof.dying import arm

        arm(point)


if __name__ == "__main__":
    prepare(json.loads(os.environ.get("PROOF", "{}")))
    sys.exit(main(sys.argv[1:]))
