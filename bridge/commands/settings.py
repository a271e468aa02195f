"""The verb settings: one's own choices, shown and changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bridge.commands.asking import Ask, example_of, first_word
from bridge.commands.completing import SETTINGS, STATUS, setting_names
from bridge.commands.forms import setting_form, status_setting_form
from bridge.model.command import Reply
from bridge.model.compose.person import settings_card
from bridge.model.compose.reading import Reader
from bridge.model.errors import PersonUnknown, SettingUnknown, ValueUnknown
from bridge.model.kept import Tx
from bridge.model.person import Hours, Person
from bridge.model.say import LANGUAGES
from bridge.model.times.calendar import EVERY_DAY, MIDNIGHT
from bridge.model.times.when import parse_days, parse_hours, parse_zone
from bridge.services import follow as following
from bridge.services.sharing import statuses

_OTHER_NAMES = {"timezone": "zone", "lang": "language"}


async def settings(ask: Ask) -> Reply:
    """Shows one's settings, or changes one: zone, language, quiet, days, mentions, replies, ask, and for a platform
    that tells of statuses its own."""
    name, value = first_word(ask.rest)
    name = _OTHER_NAMES.get(name.lower(), name.lower())
    typed = ask.field("value")
    value = (value if typed is None else typed).strip()
    heard = await statuses.choices(ask.world, ask.person)
    if not name:
        return Reply(settings_card(ask.person, ask.reader, heard))
    if name.removesuffix(STATUS) in dict(heard) and name.endswith(STATUS):
        return await _status(ask, name, value if value or typed is not None else None, dict(heard))
    if name not in SETTINGS:
        raise SettingUnknown(typed=name[:40], settings=ask.words.list(await setting_names(ask.world, ask.person)))
    if not value and typed is None:
        return setting_form(ask, name, settings_card(ask.person, ask.reader, heard))
    with example_of(ask, f"settings {name}"):
        changed = await change(ask, lambda person: _with(person, name, value))
    if changed.zone != ask.person.zone:
        await following.move_zone(ask.world, ask.person, changed)
    reader = ask.world.reader(changed, ask.call.prefix)
    told = saved(Reply(settings_card(changed, reader, heard)), reader)
    if name == "quiet" and changed.quiet and changed.quiet.start == changed.quiet.end and _has_days_off(changed):
        return replace(told, card=replace(told.card, footer=(_days_off(reader),)))
    return told


async def _status(ask: Ask, name: str, value: str | None, heard: dict[str, bool]) -> Reply:
    """`value` None: asked for alone."""
    platform = name.removesuffix(STATUS)
    if value is None:
        card = settings_card(ask.person, ask.reader, sorted(heard.items()))
        return status_setting_form(ask, name, platform, heard[platform], card)
    allowed = _one_of(name, value, "on", "off")
    await statuses.allow(ask.world, ask.person, platform, allowed)
    heard = {**heard, platform: allowed}
    return saved(Reply(settings_card(ask.person, ask.reader, sorted(heard.items()))), ask.reader)


def _has_days_off(person: Person) -> bool:
    return bool(person.working_days) and person.working_days != EVERY_DAY


def _days_off(reader: Reader) -> str:
    """No quiet hours are not no quiet: what people ask next."""
    return reader.words.say(
        "No quiet hours on working days any more. Days off stay quiet; to change which those are: {call}",
        call=reader.call("settings days mon-sun"),
    )


def saved(reply: Reply, reader: Reader) -> Reply:
    return replace(reply, card=replace(reply.card, title=reader.words.say("✓ Saved")))


def _with(person: Person, name: str, value: str) -> Person:
    """The person with one setting changed. Raises BadInput with what to type instead."""
    match name:
        case "zone":
            return replace(person, zone=parse_zone(value))
        case "language":
            return replace(person, language=_language(value))
        case "quiet":
            hours = parse_hours(value)
            return replace(person, quiet=Hours(*hours) if hours else Hours(MIDNIGHT, MIDNIGHT))
        case "days":
            return replace(person, working_days=parse_days(value))
        case "mentions":
            return replace(person, mentions_live=_one_of(name, value, "live", "digest"))
        case "replies":
            return replace(person, send_replies=_one_of(name, value, "always", "ask"))
        case "ask":
            return replace(person, never_ask=not _one_of(name, value, "on", "off"))
    raise SettingUnknown(typed=name[:40], settings=", ".join(SETTINGS))


def _one_of(name: str, value: str, yes: str, no: str) -> bool:
    if value.lower() not in (yes, no):
        raise ValueUnknown(setting=name, typed=value[:40], choices=f"{yes}, {no}")
    return value.lower() == yes


def _language(value: str) -> str:
    if value.lower() not in LANGUAGES:
        raise ValueUnknown(setting="language", typed=value[:40], choices=", ".join(LANGUAGES))
    return value.lower()


async def change(ask: Ask, how: Callable[[Person], Person]) -> Person:
    """Changes one's own row as it is kept now, not as it was when the question came."""

    def write(tx: Tx) -> Person:
        kept = tx.people.get(ask.person.id)
        if kept is None:
            raise PersonUnknown(typed=ask.person.handle, nearest="")
        changed = how(kept)
        tx.people.save(changed)
        if changed.home is not None and _rings_otherwise(kept, changed):
            tx.outbox.stir(changed.home, now)
        return changed

    how(ask.person)
    now = ask.world.now()
    changed = await ask.world.store.write(write)
    ask.world.wake()
    return changed


def _rings_otherwise(before: Person, after: Person) -> bool:
    """Whether what waits for the end of quiet hours may have to come at another time."""
    return (before.quiet, before.working_days, before.zone) != (after.quiet, after.working_days, after.zone)
