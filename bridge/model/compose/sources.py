"""What people read of sources: what one brings, which are followed and how they are, which of several is meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bridge.model import errors
from bridge.model import text as t
from bridge.model.card import Action, Card, Row, Section
from bridge.model.compose.reading import DOT, Reader, View, capital
from bridge.model.compose.update import gist, pressable
from bridge.model.say import Words
from bridge.model.source import Found, Trouble, Watch
from bridge.model.subscription import Subject
from bridge.model.times.calendar import local

LINE = 140
"""Graphemes of an item in one line."""
CHOICES = 5
PAGE = 8
"""Sources of one answer: more than 25 buttons are not shown everywhere, and each has three."""


def trouble_words(trouble: Trouble | None, words: Words) -> str:
    """Why a source could not be read, in plain words."""
    if trouble is None:
        return ""
    kind = getattr(errors, trouble.kind, errors.SourceFailure)
    template = kind.template if issubclass(kind, errors.SourceFailure) else errors.SourceFailure.template
    return words.say(template, **trouble.params)


def pace_words(seconds: float, words: Words) -> str:
    """`every 30 minutes`, `every 6 hours`."""
    minutes = max(1, round(seconds / 60))
    if minutes < 90:
        return words.say_n("every minute", "every {n} minutes", minutes)
    return words.say_n("every hour", "every {n} hours", round(minutes / 60))


def with_newest(card: Card, watch: Watch, views: Sequence[View], reader: Reader, here: str = "") -> Card:
    """The answer to a follow, with what the source brought last: only whoever asked sees it. `here`: " here" for a
    channel's."""
    words = reader.words
    rows = tuple(
        Row(capital(words.moment(view.post.created_at, reader.zone, reader.now)), gist(view, reader, LINE))
        for view in views
    )
    if watch.rests:
        how = health(watch, reader)
    elif watch.error is not None:
        how = words.say("It can't be read just now, and is tried again: {why}", why=trouble_words(watch.error, words))
    else:
        how = words.say("New items come from now on; it is looked at {pace}.", pace=pace_words(watch.every, words))
    newest = Section(words.say("The newest"), rows)
    title = (t.Bold((t.Plain(watch.title),)), t.Plain("\n")) if watch.title != watch.name else ()
    return replace(
        card,
        text=(*title, *card.text, t.Plain(f" {how}")),
        sections=(newest, *card.sections) if rows else card.sections,
        actions=(*card.actions, *pressable(Action(words.say("Only some of it"), f"filter {watch.name}{here}"))),
    )


def which_source(found: Sequence[Found], behind: str, reader: Reader) -> Card:
    """Several sources at one address: which? `behind`: what was typed behind it."""
    words = reader.words
    rows = tuple(
        Row(
            one.title,
            (t.Plain(one.key),),
            actions=pressable(Action(words.say("Follow"), f"follow {one.key} {behind}".strip())),
        )
        for one in found[:CHOICES]
    )
    foot: tuple[str, ...] = ()
    if left := len(found) - len(rows):
        more = words.say_n("and {n} more, by its own address", "and {n} more, by their own addresses", left)
        foot = (more,)
    return Card(title=words.say("There are several. Which one?"), sections=(Section("", rows),), footer=foot)


