"""People as people read about them: the Who card, lists of people, and one's own settings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from bridge.model import text as t
from bridge.model.card import Action, Byline, Card, Row, Section, Style
from bridge.model.compose.moments import spans_of, until_line
from bridge.model.compose.reading import (
    DOT,
    Reader,
    View,
    capital,
    days_phrase,
    initials,
    near_day,
)
from bridge.model.compose.update import gist
from bridge.model.ids import PersonId
from bridge.model.person import DEFAULT_QUIET, Note, Person
from bridge.model.say import LANGUAGES, Words
from bridge.model.times.calendar import local

_RECENT = 3
_LINE = 120


def person_card(
    person: Person,
    reader: Reader,
    note: Note | None = None,
    recent: Sequence[View] = (),
    tags: Sequence[str] = (),
    follows: bool = False,
    gone: bool = False,
) -> Card:
    """Who somebody is: their time, what they are up to, their last updates (newest first), what they write about.

    `follows`: the reader does. `tags` as written, without `#`. `gone`: their account was closed.
    """
    words = reader.words
    facts = spans_of(words.say("Their account was closed.") if gone else _clock(person, reader))
    if not gone and note and note.until > reader.now:
        between = DOT if facts else ""
        until = spans_of(until_line(note.until, reader, zone=person.zone))
        facts = (*facts, t.Plain(f"{between}{note.words} "), *until)
    rows = tuple(
        Row(capital(near_day(local(view.post.created_at, reader.zone).date(), reader)), gist(view, reader, _LINE))
        for view in recent[:_RECENT]
    )
    sections = [Section("", rows)] if rows else []
    if tags:
        about = [span for tag in tags for span in (t.Plain(" "), t.Tag(tag))][1:]
        sections.append(Section("", (Row(words.say("Writes about"), tuple(about)),)))
    nothing = () if rows or note else (words.say("No updates yet."),)
    return Card(
        byline=person_byline(person),
        text=facts,
        sections=tuple(sections),
        footer=nothing,
        actions=_person_actions(person, reader, follows, gone),
    )


def people_card(
    people: Sequence[Person],
    title: str,
    reader: Reader,
    followed: Collection[PersonId] = (),
    reasons: Mapping[PersonId, str] | None = None,
) -> Card:
    """A list of people, each with a Follow button where the reader does not follow them yet. `reasons`: a remark behind
    some of them."""
    words = reader.words
    if not people:
        text = words.say("Nobody here yet. People appear once they have joined or shared something.")
        return Card(title=title, text=(t.Plain(text),))
    rows = tuple(
        Row(
            person.name,
            (t.Plain(DOT.join(part for part in (f"@{person.handle}", person.title) if part)),),
            (reasons or {}).get(person.id, ""),
            actions=(_follow(person, words),) if person.id not in (*followed, reader.person) else (),
        )
        for person in people
    )
    return Card(title=title, sections=(Section("", rows),))


def settings_card(person: Person, reader: Reader, statuses: Sequence[tuple[str, bool]] = ()) -> Card:
    """One's own settings, each with the button that changes it; a line without a value opens a form. `statuses`:
    (platform, allowed) for each that tells when the person sets a status there."""
    words = reader.words
    mentions = _choice(
        person.mentions_live,
        words.say("at once"),
        words.say("in my digest"),
        Action(words.say("In my digest"), "settings mentions digest"),
        Action(words.say("At once"), "settings mentions live"),
    )
    requests = _choice(
        person.never_ask,
        words.say("never"),
        words.say("yes, privately"),
        Action(words.say("Ask me"), "settings ask on"),
        Action(words.say("Never ask me"), "settings ask off"),
    )
    replies = _choice(
        person.send_replies,
        words.say("sent to where the update stands"),
        words.say("asked about in each thread"),
        Action(words.say("Ask me"), "settings replies ask"),
        Action(words.say("Always"), "settings replies always"),
    )
    spoken = person.language or words.language
    zone = f"{words.city(reader.zone)}{DOT}{words.time(reader.now, reader.zone)}"
    rows = (
        _setting(words.say("What you do"), person.title or words.say("not said yet"), _change(words, "profile")),
        _setting(words.say("Time zone"), zone, _change(words, "settings zone")),
        _setting(words.say("Language"), LANGUAGES.get(spoken, spoken), _change(words, "settings language")),
        _setting(words.say("Quiet hours"), quiet_phrase(person, words), _change(words, "settings quiet")),
        _setting(words.say("Working days"), days_phrase(person.working_days, words), _change(words, "settings days")),
        _setting(words.say("Mentions and replies"), *mentions),
        _setting(words.say("Answers in threads"), *replies),
        _setting(words.say("Ask before sharing my messages"), *requests),
        *(_status(platform, allowed, words) for platform, allowed in statuses),
    )
    return Card(
        title=words.say("Your settings"),
        sections=(Section("", rows),),
        actions=(Action(words.say("My digest"), "digest"), Action(words.say("Whom I follow"), "following")),
    )


def _status(platform: str, allowed: bool, words: Words) -> Row:
    """Whether the status set on a platform may become an update."""
    chosen = _choice(
        allowed,
        words.say("shared as an update when it has a #tag or 📣"),
        words.say("not shared"),
        Action(words.say("Don't share it"), f"settings {platform}-status off"),
        Action(words.say("Share it"), f"settings {platform}-status on"),
    )
    return _setting(words.say("My status on {platform}", platform=platform.capitalize()), *chosen)


def quiet_phrase(person: Person, words: Words) -> str:
    """`18:00 to 08:00 and days off`."""
    hours = person.quiet or DEFAULT_QUIET
    if hours.start == hours.end:
        return words.say("days off only")
    return words.say(
        "{start} to {end} and days off", start=hours.start.isoformat("minutes"), end=hours.end.isoformat("minutes")
    )


def person_byline(person: Person) -> Byline:
    return Byline(
        name=person.name,
        initials=initials(person.name),
        person=person.id,
        handle=person.handle,
        title=person.title,
        picture=person.picture,
    )


def _person_actions(person: Person, reader: Reader, follows: bool, gone: bool) -> tuple[Action, ...]:
    words = reader.words
    if person.id == reader.person:
        return (Action(words.say("Change my profile"), "profile"), Action(words.say("My settings"), "settings"))
    unfollow = Action(words.say("Unfollow"), f"unfollow @{person.handle}")
    if gone:
        return (unfollow,) if follows else ()
    message = Action(words.say("Message"), f"status to:@{person.handle}")
    return (unfollow if follows else _follow(person, words), message)


def _follow(person: Person, words: Words) -> Action:
    return Action(words.say("Follow"), f"follow @{person.handle}", Style.PRIMARY)


def _clock(person: Person, reader: Reader) -> str:
    """`15:05 there, 1 h ahead`; "" where their zone is not known."""
    if person.zone is None or person.id == reader.person:
        return ""
    words, time = reader.words, reader.words.time(reader.now, person.zone)
    ahead = _offset(reader.now, person.zone) - _offset(reader.now, reader.zone)
    if not ahead:
        return words.say("{time} there too", time=time)
    span = _hours(abs(ahead), words)
    if ahead > timedelta():
        return words.say("{time} there, {span} ahead", time=time, span=span)
    return words.say("{time} there, {span} behind", time=time, span=span)


def _offset(now: datetime, zone: str) -> timedelta:
    return local(now, zone).utcoffset() or timedelta()


def _hours(span: timedelta, words: Words) -> str:
    hours, minutes = divmod(span // timedelta(minutes=1), 60)
    if not minutes:
        return words.say("{hours} h", hours=hours)
    return words.say("{hours} h {minutes} min", hours=hours, minutes=minutes)


def _choice(on: bool, yes: str, no: str, turn_off: Action, turn_on: Action) -> tuple[str, Action]:
    return (yes, turn_off) if on else (no, turn_on)


def _change(words: Words, line: str) -> Action:
    return Action(words.say("Change"), line)


def _setting(name: str, value: str, action: Action) -> Row:
    return Row(name, (t.Plain(value),), actions=(action,))
