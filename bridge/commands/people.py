"""Verbs about people: who, profile, settings, and the lobby's sample colleagues."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bridge.commands.asking import LONGEST_NAME, Ask, example_of, first_word
from bridge.commands.forms import profile_form, setting_form
from bridge.model.audience import viewer_of
from bridge.model.calendar import EVERY_DAY, MIDNIGHT
from bridge.model.clean import clean, fold, graphemes
from bridge.model.command import Reply
from bridge.model.compose.person import people_card, person_card, settings_card
from bridge.model.compose.reading import Reader, View
from bridge.model.errors import PersonUnknown, SamplesForAlone, SettingUnknown, TitleTooLong, ValueUnknown
from bridge.model.ids import PersonId, SubjectId
from bridge.model.kept import Stream, Tx
from bridge.model.person import Hours, Note, Person, Role
from bridge.model.say import LANGUAGES
from bridge.model.subscription import SubjectKind
from bridge.model.text import plain
from bridge.model.when import parse_days, parse_hours, parse_zone
from bridge.services import follow as following
from bridge.services import samples as sampling
from bridge.services.publish import nearest_handle
from bridge.services.showing import load_views

LONGEST_TITLE = 120
PEOPLE = 8
_OTHER_NAMES = {"timezone": "zone", "lang": "language"}


async def who(ask: Ask) -> Reply:
    """One person's card, a list where several fit, or people to follow."""
    asked = clean(ask.rest, LONGEST_NAME)
    if not asked:
        return await people_to_follow(ask)
    found = await ask.world.store.read(lambda tx: tx.people.search(asked.lstrip("@"), PEOPLE + 1))
    exact = [person for person in found if fold(person.handle) == fold(asked.lstrip("@"))]
    if exact or len(found) == 1:
        return await _card(ask, (exact or found)[0])
    if not found:
        label = fold(asked.lstrip("@"))
        nearest = await ask.world.store.read(lambda tx: nearest_handle(tx, label))
        raise PersonUnknown(typed=asked[:60], nearest=ask.reader.call(f"who {nearest}".strip()))
    followed = await _followed(ask)
    title = ask.words.say("People called {typed}", typed=asked)
    return Reply(people_card(found[:PEOPLE], title, ask.reader, followed))


async def _card(ask: Ask, person: Person) -> Reply:
    now, viewer = ask.world.now(), viewer_of(ask.person)

    def look(tx: Tx) -> tuple[Note | None, list[View], list[str], bool]:
        current = tx.posts.note_of(person.id, viewer, now)
        note = Note(current.number, plain(current.text), current.until) if current and current.until else None
        posts = tx.posts.timeline(viewer, Stream(subjects=(SubjectId(person.id),)), now, 5)
        views = load_views(tx, [post.id for post in posts])
        recent = [views[post.id] for post in posts if post.id in views and (not current or post.id != current.id)]
        follows = tx.follows.get(ask.subscriber, SubjectId(person.id)) is not None
        return note, recent, tx.posts.tags_of(person.id, viewer, now, 5), follows

    note, recent, tags, follows = await ask.world.store.read(look)
    return Reply(person_card(person, ask.reader, note, recent, tags, follows))


async def _followed(ask: Ask) -> list[PersonId]:
    follows = await ask.world.store.read(lambda tx: tx.follows.of(ask.subscriber))
    return [PersonId(f.subject.id) for f in follows if f.subject.kind is SubjectKind.PERSON]


async def people_to_follow(ask: Ask) -> Reply:
    """Those who shared something lately, newest first, whom one does not follow yet; then anybody."""
    followed = {*await _followed(ask), ask.person.id}
    now, viewer = ask.world.now(), viewer_of(ask.person)

    def look(tx: Tx) -> list[Person]:
        posts = tx.posts.timeline(viewer, Stream(subjects=(SubjectId(0),)), now, 100)
        ids = list(dict.fromkeys(post.author for post in posts if post.author not in followed))
        people = tx.people.many(ids[:PEOPLE])
        active = [people[id] for id in ids if id in people]
        others = [p for p in tx.people.handles("", 4 * PEOPLE) if p.id not in followed and p.id not in people]
        return (active + others)[:PEOPLE]

    people = await ask.world.store.read(look)
    return Reply(people_card(people, ask.words.say("People to follow"), ask.reader, list(followed)))


