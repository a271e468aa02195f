"""Server-sent events of one place: what is added, changed and removed there, and that something is new elsewhere.

A stream can be taken up again: by the browser's Last-Event-ID, or after a message id.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping

from starlette.responses import StreamingResponse

from bridge.adapters.lobby.hub import Change, Hub, What
from bridge.adapters.lobby.standing import Entry, Standing
from bridge.model.ids import PlaceId
from bridge.model.place import Place

HEARTBEAT = 15.0
"""Seconds of silence after which a comment shows that the line is open."""
RETRY = 1000
"""Milliseconds after which a browser comes back to a stream that was cut."""
CAUGHT_UP = 200
"""Messages that a stream takes up again; for more the reader is told to read the place anew."""

Shape = Callable[[Entry], Mapping[str, object]]


class Stream:
    """One reader's stream. `shape` turns an entry into the event's data; `elsewhere`: places of which only the fact
    that something is new is told, by the name the reader knows them by."""

    def __init__(self, hub: Hub, standing: Standing, place: Place, shape: Shape) -> None:
        self._hub = hub
        self._standing = standing
        self._place = place
        self._shape = shape
        self._elsewhere: dict[PlaceId, str] = {}
        self._seen: set[str] = set()

    def response(
        self, after: str = "", last_event: str = "", elsewhere: Mapping[PlaceId, str] | None = None
    ) -> StreamingResponse:
        self._elsewhere = {id: name for id, name in (elsewhere or {}).items() if id != self._place.id}
        return StreamingResponse(
            self.events(after, last_event),
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )

    async def events(self, after: str = "", last_event: str = "") -> AsyncIterator[str]:
        """Events as text, until the hub closes."""
        with self._hub.reader({self._place.id, *self._elsewhere}, self._place) as queue:
            start = self._hub.number
            yield f"retry: {RETRY}\n{self._event('open', start, {})}"
            async for event in self._missed(start, after, last_event):
                yield event
            while True:
                try:
                    change = await asyncio.wait_for(queue.get(), HEARTBEAT)
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                if change is None:
                    return
                if event := self._told(change):
                    yield event

    async def _missed(self, start: int, after: str, last_event: str) -> AsyncIterator[str]:
        """What happened before the stream was there."""
        run, _, number = last_event.partition("-")
        if run == self._hub.run and number.isdecimal():
            changes = self._hub.since(int(number), self._place.id)
            if changes is not None:
                for change in changes:
                    yield self._told(change)
                return
        if last_event:
            # Of another run, or too long ago: what was changed or removed since is not known here.
            yield self._event("reset", start, {})
        if not after:
            return
        kept = await self._standing.after(self._place, after, CAUGHT_UP + 1)
        if len(kept) > CAUGHT_UP:
            yield self._event("reset", start, {})
            return
        entries = {entry.id: entry for entry in kept}
        # A card that was sent a moment ago may not be settled yet: then only the hub knows of it.
        for change in self._hub.recent(self._place.id):
            if change.entry is None:
                entries.pop(change.message, None)
            elif change.message > after and change.message not in entries:
                entries[change.message] = change.entry
        for id in sorted(entries):
            self._seen.add(id)
            yield self._event(What.ADDED, start, self._shape(entries[id]))

    def _told(self, change: Change) -> str:
        """The change as an event; empty for what this reader has already."""
        if name := self._elsewhere.get(change.place):
            return self._event("elsewhere", change.number, {"channel": name}) if change.what is What.ADDED else ""
        if change.entry is None and change.what is not What.REMOVED:
            return ""
        if change.entry is None:
            return self._event(change.what, change.number, {"id": change.message})
        if change.what is What.ADDED and change.message in self._seen:
            return ""
        return self._event(change.what, change.number, self._shape(change.entry))

    def _event(self, name: str, number: int, data: Mapping[str, object]) -> str:
        # JSON holds no raw newline, so one data line is enough.
        return f"event: {name}\nid: {self._hub.run}-{number}\ndata: {json.dumps(data)}\n\n"
