"""Rules for mere strings: cleaning untrusted text and addresses, the form names are compared in, counting characters.

Finding meaning in clean text is `scan`; escaping is each adapter's affair.
"""

from __future__ import annotations

import unicodedata
from itertools import islice
from urllib.parse import urlsplit

import regex

LIMIT_MARKS = 8
"""Accents, joiners and the like that one letter may carry; no living script needs more than six."""
LIMIT_URL = 2_000

GRAPHEME = regex.compile(r"\X")
_JOINING = regex.compile(r"(?V1)[^\p{GCB=Other}\n]")

# England, Scotland and Wales are spelt with tag characters; anywhere else these only hide text.
_DROPPED = regex.compile(
    r"\U0001F3F4[\U000E0030-\U000E0039\U000E0061-\U000E007A]{3,6}\U000E007F(*SKIP)(*FAIL)"
    r"|[\x00-\x09\x0B-\x1F\x7F-\x9F\p{Cs}\p{Noncharacter_Code_Point}\xAD\u034F\u061C\u200B\u200E\u200F\u202A-\u202E"
    r"\u2060-\u206F\uFEFF\uFFF9-\uFFFB\U000E0000-\U000E007F]+"
)
_BREAK = regex.compile(r"\r\n?|[\x0B\x0C\x85\u2028\u2029]")
_STRAY_JOINER = regex.compile(
    r"(?<=\s|\A)[\u200C\u200D]++|[\u200C\u200D]++(?=\s|\Z)|(?<=[\u200C\u200D])[\u200C\u200D]++"
)
_EXTENDING = r"[\p{M}\p{GCB=Extend}\p{GCB=SpacingMark}\u200D]"
_PILED = regex.compile(rf"({_EXTENDING}{{{LIMIT_MARKS}}}){_EXTENDING}++")
_LINE_END = regex.compile(r"(?<![^\S\n])[^\S\n]++(?=\n)")
_GAP = regex.compile(r"\n{3,}")

_UNSAFE_URL = regex.compile(r"[\s\p{Cc}\p{Cs}\p{Bidi_Control}<>\"`\\]")
_PLAIN_URL = regex.compile(r"https?://[a-z0-9][a-z0-9.-]*+(?::[0-9]{1,4})?(?:/[A-Za-z0-9._~/%+,=-]*+)?")
"""Most addresses: safe as they stand, and without a query that may hold a tracker."""
_HOST = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*|[0-9A-Fa-f:.]+")
_INVISIBLE = regex.compile(r"\p{Default_Ignorable_Code_Point}+")
_TRACKERS = frozenset(
    {
        *("fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "ttclid", "srsltid"),
        *("mc_eid", "mc_cid", "igshid", "igsh", "mkt_tok", "vero_id", "oly_enc_id", "oly_anon_id", "_hsenc", "_hsmi"),
        *("_ga", "_gl", "li_fat_id", "rb_clickid", "ref_src", "wickedid", "_openstat"),
    }
)
_TRACKER_FAMILIES = ("utm_", "mtm_", "pk_", "hsa_")


def clean(raw: str, limit: int | None = None) -> str:
    """What all untrusted text goes through first: NFC, no control or hidden characters, no towers of accents.

    Keeps newlines (at most two in a row) and the joiners that emoji and scripts need; blanks at both ends go.
    Linear in its input; with `limit` it looks at the first so many code points only. Cleaning twice changes nothing.
    """
    shown = raw if limit is None else raw[:limit]
    if shown.isascii() and shown.isprintable():
        return shown.strip()  # most of what is typed: one plain line
    shown = _BREAK.sub("\n", shown).replace("\t", " ")
    shown = _DROPPED.sub("", shown)
    if not shown.isascii():
        # Before normalising too: sorting a run of marks takes the square of its length.
        shown = _PILED.sub(r"\1", unicodedata.normalize("NFC", _PILED.sub(r"\1", shown)))
        shown = _STRAY_JOINER.sub("", shown)
    return _GAP.sub("\n\n", _LINE_END.sub("", shown.strip()))


def safe_url(url: str) -> str | None:
    """The address without its trackers, or None where it may not become a link.

    Only http and https, with a plain host: no credentials, hidden characters, backslashes or escapes before the path.
    """
    if len(url) <= LIMIT_URL and _PLAIN_URL.fullmatch(url):
        return url
    if len(url) > LIMIT_URL or _UNSAFE_URL.search(url):
        return None
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return None
    if not _HOST.fullmatch(host) or _INVISIBLE.search(parts.netloc):
        return None
    return parts.scheme + _without_trackers(url[len(parts.scheme) :])


def fold(name: str) -> str:
    """The form in which tags and handles are compared: compatibility caseless, invisible characters dropped."""
    if name.isascii():
        return name.lower()
    # The order of Unicode's toNFKC_Casefold (D146): folding twice reaches what the first normalisation uncovered.
    once = unicodedata.normalize("NFKD", unicodedata.normalize("NFD", name).casefold())
    bare = _INVISIBLE.sub("", once.casefold())
    return unicodedata.normalize("NFKC", bare)


def graphemes(shown: str) -> int:
    """How many characters a person counts in `shown`: grapheme clusters."""
    if (shown.isascii() and "\r" not in shown) or not _JOINING.search(shown):
        return len(shown)
    return GRAPHEME.subn("", shown)[1]


def grapheme_start(shown: str, number: int) -> int:
    """Where a grapheme cluster begins, counted from 0; there are so many."""
    front = shown[: number + 1]
    if front.isascii() and "\r" not in front:
        return number
    return next(islice(GRAPHEME.finditer(shown), number, None)).start()


def _without_trackers(url: str) -> str:
    front, mark, fragment = url.partition("#")
    path, _, query = front.partition("?")
    parts = query.split("&")
    kept = [part for part in parts if not _is_tracker(part.partition("=")[0].casefold())]
    if len(kept) < len(parts):
        front = f"{path}?{'&'.join(kept)}" if kept else path
    return front + mark + fragment


def _is_tracker(key: str) -> bool:
    return key in _TRACKERS or key.startswith(_TRACKER_FAMILIES)
