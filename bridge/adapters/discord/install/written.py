"""What Discord's setup writes: the token's file, and three keys of bridge.toml. Talking about it is `setup`'s; writing
itself is `_written`'s."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.adapters import _written
from bridge.adapters.discord.install.circles import Chosen
from bridge.adapters.discord.names import PLATFORM
from bridge.model.place import Circle

KEY = "token_file"
DEFAULT_FILE = f"{PLATFORM}.token"
VARIABLE = f"BRIDGE_{PLATFORM.upper()}__"

Values = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Destination:
    """`token`: the token's file; None where the environment holds it. `names`: what bridge.toml has to call that file;
    empty where it is named already. `held`: the token that is there now. `elsewhere`: circles that the environment
    sets."""

    toml: Path
    token: Path | None
    names: str = ""
    held: str = ""
    elsewhere: frozenset[str] = frozenset()

    @property
    def where(self) -> str:
        return f"in {self.token}" if self.token else f"in {VARIABLE}TOKEN"

    def overruled(self, chosen: Chosen) -> list[tuple[str, str]]:
        """Variables of the environment that say something else, each with what it should say."""
        return [
            (f"{VARIABLE}{circle.upper()}", json.dumps(",".join(ids)))
            for circle, ids in _circles(chosen).items()
            if circle in self.elsewhere
        ]


def destination(config: Path, environ: Mapping[str, str]) -> Destination:
    """`config`: where bridge.toml is or would be. Raises ConfigError."""
    set_there = {name.upper(): value for name, value in environ.items()}
    elsewhere = frozenset(circle.value for circle in Circle if f"{VARIABLE}{circle.value.upper()}" in set_there)
    if held := set_there.get(f"{VARIABLE}TOKEN"):
        return Destination(config, None, held=held.strip(), elsewhere=elsewhere)
    if named := set_there.get(f"{VARIABLE}{KEY.upper()}"):
        return Destination(config, Path(named), held=_written.read(Path(named)).strip(), elsewhere=elsewhere)
    text = _written.read(config)
    named_there = _written.value_of(text, PLATFORM, KEY)
    file = config.parent / str(named_there or DEFAULT_FILE)
    names = "" if named_there else DEFAULT_FILE
    return Destination(config, file, names, _written.read(file).strip(), elsewhere)


def values(place: Destination, chosen: Chosen) -> Values:
    """What bridge.toml shall hold; what the environment sets is left out."""
    circles = {circle: ids for circle, ids in _circles(chosen).items() if circle not in place.elsewhere}
    return ({KEY: place.names} if place.names else {}) | circles


def with_all(text: str, values: Values) -> str | None:
    """bridge.toml with these in the platform's table and nothing else changed; None where one of them can't be put."""
    changed: str | None = text
    # Each new key goes right under the table's header, so the last one written stands first.
    for key, value in reversed(list(values.items())):
        changed = None if changed is None else _with(changed, key, value)
    return changed


def lines(values: Values) -> list[str]:
    """The same as somebody would type them."""
    return [f"{key} = {json.dumps(_plain(value), ensure_ascii=False)}" for key, value in values.items()]


def shown(values: Values) -> str:
    """All of them in one line."""
    return ", ".join(lines(values))


def _with(text: str, key: str, value: str | Sequence[str]) -> str | None:
    """An empty list is the default, and written only in the place of another."""
    if not value and not _written.value_of(text, PLATFORM, key):
        return text
    return _written.with_value(text, PLATFORM, key, value)


def _circles(chosen: Chosen) -> dict[str, Sequence[str]]:
    return {Circle.TEAM.value: chosen.team, Circle.COMMUNITY.value: chosen.community}


def _plain(value: str | Sequence[str]) -> str | list[str]:
    return value if isinstance(value, str) else list(value)
