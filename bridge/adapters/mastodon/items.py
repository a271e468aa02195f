"""From a status to an item. Pure.

What a server's words lack in ours is put without words, since an item is shown in every language: a poll's end as ⏳ or
⌛ and its moment, sensitive pictures without a warning of their own as NSFW.
"""

from __future__ import annotations

import re

from bridge.adapters._outside.html import read_html
from bridge.adapters.mastodon.address import AccountKey
from bridge.adapters.mastodon.read import Account, Attached, Card, Poll, Status
from bridge.model import text as t
from bridge.model.clean import clean, fold, safe_url
from bridge.model.post import MediaKind
from bridge.model.source import Cited, Found, SourceItem, SourceMedia

SENSITIVE = "NSFW"
KINDS = {"image": MediaKind.PICTURE, "gifv": MediaKind.VIDEO, "video": MediaKind.VIDEO}
"""docs.joinmastodon.org/entities/MediaAttachment/#type; sound and the unknown are files."""

_FALLBACK = re.compile(r'<(p|span) class="quote-inline">.*?</\1>', re.DOTALL)
"""The "RE: address" for whom cannot show a quote (docs.joinmastodon.org/methods/statuses/#create)."""
_LANGUAGE = re.compile(r"[a-z]{2,3}(?![a-z])")


def item_of(status: Status, host: str, author: bool) -> SourceItem:
    """`host`: the server that was asked, for names without a domain. `author`: whether to say who wrote it, as in a
    tag's timeline. A boost has no words of its own: its text is empty, `cited` has what is passed on, and media,
    warning, language and link are those of that."""
    shown = status.boosted or status
    read = read_html(_html(shown), shown.page)
    text = () if t.is_empty(read.text) else read.text
    text += _card(shown.card, text)
    text += _poll(shown.poll, bool(text))
    media = (*(made for one in shown.media if (made := _media(one))), *read.media)
    return SourceItem(
        id=status.id,
        text=() if status.boosted else text,
        link=safe_url(shown.page) or "",
        at=status.at,
        author=name_of(status.account, host) if author else "",
        language=_language(shown.language),
        media=media,
        cited=_cited(status, text, host),
        warning=clean(shown.warning) or (SENSITIVE if shown.sensitive and media else ""),
        boost=status.boosted is not None,
        reply=status.reply,
        tags=_tags(shown, text),
    )


def may_be_shown(status: Status) -> bool:
    """Only what everybody may see is taken, of what is passed on too."""
    return status.visible and (status.boosted is None or status.boosted.visible)


def name_of(account: Account, host: str) -> str:
    """ "Ana Example (@ana@social.example)", or the address alone."""
    address = " ".join(clean(f"@{account.user}@{account.domain or host}", 200).split())
    title = _title(account)
    return f"{title} ({address})" if title else address


def found_of(account: Account, key: AccountKey) -> Found:
    """The source that an account is."""
    picture = safe_url(account.picture)
    return Found(
        key=str(key),
        name=f"@{key.user}@{key.domain}",
        title=_title(account) or f"@{key.user}@{key.domain}",
        home=safe_url(account.page) or f"https://{key.host}/@{key.user}",
        picture=picture if picture and picture.startswith("https://") else None,
    )


def _title(account: Account) -> str:
    return " ".join(clean(account.title, 100).split())


def _html(status: Status) -> str:
    return _FALLBACK.sub("", status.html) if status.quoted else status.html


def _cited(status: Status, text: t.Text, host: str) -> Cited | None:
    if passed := status.boosted:
        return Cited(name_of(passed.account, host), text, safe_url(passed.page) or "")
    if (quoted := status.quoted) and quoted.visible:
        words = quoted.warning or read_html(_html(quoted), quoted.page).text
        behind = (t.Plain(clean(words)),) if isinstance(words, str) else words
        return Cited(name_of(quoted.account, host), behind, safe_url(quoted.page) or "")
    return None


def _media(attached: Attached) -> SourceMedia | None:
    url = safe_url(attached.url)
    kind = KINDS.get(attached.kind, MediaKind.FILE)
    return SourceMedia(url, kind, clean(attached.alt)) if url else None


def _card(card: Card | None, text: t.Text) -> t.Text:
    """The link of a preview, where the text does not have it already."""
    url = safe_url(card.url) if card else None
    if not card or not url or any(isinstance(span, t.Link) and span.url == url for span in t.spans(text)):
        return ()
    link = t.Link(url, " ".join(clean(card.title).split()))
    return (t.Plain("\n\n"), link) if text else (link,)


def _poll(poll: Poll | None, after: bool) -> t.Text:
    """One option a line, with its votes where they are shown, and when it ends or ended
    (docs.joinmastodon.org/entities/Poll)."""
    if not poll:
        return ()
    sign = "☐" if poll.several else "○"
    lines = [
        f"{sign} {' '.join(clean(option.title).split())}" + ("" if option.votes is None else f" · {option.votes}")
        for option in poll.options
    ]
    shown = ("\n\n" if after else "") + "\n".join(lines)
    if not poll.until:
        return (t.Plain(shown),)
    return t.Plain(shown + ("\n⌛ " if poll.over else "\n⏳ ")), t.Moment(poll.until)


def _tags(status: Status, text: t.Text) -> tuple[str, ...]:
    inside = t.tags(text)
    named = dict.fromkeys(fold(clean(name)) for name in status.tags)
    return tuple(name for name in named if name and name not in inside)


def _language(given: str) -> str:
    found = _LANGUAGE.match(given.lower())
    return found[0] if found else ""
