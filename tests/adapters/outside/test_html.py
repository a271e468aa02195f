"""What becomes of the HTML of strangers: golden examples, an attack on every way out, and what it may cost."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from unittest.mock import patch

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from bridge.adapters._outside import html as _html
from bridge.adapters._outside import spelling as _spelling
from bridge.adapters._outside.html import Read, read_html, read_plain
from bridge.adapters.discord.shown import markdown
from bridge.adapters.lobby.render import text_html
from bridge.adapters.slack.shown import mrkdwn, rich
from bridge.model.clean import clean, safe_url
from bridge.model.post import MediaKind
from bridge.model.source import SourceMedia
from bridge.model.text import (
    Bold,
    Code,
    Italic,
    Link,
    Mention,
    Moment,
    Plain,
    Span,
    Tag,
    Text,
    from_data,
    plain,
    spans,
    to_data,
)
from tests.adapters.discord.checking import markdown_problems
from tests.adapters.outside.hostile_html import MONSTERS, VECTORS
from tests.adapters.slack.checking import pings

BASE = "https://blog.example.org/2026/post/"


def shown(html: str) -> str:
    return plain(read_html(html, BASE).text)


LAID_OUT = {
    "": "",
    "mere words": "mere words",
    "  two\n\t words  ": "two words",
    "<p>one</p><p>two</p>": "one\n\ntwo",
    "<p>Hello&nbsp;<a href='https://x.example/'>there</a></p>": "Hello there",
    "<p>one</p>\n\n<p>&nbsp;</p>\n<p>two</p>": "one\n\ntwo",
    "one<p>two": "one\n\ntwo",
    "one<br>two<br/><br>three<br><br><br><br>four": "one\ntwo\n\nthree\n\nfour",
    "<br><p><br>one<br></p><br>": "one",
    "<div>one</div><div>two</div>": "one\ntwo",
    "a <b> b </b> c": "a b c",
    "a<b>b</b>c": "abc",
    "<i>a </i> <i> b</i>": "a b",
    "<h1>Title</h1>text": "Title\n\ntext",
    "<ul><li>a</li><li>b</li></ul>": "• a\n• b",
    "x<ul><li>a<li><p>b</p><li></ul>y": "x\n\n• a\n• b\n\ny",
    "<ol start=3><li>a<li>b</ol>": "3. a\n4. b",
    "<ol start='-1x'><li>a</ol>": "1. a",
    "<ul><li>a<ol><li>b</ol></ul>": "• a\n  1. b",
    "<blockquote><p>a</p><p>b<br>c</p></blockquote>d": "> a\n\n> b\n> c\n\nd",
    "<blockquote>a<blockquote>b</blockquote></blockquote>": "> a\n\n> > b",
    "<table><tr><th>a<th>b<tr><td>c<td>d</table>": "a | b\nc | d",
    "<dl><dt>a<dd>b</dl>": "a\nb",
    "<p>a</p><hr><p>b</p>": "a\n\nb",
    "<pre>  a\n    b\n</pre>": "  a\n    b",
    "<q>a</q>": "“a”",
    "a<script>b</script><style>c</style><title>d</title>": "a",
    "a<p hidden>b</p><p style='color:red; display : none'>c</p><!-- d -->": "a",
    "It&#x27;s 5 &gt; 4 &amp; &quot;so&quot; &hellip; &#8364; &nonsense;": 'It\'s 5 > 4 & "so" … € &nonsense;',
    "a&shy;b&#8203;c&#8238;d": "abcd",
    "<p>a\x00b\ud83dc\u202ed</p>": "abcd",
    "1 < 2 and 3 > 2 <3": "1 < 2 and 3 > 2 <3",
    "a <img class=emoji alt=':blob:' src=/b.png> b <img class=wp-smiley alt='😀' src=x>": "a :blob: b 😀",
    "<b>unclosed <i>and <u>wrong</b> nested": "unclosed and wrong nested",
    "<unknown>a</unknown><my-tag>b</my-tag>": "ab",
    "e\u0301": "é",
}


@pytest.mark.parametrize("html", LAID_OUT)
def test_words_stand_as_a_browser_would_lay_them_out(html: str) -> None:
    assert shown(html) == LAID_OUT[html]


STYLED: dict[str, Text] = {
    "a <strong>b <em>c</em></strong> d": (
        Plain("a "),
        Bold((Plain("b "), Italic((Plain("c"),)))),
        Plain(" d"),
    ),
    "<b>a<br>b</b>": (Bold((Plain("a"),)), Plain("\n"), Bold((Plain("b"),))),
    "<b>a <b>b</b></b>": (Bold((Plain("a b"),)),),
    "<h2>Title</h2><p>text</p>": (Bold((Plain("Title"),)), Plain("\n\ntext")),
    "use <code> a  b </code>!": (Plain("use "), Code("a b"), Plain(" !")),
    "<pre><code>if a:\n\tb &lt; c\n</code></pre>": (Code("if a:\n    b < c"),),
    "<pre>\n<span>a</span> = <a href=https://example.org>1</a></pre>": (Code("a = 1"),),
    "<a href='/about'> us </a>": (Link("https://blog.example.org/about", "us"),),
    "<a href='../x y'>x</a>": (Link("https://blog.example.org/2026/x%20y", "x"),),
    "<a href='https://example.org/?a=1&amp;b=2&copy=3'>x</a>": (Link("https://example.org/?a=1&b=2&copy=3", "x"),),
    "<a href='https://example.org/?utm_source=feed'>x</a>": (Link("https://example.org/", "x"),),
    "<a href='https://example.org/'>https://example.org/</a>": (Link("https://example.org/"),),
    "<a href='mailto:ana@example.org'>write</a>": (Plain("write"),),
    "<a href='https://example.org/'></a><a name=x>y</a>": (Plain("y"),),
    "see https://example.org/a_(b). Or (http://example.net/)!": (
        Plain("see "),
        Link("https://example.org/a_(b)"),
        Plain(". Or ("),
        Link("http://example.net/"),
        Plain(")!"),
    ),
    "<a href='https://example.org/'><h2>Title</h2><p>text</p></a>": (Link("https://example.org/", "Title text"),),
    "#release by @ana": (Plain("#release by @ana"),),
}


@pytest.mark.parametrize("html", STYLED)
def test_styles_links_and_code_become_spans(html: str) -> None:
    assert read_html(html, BASE).text == STYLED[html]


def test_a_status_of_another_server_reads_as_it_does_there() -> None:
    html = """<p>New release <a href="https://social.example/tags/release" class="mention hashtag" rel="tag">#<span
    >release</span></a> by <span class="h-card" translate="no"><a href="https://social.example/@ana"
    class="u-url mention">@<span>ana</span></a></span><br />See <a href="https://www.example.org/blog/2026/11/notes"
    rel="nofollow noopener"><span class="invisible">https://www.</span><span
    class="ellipsis">example.org/blog/2026/11</span><span
    class="invisible">/notes</span></a></p><p>Enjoy!</p>"""

    read = read_html(html)

    assert plain(read.text) == "New release #release by @ana\nSee example.org/blog/2026/11…\n\nEnjoy!"
    assert Link("https://www.example.org/blog/2026/11/notes", "example.org/blog/2026/11…") in read.text
    assert not [span for span in spans(read.text) if isinstance(span, Tag | Mention)]


def test_a_photo_set_is_its_pictures_in_order_and_a_reblog_a_quote() -> None:
    html = """<p><a class="tumblr_blog" href="https://ana.blog.example/post/1">ana</a>:</p><blockquote><div
    class="npf_row"><figure class="tmblr-full"><a
    href="https://media.example/big/1.jpg"><img
    src="https://media.example/1.jpg" srcset="/1.jpg 540w, /2x.jpg 1280w" alt="Dawn, &quot;red&quot;"></a>
    </figure><figure><img
    src="https://media.example/2.jpg" data-orig-width=2></figure></div>
    <p>Two mornings</p></blockquote><p>So good</p>"""

    read = read_html(html)

    assert plain(read.text) == "ana:\n\n> Two mornings\n\nSo good"
    assert read.media == (
        SourceMedia("https://media.example/1.jpg", MediaKind.PICTURE, 'Dawn, "red"'),
        SourceMedia("https://media.example/2.jpg"),
    )


def test_a_blog_s_own_furniture_goes_and_its_pictures_stay() -> None:
    html = """<!-- wp:paragraph --><p class="wp-block">Hello</p><!-- /wp:paragraph -->
    <figure class="wp-block-image"><img decoding="async" loading="lazy" width="1024" height="683" data-id="7" title=">"
    src="data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
    data-src="/a.jpg" alt=" A &amp;&#8238;
 B">
    <figcaption>From <em>above</em></figcaption></figure><noscript><img src="/a.jpg"></noscript>
    <img src="https://stats.example/b.gif?x=1" width="1" height="1"><img src="/c.gif" style="display:none">
    <img src="/d.gif" height="0"><video src="/v.mp4" poster="/p.jpg">No video here</video><img src="a.jpg">"""

    read = read_html(html, BASE)

    assert plain(read.text) == "Hello\n\nFrom above"
    assert read.media == (
        SourceMedia("https://blog.example.org/a.jpg", MediaKind.PICTURE, "A & B"),
        SourceMedia("https://blog.example.org/v.mp4", MediaKind.VIDEO),
        SourceMedia("https://blog.example.org/2026/post/a.jpg"),
    )


def test_a_comment_with_all_its_slashes_escaped_is_readable() -> None:
    html = """I&#x27;d say <i>yes</i>: see <a href="https:&#x2F;&#x2F;example.org&#x2F;a?b=1&amp;c=2" rel="nofollow"
    >https:&#x2F;&#x2F;example.org&#x2F;a...</a><p>&gt; quoted<p><pre><code>  if (a &lt; b)
    return;
