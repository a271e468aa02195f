"""Why an update is, or is not, in front of a reader: its stages, each a sentence with its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from bridge.model import text as t
from bridge.model.card import Action, Card, Row, Section
from bridge.model.compose.reading import Reader, View, audience_remark, byline, capital
from bridge.model.compose.update import gist


class Step(Enum):
    """What can happen to an update on its way to one reader or place."""

    PUBLISHED = auto()
    HELD_ANNOUNCEMENT = auto()
    OWN = auto()
    STOOD_THERE = auto()
    FOLLOWED = auto()
    MENTIONED = auto()
    REPLIED = auto()
    ALONG = auto()
    ANNOUNCED = auto()
    NOT_FOLLOWED = auto()
    KEPT_IN = auto()
    FILTERED = auto()
    MANY = auto()
    MUTED = auto()
    QUIET = auto()
    CAPPED = auto()
    BUSY = auto()
    PAUSED = auto()
    WAITING = auto()
    IN_DIGEST = auto()
    DIGEST_OFF = auto()
    TOO_OLD = auto()
    THERE_BEFORE = auto()
    SENT = auto()
    FAILED = auto()
    GONE = auto()


@dataclass(frozen=True, slots=True)
class Stage:
    """One step. `at`: when, or when it ends (None: not known). `what`: the subject, the place or the reason."""

    step: Step
    at: datetime | None = None
    what: str = ""


def why_card(view: View, stages: Sequence[Stage], reader: Reader) -> Card:
    """The stages in the order given: earliest first."""
    rows = tuple(
        Row(
            capital(reader.words.moment(stage.at, reader.zone, reader.now)) if stage.at else "",
            (t.Plain(stage_sentence(stage, reader)),),
        )
        for stage in stages
    )
    return Card(
        title=reader.words.say("Why ~{number}", number=view.post.number),
        byline=byline(view, reader.words),
        text=gist(view, reader, 120),
        sections=(Section("", rows),),
        footer=(capital(remark),) if (remark := audience_remark(view, reader)) else (),
        actions=(Action(reader.words.say("Whom I follow"), "following"),),
    )


def stage_sentence(stage: Stage, reader: Reader) -> str:
    say = reader.words.say
    match stage.step:
        case Step.PUBLISHED:
            return say("It was shared.")
        case Step.HELD_ANNOUNCEMENT:
            return say("The announcement waits for a possible undo.")
        case Step.OWN:
            return say("It is your own, so it isn't sent to you.")
        case Step.STOOD_THERE:
            return say("Its text already stands in {what}.", what=stage.what)
        case Step.FOLLOWED if not stage.what:
            return say("It matched a follow that is gone by now.")
        case Step.FOLLOWED:
            return say("It matched the follow of {what}.", what=stage.what)
        case Step.MENTIONED:
            return say("It names you.")
        case Step.REPLIED:
            return say("It answers you.")
        case Step.ALONG:
            return say("It answers an update that stands in {what}.", what=stage.what)
        case Step.ANNOUNCED:
            return say("It was announced to the team.")
        case Step.NOT_FOLLOWED if stage.what:
            return say("Nothing that {what} follows matches it.", what=stage.what)
        case Step.NOT_FOLLOWED:
            return say("Nothing you follow matches it.")
        case Step.KEPT_IN:
            return say("People outside the team can read {what}, so only public updates come there.", what=stage.what)
        case Step.FILTERED:
            return say("A filter holds it back: not everything of {what} comes.", what=stage.what)
        case Step.MANY:
            return say("Its source brought a lot at once, so it was left to the digest.")
        case Step.MUTED:
            return say("It is held back: you muted {what}.", what=stage.what)
        case Step.QUIET:
            return say("Quiet hours held it until then.")
        case Step.CAPPED:
            return say("There was a lot within the hour, so it went to the digest.")
        case Step.BUSY:
            return say("There was a lot within the hour, so it comes then, with what else waits.")
        case Step.PAUSED:
            return say("Nothing is sent to {what} until somebody resumes it.", what=stage.what)
        case Step.WAITING:
            return say("It is on its way to {what}.", what=stage.what)
        case Step.IN_DIGEST:
            return say("It comes in the digest.")
        case Step.DIGEST_OFF:
            return say("The digest is off, so it waits in the timeline.")
        case Step.TOO_OLD:
            return say("It is older than what the next digest looks back to: the timeline has it.")
        case Step.THERE_BEFORE:
            return say("It was there before that: the timeline has it.")
        case Step.SENT:
            return say("It was shown in {what}.", what=stage.what)
        case Step.FAILED:
            return say("It couldn't be sent: {what}", what=stage.what)
        case Step.GONE:
            return say("It was taken away again.")
