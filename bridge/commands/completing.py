"""Completion of what is being typed: verbs first, then people, tags, one's own updates, and the words a verb knows."""

from __future__ import annotations

from bridge.commands.asking import LONGEST_NAME
from bridge.model.audience import viewer_of
from bridge.model.clean import clean, fold
from bridge.model.command import ParamKind, Suggestion, Verb
from bridge.model.compose.reading import Reader
from bridge.model.kept import Tx
from bridge.model.person import Person
from bridge.model.text import plain
from bridge.model.times.calendar import zones_like
from bridge.model.verbs import TABLE, split
from bridge.services.sharing import statuses
from bridge.services.suggest import named_to
from bridge.services.world import World

MOST = 25
RECENT = 10
"""Updates of one's own that are offered by their words."""
STATUS = "-status"
"""Behind a platform's name: the setting whether the status one sets there may become an update."""
SETTINGS = ("zone", "language", "quiet", "days", "mentions", "replies", "ask")


async def setting_names(world: World, person: Person) -> list[str]:
    """All that this person can set: where their platforms tell of a status, that as well."""
    told = [f"{platform}{STATUS}" for platform, _ in await statuses.choices(world, person)]
    return [*SETTINGS, *told]


async def complete(world: World, person: Person, typed: str, reader: Reader) -> list[Suggestion]:
    """At most 25 completions of the last word of `typed`, a line that begins with a verb (no prefix)."""
    verb, _ = split(typed)
    words = typed.split(" ")
    last = words[-1] = clean(words[-1], LONGEST_NAME)
    if len(words) == 1:
        return [
            Suggestion(verb.name, reader.words.say(verb.words))
            for verb in TABLE
            if not verb.hidden and verb.name.startswith(fold(last))
        ][:MOST]
    if last.startswith("@"):
        return await _people(world, person, last[1:])
    if last.startswith("#"):
        now = world.now()
        found = await world.store.read(lambda tx: tx.tags.starting(fold(last[1:]), viewer_of(person), now, MOST))
        return [Suggestion(subject.name, "") for subject in found]
    return await _known_words(world, person, verb, words, reader) if verb else []


async def _people(world: World, person: Person, typed: str) -> list[Suggestion]:
    now = world.now()
    found = await world.store.read(lambda tx: named_to(tx, person, tx.people.handles(fold(typed), MOST), now))
    return [Suggestion(f"@{p.handle}", " · ".join(part for part in (p.name, p.title) if part)) for p in found]


async def _known_words(world: World, person: Person, verb: Verb, words: list[str], reader: Reader) -> list[Suggestion]:
    last = fold(words[-1])
    kinds = {param.kind for param in verb.params}
    choices: list[Suggestion] = []
    if ParamKind.POST in kinds and len(words) == 2:
        newest = await world.store.read(lambda tx: _own(tx, person))
        choices += [Suggestion("last", newest[0][1] if newest else reader.words.say("the newest"))]
        choices += [Suggestion(f"~{number}", shown) for number, shown in newest]
    if ParamKind.SUBJECT in kinds and len(words) == 2:
        choices += [Suggestion("everyone", reader.words.say("the whole team"))]
        choices += await _people(world, person, last)
    if ParamKind.PERSON in kinds and len(words) == 2:
        choices += [Suggestion(s.value.removeprefix("@"), s.label) for s in await _people(world, person, last)]
    if ParamKind.CADENCE in kinds and len(words) > 2:
        choices += [
            Suggestion("live", reader.words.say("at once")),
            Suggestion("digest", reader.words.say("in the digest")),
        ]
    if ParamKind.SETTING in kinds and len(words) == 2:
        choices += [Suggestion(name, "") for name in await setting_names(world, person)]
    if ParamKind.SCHEDULE in kinds and len(words) == 2:
        choices += [Suggestion(w, "") for w in ("weekdays", "daily", "now", "preview", "pause", "off")]
    if _wants_zone(kinds, words):
        choices += [Suggestion(zone, "") for zone in zones_like(words[-1], MOST)]
    if ParamKind.VERB in kinds and len(words) == 2:
        choices += [Suggestion(v.name, reader.words.say(v.words)) for v in TABLE if not v.hidden]
    if ParamKind.HERE in kinds:
        choices.append(Suggestion("here", reader.words.say("for this channel")))
    return [choice for choice in choices if _begins(choice.value, last)][:MOST]


def _begins(value: str, typed: str) -> bool:
    """An update may be called by its number alone, a zone by its city."""
    shown = fold(value)
    return shown.lstrip("@~").startswith(typed.lstrip("@~")) or shown.rpartition("/")[2].startswith(typed)


def _wants_zone(kinds: set[ParamKind], words: list[str]) -> bool:
    if not words[-1]:
        return False
    after_setting = ParamKind.SETTING in kinds and len(words) == 3 and fold(words[1]) == "zone"
    return after_setting or (ParamKind.SCHEDULE in kinds and len(words) > 2)


def _own(tx: Tx, person: Person) -> list[tuple[int, str]]:
    """One's own newest updates: number and words."""
    return [(post.number, plain(post.text)[:80]) for post in tx.posts.newest_of(person.id, RECENT)]
