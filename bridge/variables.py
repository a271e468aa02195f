"""Which environment variables that begin with BRIDGE_ there are, besides the settings; any other is refused by name.

What the settings say is read by `config`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from pathlib import Path

from bridge.model.errors import ConfigError

PREFIX = "BRIDGE_"
FILE_VARIABLE = "BRIDGE_CONFIG"
KEY_VARIABLE = "BRIDGE_KEY"
MOVE_VARIABLE = "BRIDGE_MOVE_TO"
KEY_FILE_VARIABLE = "BRIDGE_KEY_FILE"
OTHERS = frozenset({FILE_VARIABLE, KEY_VARIABLE, KEY_FILE_VARIABLE, MOVE_VARIABLE, "BRIDGE_SHOTS"})
OTHERS_BEGIN = "BRIDGE_TEST_"
CONTAINER_PORT = re.compile(r"_PORT_\d+_(TCP|UDP|SCTP)(_|$)")
CONTAINER_SERVICE = re.compile(r"(BRIDGE(?:_\w+?)??)_(?:SERVICE_PORT(?:_\w+)?|PORT)")


def given_key(environ: Mapping[str, str]) -> str:
    """The vault's key as the file holds it that the environment names, else as it gives it; "" where it does neither.
    Raises ConfigError for a file that holds none."""
    named = environ.get(KEY_FILE_VARIABLE)
    if not named:
        return environ.get(KEY_VARIABLE, "").strip()
    try:
        if key := Path(named).read_text("ascii").strip():
            return key
        reason = "it is empty"
    except OSError as error:
        reason = str(error.strerror)
    except UnicodeError:
        reason = "it is not a text"
    raise ConfigError(problem=f"{KEY_FILE_VARIABLE} names {named}, which can't be read: {reason}.")


def refuse_unknown(environ: Collection[str], ours: Collection[str]) -> None:
    """Raises ConfigError, with the nearest right name. `ours`: the settings' variables; what is written like one, with
    two underscores, is left to those who read them."""
    names = {variable.upper() for variable in environ}
    for name in sorted(names):
        if not name.startswith(PREFIX) or "__" in name or name in OTHERS or name.startswith(OTHERS_BEGIN):
            continue
        if _set_by_container_hosts(name, names):
            continue
        ends = [right.removeprefix(PREFIX) for right in (*ours, FILE_VARIABLE, KEY_VARIABLE)]
        near = difflib.get_close_matches(name.removeprefix(PREFIX), ends, 1)
        meant = f"Did you mean {PREFIX}{near[0]}?" if near else "They are written like BRIDGE_WEB__PORT."
        raise ConfigError(problem=f"there is no environment variable {name}. {meant}")


def _set_by_container_hosts(name: str, names: Collection[str]) -> bool:
    """Kubernetes sets BRIDGE_PORT and more for a service named bridge, and likewise for bridge-db.

    https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
    """
    if "_SERVICE_HOST" in name or CONTAINER_PORT.search(name):
        return True
    service = CONTAINER_SERVICE.fullmatch(name)
    return service is not None and (service[1] == "BRIDGE" or f"{service[1]}_SERVICE_HOST" in names)
