"""What the bridge asks by itself, privately: whether an answer may leave its thread, and whether a channel it was
invited to is to be a feed."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.model import text as t
from bridge.model.card import Action, Card, Section, Style
from bridge.model.clean import clean
from bridge.model.compose.reading import Reader, View, first_name, place_name
from bridge.model.compose.receipt import line, seen_by, where_it_went
from bridge.model.compose.update import gist
from bridge.model.kept import Reach
from bridge.model.place import Place
from bridge.model.post import Attachment
from bridge.model.scan import parse
from bridge.model.subscription import Cadence

_BEGINNING = 30
"""Graphemes of an update that a button shows."""


def answer_question(
    request: int, key: str, view: View, reader: Reader, team: int, followers: int, private: bool
) -> Card:
    """Asks the author of an answer in a thread. `key`: what a yes carries. `view`: the answer as it would be.
    `private`: written where not everybody can read, so every answer is asked about."""
    words = reader.words
    footer = [words.say("It would be seen by: {who}", who=seen_by(view, reader, team, followers))]
    actions = [
        Action(words.say("Send"), f"reply-yes {key}", Style.PRIMARY),
        Action(words.say("Keep here"), f"reply-no {request}"),
    ]
    if private:
        footer.append(words.say("This thread is private: without your Send nothing leaves it."))
        footer.append(words.say("If you edit or delete it here later, it changes there too."))
    else:
        actions.append(Action(words.say("Always"), f"reply-always {request}"))
    return Card(
        title=words.say("Send to all places this appeared?"),
        text=view.post.text,
        media=view.post.attachments,
        footer=tuple(footer),
        actions=tuple(actions),
    )


def which_question(request: int, text: str, among: Sequence[View], more: int, reader: Reader) -> Card:
    """Asks which of several updates an answer in a thread under them is meant for. `more`: others that stand there."""
    words = reader.words
    picks = tuple(Action(_called(view, reader), f"reply-which {request} ~{view.post.number}") for view in among)
    keep = Action(words.say("Keep here"), f"reply-which {request} ~{among[0].post.number} no")
    other = words.say("For another one, type {call}.", call=reader.call("reply ~1042 …"))
    return Card(
        title=words.say("Which update do you answer?"),
        text=parse(clean(text)),
        footer=(other,) if more else (),
        actions=(*picks, keep),
    )


def _called(view: View, reader: Reader) -> str:
    """`Ana: Shipping v2 today …`, short enough for a button."""
    return f"{first_name(view.author.name)}: {t.plain(gist(view, reader, _BEGINNING))}"


def share_offer(request: int, text: t.Text, media: Sequence[Attachment], seen: str, reader: Reader) -> Card:
    """Asks somebody who said something to the bridge whether that is an update. `seen`: who would see it."""
    words = reader.words
    return Card(
        title=words.say("Share this?"),
        text=text,
        media=tuple(media),
        footer=(words.say("It would be seen by: {who}", who=seen),),
        actions=(
            Action(words.say("Share"), f"share-yes {request}", Style.PRIMARY),
            Action(words.say("No"), f"share-no {request}"),
        ),
    )


def sent_card(view: View, reach: Reach, reader: Reader, team: int, followers: int, stop: Action | None = None) -> Card:
    """The short receipt of an answer that was sent. `stop`: ends that the next ones are sent unasked, too."""
    words, number = reader.words, view.post.number
    seen = line(words.say("Seen by: {who}", who=seen_by(view, reader, team, followers)))
    went = where_it_went(view, reach, reader)
    undo = Action(words.say("Undo"), f"delete ~{number}")
    return Card(
        title=words.say("✓ Sent  ~{number}", number=number),
        sections=(Section("", (seen, went) if went else (seen,)),),
        actions=(undo, stop) if stop else (undo,),
        post=number,
    )


def stop_sending(view: View, reader: Reader, always: bool) -> Action:
    """`always`: all of this person's answers are sent; else those of this thread."""
    if always:
        return Action(reader.words.say("Ask me each time"), "settings replies ask")
    return Action(reader.words.say("Keep the rest here"), f"reply-stop ~{view.post.number}")


def feed_question(place: Place, at: str, reader: Reader) -> Card:
    """Asks whoever invited the bridge. `at`: when a digest comes, as `HH:MM`."""
    words = reader.words
    return Card(
        title=words.say("Make {channel} a feed?", channel=_named(place, reader)),
        text=(t.Plain(words.say("Then the team's updates come here: once a day, or as they are shared.")),),
        actions=(
            Action(words.say("Daily {time}", time=at), "follow everyone digest here", Style.PRIMARY),
            Action(words.say("Live"), "follow everyone live here"),
            Action(words.say("Not now"), "not-now"),
        ),
    )


def own_question(place: Place, handle: str, cadence: Cadence, reader: Reader) -> Card:
    """Asks whoever invited the bridge and may not make the place a feed of the whole team. `cadence`: how their own
    updates may come there."""
    words = reader.words
    if cadence is Cadence.LIVE:
        then = words.say("Then what you share comes here, too, at once.")
    else:
        then = words.say("Then what you share comes here, too, once a day.")
    who = words.say(
        "Whoever created the channel, or an administrator, can make it a feed of the whole team: {call}",
        call=reader.call("follow everyone here"),
    )
    return Card(
        title=words.say("Show your updates in {channel}?", channel=_named(place, reader)),
        text=(t.Plain(then),),
        footer=(who,),
        actions=(
            Action(words.say("Show my updates here"), f"follow @{handle} {cadence.value} here", Style.PRIMARY),
            Action(words.say("Not now"), "not-now"),
        ),
    )


def later_card(line: str, reader: Reader) -> Card:
    """The answer to Not now. `line`: what they may type later."""
    said = reader.words.say("All right. To do it later, type {call}.", call=reader.call(line))
    return Card(text=(t.Plain(said),))


def back_card(place: Place, reader: Reader) -> Card:
    """It was invited again to where it is a feed already."""
    said = reader.words.say("I'm back. What {channel} follows comes here again.", channel=_named(place, reader))
    return Card(text=(t.Plain(said),), actions=(Action(reader.words.say("What it follows"), "following here"),))


def _named(place: Place, reader: Reader) -> str:
    """Not every platform tells the name of a place with the invitation."""
    return place_name(place, reader.words) if place.name else reader.words.say("this channel")
