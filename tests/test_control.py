"""The private socket of a running bridge."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from pathlib import Path

from bridge import control


async def _deed(words: Sequence[str]) -> str:
    return " ".join(words)


async def test_its_folder_is_made_where_nobody_has_yet(tmp_path: Path) -> None:
    socket = tmp_path / "data" / "bridge.sock"

    server = await control.listen(socket, {"say": _deed})

    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(socket.stat().st_mode) == 0o600
    server.close()
