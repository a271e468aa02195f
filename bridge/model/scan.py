"""From what people type to a `Text`: finding markup, links, tags and mentions; and what is too much of it.

Nothing here knows a platform's own syntax: adapters read that themselves.
"""

from __future__ import annotations

import regex

from bridge.model import text as t
from bridge.model.clean import clean, fold, graphemes, safe_url
from bridge.model.errors import NothingToSay, TooLong, TooManyTags

LIMIT_GRAPHEMES = 500
LIMIT_CODEPOINTS = 4_000
LIMIT_TAGS = 20
LIMIT_READ = 4 * LIMIT_CODEPOINTS
"""Code points `parse` looks at: room for trackers and markup, which are not counted in the end."""
LIMIT_NAME = 100

# The standard \w breaks words at the marks of many scripts; emoji selectors are marks too, but belong to no word.
_LETTER = r"[\p{L}\p{N}[\p{M}--[\uFE0E\uFE0F\u20E3]]]"
_WORD = rf"[{_LETTER}_]"
_NAME = rf"(?>(?!\p{{M}}){_WORD}+(?:[-.·׳״་・\u200C\u200D]{_WORD}+)*)"
# These scripts write no space around a stressed word or an address, so a marker or a link may touch them.
_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_SPACED = rf"[{_WORD}--{_UNSPACED}]"
_TIGHT = regex.compile(rf"(?V1){_SPACED}")
_NO_START = regex.compile(r"[\s\p{M}]")
_TOKEN = regex.compile(
    rf"""(?V1)
      ```\n?(?P<block>(?s:.+?))\n?```
    | `(?P<code>[^`\n]+)`
    | (?<!{_SPACED})(?P<url>(?i:https?)://[^\s<>"`“”„«»‹›。、，！？；：（）【】《》〈〉「」『』…]+)
    | (?<![{_LETTER}\#＃&/])(?<!{_WORD}_)[\#＃](?P<tag>{_NAME})
    | (?<![{_LETTER}@＠/])(?<!{_WORD}_)[@＠](?P<mention>{_NAME})(?![@＠])
    | (?P<marker>\*++|_++)
    | (?P<newline>\n)
    """,
    regex.VERBOSE,
)

_MARKERS: dict[str, type[t.Bold] | type[t.Italic]] = {"*": t.Bold, "**": t.Bold, "_": t.Italic}
_AFTER_LINK = frozenset(".,;:!?'’~|")
_CLOSERS = {")": "(", "]": "[", "}": "{"}


def parse(raw: str) -> t.Text:
    """Reads `*bold*`, `**bold**`, `_italic_`, `` `code` ``, links, `#tags` and `@mentions`; never fails.

    Cleans first, and looks at LIMIT_READ code points at most; `check` refuses what is longer. Mentions are unresolved.
    """
    source = clean(raw.lstrip(), LIMIT_READ)
    page = _Page()
    at = 0
    while token := _TOKEN.search(source, at):
        page.write(source[at : token.start()])
        at = page.take(token)
    page.write(source[at:])
    return page.close()


def source(text: t.Text) -> str:
    """The text as it would be typed, markup included: reading it again gives the same tree."""
    return "".join(_typed(span) for span in text)


def _typed(span: t.Span) -> str:
    match span:
        case t.Bold(children):
            return f"*{source(children)}*"
        case t.Italic(children):
            return f"_{source(children)}_"
        case t.Code(code):
            return f"```{code}```" if "`" in code or "\n" in code else f"`{code}`"
        case t.Link(url, _):
            return url
        case _:
            return t.plain((span,))


def check(text: t.Text, raw: str, *, may_be_empty: bool = False) -> None:
    """Raises NothingToSay, TooManyTags or TooLong where `text`, read from `raw`, cannot be an update.

    A text with a picture may be empty. What is longer than `parse` looks at is counted as typed, markup included.
    """
    if len(raw) > LIMIT_READ and (typed := clean(raw)):
        if (over := graphemes(typed) - LIMIT_GRAPHEMES) > 0:
            raise TooLong(over=over, limit=LIMIT_GRAPHEMES)
        if (over := len(raw.strip()) - LIMIT_READ) > 0:
            raise TooLong(over=over, limit=LIMIT_READ)
    if t.is_empty(text):
        if may_be_empty:
            return
        raise NothingToSay()
    if (count := len(t.tags(text))) > LIMIT_TAGS:
        raise TooManyTags(count=count, limit=LIMIT_TAGS)
    if (over := t.length(text) - LIMIT_GRAPHEMES) > 0:
        raise TooLong(over=over, limit=LIMIT_GRAPHEMES)
    if (over := len(t.plain(text)) - LIMIT_CODEPOINTS) > 0:
        raise TooLong(over=over, limit=LIMIT_CODEPOINTS)


