"""Telling those who made a channel follow that nothing can be sent there any more: once a day at most."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from bridge.model.delivery import Lane
from bridge.model.ids import SubscriberId
from bridge.model.kept import Tx
from bridge.model.place import PlaceKind
from bridge.services.world import World


async def tell_owners(world: World, closed: Sequence[tuple[Lane, str]]) -> None:
    """`closed`: places with why. A direct message has nobody else to be told."""
    now = world.now()
    for lane, why in closed:
        if lane.place.kind is PlaceKind.DIRECT:
            continue
        payload = json.dumps({"name": "closed", "place": lane.place.name, "why": why})
        await world.store.write(partial(_tell, lane=lane, payload=payload, nonce=world.nonce(), now=now))


def _tell(tx: Tx, lane: Lane, payload: str, nonce: str, now: datetime) -> None:
    owners = {follow.by for follow in tx.follows.of(SubscriberId(lane.place.id))}
    for number, person in enumerate(tx.people.many(list(owners)).values()):
        if person.home is not None:
            key = f"closed {lane.place.id} {person.id} {now:%Y-%m-%d}"
            tx.outbox.add_notice(person.home, payload, f"{nonce}{number}"[:25], now, key)
