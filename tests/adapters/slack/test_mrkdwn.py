"""mrkdwn, both ways: what people typed is what others read, and it means nothing to Slack."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bridge.adapters._text import JOINER, visible
from bridge.adapters.slack.shown.mrkdwn import escaped, filled_in, shown, typed, users_in
from bridge.model.ids import PersonId
from bridge.model.scan import parse
from bridge.model.text import Bold, Code, Italic, Link, Mention, Moment, Plain, Tag, Text, plain, spans
from tests.adapters.slack.checking import pings
from tests.adapters.slack.hostile import INJECTIONS

AT = datetime(2026, 11, 24, 13, 2, tzinfo=UTC)
ANYTHING = st.text(st.one_of(st.sampled_from("<>&|@#!*_~`: \n\u200b.-/ü＠Ω3a"), st.characters()))


def bare(text: Text) -> str:
    return shown(text).replace(JOINER, "")


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (Plain("a & b < c > d"), "a &amp; b &lt; c &gt; d"),
        (Plain("&lt;"), "&amp;lt;"),
        (Bold((Plain("now"),)), "*now*"),
        (Italic((Bold((Plain("now"),)),)), "_*now*_"),
        (Bold((Plain(" "),)), " "),
        (Code("a < b"), "`a &lt; b`"),
        (Code("a\n&& b"), "```a\n&amp;&amp; b```"),
        (Code("a`b"), "a`b"),
        (Mention(PersonId(1), "ana"), "@ana"),
        (Mention(None, "here"), "@here"),
        (Tag("release"), "#release"),
        (Link("https://example.org/?a=1&b=2"), "<https://example.org/?a=1&amp;b=2>"),
        (Link("https://example.org/a|b"), "<https://example.org/a%7Cb>"),
        (Link("https://example.org/", "our page"), "<https://example.org/|our page> (example.org)"),
        (Link("https://example.org/", "example.org"), "<https://example.org/|example.org>"),
        (
            Link("https://example.org/long/path", "https://example.org/lon…"),
            "<https://example.org/long/path|https://example.org/lon…>",
        ),
        (Link("javascript:alert(1)", "our page"), "our page"),
        (Moment(AT, "time"), "<!date^1795525320^{time}|13:02 UTC>"),
        (Moment(AT, "date"), "<!date^1795525320^{date_short_pretty}|2026-11-24>"),
        (Moment(AT), "<!date^1795525320^{date_short_pretty} {time}|2026-11-24 13:02 UTC>"),
    ],
)
def test_how_a_span_looks(span: object, expected: str) -> None:
    assert bare((span,)) == expected  # type: ignore[arg-type]


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
    said = shown((Link("https://evil.example/x", label),))

    assert said == "<https://evil.example/x>"


def test_a_word_as_label_tells_the_host_behind_it() -> None:
    assert shown((Link("https://evil.example/x", "your bank"),)) == "<https://evil.example/x|your bank> (evil.example)"


@pytest.mark.parametrize("text", ["*a*", "_a_", "~a~", "`a`", "```a```", "**a**", "> a", "a\n> b", "*a", "a*", "@here"])
def test_what_would_be_markup_gets_company(text: str) -> None:
    said = escaped(text)

    assert JOINER in said
    assert typed(said, {}) == text


@pytest.mark.parametrize(
    "text", ["snake_case_name", "2 * 3 * 4", "reply to ~1042", "a-b", "https://x.example/a_b", "5 > 3"]
)
def test_what_is_no_markup_stays_as_it_is(text: str) -> None:
    assert JOINER not in escaped(text)


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_text_pings_anybody_or_leads_elsewhere(text: str) -> None:
    every = (
        Plain(text),
        Bold((Plain(text),)),
        Code(text),
        Mention(None, text),
        Tag(text),
        Link("https://a.example", text),
    )

    for span in (*every, Link(text, text)):
        assert pings({"text": shown((span,))}) == []
    assert pings({"text": shown(parse(text))}) == []


@given(ANYTHING)
def test_what_was_typed_comes_back(text: str) -> None:
    assert typed(shown((Plain(text),)), {}) == visible(text)


@given(ANYTHING)
def test_a_text_read_again_says_the_same(text: str) -> None:
    assume("|" not in text)
    read = parse(text)
    assume(not any(isinstance(span, Code) and "`" in span.text for span in spans(read)))

    assert plain(parse(typed(shown(read), {}))) == plain(read)


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("Hi <@U1>, and <@U2|cy>", "Hi @ana, and @cy"),
        ("<@U9>", "@U9"),
        ("<@U1><@U2|cy>", "@ana @cy"),
        ("hi<@U1>you", "hi @ana you"),
        ("follow <#C1|release>", "follow #release"),
        ("<#C1|>", "C1"),
        ("<https://example.org/?a=1&amp;b=2>", "https://example.org/?a=1&b=2"),
        ("<http://example.org|example.org>", "http://example.org"),
        ("<https://example.org|our page>", "our page https://example.org"),
        ("<mailto:ana@example.org|ana@example.org>", "ana@example.org"),
        ("<!subteam^S1|@team> <!subteam^S1>", "team group"),
        ("<!channel> <!here|here> <!everyone>", "channel here everyone"),
        ("<!date^1795525320^{time}|13:02 UTC>", "13:02 UTC"),
        ("a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"),
        ("&amp;lt;", "&lt;"),
        ("follow <@U1|ana>@social.example live", "follow @ana@social.example live"),
        ("follow <@U9|cy>@<http://social.example|social.example>", "follow @cy@social.example"),
        ("follow @dora@<http://social.example|social.example>", "follow @dora@social.example"),
        ("follow <#C1|python>@social.example", "follow #python@social.example"),
        ("&quot;", "&quot;"),
        (":mega: done", "📣 done"),
        ("1 < 2", "1 < 2"),
        ("<", "<"),
        ("", ""),
    ],
)
def test_what_slack_tells_is_read_as_it_was_typed(told: str, meant: str) -> None:
    assert typed(told, {"U1": "ana"}) == meant


def test_what_was_read_can_be_parsed() -> None:
    text = parse(typed("<@U1> ships <#C1|release>: <https://example.org/a?b=1&amp;c=2|example.org/a…>", {"U1": "ana"}))

    assert text == (
        Mention(None, "ana"),
        Plain(" ships "),
        Tag("release"),
        Plain(": "),
        Link("https://example.org/a?b=1&c=2"),
    )


def test_users_are_found_by_their_id() -> None:
    assert users_in("<@U1> <@W2|cy> &lt;@U3&gt; <#C4> @U5 <!subteam^S6>") == {"U1", "W2"}


@given(ANYTHING, ANYTHING)
def test_reading_never_fails(told: str, name: str) -> None:
    typed(told, {"U1": name})
    users_in(told)


def test_a_forms_field_is_read_whether_slack_made_entities_of_it_or_not() -> None:
    assert filled_in("R&D ships :rocket: <now>") == filled_in("R&amp;D ships :rocket: &lt;now&gt;")
    assert filled_in("R&amp;D ships :rocket:") == "R&D ships 🚀"