class _Page:
    """What `parse` has written so far: finished spans, and above them the markers that are still open."""

    def __init__(self) -> None:
        self._layers: list[tuple[str, list[t.Span]]] = [("", [])]

    def take(self, token: regex.Match[str]) -> int:
        """Writes one token; returns where reading goes on, since a token may leave its tail to the next."""
        kind = token.lastgroup
        found = token[kind or 0]
        match kind:
            case "url":
                return self._take_url(token, found)
            case "tag" | "mention":
                return self._take_name(token, found)
            case "marker":
                self._take_marker(token, found)
            case "newline":
                self._give_up(0)
                self.write("\n")
            case _:
                self._layers[-1][1].append(t.Code(found))
        return token.end()

    def write(self, shown: str) -> None:
        """Adds text without meaning."""
        if shown:
            _append(self._layers[-1][1], t.Plain(shown))

    def close(self) -> t.Text:
        """The whole text; markers that nothing closed are what they look like."""
        self._give_up(0)
        return tuple(self._layers[0][1])

    def _take_url(self, token: regex.Match[str], found: str) -> int:
        typed = self._without_tail(found)
        url = safe_url(typed)
        if url:
            self._layers[-1][1].append(t.Link(url))
        else:
            self.write(typed)
        return token.start() + len(typed)

    def _take_name(self, token: regex.Match[str], found: str) -> int:
        name = found.removesuffix("_") if self._depth_of("_") else found
        if len(name) > LIMIT_NAME or not any(letter.isalpha() for letter in fold(name)):
            self.write(token[0])
            return token.end()
        self._layers[-1][1].append(t.Tag(name) if token.lastgroup == "tag" else t.Mention(None, name))
        return token.end() - len(found) + len(name)

    def _take_marker(self, token: regex.Match[str], marker: str) -> None:
        source, start, end = token.string, token.start(), token.end()
        before, after = source[start - 1 : start], source[end : end + 1]
        depth = self._depth_of(marker)
        if depth and not before.isspace() and not _TIGHT.match(after):
            self._give_up(depth)
            _, children = self._layers.pop()
            self._layers[-1][1].append(_stressed(_MARKERS[marker], children))
        elif marker in _MARKERS and not depth and not _TIGHT.match(before) and after and not _NO_START.match(after):
            self._layers.append((marker, []))
        else:
            self.write(marker)

    def _depth_of(self, marker: str) -> int:
        """The layer this marker opened, or 0."""
        return next((depth for depth, (opened, _) in enumerate(self._layers) if depth and opened == marker), 0)

    def _give_up(self, depth: int) -> None:
        """Turns the markers above `depth` back into the characters they are."""
        while len(self._layers) > depth + 1:
            marker, children = self._layers.pop()
            self.write(marker)
            for span in children:
                _append(self._layers[-1][1], span)

    def _without_tail(self, url: str) -> str:
        """The address without the punctuation of the sentence around it."""
        while url:
            last = url[-1]
            unbalanced = last in _CLOSERS and url.count(last) > url.count(_CLOSERS[last])
            if not (unbalanced or last in _AFTER_LINK or any(last in opened for opened, _ in self._layers)):
                break
            url = url[:-1]
        return url


def _stressed(kind: type[t.Bold] | type[t.Italic], children: list[t.Span]) -> t.Span:
    """One container; bold in bold means nothing and dissolves."""
    flat: list[t.Span] = []
    for child in children:
        for span in child.children if isinstance(child, kind) else (child,):
            _append(flat, span)
    return kind(tuple(flat))


def _append(spans: list[t.Span], span: t.Span) -> None:
    """Adds a span, joining text without meaning to its like."""
    if spans and isinstance(last := spans[-1], t.Plain) and isinstance(span, t.Plain):
        spans[-1] = t.Plain(last.text + span.text)
    else:
        spans.append(span)
