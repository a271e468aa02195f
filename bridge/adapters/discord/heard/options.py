"""A native command's options, read back to the line that people would have typed, and completed while they type.

Pure, and never raises, whatever Discord sends. Which options there are is `install.commands`' affair; user and message
commands are read elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bridge.adapters._walk import at, listed, word
from bridge.adapters.discord.install.commands import (
    ALT,
    FILE,
    FILES,
    LONGEST_WORDS,
    MOST_CHOICES,
    SUB_COMMAND,
    Json,
    numbered,
)
from bridge.model.clean import clean, fold
from bridge.model.command import Param, ParamKind, Suggestion, Verb
from bridge.model.say import N_, Words
from bridge.model.subscription import Cadence
from bridge.model.verbs import find

_WORD = frozenset({ParamKind.POST, ParamKind.CADENCE, ParamKind.VERB})
"""One word; a blank inside would make the rest of it another parameter."""
_WHOLE = frozenset({ParamKind.SUBJECT, ParamKind.PERSON, ParamKind.POST, ParamKind.SETTING, ParamKind.VERB})
"""A suggestion says all of it; of the others it completes the last word."""
_FREE = frozenset({ParamKind.SCHEDULE, ParamKind.WHEN, ParamKind.TEXT})
"""What was typed is as good as what is suggested."""
_HERE = "here"
_AUDIENCES = {
    "everyone": N_("The team"),
    "followers": N_("My followers"),
    "me": N_("Only me"),
    "public": N_("The team and the community"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """`line`: a verb and its words. `attachments`: Discord's own objects in the order of their options, each with what
    it shows as "alt". `name`: the command or sub command that was called."""

    line: str
    attachments: tuple[Json, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Focused:
    """An option that is being typed. `line`: what the core is asked to complete; its last word is the one being typed.
    `before`: what stands before that word in the option's `value`."""

    line: str
    option: str
    value: str
    kind: ParamKind
    before: str = ""


def line_of(data: object) -> Line:
    """The line of a command's `data`. What this version has no option for stays in it, at the end."""
    name, options = _called(data)
    given = {word(option, "name"): at(option, "value") for option in options}
    verb = find(name)
    params = verb.params if verb else ()
    parts = [part for param in params if (part := _typed(param, given.get(param.name)))]
    known = {param.name for param in params} | {numbered(one, n) for one in (FILE, ALT) for n in range(1, FILES + 1)}
    parts += [value.strip() for key, value in given.items() if key not in known and isinstance(value, str)]
    line = " ".join(filter(None, (verb.name if verb else name, *parts)))
    return Line(line, tuple(_attached(data, given)), name)


def focused(data: object) -> Focused | None:
    """The option that is being typed; None where none is that the command table knows."""
    name, options = _called(data)
    verb = find(name)
    option = next((option for option in options if at(option, "focused") is True), None)
    param = next((param for param in verb.params if param.name == word(option, "name")), None) if verb else None
    if verb is None or param is None:
        return None
    given = {word(one, "name"): at(one, "value") for one in options}
    value = word(option, "value")
    before, last = _last(param.kind, value)
    earlier = " ".join(filter(None, (_typed(one, given.get(one.name)) for one in _earlier(verb, param))))
    words = [verb.name, *earlier.split(), *before.split(), last]
    if param.kind is ParamKind.AUDIENCE:
        words = [verb.name, f"@{last.lstrip('@')}"]
    return Focused(" ".join(words), param.name, value, param.kind, before)


def choices_of(suggestions: Sequence[Suggestion], typed: Focused, words: Words) -> list[Json]:
    """What Discord shows: at most 25, and each takes the place of the whole option. What was typed is among them where
    it is as good, or nothing else is: an empty list reads as a mistake there."""
    found = [*_audiences(typed, words), *(one for one in suggestions if _fits(one, typed))]
    choices = {choice["value"]: choice for one in reversed(found) if (choice := _choice(one, typed.before))}
    shown = list(reversed(choices.values()))[:MOST_CHOICES]
    as_typed = _choice(Suggestion(typed.value.strip(), ""), "")
    if as_typed is None or as_typed["value"] in choices:
        return shown
    if not shown or typed.kind in _FREE or typed.value.startswith("#"):
        return [*shown[: MOST_CHOICES - 1], as_typed]
    return shown


