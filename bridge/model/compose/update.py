"""Updates as people read them: the live card, several joined in one message, a timeline. Pure; no platform is known.

Digests, people, follows, receipts, explanations and help are composed in the files beside this one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bridge.model import text as t
from bridge.model.audience import AudienceKind
from bridge.model.card import Action, Card, Line, Quote, Row, Section
from bridge.model.compose.moments import spans_of, until_line
from bridge.model.compose.outside import in_words
from bridge.model.compose.reading import (
    DOT,
    Reader,
    View,
    audience_remark,
    byline,
    first_name,
    media_phrase,
    names_of,
    near_day,
)
from bridge.model.ids import made_at
from bridge.model.post import Post
from bridge.model.times.calendar import local

QUOTED = 200
"""Graphemes of another update shown inside one."""
TIMELINE_LINE = 160
LONGEST_LINE = 90
"""Characters of an Action's line."""


def update_card(view: View, reader: Reader, hit: bool = False) -> Card:
    """The live card of one update, its text whole. `hit`: it came since words in it are looked for, so that somebody
    may see to it."""
    post = view.post
    return Card(
        byline=byline(view, reader.words),
        text=_text(view, reader),
        quote=quote_of(view, reader),
        media=post.attachments,
        footer=_footer(view, reader),
        actions=(*seeing_to(view, reader), *_actions(view, reader)) if hit else _actions(view, reader),
        menu=_menu(view, reader),
        post=post.number,
    )


def quote_of(view: View, reader: Reader) -> Quote | None:
    """The beginning of what a reshare repeats or a reply answers."""
    if view.quoted is None:
        return None
    by = byline(view.quoted, reader.words)
    if by.outside:
        by = replace(by, name=f"{by.name}{DOT}{reader.words.say('outside')}")
    return Quote(by, t.cut(_text(view.quoted, reader), QUOTED))


def joined_card(views: Sequence[View], reader: Reader) -> Card:
    """Several updates in one message, in the order given; a single one is simply its card."""
    if len(views) == 1:
        return update_card(views[0], reader)
    count = reader.words.say_n("{n} update", "{n} updates", len(views))
    return Card(title=count, joined=tuple(update_card(view, reader) for view in views))


def timeline_card(
    views: Sequence[View],
    title: str,
    reader: Reader,
    more: Action | None = None,
    back: Action | None = None,
) -> Card:
    """Rows newest first, as given. `more` and `back` page. Empty, it teaches the next step."""
    words = reader.words
    if not views:
        return Card(
            title=title,
            text=(t.Plain(words.say("Nothing here yet. Follow somebody, or share the first update.")),),
            footer=(reader.call("status Shipping v2 #release"),),
            actions=(Action(words.say("People to follow"), "who"), *_some(back)),
        )
    names = names_of(views)
    rows = tuple(
        Row(
            lead=names[view.author.id],
            text=gist(view, reader, TIMELINE_LINE),
            remark=DOT.join([f"~{view.post.number}", _time(view, reader), *counts(view, reader)]),
            actions=(Action(words.say("Reply"), f"reply ~{view.post.number}"),),
        )
        for view in views
    )
    return Card(title=title, sections=(Section("", rows),), actions=(*_some(more), *_some(back)))


def counts(view: View, reader: Reader) -> list[str]:
    """`4 replies`, where there are any."""
    replies = view.stats.replies
    return [reader.words.say_n("{n} reply", "{n} replies", replies)] if replies else []


def announcement_actions(view: View, reader: Reader) -> tuple[Action, ...]:
    number = view.post.number
    return (
        Action(reader.words.say("Got it"), f"got-it ~{number}"),
        Action(reader.words.say("Follow this"), f"follow ~{number}"),
    )


def _some(action: Action | None) -> tuple[Action, ...]:
    return (action,) if action else ()


def _time(view: View, reader: Reader) -> str:
    at = view.post.created_at
    there = local(at, reader.zone).date()
    time = reader.words.time(at, reader.zone)
    return time if there == reader.today else f"{near_day(there, reader)} {time}"


def _footer(view: View, reader: Reader) -> tuple[Line, ...]:
    post, words = view.post, reader.words
    parts: list[Line] = [
        f"👍 {view.stats.likes}" if view.stats.likes else "",
        *counts(view, reader),
        words.say("edited") if post.edited_at else "",
        until_line(post.until, reader, near=False, zone=view.author.zone)
        if post.until and post.until > reader.now
        else "",
        words.say("announced") if post.announced else "",
        audience_remark(view, reader),
        taken_line(view, reader),
    ]
    return tuple(part for part in parts if part)


