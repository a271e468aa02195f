"""An outside item as the text of an update. No language of ours is in it: signs stand for what happened to it, and a
warning that is a network's, not its author's, is kept in English and said in each reader's language.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

import regex

from bridge.model import text as t
from bridge.model.clean import clean, safe_url
from bridge.model.say import N_, Words
from bridge.model.scan import LIMIT_GRAPHEMES
from bridge.model.source import Cited, Found, SourceItem

CITED = 200
"""Graphemes of what somebody else said."""
LONGEST_NAME = 60
LONGEST_TITLE = 80
_READ = 1_000
"""Characters of a name or a title that are looked at."""
_UNTYPED = regex.compile(r"[^\p{L}\p{M}\p{N}\p{So}._@#:/~+=&-]+")
_LABEL = 60
_BLANK = t.Plain("\n")
_WARNS = "⚠ "
WARNINGS = frozenset(
    {
        N_("Content warning"),
        N_("Adult content"),
        N_("Sexually suggestive"),
        N_("Nudity"),
        N_("Graphic media"),
        N_("Self-harm"),
        N_("Sensitive"),
        N_("Threats"),
        N_("Intolerance"),
    }
)
"""Those that a network has of its own. Several are parted by ", "."""


def tidy(found: Found) -> Found:
    """A source as it may be shown and typed, whatever it calls itself: its name one short word, its title one short
    line, and only addresses that may become links."""
    called = _UNTYPED.sub("", clean(found.name, _READ))[:LONGEST_NAME]
    if not regex.search(r"[\p{L}\p{N}]", called):
        called = urlsplit(safe_url(found.key) or "").hostname or "source"
    picture = safe_url(found.picture or "")
    return replace(
        found,
        name=called,
        title=_name(found.title[:_READ], LONGEST_TITLE) or called,
        home=safe_url(found.home) or "",
        picture=picture if picture and picture.startswith("https://") else None,
    )


def outside_text(item: SourceItem) -> t.Text:
    """Its text within an update's length, what it passes on or quotes, who wrote it, and the way to the original.

    Behind a content warning only the warning stands: the rest is read where it was published.
    """
    link = original(item.link)
    if item.warning:
        return _joined((t.Plain(f"{_WARNS}{_name(item.warning, 200)}"),), link)
    said = () if t.is_empty(item.text) else t.cut(_worded(item.text), LIMIT_GRAPHEMES)
    cited = _cited(item.cited, "🔁 " if item.boost else "❝ ") if item.cited else ()
    author = (t.Plain(f"— {_name(item.author)}"),) if item.author else ()
    return _joined(said, cited, author, link)


def in_words(text: t.Text, words: Words) -> t.Text:
    """What `outside_text` made, a network's own warning in the reader's language."""
    match text:
        case (t.Plain(shown), *rest) if shown.startswith(_WARNS):
            warnings = shown.removeprefix(_WARNS).split(", ")
            if WARNINGS.issuperset(warnings):
                return (t.Plain(_WARNS + ", ".join(words.say(one) for one in warnings)), *rest)
    return text


def original(url: str) -> t.Text:
    """The address as a link that shows its beginning."""
    safe = safe_url(url)
    if safe is None:
        return ()
    bare = safe.split("://", 1)[1].rstrip("/")
    label = bare if len(bare) <= _LABEL else f"{bare[: _LABEL - 1]}…"
    return (t.Link(safe, label),)


def _cited(cited: Cited, sign: str) -> t.Text:
    said = t.cut(_worded(cited.text), CITED)
    return (t.Plain(f"{sign}{_name(cited.author)}: "), *said)


def _worded(text: t.Text) -> t.Text:
    """Tags and names are mere words here: as links each would be followed by where it leads."""
    out: list[t.Span] = []
    for span in text:
        match span:
            case t.Link(_, label) if label[:1] in ("#", "＃", "@", "＠"):
                out.append(t.Plain(label))
            case t.Bold(children) | t.Italic(children):
                out.append(type(span)(_worded(children)))
            case _:
                out.append(span)
    return tuple(out)


def _name(name: str, longest: int = LONGEST_NAME) -> str:
    shown = " ".join(clean(name).split())
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def _joined(*parts: t.Text) -> t.Text:
    """Those there are, each on a line of its own."""
    out: list[t.Span] = []
    for part in parts:
        if not part:
            continue
        if out:
            out.append(_BLANK)
        out += part
    return tuple(out)
