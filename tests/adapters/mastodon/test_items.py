"""Statuses of every kind as items: as kept in golden.json."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bridge.adapters.mastodon.items import item_of, may_be_shown
from bridge.adapters.mastodon.read import read_status
from bridge.model import text as t
from tests.adapters.mastodon.golden import GOLDEN, as_json, items
from tests.fakes.mastodon import shapes as mastodon_shapes
from tests.fakes.mastodon.state import Person, Toot

ANA, BO = Person("1", "ana"), Person("2", "bo", "elsewhere.example", "Bo")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


async def test_items_are_as_kept() -> None:
    assert as_json(await items()) == GOLDEN.read_text(encoding="utf-8"), "python -m tests.adapters.mastodon.golden"


def item(toot: Toot, **changed: Any) -> Any:
    status = read_status(mastodon_shapes.status(toot, "social.example") | changed)
    assert status
    return item_of(status, "social.example", author=False)


def toot(**parts: Any) -> Toot:
    return Toot(**{"id": "10", "by": ANA, "at": NOON, "html": "<p>Hello</p>", **parts})


def test_a_boost_has_no_words_of_its_own() -> None:
    made = item(toot(boosts=toot(id="9", by=BO, html="<p>Theirs</p>", language="de", tags=("x",))))

    assert (made.boost, made.text, made.id, made.language, made.tags) == (True, (), "10", "de", ("x",))
    assert (made.cited.author, made.link) == ("Bo (@bo@elsewhere.example)", "https://elsewhere.example/@bo/9")
    assert "Theirs" in t.plain(made.cited.text)


@pytest.mark.parametrize("state", ["pending", "rejected", "revoked", "deleted", "unauthorized", "muted_account", "new"])
def test_only_an_accepted_quote_is_shown(state: str) -> None:
    quoted = {"state": state, "quoted_status": mastodon_shapes.status(toot(id="9", by=BO), "social.example")}

    assert item(toot(), quote=quoted).cited is None
    assert item(toot(), quote={**quoted, "state": "accepted"}).cited is not None


def test_the_address_that_stands_for_a_quote_is_left_out_beside_it() -> None:
    html = '<p class="quote-inline">RE: <a href="https://x.example/9">x.example/9</a></p><p>Finally!</p>'
    quote = {"state": "accepted", "quoted_status": mastodon_shapes.status(toot(id="9", by=BO), "social.example")}

    assert "RE:" not in t.plain(item(toot(html=html), quote=quote).text)
    assert "RE:" in t.plain(item(toot(html=html)).text)


def test_what_only_some_may_see_is_not_passed_on() -> None:
    status = read_status(mastodon_shapes.status(toot(boosts=toot(visibility="private")), "social.example"))

    assert status
    assert not may_be_shown(status)


def test_tags_in_the_text_are_not_told_twice() -> None:
    made = item(toot(tags=("world", "Größe", "")))

    assert [name for name in made.tags if name not in t.tags(made.text)] == list(made.tags)
    assert "grösse" in made.tags


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "https://a:b@x.example/", "", None, 7])
def test_an_address_that_may_not_become_a_link_is_left_out(url: object) -> None:
    media = {"media_attachments": [{"type": "image", "url": url, "description": "x"}]}
    made = item(toot(), url=url, uri=url, card={"url": url, "title": "x"}, **media)

    assert (made.link, made.media) == ("", ())
    assert not [span for span in t.spans(made.text) if isinstance(span, t.Link)]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("zh_Hant", "zh"),
        ("FR", "fr"),
        ("gsw", "gsw"),
        ("english", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_the_language_is_its_primary_subtag(given: str | None, shown: str) -> None:
    assert item(toot(), language=given).language == shown


def test_the_golden_file_has_each_kind() -> None:
    kept = json.loads(GOLDEN.read_text(encoding="utf-8"))

    assert kept["a boost"]["boost"]
    assert kept["a reply"]["reply"]
    assert "reply" not in kept["a thread"]
    assert kept["sensitive pictures"]["warning"] == "NSFW"
    assert "warning" not in kept["sensitive without pictures"]
    assert "cited" not in kept["a quote of what only some may see"]
