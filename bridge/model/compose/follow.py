"""What somebody gets: the answer to a follow, who follows whom, and when the digest comes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bridge.model import text as t
from bridge.model.card import Action, Card, Line, Row, Section, Style
from bridge.model.compose.moments import next_line, spans_of, until_line, until_phrase
from bridge.model.compose.person import people_card
from bridge.model.compose.reading import DOT, Reader, capital, days_phrase
from bridge.model.compose.update import pressable
from bridge.model.kept import Plan
from bridge.model.person import Person
from bridge.model.subscription import Cadence, Mute, Subject, SubjectKind, Subscription
from bridge.model.times.calendar import DAY, local


def follow_answer(
    subject: Subject,
    cadence: Cadence,
    reader: Reader,
    plan: Plan | None = None,
    channel: str = "",
    quiet_until: datetime | None = None,
    new: bool = True,
    wide: bool = False,
) -> Card:
    """What will come, when and where. `channel`: `#team` when that follows, "" for the person themselves.

    `quiet_until`: the quiet hours that hold now. `plan`: the subscriber's digest. `new`: not followed before. `wide`:
    not everybody who reads the channel is of the team.
    """
    words, here = reader.words, " here" if channel else ""
    if channel:
        title = words.say("✓ {channel} follows {subject}", channel=channel, subject=subject.name)
    else:
        title = words.say("✓ You follow {subject}", subject=subject.name)
    lines = [_coming(cadence, plan, channel, reader)]
    if cadence is Cadence.LIVE and quiet_until and not channel:
        until = until_phrase(quiet_until, reader)
        lines.append(words.say("Quiet hours hold now: what comes waits {until}.", until=until))
    if wide:
        lines.append(words.say("People outside the team can read there, so only public updates come."))
    actions = [
        Action(words.say("In the digest instead"), f"follow {subject.name} digest{here}")
        if cadence is Cadence.LIVE
        else Action(words.say("At once instead"), f"follow {subject.name} live{here}"),
        Action(words.say("See it now"), f"timeline {subject.name}"),
    ]
    if cadence is Cadence.DIGEST and new:
        actions.append(_preview(plan, here, reader))
    actions.append(Action(words.say("Unfollow"), f"unfollow {subject.name}{here}"))
    return Card(title=title, text=(t.Plain(" ".join(lines)),), actions=pressable(*actions))


def unfollow_answer(subject: Subject, reader: Reader, channel: str = "") -> Card:
    words, here = reader.words, " here" if channel else ""
    if channel:
        title = words.say("✓ {channel} no longer follows {subject}", channel=channel, subject=subject.name)
    else:
        title = words.say("✓ You no longer follow {subject}", subject=subject.name)
    undo = Action(words.say("Undo"), f"follow {subject.name}{here}")
    return Card(title=title, actions=pressable(undo))


def mute_answer(subject: Subject, until: datetime | None, reader: Reader) -> Card:
    """Only the reader's side: nobody else notices."""
    words = reader.words
    if until:
        title = words.say("✓ {subject} is muted {until}", subject=subject.name, until=until_phrase(until, reader))
    else:
        title = words.say("✓ {subject} is muted", subject=subject.name)
    undo = Action(words.say("Undo"), f"unmute {subject.name}")
    return Card(title=title, text=(t.Plain(words.say("Only you know.")),), actions=pressable(undo))


def following_card(
    follows: Sequence[Subscription],
    reader: Reader,
    mutes: Sequence[Mute] = (),
    channel: str = "",
    more: Action | None = None,
    total: int | None = None,
) -> Card:
    """What a person, or a channel, follows: live ones first. `total` where this is one page of more."""
    words, here = reader.words, " here" if channel else ""
    if not follows and not mutes:
        nobody = words.say("You follow nobody yet")
        return Card(
            title=words.say("{channel} follows nobody yet", channel=channel) if channel else nobody,
            text=(t.Plain(words.say("Follow a person, a tag, or everyone.")),),
            footer=(reader.call(f"follow @ana{here}"), reader.call(f"follow #release{here}")),
            actions=(Action(words.say("People to follow"), "who"),),
        )
    count = len(follows) if total is None else total
    if channel:
        title = words.say("{channel} follows {count}", channel=channel, count=count)
    else:
        title = words.say("You follow {count}", count=count)
    sections = [
        Section(words.say("At once"), _follow_rows(follows, Cadence.LIVE, here, reader)),
        Section(words.say("Digest"), _follow_rows(follows, Cadence.DIGEST, here, reader)),
        Section(words.say("Muted"), tuple(_mute_row(mute, reader) for mute in mutes)),
    ]
    return Card(
        title=title,
        sections=tuple(section for section in sections if section.rows),
        actions=((more,) if more else ()) + (Action(words.say("When it comes"), f"digest{here}"),),
    )


