"""Words as filters and tracked phrases compare them: case and accents apart, the same in every script. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import regex

from bridge.model.clean import clean, fold

LONGEST = 100_000
"""Characters of a text that are looked at."""
APART = " "
"""The token between two characters of a script without blanks that do not touch, and between parts of a text."""

QUOTES = '"“”„‟«»‹›「」『』＂'

# Korean is written with blanks, but its particles stick to the words.
_UNSPACED = (
    r"[\p{Han}\p{Hiragana}\p{Katakana}ー\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
    r"\p{Extended_Pictographic}\p{Regional_Indicator}]"
)
_LETTER = rf"[[\p{{L}}\p{{N}}\p{{M}}_]--{_UNSPACED}]"
_TOKEN = regex.compile(
    rf"""(?V1)
      (?P<one>{_UNSPACED}\p{{M}}*+)
    | (?<!{_LETTER})[a-z]\#(?!{_LETTER})   # C#
    | {_LETTER}++(?:\+\+)?                 # C++
    """,
    regex.VERBOSE,
)
_ONE = regex.compile(rf"(?V1){_UNSPACED}\p{{M}}*+")
# Elsewhere marks are letters: without them й would be и, and क would be कि.
_ACCENTED = regex.compile(r"([\p{Latin}\p{Greek}])\p{Mn}++")
_QUOTE = regex.compile(f"[{QUOTES}]+")


@dataclass(frozen=True, slots=True)
class Said:
    """A text as its tokens: a word each, and a character each in scripts without blanks between words."""

    tokens: tuple[str, ...]
    known: frozenset[str]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand one behind the other. `shown`: as people read it, in small letters; `open`: the last of `words`
    is only the beginning of one ("release*").
    """

    shown: str
    words: tuple[str, ...]
    open: bool = False

    def is_in(self, said: Said) -> bool:
        """Whole words, whatever punctuation is between them; part of a run in scripts without blanks."""
        first, size = self.words[0], len(self.words)
        if self.open and size == 1:
            return any(token.startswith(first) for token in said.known)
        if first not in said.known:
            return False
        tokens = said.tokens
        return any(
            token == first and self._matches(tokens[at : at + size])
            for at, token in enumerate(tokens)
            if token == first
        )

    def _matches(self, there: tuple[str, ...]) -> bool:
        if not self.open:
            return there == self.words
        *whole, begun = self.words
        return len(there) == len(self.words) and [*there[:-1]] == whole and there[-1].startswith(begun)


def said(*parts: str) -> Said:
    """The tokens of a text, or of what stands beside each other: no phrase goes from one part to the next."""
    tokens = tuple(chain.from_iterable((*_tokens(part), APART) for part in parts))[:-1]
    return Said(tokens, frozenset(tokens))


def phrase(typed: str) -> Phrase | None:
    """What was typed as words to look for; None where there is none in it."""
    shown = clean(" ".join(_QUOTE.sub(" ", clean(typed)).lower().split()))
    bare = shown.rstrip("* ")
    words = tuple(_tokens(bare))
    if not words:
        return None
    is_open = shown.endswith("*") and not _ONE.fullmatch(words[-1])
    return Phrase(f"{bare}*" if is_open else bare, words, is_open)


def _tokens(text: str) -> Iterator[str]:
    end = -1
    for found in _TOKEN.finditer(_folded(text[:LONGEST])):
        if found["one"] is None:
            end = -1
        else:
            if end not in (-1, found.start()):
                yield APART
            end = found.end()
        yield found[0]


def _folded(text: str) -> str:
    folded = fold(text)
    if folded.isascii():
        return folded
    bare = _ACCENTED.sub(r"\1", unicodedata.normalize("NFD", folded))
    return unicodedata.normalize("NFC", bare)
