"""What an RSS, RDF or Atom document says of itself before its first entry: what it is called, where it belongs, its
language, how often to look. By patterns, so that a broken document tells it too. Pure.

Sources: the RSS 2.0 specification (ttl in minutes, skipHours in GMT, skipDays by their English names), the RSS 1.0
syndication module (updatePeriod, updateFrequency), RFC 4287, section 2, for xml:lang and xml:base.
"""

from __future__ import annotations

import re
from html import unescape

from bridge.adapters.feed.parsed import Pace, Parsed

SEARCHED = 64_000
"""Characters that are looked at in front, and behind the last entry."""

_ENTRY = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_LAST = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE)
_IMAGE = re.compile(r"<(image|textInput)\b", re.IGNORECASE)
_LINK = re.compile(r"<(?:\w+:)?link\b([^<>]*)>")
_HREF = re.compile(r"\bhref\s*=\s*[\"']([^\"']*)[\"']")
_REL = re.compile(r"\brel\s*=\s*[\"']([^\"']*)[\"']")
_ROOT_ATTRIBUTES = re.compile(r"<(?:\w+:)?(?:rss|feed|RDF|channel)\b([^<>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"\bxml:(lang|base)\s*=\s*[\"']([^\"']*)[\"']")
_URL = re.compile(r"<url>\s*(?:<!\[CDATA\[)?\s*([^<\s\]]+)")
_PICTURE = re.compile(r"<(?:\w+:)?(?:logo|icon)>\s*(?:<!\[CDATA\[)?\s*([^<\s\]]+)")
_SKIPPED_HOUR = re.compile(r"<hour>\s*(\d{1,2})\s*</hour>")
_SKIPPED_DAY = re.compile(r"<day>\s*(\w{3})\w*\s*</day>")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PERIODS = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}


def read_head(text: str) -> Parsed:
    """The feed without its entries; what it does not say is empty."""
    first = _ENTRY.search(text)
    about = text[: min(first.start() if first else SEARCHED, SEARCHED)]
    if first:
        *_, tail = _LAST.split(text[-SEARCHED:]) if _LAST.search(text, max(len(text) - SEARCHED, 0)) else ("",)
        about += tail
    plain, images = _apart(about)
    attributes = dict(pair for start in _ROOT_ATTRIBUTES.findall(about) for pair in _ATTRIBUTE.findall(start))
    return Parsed(
        title=_element(plain, "title"),
        home=_home(plain),
        language=_element(plain, "language") or attributes.get("lang", ""),
        base=unescape(attributes.get("base", "")),
        picture=_picture(images, plain),
        pace=_pace(about),
    )


def _apart(text: str) -> tuple[str, str]:
    """The text without its images and input fields, which have titles and links of their own; and those."""
    kept, cut, at = [], [], 0
    while found := _IMAGE.search(text, at):
        close = text.find(f"</{found[1]}", found.end())
        if close < 0:
            break
        kept.append(text[at : found.start()])
        cut.append(text[found.start() : close])
        at = close
    return "".join((*kept, text[at:])), "".join(cut)


def _element(text: str, name: str) -> str:
    """The characters of the first one of that name, of which CDATA and entities are undone."""
    start = re.search(rf"<((?:\w+:)?{name})(?:\s[^<>]*)?>", text)
    end = text.find(f"</{start[1]}", start.end()) if start else -1
    if start is None or end < 0:
        return ""
    parts = re.split(r"<!\[CDATA\[(.*?)(?:\]\]>|\Z)", text[start.end() : end], flags=re.DOTALL)
    return "".join(part if at % 2 else unescape(part) for at, part in enumerate(parts)).strip()


def _home(text: str) -> str:
    for attributes in _LINK.findall(text):
        relation, href = _REL.search(attributes), _HREF.search(attributes)
        if href and (relation is None or relation[1] == "alternate"):
            return unescape(href[1].strip())
    found = re.search(r"<link(?:\s[^<>]*)?(?<!/)>\s{0,99}(?:<!\[CDATA\[)?\s*([^<\s\]]+)", text)
    return unescape(found[1]) if found else ""


def _picture(images: str, text: str) -> str:
    found = _URL.search(images) or _PICTURE.search(text)
    return unescape(found[1]) if found else ""


def _pace(text: str) -> Pace:
    hours = {int(hour) % 24 for hour in _SKIPPED_HOUR.findall(text) if int(hour) <= 24}
    days = {_DAYS.index(day.lower()) for day in _SKIPPED_DAY.findall(text) if day.lower() in _DAYS}
    # Who skips every hour or every day means something else.
    return Pace(
        max(_ttl(text), _period(text)),
        tuple(sorted(hours)) if len(hours) < 24 else (),
        tuple(sorted(days)) if len(days) < 7 else (),
    )


def _ttl(text: str) -> int:
    minutes = _element(text, "ttl")
    return int(minutes) * 60 if minutes.isascii() and minutes.isdigit() and len(minutes) < 8 else 0


def _period(text: str) -> int:
    seconds = _PERIODS.get(_element(text, "updatePeriod").lower(), 0)
    times = _element(text, "updateFrequency")
    return seconds // max(int(times), 1) if times.isascii() and times.isdigit() and len(times) < 5 else seconds
