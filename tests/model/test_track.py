"""Many phrases in one text: the same hits as when each is looked for by itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bridge.model.filters.filterwords import parse_tracked
from bridge.model.filters.tokens import Phrase, phrase, said
from bridge.model.filters.track import Phrases, Tracked


def index(*typed: str) -> Phrases[int]:
    return Phrases((number, parse_tracked(words)) for number, words in enumerate(typed))


def test_those_whose_phrase_stands_in_it_are_hit_in_their_order() -> None:
    phrases = index("our product", '"other product"', "product", "prod*", "Our Prod*", "our product")

    assert phrases.hits("I like our product!") == [0, 2, 3, 4, 5]


def test_what_is_not_wanted_excludes() -> None:
    phrases = index("our product not hiring", "our product", "hiring not “our product”")

    assert phrases.hits("We are hiring for our product") == [1]
    assert phrases.hits("We are hiring") == [2]


def test_a_phrase_inside_of_another_is_found_beside_it() -> None:
    phrases = index("a b c", "b", "b c d", "c d", "a b")

    assert phrases.hits("a b c d") == [0, 1, 2, 3, 4]


def test_a_tag_beside_the_text_counts_and_joins_no_phrase() -> None:
    phrases = index("release", "new release")

    assert phrases.hits("something new", "release") == [0]


def test_nothing_is_tracked_and_nothing_said() -> None:
    assert index().hits("a") == []
    assert index("a").hits() == index("a").hits("") == []


# Few letters, so that phrases are often there, begin alike and overlap.
WORDS = st.sampled_from(
    ["a", "ab", "abc", "b", "é", "ß", "и", "й", "安", "全", "リ", "ー", "ข่", "า", "제", "क्षि", "🚀", "c#", "c++"]
)
JOINS = st.sampled_from([" ", " ", "", "-", ", ", "，", "\n", "_"])
TEXTS = st.lists(st.tuples(WORDS, JOINS), max_size=25).map(lambda parts: "".join(map("".join, parts)))


PHRASES = st.tuples(
    st.lists(st.tuples(WORDS, JOINS), min_size=1, max_size=3).map(lambda parts: "".join(map("".join, parts))),
    st.sampled_from(["", "", "*"]),
).map(lambda parts: phrase(parts[0].rstrip() + parts[1]))
TRACKED = st.builds(
    Tracked,
    st.lists(PHRASES, min_size=1, max_size=3).map(lambda found: tuple(one for one in found if one)),
    st.lists(PHRASES, max_size=2).map(lambda found: tuple(one for one in found if one)),
)


@given(st.lists(TRACKED, max_size=12), st.lists(TEXTS, max_size=3))
def test_hits_are_those_of_looking_for_each_by_itself(tracked: list[Tracked], texts: list[str]) -> None:
    apart = said(*texts)

    hits = Phrases(enumerate(tracked)).hits(*texts)

    assert hits == [number for number, one in enumerate(tracked) if one.is_in(apart)]


@given(st.lists(TRACKED, max_size=8), TEXTS)
def test_a_phrase_is_found_where_its_tokens_stand_in_a_row(tracked: list[Tracked], text: str) -> None:
    tokens = said(text).tokens

    def stands(phrase: Phrase) -> bool:
        for at in range(len(tokens) - len(phrase.words) + 1):
            there = tokens[at : at + len(phrase.words)]
            last = there[-1][: len(phrase.words[-1])] if phrase.open else there[-1]
            if (*there[:-1], last) == phrase.words:
                return True
        return False

    for one in tracked:
        for looked_for in (*one.only, *one.without):
            assert looked_for.is_in(said(text)) == stands(looked_for)


def test_the_work_grows_with_the_text_and_not_with_the_phrases() -> None:
    looked: list[str] = []

    class Counted(str):
        def __hash__(self) -> int:
            looked.append(self)
            return super().__hash__()

    phrases = index(*(f"word{number} tail{number % 7}" for number in range(2_000)))
    tokens = tuple(Counted(token) for token in said("some words that are not tracked, word7 tail0 and word9").tokens)

    found = phrases._found(tokens)

    assert len(found) == 1
    assert len(looked) <= 4 * len(tokens)
