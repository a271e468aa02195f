"""Verbs about people: who, profile, and the lobby's sample colleagues."""

from __future__ import annotations

from dataclasses import replace

from bridge.commands.asking import LONGEST_NAME, Ask
from bridge.commands.forms import profile_form
from bridge.commands.settings import change, saved
from bridge.model.audience import viewer_of
from bridge.model.clean import clean, fold, graphemes
from bridge.model.command import Reply
from bridge.model.compose.home import reason
from bridge.model.compose.person import people_card, person_card
from bridge.model.compose.reading import View
from bridge.model.errors import NotSomebody, PersonUnknown, SamplesForAlone, TitleTooLong, ValueUnknown
from bridge.model.ids import PersonId, SubjectId
from bridge.model.kept import Stream, Tx
from bridge.model.person import Note, Person, Role
from bridge.model.subscription import SubjectKind
from bridge.model.text import plain
from bridge.services import samples as sampling
from bridge.services.delivery.showing import load_views
from bridge.services.leaving import CLOSED
from bridge.services.outside import sources
from bridge.services.sharing.mentions import nearest_handle
from bridge.services.suggest import named_to, suggestions

LONGEST_TITLE = 120
PEOPLE = 8
LOOKED_AT = 50
"""People found, of whom only some may be told."""
_OTHER_NAMES = {"timezone": "zone", "lang": "language"}


async def who(ask: Ask) -> Reply:
    """One person's card, a list where several fit, or people to follow. Raises PersonUnknown, NotSomebody."""
    asked = clean(ask.rest, LONGEST_NAME)
    if not asked:
        return await people_to_follow(ask)
    now, most = ask.world.now(), PEOPLE + 1 if ask.person.team else LOOKED_AT
    found = await ask.world.store.read(
        lambda tx: named_to(tx, ask.person, tx.people.search(asked.lstrip("@"), most), now)
    )
    exact = [person for person in found if fold(person.handle) == fold(asked.lstrip("@"))]
    if exact or len(found) == 1:
        return await _card(ask, (exact or found)[0])
    if not found:
        await _no_source(ask, asked)
        label = fold(asked.lstrip("@"))
        nearest = await ask.world.store.read(lambda tx: nearest_handle(tx, label)) if ask.person.team else ""
        raise PersonUnknown(typed=asked[:60], nearest=ask.reader.call(f"who {nearest}".strip()))
    followed = await _followed(ask)
    title = ask.words.say("People called {typed}", typed=asked)
    return Reply(people_card(found[:PEOPLE], title, ask.reader, followed))


async def _no_source(ask: Ask, asked: str) -> None:
    """Raises NotSomebody where a source is called so, as far as they may know of it."""
    watch = await sources.meant(ask.world, asked)
    if watch is None or (watch.internal and not ask.person.team):
        return
    follows = await ask.world.store.read(lambda tx: tx.follows.get(ask.subscriber, SubjectId(watch.id)))
    verb = "filter test" if follows else "follow"
    raise NotSomebody(name=watch.name, example=ask.reader.call(f"{verb} {watch.name}"))


async def _card(ask: Ask, person: Person) -> Reply:
    now, viewer = ask.world.now(), viewer_of(ask.person)

    def look(tx: Tx) -> tuple[Note | None, list[View], list[str], bool, bool]:
        current = tx.posts.note_of(person.id, viewer, now)
        note = Note(current.number, plain(current.text), current.until) if current and current.until else None
        posts = tx.posts.timeline(viewer, Stream(subjects=(SubjectId(person.id),)), now, 5)
        views = load_views(tx, [post.id for post in posts])
        recent = [views[post.id] for post in posts if post.id in views and (not current or post.id != current.id)]
        follows = tx.follows.get(ask.subscriber, SubjectId(person.id)) is not None
        home = tx.places.get(person.home) if person.home else None
        gone = home is not None and home.paused == CLOSED
        return note, recent, tx.posts.tags_of(person.id, viewer, now, 5), follows, gone

    note, recent, tags, follows, gone = await ask.world.store.read(look)
    return Reply(person_card(person, ask.reader, note, recent, tags, follows, gone))


async def _followed(ask: Ask) -> list[PersonId]:
    follows = await ask.world.store.read(lambda tx: tx.follows.of(ask.subscriber))
    return [PersonId(f.subject.id) for f in follows if f.subject.kind is SubjectKind.PERSON]


async def people_to_follow(ask: Ask) -> Reply:
    """Those whom one does not follow yet, each with what speaks for them."""
    now = ask.world.now()
    found = await ask.world.store.read(lambda tx: suggestions(tx, ask.person, now, PEOPLE))
    reasons = {one.person.id: reason(one, ask.reader) for one in found}
    title = ask.words.say("People to follow")
    return Reply(people_card([one.person for one in found], title, ask.reader, reasons=reasons))


async def profile(ask: Ask) -> Reply:
    typed = ask.field("text")
    title = " ".join(clean(typed if typed is not None else ask.rest).split())
    if not title and typed is None:
        return profile_form(ask, (await _card(ask, ask.person)).card)
    if (over := graphemes(title) - LONGEST_TITLE) > 0:
        raise TitleTooLong(over=over, limit=LONGEST_TITLE)
    changed = await change(ask, lambda person: replace(person, title=title))
    return saved(await _card(ask, changed), ask.reader)


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
