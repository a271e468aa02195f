"""From what people type to a filter or a tracked phrase, with a sentence for each mistake. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

import regex

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
from bridge.model.filters.filter import Filter, listed, primary
from bridge.model.filters.tokens import Phrase, phrase
from bridge.model.filters.track import Tracked
from bridge.model.times.timetokens import clip

LIMIT_FILTER = 500
LIMIT_PHRASES = 50

_EXAMPLE = 'only release,"security fix" not beta'
_QUOTED = 'only "security fix"'
_TRACKED = '"our product" not hiring'
_KEYS = {"lang": "lang", "language": "lang", "languages": "lang", "no": "no", "with": "with"}
_MEANT = {
    **dict.fromkeys(("boost", "boosts", "reblogs", "reposts", "reshares"), "no:boosts"),
    **dict.fromkeys(("reply", "replies", "answers"), "no:replies"),
    **dict.fromkeys(("media", "picture", "pictures", "image", "images", "video", "videos"), "with:media"),
}
_OFFERED = ("only", "not", "lang:de", "no:boosts", "no:replies", "with:media")
_LANGUAGES = {
    **dict.fromkeys(("german", "deutsch"), "de"),
    **dict.fromkeys(("english", "englisch"), "en"),
    **dict.fromkeys(("french", "français", "französisch"), "fr"),
    **dict.fromkeys(("spanish", "español", "spanisch"), "es"),
    **dict.fromkeys(("italian", "italiano", "italienisch"), "it"),
    **dict.fromkeys(("japanese", "japanisch"), "ja"),
}
_PIECE = regex.compile(
    r"""
      (?P<quoted>["“”„‟＂][^"“”„‟＂]*+["“”„‟＂]\*?|[«»‹›][^«»‹›]*+[«»‹›]\*?
        |[「『][^」』]*+[」』])
    | (?P<open>["“”„‟＂«»‹›「『])
    | (?P<part>[,;،、，；])
    | (?P<key>(?i:languages?|lang|no|with)):\s*+(?P<values>[^\s]*+)
    | (?P<list>(?i:only|not))(?::|(?=\s|\Z|["“„«»]))
    | (?P<word>[^\s,;،、，；]++)
    """,
    regex.VERBOSE,
)
_CODE = regex.compile(r"[a-z]{2,3}")
_BEGINS = regex.compile(r"(?i)(?<=\S)\s++(?:(?:only|not)(?=\s|:|\Z|[\"“„«»])|(?:languages?|lang|no|with):)")
_BEHIND = regex.compile(r"(?i)(?:(?<=\s|\A)(?:here|live|digest)(?:\s++|\Z))+\Z")


def parse_filter(typed: str) -> Filter:
    """Reading `words` of what it gives back gives the same. "" is the filter that lets everything through.

    Raises FilterEmpty, FilterUnknown, FilterUnclear, FilterLanguage, FilterOpen, FilterWordless, FilterClash,
    FilterTooLong or FilterTooMany.
    """
    return _Reader(typed).whole()


def parse_tracked(typed: str) -> Tracked:
    """`"our product" not hiring`: the words in front need no `only`.

    Raises TrackedEmpty, and what `parse_filter` does.
    """
    begun = regex.match(r"(?i)\s*+only(?=[\s:])", typed)
    try:
        found = _Reader(typed if begun else f"only {typed}").whole()
    except FilterEmpty as error:
        if error.params["word"] == "only":
            raise TrackedEmpty(example=_TRACKED) from error
        raise
    except BadInput as error:
        if "example" in error.params:
            error.params = {**error.params, "example": _TRACKED}
        raise
    if found.languages or found.media or not (found.boosts and found.replies):
        raise FilterUnclear(typed=clip(typed), example=_TRACKED)
    return Tracked(found.only, found.without)


def tracked_words(tracked: Tracked) -> str:
    """Its one spelling, which `parse_tracked` reads."""
    return f"{listed(tracked.only)} not {listed(tracked.without)}" if tracked.without else listed(tracked.only)


def split_filter(line: str) -> tuple[str, str]:
    """(what is followed and how, the words of its filter) of a line such as `#release live only beta here`.

    The filter begins with the first `only`, `not`, `lang:`, `no:` or `with:` behind the first word. `here`, `live` and
    `digest` at the very end are no part of it, unless they stand in quotation marks.
    """
    begins = _BEGINS.search(line.strip())
    if not begins:
        return line.strip(), ""
    head, filter = line.strip()[: begins.start()], line.strip()[begins.start() :].strip()
    if behind := _BEHIND.search(filter):
        return f"{head} {behind[0].strip()}", filter[: behind.start()].strip()
    return head, filter


class _Reader:
    """Reads a filter from left to right: a word that opens a list, then its phrases, then the next."""

    def __init__(self, typed: str) -> None:
        if (over := len(typed.strip()) - LIMIT_FILTER) > 0:
            raise FilterTooLong(over=over, limit=LIMIT_FILTER)
        self._typed = typed
        self._lists: dict[str, dict[tuple[tuple[str, ...], bool], Phrase]] = {"only": {}, "not": {}}
        self._languages: dict[str, None] = {}
        self._flags: set[str] = set()
        self._list = ""
        self._awaits = False
        self._words: list[str] = []

    def whole(self) -> Filter:
        for found in _PIECE.finditer(self._typed):
            self._take(found)
        self._close()
        only, without = self._lists["only"], self._lists["not"]
        for key in only:
            if key in without:
                raise FilterClash(typed=only[key].shown, example=_EXAMPLE)
        if (count := len(only) + len(without)) > LIMIT_PHRASES:
            raise FilterTooMany(count=count, limit=LIMIT_PHRASES)
        return Filter(
            tuple(only.values()),
            tuple(without.values()),
            tuple(self._languages),
            boosts="no:boosts" not in self._flags,
            replies="no:replies" not in self._flags,
            media="with:media" in self._flags,
        )

    def _take(self, found: regex.Match[str]) -> None:
        match found.lastgroup:
            case "quoted":
                self._end_phrase()
                self._add(found[0].strip(), found[0])
            case "open":
                raise FilterOpen(typed=clip(self._typed[found.start() :]), example=_QUOTED)
            case "part":
                self._end_phrase()
            case "list":
                self._close()
                self._list = found["list"].lower()
                self._awaits = True
            case "word":
                self._word(found[0])
            case _:
                self._close()
                for value in self._values(found):
                    self._flag(_KEYS[found["key"].lower()], value, found)

    def _values(self, found: regex.Match[str]) -> Iterator[str]:
        values = [value for value in regex.split(r"[,;،、，；]", found["values"]) if value]
        if not values:
            key = _KEYS[found["key"].lower()]
            raise FilterUnknown(typed=clip(found[0]), nearest=next(o for o in _OFFERED if o.startswith(key + ":")))
        yield from values

    def _flag(self, key: str, value: str, found: regex.Match[str]) -> None:
        if key == "lang":
            code = primary(value)
            if not _CODE.fullmatch(code):
                raise FilterLanguage(typed=clip(value), example=f"lang:{_LANGUAGES.get(value.lower(), 'de')}")
            self._languages[code] = None
            return
        meant = _MEANT.get(value.lower(), "")
        if not meant.startswith(f"{key}:"):
            offered = [one for one in _OFFERED if one.startswith(f"{key}:")]
            near = get_close_matches(f"{key}:{value.lower()}", offered, n=1, cutoff=0.5)
            raise FilterUnknown(typed=clip(f"{key}:{value}"), nearest=(near or offered)[0])
        self._flags.add(meant)

    def _word(self, word: str) -> None:
        key, colon, _ = word.lower().partition(":")
        if colon and (near := get_close_matches(key, _KEYS, n=1, cutoff=0.75)):
            raise FilterUnknown(typed=clip(word), nearest=f"{_KEYS[near[0]]}:{word[len(key) + 1 :]}")
        if not self._list:
            near = get_close_matches(word.lower(), _OFFERED, n=1, cutoff=0.6)
            raise FilterUnknown(typed=clip(word), nearest=near[0] if near else f"only {clip(word)}")
        if word.lower() == "or":
            self._end_phrase()
        else:
            self._words.append(word)

    def _end_phrase(self) -> None:
        if self._words:
            words = " ".join(self._words)
            self._words = []
            self._add(words, words)

    def _add(self, words: str, typed: str) -> None:
        if not self._list:
            raise FilterUnknown(typed=clip(typed), nearest=f"only {clip(typed)}")
        found = phrase(words)
        if found is None:
            raise FilterWordless(typed=clip(typed), example=_EXAMPLE)
        self._lists[self._list].setdefault((found.words, found.open), found)
        self._awaits = False

    def _close(self) -> None:
        """The end of a list."""
        self._end_phrase()
        if self._list and self._awaits:
            raise FilterEmpty(word=self._list, example=f"{self._list} {'beta' if self._list == 'not' else 'release'}")
        self._list = ""
