"""What stands in a place, for adapters that show it anew each time: the Shown port."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.model.audience import viewer_of
from bridge.model.card import Limits
from bridge.model.delivery import Delivery, Kind, State
from bridge.model.given import ShownMessage
from bridge.model.kept import Tx
from bridge.model.person import Person
from bridge.model.place import Place, PlaceKind
from bridge.services.delivery.showing import Showing, Views
from bridge.services.world import World


class Standing:
    """See `bridge.model.given.Shown`. Rights are checked at each reading."""

    def __init__(self, world: World, showing: Showing) -> None:
        self._world, self._showing = world, showing

    async def messages(
        self, place: Place, after: str | None = None, before: str | None = None, limit: int = 50
    ) -> list[ShownMessage]:
        found = await self._world.store.read(lambda tx: tx.outbox.shown(place.id, after, before, limit))
        return await self._as_messages(place, found)

    async def message(self, place: Place, message: str) -> ShownMessage | None:
        found = await self._world.store.read(lambda tx: tx.outbox.by_message(place.id, message))
        if found is None or found.state is not State.SETTLED:
            return None
        shown = await self._as_messages(place, [found])
        return shown[0] if shown else None

    async def _as_messages(self, place: Place, deliveries: Sequence[Delivery]) -> list[ShownMessage]:
        if not deliveries:
            return []

        def load(tx: Tx) -> tuple[Views, Person | None]:
            account = tx.people.account_by_id(place.account) if place.account else None
            person = tx.people.get(account.person) if account else None
            ids = {item.post for delivery in deliveries for item in delivery.items}
            views = self._showing.load(tx, ids, [], deliveries)
            if person is not None:
                allowed = tx.posts.visible(viewer_of(person), ids, self._world.now())
                views.posts = {id: view for id, view in views.posts.items() if id in allowed}
            return views, person

        views, person = await self._world.store.read(load)
        members = None if place.kind is PlaceKind.DIRECT else await self._world.members(place)
        out = []
        for delivery in deliveries:
            standing = [item for item in delivery.items if item.shown is not None]
            composed = self._showing.compose(place, person, members, delivery, standing, views, Limits())
            if composed.card is None or delivery.message is None:
                continue
            single = standing[0].post if len(standing) == 1 and delivery.kind is Kind.LIVE else None
            out.append(
                ShownMessage(
                    message=delivery.message,
                    card=composed.card,
                    kind=delivery.kind.value,
                    at=delivery.tried_at or delivery.created_at,
                    post=str(single) if single else None,
                )
            )
        return out
