"""The native commands, made from the command table alone. Pure; registering them is `sync`'s, reading them `heard`'s.

Rules: docs.discord.com, application commands. Required options first; 25 options, choices and sub commands; 32
characters of a name, 100 of a description or a choice, 8,000 of a command, where of each text only its longest language
counts. A command's own name is the verb in every language, since that is what help, buttons and colleagues name it by;
all else is localised.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import discord
import regex

from bridge.model.command import Param, ParamKind, Verb
from bridge.model.policy import Policy
from bridge.model.say import LANGUAGES, N_, Words
from bridge.model.subscription import Cadence
from bridge.model.verbs import TABLE

Json: TypeAlias = dict[str, Any]

UMBRELLA = "bridge"
TOP = ("status", "follow", "digest", "catchup", "who")
"""Verbs with a command of their own. Under the umbrella stands every one, whatever other bots have taken."""
SHARE, FOLLOW, WHO = N_("Share as update"), N_("Follow"), N_("Who is this?")
"""Context menu commands: the first on a message, the others on a person. A name comes back in English."""
FILE, ALT = N_("file"), N_("alt")
MORE = "more"
"""What help takes beside the verbs."""

FILES = Policy().attachments
LONGEST_NAME, LONGEST_WORDS, LONGEST_TEXT, LONGEST_ALT = 32, 100, 4_000, 1_000
"""Characters. A text has as many as a form's field, so that what was refused fits where it is given back; of what a
file shows no more are kept."""
MOST_CHOICES = 25

CHAT, USER, MESSAGE = 1, 2, 3
SUB_COMMAND, STRING, BOOLEAN, ATTACHMENT = 1, 3, 5, 11
_EVERYWHERE: Mapping[str, list[int]] = {"contexts": [0, 1], "integration_types": [0]}
"""In servers and in the bot's direct messages; installed in servers only."""

LOCALES = sorted(locale.value for locale in discord.Locale)
"""Those that Discord knows."""
NAME = regex.compile(r"[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}")

_CADENCES = {Cadence.DIGEST: N_("in the digest"), Cadence.LIVE: N_("at once")}
_ALONE = frozenset({ParamKind.TEXT, ParamKind.FILES, ParamKind.HERE, ParamKind.CADENCE, ParamKind.WHEN})
"""Kinds that nothing is suggested for while they are typed. A text is long, and a suggestion takes the place of the
whole option and has at most 100 characters, so it would cut what somebody wrote. Of moments nobody knows any to
suggest, and Discord shows an empty list as a mistake."""


def payload(languages: Sequence[Words]) -> list[Json]:
    """Every command, as it is registered for all servers at once. English is what stands there where no other language
    is."""
    verbs = [verb for verb in TABLE if not verb.hidden]
    about = N_("Everything that Bridge can do; its sub command help explains it.")
    subs = [{"type": SUB_COMMAND, **_verb(verb, languages)} for verb in verbs]
    umbrella = {"name": UMBRELLA, **_localised("description", about, languages), "options": subs}
    chat = [*(_verb(verb, languages) for verb in verbs if verb.name in TOP), umbrella]
    menus = [(MESSAGE, SHARE), (USER, FOLLOW), (USER, WHO)]
    return [
        *({"type": CHAT, **command, **_EVERYWHERE} for command in chat),
        *({"type": kind, **_localised("name", name, languages, LONGEST_NAME), **_EVERYWHERE} for kind, name in menus),
    ]


def languages_of(words: Callable[[str], Words]) -> list[Words]:
    """Every language that people can choose."""
    return [words(language) for language in LANGUAGES]


