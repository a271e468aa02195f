"""What both sides are compared by: how many rows a table has, and one number made of all of them in whatever order.

Nothing here is shared with the copying: rows come by ordinary SELECTs on both sides, and are summed up in Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

_BYTES = 8
_ALL = 1 << 8 * _BYTES

NUL, INSTEAD = "\0", "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class Sum:
    """`checksum`: the sum of a hash of each row, so that their order does not matter and doubled rows do."""

    rows: int
    checksum: int

    def __str__(self) -> str:
        return f"{self.checksum:0{2 * _BYTES}x}"


def sum_up(rows: Iterable[tuple[Any, ...]]) -> Sum:
    """Rows of whole numbers, texts, bytes and None; true is 1."""
    count = total = 0
    for row in rows:
        count += 1
        total += int.from_bytes(blake2b(repr(row).encode(), digest_size=_BYTES).digest())
    return Sum(count, total % _ALL)


def shortened(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Bytes by their own hash: as a text they are up to four times as long."""
    for row in rows:
        yield tuple(blake2b(value).hexdigest() if isinstance(value, bytes) else value for value in row)


def without_nuls(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """PostgreSQL keeps no NUL in a text, and nobody sees one: the sign for an unreadable character stands there."""
    for row in rows:
        yield tuple(value.replace(NUL, INSTEAD) if isinstance(value, str) else value for value in row)
