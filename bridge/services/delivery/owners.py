"""Telling those who made a channel follow that nothing can be sent there any more: once a day at most."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from bridge.model.ids import SubscriberId
from bridge.model.kept import Tx
from bridge.model.place import Place, PlaceKind
from bridge.services.world import World


async def tell_owners(world: World, closed: Sequence[tuple[Place, str]], gone: bool = False) -> None:
    """`closed`: places with why. `gone`: for good. A direct message has nobody else to be told."""
    now = world.now()
    for place, why in closed:
        if place.kind is PlaceKind.DIRECT:
            continue
        payload = json.dumps({"name": "closed", "place": place.name, "why": why, "gone": gone})
        await world.store.write(partial(_tell, place=place, payload=payload, nonce=world.nonce(), now=now))


def _tell(tx: Tx, place: Place, payload: str, nonce: str, now: datetime) -> None:
    # Where somebody stopped it nothing waits, so nobody misses anything.
    owners = {follow.by for follow in tx.follows.of(SubscriberId(place.id)) if not follow.paused}
    for number, person in enumerate(tx.people.many(list(owners)).values()):
        if person.home is not None:
            key = f"closed {place.id} {person.id} {now:%Y-%m-%d}"
            tx.outbox.add_notice(person.home, payload, f"{nonce}{number}"[:25], now, key)