</code></pre>"""

    assert shown(html) == "I'd say yes: see https://example.org/a...\n\n> quoted\n\n  if (a < b)\n    return;"


def test_a_description_without_markup_keeps_its_lines() -> None:
    described = (
        "New film <3\r\n\r\n\r\n0:00 Start\n1:30 End\n\nMore: https://example.org/film?utm_source=x.\u202e <b>no</b>"
    )

    read = read_plain(described)

    assert plain(read.text) == "New film <3\n\n0:00 Start\n1:30 End\n\nMore: https://example.org/film. <b>no</b>"
    assert Link("https://example.org/film") in read.text


def test_an_article_inside_a_link_is_text_and_its_link_stands_behind() -> None:
    read = read_html(f"<a href='https://example.org/'>{'word ' * 100}</a>end")

    assert plain(read.text) == f"{'word ' * 100}https://example.org/ end"


class Reader(HTMLParser):
    """What a browser would find in the lobby's HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"strong", "em", "code", "pre", "a", "span"}:
            self.wrong.append(f"a live <{tag}>")
        for name, value in attrs:
            if name not in {"href", "target", "rel", "class"} or (name == "href" and safe_url(value or "") != value):
                self.wrong.append(f'{name}="{value}"')

    def handle_comment(self, data: str) -> None:
        self.wrong.append("a comment")

    def unknown_decl(self, data: str) -> None:
        self.wrong.append("a declaration")


