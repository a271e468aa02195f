"""Law 7 for the lobby: whatever people type, the page has the same elements as for a harmless word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from bridge.adapters.lobby.render import Renderer, visible
from bridge.adapters.lobby.standing import Entry
from bridge.model.card import Action, Byline, Card, Field, FieldKind, Form, Quote, Row, Section, Style
from bridge.model.compose.outside import original
from bridge.model.ids import PersonId
from bridge.model.post import Attachment, MediaKind
from bridge.model.scan import parse
from bridge.model.text import Bold, Code, Italic, Link, Mention, Plain, Tag, Text
from bridge.words import words_for

AT = datetime(2026, 11, 24, 14, 2, tzinfo=UTC)
WORDS = words_for("en")
HARMLESS = "harmless"
HOSTILE = [
    "<script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    '"><script>alert(1)</script>',
    "'><script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)" x="',
    '" style="background:red',
    "` onclick=alert(1) `",
    "x onclick=alert(1)",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='jAvAsCrIpT:alert(1)'>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0>",
    "<link rel=stylesheet href=//evil.example>",
    "<form action=//evil.example><button>x",
    "<input autofocus onfocus=alert(1)>",
    "<style>*{display:none}</style>",
    "<!--",
    "-->",
    "<!DOCTYPE html>",
    "<![CDATA[",
    "]]>",
    "<",
    ">",
    "&",
    '"',
    "'",
    "&lt;script&gt;",
    "&#60;script&#62;",
    "&#x3C;script&#x3E;",
    "&amp;lt;b&amp;gt;",
    "%3Cscript%3E",
    "\\u003cscript\\u003e",
    "{{ 7 * 7 }}",
    "{% include 'page.html' %}",
    "{# gone #}",
    "${7*7}",
    "</div></article></body></html>",
    "<div class=message data-id=1>",
    "<button data-line='delete last'>",
    "<time datetime=x>",
    "\u202egnp.exe",
    "a\u2066b\u2069",
    "\x00<b>\x07",
    "\ud800<b>",
    "<b\u0301>",
    "＜script＞",
    "<ScRiPt\n>",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "//evil.example",
]
BAD_URLS = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "//evil.example",
    "/lobby/continue",
    'https://a.example/" onclick="alert(1)',
    "https://user@evil.example/",
    "https://good.example\\@evil.example/",
    "https://\u202eelpmaxe.live/",
    "blob:https://a.example/x",
    "",
]

Element = tuple[str, tuple[str, ...]]


class Reader(HTMLParser):
    """The elements of a page with their attributes' names, its addresses and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.addresses: list[str] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(sorted(name for name, _ in attrs))))
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action", "formaction")]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.elements.append(("comment", ()))

    def handle_decl(self, decl: str) -> None:
        self.elements.append(("declaration", ()))

    def unknown_decl(self, data: str) -> None:
        self.elements.append(("declaration", ()))


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(lambda item: f"/media/{item.digest}", ("👍", "📣"))


def every_span(said: str) -> Text:
    inner: Text = (
        Plain(said),
        Code(said.replace("\n", " ")),
        Tag(said),
        Mention(PersonId(1), said),
        Mention(None, said),
    )
    return (*inner, Bold(inner), Italic(inner), Link("https://ok.example/", said))


def every_card(said: str) -> Card:
    """A card that says it in every field there is."""
    action = Action(said, said, Style.PRIMARY, confirm=said)
    byline = Byline(name=said, initials=said, handle=said, title=said, at=AT, outside=True)
    media = tuple(Attachment("a" * 64, said, kind, "x/y", 9, said) for kind in MediaKind)
    rows = (Row(said, every_span(said), said, (action,)),)
    card = Card(
        title=said,
        byline=byline,
        text=every_span(said),
        quote=Quote(byline, every_span(said)),
        media=(*media, Attachment("b" * 64, said, MediaKind.FILE, "x/y", 9)),
        sections=(Section(said, rows),),
        footer=(said, every_span(said)),
        actions=(action,),
        menu=(action,),
        post=7,
    )
    return replace(card, joined=(card,))


