"""What a card is composed from: an update as loaded (View) and how somebody reads (Reader); the small words of both.

Names, initials, days and spans of time stand here since every card says them. Whole cards are in `compose*`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import regex

from bridge.model.audience import AudienceKind
from bridge.model.card import Byline
from bridge.model.clean import fold
from bridge.model.ids import PersonId
from bridge.model.person import Person
from bridge.model.place import Place, PlaceKind
from bridge.model.post import NO_STATS, Attachment, MediaKind, Post, Stats
from bridge.model.say import Words
from bridge.model.times.calendar import DAY, EVERY_DAY, WORKING_DAYS, local

DOT = " · "
_LETTERS = regex.compile(r"(?=[\p{L}\p{N}])\X")
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Reader:
    """How somebody reads. `zone`: IANA name. `now`: aware UTC. `prefix`: how a verb is called there, `{}` for it.

    `person` is None when a whole channel reads. `native`: the platform shows a Moment in each reader's own zone
    (`Limits.native_moments`).
    """

    words: Words
    zone: str
    now: datetime
    prefix: str = "/{}"
    person: PersonId | None = None
    native: bool = False

    def call(self, line: str) -> str:
        """What to type for a verb and its words: `follow @ana` -> `/follow @ana`."""
        verb, _, rest = line.partition(" ")
        return self.prefix.replace("{}", verb) + (f" {rest}" if rest else "")

    @property
    def today(self) -> date:
        return local(self.now, self.zone).date()


@dataclass(frozen=True, slots=True)
class View:
    """An update with all that its card needs, loaded for one reader.

    `quoted`: the original of a reshare, or what a reply answers; None as well where the reader may not see it.
    `people`: those named by its audience. `owner`: whose followers are meant, where that is not the author.
    `outside`: its author is none of us. `taker`: who is on it; `left`: and has left, so
    that it is open again.
    """

    post: Post
    author: Person
    stats: Stats = NO_STATS
    quoted: View | None = None
    people: tuple[Person, ...] = ()
    owner: Person | None = None
    outside: bool = False
    taker: Person | None = None
    left: bool = False


def initials(name: str) -> str:
    """At most two letters that stand for a name, in any script: `Ana Kovač` -> `AK`, `Cy` -> `CY`, nobody -> `?`."""
    words = [letters for word in name.split() if (letters := _LETTERS.findall(word))]
    chosen = [words[0][0], words[-1][0]] if len(words) > 1 else words[0][:2] if words else ["?"]
    return "".join(chosen).upper()


def byline(view: View, words: Words, at: datetime | None = None) -> Byline:
    """What comes from outside says so, and from where."""
    title = f"{view.author.handle}{DOT}{words.say('outside')}" if view.outside else view.author.title
    return Byline(
        name=view.author.name,
        initials=initials(view.author.name),
        person=None if view.outside else view.author.id,
        handle=view.author.handle,
        title=title,
        picture=view.author.picture,
        at=at or view.post.created_at,
        outside=view.outside,
    )


def short_names(people: Iterable[Person]) -> dict[PersonId, str]:
    """First names where they tell these people apart, else whole names."""
    unique = {person.id: person for person in people}
    firsts = {id: first_name(person.name) for id, person in unique.items()}
    times = Counter(fold(first) for first in firsts.values())
    return {id: first if times[fold(first)] == 1 else unique[id].name for id, first in firsts.items()}


def names_of(views: Iterable[View]) -> dict[PersonId, str]:
    """First names for people; what comes from outside keeps its whole name."""
    every = list(views)
    outside = {view.author.id: view.author.name for view in every if view.outside}
    return short_names(view.author for view in every if not view.outside) | outside


def first_name(name: str) -> str:
    """What a name begins with, titles left out: `Dr. Ana Kovač` -> `Ana`."""
    return next((word for word in name.split() if not word.endswith(".")), name)


def place_name(place: Place, words: Words) -> str:
    """`#team` for a channel."""
    match place.kind:
        case PlaceKind.DIRECT:
            return words.say("your direct messages")
        case PlaceKind.THREAD:
            return words.say("a thread in {channel}", channel=f"#{place.name.removeprefix('#')}")
        case PlaceKind.CHANNEL:
            return f"#{place.name.removeprefix('#')}"


def weekday(day: int, words: Words) -> str:
    """0 is Monday."""
    names = (
        words.say("Mon"),
        words.say("Tue"),
        words.say("Wed"),
        words.say("Thu"),
        words.say("Fri"),
        words.say("Sat"),
        words.say("Sun"),
    )
    return names[day]


def days_phrase(days: frozenset[int], words: Words) -> str:
    """`every day`, `weekdays`, `Mon to Thu`, `Mon, Wed and Fri`."""
    ordered = sorted(days)
    if days == EVERY_DAY:
        return words.say("every day")
    if days == WORKING_DAYS:
        return words.say("weekdays")
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return words.say("{first} to {last}", first=weekday(ordered[0], words), last=weekday(ordered[-1], words))
    return words.list([weekday(day, words) for day in ordered])


def near_day(on: date, reader: Reader) -> str:
    """`today`, `yesterday`, `tomorrow`, `Fri` within a week, else `Tue 24 Nov`."""
    away = on - reader.today
    if not away:
        return reader.words.say("today")
    if away == DAY:
        return reader.words.say("tomorrow")
    if away == -DAY:
        return reader.words.say("yesterday")
    return weekday(on.weekday(), reader.words) if -_WEEK < away < _WEEK else reader.words.day(on)


def capital(shown: str) -> str:
    """The same with its first letter large: it begins a line."""
    return shown[:1].upper() + shown[1:]


def span_phrase(span: timedelta, words: Words) -> str:
    """`2 years`, `6 months`, `10 days`; at least a day."""
    days = max(1, span.days)
    if days >= 365 and days % 365 < 30:
        return words.say_n("{n} year", "{n} years", days // 365)
    if days >= 60:
        return words.say_n("{n} month", "{n} months", days // 30)
    return words.say_n("{n} day", "{n} days", days)


def media_phrase(attachment: Attachment, words: Words) -> str:
    """`[picture: green build board]`."""
    what = attachment.alt or attachment.name
    match attachment.kind:
        case MediaKind.PICTURE:
            return words.say("[picture: {what}]", what=what)
        case MediaKind.VIDEO:
            return words.say("[video: {what}]", what=what)
        case MediaKind.FILE:
            return words.say("[file: {what}]", what=what)


def audience_remark(view: View, reader: Reader) -> str:
    """Who may see it, where that is not simply the team: `only for Ana and you`; "" for the team."""
    words, post = reader.words, view.post
    match post.audience.kind:
        case AudienceKind.EVERYONE:
            return ""
        case AudienceKind.PUBLIC:
            return "" if view.outside else words.say("also for the community")
        case AudienceKind.FOLLOWERS if post.owner == reader.person:
            return words.say("only for your followers")
        case AudienceKind.FOLLOWERS if view.owner:
            return words.say("only for followers of {name}", name=view.owner.name)
        case AudienceKind.FOLLOWERS:
            return words.say("only for followers")
        case AudienceKind.PEOPLE if named := named_people(view, reader):
            return words.say("only for {people}", people=words.list(named))
        case _:
            return words.say("only for you")


def named_people(view: View, reader: Reader) -> Sequence[str]:
    """Those an audience names and whose it is, by name, the reader last as `you`; the author goes without saying."""
    meant = (*view.people, view.owner) if view.owner else view.people
    others = [person for person in meant if person.id not in (reader.person, view.author.id)]
    names = sorted(short_names(others).values(), key=fold)
    in_it = reader.person is not None and reader.person in (*view.post.audience.people, view.post.owner, view.author.id)
    return [*names, reader.words.say("you")] if in_it else names
