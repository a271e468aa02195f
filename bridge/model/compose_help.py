"""Help as people read it, answers that are one sentence, and mistakes given back with what was typed."""

from __future__ import annotations

from bridge.model import text as t
from bridge.model.card import Action, Card, Row, Section
from bridge.model.command import Reply, Verb
from bridge.model.compose import pressable
from bridge.model.errors import BridgeError
from bridge.model.reading import Reader
from bridge.model.verbs import TABLE

_TYPED = 300
"""Characters of a mistake that are given back on the card; the whole is in the Reply."""


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


def verb_help_card(verb: Verb, reader: Reader) -> Card:
    """What one verb does, what it takes, and examples to paste."""
    words = reader.words
    takes = tuple(Row(words.say(param.name), (t.Plain(words.say(param.words)),)) for param in verb.params)
    examples = tuple(Row("", (t.Code(reader.call(example)),)) for example in verb.examples)
    sections = (Section(words.say("Examples"), examples), Section(words.say("Takes"), takes))
    return Card(
        title=reader.call(verb.name),
        text=(t.Plain(words.say(verb.words)),),
        sections=tuple(section for section in sections if section.rows),
        actions=(Action(words.say("All commands"), "help more"),),
    )


def note_card(sentence: str, *actions: Action) -> Card:
    """An answer that is one sentence, already in the reader's language."""
    return Card(text=(t.Plain(sentence),), actions=actions)


def error_card(sentence: str, typed: str, reader: Reader, *actions: Action) -> Card:
    """What was wrong and what to type instead, in a sentence; then what was typed, so that nothing is lost."""
    shown = t.cut((t.Plain(typed.strip()),), _TYPED)
    given_back = (reader.words.say("You typed: {typed}", typed=t.plain(shown)),) if typed.strip() else ()
    return Card(text=(t.Plain(sentence),), footer=given_back, actions=actions)


def error_reply(error: BridgeError, typed: str, reader: Reader) -> Reply:
    """The Reply of a mistake."""
    return Reply(error_card(reader.words.error(error), typed, reader), ok=False, typed=typed)


def unknown_verb_card(typed: str, nearest: str | None, reader: Reader) -> Card:
    """For what begins with no verb: the nearest one, or where it reads like a sentence, `Share this?`."""
    words, line = reader.words, f"status {typed.strip()}"
    first = typed.split(maxsplit=1)[0] if typed.strip() else ""
    if nearest:
        sentence = words.say("I don't know {verb}. Did you mean {nearest}?", verb=first, nearest=reader.call(nearest))
        corrected = " ".join([nearest, *typed.split(maxsplit=1)[1:]]).strip()
        meant = pressable(Action(reader.call(nearest), corrected))
        return error_card(sentence, typed, reader, *meant, Action(words.say("Help"), f"help {nearest}"))
    if len(typed.split()) < 2:
        sentence = words.say("I don't know {verb}. Here is what I know: {help}", verb=first, help=reader.call("help"))
        return error_card(sentence, typed, reader, Action(words.say("Help"), "help"))
    share = pressable(Action(words.say("Share"), line))
    if not share:
        sentence = words.say("Share this? Then type {call} before it.", call=reader.call("status"))
        return error_card(sentence, typed, reader)
    return error_card(words.say("Share this?"), typed, reader, *share)


def _example(lead: str, line: str, reader: Reader, remark: str = "") -> Row:
    return Row(lead, (t.Code(reader.call(line)),), remark)
