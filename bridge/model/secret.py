"""Secret: a value that is used and never shown, and `redact`, which takes every such value out of a text.

Here and not beside the log, because adapters obtain secrets too (a refreshed token) and import only the model.
Reading secrets from the environment or a file is `config`'s; writing log lines is `logs`'.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

import regex

SHOWN_INSTEAD = "[secret]"
SHORTEST = 4
"""Characters. A shorter value would blank out half of every line, and protects nothing."""
LONG_LINE = 16
"""Characters from which one line of a many-line secret (a private key) counts as a secret of its own."""

_SHAPES = regex.compile(
    r"""(?P<keep>://[^/\s:@'"]*:)[^/\s@'"]+(?=@)                 # a password in an address
      | (?P<keep>\b(?:Bot|Bearer|Basic)\s+)[\w.~+/=-]{16,}         # an Authorization header
      | \b(?:xox[a-z]|xapp|xwfp)(?:\.xox[a-z])?-[\w.-]{6,}         # workspace tokens
      | (?P<keep>\bhooks\.\w+\.com/services/)[\w/]+                # incoming webhooks
      | (?P<keep>/api/(?:v\d+/)?(?:webhooks|interactions)/\d+/)[\w-]+
      | (?<![\w.-])[\w-]{22,30}\.[\w-]{6,7}\.[\w-]{27,}            # bot tokens
    """,
    regex.VERBOSE,
)

_values: set[str] = set()
_known: regex.Pattern[str] | None = None


def register_secret(value: str) -> None:
    """From now on `redact` hides this value, also where it was quoted for an address, for JSON or by `repr`."""
    global _known
    parts = {value, *(line.strip() for line in value.splitlines() if len(line.strip()) >= LONG_LINE)}
    forms = {
        form
        for part in parts
        if len(part) >= SHORTEST
        for form in (part, quote(part, safe=""), quote_plus(part), json.dumps(part)[1:-1], repr(part)[1:-1])
    }
    if forms <= _values:
        return
    _values.update(forms)
    # Longest first: a secret may begin with another one.
    _known = regex.compile("|".join(map(regex.escape, sorted(_values, key=len, reverse=True))))


def redact(text: str) -> str:
    """The text with every registered secret, and whatever looks like a token, replaced by `[secret]`."""
    if _known is not None:
        text = _known.sub(SHOWN_INSTEAD, text)
    return _SHAPES.sub(lambda found: (found["keep"] or "") + SHOWN_INSTEAD, text)


@dataclass(frozen=True, slots=True)
class Secret:
    """A token or password. Made, it is registered for redaction; `reveal` gives it to the one caller who sends it.

    In an adapter's Settings: `token: Secret = Secret("")`. The value comes from the environment
    (`BRIDGE_<ADAPTER>__TOKEN`) or from the file that `token_file` names, never from bridge.toml itself.
    """

    _value: str = field(repr=False)

    def __post_init__(self) -> None:
        if self._value:
            register_secret(self._value)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __str__(self) -> str:
        return SHOWN_INSTEAD if self._value else ""

    def reveal(self) -> str:
        """The value itself, for the request that needs it."""
        return self._value