def followers_card(people: Sequence[Person], reader: Reader, total: int | None = None) -> Card:
    """The reader's own followers, by name."""
    words, count = reader.words, len(people) if total is None else total
    if not count:
        text = words.say("Nobody follows you yet. What you share stands in the team timeline all the same.")
        return Card(title=words.say("Your followers"), text=(t.Plain(text),))
    card_title = words.say_n("{n} person follows you", "{n} people follow you", count)
    return people_card(people, card_title, reader, followed=[person.id for person in people])


def schedule_card(plan: Plan | None, reader: Reader, place: str, channel: str = "") -> Card:
    """When and where the digest comes. `place`: where, as `place_name` says it; `channel` when it is a channel's."""
    words, here = reader.words, " here" if channel else ""
    title = words.say("The digest of {channel}", channel=channel) if channel else words.say("Your digest")
    change = words.say("To change it: {example}", example=reader.call(f"digest weekdays 9{here}"))
    if plan is None or not plan.enabled:
        off = words.say("Off: no digest comes.") if plan else words.say("None yet: your first follow makes one.")
        on = (Action(words.say("Turn it on"), f"digest weekdays 9{here}", Style.PRIMARY),)
        return Card(title=title, text=(t.Plain(off),), footer=(change,), actions=on)
    rows = [_row(words.say("When"), schedule_phrase(plan, reader)), _row(words.say("Where"), capital(place))]
    paused = plan.paused_until and plan.paused_until > reader.now
    if plan.paused_until and paused:
        rows.append(_row(words.say("Paused"), until_line(plan.paused_until, reader, near=False)))
    foot = [next_line(plan.slot.due, reader)] if plan.slot else []
    pause = Action(words.say("Pause for a week"), f"digest pause 1w{here}")
    resume = Action(words.say("Resume"), f"digest resume{here}", Style.PRIMARY)
    return Card(
        title=title,
        sections=(Section("", tuple(rows)),),
        footer=(*foot, change),
        actions=(
            Action(words.say("Now"), f"digest now{here}"),
            Action(words.say("Preview"), f"digest preview{here}"),
            resume if paused else pause,
            Action(words.say("Turn it off"), f"digest off{here}"),
        ),
    )


def schedule_phrase(plan: Plan, reader: Reader) -> str:
    """`weekdays at 09:00, Vienna`."""
    schedule = plan.schedule
    times = reader.words.list([at.isoformat("minutes") for at in schedule.times])
    days = days_phrase(schedule.days, reader.words)
    return reader.words.say("{days} at {times}, {zone}", days=days, times=times, zone=reader.words.city(schedule.zone))


def _coming(cadence: Cadence, plan: Plan | None, channel: str, reader: Reader) -> str:
    words = reader.words
    if cadence is Cadence.LIVE:
        if channel:
            return words.say("New updates come at once, in {channel}.", channel=channel)
        return words.say("New updates come at once, in your direct messages.")
    if plan is None or not plan.enabled or plan.slot is None:
        turn_on = reader.call("digest weekdays 9 here" if channel else "digest weekdays 9")
        return words.say("New updates come by digest, and the digest is off: {call} turns it on.", call=turn_on)
    when = words.moment(plan.slot.due, reader.zone, reader.now)
    if channel:
        return words.say(
            "New updates come in the digest of {channel}, next {when} {zone}.",
            channel=channel,
            when=when,
            zone=words.city(reader.zone),
        )
    return words.say("New updates come in your digest, next {when} {zone}.", when=when, zone=words.city(reader.zone))


def _preview(plan: Plan | None, here: str, reader: Reader) -> Action:
    """Named after the moment the digest comes, where that is tomorrow."""
    words, line = reader.words, f"digest preview{here}"
    if plan and plan.slot and local(plan.slot.due, reader.zone).date() == reader.today + DAY:
        time = words.time(plan.slot.due, reader.zone)
        return Action(words.say("See tomorrow's {time} digest", time=time), line)
    return Action(words.say("See the next digest"), line)


def _follow_rows(follows: Sequence[Subscription], cadence: Cadence, here: str, reader: Reader) -> tuple[Row, ...]:
    words = reader.words
    return tuple(
        Row(
            "",
            (t.Plain(one.subject.name),),
            DOT.join(filter(None, (_filter(one), words.say("paused") if one.paused else ""))),
            pressable(Action(words.say("Unfollow"), f"unfollow {one.subject.name}{here}")),
        )
        for one in follows
        if one.cadence is cadence
    )


def _filter(follow: Subscription) -> str:
    """What it lets through, where that is not everything; a phrase says so itself."""
    return "" if follow.subject.kind is SubjectKind.PHRASE else follow.words


def _mute_row(mute: Mute, reader: Reader) -> Row:
    until = until_phrase(mute.until, reader) if mute.until else ""
    unmute = Action(reader.words.say("Unmute"), f"unmute {mute.subject.name}")
    return Row("", (t.Plain(mute.subject.name),), until, pressable(unmute))


def _row(lead: str, shown: Line) -> Row:
    return Row(lead, spans_of(shown))
