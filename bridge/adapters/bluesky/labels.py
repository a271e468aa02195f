"""Labels of posts and accounts: what is left out, and what stands behind a warning.

The values that every reader has to know: https://docs.bsky.app/docs/advanced-guides/moderation#global-label-values and
packages/api/src/moderation/const/labels.ts of bluesky-social/atproto. Those of other labelers are not asked for.
"""

from __future__ import annotations

from collections.abc import Mapping

from bridge.adapters.bluesky.shape import rows, table, words

HIDDEN = frozenset({"!hide", "!takedown", "!suspend", "dmca-violation", "doxxing", "nudity-nonconsensual"})
"""Nobody is to see that."""
SIGNED_IN_ONLY = "!no-unauthenticated"
"""An account's wish: only for those who are signed in there. We are not."""
WARNINGS: Mapping[str, str] = {
    "!warn": "Content warning",
    "porn": "Adult content",
    "sexual": "Sexually suggestive",
    "sexual-figurative": "Sexually suggestive",
    "nudity": "Nudity",
    "graphic-media": "Graphic media",
    "gore": "Graphic media",
    "nsfl": "Graphic media",
    "corpse": "Graphic media",
    "torture": "Graphic media",
    "self-harm": "Self-harm",
    "sensitive": "Sensitive",
    "threat": "Threats",
    "intolerant": "Intolerance",
}
"""Value -> what the network itself calls it."""


def values(*lists: object) -> frozenset[str]:
    """The values of labels (com.atproto.label.defs#label, or #selfLabels with its `values`) that hold: one with `neg`
    takes back what the same labeler said."""
    said: set[tuple[str, str]] = set()
    taken: set[tuple[str, str]] = set()
    for found in lists:
        for label in map(table, rows(table(found).get("values") or found)):
            named = words(label.get("src")), words(label.get("val"))
            (taken if label.get("neg") is True else said).add(named)
    return frozenset(value for _, value in said - taken)


def is_hidden(held: frozenset[str]) -> bool:
    return bool(held & HIDDEN) or SIGNED_IN_ONLY in held


def warning(held: frozenset[str]) -> str:
    """What stands in front, "" for nothing."""
    return ", ".join(dict.fromkeys(said for value, said in WARNINGS.items() if value in held))
