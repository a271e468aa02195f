"""What forms need beside what they carry themselves: those that were refused, to be opened again as they were filled
in, and the messages that are being shared. In memory only; who comes after a restart is told so, or shares their words
without the message."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bridge.model.card import Form

MOST = 500
AGAIN = "form-again "
"""Before the key, in the line of a button that opens a refused form again. It is no verb: only this adapter reads
it."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A message of one's own, as it was when its form was opened: its words, and its attachment objects, which Discord
    shows only this once."""

    text: str
    files: Sequence[Mapping[str, Any]] = ()


class Forms:
    """The latest ones. Each is for the one whose words and files it holds, whoever presses."""

    def __init__(self) -> None:
        self._refused: OrderedDict[str, tuple[str, Form, str]] = OrderedDict()
        self._offered: OrderedDict[tuple[str, str], Offered] = OrderedDict()

    def keep(self, form: Form, message: str, user: str) -> str:
        """Returns the key for `kept`."""
        key = secrets.token_hex(8)
        self._refused[key] = user, form, message
        if len(self._refused) > MOST:
            self._refused.popitem(last=False)
        return key

    def kept(self, key: str, user: str) -> tuple[Form, str] | None:
        """The form as it was refused, and the message it is made from."""
        owner, form, message = self._refused.get(key, ("", None, ""))
        return (form, message) if form is not None and owner == user else None

    def offer(self, message: str, user: str, offered: Offered) -> None:
        self._offered[message, user] = offered
        self._offered.move_to_end((message, user))
        if len(self._offered) > MOST:
            self._offered.popitem(last=False)

    def offered(self, message: str, user: str) -> Offered | None:
        """None for what nobody offered them: what a form says of itself is not believed."""
        return self._offered.get((message, user))
