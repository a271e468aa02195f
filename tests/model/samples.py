"""A few people and updates on Tue 24 Nov 2026, 14:05 in Vienna, for the tests of what people read."""

from __future__ import annotations

from datetime import UTC, datetime

from bridge.model.audience import EVERYONE, Audience
from bridge.model.card import Card
from bridge.model.compose.reading import Reader, View
from bridge.model.compose.text import card_text
from bridge.model.ids import AccountId, PersonId, PlaceId, PostId, SubjectId
from bridge.model.person import Person
from bridge.model.place import Circle, Place, PlaceKind
from bridge.model.post import Attachment, MediaKind, Post, Stats
from bridge.model.scan import parse
from bridge.model.subscription import Subject, SubjectKind
from bridge.model.text import tags
from bridge.words import Words

VIENNA = "Europe/Vienna"
NOW = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)
MORNING = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
ENGLISH = Words()


def person(id: int, handle: str, name: str, title: str = "", zone: str | None = VIENNA) -> Person:
    return Person(PersonId(id), handle, name, Circle.TEAM, title=title, zone=zone)


ANA = person(1, "ana", "Ana Kovač", "Release captain")
BO = person(2, "bo", "Bo")
CY = person(3, "cy", "Cy")
LI = person(4, "Li", "Li")
MARTA = person(5, "marta", "Marta Weiss")


def reader(who: Person | None = CY, now: datetime = NOW, prefix: str = "/{}") -> Reader:
    return Reader(ENGLISH, VIENNA, now, prefix, who.id if who else None)


def view(
    author: Person,
    words: str,
    number: int = 1042,
    at: datetime = datetime(2026, 11, 24, 13, 2, tzinfo=UTC),
    audience: Audience = EVERYONE,
    likes: int = 0,
    replies: int = 0,
    quoted: View | None = None,
    people: tuple[Person, ...] = (),
    outside: bool = False,
    attachments: tuple[Attachment, ...] = (),
    reshare: bool = False,
    announced: bool = False,
    until: datetime | None = None,
    edited_at: datetime | None = None,
    held_until: datetime | None = None,
) -> View:
    text = parse(words)
    post = Post(
        id=PostId(number),
        number=number,
        author=author.id,
        text=text,
        audience=audience,
        owner=author.id,
        rule=PostId(number),
        root=PostId(number),
        created_at=at,
        tags=tags(text),
        attachments=attachments,
        reshare_of=quoted.post.id if quoted and reshare else None,
        announced=announced,
        until=until,
        edited_at=edited_at,
        held_until=held_until,
    )
    return View(post, author, Stats(likes, replies), quoted, people, outside=outside)


def channel(name: str, id: int = 70) -> Place:
    return Place(PlaceId(id), "lobby", "main", name, PlaceKind.CHANNEL, name, Circle.TEAM)


def direct(id: int) -> Place:
    account = AccountId(id)
    return Place(PlaceId(id), "lobby", "main", f"u{id}", PlaceKind.DIRECT, "", Circle.TEAM, True, account)


BOARD = Attachment("ab" * 32, "board.png", MediaKind.PICTURE, "image/png", 1200, alt="green build board")
RELEASE = Subject(SubjectKind.TAG, SubjectId(90), "#release")
FOLLOWED_ANA = Subject(SubjectKind.PERSON, SubjectId(1), "@ana")


def read(card: Card) -> str:
    """The card as plain text, in English and in Vienna."""
    return card_text(card, ENGLISH, VIENNA)


def block(shown: str) -> str:
    """An indented text block of a test, without its indentation."""
    lines = shown.strip("\n").split("\n")
    return "\n".join(line.removeprefix("    ") for line in lines).rstrip()
