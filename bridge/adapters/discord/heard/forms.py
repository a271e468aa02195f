"""What forms need beside what they carry themselves: those that were refused, to be opened again as they were filled
in, and the files of messages that are being shared. In memory only; who comes after a restart is told so."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from bridge.model.card import Form

MOST = 500
AGAIN = "form-again "
"""Before the key, in the line of a button that opens a refused form again. It is no verb: only this adapter reads
it."""

Files = Sequence[Mapping[str, Any]]


class Forms:
    """The latest ones. Each is for the one whose words and files it holds, whoever presses."""

    def __init__(self) -> None:
        self._refused: OrderedDict[str, tuple[str, Form, str]] = OrderedDict()
        self._files: OrderedDict[tuple[str, str], Files] = OrderedDict()
        self._count = 0

    def keep(self, form: Form, message: str, user: str) -> str:
        """Returns the key for `kept`."""
        self._count += 1
        key = str(self._count)
        self._refused[key] = user, form, message
        if len(self._refused) > MOST:
            self._refused.popitem(last=False)
        return key

    def kept(self, key: str, user: str) -> tuple[Form, str] | None:
        """The form as it was refused, and the message it is made from."""
        owner, form, message = self._refused.get(key, ("", None, ""))
        return (form, message) if form is not None and owner == user else None

    def bring(self, message: str, files: Files, user: str) -> None:
        """Attachment objects of the message that a form is made from: Discord shows them only this once."""
        if not files:
            return
        self._files[message, user] = files
        self._files.move_to_end((message, user))
        if len(self._files) > MOST:
            self._files.popitem(last=False)

    def along(self, message: str, user: str) -> Files:
        return self._files.get((message, user), ())
