"""Documents as feeds send them, built from stories: one function a format. Nothing here knows how they are read."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr


@dataclass(frozen=True)
class Story:
    """What an entry tells. `at`: as it stands in the document."""

    id: str = ""
    title: str = ""
    html: str = ""
    link: str = ""
    at: str = ""


WHEN = datetime(2026, 11, 25, 10, 30, tzinfo=UTC)
RFC822 = format_datetime(WHEN)
ISO = WHEN.isoformat()


def stories(count: int, site: str = "https://blog.example.org") -> list[Story]:
    """Whole ones, the newest first, at the same moment each."""
    return [
        Story(f"{site}/{n}", f"Story {n}", f"<p>What happened on day {n}.</p>", f"{site}/{n}", RFC822)
        for n in reversed(range(count))
    ]


def element(name: str, value: str, attributes: str = "") -> str:
    return f"<{name}{attributes}>{escape(value)}</{name}>\n" if value else ""


def cdata(name: str, value: str) -> str:
    return f"<{name}><![CDATA[{value}]]></{name}>\n" if value else ""


def rss(told: Sequence[Story], version: str = "2.0", head: str = "", wrap: Callable[[str, str], str] = element) -> str:
    items = "".join(
        "<item>\n"
        + wrap("title", story.title)
        + element("link", story.link)
        + (element("guid", story.id, ' isPermaLink="false"') if version == "2.0" else "")
        + wrap("description", story.html)
        + element("pubDate", story.at)
        + "</item>\n"
        for story in told
    )
    about = "<title>The blog</title><link>https://blog.example.org/</link><description>Of all</description>"
    return f'<rss version="{version}"><channel>{about}{head}{items}</channel></rss>'


def rss_encoded(told: Sequence[Story]) -> str:
    items = "".join(
        f"<item>{element('title', story.title)}{element('link', story.link)}{element('guid', story.id)}"
        f"{cdata('content:encoded', story.html)}{element('dc:date', story.at)}</item>"
        for story in told
    )
    spaces = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    return f'<rss version="2.0" {spaces}><channel><title>The blog</title>{items}</channel></rss>'


def rdf(told: Sequence[Story], space: str = "http://purl.org/rss/1.0/") -> str:
    items = "".join(
        f"<item rdf:about={quoteattr(story.id)}>{element('title', story.title)}{element('link', story.link)}"
        f"{element('description', story.html)}{element('dc:date', story.at)}</item>"
        for story in told
    )
    spaces = (
        f'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="{space}" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    )
    return f"<rdf:RDF {spaces}><channel rdf:about='x'><title>The blog</title></channel>{items}</rdf:RDF>"


def rdf_netscape(told: Sequence[Story]) -> str:
    """RSS 0.90."""
    return rdf(told, "http://my.netscape.com/rdf/simple/0.9/")


def atom(told: Sequence[Story], space: str = "http://www.w3.org/2005/Atom", date: str = "updated") -> str:
    entries = "".join(
        f"<entry>{element('id', story.id)}{element('title', story.title)}"
        + (f"<link rel='alternate' href={quoteattr(story.link)}/>" if story.link else "")
        + element("content", story.html, " type='html'")
        + f"{element(date, story.at)}</entry>\n"
        for story in told
    )
    return f'<feed xmlns="{space}"><title>The blog</title><link href="https://blog.example.org/"/>{entries}</feed>'


def atom_old(told: Sequence[Story]) -> str:
    """Atom 0.3."""
    return atom(told, "http://purl.org/atom/ns#", "issued")


def json_feed(told: Sequence[Story]) -> str:
    items = [
        {
            key: value
            for key, value in {
                "id": story.id,
                "title": story.title,
                "content_html": story.html,
                "url": story.link,
                "date_published": story.at,
            }.items()
            if value
        }
        for story in told
    ]
    about = {"version": "https://jsonfeed.org/version/1.1", "title": "The blog", "items": items}
    return json.dumps(about, ensure_ascii=False)


FORMATS: dict[str, Callable[[Sequence[Story]], str]] = {
    "rss 2.0": rss,
    "rss 2.0, CDATA": lambda told: rss(told, wrap=cdata),
    "rss 2.0, content:encoded": rss_encoded,
    "rss 0.91": lambda told: rss(told, "0.91"),
    "rss 0.92": lambda told: rss(told, "0.92"),
    "rss 1.0": rdf,
    "rss 0.90": rdf_netscape,
    "atom 1.0": atom,
    "atom 0.3": atom_old,
    "json feed": json_feed,
}
