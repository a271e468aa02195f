"""From cards, text and forms to HTML. Pure: nothing here waits, and nothing people typed is ever taken for markup."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal
from zlib import crc32

import regex
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bridge.adapters.lobby.phrases import phrase
from bridge.adapters.lobby.standing import Entry
from bridge.model.card import Card, Form, Line
from bridge.model.clean import safe_url
from bridge.model.compose.reading import initials
from bridge.model.post import Attachment
from bridge.model.say import Words
from bridge.model.text import Bold, Code, Italic, Link, Mention, Moment, Plain, Span, Tag, Text, plain

FOLDER = Path(__file__).parent
HUES = 6
SHORT_CODE = 70
"""Characters of a name that still fit into the line of a button."""

_UNSEEN = regex.compile(r"[\p{Bidi_Control}\p{Cs}\x00-\x08\x0B-\x1F\x7F-\x9F]")


def visible(text: str) -> str:
    """The text without what could turn the reading direction or cannot be shown."""
    return _UNSEEN.sub("", text)


def text_html(text: Text) -> Markup:
    """A span tree as HTML; newlines stay newlines (the style keeps them)."""
    return Markup("").join(_span(span) for span in text)


def line_html(line: Line) -> Markup:
    """A line of a footer."""
    return escape(visible(line)) if isinstance(line, str) else text_html(line)


def _span(span: Span) -> Markup:
    match span:
        case Plain(shown):
            return escape(visible(shown))
        case Bold(children):
            return Markup("<strong>{}</strong>").format(text_html(children))
        case Italic(children):
            return Markup("<em>{}</em>").format(text_html(children))
        case Code(shown) if "\n" in shown:
            return Markup("<pre><code>{}</code></pre>").format(visible(shown))
        case Code(shown):
            return Markup("<code>{}</code>").format(visible(shown))
        case Link(url, label):
            return _link(url, visible(label))
        case Mention(None, label):
            return Markup('<span class="mention">@{}</span>').format(visible(label))
        case Mention(_, label):
            return _word("mention", f"@{visible(label)}", f"who {visible(label)}")
        case Tag(name):
            return _word("tag", f"#{visible(name)}", f"timeline #{visible(name)}")
        case Moment(at, form):
            return moment_html(at, form)


def _word(kind: str, shown: str, line: str) -> Markup:
    """A tag or a name that asks about itself when pressed."""
    if len(line) > SHORT_CODE:
        return Markup('<span class="{}">{}</span>').format(kind, shown)
    return Markup('<button type="button" class="{}" data-line="{}">{}</button>').format(kind, line, shown)


def _link(url: str, label: str) -> Markup:
    """Where a label hides the address, the host stands behind it: nobody is led elsewhere unawares."""
    safe = safe_url(url)
    if safe is None:
        return escape(label or visible(url))
    shown = label or safe
    link = Markup('<a href="{}" target="_blank" rel="noopener noreferrer nofollow">{}</a>').format(safe, shown)
    bare, host, said = safe.split("://", 1)[1], safe.split("/")[2], label.rstrip("/")
    if not label or said in (safe.rstrip("/"), bare.rstrip("/"), host):
        return link
    if said.startswith(f"{host}/") and bare.startswith(said.rstrip("…")):  # its beginning
        return link
    return link + Markup(' <span class="host">({})</span>').format(host)


def moment_html(at: datetime, form: Literal["time", "date", "both", "ago"] = "both") -> Markup:
    """A point in time; the script puts it into the reader's zone, without it UTC stands there."""
    shown = {"time": "%H:%M", "date": "%d %b %Y", "both": "%d %b %Y %H:%M", "ago": "%H:%M"}[form]
    exact = at.strftime("%Y-%m-%d %H:%M UTC")
    return Markup('<time datetime="{}" data-form="{}" title="{}">{}</time>').format(
        at.isoformat(timespec="seconds"), form, exact, at.strftime(shown)
    )


def _reaction_count(line: Line, reactions: tuple[str, ...]) -> tuple[str, int] | None:
    """("👍", 5) where a card's footer line is "👍 5": how many over all places."""
    if not isinstance(line, str):
        return None
    emoji, _, count = line.partition(" ")
    return (emoji, int(count)) if emoji in reactions and count.isdecimal() else None


def _counted(entry: Entry, reactions: tuple[str, ...]) -> dict[str, int]:
    """What the buttons under a message count: over all places where the card says so, else in this place."""
    footer = entry.card.footer if entry.card else ()
    everywhere = [found for line in footer if (found := _reaction_count(line, reactions))]
    return dict(entry.reactions) | dict(everywhere)


def _initials(name: str) -> str:
    return initials(visible(name))


def hue(name: str) -> int:
    """Which of the avatar colours a name has."""
    return crc32(name.encode("utf-8", "replace")) % HUES


def entry_plain(entry: Entry) -> str:
    """A line's text as typed; empty for a card."""
    return plain(entry.text)


class Renderer:
    """The templates. `media_url` gives the path of an attachment's bytes; `reactions` are those a message offers."""

    def __init__(self, media_url: Callable[[Attachment], str], reactions: tuple[str, ...]) -> None:
        self._page = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._page.filters.update(
            rich=text_html, line=line_html, visible=visible, initials=_initials, hue=hue, moment=moment_html
        )
        self._page.tests["reaction_count"] = lambda line: _reaction_count(line, reactions) is not None
        self._page.globals.update(counted=lambda entry: _counted(entry, reactions))
        self._page.globals.update(media_url=media_url, reactions=reactions, static=_static_names())

    def card(self, card: Card, words: Words) -> str:
        """A card as it stands inside a message."""
        return self._show("card.html", words, card=card)

    def private(self, card: Card, words: Words, ok: bool = True) -> str:
        """A reply that only the one who asked sees."""
        return self._show("private.html", words, card=card, ok=ok)

    def message(self, entry: Entry, words: Words) -> str:
        """One message of a place."""
        return self._show("message.html", words, entry=entry)

    def form(self, form: Form, typed: Mapping[str, str], words: Words) -> str:
        """The inside of the dialog; what was typed wins over what the form suggests."""
        return self._show("form.html", words, form=form, typed=typed)

    def page(self, name: str, words: Words, **shown: object) -> str:
        """A whole page."""
        return self._show(name, words, **shown)

    def _show(self, name: str, words: Words, **shown: object) -> str:
        def t(key: str, /, **params: object) -> str:
            return phrase(words, key, **params)

        return self._page.get_template(name).render(t=t, words=words, **shown)


def _static_names() -> dict[str, str]:
    """File name -> name with a mark of its content, so that a new version is never hidden by an old one."""
    return {
        file.name: f"{file.name}?v={hashlib.sha256(file.read_bytes()).hexdigest()[:8]}"
        for file in sorted((FOLDER / "static").iterdir())
    }
