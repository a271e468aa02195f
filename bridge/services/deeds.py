"""What sub-commands ask of a running bridge, over its private socket: a deed's words in, a sentence out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from bridge.model.errors import ConfigError, DeliveryUnknown
from bridge.model.ids import DeliveryId
from bridge.model.place import Circle
from bridge.model.ports import Cli
from bridge.model.subscription import Cadence
from bridge.services import circles
from bridge.services.outside import trying
from bridge.services.world import World


class Deeds:
    """Any process may be asked: what it writes wakes the others."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.named: Mapping[str, Callable[[Sequence[str]], Awaitable[str]]] = {
            "retry": self.retry,
            "circle": self.circle,
            "adapter": self.adapter,
            "look at": self.look_at,
            "follower": self.follower,
            "follow": self.follow,
        }
        """As they are asked for over the socket."""

    async def retry(self, words: Sequence[str]) -> str:
        """`bridge deliveries retry ID`."""
        id = words[0] if words else ""
        now = self._world.now()
        woken = id.isdigit() and await self._world.store.write(lambda tx: tx.outbox.wake(DeliveryId(int(id)), now))
        if not woken:
            raise DeliveryUnknown(id=id)
        self._world.wake()
        return f"Delivery {id} is tried again."

    async def circle(self, words: Sequence[str]) -> str:
        """`bridge workspaces team ID` and `bridge workspaces community ID`."""
        typed, wanted = words[0], Circle(words[1])
        was = await circles.choose(self._world, typed, wanted)
        name = f"{was.name} ({was.platform} {was.key})"
        if was.circle is wanted:
            return f"{name} is {wanted.value} already."
        if wanted is Circle.TEAM:
            return f"{name} is team now: its full members and its channels get what is for everyone."
        return f"{name} is community now: its people and channels get what is public, and no more."

    async def look_at(self, words: Sequence[str]) -> str:
        """`bridge sources check ADDRESS`: what a follow would find, with nothing kept."""
        return await trying.tried(self._world, words[0])

    async def follower(self, words: Sequence[str]) -> str:
        """Before anything of a list is asked for: whether a handle, and a channel or "", may follow."""
        handle, channel = words
        await trying.party_named(self._world, handle, channel)
        return f"{channel or handle} may follow."

    async def follow(self, words: Sequence[str]) -> str:
        """A line of `bridge sources import`: a handle, a channel or "", an address, a cadence or "" (as it is)."""
        handle, channel, address, cadence = words
        chosen = Cadence(cadence) if cadence else None
        name = await trying.follow_for(self._world, handle, channel, address, chosen)
        return f"{channel or handle} follows {name}."

    async def adapter(self, words: Sequence[str]) -> str:
        """`bridge <adapter> <verb> …` for adapters that offer `admin(verb, words) -> sentence`."""
        name, verb, *rest = words
        built = self._world.adapters.get(name)
        if not isinstance(built, Cli):
            raise ConfigError(problem=f"“{name}” is not switched on in bridge.toml.")
        return await built.admin(verb, rest)
