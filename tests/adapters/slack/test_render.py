"""Cards for Slack: as kept in golden/, within Slack's limits whatever stands on them, and harmless (law 7)."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bridge.adapters._text import length
from bridge.adapters.slack.shown.blocks import clip, pieces
from bridge.adapters.slack.shown.mrkdwn import escaped
from bridge.adapters.slack.shown.render import LIMITS, render
from bridge.model.card import Action, Byline, Card, Quote, Row, Section, Style
from bridge.model.compose.text import plain_card
from bridge.model.compose.update import joined_card
from bridge.model.ids import PersonId
from bridge.model.post import Attachment, MediaKind
from bridge.model.text import Bold, Code, Italic, Link, Mention, Moment, Plain, Span, Tag, Text, plain
from bridge.services.delivery.showing import ROOM_PER_UPDATE
from tests.adapters.slack.cards import PICTURES, as_json, cards, golden, messages
from tests.adapters.slack.checking import pings, problems
from tests.adapters.slack.hostile import INJECTIONS
from tests.model.samples import ANA, BO, BOARD, ENGLISH, VIENNA, reader, view

AT = datetime(2026, 11, 24, 13, 2, tzinfo=UTC)
HUGE = {
    "(long word)": "x" * 20_000,
    "(entities)": "&" * 9_000,
    "(accents)": "a\u0301" * 4_000,
    "(marks)": "\u0301" * 7_000,
    "(families)": "👩‍👩‍👧‍👦" * 1_000,
    "(lines)": "a b\n" * 3_000,
    "(emoji)": ":a:" * 3_000,
}


def grown(value: Any) -> Any:
    """A card or form with the names in HUGE replaced by what they stand for: so an example stays short to print."""
    if isinstance(value, str) and type(value) is str:
        return HUGE.get(value, value)
    if isinstance(value, tuple):
        return tuple(map(grown, value))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: grown(getattr(value, field.name)) for field in fields(value)})
    return value


def message(card: Card) -> dict[str, object]:
    shown = render(card, PICTURES)
    return {"text": shown.text, "blocks": shown.blocks}


def full(text: str, line: str = "who") -> Card:
    """A card with this text wherever people's words can stand."""
    action = Action(text, line, confirm=text)
    byline = Byline(text, "??", PersonId(1), text, text, text, AT)
    words: Text = (
        Plain(text),
        Bold((Italic((Plain(text),)),)),
        Code(text),
        Mention(None, text),
        Tag(text),
        Link("https://a.example/", text),
        Link(text, text),
        Moment(AT),
    )
    row = Row(text, words, text, (Action(text, line),))
    media = (Attachment("00" * 32, text, MediaKind.FILE, text, 1, text), replace(BOARD, alt=text))
    card = Card(
        title=text,
        byline=byline,
        text=words,
        quote=Quote(byline, words),
        media=media,
        sections=(Section(text, (row, replace(row, actions=()), replace(row, actions=(action, action)))),),
        footer=(text, words),
        actions=(action,),
        menu=(Action(text, line), Action(text, line)),
        post=7,
    )
    return replace(card, joined=(card,))


@pytest.mark.parametrize("name", sorted(messages()))
def test_a_card_looks_as_kept(name: str) -> None:
    """Where a change is meant: `python -m tests.adapters.slack.cards` writes the files anew."""
    assert as_json(messages()[name]) == golden(name)


@pytest.mark.parametrize("name", sorted(messages()))
def test_a_card_is_what_slack_takes(name: str) -> None:
    shown = messages()[name]

    assert problems(shown["blocks"]) == []
    assert pings(shown) == []


def test_a_digest_fits_on_one_screen() -> None:
    assert len(messages()["digest"]["blocks"]) <= 20


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_field_of_a_card_pings_anybody(text: str) -> None:
    shown = message(full(text))

    assert pings(shown) == []
    assert problems(shown["blocks"]) == []  # type: ignore[arg-type]
    assert pings(message(Card(text=(Plain(text),)))) == []


