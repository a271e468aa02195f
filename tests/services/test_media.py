"""Files that come with updates: their names, and the links that lead to them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from bridge.model.clock import FixedClock
from bridge.model.kept import Store
from bridge.services.sharing.media import SignedMedia, tidy

NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("board.png", "board.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\plan.pdf", "plan.pdf"),
        ("evil\u202egpj.exe", "evilgpj.exe"),
        ("..", "file"),
        ("", "file"),
        ("x" * 300 + ".png", "x" * 196 + ".png"),
    ],
)
def test_a_file_keeps_its_own_name_and_nothing_that_leads_elsewhere(name: str, kept: str) -> None:
    assert tidy(name) == kept


def signed(clock: FixedClock) -> tuple[SignedMedia, dict[str, str]]:
    media = SignedMedia(cast(Store, None), clock, b"key")
    parts = urlsplit(media.url("ab" * 32, "board 1.png", "image/png"))
    _, _, digest, name = parts.path.split("/")
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    return media, {"digest": digest, "name": unquote(name), "mime": query["m"], "until": query["u"], "sign": query["s"]}


def test_a_link_works_for_a_day_and_then_no_more() -> None:
    clock = FixedClock(NOW)
    media, link = signed(clock)

    assert media.allows(link["digest"], link["name"], link["mime"], link["until"], link["sign"])
    clock.advance(hours=26)
    assert not media.allows(link["digest"], link["name"], link["mime"], link["until"], link["sign"])


@pytest.mark.parametrize("part", ["digest", "name", "mime", "until", "sign"])
def test_a_link_that_was_touched_does_not_work(part: str) -> None:
    media, link = signed(FixedClock(NOW))
    link[part] = link[part][:-1] + ("0" if link[part][-1] != "0" else "1")

    assert not media.allows(link["digest"], link["name"], link["mime"], link["until"], link["sign"])
