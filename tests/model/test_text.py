"""What people type becomes a text, and a text says what it holds: examples first, then promises for any input."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.model.clean import LIMIT_MARKS, clean, fold, graphemes, safe_url
from bridge.model.errors import NothingToSay, TooLong, TooManyTags
from bridge.model.ids import PersonId
from bridge.model.scan import LIMIT_CODEPOINTS, LIMIT_GRAPHEMES, LIMIT_READ, LIMIT_TAGS, check, parse
from bridge.model.text import (
    Bold,
    Code,
    Italic,
    Link,
    Mention,
    Moment,
    Plain,
    Tag,
    Text,
    cut,
    from_data,
    is_empty,
    length,
    mentions,
    plain,
    resolve,
    tags,
    to_data,
)

NINE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FAMILY = "👨\u200d👩\u200d👧\u200d👦"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
ANA = PersonId(7 << 55)


def links(text: Text) -> list[str]:
    return [span.url for span in text if isinstance(span, Link)]


# Markup


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


# Tags and mentions


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
        "#1",
        "#१२",
        "#",
        "# release",
        "a#b",
        "##b",
        "&#x27;",
        "page/#top",
        "`#code`",
        "#🎉",
        "#️⃣",
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


def test_folding_sees_through_form_width_and_hidden_characters() -> None:
    same = ["Café", "cafe\u0301", "CAFÉ", "ｃａｆé", "ca\u200dfé", "ca\u00adfé"]

    assert {fold(name) for name in same} == {"café"}


def test_a_mention_gets_its_person_and_current_handle() -> None:
    text = parse("*thanks @Ana* and @nobody")

    found = resolve(text, {"ana": (ANA, "ana.k")})

    assert found == (Bold((Plain("thanks "), Mention(ANA, "ana.k"))), Plain(" and "), Mention(None, "nobody"))
    assert plain(found) == "thanks @ana.k and @nobody"


# Links


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
    ("url", "bare"),
    [
        ("https://a.example/?utm_source=x&id=7&fbclid=y&b=2#top", "https://a.example/?id=7&b=2#top"),
        ("https://a.example/?UTM_Medium=x", "https://a.example/"),
        ("https://a.example/?b=%20+c&a=1;2&gclid=z", "https://a.example/?b=%20+c&a=1;2"),
        ("https://a.example/?", "https://a.example/?"),
        ("https://a.example/?next=utm_source", "https://a.example/?next=utm_source"),
    ],
)
def test_trackers_go_and_the_rest_keeps_its_order(url: str, bare: str) -> None:
    assert safe_url(url) == bare


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.org",
        "https://bank.example@evil.example/",
        "https://u:p@h/ x",
        "https://good.example\\@evil.example",
        "https://good.example%2f@evil.example",
        "https://",
        "http://.",
        "http://[x",
        "http://a:99999999/",
        "xhttp://a.example",
        "https://a.example/" + "a" * 2000,
    ],
)
def test_what_must_not_become_a_link_stays_text(typed: str) -> None:
    assert parse(typed) == (Plain(typed),)


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u200f", "\n", "\0", "\u200d", "\ud800", "<", '"'])
def test_an_address_with_hidden_or_breaking_characters_is_refused(hidden: str) -> None:
    assert safe_url(f"https://a{hidden}b.example/") is None


# Cleaning


@pytest.mark.parametrize(
    ("raw", "left"),
    [
        ("a\0b\x07c\ud800d\x7fe\ufffff", "abcdef"),
        ("a\tb\r\nc\rd\u2028e", "a b\nc\nd\ne"),
        ("\n \n a \n\n \n\n b  \n", "a\n\n b"),
        ("\u202eevil\u2066 \u200ftext\ufeff\u200b\u061c", "evil text"),
        ("e\u0301", "é"),
        (FAMILY, FAMILY),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\u200da \u200c b\u200d\u200dc\u200c", "a  b\u200dc"),
        ("a\U000e0068\U000e0069b", "ab"),
        (ENGLAND, ENGLAND),
        ("Việt Nam क्षि ที่ ❤️ 1️⃣ 👍🏽", "Việt Nam क्षि ที่ ❤️ 1️⃣ 👍🏽"),
    ],
)
def test_cleaning_keeps_what_people_mean(raw: str, left: str) -> None:
    assert clean(raw) == unicodedata.normalize("NFC", left)


def test_a_letter_with_5000_accents_becomes_a_letter() -> None:
    left = clean("a" + "\u0316\u0301" * 2500 + "b")

    assert graphemes(left) == 2
    assert len(left) <= 2 + LIMIT_MARKS


def test_cleaning_may_look_at_the_beginning_only() -> None:
    assert clean("abcdef", 3) == "abc"


# Length and limits


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        ("abc", 3),
        ("*abc*", 3),
        ("e\u0301e\u0301", 2),
        (FAMILY + "👍🏽🇦🇹" + ENGLAND, 4),
        ("ที่", 1),
        ("#a @b", 5),
        ("a\n\nb", 4),
    ],
)
def test_length_counts_what_people_count(typed: str, count: int) -> None:
    assert length(parse(typed)) == count


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


def test_a_text_of_hidden_characters_is_empty() -> None:
    assert is_empty((Bold((Plain(" \u200d\n"),)), Code("\u3164")))
    assert not is_empty((Tag("a"),))


# Plain form, cutting, keeping


def test_the_plain_form_is_what_a_person_reads() -> None:
    text = (
        Plain("a "),
        Bold((Italic((Plain("b"),)), Code("c"))),
        Link("https://a.example", "here"),
        Link("https://b.example"),
        Mention(ANA, "ana"),
        Tag("x"),
        Moment(NINE, "both"),
        Moment(NINE, "date"),
        Moment(NINE, "time"),
    )

    assert plain(text) == "a bcherehttps://b.example@ana#x2026-11-24T09:00Z2026-11-2409:00Z"


@pytest.mark.parametrize("at", [NINE.replace(tzinfo=None), NINE.astimezone(timezone(timedelta(hours=1)))])
def test_a_moment_is_aware_and_utc(at: datetime) -> None:
    with pytest.raises(ValueError, match="UTC"):
        Moment(at, "both")


@pytest.mark.parametrize(
    ("text", "limit", "left"),
    [
        ((Plain("hello"),), 5, (Plain("hello"),)),
        ((Plain("hello"),), 4, (Plain("hel…"),)),
        ((Plain("hey you"),), 5, (Plain("hey…"),)),
        ((Plain("hello"),), 1, (Plain("…"),)),
        ((Plain("hello"),), 0, ()),
        ((Bold((Plain("hello"),)), Plain("x")), 3, (Bold((Plain("he"),)), Plain("…"))),
        ((Plain("a "), Tag("release")), 6, (Plain("a…"),)),
        ((Link("https://a.example"),), 6, (Link("https://a.example", "https"), Plain("…"))),
        ((Plain(FAMILY * 3),), 2, (Plain(FAMILY + "…"),)),
        ((Plain("e"), Bold((Plain("\u0301xyz"),))), 2, (Plain("e"), Bold((Plain("\u0301"),)), Plain("…"))),
    ],
)
def test_cutting(text: Text, limit: int, left: Text) -> None:
    assert cut(text, limit) == left


@pytest.mark.parametrize("data", [[1], [["b", 1]], [["x", "y"]], [["t", "2026-01-01T00:00:00+00:00", "week"]], [None]])
def test_data_that_is_no_text_is_refused(data: list[object]) -> None:
    with pytest.raises(ValueError):
        from_data(data)


# Promises for any input

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
leaves = st.one_of(
    any_text.map(Plain),
    any_text.map(Code),
    st.builds(Link, any_text, any_text),
    st.builds(Mention, st.none() | st.integers(0, 2**63 - 1).map(PersonId), any_text),
    any_text.map(Tag),
    st.builds(Moment, st.datetimes(timezones=st.just(UTC)), st.sampled_from(["time", "date", "both"])),
)
trees = st.recursive(
    st.lists(leaves, max_size=4).map(tuple),
    lambda inner: st.lists(leaves | inner.map(Bold) | inner.map(Italic), max_size=4).map(tuple),
    max_leaves=10,
)


@given(typed)
@example("`" * 50)
def test_parsing_never_fails_and_reads_what_clean_left(raw: str) -> None:
    assert parse(raw) == parse(clean(raw))


@given(typed | any_text)
def test_cleaning_twice_changes_nothing(raw: str) -> None:
    once = clean(raw)

    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)


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


@given(trees)
def test_data_gives_back_exactly_the_text(text: Text) -> None:
    assert from_data(json.loads(json.dumps(to_data(text)))) == text


@given(trees | typed.map(parse), st.integers(-1, 40))
def test_a_cut_text_fits_and_one_that_fits_stays(text: Text, limit: int) -> None:
    short = cut(text, limit)

    assert length(short) <= max(limit, 0)
    assert short == text or length(text) > limit


@given(any_text)
def test_folding_twice_changes_nothing(name: str) -> None:
    assert fold(fold(name)) == fold(name)
