"""What people type becomes a text: markup, names in any script, links, and how much is too much."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.model.clean import clean
from bridge.model.errors import NothingToSay, TooLong, TooManyTags
from bridge.model.scan import LIMIT_CODEPOINTS, LIMIT_GRAPHEMES, LIMIT_READ, LIMIT_TAGS, check, parse
from bridge.model.text import (
    Bold,
    Code,
    Italic,
    Link,
    Mention,
    Plain,
    Tag,
    Text,
    mentions,
    plain,
    tags,
)

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


def links(text: Text) -> list[str]:
    return [span.url for span in text if isinstance(span, Link)]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Shipping v2", (Plain("Shipping v2"),)),
        ("*v2* is out", (Bold((Plain("v2"),)), Plain(" is out"))),
        ("**v2** is out", (Bold((Plain("v2"),)), Plain(" is out"))),
        ("_maybe_ later", (Italic((Plain("maybe"),)), Plain(" later"))),
        ("run `a*b*c`", (Plain("run "), Code("a*b*c"))),
        ("```\nx = 1\ny = 2\n```", (Code("x = 1\ny = 2"),)),
        ("*so _very_ good*", (Bold((Plain("so "), Italic((Plain("very"),)), Plain(" good"))),)),
        ("**a *b* c**", (Bold((Plain("a b c"),)),)),
        ("_#release_", (Italic((Tag("release"),)),)),
        ("*@ana*!", (Bold((Mention(None, "ana"),)), Plain("!"))),
        ("这是*重点*内容", (Plain("这是"), Bold((Plain("重点"),)), Plain("内容"))),
        ("**args and *this*", (Plain("**args and "), Bold((Plain("this"),)))),
        ("*a _b* c_", (Bold((Plain("a _b"),)), Plain(" c_"))),
    ],
)
def test_markup_is_read(typed: str, read: Text) -> None:
    assert parse(typed) == read


@pytest.mark.parametrize(
    "typed",
    ["2*3*4", "a * b * c", "* one\n* two", "snake_case_name", "__init__", "***", "*open", "*a\nb*", "*️⃣ and *️⃣", "``"],
)
def test_what_only_looks_like_markup_stays(typed: str) -> None:
    assert parse(typed) == (Plain(typed),)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("#release", ["release"]),
        ("(#v2.0, #follow-up.)", ["v2.0", "follow-up"]),
        ("#हिन्दी और #क्षत्रिय", ["हिन्दी", "क्षत्रिय"]),
        ("#إصدار، ثم #می‌خواهم", ["إصدار", "می‌خواهم"]),
        ("#ภาษาไทย ที่นี่", ["ภาษาไทย"]),
        ("＃日本語 #中文。", ["日本語", "中文"]),
        ("#cafe\u0301", ["caf\u00e9"]),
        ("#צה״ל #col·lecció", ["צה״ל", "col·lecció"]),
        ("❤️#love 👍🏽#done", ["love", "done"]),
        ("#2026_plan", ["2026_plan"]),
    ],
)
def test_tags_in_any_script(typed: str, found: list[str]) -> None:
    assert [span.name for span in parse(typed) if isinstance(span, Tag)] == found


@pytest.mark.parametrize(
    "typed",
    [
        *("#1", "#१२", "#", "# release", "a#b", "a_#b", "##b", "&#x27;", "page/#top", "`#code`", "#🎉", "#️⃣"),
        "#\u3164",
        "#" + "a" * 101,
    ],
)
def test_what_is_no_tag(typed: str) -> None:
    assert tags(parse(typed)) == ()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("@ana @Li.", ("ana", "li")),
        ("(@ana's)", ("ana",)),
        ("thanks @jürgen, @Мария and @李雷!", ("jürgen", "мария", "李雷")),
        ("@ana @ANA @ａｎａ", ("ana",)),
        ("mail ana@example.org or a.b+c@d.e", ()),
        ("@ana@example.social", ()),
        ("https://example.social/@ana", ()),
        ("`@ana` @@ana", ()),
        ("at @12:30", ()),
    ],
)
def test_mentions(typed: str, found: tuple[str, ...]) -> None:
    assert mentions(parse(typed)) == found


def test_tags_are_folded_and_come_once_in_order() -> None:
    assert tags(parse("#Straße *#b* #STRASSE #B #ﬁne")) == ("strasse", "b", "fine")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("see https://example.org.", ["https://example.org"]),
        ("(https://en.wikipedia.org/wiki/A_(b))", ["https://en.wikipedia.org/wiki/A_(b)"]),
        ("HTTPS://Example.org/A", ["https://Example.org/A"]),
        ("见https://example.com/页面。谢谢", ["https://example.com/页面"]),
        ("http://[::1]:8080/x http://localhost:80/", ["http://[::1]:8080/x", "http://localhost:80/"]),
        ("<https://example.org> https://example.org/?q=#tag!", ["https://example.org", "https://example.org/?q=#tag"]),
        ("[safe](https://evil.example)", ["https://evil.example"]),
    ],
)
def test_links_end_where_the_sentence_goes_on(typed: str, found: list[str]) -> None:
    assert links(parse(typed)) == found


def test_a_marker_around_a_link_is_not_part_of_it() -> None:
    assert parse("*https://example.org/a*") == (Bold((Link("https://example.org/a"),)),)


@pytest.mark.parametrize(
    "typed",
    [
        *("javascript:alert(1)", "data:text/html,x", "ftp://example.org", "https://bank.example@evil.example/"),
        *("https://u:p@h/ x", "https://good.example\\@evil.example", "https://good.example%2f@evil.example"),
        *("https://", "http://.", "http://[x", "http://a:99999999/", "xhttp://a.example"),
        "https://a.example/" + "a" * 2000,
    ],
)
def test_what_must_not_become_a_link_stays_text(typed: str) -> None:
    assert parse(typed) == (Plain(typed),)


@pytest.mark.parametrize("letter", ["a", "é", "e\u0301", FAMILY, "ที่", "日"])
def test_500_characters_pass_and_one_more_does_not(letter: str) -> None:
    check(parse(letter * LIMIT_GRAPHEMES), letter * LIMIT_GRAPHEMES)
    raw = letter * (LIMIT_GRAPHEMES + 1)

    with pytest.raises(TooLong) as caught:
        check(parse(raw), raw)

    assert caught.value.params == {"over": 1, "limit": 500}


@pytest.mark.parametrize("raw", ["", "  \n\t ", "\0\ud800", "\u202e", "\u3164 \u2800", " " * 10_000_000])
def test_nothing_to_say(raw: str) -> None:
    with pytest.raises(NothingToSay):
        check(parse(raw), raw)

    check(parse(raw), raw, may_be_empty=True)


def test_ten_megabytes_are_too_long_by_the_right_number() -> None:
    raw = "Größe " * 1_700_000

    with pytest.raises(TooLong) as caught:
        check(parse(raw), raw)

    assert caught.value.params == {"over": 6 * 1_700_000 - 1 - 500, "limit": 500}


def test_few_characters_of_many_code_points_are_too_long_as_well() -> None:
    raw = FAMILY.join("ab") + (FAMILY + "\u200d") * 600

    with pytest.raises(TooLong) as caught:
        check(parse(raw), raw)

    assert caught.value.params == {"over": len(raw) - 1 - LIMIT_CODEPOINTS, "limit": LIMIT_CODEPOINTS}


def test_text_hidden_behind_more_than_is_read_is_too_long() -> None:
    raw = "hi" + "\0" * LIMIT_READ + "there"

    with pytest.raises(TooLong):
        check(parse(raw), raw)


def test_many_blanks_at_the_ends_are_no_length() -> None:
    raw = " " * 20_000 + "hi" + " " * 20_000

    check(parse(raw), raw)

    assert parse(raw) == (Plain("hi"),)


def test_300_tags_are_too_many() -> None:
    raw = " ".join(f"#t{number}" for number in range(300))

    with pytest.raises(TooManyTags) as caught:
        check(parse(raw), raw)

    assert caught.value.params == {"count": 300, "limit": LIMIT_TAGS}


any_text = st.text(st.characters())
typed = st.lists(
    st.one_of(
        st.sampled_from(
            ["*", "**", "_", "`", "```", "#", "@", " ", "\n", "https://", "a.b/", "?utm_x=1&y=2", ")", "(", "."]
        ),
        st.sampled_from(
            ["a", "é", "e\u0301", "重", "ก่", "\u200d", "1", "👍🏽", FAMILY, ENGLAND, "\u0301" * 9, "\ud800"]
        ),
        any_text,
    ),
    max_size=30,
).map("".join)


@given(typed)
@example("`" * 50)
def test_parsing_never_fails_and_reads_what_clean_left(raw: str) -> None:
    assert parse(raw) == parse(clean(raw))


@given(typed.filter(lambda raw: "http" not in raw.casefold()))
def test_everything_visible_is_kept_but_the_markup(raw: str) -> None:
    def bare(shown: str) -> str:
        return "".join(shown.translate(dict.fromkeys(map(ord, "*_`"))).split()).replace("＃", "#").replace("＠", "@")

    assert bare(plain(parse(raw))) == bare(clean(raw))


@given(typed.map(lambda raw: raw.translate(dict.fromkeys(map(ord, "*_`")))))
def test_reading_the_plain_form_again_finds_the_same_names(raw: str) -> None:
    text = parse(raw)

    again = parse(plain(text))

    assert (tags(again), mentions(again)) == (tags(text), mentions(text))
