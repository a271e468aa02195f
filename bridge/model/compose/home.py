"""One's own page: whom one follows, when the digest comes, one's latest updates, people to follow, settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bridge.model import text as t
from bridge.model.card import Action, Card, Limits, Row, Section, Style
from bridge.model.compose.moments import next_line, spans_of, until_phrase
from bridge.model.compose.person import quiet_phrase
from bridge.model.compose.reading import DOT, Reader, View, capital, near_day
from bridge.model.compose.update import counts, delete_action, gist, pressable
from bridge.model.kept import Plan
from bridge.model.person import Person
from bridge.model.subscription import Cadence, Subscription
from bridge.model.times.calendar import local

FOLLOWS = 5
UPDATES = 3
PEOPLE = 3
_LINE = 120


@dataclass(frozen=True, slots=True)
class Suggested:
    """Somebody whom the reader does not follow, and what speaks for them.

    `tag`: one that the reader follows and this person wrote about lately, as `#release`. `count`: their updates of the
    last seven days. `last`: when they shared the newest. `new`: known here for a short time only.
    """

    person: Person
    tag: str = ""
    count: int = 0
    last: datetime | None = None
    new: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on somebody's page. `recent`: their own updates, newest first."""

    person: Person
    follows: Sequence[Subscription] = ()
    plan: Plan | None = None
    recent: Sequence[View] = ()
    people: Sequence[Suggested] = ()


def home_card(page: Page, reader: Reader, limits: Limits) -> Card:
    """The page. It tells days and no minutes, since it is shown anew when something changed and not before."""
    words = reader.words
    newcomer = not (page.follows or page.recent)
    sections = [
        Section(words.say("Whom I follow"), () if newcomer else _follows(page.follows, reader, limits)),
        Section(words.say("My digest"), _digest(page.plan, reader)),
        Section(words.say("My latest updates"), tuple(_update(view, reader) for view in page.recent[:UPDATES])),
        Section(words.say("People to follow"), tuple(_person(one, reader) for one in page.people[:PEOPLE])),
        Section(words.say("My settings"), _settings(page.person, reader)),
    ]
    teaching = words.say("Tell the team in one line. Follow people, and their updates come once a day in your digest.")
    return Card(
        title=words.say("Hello, {name}", name=page.person.name),
        text=(t.Plain(teaching),) if newcomer else (),
        sections=tuple(section for section in sections if section.rows),
        actions=(
            Action(words.say("Share an update"), "status", Style.PRIMARY),
            Action(words.say("Your timeline"), "timeline"),
            Action(words.say("All my settings"), "settings"),
            Action(words.say("Help"), "help"),
        ),
    )


def reason(one: Suggested, reader: Reader) -> str:
    """Why somebody may be worth following: the strongest of what is known, "" where nothing is."""
    words = reader.words
    if one.tag:
        return words.say("shares about {tag}, which you follow", tag=one.tag)
    if one.count:
        return words.say_n("shared {n} update this week", "shared {n} updates this week", one.count)
    if one.last:
        return words.say("last shared on {day}", day=words.day(local(one.last, reader.zone).date()))
    return words.say("new here") if one.new else ""


def _follows(follows: Sequence[Subscription], reader: Reader, limits: Limits) -> tuple[Row, ...]:
    """The first few, those at once before the others."""
    words = reader.words
    if not follows:
        people = Action(words.say("People to follow"), "who")
        return (Row("", (t.Plain(words.say("You follow nobody yet")),), actions=(people,)),)
    ordered = sorted(follows, key=lambda one: one.cadence is not Cadence.LIVE)
    rows = [_follow(one, reader, limits) for one in ordered[:FOLLOWS]]
    if (more := len(ordered) - FOLLOWS) > 0:
        rest = words.say_n("and {n} more", "and {n} more", more)
        rows.append(Row("", (t.Plain(rest),), actions=(Action(words.say("Show all"), "following"),)))
    return tuple(rows)


def _follow(one: Subscription, reader: Reader, limits: Limits) -> Row:
    words, name = reader.words, one.subject.name
    if one.cadence is Cadence.LIVE:
        how, other = words.say("at once"), Action(words.say("In my digest"), f"follow {name} digest")
    else:
        how, other = words.say("in my digest"), Action(words.say("At once"), f"follow {name} live")
    unfollow = Action(words.say("Unfollow"), f"unfollow {name}")
    remark = words.say("paused") if one.paused else how
    buttons = pressable(other, unfollow) if limits.actions > 1 else pressable(unfollow)
    return Row("", (t.Plain(name),), remark, buttons)


def _digest(plan: Plan | None, reader: Reader) -> tuple[Row, ...]:
    """When it comes; nothing before the first follow makes one. Seeing it now counts nothing as shown."""
    words = reader.words
    if plan is None:
        return ()
    if not plan.enabled or plan.slot is None:
        on = Action(words.say("Turn it on"), "digest on")
        return (Row("", (t.Plain(words.say("Off: no digest comes.")),), actions=(on,)),)
    paused = plan.paused_until if plan.paused_until and plan.paused_until > reader.now else None
    remark = f"{words.say('Paused')} {until_phrase(paused, reader, near=False)}" if paused else ""
    resume = (Action(words.say("Resume"), "digest resume"),) if paused else ()
    buttons = (Action(words.say("See it now"), "digest preview"), *resume, Action(words.say("Change"), "digest"))
    return (Row("", spans_of(next_line(plan.slot.due, reader)), remark, buttons),)


def _update(view: View, reader: Reader) -> Row:
    words, number = reader.words, view.post.number
    return Row(
        capital(near_day(local(view.post.created_at, reader.zone).date(), reader)),
        gist(view, reader, _LINE),
        DOT.join([f"~{number}", *counts(view, reader)]),
        (Action(words.say("Edit"), f"edit ~{number}"), delete_action(number, reader)),
    )


def _person(one: Suggested, reader: Reader) -> Row:
    person = one.person
    about = DOT.join(part for part in (f"@{person.handle}", person.title) if part)
    follow = Action(reader.words.say("Follow"), f"follow @{person.handle}", Style.PRIMARY)
    return Row(person.name, (t.Plain(about),), reason(one, reader), (follow,))


def _settings(person: Person, reader: Reader) -> tuple[Row, ...]:
    """Those that decide when something comes."""
    words = reader.words
    mentions = words.say("at once") if person.mentions_live else words.say("in my digest")
    toggle = (
        Action(words.say("In my digest"), "settings mentions digest")
        if person.mentions_live
        else Action(words.say("At once"), "settings mentions live")
    )
    return (
        _setting(words.say("Time zone"), words.city(reader.zone), Action(words.say("Change"), "settings zone")),
        _setting(words.say("Quiet hours"), quiet_phrase(person, words), Action(words.say("Change"), "settings quiet")),
        _setting(words.say("Mentions and replies"), mentions, toggle),
    )


def _setting(name: str, value: str, action: Action) -> Row:
    return Row(name, (t.Plain(value),), actions=(action,))
