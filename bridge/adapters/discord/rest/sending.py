"""Messages: made, changed, taken away, found again. The Sender and Finder ports.

The delivery's nonce goes along with every attempt, and Discord gives back the first message for the same nonce for some
minutes (docs: create message, enforce_nonce). Later the history is read for the mark that each of our messages bears.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bridge.adapters._walk import listed
from bridge.adapters.discord.heard.walk import id_in, since
from bridge.adapters.discord.install.permissions import READ_HISTORY
from bridge.adapters.discord.known.rooms import Rooms
from bridge.adapters.discord.rest.api import Answer, Api, Attached
from bridge.adapters.discord.rest.bodies import Bodies
from bridge.adapters.discord.rest.direct import Directs
from bridge.adapters.discord.rest.errors import EMPTY, Archived, SearchClosed, closed
from bridge.adapters.discord.shown.render import LIMITS, marked
from bridge.model.card import Card, Limits
from bridge.model.errors import SendFailure, Transient, Uncertain, Unreachable, Vanished
from bridge.model.pace.places import Headers, Pacer
from bridge.model.pace.told import Hint
from bridge.model.place import Place, PlaceKind
from bridge.model.ports import Key, Sent

PACER: Pacer = Headers()
BEFORE = timedelta(minutes=10)
"""How far Discord's clock may be behind ours."""
PAGE = 100
CHANNEL = "/channels/{channel_id}"
MESSAGES, MESSAGE = "/channels/{channel_id}/messages", "/channels/{channel_id}/messages/{message_id}"


class Post:
    """`limits` are Discord's."""

    limits: Limits = LIMITS
    pacer = PACER

    def __init__(self, api: Api, rooms: Rooms, directs: Directs, bodies: Bodies) -> None:
        self._api, self._rooms, self._directs, self._bodies = api, rooms, directs, bodies

    async def send(self, place: Place, card: Card, key: Key) -> Sent:
        """Raises SendFailure; Uncertain where the message may stand there."""
        body, files = await self._bodies.of(card, key.nonce)
        body |= {"nonce": key.nonce, "enforce_nonce": True}
        answer = await self._ask("POST", MESSAGES, place, body, files, posts=True, load=key.load)
        message = id_in(answer.data, "id")
        if not message:
            raise Uncertain(reason="Discord gave the message no name")
        if not _whole(answer.data):
            # Who may not embed is shown with nothing in it (github.com/discord/discord-api-docs/issues/2601).
            with contextlib.suppress(SendFailure):
                await self.delete(place, message)
            raise Unreachable(reason=closed(EMPTY, self._api.identity.name))
        return Sent(message, answer.hint)

    async def update(self, place: Place, message: str, card: Card) -> Sent:
        """Without the mark: what has a name needs no looking for. Raises SendFailure; Vanished where it is gone."""
        body, files = await self._bodies.of(card)
        answer = await self._ask("PATCH", MESSAGE, place, body, files, message)
        if not _whole(answer.data):
            raise Unreachable(reason=closed(EMPTY, self._api.identity.name))
        return Sent(message, answer.hint)

    async def delete(self, place: Place, message: str) -> Hint:
        """Raises SendFailure."""
        try:
            return (await self._ask("DELETE", MESSAGE, place, None, (), message)).hint
        except Vanished as gone:
            return gone.hint

    async def find(self, place: Place, key: Key) -> str | None:
        """The delivery's message; None once every page was read without it. Raises SendFailure; Refused where we may
        not read there, so that it can never be known: the history is then empty, and not refused
        (github.com/discord/discord-api-docs/issues/455)."""
        if place.kind is not PlaceKind.DIRECT:
            room = await self._rooms.look(place.workspace, place.key)
            if not room.ours & READ_HISTORY:
                raise SearchClosed()
        channel, after = await self._channel(place), since(key.first_tried - BEFORE)
        while True:
            query = {"after": after, "limit": str(PAGE)}
            page = await self._api.call("GET", MESSAGES, query=query, channel_id=channel)
            if not isinstance(page, list):
                raise Transient(reason="what Discord tells of the history can't be read")
            found = [one for one in page if isinstance(one, Mapping) and id_in(one, "id")]
            for one in found:
                if id_in(one, "author", "id") == self._api.identity.user and marked(one) == key.nonce:
                    return id_in(one, "id")
            if len(found) < PAGE:
                return None
            # Whatever the order in a page, each holds the oldest that are younger than `after`.
            after = str(max(int(id_in(one, "id")) for one in found))

    async def _ask(
        self,
        method: str,
        path: str,
        place: Place,
        body: dict[str, Any] | None,
        files: list[Attached] | tuple[()],
        message: str = "",
        posts: bool = False,
        load: int = 0,
    ) -> Answer:
        ids = {"channel_id": await self._channel(place)} | ({"message_id": message} if message else {})
        try:
            return await self._api.ask(method, path, ids, body=body, files=files, posts=posts, paced=True, load=load)
        except Archived:
            # A thread that fell asleep takes new messages, and changes only once it is awake.
            await self._api.call("PATCH", CHANNEL, body={"archived": False}, channel_id=place.key)
            return await self._api.ask(method, path, ids, body=body, files=files, posts=posts, paced=True, load=load)

    async def _channel(self, place: Place) -> str:
        """Raises SendFailure."""
        return await self._directs.channel(place.key) if place.kind is PlaceKind.DIRECT else place.key


def _whole(message: object) -> bool:
    """Whether what was sent stands there with its embed; every message of ours has one."""
    return bool(listed(message, "embeds"))
