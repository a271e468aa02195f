"""From the bytes of a document to characters that every XML parser takes: charset, entities, what XML forbids. Pure."""

from __future__ import annotations

import codecs
import re
from html.entities import html5

from bridge.adapters.feed.parsed import NoFeed

LARGEST = 5_000_000
"""Bytes of a document. Beyond that nobody reads: libxml2 is run without limits of its own by fastfeedparser."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"), (b"{\0", "utf-16-le"), (b"\0{", "utf-16-be"))
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{2,40})[\"']", re.IGNORECASE)
_DECLARATION = re.compile(r"<\?xml\b[^>]{0,300}\?>", re.IGNORECASE)
_WIDER = {
    # As browsers do (encoding.spec.whatwg.org, 4.2): the wider sister of what is declared.
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "latin-1", "latin1", "us-ascii", "ascii"), "cp1252"),
    **dict.fromkeys(("gb2312", "gb_2312-80", "gbk", "x-gbk", "euc-cn"), "gb18030"),
    **{"shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "iso-8859-9": "cp1254"},
    **{"euc-kr": "cp949", "ks_c_5601-1987": "cp949", "iso-8859-11": "cp874", "tis-620": "cp874", "big5": "big5hkscs"},
}
_ESCAPING = frozenset({"iso-2022-jp", "iso-2022-kr", "hz-gb-2312", "hz"})
"""These write every script in ASCII's bytes, so that it is UTF-8 as well."""
_NO_TEXT = frozenset({"utf-7", "unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "mbcs", "oem"})
"""Codecs of Python that no feed is written in."""

_FIRST_OF_MANY = bytes(range(0xC0, 0x100))
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_FORBIDDEN_REFERENCE = re.compile(
    r"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])|x0*(?:[0-8bcef]|1[\da-f]|fff[ef]|d[89a-f][\da-f]{2}));",
    re.IGNORECASE,
)
_DOCTYPE = re.compile(r"<!DOCTYPE\b[^\[<>]*(?:>|\[)", re.IGNORECASE)
_SUBSET_END = re.compile(r"\]\s*>")
_ODD = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#[xX][\da-fA-F]{1,6});)")
_ODD_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#[xX][\da-fA-F]{1,6});)(?:([A-Za-z][A-Za-z0-9]{1,31});)?")
_CDATA = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z))", re.DOTALL)


def to_characters(body: bytes, charset: str = "") -> str:
    """The document in the charset that it is really in, without a byte order mark and without what is never text.

    `charset`: what the server says. A byte order mark wins over everything; then, where it fits all through, UTF-8,
    since nothing else looks like it by chance; then what the document declares, and what the server says. Raises
    NoFeed for what is too big.
    """
    if len(body) > LARGEST:
        raise NoFeed("it is too big")
    return _FORBIDDEN.sub("", _decoded(body, charset))


def to_xml(text: str) -> str:
    """A document without its XML declaration and DOCTYPE, so that no entity of its own remains; HTML's are written as
    numbers, and what only looks like one as text."""
    text = _without_doctype(_without_declaration(text.lstrip()))
    text = _FORBIDDEN_REFERENCE.sub("", text)
    if not _ODD.search(text):
        return text
    if "<![CDATA[" not in text:
        return _ODD_NAMED.sub(_reference, text)
    return "".join(
        part if part.startswith("<![CDATA[") else _ODD_NAMED.sub(_reference, part) for part in _CDATA.split(text)
    )


def _decoded(body: bytes, charset: str) -> str:
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace")
    head = body[:200].lstrip()
    for start, codec in _WIDE:
        if head.startswith(start):
            return body.decode(codec, "replace")
    found = _DECLARED.search(body[:1_000])
    declared = [_codec(name) for name in (found[1].decode("ascii") if found else "", charset)]
    for codec in (*(name for name in declared if name in _ESCAPING), "utf-8"):
        try:
            return body.decode(codec)
        except UnicodeError:
            continue
    # A few bytes are damaged, or it is none of it. A declared UTF-16 would have been seen above.
    named = [name for name in declared if name and not name.startswith(("utf-16", "utf-32"))]
    return body.decode(named[0] if named else "utf-8" if _is_mostly_utf8(body) else "cp1252", "replace")


def _codec(name: str) -> str:
    """Python's codec of that name, "" for none that is text."""
    name = name.strip().lower().replace("_", "-") if name else ""
    name = _WIDER.get(name, _WIDER.get(name.replace("-", "_"), name))
    if not name or name.replace("-", "_") in _NO_TEXT:
        return ""
    try:
        found = codecs.lookup(name)
        b"".decode(name)
    except (LookupError, ValueError):
        return ""
    return name if name in _ESCAPING else found.name


def _is_mostly_utf8(body: bytes) -> bool:
    """Whether what is wrong with it is less than what is right."""
    wrong = body.decode("utf-8", "replace").count("\ufffd")
    return wrong * 4 < len(body) - len(body.translate(None, _FIRST_OF_MANY)) + 4


def _without_declaration(text: str) -> str:
    found = _DECLARATION.match(text)
    return text[found.end() :] if found else text


def _without_doctype(text: str) -> str:
    """Cut out with all entities that it declares: nothing of them is ever resolved. One that hides further on is made
    unreadable."""
    return _without_first_doctype(text).replace("<!ENTITY", "&lt;!ENTITY")


def _without_first_doctype(text: str) -> str:
    start = _DOCTYPE.search(text, 0, 20_000)
    if start is None:
        return text
    end = start.end()
    if start[0].endswith("["):
        closing = _SUBSET_END.search(text, end)
        if closing is None:
            raise NoFeed("a document type without an end")
        end = closing.end()
    return text[: start.start()] + text[end:]


def _reference(found: re.Match[str]) -> str:
    name = found[1]
    meant = html5.get(f"{name};") if name else None
    if meant is None:
        return "&amp;" + found[0][1:]
    return "".join(f"&#{ord(letter)};" for letter in meant)
