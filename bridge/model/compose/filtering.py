"""Why a filter did not let something through, as the end of a sentence about it."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.model.filters.filter import IsBoost, IsReply, Mentioned, Miss, NoMedia, NotMentioned, OtherLanguage
from bridge.model.filters.tokens import Phrase
from bridge.model.say import Words

SHOWN = 5
"""Alternatives that are named; more are counted."""


def miss_line(miss: Miss, words: Words) -> str:
    """'doesn't mention release or “security fix”'."""
    match miss:
        case NotMentioned(phrases):
            return words.say("doesn't mention {words}", words=_any_of(phrases, words))
        case Mentioned(phrase):
            return words.say("mentions {words}", words=_quoted(phrase, words))
        case OtherLanguage(language, wanted):
            return words.say("is in {language}, not {wanted}", language=language, wanted=_or(wanted, words))
        case IsBoost():
            return words.say("is a boost")
        case IsReply():
            return words.say("is a reply")
        case NoMedia():
            return words.say("has no picture")


def _any_of(phrases: Sequence[Phrase], words: Words) -> str:
    named = [_quoted(phrase, words) for phrase in phrases[:SHOWN]]
    if rest := len(phrases) - len(named):
        named.append(words.say_n("{n} other phrase", "{n} other phrases", rest))
    return _or(named, words)


def _or(items: Sequence[str], words: Words) -> str:
    *most, last = items
    return words.say("{some} or {last}", some=", ".join(most), last=last) if most else last


def _quoted(phrase: Phrase, words: Words) -> str:
    return words.say("“{phrase}”", phrase=phrase.shown) if " " in phrase.shown else phrase.shown
