"""When something ends or comes, as people read it. A time of day is a Moment wherever the platform shows those itself:
a channel has readers in many zones. A whole day is a word: a Friday is Friday for everybody."""

from __future__ import annotations

from datetime import date, datetime

from bridge.model import text as t
from bridge.model.card import Line
from bridge.model.compose.reading import Reader, first_name, near_day
from bridge.model.times.calendar import DAY, MIDNIGHT, local

_HOLE = "\ue000"
"""Stands in a sentence for what is put in as spans: a private character, which no catalogue has."""


def until_phrase(until: datetime, reader: Reader, near: bool = True, zone: str | None = None) -> str:
    """`until Fri`, `until today 17:30`: in words alone, for a title or a remark. The rest is as in `until_line`."""
    last = _last_day(until, reader, zone)
    if last is None:
        return reader.words.say("until {when}", when=_time_of_day(until, reader))
    return reader.words.say("until {when}", when=near_day(last, reader) if near else reader.words.day(last))


def until_line(until: datetime, reader: Reader, near: bool = True, zone: str | None = None) -> Line:
    """`until Fri`: a moment at midnight is the end of the day before. Not `near`: always with its date.

    `zone`: of whoever set it, where that is known; midnight in either zone will do: a Friday is Friday for everybody.
    """
    if reader.native and _last_day(until, reader, zone) is None:
        return filled(reader.words.say("until {when}", when=_HOLE), (t.Moment(until),))
    return until_phrase(until, reader, near, zone)


def holds_line(until: datetime, reader: Reader) -> Line:
    """`It holds until Fri 27 Nov`."""
    said = reader.words.say("It holds {until}", until=_HOLE)
    return filled(said, spans_of(until_line(until, reader, near=False)))


def next_line(at: datetime, reader: Reader) -> Line:
    """`Next: tomorrow 09:00 Vienna`."""
    if reader.native:
        return filled(reader.words.say("Next: {when}", when=_HOLE), (t.Moment(at),))
    when = reader.words.moment(at, reader.zone, reader.now)
    return reader.words.say("Next: {when} {zone}", when=when, zone=reader.words.city(reader.zone))


def spans_of(line: Line) -> t.Text:
    """The same as a text."""
    return ((t.Plain(line),) if line else ()) if isinstance(line, str) else line


def filled(said: str, inside: t.Text) -> t.Text:
    """A sentence with the spans in the place that was left for them."""
    before, _, behind = said.partition(_HOLE)
    return (*spans_of(before), *inside, *spans_of(behind))


def _last_day(until: datetime, reader: Reader, zone: str | None) -> date | None:
    """The day with whose midnight it ends; None for a time of day. For many readers, only its author's midnight."""
    zones = (zone,) if zone and reader.person is None else (reader.zone, zone or reader.zone)
    ends = [there for name in zones if (there := local(until, name)).time() == MIDNIGHT]
    return ends[0].date() - DAY if ends else None


def _time_of_day(at: datetime, reader: Reader) -> str:
    """`today 17:30`; for many readers with the zone that it is meant in."""
    when = reader.words.moment(at, reader.zone, reader.now)
    return when if reader.person is not None else f"{when} {reader.words.city(reader.zone)}"


def greeting(reader: Reader, name: str) -> str:
    """`Good morning, Cy`, by the reader's own hour."""
    name = first_name(name)
    hour = local(reader.now, reader.zone).hour
    if 5 <= hour < 12:
        return reader.words.say("Good morning, {name}", name=name)
    if 12 <= hour < 18:
        return reader.words.say("Good afternoon, {name}", name=name)
    if 18 <= hour < 23:
        return reader.words.say("Good evening, {name}", name=name)
    return reader.words.say("Hello, {name}", name=name)
