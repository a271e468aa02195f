"""Which servers are there, so that one the bot was just added to is told apart from one that came back after an outage.
Pure: told what comes, in order."""

from __future__ import annotations

from bridge.adapters._walk import at, listed, word


class Guilds:
    """Servers by id, as the gateway tells of them (docs: gateway-events, Guild Create, Guild Delete)."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def ready(self, payload: object) -> None:
        """READY names them all; what each is follows in a GUILD_CREATE."""
        self._known |= {word(one, "id") for one in listed(payload, "d", "guilds")}

    def joined(self, payload: object) -> bool:
        """Whether it says that the bot was added to a server."""
        guild = word(payload, "d", "id")
        match word(payload, "t"):
            case "GUILD_CREATE":
                new = guild not in self._known
                self._known.add(guild)
                return new
            case "GUILD_DELETE" if at(payload, "d", "unavailable") is not True:
                self._known.discard(guild)
        return False
