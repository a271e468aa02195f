"""What the author of an update is told: the receipt, and the question whether a message of theirs may be shared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bridge.model import text as t
from bridge.model.audience import AudienceKind
from bridge.model.card import Action, Card, Line, Row, Section, Style
from bridge.model.compose.moments import holds_line, spans_of
from bridge.model.compose.reading import DOT, Reader, View, named_people, place_name, span_phrase
from bridge.model.compose.update import delete_action, quote_of
from bridge.model.kept import Reach
from bridge.model.place import PlaceKind
from bridge.model.say import N_

FRESH = timedelta(minutes=10)
"""For so long the receipt offers Undo, which asks nothing."""


def receipt_card(
    view: View,
    reach: Reach,
    reader: Reader,
    team: int = 0,
    followers: int = 0,
    kept: timedelta = timedelta(days=730),
    unknown: Sequence[tuple[str, str]] = (),
    silent: str = "",
) -> Card:
    """What was shared, who can see it, where it went. Private.

    `team`: people in the team, 0 when not counted; `followers`: the author's. `unknown`: mentions nobody owns, each
    with the nearest handle or "". `silent`: the channel it was typed in (`#dev`), where that does not follow.
    """
    words, post = reader.words, view.post
    keeping = words.say("kept {span}", span=span_phrase(kept, words))
    seen = words.say("Seen by: {who}", who=seen_by(view, reader, team, followers))
    rows = [line(f"{seen}{DOT}{keeping}"), where_it_went(view, reach, reader)]
    if post.until and post.until > reader.now:
        rows.append(line(holds_line(post.until, reader)))
    if silent:
        follow = Action(words.say("Show here too"), f"follow @{view.author.handle} live here")
        rows.append(line(words.say("{channel} doesn't follow you", channel=silent), follow))
    rows += [line(_unknown(label, nearest, reader)) for label, nearest in unknown]
    return Card(
        title=_title(view, reader),
        text=post.text,
        quote=quote_of(view, reader) if post.reshare_of else None,
        media=post.attachments,
        sections=(Section("", tuple(row for row in rows if row)),),
        actions=_actions(view, reader),
        post=post.number,
    )


def changed_card(view: View, reader: Reader) -> Card:
    """After an edit."""
    return Card(
        title=reader.words.say("✓ Changed  ~{number}", number=view.post.number),
        text=view.post.text,
        footer=(reader.words.say("Every copy follows."),),
        actions=_actions(view, reader),
        post=view.post.number,
    )


def deleted_card(number: int, reader: Reader) -> Card:
    return Card(
        title=reader.words.say("✓ Deleted  ~{number}", number=number),
        footer=(reader.words.say("Every copy goes too."),),
    )


def share_question(
    request: int, text: t.Text, sharer: str, seen: str, reader: Reader, own: bool = False, private: bool = False
) -> Card:
    """Asks the author of a message, privately; nothing is shared before Yes. `seen`: who would see it. `own`: the
    author asked for it. `private`: it stands where not everybody can read, which is also why one's own is asked
    about."""
    words = reader.words
    if own:
        title = words.say("Share what you wrote in a private channel?")
    elif private:
        title = words.say("{name} would like to share what you wrote in a private channel", name=sharer)
    else:
        title = words.say("{name} would like to share what you wrote", name=sharer)
    return Card(
        title=title,
        text=text,
        footer=(words.say("It would be seen by: {who}", who=seen),),
        actions=(
            Action(words.say("Share"), f"share-yes {request}", Style.PRIMARY),
            Action(words.say("No"), f"share-no {request}"),
            Action(words.say("Never ask me"), "share-never"),
        ),
    )


def seen_by(view: View, reader: Reader, team: int = 0, followers: int = 0) -> str:
    """`400 people, not the community`: who can see an update, said to its author."""
    words, post = reader.words, view.post
    match post.audience.kind:
        case AudienceKind.EVERYONE if team:
            return words.say_n("{n} person, not the community", "{n} people, not the community", team)
        case AudienceKind.EVERYONE:
            return words.say("the team, not the community")
        case AudienceKind.PUBLIC if team:
            return words.say_n("{n} person and the community", "{n} people and the community", team)
        case AudienceKind.PUBLIC:
            return words.say("the team and the community")
        case AudienceKind.FOLLOWERS if view.owner and view.owner.id != reader.person:
            return words.say("followers of {name}", name=view.owner.name)
        case AudienceKind.FOLLOWERS if followers:
            return words.say_n("your {n} follower", "your {n} followers", followers)
        case AudienceKind.FOLLOWERS:
            return words.say("only you, until somebody follows you")
        case AudienceKind.PEOPLE if len(named := named_people(view, reader)) > 1:
            return words.list(named)
        case _:
            return words.say("only you")


def _title(view: View, reader: Reader) -> str:
    held, number = view.post.held_until, view.post.number
    if held and held > reader.now:
        seconds = max(1, round((held - reader.now).total_seconds()))
        return reader.words.say_n(
            "Goes out in {n} second  ~{number}", "Goes out in {n} seconds  ~{number}", seconds, number=number
        )
    return reader.words.say("✓ Shared  ~{number}", number=number)


def where_it_went(view: View, reach: Reach, reader: Reader) -> Row | None:
    """Where it went; None where nobody else can see it anyway."""
    words, kind = reader.words, view.post.audience.kind
    held = _is_held(view, reader)
    channels = [place_name(place, words) for place in reach.live if not place.private]
    direct = sum(place.kind is PlaceKind.DIRECT for place in reach.live)
    # The name of a private channel is told to nobody: that it follows may be news to the author.
    private = len(reach.live) - len(channels) - direct
    if private:
        channels.append(words.say_n("{n} private channel", "{n} private channels", private))
    if direct:
        channels.append(words.say_n("{n} direct message", "{n} direct messages", direct))
    live = N_("Then live in {places}") if held else N_("Live in {places}")
    parts = [words.say(live, places=words.list(channels))] if channels else []
    if reach.digests:
        digests = words.say_n("in {n} digest", "in {n} digests", reach.digests)
        parts.append(digests if parts else digests[:1].upper() + digests[1:])
    if parts:
        return line(DOT.join(parts))
    if held:
        return line(words.say("Then it goes out, and stands on top of every team digest."))
    if view.post.in_reply_to:
        return line(words.say("It stands in its conversation."))
    if kind in (AudienceKind.EVERYONE, AudienceKind.PUBLIC):
        people = Action(words.say("People to follow"), "who")
        return line(words.say("It's in the team timeline."), people)
    return None


def _is_held(view: View, reader: Reader) -> bool:
    return view.post.held_until is not None and view.post.held_until > reader.now


def _unknown(label: str, nearest: str, reader: Reader) -> str:
    if nearest:
        return reader.words.say("I know no {typed}. Did you mean {nearest}?", typed=f"@{label}", nearest=f"@{nearest}")
    return reader.words.say("I know no {typed}.", typed=f"@{label}")


def line(shown: Line, *actions: Action) -> Row:
    """One line of a receipt."""
    return Row("", spans_of(shown), actions=actions)


def _actions(view: View, reader: Reader) -> tuple[Action, ...]:
    words, post = reader.words, view.post
    fresh = reader.now - post.created_at < FRESH
    undo = Action(words.say("Undo"), f"delete ~{post.number}")
    buttons = [Action(words.say("Edit"), f"edit ~{post.number}"), undo if fresh else delete_action(post.number, reader)]
    if post.rule == post.id:
        buttons.append(Action(words.say("Audience"), f"audience ~{post.number}"))
    return tuple(buttons)