def _called(data: object) -> tuple[str, list[object]]:
    """The name of the command, or of the sub command under the umbrella, and its options."""
    options = listed(data, "options")
    for option in options:
        if at(option, "type") == SUB_COMMAND:
            return word(option, "name"), listed(option, "options")
    return word(data, "name"), options


def _typed(param: Param, value: object) -> str:
    if param.kind is ParamKind.HERE:
        return _HERE if param.required or value is True else ""
    if not isinstance(value, str) or not value.strip():
        return ""
    match param.kind:
        case ParamKind.TEXT:
            return value.strip()
        case ParamKind.AUDIENCE:
            named = value.strip()
            named = named[3:] if named[:3].lower() == "to:" else named
            return f"to:{','.join(named.replace(',', ' ').split())}"
        case kind if kind in _WORD:
            return "".join(value.split())
        case _:
            return " ".join(value.split())


def _attached(data: object, given: Mapping[str, object]) -> Iterator[Json]:
    """A file takes its own words; where somebody counted wrongly, words without a file go to a file without any."""
    numbers = range(1, FILES + 1)
    files = {n: at(data, "resolved", "attachments", word(given, numbered(FILE, n))) for n in numbers}
    there = {n: found for n, found in files.items() if isinstance(found, Mapping)}
    shows = {n: said for n in numbers if (said := word(given, numbered(ALT, n)).strip())}
    spare = [said for n, said in shows.items() if n not in there]
    for n, file in there.items():
        alt = shows.get(n) or (spare.pop(0) if spare else word(file, "description"))
        yield {**file, "alt": alt}


def _earlier(verb: Verb, param: Param) -> list[Param]:
    """What stands before it in the line; who may see an update says nothing about the words behind it."""
    before = verb.params[: verb.params.index(param)]
    return [one for one in before if one.kind is not ParamKind.AUDIENCE]


def _last(kind: ParamKind, value: str) -> tuple[str, str]:
    """What stays of an option's value, and the word that is being typed at its end."""
    if kind in _WHOLE:
        first = value.split()
        return "", first[0] if first else ""
    marks = (" ", ",") if kind is ParamKind.AUDIENCE else (" ",)
    begins = max(value.rfind(mark) for mark in marks) + 1
    if kind is ParamKind.AUDIENCE and not begins and value[:3].lower() == "to:":
        begins = 3
    return value[:begins], value[begins:]


def _fits(suggestion: Suggestion, typed: Focused) -> bool:
    """Not what has an option of its own; and where the whole option is completed, all that was typed is in it."""
    if suggestion.value == _HERE or (typed.kind is ParamKind.SUBJECT and suggestion.value in tuple(Cadence)):
        return False
    said = fold(f"{suggestion.value} {suggestion.label}")
    return typed.kind not in _WHOLE or all(part in said for part in fold(typed.value).split()[1:])


def _audiences(typed: Focused, words: Words) -> list[Suggestion]:
    """Those that name nobody, as long as nobody is named."""
    if typed.kind is not ParamKind.AUDIENCE or "," in typed.before or "@" in typed.value:
        return []
    begun = fold(typed.value[len(typed.before) :])
    return [Suggestion(name, words.say(said)) for name, said in _AUDIENCES.items() if name.startswith(begun)]


def _choice(suggestion: Suggestion, before: str) -> Json | None:
    """None where Discord would not take it."""
    value = f"{before}{suggestion.value}"
    name = clean(f"{value} · {suggestion.label}" if suggestion.label else value)
    if not name or not value or _units(value) > LONGEST_WORDS:
        return None
    while _units(name) > LONGEST_WORDS:
        name = f"{name[:-2]}…"
    return {"name": name, "value": value}


def _units(said: str) -> int:
    """Its length as JavaScript counts; which way Discord counts is not documented, and this is the longer one."""
    return len(said.encode("utf-16-le", "surrogatepass")) // 2