WORDS = st.one_of(
    st.text(max_size=30),
    st.text(st.characters(), max_size=30),
    st.sampled_from(["", " ", "\n", "\u200b", "\u202e", "\ud800", "<!channel>", "&lt;", ":mega:", "```"]),
    st.sampled_from(sorted(HUGE)),
)
LINES = st.one_of(st.sampled_from(["", "who", "x" * 90, "x" * 151, "&" * 90, "x" * 301]), st.text(max_size=90))
ACTIONS = st.lists(
    st.builds(Action, WORDS, LINES, st.sampled_from(Style), st.one_of(st.just(""), WORDS)), max_size=7
).map(tuple)
MOMENTS = st.datetimes(timezones=st.just(UTC))
SPANS: st.SearchStrategy[Span] = st.recursive(
    st.one_of(
        st.builds(Plain, WORDS),
        st.builds(Code, WORDS),
        st.builds(Tag, WORDS),
        st.builds(Mention, st.none(), WORDS),
        st.builds(Link, st.one_of(st.just("https://example.org/a"), WORDS), WORDS),
        st.builds(Moment, MOMENTS, st.sampled_from(["time", "date", "both"])),
    ),
    lambda inner: st.one_of(
        st.builds(Bold, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Italic, st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=4,
)
TEXTS = st.lists(SPANS, max_size=4).map(tuple)
BYLINES = st.builds(
    Byline, WORDS, WORDS, title=WORDS, picture=st.sampled_from([None, "https://a.example/a.png", "x"]), at=MOMENTS
)
ROWS = st.builds(Row, WORDS, TEXTS, WORDS, ACTIONS)
MEDIA = st.builds(
    Attachment, st.sampled_from([BOARD.digest, "0" * 64]), WORDS, st.sampled_from(MediaKind), WORDS, st.just(1), WORDS
)
PLAIN_CARDS = st.builds(
    Card,
    title=WORDS,
    byline=st.none() | BYLINES,
    text=TEXTS,
    quote=st.none() | st.builds(Quote, BYLINES, TEXTS),
    media=st.lists(MEDIA, max_size=4).map(tuple),
    sections=st.lists(st.builds(Section, WORDS, st.lists(ROWS, max_size=3).map(tuple)), max_size=3).map(tuple),
    footer=st.lists(WORDS | TEXTS, max_size=3).map(tuple),
    actions=ACTIONS,
    menu=ACTIONS,
)
CARDS = st.builds(
    lambda card, joined: replace(card, joined=tuple(joined)), PLAIN_CARDS, st.lists(PLAIN_CARDS, max_size=3)
)


FAST = settings(max_examples=30, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
"""Making a card of this size smaller takes minutes and teaches little."""


@FAST
@given(CARDS)
def test_any_card_is_what_slack_takes(card: Card) -> None:
    card = grown(card)

    shown = message(card)

    assert problems(shown["blocks"]) == []  # type: ignore[arg-type]
    assert pings(shown) == []
    assert 0 < len(str(shown["text"])) <= 4_000


@settings(FAST, max_examples=5)
@given(CARDS)
def test_a_card_looks_the_same_however_often_it_is_drawn(card: Card) -> None:
    assert render(card) == render(card)


def test_an_empty_card_is_still_a_message() -> None:
    assert render(Card()).blocks
    assert render(Card()).text


@pytest.mark.parametrize("text", sorted(HUGE))
def test_what_does_not_fit_ends_with_dots_and_its_buttons_stay(text: str) -> None:
    card = Card(title="A", text=(Plain(HUGE[text] * 2),), actions=(Action("Reply", "reply ~1"),))

    shown = render(card)

    assert shown.blocks[-1]["type"] == "actions"
    assert "…" in str(shown.blocks[-2])
    assert shown.text.endswith("…")


@pytest.mark.parametrize("letters", [10, 100, 300, 500])
def test_as_many_joined_updates_as_the_limits_allow_are_all_there(letters: int) -> None:
    count = min(LIMITS.joined, LIMITS.text // (letters + ROOM_PER_UPDATE))
    ana = replace(ANA, picture="https://avatars.example.org/T0123456789-U0123456789-0123456789ab-512.png")
    views = [
        view(ana, "Überraschung " * 40, n, attachments=(BOARD,), likes=n, replies=2, quoted=view(BO, "ä" * 200))
        for n in range(1000, 1000 + count)
    ]
    cut = [replace(one, post=replace(one.post, text=(Plain(plain(one.post.text)[:letters]),))) for one in views]

    shown = render(joined_card(cut, reader()), PICTURES)

    assert all(f"reply ~{one.post.number}" in str(shown.blocks) for one in cut)
    assert problems(shown.blocks) == []
    assert "…" not in shown.text


def test_a_card_in_words_alone_goes_as_a_plain_section() -> None:
    """What remains when Slack refused blocks must not be made of the blocks it refused."""
    shown = render(plain_card(cards()["digest"], ENGLISH, VIENNA))

    assert {block["type"] for block in shown.blocks} == {"section"}


def test_a_button_types_its_line_and_asks_where_it_should() -> None:
    delete = Action("Delete", "delete ~7", Style.DANGER, confirm="Delete this update and all its copies?")

    [block] = render(Card(actions=(delete,))).blocks

    [button] = block["elements"]  # type: ignore[misc]
    assert (button["value"], button["style"], button["action_id"]) == ("delete ~7", "danger", "do0")
    assert button["confirm"]["text"]["text"] == "Delete this update and all its copies?"


def test_what_asks_first_stands_before_the_menu() -> None:
    """A menu asks before all of its lines or before none."""
    delete = Action("Delete", "delete ~7", confirm="Sure?")
    menu = (Action("Edit", "edit ~7"), delete, Action("Why here?", "why ~7"))

    [block] = render(Card(actions=(Action("Reply", "reply ~7"),), menu=menu)).blocks

    reply, button, more = block["elements"]  # type: ignore[misc]
    assert (reply["value"], button["value"]) == ("reply ~7", "delete ~7")
    assert [option["value"] for option in more["options"]] == ["edit ~7", "why ~7"]


def test_five_buttons_and_five_lines_are_the_most() -> None:
    many = tuple(Action(f"Do {n}", f"who {n}") for n in range(9))

    [block] = render(Card(actions=many, menu=many)).blocks

    *buttons, more = block["elements"]  # type: ignore[misc]
    assert [button["value"] for button in buttons] == [f"who {n}" for n in range(5)]
    assert len(more["options"]) == 5


def test_a_picture_is_shown_where_slack_has_it_and_named_where_not() -> None:
    card = Card(media=(BOARD,))

    assert render(card, PICTURES).blocks[0]["slack_file"] == {"id": "F0BOARD0001"}
    assert "green build board" in str(render(card).blocks)
    assert "image" not in {block["type"] for block in render(card).blocks}


def test_only_a_safe_address_becomes_a_face() -> None:
    faces = [
        render(Card(byline=Byline("Ana", "A", picture=url))).blocks[0]
        for url in ("https://a.example/a.png", "file:///x")
    ]

    assert ["image" in str(face) for face in faces] == [True, False]


@given(st.text(st.sampled_from("ab <>&\n*é👩‍👧🎉")), st.integers(4, 40))
def test_a_long_text_is_split_between_characters_and_nothing_is_lost(text: str, size: int) -> None:
    whole = escaped(text)

    parts = pieces(whole, max(size, 12))

    assert all(length(part) <= max(size, 12) for part in parts)
    assert "".join("".join(parts).split()) == "".join(whole.split())
    assert all(part.count("&") == part.count(";") for part in parts if "&" in part)


@given(st.text(), st.integers(1, 60))
def test_what_is_cut_says_so(text: str, size: int) -> None:
    cut = clip(escaped(text), size)

    assert length(cut) <= size
    assert cut == escaped(text) or cut.endswith("…")