async def profile(ask: Ask) -> Reply:
    typed = ask.field("text")
    title = " ".join(clean(typed if typed is not None else ask.rest).split())
    if not title and typed is None:
        return profile_form(ask, (await _card(ask, ask.person)).card)
    if (over := graphemes(title) - LONGEST_TITLE) > 0:
        raise TitleTooLong(over=over, limit=LONGEST_TITLE)
    changed = await _change(ask, lambda person: replace(person, title=title))
    return _saved(await _card(ask, changed), ask.reader)


async def settings(ask: Ask) -> Reply:
    """Shows one's settings, or changes one: zone, language, quiet, days, mentions, ask."""
    name, value = first_word(ask.rest)
    name = _OTHER_NAMES.get(name.lower(), name.lower())
    typed = ask.field("value")
    value = (value if typed is None else typed).strip()
    if not name:
        return Reply(settings_card(ask.person, ask.reader))
    if not value and typed is None:
        return setting_form(ask, name, settings_card(ask.person, ask.reader))
    with example_of(ask, f"settings {name}"):
        changed = await _change(ask, lambda person: _with(person, name, value))
    if changed.zone != ask.person.zone:
        await following.move_zone(ask.world, ask.person, changed)
    reader = ask.world.reader(changed, ask.call.prefix)
    saved = _saved(Reply(settings_card(changed, reader)), reader)
    if name == "quiet" and changed.quiet and changed.quiet.start == changed.quiet.end and _has_days_off(changed):
        return replace(saved, card=replace(saved.card, footer=(_days_off(reader),)))
    return saved


def _has_days_off(person: Person) -> bool:
    return bool(person.working_days) and person.working_days != EVERY_DAY


def _days_off(reader: Reader) -> str:
    """No quiet hours are not no quiet: what people ask next."""
    return reader.words.say(
        "No quiet hours on working days any more. Days off stay quiet; to change which those are: {call}",
        call=reader.call("settings days mon-sun"),
    )


def _saved(reply: Reply, reader: Reader) -> Reply:
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
        case "ask":
            return replace(person, never_ask=not _one_of(name, value, "on", "off"))
    raise SettingUnknown(typed=name[:40])


def _one_of(name: str, value: str, yes: str, no: str) -> bool:
    if value.lower() not in (yes, no):
        raise ValueUnknown(setting=name, typed=value[:40], choices=f"{yes}, {no}")
    return value.lower() == yes


def _language(value: str) -> str:
    if value.lower() not in LANGUAGES:
        raise ValueUnknown(setting="language", typed=value[:40], choices=", ".join(LANGUAGES))
    return value.lower()


async def _change(ask: Ask, change: Callable[[Person], Person]) -> Person:
    """Changes one's own row as it is kept now, not as it was when the question came."""

    def write(tx: Tx) -> Person:
        kept = tx.people.get(ask.person.id)
        if kept is None:
            raise PersonUnknown(typed=ask.person.handle, nearest="")
        changed = change(kept)
        tx.people.save(changed)
        if changed.home is not None and _rings_otherwise(kept, changed):
            tx.outbox.stir(changed.home, now)
        return changed

    change(ask.person)
    now = ask.world.now()
    changed = await ask.world.store.write(write)
    ask.world.wake()
    return changed


def _rings_otherwise(before: Person, after: Person) -> bool:
    """Whether what waits for the end of quiet hours may have to come at another time."""
    return (before.quiet, before.working_days, before.zone) != (after.quiet, after.working_days, after.zone)


async def samples(ask: Ask) -> Reply:
    """Sample colleagues for trying things out, labelled as such; off takes them and all they wrote away."""
    wanted = ask.rest.strip().lower()
    if wanted == "off":
        count = await sampling.remove(ask.world)
        if not count:
            return ask.said(ask.words.say("There are no sample colleagues here."))
        return ask.said(ask.words.say_n("✓ {n} sample colleague removed", "✓ {n} sample colleagues removed", count))
    if wanted != "on":
        raise ValueUnknown(setting="samples", typed=wanted[:40], choices="on, off")
    if Role.ADMIN not in ask.person.roles and await ask.world.store.read(lambda tx: tx.people.count()) > 1:
        raise SamplesForAlone()
    people = await sampling.bring(ask.world, ask.person, ask.call.where)
    title = ask.words.say("Three sample colleagues are here. Follow one and see what comes.")
    return Reply(people_card(people, title, ask.reader, await _followed(ask)))
