"""Setting up filters and tracked phrases, and trying them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bridge.model.audience import Viewer, viewer_of
from bridge.model.errors import NotFollowed
from bridge.model.filters.filter import Filter, Miss, passes
from bridge.model.filters.filterwords import parse_filter, tracked_words
from bridge.model.filters.track import Tracked, phrase_name
from bridge.model.ids import SieveId, SubjectId
from bridge.model.kept import Sieve, Stream, Tx
from bridge.model.person import Person
from bridge.model.place import Circle
from bridge.model.post import Post
from bridge.model.subscription import Subject, SubjectKind, Subscription
from bridge.services.follow import Party
from bridge.services.sifting import SIEVES, facts_of
from bridge.services.world import World

LOOKED_BACK = 100
"""Updates that a new filter is tried on, so that the next digest goes by it."""
TRIED = 20


@dataclass(frozen=True, slots=True)
class Trial:
    """One of the newest updates, and why a filter holds it back (None: it passes)."""

    post: Post
    miss: Miss | None


async def learn(world: World) -> None:
    """Reads all of them. At the start, after a change, and now and then, since another process may have changed one:
    whoever asks what they let through would find that out too, and wait for it."""
    version, kept = await world.store.read(lambda tx: (tx.sieves.version(), tx.sieves.all()))
    world.sifter.learn(kept, version)


async def changed(world: World) -> None:
    await learn(world)
    world.tell(SIEVES)


async def set_filter(world: World, party: Party, subject: Subject, filter: Filter) -> Subscription:
    """Lets through what passes from now on, and of what is to come with the next digest; an empty filter, everything.
    Raises NotFollowed. `subject` is no phrase: what lets that through is everybody's who tracks it."""
    now, id = world.now(), SieveId(world.ids.new())
    in_team = party.place.circle is Circle.TEAM
    viewer = Viewer(person=None, team=in_team) if party.channel else viewer_of(party.person)

    def write(tx: Tx) -> Subscription:
        kept = tx.follows.get(party.subscriber, subject.id)
        if kept is None:
            raise NotFollowed(subject=subject.name, see="")
        if kept.sieve is not None:
            tx.sieves.remove(kept.sieve)
        wanted = replace(kept, sieve=id if filter.words else None, words=filter.words)
        if filter.words:
            tx.sieves.put(Sieve(id, filter.words, subject.id))
            newest = tx.posts.timeline(viewer, Stream(subjects=(subject.id,)), now, LOOKED_BACK)
            for post in newest:
                if passes(filter, facts_of(tx, post)) is None:
                    tx.sieves.catch(post.id, [id])
        tx.follows.put(wanted)
        tx.outbox.withdraw(party.subscriber, party.place.id, now)
        return wanted

    done = await world.store.write(write)
    await changed(world)
    return done


async def filter_of(world: World, party: Party, subject: Subject) -> Filter:
    """Empty where everything comes. Raises NotFollowed."""
    kept = await world.store.read(lambda tx: tx.follows.get(party.subscriber, subject.id))
    if kept is None:
        raise NotFollowed(subject=subject.name, see="")
    return parse_filter(kept.words) if kept.words else Filter()


async def tried(world: World, person: Person, subject: Subject, filter: Filter) -> list[Trial]:
    """The newest updates of a subject that the person may see, newest first."""
    now = world.now()

    def look(tx: Tx) -> list[Trial]:
        posts = tx.posts.timeline(viewer_of(person), Stream(subjects=(subject.id,)), now, TRIED)
        return [Trial(post, passes(filter, facts_of(tx, post))) for post in posts]

    return await world.store.read(look)


async def phrase(world: World, tracked: Tracked) -> Subject:
    """What is followed by whoever tracks these words; made when nobody has yet."""
    words, id = phrase_name(tracked_words(tracked)), SieveId(world.ids.new())

    def write(tx: Tx) -> Sieve:
        there = tx.sieves.phrase(words)
        if there is None:
            tx.sieves.put(there := Sieve(id, words))
        return there

    sieve = await world.store.write(write)
    return Subject(SubjectKind.PHRASE, SubjectId(sieve.id), sieve.words)


async def known_phrase(world: World, tracked: Tracked) -> Subject | None:
    words = phrase_name(tracked_words(tracked))
    sieve = await world.store.read(lambda tx: tx.sieves.phrase(words))
    return Subject(SubjectKind.PHRASE, SubjectId(sieve.id), sieve.words) if sieve else None
