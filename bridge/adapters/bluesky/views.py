"""An AppView's view of a feed's entry to an item (lexicons/app/bsky/feed/defs.json#feedViewPost). Never fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bridge.adapters.bluesky import labels, posts
from bridge.adapters.bluesky.names import POST, REPOST, Record, page, profile_page, read_handle, read_record, written
from bridge.adapters.bluesky.shape import Table, address, kind, line, moment, rows, table, words
from bridge.adapters.bluesky.trail import Entry
from bridge.model import text as t
from bridge.model.source import Cited, Found, SourceItem, SourceMedia

_EMBED = "app.bsky.embed"


@dataclass(frozen=True, slots=True)
class Shown:
    """What an embed shows. `held`: the labels of what is quoted."""

    media: tuple[SourceMedia, ...] = ()
    cards: tuple[t.Link, ...] = ()
    cited: Cited | None = None
    held: frozenset[str] = frozenset()


def read_entry(entry: object, owner: str) -> Entry | None:
    """One entry of an account's feed; None for what is not the account's, or pinned out of order."""
    told = table(entry)
    post = table(told.get("post"))
    record = read_record(words(post.get("uri")))
    if record is None or record.collection != POST:
        return None
    match kind(told.get("reason")):
        case "":
            return _own(told, post, record) if record.owner == owner else None
        case "app.bsky.feed.defs#reasonRepost":
            return _passed_on(table(told.get("reason")), post, record, owner)
        case _:
            return None


def read_account(entries: Sequence[object], owner: str) -> Found | None:
    """What the account of a feed calls itself, as its newest entry says."""
    for entry in map(table, entries):
        for view in (table(entry.get("reason")).get("by"), table(entry.get("post")).get("author")):
            if table(view).get("did") == owner:
                return found(table(view)) if read_handle(words(table(view).get("handle"))) else None
    return None


def is_for_signed_in(entries: Sequence[object], owner: str) -> bool:
    """Whether the account wishes to be seen by those only who are signed in."""
    authors = (table(table(table(entry).get("post")).get("author")) for entry in entries)
    return any(author.get("did") == owner and wants_sign_in(author) for author in authors)


def wants_sign_in(author: Table) -> bool:
    return labels.SIGNED_IN_ONLY in account_labels(author)


def account_labels(author: Table) -> frozenset[str]:
    return labels.values(author.get("labels"))


def found(profile: Table) -> Found:
    """From a profile view of any detail (lexicons/app/bsky/actor/defs.json). A handle that does not hold is told as
    handle.invalid; the name is then the DID."""
    did = words(profile.get("did"))
    name = read_handle(words(profile.get("handle"))) or did
    picture = address(profile.get("avatar"))
    return Found(
        did, name, line(profile.get("displayName"), 100) or name, profile_page(name),
        picture if picture.startswith("https:") else None,
    )  # fmt: skip


def author(view: Table) -> str:
    return read_handle(words(view.get("handle"))) or line(view.get("displayName"), 100) or words(view.get("did"))[:300]


def _own(told: Table, post: Table, record: Record) -> Entry:
    item = _item(post, record)
    if item is not None and item.reply and item.cited is None:
        item = replace(item, cited=_answered(table(told.get("reply")).get("parent")))
    return Entry(record.key, posts.mark(words(post.get("cid")), item), _place(post, record.key), item)


def _passed_on(reason: Table, post: Table, record: Record, owner: str) -> Entry | None:
    """A repost: somebody's post, or one's own, once more. Its address is told by newer AppViews only
    (lexicons/app/bsky/feed/defs.json#reasonRepost); where it is not, a name is made of whose and what."""
    if table(reason.get("by")).get("did") != owner:
        return None
    at = moment(reason.get("indexedAt"))
    own = read_record(words(reason.get("uri")))
    key = own.key if own and own.owner == owner else "~" + posts.short(record.uri, 12)
    whole = _item(post, record)
    item = None
    if whole is not None:
        cited = Cited(author(table(post.get("author"))), whole.text, whole.link)
        item = replace(
            whole, id=Record(owner, REPOST, key).uri, text=(), at=at, cited=cited, boost=True, reply=False
        )  # fmt: skip
    place = min((moment for moment in (at, written(key)) if moment), default=None)
    return Entry(f"*{key}", posts.mark(words(post.get("cid")), item), _sorted_by(place), item)


def _item(post: Table, record: Record) -> SourceItem | None:
    """A post view as an item of its author's; None where it may not be shown."""
    written_down = table(post.get("record"))
    held = labels.values(post.get("labels"), posts.own_labels(written_down))
    held |= account_labels(table(post.get("author")))
    if labels.is_hidden(held):
        return None
    shown = _shown(post.get("embed"))
    return SourceItem(
        id=record.uri,
        text=posts.text(written_down, shown.cards),
        link=page(record),
        at=posts.published(written_down, moment(post.get("indexedAt"))),
        language=posts.language(written_down),
        media=shown.media,
        cited=shown.cited,
        warning=posts.warning(held, quoted=shown.held),
        reply=posts.is_reply(written_down, record.owner),
        tags=posts.tags(written_down),
    )


def _answered(parent: object) -> Cited | None:
    """What a post answers, where it may be seen: not #notFoundPost, not #blockedPost."""
    post = table(parent)
    record = read_record(words(post.get("uri")))
    if record is None or post.get("notFound") or post.get("blocked"):
        return None
    return _cited(post, table(post.get("record")), record)[0]


def _cited(view: Table, value: Table, record: Record) -> tuple[Cited | None, frozenset[str]]:
    held = labels.values(view.get("labels"), posts.own_labels(value)) | account_labels(table(view.get("author")))
    if not value or labels.is_hidden(held):
        return None, frozenset()
    return Cited(author(table(view.get("author"))), posts.text(value), page(record)), held


def _shown(embed: object) -> Shown:
    told = table(embed)
    match kind(embed):
        case "app.bsky.embed.images#view":
            return Shown(_pictures(told.get("images")))
        case "app.bsky.embed.gallery#view":
            return Shown(_pictures(told.get("media") or told.get("items")))
        case "app.bsky.embed.video#view":
            # The video itself is told as a playlist of pieces, which is no file; its still is.
            return Shown(_pictures([{"fullsize": told.get("thumbnail"), "alt": told.get("alt")}]))
        case "app.bsky.embed.external#view":
            external = table(told.get("external"))
            return Shown(cards=posts.card(address(external.get("uri")), external.get("title")))
        case "app.bsky.embed.record#view":
            return _quoted(told.get("record"))
        case "app.bsky.embed.recordWithMedia#view":
            quoted, beside = _quoted(table(told.get("record")).get("record")), _shown_beside(told.get("media"))
            return Shown(beside.media, beside.cards + quoted.cards, quoted.cited, quoted.held)
        case _:
            return Shown()


def _shown_beside(media: object) -> Shown:
    return Shown() if kind(media).startswith(f"{_EMBED}.record") else _shown(media)


def _quoted(view: object) -> Shown:
    """lexicons/app/bsky/embed/record.json: a post is cited; a custom feed, a list or a starter pack becomes a link;
    what is not found, blocked or detached is not there."""
    told = table(view)
    record = read_record(words(told.get("uri")))
    if record is None or told.get("notFound") or told.get("blocked") or told.get("detached"):
        return Shown()
    if kind(view) == f"{_EMBED}.record#viewRecord" and record.collection == POST:
        cited, held = _cited(told, table(told.get("value")), record)
        return Shown(cited=cited, held=held)
    title = told.get("displayName") or told.get("name") or table(told.get("record")).get("name")
    return Shown(cards=posts.card(page(record), title))


def _pictures(images: object) -> tuple[SourceMedia, ...]:
    found = ((address(table(image).get("fullsize")), table(image).get("alt")) for image in rows(images)[:20])
    return tuple(SourceMedia(url, alt=posts.alt(alt)) for url, alt in found if url)


def _place(post: Table, key: str) -> str:
    """An author feed is sorted by the earlier of createdAt and indexedAt, then by CID
    (packages/bsky/src/data-plane/server/routes/feeds.ts)."""
    told = [moment(table(post.get("record")).get("createdAt")), moment(post.get("indexedAt"))]
    return _sorted_by(min((moment for moment in told if moment), default=written(key)))


def _sorted_by(at: datetime | None) -> str:
    """Milliseconds since the year 1, so that strings compare as moments do."""
    if at is None:
        return ""
    return f"{(at - datetime(1, 1, 1, tzinfo=UTC)).total_seconds() * 1000:018.0f}"