def problems(read: Read) -> Iterator[str]:
    """What is wrong with what was read, in itself and as each platform shows it."""
    for span in spans(read.text):
        if isinstance(span, Mention | Tag | Moment):
            yield f"a meaning of ours: {span}"
        if isinstance(span, Link) and safe_url(span.url) != span.url:
            yield f"a link to {span.url}"
    for item in read.media:
        if safe_url(item.url) != item.url or not item.url.startswith(("http://", "https://")):
            yield f"media at {item.url}"
        if clean(item.alt) != item.alt:
            yield f"an unclean description {item.alt!r}"
    page = Reader()
    page.feed(str(text_html(read.text)))
    page.close()
    yield from page.wrong
    yield from pings({"text": mrkdwn.shown(read.text), "blocks": _rich(read.text)})
    yield from markdown_problems(markdown.shown(read.text))


def _rich(text: Text) -> list[dict[str, Any]]:
    return [{"type": "rich_text", "elements": rich.paragraphs(text)}]


def shape_problems(text: Text) -> Iterator[str]:
    """What no reader may get: unclean or doubled blanks, styles over lines, styles in themselves."""
    said = plain(text)
    if regex.search(r"\n{3}|[^\S\n]\n|[\x00-\x09\x0B-\x1F\p{Cs}\p{Bidi_Control}]", said):
        yield f"not clean: {said!r}"
    if said.strip("\n") != said:
        yield f"empty lines at an end: {said!r}"
    yield from _nested(text, ())


