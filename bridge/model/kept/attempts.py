"""What is about to be asked of a platform, and what came of it: what the courier writes down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bridge.model.delivery import State, Together
from bridge.model.ids import DeliveryId, PlaceId


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is about to be asked of a platform. `delivery` None: a new one of `kind` LIVE, with `nonce`.

    `tries`: (item seq, revision, or None for one that is left out) as composed. `first`: a send, not an update or a
    delete. `payload_rev`: the notice's.
    """

    place: PlaceId
    epoch: int
    delivery: DeliveryId | None
    nonce: str
    tries: tuple[tuple[int, int | None], ...]
    first: bool
    payload_rev: int | None = None


@dataclass(frozen=True, slots=True)
class Gathered:
    """A message that is to be made of what waits in a place and was queued by `until`, and of deliveries that wait
    (`joining`), under this nonce."""

    until: datetime
    why: Together
    nonce: str
    joining: tuple[DeliveryId, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a step in a place.

    `delivery` None: nothing was attempted. `state`: the delivery's new state (None: unchanged). `shown`: what was
    tried stands there now (items' shown = tried, left-out items stop being shown). `drop`: item seqs to take away
    (`give_back` removes them, as if they had never been queued; otherwise they stay as shown-nothing). `divert`: seqs
    left to the digest, however old they are by then. `release`: let go of the place, to be due at `due` (None: when
    something changes). `free`: no request to this place before that moment. `pause`: the sentence that pauses the
    place. `live_at`: a first live message went out. `left`: how much there is still to do in the place, about one
    request each, as far as it was known.
    """

    place: PlaceId
    epoch: int
    delivery: DeliveryId | None = None
    state: State | None = None
    message: str | None = None
    shown: bool = False
    drop: tuple[int, ...] = ()
    give_back: bool = False
    divert: tuple[int, ...] = ()
    error: str = ""
    plain: bool | None = None
    failures: int = 0
    pause: str | None = None
    live_at: datetime | None = None
    free: datetime | None = None
    release: bool = False
    due: datetime | None = None
    pace: str | None = None
    left: int = 0
    gathered: Gathered | None = None