def digest_of(commands: Sequence[Json]) -> str:
    """The same for the same commands, whatever order their keys stand in."""
    plain = json.dumps(commands, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def locales_of(language: str) -> list[str]:
    """What Discord calls a language of ours: ["de"], ["es-419", "es-ES"]. Empty for English, which is the default."""
    if language == "en" or language.startswith("en-"):
        return []
    return [locale for locale in LOCALES if language in (locale, locale.partition("-")[0])]


def numbered(name: str, number: int) -> str:
    """ "file" is the first one, "file2" the second."""
    return name if number == 1 else f"{name}{number}"


def is_offered(param: Param) -> bool:
    """Whether there is an option for it: what has to be `here` in any case is no choice."""
    return not (param.kind is ParamKind.HERE and param.required)


def is_suggested(verb: Verb, param: Param) -> bool:
    """Whether Discord asks us while it is typed. A text is suggested only where it is a setting's value, and short."""
    if param.kind is ParamKind.TEXT:
        return any(other.kind is ParamKind.SETTING for other in verb.params)
    return param.kind not in _ALONE and not _choices(param)


def _verb(verb: Verb, languages: Sequence[Words]) -> Json:
    params = sorted(filter(is_offered, verb.params), key=_rank)
    options = [option for param in params for option in _options(verb, param, languages)]
    said = _localised("description", verb.words, languages)
    return {"name": verb.name, **said, "options": _told_apart(options)}


def _rank(param: Param) -> int:
    """What is shown first: what is required, as Discord wants it; who may see it stands behind the words, since most
    updates are for everybody."""
    return 0 if param.required else 2 if param.kind in (ParamKind.AUDIENCE, ParamKind.FILES) else 1


def _options(verb: Verb, param: Param, languages: Sequence[Words]) -> list[Json]:
    if param.kind is ParamKind.FILES:
        return [option for number in range(1, FILES + 1) for option in _file(number, languages)]
    said = _said(param.name, param.words, languages)
    if param.kind is ParamKind.HERE:
        return [{"type": BOOLEAN, **said}]
    option: Json = {"type": STRING, **said}
    if param.required:
        option["required"] = True
    if param.kind is ParamKind.TEXT:
        option["max_length"] = LONGEST_TEXT
    if is_suggested(verb, param):
        option["autocomplete"] = True
    elif choices := _choices(param, languages):
        option["choices"] = choices
    return [option]


def _file(number: int, languages: Sequence[Words]) -> list[Json]:
    """Each file stands beside its own words, so that nobody counts."""
    shows = N_("what the file shows, for those who can't see it")
    return [
        {"type": ATTACHMENT, **_said(FILE, N_("a picture, a video or a file"), languages, number)},
        {"type": STRING, **_said(ALT, shows, languages, number), "max_length": LONGEST_ALT},
    ]


def _choices(param: Param, languages: Sequence[Words] = ()) -> list[Json]:
    """Where all that can be said is known and little; else nothing, and it is typed freely."""
    choices: list[Json] = []
    if param.kind is ParamKind.CADENCE:
        choices = [{"value": one.value, **_localised("name", name, languages)} for one, name in _CADENCES.items()]
    elif param.kind is ParamKind.VERB:
        names = [*(verb.name for verb in TABLE if not verb.hidden), MORE]
        choices = [{"value": name, "name": name} for name in names]
    return choices if len(choices) <= MOST_CHOICES else []


def _said(name: str, words: str, languages: Sequence[Words], number: int = 1) -> Json:
    """An option's name and description in every language; a name that Discord would not take stays English."""
    found = _in(languages, lambda to: numbered(_as_name(to.say(name)), number))
    names = {
        locale: local for locale, local in found.items() if NAME.fullmatch(local) and local != numbered(name, number)
    }
    said: Json = {"name": numbered(name, number), "name_localizations": names}
    return said | _localised("description", words, languages)


def _localised(key: str, sentence: str, languages: Sequence[Words], longest: int = LONGEST_WORDS) -> Json:
    found = _in(languages, lambda to: _fitting(to.say(sentence), longest))
    others = {locale: local for locale, local in found.items() if local != sentence}
    return {key: _fitting(sentence, longest), **({f"{key}_localizations": others} if others else {})}


def _in(languages: Sequence[Words], say: Callable[[Words], str]) -> dict[str, str]:
    return {locale: say(words) for words in languages for locale in locales_of(words.language)}


def _as_name(said: str) -> str:
    """An option's name has small letters and no blanks."""
    return "-".join(said.lower().split())


def _fitting(said: str, longest: int) -> str:
    return said if len(said) <= longest else f"{said[: longest - 1].rstrip()}…"


def _told_apart(options: list[Json]) -> list[Json]:
    """Two options of one name are refused in every language; in such a one all of them keep their English names."""
    local = [option.get("name_localizations", {}) for option in options]
    for locale in LOCALES:
        names = [names.get(locale, option["name"]) for names, option in zip(local, options, strict=True)]
        if len(set(names)) < len(names):
            for found in local:
                found.pop(locale, None)
    return [{key: value for key, value in option.items() if value != {}} for option in options]