def _nested(text: Text, within: tuple[type[Span], ...]) -> Iterator[str]:
    for span in text:
        if isinstance(span, Bold | Italic):
            if type(span) in within or not span.children or "\n" in plain((span,)).strip():
                yield f"badly styled: {span}"
            yield from _nested(span.children, (*within, type(span)))
        elif not plain((span,)):
            yield "an empty span"


def test_there_are_enough_attacks() -> None:
    assert len(set(VECTORS)) >= 300


@pytest.mark.parametrize("vector", VECTORS, ids=range(len(VECTORS)))
def test_no_attack_survives(vector: str) -> None:
    read = read_html(f"<p>before</p>{vector}<p>after</p>", BASE)

    assert not [*problems(read)]
    assert not [*shape_problems(read.text)]
    assert plain(read.text).startswith("before")


def test_scripts_that_are_none_leave_no_words_behind() -> None:
    assert shown("<p>a</p><script>alert(1)</script><svg><style>b</style>c</svg><iframe>d</iframe>") == "a"


PARTS = (
    "<p>",
    "</p>",
    " ",
    "<b>",
    "</b>",
    "<i>",
    "<a href=/x>",
    "</a>",
    "<pre>",
    "<code>",
    "<li>",
    "<ul>",
    "<br>",
    "<td>",
)

MARKUP = st.lists(
    st.one_of(
        st.sampled_from(VECTORS),
        st.sampled_from([*LAID_OUT, *STYLED]),
        st.sampled_from(PARTS),
        st.text(alphabet=st.characters(exclude_categories=[]), max_size=8),
        st.text(alphabet="<>/=\"'& ab!-\u0301\u202e`*_@#", max_size=12),
    ),
    max_size=12,
).map("".join)


@given(MARKUP)
def test_whatever_comes_is_read_and_harmless(html: str) -> None:
    read = read_html(html, BASE)

    assert not [*problems(read)]
    assert not [*shape_problems(read.text)]
    assert from_data(to_data(read.text)) == read.text


@given(st.text(alphabet=st.characters(exclude_categories=[]), max_size=40))
def test_any_text_without_markup_comes_through(said: str) -> None:
    assert not [*problems(read_plain(said))]


@pytest.mark.parametrize("unit", MONSTERS, ids=MONSTERS.values())
def test_a_monster_is_cut_to_size(unit: str) -> None:
    read = read_html(unit * (2_000_000 // len(unit)), BASE)

    assert _count(read.text) <= 5_000
    assert len(plain(read.text)) <= 400_000
    assert len(read.media) <= 50


@pytest.mark.parametrize("unit", MONSTERS, ids=MONSTERS.values())
def test_the_sanitiser_gets_little_that_costs_it_the_square(unit: str) -> None:
    given: list[str] = []

    with patch.object(_html, "_CLEANER") as cleaner:
        cleaner.clean.side_effect = lambda html: given.append(html) or ""
        read_html(unit * (2_000_000 // len(unit)), BASE)

    tags = regex.findall(r"<[a-zA-Z/][^>]*", given[0])
    assert len(tags) <= 3_000
    assert sum(tag.count("=") for tag in tags) <= 15_000
    assert len(regex.findall("[<&]", given[0])) <= 20_000
    assert len(given[0]) <= 1_000_000


def test_what_is_copied_into_each_paragraph_carries_nothing_with_it() -> None:
    styles = "".join(f"<font color=c{n} title={'x' * 50}><b id=b{n}>" for n in range(500))

    assert regex.findall("<[^>]+ ", _spelling.respelled(styles + "<p>x" * 500)) == []


@given(MARKUP)
def test_spelling_tags_anew_is_done_once(html: str) -> None:
    once = _spelling.respelled(html)

    assert _spelling.respelled(once) == once


@given(MARKUP)
def test_few_tags_are_spelled_as_many_are(html: str) -> None:
    few = _spelling.respelled(html)

    with patch.object(_spelling, "_ODD_TAG", _spelling._TAG):
        assert _spelling.respelled(html) == few


def _count(text: Text) -> int:
    return sum(1 + (_count(span.children) if isinstance(span, Bold | Italic) else 0) for span in text)
