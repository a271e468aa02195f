"""Three sample colleagues, so that a first minute alone has something to show. Labelled as samples, removable."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from bridge.model.command import Where, Who
from bridge.model.kept import Tx
from bridge.model.person import Person, Profile, Role
from bridge.model.post import Origin
from bridge.model.say import N_
from bridge.services.acquaint import person_of
from bridge.services.sharing.publish import Draft, publish
from bridge.services.world import World

COLLEAGUES = (
    ("sample-ana", "Ana Sample", N_("Sample colleague · release captain"), (N_("Shipping v2 today #release"),)),
    (
        "sample-bo",
        "Bo Sample",
        N_("Sample colleague · customer care"),
        (N_("Three customers asked for dark mode this week #feedback"),),
    ),
    (
        "sample-cy",
        "Cy Sample",
        N_("Sample colleague · imports"),
        (N_("The importer is twice as fast now #importer"), N_("Who has five minutes to try it?")),
    ),
)


async def bring(world: World, asked_by: Person, where: Where) -> list[Person]:
    """Makes them where they are not there yet, and lets each share something. Idempotent."""
    words = world.words(asked_by.language or world.policy.language)
    people = []
    for user, name, title, updates in COLLEAGUES:
        _, person = await person_of(world, Who(where.platform, where.workspace, user), Profile(name))
        if not person.sample:
            person = replace(
                person,
                sample=True,
                title=words.say(title),
                zone=world.zone(asked_by),
                roles=person.roles - {Role.ADMIN},
            )
            await world.store.write(partial(_save, person=person))
        for number, update in enumerate(updates):
            origin = Origin(where.platform, where.workspace, f"sample {person.id} {number}")
            await publish(world, Draft(person, words.say(update), origin))
        people.append(person)
    return people


def _save(tx: Tx, person: Person) -> None:
    tx.people.save(person)


async def remove(world: World) -> int:
    """Takes them and what they wrote away; how many were there."""
    now = world.now()
    count = await world.store.write(lambda tx: tx.people.remove_samples(now))
    world.wake()
    return count
