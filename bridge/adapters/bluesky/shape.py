"""Reading JSON that nobody vouches for: what is not of the expected type counts as absent. Nothing here fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

from bridge.model.clean import clean, safe_url

Table: TypeAlias = Mapping[str, object]


def table(found: object) -> Table:
    return found if isinstance(found, dict) else {}


def rows(found: object) -> Sequence[object]:
    return found if isinstance(found, list) else ()


def words(found: object) -> str:
    """A string as it came; "" for anything else."""
    return found if isinstance(found, str) else ""


def line(found: object, limit: int = 300) -> str:
    """A string that fits on one line of at most so many code points, clean; "" for anything else."""
    return clean(" ".join(clean(words(found), limit * 2).split()))[:limit].strip()


def address(found: object) -> str:
    """An http or https address; "" for anything else."""
    return safe_url(words(found)) or ""


def moment(found: object) -> datetime | None:
    """A date and time as the datetime format of a lexicon has it, aware UTC; without a zone it counts as UTC."""
    try:
        read = datetime.fromisoformat(words(found))
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def kind(found: object) -> str:
    """The `$type` of an object of a union."""
    return words(table(found).get("$type"))
