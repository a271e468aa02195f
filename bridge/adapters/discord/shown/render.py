"""From a Card to what Discord shows: embeds, what can be pressed, and the files that come along. Pure.

A person's name and picture stand in an embed's author line, everything else in its description, from top to bottom.
Pictures are attachments: those have a description for who cannot see them, an embed's picture has none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import regex

from bridge.adapters._text import clip, visible
from bridge.adapters._walk import listed, word
from bridge.adapters.discord.shown import embeds as e
from bridge.adapters.discord.shown.components import components
from bridge.adapters.discord.shown.embeds import Json
from bridge.model.card import Card, Limits
from bridge.model.post import Attachment
from bridge.model.say import Words
from bridge.model.text import Plain, is_empty

LIMITS = Limits(text=3_000, joined=10, actions=5, rings=True, native_moments=True, dedupes_for=120)
"""`text` of joined updates, so that ten with their names, quotes and counts stay within embeds.ALL."""
CONTENT = 1_900
"""Of 2,000."""
FILES = 10
NAME = 200
"""Characters of a file's name."""
ALT = 1_000
"""Of 1,024."""

_MARK = "https://discord.com/app#bridge-"
_MARKED = regex.compile(rf"{regex.escape(_MARK)}(?P<mark>[0-9a-z]{{1,25}})")
_NO_NAME = regex.compile(r"[\p{Cc}/\\:*?\"<>|]+")
_SPOILER = regex.compile(r"(?i)^(?:SPOILER_)+")


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a message is made of. `files`: to be uploaded, in this order."""

    embeds: list[Json]
    components: list[Json]
    content: str = ""
    files: tuple[Attachment, ...] = ()

    def payload(self) -> Json:
        """The body of a message, new, edited, or as an answer; nobody is pinged. `attachments` tells of `files` by
        their place among them."""
        return {
            "content": self.content,
            "embeds": self.embeds,
            "components": self.components,
            "allowed_mentions": {"parse": []},
            "attachments": [_attachment(number, item) for number, item in enumerate(self.files)],
        }


def render(card: Card, mark: str = "", words: Words | None = None, without: Collection[str] = ()) -> Rendered:
    """`mark`: what `marked` shall find in the message, at most 25 of 0-9 and a-z. `words`: the reader's, for what
    stands for updates that found no room; English where nobody is known. `without`: digests of files that are named
    only."""
    files = tuple(item for item in media_of(card) if item.digest not in without)[:FILES]
    content, sheets = "", [e.sheet(card, _named(item for item in card.media if item not in files))]
    if card.joined:
        if _is_titled_only(card):
            content, sheets = e.heading(card.title).within(CONTENT), []
        sheets += [e.sheet(inner, _named(inner.media)) for inner in card.joined]
    made = e.embeds(_that_fit(sheets, words))
    if mark:
        made[0] = {"url": _MARK + mark, **made[0]}
    return Rendered(made, components(card), content, files)


def media_of(card: Card) -> list[Attachment]:
    """All of it, in the order in which it is shown."""
    return [*card.media, *(item for inner in card.joined for item in inner.media)]


def marked(message: Mapping[str, object]) -> str:
    """The mark of a message that Discord tells of; "" for none. Never fails."""
    found = [_MARKED.fullmatch(word(embed, "url")) for embed in listed(message, "embeds")]
    return next((one["mark"] for one in found if one), "")


def _is_titled_only(card: Card) -> bool:
    """Its title can stand above the embeds, where there is no room for an embed of its own."""
    bare = replace(card, title="", joined=(), actions=(), menu=(), post=None)
    return bare == Card() and not is_empty((Plain(card.title),))


def _that_fit(sheets: list[e.Sheet], words: Words | None) -> list[e.Sheet]:
    """Those that a message holds; the last one tells of the others."""
    more = len(sheets) - e.EMBEDS
    if more <= 0:
        return sheets
    said = words.say_n("and {n} more", "and {n} more", more) if words else f"and {more} more"
    *first, last = sheets[: e.EMBEDS]
    return [*first, replace(last, body=(*last.body, e.Part((Plain(said),), e.SMALL)))]


def _named(media: Iterable[Attachment]) -> list[str]:
    return [item.alt or item.name for item in media]


def _attachment(number: int, item: Attachment) -> Json:
    told: Json = {"id": str(number), "filename": _file_name(item.name)}
    alt = clip(visible(item.alt), ALT)
    return {**told, "description": alt} if not is_empty((Plain(alt),)) else told


def _file_name(name: str) -> str:
    """Its name without what hides it: Discord takes `SPOILER_` for a wish to blur the picture."""
    bare = _SPOILER.sub("", _NO_NAME.sub("_", visible(name)).strip())
    if is_empty((Plain(bare),)):
        return "file"
    stem, dot, ending = bare.rpartition(".")
    return f"{clip(stem, NAME)}.{ending}" if dot and stem and len(ending) <= 10 else clip(bare, NAME)
