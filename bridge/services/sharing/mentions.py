"""Names in a text: whose they are, and whose was nearly typed."""

from __future__ import annotations

import difflib

from bridge.model.clean import fold
from bridge.model.ids import PersonId
from bridge.model.kept import Tx
from bridge.model.text import Mention, Text, mentions, resolve, spans


def resolve_people(tx: Tx, text: Text) -> tuple[Text, tuple[tuple[str, str], ...]]:
    """The text with its mentions bound to people, and the mentions nobody owns with the nearest handle."""
    labels = mentions(text)
    if not labels:
        return text, ()
    found = tx.people.by_handles(labels)
    bound = resolve(text, {label: (person.id, person.handle) for label, person in found.items()})
    unknown = [label for label in labels if label not in found]
    return bound, tuple((label, nearest_handle(tx, label)) for label in unknown)


def nearest_handle(tx: Tx, label: str) -> str:
    """The handle most like it, "" when none is."""
    handles = {fold(p.handle): p.handle for p in tx.people.handles(label[:1], 200)}
    near = difflib.get_close_matches(label, handles, 1, 0.6)
    return handles[near[0]] if near else ""


def people_in(text: Text) -> list[PersonId]:
    """The people a text names, in order, each once."""
    found = (span.person for span in spans(text) if isinstance(span, Mention) and span.person is not None)
    return list(dict.fromkeys(found))
