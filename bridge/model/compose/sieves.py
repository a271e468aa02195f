"""What people read of filters and tracked phrases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bridge.model import text as t
from bridge.model.card import Action, Card, Row, Section
from bridge.model.compose.filtering import miss_line
from bridge.model.compose.reading import Reader, View, capital
from bridge.model.compose.update import gist, pressable
from bridge.model.filters.filter import Filter, Miss
from bridge.model.subscription import Subject, Subscription

LINE = 100
"""Graphemes of an update in one line."""


def filter_card(subject: Subject, filter: Filter, reader: Reader, channel: str = "") -> Card:
    """What of a follow comes, and how to change that."""
    words, here = reader.words, " here" if channel else ""
    name = subject.name
    if filter.words:
        said = words.say("{subject} comes filtered: {filter}", subject=name, filter=filter.words)
    else:
        said = words.say("Everything of {subject} comes.", subject=name)
    examples = (
        reader.call(f'filter {name} only release,"security fix"{here}'),
        reader.call(f"filter {name} not beta lang:de no:boosts no:replies with:media{here}"),
    )
    actions = [Action(words.say("Try it on the newest"), f"filter test {name}{here}")]
    if filter.words:
        actions.append(Action(words.say("Let everything through"), f"filter {name} off{here}"))
    return Card(title=words.say("Filter"), text=(t.Plain(said),), footer=examples, actions=pressable(*actions))


def filter_set(subject: Subject, filter: str, reader: Reader, channel: str = "") -> Card:
    words, here = reader.words, " here" if channel else ""
    if filter:
        title = words.say("✓ {subject} comes filtered: {filter}", subject=subject.name, filter=filter)
    else:
        title = words.say("✓ Everything of {subject} comes", subject=subject.name)
    tries = Action(words.say("Try it on the newest"), f"filter test {subject.name}{here}")
    off = Action(words.say("Let everything through"), f"filter {subject.name} off{here}")
    return Card(title=title, actions=pressable(tries, off) if filter else ())


def trial_card(subject: Subject, filter: str, trials: Sequence[tuple[View, Miss | None]], reader: Reader) -> Card:
    """Which of the newest would pass, and why the others would not."""
    words = reader.words
    if not trials:
        said = words.say("{subject} has nothing to try a filter on yet.", subject=subject.name)
        return Card(title=words.say("Filter"), text=(t.Plain(said),))
    rows = tuple(
        Row(
            "✗" if miss else "✓",
            gist(view, reader, LINE),
            miss_line(miss, words) if miss else "",
        )
        for view, miss in trials
    )
    passed = sum(miss is None for _, miss in trials)
    title = words.say("{passed} of the newest {count} pass", passed=passed, count=len(trials))
    return Card(title=title, text=(t.Plain(filter),) if filter else (), sections=(Section("", rows),))


def with_tracking(card: Card, reader: Reader) -> Card:
    """The answer to a follow of a phrase."""
    said = reader.words.say("It is looked for in all that you may see here, and in every source that is followed.")
    return replace(card, text=(*card.text, t.Plain(f" {said}")))


def tracking_card(phrases: Sequence[Subscription], reader: Reader, channel: str = "") -> Card:
    """The phrases a person, or a channel, tracks."""
    words, here = reader.words, " here" if channel else ""
    example = reader.call(f'track "our product" not hiring{here}')
    if not phrases:
        said = words.say("No words are looked for yet. Name some, and every update that has them comes at once.")
        return Card(title=words.say("Tracked"), text=(t.Plain(said),), footer=(example,))
    rows = tuple(
        Row(
            "",
            (t.Plain(one.subject.name),),
            capital(words.say("at once") if one.cadence.value == "live" else words.say("in the digest")),
            pressable(Action(words.say("Stop"), f"unfollow {one.subject.name}{here}")),
        )
        for one in phrases
    )
    return Card(title=words.say("Tracked"), sections=(Section("", rows),), footer=(example,))
