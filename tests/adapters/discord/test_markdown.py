"""Markdown, both ways: what people typed is what others read, and it means nothing to Discord."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.adapters._emoji import with_characters
from bridge.adapters._text import JOINER, length, visible
from bridge.adapters.discord.shown.escaping import escaped, inner, quiet
from bridge.adapters.discord.shown.markdown import ago, bare, shown, typed, users_in, within
from bridge.model.ids import PersonId
from bridge.model.scan import parse
from bridge.model.text import Bold, Code, Italic, Link, Mention, Moment, Plain, Tag, Text
from tests.adapters.discord.checking import OURS, kinds, markdown_problems
from tests.adapters.discord.client import read, words
from tests.adapters.discord.hostile import INJECTIONS, OWN
from tests.adapters.slack.test_render import FAST, TEXTS, grown

AT = datetime(2026, 11, 24, 13, 2, tzinfo=UTC)
MARKS = "<>&|@#!*_~`:[]()\\ \n\u200b.-+=/ü＠Ω3a1"
ANYTHING = st.text(st.one_of(st.sampled_from(MARKS), st.characters()))


def said(markdown: str) -> str:
    """What a person reads."""
    return words(read(markdown)).replace(JOINER, "")


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (Plain("a & b < c > d"), "a & b < c > d"),
        (Plain("I <3 this"), "I <3 this"),
        (Plain("~1042"), "~1042"),
        (Plain("2 * 3"), r"2 \* 3"),
        (Plain("snake_case"), r"snake\_case"),
        (Plain("C:\\x"), r"C:\\x"),
        (Plain("[a](b)"), r"\[a\](b)"),
        (Plain("# a\n- b\n1. c\n> d\n-# e"), "\\# a\n\\- b\n1\\. c\n\\> d\n\\-\\# e"),
        (Plain("a - b # c > d 1. e"), "a - b # c > d 1. e"),
        (Plain("#release -1 1.5 C# a-b"), "#release -1 1.5 C# a-b"),
        (Plain(":tada: :nothing:"), "🎉 :nothing:"),
        (Plain("<@1>"), f"\\<{JOINER}@1>"),
        (Plain("@everyone"), f"@{JOINER}everyone"),
        (Plain("see https://example.org/a_b."), "see <https://example.org/a_b>."),
        (Plain("see (https://example.org/)."), "see (<https://example.org/>)."),
        (Plain("https://bank.example@evil.example"), f"https:{JOINER}//bank.example@evil.example"),
        (Plain("steam://run"), f"steam:{JOINER}//run"),
        (Bold((Plain("now"),)), "**now**"),
        (Bold((Plain(" now "),)), " **now** "),
        (Bold((Plain("a\nb"),)), "**a**\n**b**"),
        (Bold((Plain(" "),)), " "),
        (Bold((Plain("a*"),)), r"**a\***"),
        (Italic((Plain("now"),)), "*now*"),
        (Italic((Bold((Plain("now"),)),)), "***now***"),
        (Bold((Plain("a "), Link("https://example.org/**"), Plain(" b"))), "**a** <https://example.org/**> **b**"),
        (Code("a < b"), "`a < b`"),
        (Code("a`b"), "``a`b``"),
        (Code("`b"), "`` `b``"),
        (Code("a``b"), r"a\`\`b"),
        (Code("a\n&& b"), "```\na\n&& b\n```"),
        (Code("@here"), f"`@{JOINER}here`"),
        (Code(" "), " "),
        (Mention(PersonId(1), "ana"), "@ana"),
        (Mention(None, "here"), f"@{JOINER}here"),
        (Tag("release"), "#release"),
        (Link("https://example.org/?a=1&b=2"), "<https://example.org/?a=1&b=2>"),
        (Link("https://example.org/a_(b)", "our page"), "[our page](https://example.org/a_%28b%29) (example.org)"),
        (Link("https://example.org/@everyone"), "<https://example.org/%40everyone>"),
        (Link("https://example.org/", "example.org"), "[example.org](https://example.org/)"),
        (Link("https://example.org/", "a*b"), r"[a\*b](https://example.org/) (example.org)"),
        (Link("https://example.org/", "[x]"), r"\[x\] <https://example.org/>"),
        (Link("https://example.org/long/path", "https://example.org/lon…"), "<https://example.org/long/path>"),
        (Link("javascript:alert(1)", "our page"), "our page"),
        (Moment(AT, "time"), "<t:1795525320:t>"),
        (Moment(AT, "date"), "<t:1795525320:D>"),
        (Moment(AT), "<t:1795525320:f>"),
        (Moment(datetime(1960, 1, 1, tzinfo=UTC), "date"), "1960-01-01"),
    ],
)
def test_how_a_span_looks(span: object, expected: str) -> None:
    assert shown((span,)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ((Bold((Plain("a"),)), Italic((Plain("b"),))), f"**a**{JOINER}*b*"),
        ((Bold((Plain("a"),)), Bold((Plain("b"),))), "**ab**"),
        ((Plain("a*"), Bold((Plain("b"),))), f"a\\*{JOINER}**b**"),
        ((Plain("<"), Mention(None, "1"), Plain(">")), f"\\<{JOINER}@1>"),
        ((Plain("<"), Moment(AT, "time")), f"\\<{JOINER}<t:1795525320:t>"),
        ((Plain("<"), Link("https://example.org")), f"\\<{JOINER}<https://example.org>"),
        ((Plain("<0"), Link("https://example.org")), "<0 <https://example.org>"),
        ((Plain("-"), Bold((Plain(" x"),))), r"\- **x**"),
        ((Plain("x:"), Code("a\nb"), Plain("\nc")), "x:\n```\na\nb\n```c"),
        ((Plain("x:\n"), Code("a\nb"), Plain("c")), "x:\n```\na\nb\n```c"),
        ((Plain("@every"), Plain("one")), f"@{JOINER}everyone"),
    ],
)
def test_how_neighbours_look(text: Text, expected: str) -> None:
    assert shown(text) == expected


def test_a_time_ago_is_kept_up_to_date_by_the_client() -> None:
    assert ago(AT) == "<t:1795525320:R>"
    assert ago(datetime(1960, 1, 1, tzinfo=UTC)) == "1960-01-01 00:00 UTC"


@pytest.mark.parametrize(
    "label",
    [
        "https://bank.example",
        "bank.example",
        "www.bank.example/login",
        "https://evil.example.bank.example",
        "see https://bank.example",
        "https://evil.exam",
    ],
)
def test_no_label_disguises_where_it_leads(label: str) -> None:
    assert shown((Link("https://evil.example/x", label),)) == "<https://evil.example/x>"


def test_a_word_as_label_tells_the_host_behind_it() -> None:
    link = Link("https://evil.example/x", "your bank")

    assert shown((link,)) == "[your bank](https://evil.example/x) (evil.example)"


def test_there_are_hundreds_of_hostile_texts() -> None:
    assert len(set(OWN)) >= 200


@pytest.mark.parametrize(
    ("markdown", "kind"),
    [
        ("hi <@1>", "user"),
        ("<@!1>", "user"),
        ("<@&1>", "role"),
        ("<#1>", "channel"),
        ("<a:b:1>", "emoji"),
        ("</ban user:1>", "command"),
        ("<id:browse>", "page"),
        ("@everyone", "everyone"),
        ("<ana@evil.example>", "mail"),
        ("see https://evil.example", "url"),
        ("x\n## y", "heading"),
        ("- x", "list"),
        ("2. x", "list"),
        ("a ||b||", "spoiler"),
        ("~~a~~", "strike"),
        ("__a__", "underline"),
        ("[bank.example](https://evil.example)", "link"),
        ("<https://a@evil.example>", "autolink"),
    ],
)
def test_what_would_be_live_is_found(markdown: str, kind: str) -> None:
    assert kind in kinds(markdown)
    assert markdown_problems(markdown) != []


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_text_pings_anybody_or_leads_elsewhere_or_is_more_than_words(text: str) -> None:
    spans = (Plain(text), Bold((Plain(text),)), Italic((Plain(text),)), Code(text), Mention(None, text), Tag(text))
    links = (Link("https://a.example", text), Link(text, text), Link(text))

    for span in (*spans, *links):
        assert markdown_problems(shown((span,))) == []
        assert not kinds(shown((span,))) & (OURS - {"block"})
    assert markdown_problems(shown(parse(text))) == []
    assert markdown_problems(shown((*spans, *links))) == []


@pytest.mark.parametrize("text", OWN)
def test_words_without_meaning_are_read_as_they_are(text: str) -> None:
    expected = with_characters(visible(text)).replace(JOINER, "")

    assert said(escaped(text)) == expected
    assert said(f"**x{inner(text)}**").removeprefix("x") == expected or "\n" in text
    assert kinds(inner(text)) <= {"text"}


@given(ANYTHING)
def test_any_words_are_read_as_they_are(text: str) -> None:
    assert said(shown((Plain(text),))) == with_characters(visible(text)).replace(JOINER, "")
    assert kinds(shown((Plain(text),))) <= {"text", "autolink"}


@FAST
@given(TEXTS)
def test_any_text_calls_nobody(text: Text) -> None:
    assert markdown_problems(shown(grown(text))) == []


@given(ANYTHING, st.sampled_from([Bold, Italic]), st.sampled_from([Bold, Italic]))
def test_styles_stand_around_words_and_nothing_else(text: str, one: type[Bold], other: type[Bold]) -> None:
    styled = shown((one((Plain(text),)), other((Plain(text),)), Plain(text)))

    assert kinds(styled) <= {"text", "strong", "em", "autolink"}
    assert said(styled) == 3 * visible(text).replace(JOINER, "") or ":" in text


@given(ANYTHING, st.integers(-3, 60))
def test_what_is_cut_says_so_and_fits(text: str, room: int) -> None:
    words = (Bold((Plain(text),)), Plain(text))

    cut = within(words, room)

    assert length(cut) <= max(room, 0)
    assert cut == shown(words) or cut == "" or cut.endswith(("…", "…**"))
    assert markdown_problems(cut) == []


def test_where_discord_shows_no_markdown_nothing_is_escaped() -> None:
    text = (Bold((Plain("2 * 3"),)), Plain("\n"), Link("https://example.org"), Plain(" until "), Moment(AT, "time"))

    assert bare(text) == "2 * 3 https://example.org until 13:02 UTC"
    assert quiet("<@1> @everyone\n:tada:") == f"<{JOINER}@1> @{JOINER}everyone 🎉"


KNOWN = {"1": "ana", "2": "cy"}


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("Hi <@1>, and <@!2>", "Hi @ana, and @cy"),
        ("<@9>", "@9"),
        ("<@1><@2>", "@ana @cy"),
        ("hi<@1>you", "hi @ana you"),
        ("<@1>'s", "@ana's"),
        ("follow <#5>", "follow #release"),
        ("<#6>", "6"),
        ("<@&7> <@&8>", "team group"),
        ("@everyone @here", "everyone here"),
        ("ana@everyone.example", "ana@everyone.example"),
        ("<:party:81384788765712384> <a:dance:1>", ":party: :dance:"),
        ("🎉", "🎉"),
        ("<t:1795525320:t>", "13:02 UTC"),
        ("<t:1795525320:D>", "2026-11-24"),
        ("<t:1795525320> <t:1795525320:R>", "2026-11-24 13:02 UTC 2026-11-24 13:02 UTC"),
        ("<t:-5> <t:9999999999999>", "-5 9999999999999"),
        ("</bridge status:81384788765712384>", "/bridge status"),
        ("<id:customize>", "customize"),
        ("<https://example.org/?a=1&b=2>", "https://example.org/?a=1&b=2"),
        ("[our page](https://example.org/)", "our page https://example.org/"),
        ("[bank.example](https://evil.example/)", "https://evil.example/"),
        ("`<@1>` and\n```\n<@2>\n```", "`<@1>` and\n```\n<@2>\n```"),
        ("a < b && c > d", "a < b && c > d"),
        ("<", "<"),
        ("", ""),
    ],
)
def test_what_discord_tells_is_read_as_it_was_typed(told: str, meant: str) -> None:
    assert typed(told, KNOWN, {"7": "team"}, {"5": "release"}) == meant


def test_what_was_read_can_be_parsed() -> None:
    text = parse(typed("<@1> ships <#5>: [it](https://example.org/a?b=1)", KNOWN, {}, {"5": "release"}))

    assert text == (
        Mention(None, "ana"),
        Plain(" ships "),
        Tag("release"),
        Plain(": it "),
        Link("https://example.org/a?b=1"),
    )


def test_users_are_found_by_their_id() -> None:
    assert users_in("<@1> <@!2> \\<@3> `<@4>` <@&5> <#6> @7") == {"1", "2", "3"}


@given(ANYTHING, ANYTHING)
def test_reading_never_fails(told: str, name: str) -> None:
    typed(told, {"1": name}, {"1": name}, {"1": name})
    users_in(told)
