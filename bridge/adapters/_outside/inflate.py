"""A body as it comes off the wire, decompressed in bounded steps: a bomb costs what was allowed, not what it holds."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

_STEP = 65_536
_GZIP = b"\x1f\x8b"
_MEMBERS = 100
_PIECES = 10_000


class Swollen(Exception):
    """There is more of it than was allowed."""


class Body:
    """Takes in a body piece by piece."""

    def __init__(self, encoding: str, wire: int, decoded: int) -> None:
        """`encoding`: as in Content-Encoding, ValueError for any other than none, gzip and deflate. `wire`, `decoded`:
        how many bytes it may be as it comes, and as it is."""
        self._pieces = 0
        self._inflater = Inflater(encoding)
        self._wire = wire
        self._decoded = decoded
        self._whole = bytearray()

    def add(self, raw: bytes) -> None:
        """Raises Swollen, and ValueError where it is not what its encoding says, or comes in crumbs."""
        self._pieces += 1
        self._wire -= len(raw)
        if self._wire < 0:
            raise Swollen
        if self._pieces > _PIECES:
            raise ValueError("in too many pieces")
        for piece in self._inflater.feed(raw):
            self._whole += piece
            if len(self._whole) > self._decoded:
                raise Swollen

    def whole(self) -> bytes:
        """All of it, decoded. ValueError where its end is missing, or where it was packed twice."""
        self._inflater.close()
        if self._whole.startswith(_GZIP):
            raise ValueError("packed twice")
        return bytes(self._whole)


class Inflater:
    """Undoes a Content-Encoding."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding.strip().lower().removeprefix("x-") or "identity"
        if self._encoding not in ("identity", "gzip", "deflate"):
            raise ValueError("not an encoding that was asked for")
        self._members = 0
        self._head = b""
        self._zip: zlib._Decompress | None = None
        self._ended = False

    def feed(self, raw: bytes) -> Iterator[bytes]:
        """What these bytes hold, in pieces of at most 64 KiB where they were packed. Raises ValueError."""
        if self._encoding == "identity":
            yield raw
            return
        try:
            yield from self._inflated(self._head + raw)
        except zlib.error as error:
            raise ValueError("damaged") from error

    def close(self) -> None:
        """ValueError where the end is missing."""
        if self._zip is not None or (self._head and not self._members):
            raise ValueError("cut short")

    def _inflated(self, raw: bytes) -> Iterator[bytes]:
        while not self._ended and self._begun(raw):
            assert self._zip is not None
            piece = self._zip.decompress(raw, _STEP)
            yield piece
            raw = self._zip.unconsumed_tail
            if self._zip.eof:
                raw, self._zip = self._zip.unused_data, None
                self._members += 1
            elif not raw and len(piece) < _STEP:  # a full piece may leave more behind, though all was taken
                return

    def _begun(self, raw: bytes) -> bool:
        """Whether there is something to go on with. A gzip body may be several in a row (RFC 1952 2.2); anything else
        behind its end is let lie."""
        self._head = b""
        if self._zip is not None:
            return True
        if len(raw) < 2:
            self._head = raw
            return False
        if self._members and (self._encoding != "gzip" or not raw.startswith(_GZIP)):
            self._ended = True
            return False
        if self._members == _MEMBERS:
            raise ValueError("in too many members")
        self._zip = zlib.decompressobj(self._window(raw))
        return True

    def _window(self, raw: bytes) -> int:
        """Some servers send deflate without its wrapping (RFC 9110 8.4.1.2)."""
        if self._encoding == "gzip":
            return zlib.MAX_WBITS | 16
        wrapped = raw[0] & 15 == 8 and int.from_bytes(raw[:2], "big") % 31 == 0
        return zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS
