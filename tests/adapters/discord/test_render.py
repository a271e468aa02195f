"""Cards for Discord: within its limits whatever stands on them, the person first, and harmless (law 7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.adapters._text import JOINER
from bridge.adapters.discord.shown.render import FILES, LIMITS, marked, render
from bridge.model.card import Action, Byline, Card, Quote, Row, Section
from bridge.model.compose.text import plain_card
from bridge.model.compose.update import joined_card
from bridge.model.post import Attachment, MediaKind
from bridge.model.text import Bold, Moment, Plain, plain
from bridge.services.delivery.showing import ROOM_PER_UPDATE
from bridge.words import words_for
from tests.adapters.discord.checking import kinds, markdown_problems, pings, problems
from tests.adapters.discord.client import read, words
from tests.adapters.discord.hostile import INJECTIONS, OWN
from tests.adapters.slack.cards import cards
from tests.adapters.slack.test_render import CARDS, FAST, HUGE, full, grown
from tests.model.samples import ANA, BO, BOARD, ENGLISH, VIENNA, reader, view

AT = datetime(2026, 11, 24, 13, 2, tzinfo=UTC)


def body(card: Card) -> dict[str, Any]:
    return render(card, "42").payload()


def described(card: Card) -> str:
    """The description of a card that is one embed."""
    [embed] = render(card).embeds
    return str(embed["description"])


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_field_of_a_card_pings_anybody(text: str) -> None:
    shown = body(full(text))

    assert pings(shown) == []
    assert problems(shown) == []
    assert pings(body(Card(text=(Plain(text),)))) == []


@pytest.mark.parametrize("text", OWN)
def test_no_words_make_a_quote_or_small_print(text: str) -> None:
    row = Row(text, (Plain(text),), text)

    shown = described(Card(title=text, text=(Plain(text),), sections=(Section("", (row,)),)))

    assert not kinds(shown) & {"quote", "subtext"}


@FAST
@given(CARDS)
def test_any_card_is_what_discord_takes(card: Card) -> None:
    shown = body(grown(card))

    assert problems(shown) == []
    assert pings(shown) == []


@settings(FAST, max_examples=5)
@given(CARDS)
def test_a_card_looks_the_same_however_often_it_is_drawn(card: Card) -> None:
    assert render(card) == render(card)


def test_an_empty_card_is_still_a_message() -> None:
    assert render(Card()).embeds == [{"description": "…"}]
    assert render(Card(text=(Plain("\u200b \n"),))).embeds == [{"description": "…"}]


def test_a_card_in_words_alone_is_a_description_and_nothing_else() -> None:
    shown = render(plain_card(cards()["digest"], ENGLISH, VIENNA))

    assert [embed.keys() for embed in shown.embeds] == [{"description"}]
    assert (shown.content, shown.components, shown.files) == ("", [], ())


def test_the_person_comes_first() -> None:
    by = Byline("Ana *K*", "AK", title="Release\ncaptain", picture="https://a.example/a.png", at=AT)

    [embed] = render(Card(byline=by, text=(Plain("Shipping"),), footer=("2 replies",))).embeds

    assert embed["author"] == {"name": "Ana *K* · Release captain", "icon_url": "https://a.example/a.png"}
    assert embed["description"] == "Shipping\n-# <t:1795525320:R> · 2 replies"


@pytest.mark.parametrize(
    "url", ["file:///x", "javascript:x", "https://a@b.example/x", "https://a.example/" + "x" * 3_000]
)
def test_only_a_safe_address_becomes_a_face(url: str) -> None:
    [embed] = render(Card(byline=Byline("Ana", "A", picture=url))).embeds

    assert embed["author"] == {"name": "Ana"}


def test_a_card_is_read_from_top_to_bottom() -> None:
    row = Row("Ana", (Plain("Shipping"),), "4 replies")
    card = Card(
        title="Good morning",
        text=(Plain("Two lines\nof text"),),
        quote=Quote(Byline("Bo", "B"), (Plain("what\n\nwas said"),)),
        sections=(Section("People", (row, Row("", (Plain("alone"),)))), Section("", (Row("Bo", ()),))),
        footer=("Next: ", (Plain("until "), Moment(AT))),
    )

    assert described(card).split("\n") == [
        "**Good morning**",
        "Two lines",
        "of text",
        "> **Bo**",
        "> what",
        "> was said",
        "",
        "-# **PEOPLE**",
        "**Ana** Shipping · 4 replies",
        "alone",
        "",
        "**Bo**",
        "",
        "-# Next: · until <t:1795525320:f>",
    ]


def test_a_section_without_words_leaves_no_gap() -> None:
    assert described(Card(text=(Plain("x"),), sections=(Section("", ()), Section("", (Row("", ()),))))) == "x"


def test_pictures_and_files_come_along_with_their_alt_text() -> None:
    film = Attachment("cd" * 32, "SPOILER_a/b.mp4", MediaKind.VIDEO, "video/mp4", 9)

    shown = render(Card(text=(Plain("x"),), media=(BOARD, film)))

    assert shown.files == (BOARD, film)
    assert shown.payload()["attachments"] == [
        {"id": "0", "filename": "board.png", "description": "green build board"},
        {"id": "1", "filename": "a_b.mp4"},
    ]
    assert "📎" not in str(shown.embeds)


def test_what_is_more_than_a_message_holds_is_named() -> None:
    many = tuple(replace(BOARD, alt=f"board {number}") for number in range(12))

    shown = render(Card(text=(Plain("x"),), media=many))

    assert shown.files == many[:FILES]
    assert shown.embeds[0]["description"] == "x\n📎 board 10\n📎 board 11"


@pytest.mark.parametrize("text", sorted(HUGE))
def test_what_does_not_fit_ends_with_dots_and_what_stands_below_stays(text: str) -> None:
    card = Card(
        title="A", text=(Plain(HUGE[text] * 2),), footer=("seen by you",), actions=(Action("Reply", "reply ~1"),)
    )

    shown = render(card)

    said, foot = str(shown.embeds[0]["description"]).rsplit("\n", 1)
    assert said.endswith("…")
    assert foot == "-# seen by you"
    assert shown.components
    assert problems(shown.payload()) == []


def test_a_long_footer_leaves_room_for_what_it_is_about() -> None:
    said, foot = described(Card(text=(Plain("word " * 2_000),), footer=("small " * 500,))).split("\n")

    assert len(said) > 3_300
    assert 500 < len(foot) <= 600
    assert foot.endswith("…")


def test_a_card_that_just_fits_is_whole() -> None:
    """No character is lost before it has to be."""
    text = "word " * 700

    assert words(read(described(Card(title="A", text=(Plain(text),), footer=("B",))))) == f"A\n{text}\nB\n"


def test_several_updates_are_an_embed_each_below_their_number() -> None:
    shown = render(cards()["joined"])

    assert shown.content == "**3 updates**"
    assert [embed["author"]["name"][:2] for embed in shown.embeds] == ["An", "Li", "Bo"]  # type: ignore[index]
    assert "📎 green build board" in str(shown.embeds[0]["description"])
    assert shown.files == (BOARD,)


@pytest.mark.parametrize("letters", [10, 100, 300, 500])
def test_as_many_joined_updates_as_the_limits_allow_are_all_there(letters: int) -> None:
    count = min(LIMITS.joined, LIMITS.text // (letters + ROOM_PER_UPDATE))
    views = [
        view(ANA, "Überraschung " * 40, n, attachments=(BOARD,), likes=n, replies=2, quoted=view(BO, "ä" * 200))
        for n in range(1000, 1000 + count)
    ]
    cut = [replace(one, post=replace(one.post, text=(Plain(plain(one.post.text)[:letters]),))) for one in views]

    shown = render(joined_card(cut, reader()))

    assert all(f"reply ~{one.post.number}" in str(shown.components) for one in cut)
    assert len(shown.embeds) == count
    assert problems(shown.payload()) == []
    assert "…" not in str(shown.embeds)


def test_what_is_more_than_ten_updates_is_counted_in_the_readers_language() -> None:
    one = Card(byline=Byline("Ana", "A"), text=(Plain("x"),), footer=("small",))

    shown = render(Card(title="Many", joined=(one,) * 13), words=words_for("de"))

    assert len(shown.embeds) == 10
    assert str(shown.embeds[-1]["description"]).startswith("x\n-# und 3 mehr\n")


def test_a_long_update_leaves_room_for_short_ones_beside_it() -> None:
    long, short = (Card(text=(Plain(letter * size),)) for letter, size in (("x", 9_000), ("y", 500)))

    first, *others = [
        str(embed["description"]) for embed in render(Card(title="A", joined=(long, short, short))).embeds
    ]

    assert first.endswith("x…")
    assert len(first) > 3_900
    assert others == ["y" * 500] * 2


def test_the_mark_is_found_again_and_nothing_else() -> None:
    shown = render(cards()["joined"], "0a1b2c3d4e5f6g7h8i9j0k1l2").payload()

    assert marked(shown) == "0a1b2c3d4e5f6g7h8i9j0k1l2"
    assert [("url" in embed) for embed in shown["embeds"]] == [True, False, False]  # type: ignore[attr-defined]
    assert marked(render(Card()).payload()) == ""


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"embeds": None},
        {"embeds": [None, 7, {}, {"url": 5}]},
        {"embeds": [{"url": "https://discord.com/app"}]},
        {"embeds": [{"url": "https://discord.com/app#bridge-"}]},
        {"embeds": [{"url": "https://discord.com/app#bridge-A B"}]},
        {"embeds": [{"url": "https://evil.example/#bridge-42"}]},
    ],
)
def test_what_bears_no_mark_has_none(message: dict[str, object]) -> None:
    assert marked(message) == ""


def test_nobody_is_pinged_by_a_name() -> None:
    [embed] = render(Card(byline=Byline("@everyone", "E"), text=(Plain("x"),))).embeds

    assert embed["author"] == {"name": f"@{JOINER}everyone"}


@given(st.text(max_size=40))
def test_a_title_is_one_bold_line(title: str) -> None:
    shown = described(Card(title=title, text=(Bold((Plain("x"),)),)))

    assert shown.count("\n") <= 1
    assert markdown_problems(shown) == []