def sources_card(watches: Sequence[Watch], reader: Reader, channel: str = "", page: int = 1) -> Card:
    """Those of a person, or of a channel (`#team`), a page at a time, what rests or fails first."""
    words, here = reader.words, " here" if channel else ""
    if not watches:
        said = words.say("Nothing from outside comes yet. Follow a page, a feed or somebody elsewhere by the address.")
        example = reader.call(f"follow https://blog.example.org{here}")
        return Card(title=words.say("Sources"), text=(t.Plain(said),), footer=(example,))
    title = words.say("Sources of {channel}", channel=channel) if channel else words.say("Your sources")
    page = max(1, min(page, -(-len(watches) // PAGE)))
    shown = sorted(watches, key=lambda watch: not watch.rests and watch.failing_since is None)[(page - 1) * PAGE :]
    rows = tuple(_row(watch, here, reader) for watch in shown[:PAGE])
    left = len(shown) - len(rows)
    more = Action(words.say_n("Show {n} more", "Show {n} more", left), f"sources page {page + 1}{here}")
    return Card(title=title, sections=(Section("", rows),), actions=(more,) if left else ())


def _row(watch: Watch, here: str, reader: Reader) -> Row:
    words, name = reader.words, watch.name
    rests = Action(words.say("Resume"), f"sources resume {name}{here}")
    goes = Action(words.say("Pause"), f"sources pause {name}{here}")
    filters = Action(words.say("Filter"), f"filter {name}{here}")
    remove = Action(words.say("Remove"), f"unfollow {name}{here}")
    shown = () if watch.rests == "moved" else (rests if watch.rests else goes,)
    return Row(
        watch.title,
        (t.Plain(health(watch, reader)),),
        remark=DOT.join([name, *_times(watch, reader)]) if watch.title != name else DOT.join(_times(watch, reader)),
        actions=pressable(*shown, filters, remove),
    )


def health(watch: Watch, reader: Reader) -> str:
    """How it is, in a sentence."""
    words = reader.words
    why = trouble_words(watch.error, words)
    if watch.rests == "paused":
        return words.say("Paused.")
    if watch.rests == "gone":
        return words.say("It is gone for good, so it is not looked at any more.")
    if watch.rests == "moved":
        return words.say("It rests. {why}", why=why)
    if watch.rests:
        return words.say("It has failed for two weeks, so it rests. {why}", why=why)
    if watch.failing_since is not None:
        since = words.moment(watch.failing_since, reader.zone, reader.now)
        return words.say("It can't be read since {when}: {why}", when=since, why=why)
    if watch.a_day >= 1:
        return words.say_n("About {n} item a day", "About {n} items a day", round(watch.a_day))
    if watch.a_day * 7 < 0.5:
        return words.say("Less than one item a week")
    return words.say_n("About {n} item a week", "About {n} items a week", round(watch.a_day * 7))


def _times(watch: Watch, reader: Reader) -> list[str]:
    words, out = reader.words, []
    if watch.looked_at is not None:
        when = words.moment(watch.looked_at, reader.zone, reader.now)
        failing = watch.failing_since is not None  # what failed since is told beside it
        out.append(
            words.say("last good look {when}", when=when) if failing else words.say("last look {when}", when=when)
        )
    if watch.next_at is not None:
        out.append(words.say("next {when}", when=words.moment(watch.next_at, reader.zone, reader.now)))
    if watch.moved_at is not None:
        on = words.day(local(watch.moved_at, reader.zone).date())
        out.append(words.say("moved here from {address} on {day}", address=watch.moved_from, day=on))
    return out


def paused_card(subject: Subject, reader: Reader, here: str = "") -> Card:
    """`here`: " here" where it was a channel's to pause, as it is to undo."""
    words = reader.words
    said = words.say("✓ {source} is paused, for everybody who follows it", source=subject.name)
    return Card(title=said, actions=pressable(Action(words.say("Undo"), f"sources resume {subject.name}{here}")))


def resumed_card(subject: Subject, reader: Reader) -> Card:
    return Card(title=reader.words.say("✓ {source} is looked at again", source=subject.name))


def failing_card(name: str, rests: str, trouble: Trouble | None, reader: Reader) -> Card:
    """Told privately, once, to whoever followed it first."""
    words, why = reader.words, trouble_words(trouble, reader.words)
    if rests == "gone":
        said = words.say("{source} is gone for good, so it is not looked at any more.", source=name)
    elif rests == "moved":
        said = words.say("{source} rests. {why} Whoever followed it gets that one now.", source=name, why=why)
    elif rests:
        said = words.say("{source} has failed for two weeks, so it rests. {why}", source=name, why=why)
    else:
        said = words.say("{source} can't be read since yesterday: {why} It is tried again.", source=name, why=why)
    actions = [Action(words.say("Sources"), "sources"), Action(words.say("Unfollow"), f"unfollow {name}")]
    if rests and rests != "moved":
        actions.insert(0, Action(words.say("Try again"), f"sources resume {name}"))
    return Card(text=(t.Plain(said),), actions=pressable(*actions))


def moved_card(name: str, before: str, now: str, reader: Reader) -> Card:
    """Told privately, once, to whoever followed it first."""
    words = reader.words
    said = words.say(
        "{source} has moved for good, from {before} to {now}. It is followed there.",
        source=name,
        before=before,
        now=now,
    )
    actions = (Action(words.say("Sources"), "sources"), Action(words.say("Unfollow"), f"unfollow {name}"))
    return Card(text=(t.Plain(said),), actions=pressable(*actions))
