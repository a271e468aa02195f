"""Forms that blogs and social servers give their feeds' HTML: whom a Tumblr post passes on, what a server of the
fediverse warns of. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

_REBLOG = re.compile(
    r"<p>\s{0,9}<a\b(?=[^<>]*\bclass=[\"']tumblr_blog[\"'])(?:[^<>]*?\bhref=[\"']([^\"'<>]*)[\"'])?[^<>]*>([^<]{1,100})</a>"
    r"\s{0,9}:?\s{0,9}</p>\s{0,9}<blockquote\b[^<>]*>",
    re.IGNORECASE,
)
_QUOTE = re.compile(r"<(/?)blockquote\b[^<>]*>", re.IGNORECASE)
_WARNING = re.compile(r"\s{0,9}<p>\s{0,9}<strong>[^<]{2,60}</strong>([^<]{1,1000})</p>\s{0,9}<hr\s?/?>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reblog:
    """`words`: the HTML of whoever is passed on, `link` where it stands, `own`: all that is around it."""

    author: str
    link: str
    words: str
    own: str


def read_reblog(html: str) -> Reblog | None:
    """What somebody else wrote and this post passes on, and what it adds; None where it is all its own.

    Tumblr writes `<p><a class="tumblr_blog" href="…">name</a>:</p><blockquote>…</blockquote>` and the own words behind
    it, photos in front; a chain of reblogs is nested, the latest outermost.
    """
    start = _REBLOG.search(html)
    if start is None:
        return None
    depth = 1
    for mark in _QUOTE.finditer(html, start.end()):
        depth += -1 if mark[1] else 1
        if depth == 0:
            words, rest = html[start.end() : mark.start()], html[mark.end() :]
            break
    else:
        words, rest = html[start.end() :], ""
    return Reblog(unescape(start[2]).strip(), unescape(start[1] or ""), words, html[: start.start()] + rest)


def read_warning(html: str) -> tuple[str, str]:
    """What stands in front of something sensitive, "" for nothing, and the rest.

    Mastodon's feeds put it into a first paragraph behind a bold label, with a rule below
    (app/helpers/formatting_helper.rb, rss_status_content_format).
    """
    found = _WARNING.match(html)
    return (unescape(found[1]).strip(), html[found.end() :]) if found else ("", html)
