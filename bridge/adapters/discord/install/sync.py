"""Registers the native commands at Discord: for all servers at once, and only when they have changed.

What was registered is kept in the Vault, so that a start asks nobody. Discord takes 200 new commands a day, and one
that it knows by name already is none (docs: application commands, bulk overwrite).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bridge.adapters._walk import at, listed, word
from bridge.adapters.discord.install.commands import CHAT, digest_of, payload
from bridge.adapters.discord.install.servers import all_servers
from bridge.adapters.discord.names import PLATFORM
from bridge.adapters.discord.rest.api import Api
from bridge.model.errors import ConfigError, SendFailure, StoreError
from bridge.model.given import Leases, Vault
from bridge.model.say import Words

log = logging.getLogger(__name__)

LEASE = f"{PLATFORM} commands"
LEASE_SECONDS = 60.0
CLEAR = "clear"
GLOBAL = "/applications/{application_id}/commands"
OF_SERVER = "/applications/{application_id}/guilds/{guild_id}/commands"


@dataclass(frozen=True, slots=True)
class Registered:
    """What stands at Discord, as far as we know. `ids`: of commands that are typed, by name, for `</status:1>`."""

    digest: str
    ids: Mapping[str, str] = field(default_factory=dict)


async def if_changed(api: Api, vault: Vault, leases: Leases, languages: Sequence[Words]) -> bool:
    """Whether they were registered just now; of several processes one does it. A failure is logged, and tried again at
    the next start."""
    wanted = digest_of(payload(languages))
    try:
        if await _is_current(api, vault, wanted) or await leases.take(LEASE, LEASE_SECONDS) is None:
            return False
        try:
            if await _is_current(api, vault, wanted) or not leases.sure(LEASE):
                return False
            await _register(api, vault, languages)
        finally:
            await leases.release(LEASE)
    except (SendFailure, StoreError) as error:
        log.warning("the commands could not be registered: %s Try: bridge discord sync", error.english())
        return False
    log.info("the commands were registered at Discord")
    return True


async def now(api: Api, vault: Vault, languages: Sequence[Words]) -> str:
    """Registers them, changed or not; the sentence to print. Raises SendFailure, StoreError."""
    count = await _register(api, vault, languages)
    return f"Registered {count} commands at Discord. A client that is open shows them after a reload (Ctrl-R)."


async def clear(api: Api, vault: Vault) -> str:
    """Removes every command of the application, also those that stand in one server only and show twice; the sentence
    to print. Raises SendFailure, StoreError."""
    app = api.identity.app
    await api.call("PUT", GLOBAL, application_id=app, body=[])
    for server in await all_servers(api):
        if await of_server(api, server.id):
            await api.call("PUT", OF_SERVER, application_id=app, guild_id=server.id, body=[])
    await _keep(vault, app, None)
    return "Removed all commands, in every server. Register them again with: bridge discord sync"


async def admin(api: Api, vault: Vault, languages: Sequence[Words], words: Sequence[str]) -> str:
    """`bridge discord sync`. `words`: none, or CLEAR. Raises ConfigError, SendFailure, StoreError."""
    match list(words):
        case []:
            return await now(api, vault, languages)
        case [word] if word == CLEAR:
            return await clear(api, vault)
    raise ConfigError(problem="sync takes nothing but --clear.")


async def registered(vault: Vault, app: str) -> Registered | None:
    """What was registered last; None where nothing was. Raises StoreError."""
    found = await vault.get(_key(app))
    if found is None:
        return None
    try:
        told = json.loads(found[0])
    except ValueError:
        return None
    ids = at(told, "ids")
    return Registered(word(told, "digest"), {name: word(ids, name) for name in ids} if isinstance(ids, dict) else {})


async def of_server(api: Api, server: str) -> list[str]:
    """Names of the commands that stand in that server only. Raises SendFailure."""
    told = await api.call("GET", OF_SERVER, application_id=api.identity.app, guild_id=server)
    return [word(one, "name") for one in listed(told)]


async def _is_current(api: Api, vault: Vault, wanted: str) -> bool:
    known = await registered(vault, api.identity.app)
    return known is not None and known.digest == wanted


async def _register(api: Api, vault: Vault, languages: Sequence[Words]) -> int:
    """How many there are now."""
    commands = payload(languages)
    told = listed(await api.call("PUT", GLOBAL, application_id=api.identity.app, body=commands))
    ids = {word(one, "name"): word(one, "id") for one in told if at(one, "type") == CHAT}
    await _keep(vault, api.identity.app, Registered(digest_of(commands), ids))
    return len(commands)


async def _keep(vault: Vault, app: str, what: Registered | None) -> None:
    """Where somebody else was faster, theirs stays: at worst the next start registers once more."""
    found = await vault.get(_key(app))
    if what is None and found is None:
        return
    kept = None if what is None else json.dumps({"digest": what.digest, "ids": dict(what.ids)}).encode()
    await vault.put(_key(app), kept, found[1] if found else 0)


def _key(app: str) -> str:
    return f"commands:{app}"
