"""Help as people read it, answers that are one sentence, and mistakes given back with what was typed."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.model import text as t
from bridge.model.card import Action, Card, Row, Section
from bridge.model.clean import clean
from bridge.model.command import Reply, Verb
from bridge.model.compose.reading import Reader
from bridge.model.compose.update import pressable
from bridge.model.errors import BridgeError
from bridge.model.verbs import TABLE

_TYPED = 300
"""Characters of a mistake that are given back on the card; the whole is in the Reply."""
_WORD = 40
"""Characters shown of a word that is no verb."""
_LOOKED_AT = 4_000
_PROSE = 4
"""Words from which on a line may well be an update that begins like a verb."""


def help_card(reader: Reader, digest_at: str = "09:00") -> Card:
    """The page that fits into one look. `digest_at`: when the reader's digest comes, as `HH:MM`."""
    words = reader.words
    rows = (
        _example(words.say("Share"), "status Shipping v2 #release", reader),
        _example(words.say("Follow"), "follow @ana", reader, words.say("lands in your {time} digest", time=digest_at)),
        _example(words.say("Read"), "catchup", reader),
        _example(words.say("Find"), "who ana", reader),
        _example(words.say("Quiet"), "mute @ana 2d", reader),
    )
    return Card(
        title=words.say("Tell the team in one line. Read once a day."),
        sections=(Section("", rows),),
        footer=(words.say("In threads: @Bridge …"), words.say("Any message: 📣")),
        actions=(Action(words.say("More"), "help more"), Action(words.say("My settings"), "settings")),
    )


def all_help_card(reader: Reader) -> Card:
    """Every verb in one line."""
    rows = tuple(
        Row(reader.call(verb.name), (t.Plain(reader.words.say(verb.words)),)) for verb in TABLE if not verb.hidden
    )
    footer = reader.words.say("More about one: {example}", example=reader.call("help follow"))
    return Card(title=reader.words.say("Everything you can type"), sections=(Section("", rows),), footer=(footer,))


def verb_help_card(verb: Verb, reader: Reader, more: Sequence[str] = ()) -> Card:
    """What one verb does, what it takes, and examples to paste. `more`: values that the table does not know, for what
    is either on or off."""
    words = reader.words
    takes = tuple(Row(words.say(param.name), (t.Plain(words.say(param.words)),)) for param in verb.params)
    pasted = (*verb.examples, *(f"{verb.name} {value} on" for value in more))
    examples = tuple(Row("", (t.Code(reader.call(example)),)) for example in pasted)
    if more:
        takes += (Row("", (t.Plain(words.say("and here also {values}", values=words.list(more))),)),)
    sections = (Section(words.say("Examples"), examples), Section(words.say("Takes"), takes))
    return Card(
        title=reader.call(verb.name),
        text=(t.Plain(words.say(verb.words)),),
        sections=tuple(section for section in sections if section.rows),
        actions=(Action(words.say("All commands"), "help more"),),
    )


def error_card(sentence: str, typed: str, reader: Reader, *actions: Action) -> Card:
    """What was wrong and what to type instead, in a sentence; then what was typed, so that nothing is lost."""
    shown = t.plain(t.cut((t.Plain(clean(typed, _LOOKED_AT)),), _TYPED))
    given_back = (reader.words.say("You typed: {typed}", typed=shown),) if shown else ()
    return Card(text=(t.Plain(clean(sentence)),), footer=given_back, actions=actions)


def error_reply(error: BridgeError, typed: str, reader: Reader, *actions: Action) -> Reply:
    """The Reply of a mistake. What was typed is given back clean: no platform takes half a character."""
    return Reply(error_card(reader.words.error(error), typed, reader, *actions), ok=False, typed=clean(typed))


def unknown_verb_card(typed: str, nearest: str | None, reader: Reader) -> Card:
    """For what begins with no verb: the nearest one, or where it reads like a sentence, `Share this?`."""
    words, parts = reader.words, clean(typed, _LOOKED_AT).split(maxsplit=1)
    first = t.plain(t.cut((t.Plain(parts[0]),), _WORD)) if parts else ""
    share = pressable(Action(words.say("Share"), f"status {clean(typed)}"))
    helped = Action(words.say("Help"), f"help {nearest}" if nearest else "help")
    if nearest:
        sentence = words.say("I don't know {verb}. Did you mean {nearest}?", verb=first, nearest=reader.call(nearest))
        meant = pressable(Action(reader.call(nearest), " ".join([nearest, *parts[1:]])))
        return error_card(sentence, typed, reader, *meant, *(share if _like_prose(typed) else ()), helped)
    if len(parts) < 2:
        sentence = words.say("I don't know {verb}. Here is what I know: {help}", verb=first, help=reader.call("help"))
        return error_card(sentence, typed, reader, helped)
    if not share:
        sentence = words.say("Share this? Then type {call} before it.", call=reader.call("status"))
        return error_card(sentence, typed, reader)
    return error_card(words.say("Share this?"), typed, reader, *share)


def _like_prose(typed: str) -> bool:
    """More words than a mistyped command has."""
    return len(typed.split(maxsplit=_PROSE)) >= _PROSE


def _example(lead: str, line: str, reader: Reader, remark: str = "") -> Row:
    return Row(lead, (t.Code(reader.call(line)),), remark)