def taken_line(view: View, reader: Reader) -> str:
    """Who is on it, or was, and how long after it came; "" where nobody is."""
    taken, words = view.post.taken, reader.words
    if taken is None or view.taker is None:
        return ""
    who = first_name(view.taker.name)
    if taken.done is not None:
        minutes = _minutes(view.post, taken.done)
        if not minutes:
            return words.say("{who} was through with it within a minute", who=who)
        return words.say_n(
            "{who} was through with it after {n} minute",
            "{who} was through with it after {n} minutes",
            minutes,
            who=who,
        )
    if view.left:
        return words.say("{who} was on it, and has left: it is open again", who=who)
    minutes = _minutes(view.post, taken.at)
    if not minutes:
        return words.say("{who} is on it, within a minute", who=who)
    return words.say_n("{who} is on it, after {n} minute", "{who} is on it, after {n} minutes", minutes, who=who)


def _minutes(post: Post, at: datetime) -> int:
    """From its coming here on: nobody could know of it before."""
    return max(0, round((at - made_at(post.id)).total_seconds() / 60))


def seeing_to(view: View, reader: Reader) -> tuple[Action, ...]:
    """Buttons for whoever sees to it."""
    words, number, taken = reader.words, view.post.number, view.post.taken
    done = Action(words.say("Done"), f"done ~{number}")
    if taken is None or view.left:
        return (Action(words.say("I'm on it"), f"take ~{number}"), done)
    return () if taken.done is not None else (done,)


def _actions(view: View, reader: Reader) -> tuple[Action, ...]:
    reply = Action(reader.words.say("Reply"), f"reply ~{view.post.number}")
    return (reply, *announcement_actions(view, reader)) if view.post.announced else (reply,)


def _menu(view: View, reader: Reader) -> tuple[Action, ...]:
    words, number, handle = reader.words, view.post.number, view.author.handle
    menu: list[Action] = []
    if view.post.audience.kind in (AudienceKind.EVERYONE, AudienceKind.PUBLIC):
        menu.append(Action(words.say("Reshare"), f"reshare ~{number}"))
    if view.author.id == reader.person:
        menu.append(Action(words.say("Edit"), f"edit ~{number}"))
        menu.append(delete_action(number, reader))
    elif view.outside:
        menu.append(Action(words.say("Follow {who}", who=view.author.name), f"follow {handle}"))
        menu.append(Action(words.say("Mute {who}", who=view.author.name), f"mute {handle}"))
    else:
        menu.append(Action(words.say("Follow {who}", who=f"@{handle}"), f"follow @{handle}"))
        menu.append(Action(words.say("Mute {who}", who=f"@{handle}"), f"mute @{handle}"))
    # A channel is no person: there it is asked about the channel.
    here = " here" if reader.person is None else ""
    menu.append(Action(words.say("Why here?"), f"why ~{number}{here}"))
    menu.append(Action(words.say("Copy link"), f"link ~{number}"))
    return tuple(menu)


def delete_action(number: int, reader: Reader) -> Action:
    """Asks first, since every copy goes."""
    words = reader.words
    question = words.say("Delete this update and all its copies?")
    return Action(words.say("Delete"), f"delete ~{number}", confirm=question)


def gist(view: View, reader: Reader, limit: int = 0) -> t.Text:
    """An update in one line: its words (or what it repeats, or its pictures), and until when they hold.

    `limit` in graphemes, 0 for none. Line breaks become blanks.
    """
    text = _one_line(_text(view, reader))
    if t.is_empty(text) and view.quoted and view.post.reshare_of:
        lead = reader.words.say("passes on {name}:", name=first_name(view.quoted.author.name))
        text = (t.Plain(f"{lead} "), *gist(view.quoted, reader))
    elif t.is_empty(text):
        text = (t.Plain(" ".join(media_phrase(item, reader.words) for item in view.post.attachments)),)
    text = t.cut(text, limit) if limit else text
    if view.post.until and view.post.until > reader.now:
        text = (*text, t.Plain(" "), *spans_of(until_line(view.post.until, reader, zone=view.author.zone)))
    return text


def _text(view: View, reader: Reader) -> t.Text:
    return in_words(view.post.text, reader.words) if view.outside else view.post.text


def _one_line(text: t.Text) -> t.Text:
    out: list[t.Span] = []
    for span in text:
        match span:
            case t.Plain(shown) | t.Code(shown) if "\n" in shown:
                out.append(type(span)(" ".join(shown.split("\n"))))
            case t.Bold(children) | t.Italic(children):
                out.append(type(span)(_one_line(children)))
            case _:
                out.append(span)
    return tuple(out)


def pressable(*actions: Action) -> tuple[Action, ...]:
    """Those that fit behind a button: a very long tag makes a line that does not."""
    return tuple(action for action in actions if len(action.line) <= LONGEST_LINE)
