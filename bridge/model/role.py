"""What a process does, where several share one database."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """A listener hears what people do and answers them; a courier delivers, makes digests and tidies up."""

    ALL = "all"
    LISTENER = "listener"
    COURIER = "courier"

    @property
    def listens(self) -> bool:
        return self is not Role.COURIER

    @property
    def delivers(self) -> bool:
        return self is not Role.LISTENER
