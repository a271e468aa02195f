"""A card without a platform: as plain text (notifications, logs, scripts) and as JSON-able data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bridge.model import text as t
from bridge.model.card import Action, Byline, Card, Row, Section
from bridge.model.compose.moments import spans_of
from bridge.model.compose.reading import DOT, media_phrase
from bridge.model.post import Attachment
from bridge.model.say import Words
from bridge.model.times.calendar import local

_LEAD = 10
"""Columns for a section's title, unless a language needs more."""
_WIDEST = 20
"""Columns, at most, in which the leads of an untitled section are lined up."""


def card_text(card: Card, words: Words | None = None, zone: str = "UTC") -> str:
    """The whole card from top to bottom, one thing a line. Without `words`, times are ISO in UTC.

    Buttons stand in brackets; ⋯ says that there are more.
    """
    head = [card.title, _byline(card.byline, words, zone), _read(card.text, words, zone)]
    if card.quote:
        head.append(_indent(_byline(card.quote.byline, words, zone)))
        head.append(_indent(_read(card.quote.text, words, zone)))
    head += [_media(item, words) for item in card.media]
    for section in card.sections:
        head += _section(section, words, zone)
    foot = _spaced(
        DOT.join(_read(spans_of(line), words, zone) for line in card.footer),
        _buttons(card.actions, menu=bool(card.menu)),
    )
    if not card.joined:
        return "\n".join(line for line in [*head, foot] if line)
    inner = [card_text(one, words, zone) for one in card.joined]
    blocks = ["\n".join(line for line in head if line), *inner, foot]
    return "\n\n".join(block for block in blocks if block)


def plain_card(card: Card, words: Words, zone: str) -> Card:
    """The same in words alone, for a platform that refused the card's form. Buttons are left out: nothing to press."""
    bare = replace(
        card, actions=(), menu=(), joined=tuple(replace(inner, actions=(), menu=()) for inner in card.joined)
    )
    return Card(text=(t.Plain(card_text(bare, words, zone)),), post=card.post)


def _section(section: Section, words: Words | None, zone: str) -> list[str]:
    wide = max((len(row.lead) for row in section.rows), default=0)
    lines = []
    for index, row in enumerate(section.rows):
        title = section.title.upper() if index == 0 else ""
        lines.append(_row(title, row, bool(section.title), wide, words, zone))
    return lines or ([section.title.upper()] if section.title else [])


def _row(title: str, row: Row, titled: bool, wide: int, words: Words | None, zone: str) -> str:
    text = _read(row.text, words, zone)
    behind = DOT.join(part for part in (text, row.remark) if part)
    if titled:
        start = f"{title:<{_LEAD - 1}} " + (f"{row.lead}: " if row.lead else "")
    elif wide:
        start = f"{row.lead:<{min(wide, _WIDEST)}}  "
    else:
        start = ""
    return _spaced((start + behind).rstrip(), _buttons(row.actions))


def _byline(by: Byline | None, words: Words | None, zone: str) -> str:
    if by is None:
        return ""
    parts = [f"({by.initials}) {by.name}", by.title]
    if by.at:
        parts.append(words.time(by.at, zone) if words else t.plain((t.Moment(by.at),)))
    return DOT.join(part for part in parts if part)


def _read(text: t.Text, words: Words | None, zone: str) -> str:
    return t.plain(_told(text, words, zone)) if words else t.plain(text)


def _told(text: t.Text, words: Words, zone: str) -> t.Text:
    """The text with its moments as the reader says them."""
    out: list[t.Span] = []
    for span in text:
        match span:
            case t.Moment(at, form):
                day, time = words.day(local(at, zone).date()), words.time(at, zone)
                out.append(t.Plain({"time": time, "date": day}.get(form, f"{day} {time}")))
            case t.Bold(children) | t.Italic(children):
                out.append(type(span)(_told(children, words, zone)))
            case _:
                out.append(span)
    return tuple(out)


def _media(item: Attachment, words: Words | None) -> str:
    return media_phrase(item, words) if words else f"[{item.alt or item.name}]"


def _buttons(actions: Iterable[Action], menu: bool = False) -> str:
    shown = [f"[{action.label}]" for action in actions]
    return " ".join([*shown, "[⋯]"] if menu else shown)


def _spaced(left: str, right: str) -> str:
    return f"{left}  {right}" if left and right else left or right


def _indent(shown: str) -> str:
    return "\n".join(f"  {line}" for line in shown.split("\n")) if shown else ""


def card_data(card: Card) -> dict[str, object]:
    """The card's fields under their own names, ready for JSON: ids are strings, moments ISO 8601, text both plain
    (`text`) and as spans (`spans`). The keys are always the same ones."""
    quote = card.quote
    return {
        "title": card.title,
        "byline": _byline_data(card.byline),
        "text": t.plain(card.text),
        "spans": t.to_data(card.text),
        "quote": quote
        and {
            "byline": _byline_data(quote.byline),
            "text": t.plain(quote.text),
            "spans": t.to_data(quote.text),
        },
        "media": [_media_data(item) for item in card.media],
        "sections": [{"title": part.title, "rows": [_row_data(row) for row in part.rows]} for part in card.sections],
        "footer": [t.plain(spans_of(line)) for line in card.footer],
        "actions": [_action_data(action) for action in card.actions],
        "menu": [_action_data(action) for action in card.menu],
        "post": card.post,
        "joined": [card_data(inner) for inner in card.joined],
    }


def _byline_data(by: Byline | None) -> dict[str, object] | None:
    if by is None:
        return None
    return {
        "name": by.name,
        "initials": by.initials,
        "person": None if by.person is None else str(by.person),
        "handle": by.handle,
        "title": by.title,
        "picture": by.picture,
        "at": by.at.isoformat() if by.at else None,
        "outside": by.outside,
    }


def _media_data(item: Attachment) -> dict[str, object]:
    return {
        "digest": item.digest,
        "name": item.name,
        "kind": item.kind.value,
        "mime": item.mime,
        "size": item.size,
        "alt": item.alt,
    }


def _row_data(row: Row) -> dict[str, object]:
    return {
        "lead": row.lead,
        "text": t.plain(row.text),
        "spans": t.to_data(row.text),
        "remark": row.remark,
        "actions": [_action_data(action) for action in row.actions],
    }


def _action_data(action: Action) -> dict[str, object]:
    return {"label": action.label, "line": action.line, "style": action.style.value, "confirm": action.confirm}