def every_page(renderer: Renderer, said: str) -> Iterator[str]:
    card, line = every_card(said), said.replace("\n", " ")
    yield renderer.card(card, WORDS)
    yield renderer.private(card, WORDS, ok=False)
    common = {"author": said, "at": AT, "kind": "live", "reactions": (("👍", 2),)}
    yield renderer.message(Entry("1".zfill(19), card=card, **common), WORDS)
    yield renderer.message(Entry("2".zfill(19), text=every_span(said), account="9", replies=2, **common), WORDS)
    fields = tuple(Field(kind.value, said, kind, line, said, choices=((line, said),), error=said) for kind in FieldKind)
    form = Form(title=said, line=line, fields=fields, submit=said)
    yield renderer.form(form, {}, WORDS)
    yield renderer.form(form, {"text": line}, WORDS)
    door = {"refused": "", "command": "", "invited": "", "token": "", "known": [], "typed": line, "error": said}
    yield renderer.page("door.html", WORDS, **door)
    yield renderer.page("door.html", WORDS, **(door | {"refused": said, "command": said}))
    yield renderer.page("door.html", WORDS, **(door | {"invited": said, "token": line}))


@pytest.mark.parametrize("said", HOSTILE)
def test_nothing_that_is_typed_becomes_markup(renderer: Renderer, said: str) -> None:
    for html, harmless in zip(every_page(renderer, said), every_page(renderer, HARMLESS), strict=True):
        assert Reader(html).elements == Reader(harmless).elements


@pytest.mark.parametrize("said", HOSTILE)
def test_it_is_shown_as_it_was_typed(renderer: Renderer, said: str) -> None:
    shown = "".join(Reader(renderer.card(Card(text=(Plain(said),)), WORDS)).texts)

    assert shown.strip() == visible(said).strip()
    assert not any(mark in shown for mark in "\u202e\u2066\u2069\x00\ud800")


@pytest.mark.parametrize("url", BAD_URLS)
def test_an_address_that_leads_astray_is_no_link(renderer: Renderer, url: str) -> None:
    for label in ("here", "", "https://good.example"):
        read = Reader(renderer.card(Card(text=(Link(url, label),)), WORDS))
        assert read.addresses == []
        assert "a" not in [tag for tag, _ in read.elements]


@pytest.mark.parametrize("line", HOSTILE + BAD_URLS)
def test_an_ordinary_line_leads_to_the_web_or_nowhere(renderer: Renderer, line: str) -> None:
    entry = Entry("1".zfill(19), "Ana", AT, "line", text=parse(f"see {line} and https://ok.example/ [x]({line})"))

    for address in Reader(renderer.message(entry, WORDS)).addresses:
        assert address.startswith(("https://", "http://"))


def test_a_label_never_hides_where_a_link_leads(renderer: Renderer) -> None:
    html = renderer.card(Card(text=(Link("https://evil.example/login", "https://bank.example"),)), WORDS)

    assert "(evil.example)" in "".join(Reader(html).texts)
    assert 'rel="noopener noreferrer nofollow"' in html


def test_a_long_address_that_is_cut_is_named_once(renderer: Renderer) -> None:
    link = original("https://sky.example/profile/did:plc:igdgzwgzps2d6b3phd3wkpnc/post/3n2xabcdefghi")

    [shown] = "".join(Reader(renderer.card(Card(text=link), WORDS)).texts).split()

    assert shown == "sky.example/profile/did:plc:igdgzwgzps2d6b3phd3wkpnc/post/3…"


@pytest.mark.parametrize("said", HOSTILE)
def test_a_button_says_exactly_its_line(renderer: Renderer, said: str) -> None:
    class Lines(Reader):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.addresses += [value or "" for name, value in attrs if name == "data-line"]

    html = renderer.card(Card(actions=(Action("Press", said.replace("\n", " ")),)), WORDS)
    assert Lines(html).addresses == [said.replace("\n", " ")]


def test_a_like_is_counted_once_over_all_places(renderer: Renderer) -> None:
    card = Card(text=(Plain("Shipping v2"),), footer=("👍 5", "2 replies"), post=7)
    entry = Entry("1".zfill(19), "Ana", AT, "live", card=card, reactions=(("👍", 1), ("📣", 2)))

    shown = " ".join("".join(Reader(renderer.message(entry, WORDS)).texts).split())

    assert "2 replies" in shown
    assert "👍 5 📣 2" in shown
    assert "👍 1" not in shown
