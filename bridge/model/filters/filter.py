"""What a follow lets through: the one small language for filters, of what is outside and inside alike. Pure.

    only release,"security fix" not beta lang:de no:boosts no:replies with:media

Commas part alternatives; a phrase may stand in any quotation marks, or in none. Case and accents do not count.
Reading what was typed is `filterwords`; how a miss is told is compose/filtering.py's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import regex

from bridge.model.filters.tokens import QUOTES, Phrase, Said, said

KEYWORDS = frozenset({"only", "not", "or"})
_BARE = regex.compile(rf"[^\s,;:،、，；*{QUOTES}]+\*?")


@dataclass(frozen=True, slots=True)
class Filter:
    """`only`: one of these has to stand in it; `without`: none of these may. `languages`: two letters each, small."""

    only: tuple[Phrase, ...] = ()
    without: tuple[Phrase, ...] = ()
    languages: tuple[str, ...] = ()
    boosts: bool = True
    replies: bool = True
    media: bool = False

    @property
    def words(self) -> str:
        """As it is typed, in its one spelling; "" lets everything through."""
        return " ".join(self._parts())

    def _parts(self) -> Iterator[str]:
        if self.only:
            yield f"only {listed(self.only)}"
        if self.without:
            yield f"not {listed(self.without)}"
        if self.languages:
            yield f"lang:{','.join(self.languages)}"
        if not self.boosts:
            yield "no:boosts"
        if not self.replies:
            yield "no:replies"
        if self.media:
            yield "with:media"


@dataclass(frozen=True, slots=True)
class Facts:
    """What filters ask of an update. `language`: two letters, "" unknown; `media`: it has a picture or a video."""

    said: Said
    language: str = ""
    boost: bool = False
    reply: bool = False
    media: bool = False


@dataclass(frozen=True, slots=True)
class NotMentioned:
    """None of these."""

    phrases: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Mentioned:
    """What should not have been."""

    phrase: Phrase


@dataclass(frozen=True, slots=True)
class OtherLanguage:
    language: str
    wanted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IsBoost:
    pass


@dataclass(frozen=True, slots=True)
class IsReply:
    pass


@dataclass(frozen=True, slots=True)
class NoMedia:
    pass


Miss: TypeAlias = NotMentioned | Mentioned | OtherLanguage | IsBoost | IsReply | NoMedia


def facts(*parts: str, language: str = "", boost: bool = False, reply: bool = False, media: bool = False) -> Facts:
    """`parts`: the plain text, and what stands beside it: tags, whom it cites. `language` may have a region."""
    return Facts(said(*parts), primary(language), boost, reply, media)


def passes(filter: Filter, about: Facts) -> Miss | None:
    """None where it passes, else the first reason why not. A language that nobody told is let through."""
    if filter.only and not any(phrase.is_in(about.said) for phrase in filter.only):
        return NotMentioned(filter.only)
    for phrase in filter.without:
        if phrase.is_in(about.said):
            return Mentioned(phrase)
    if filter.languages and about.language and about.language not in filter.languages:
        return OtherLanguage(about.language, filter.languages)
    if about.boost and not filter.boosts:
        return IsBoost()
    if about.reply and not filter.replies:
        return IsReply()
    return NoMedia() if filter.media and not about.media else None


def primary(language: str) -> str:
    """ "de" of "de-AT" or "DE_at"."""
    return language.replace("_", "-").split("-")[0].strip().lower()


def listed(phrases: Sequence[Phrase]) -> str:
    """As they are typed: commas between them, quotation marks where they are needed."""
    return ",".join(_quoted(phrase.shown) for phrase in phrases)


def _quoted(shown: str) -> str:
    return shown if _BARE.fullmatch(shown) and shown not in KEYWORDS else f'"{shown}"'
