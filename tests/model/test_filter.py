"""The language of filters: how it is read, what it lets through, and how a miss is told."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.model.compose.filtering import miss_line
from bridge.model.errors import (
    BadInput,
    FilterClash,
    FilterEmpty,
    FilterLanguage,
    FilterOpen,
    FilterTooLong,
    FilterTooMany,
    FilterUnclear,
    FilterUnknown,
    FilterWordless,
    TrackedEmpty,
)
from bridge.model.filters.filter import Facts, Filter, facts, passes
from bridge.model.filters.filterwords import parse_filter, parse_tracked, split_filter, tracked_words
from bridge.words import Words

WHOLE = 'only release,"security fix" not beta lang:de no:boosts no:replies with:media'

SPELLINGS = {
    "": "",
    WHOLE: WHOLE,
    "ONLY Release , “Security  Fix” NOT:Beta Lang:DE-at No:Boosts,Replies with:pictures": WHOLE,
    "with:media no:replies no:boost not beta lang:de only release only security fix": WHOLE,
    "only security fix, patch": 'only "security fix",patch',
    "only a or b": "only a,b",
    "only „Sicherheits-Update“, «mise à jour», »Neues«, 「更新」": 'only sicherheits-update,"mise à jour",neues,更新',
    'only "a, b" c': 'only "a, b",c',
    "only a a A Ä á": 'only "a a a ä á"',
    "only a,a,A,Á": "only a",
    "only #release @ana": 'only "#release @ana"',
    "only release*": "only release*",
    'only "security fix*","a"*': 'only "security fix*",a*',
    "only 安全* 更新": 'only "安全* 更新"',
    "only 安全*": "only 安全",
    'only "not" not "only","or"': 'only "not" not "only","or"',
    'only "lang:de" not 12:30': 'only "lang:de" not "12:30"',
    "lang:de lang:en,fr": "lang:de,en,fr",
    "lang: de": "lang:de",
    "only C++, C#, .net, e-mail, don't": "only c++,c#,.net,e-mail,don't",
    "only a\u202eb\u200bc": "only abc",
}


@pytest.mark.parametrize("typed", SPELLINGS)
def test_a_filter_has_one_spelling(typed: str) -> None:
    assert parse_filter(typed).words == SPELLINGS[typed]


MISTAKES: dict[str, tuple[type[BadInput], str]] = {
    "release": (FilterUnknown, "I don't know “release” in a filter. Did you mean only release?"),
    "onyl release": (FilterUnknown, "I don't know “onyl” in a filter. Did you mean only?"),
    '"security fix"': (FilterUnknown, 'I don\'t know “"security fix"” in a filter. Did you mean only "security fix"?'),
    "no:boots": (FilterUnknown, "I don't know “no:boots” in a filter. Did you mean no:boosts?"),
    "no:": (FilterUnknown, "I don't know “no:” in a filter. Did you mean no:boosts?"),
    "with:replies": (FilterUnknown, "I don't know “with:replies” in a filter. Did you mean with:media?"),
    "only a wiht:media": (FilterUnknown, "I don't know “wiht:media” in a filter. Did you mean with:media?"),
    "lang:de only": (FilterEmpty, "“only” needs words behind it. Try only release."),
    "not lang:de": (FilterEmpty, "“not” needs words behind it. Try not beta."),
    "only not beta": (FilterEmpty, "“only” needs words behind it. Try only release."),
    "lang:german": (FilterLanguage, "I know no language “german”. Write its two letters, for example lang:de."),
    "lang:klingon": (FilterLanguage, "I know no language “klingon”. Write its two letters, for example lang:de."),
    'only "security fix': (
        FilterOpen,
        'A quotation mark isn\'t closed: "security fix. Write it like only "security fix".',
    ),
    "only ?!": (
        FilterWordless,
        'There\'s no word in “?!” that I could look for. Try only release,"security fix" not beta.',
    ),
    "only Beta not beta": (
        FilterClash,
        '“beta” can\'t be both wanted and unwanted. Try only release,"security fix" not beta.',
    ),
    "only " + "a" * 500: (FilterTooLong, "That's too long by 5: a filter has at most 500 characters."),
    "only " + ",".join(f"a{n}" for n in range(51)): (
        FilterTooMany,
        "That's 51 phrases: a filter has at most 50.",
    ),
}


@pytest.mark.parametrize("typed", MISTAKES)
def test_a_mistake_is_told_in_one_sentence(typed: str) -> None:
    kind, sentence = MISTAKES[typed]

    with pytest.raises(kind) as raised:
        parse_filter(typed)

    assert Words().error(raised.value) == sentence


PIECES = st.one_of(
    st.sampled_from(["only ", "not ", "or ", " or", "lang:", "de", "no:boosts", "no:replies ", "with:media", ",", " "]),
    st.sampled_from(['"', "“", "”", "„", "«", "»", "「", "」", "*", ":", "'", "-", "c#", "c++", "İ", "ß", "Σς"]),
    st.text(max_size=5),
    st.sampled_from(["ǅ", "ﬁ", "release", "安全", "ข่าว", "제품", "क्षि", "é", "e\u0301", "🚀", "👩‍💻", "🇩🇪"]),
)
TYPED = st.lists(PIECES, max_size=15).map("".join)


@given(st.one_of(TYPED, TYPED.map("only {}".format), TYPED.map("only a not {}".format)))
def test_reading_the_one_spelling_gives_the_same_filter(typed: str) -> None:
    try:
        filter = parse_filter(typed)
    except BadInput:
        return

    assert parse_filter(filter.words) == filter
    if filter.only:
        tracked = parse_tracked(Filter(filter.only, filter.without).words)
        assert parse_tracked(tracked_words(tracked)) == tracked


TEXT = "Ça y est: Version 3.11 – Sécurité! Straße, e-mail, C++ und #Release. 新しいリリース，安全。ข่าวใหม่ 제품을"

MENTIONED = {
    "version": True,
    "VERSION 3.11": True,
    "version 3": True,
    "version 11": False,
    "ersion": False,
    "vers": False,
    "vers*": True,
    "ca y": True,
    "securite": True,
    "sécurité": True,
    "strasse": True,
    "3.11 sec*": True,
    "sec* 3.11": False,
    "e mail": True,
    "E-Mail": True,
    "email": False,
    "c": False,
    "c++": True,
    "release": True,
    "#release": True,
    "リリース": True,
    "リリー": True,
    "新しい": True,
    "ス安全": False,
    "release 新しい": True,
    "ใหม่": True,
    "제품": True,
    "품을": True,
}


@pytest.mark.parametrize("words", MENTIONED)
def test_words_are_found_whole_and_in_every_script(words: str) -> None:
    missed = passes(parse_filter(f'only "{words}"'), facts(TEXT))

    assert (missed is None) is MENTIONED[words]


def test_a_phrase_does_not_go_from_the_text_into_what_stands_beside_it() -> None:
    about = facts("a new security", "fix", "beta")

    assert passes(parse_filter('only "security fix"'), about)
    assert passes(parse_filter("only fix"), about) is None


MISSES = {
    'only release,"security fix"': (facts("none"), "doesn't mention release or “security fix”"),
    "only a,b,c,d,e,f,g": (facts("none"), "doesn't mention a, b, c, d, e or 2 other phrases"),
    "only release": (facts("none"), "doesn't mention release"),
    "only a not beta": (facts("a, but Beta"), "mentions beta"),
    'not "release candidate"': (facts("Release-Candidate 1"), "mentions “release candidate”"),
    "lang:de,fr": (facts("x", language="en-GB"), "is in en, not de or fr"),
    "lang:de": (facts("x", language="en"), "is in en, not de"),
    "no:boosts": (facts("x", boost=True), "is a boost"),
    "no:replies": (facts("x", reply=True), "is a reply"),
    "with:media": (facts("x"), "has no picture"),
}


@pytest.mark.parametrize("typed", MISSES)
def test_why_something_does_not_pass_is_told(typed: str) -> None:
    about, sentence = MISSES[typed]

    missed = passes(parse_filter(typed), about)

    assert missed
    assert miss_line(missed, Words()) == sentence


@pytest.mark.parametrize(
    ("typed", "about"),
    [
        ("", facts("", boost=True, reply=True)),
        (WHOLE, facts("A Security Fix", language="de", media=True)),
        ("lang:de", facts("x", language="DE_at")),
        ("lang:de", facts("of no language that anybody told")),
        ("not beta", facts("alphabetagamma")),
    ],
)
def test_what_a_filter_lets_through(typed: str, about: Facts) -> None:
    assert passes(parse_filter(typed), about) is None


LINES = {
    "https://x.example live here only release not beta": ("https://x.example live here", "only release not beta"),
    "@ana@social.example": ("@ana@social.example", ""),
    "  #release   LANG:de  ": ("#release", "LANG:de"),
    "@ana not beta here": ("@ana here", "not beta"),
    "@ana only release live here": ("@ana live here", "only release"),
    '@ana only "look here"': ("@ana", 'only "look here"'),
    "@ana only “here”": ("@ana", "only “here”"),
    "@ana only": ("@ana", "only"),
    "@ana only here": ("@ana here", "only"),
    "only": ("only", ""),
    "not live": ("not live", ""),
    "@only not:beta": ("@only", "not:beta"),
    "https://only.example/no:x?with:y digest": ("https://only.example/no:x?with:y digest", ""),
    "tumblr:x with:media": ("tumblr:x", "with:media"),
    "": ("", ""),
}


@pytest.mark.parametrize("line", LINES)
def test_a_filter_is_taken_off_the_end_of_a_line(line: str) -> None:
    assert split_filter(line) == LINES[line]


def test_a_tracked_phrase_needs_no_first_word() -> None:
    assert tracked_words(parse_tracked('"Our Product",ourproduct not hiring')) == '"our product",ourproduct not hiring'
    assert parse_tracked("our product") == parse_tracked('only "our product"')


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("", TrackedEmpty),
        ("not hiring", TrackedEmpty),
        ("our product not", FilterEmpty),
        ("our product lang:de", FilterUnclear),
        ("our product no:boosts", FilterUnclear),
        ('"our product', FilterOpen),
    ],
)
def test_a_tracked_phrase_that_is_none_is_refused(typed: str, kind: type[BadInput]) -> None:
    with pytest.raises(kind):
        parse_tracked(typed)


@pytest.mark.parametrize("typed", ['"our product', "***", "ours not ours"])
def test_what_is_wrong_with_a_tracked_phrase_is_said_by_an_example_of_one(typed: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_tracked(typed)

    assert refused.value.params["example"] == '"our product" not hiring'


@given(st.text())
def test_whatever_is_typed_is_read_or_refused_in_a_sentence(typed: str) -> None:
    for read in (parse_filter, parse_tracked):
        with suppress(BadInput):
            read(typed)
    head, words = split_filter(typed)
    assert sorted(f"{head} {words}".split()) == sorted(typed.split())
