"""What `bridge check` says about Discord: who we are there, servers, intents, permissions, commands.

Asks Discord, and starts nothing: it may look beside a running bridge. Permissions are `rights`'.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bridge.adapters._walk import listed, word
from bridge.adapters.discord import Settings
from bridge.adapters.discord.install import rights, sync
from bridge.adapters.discord.install.commands import digest_of, payload
from bridge.adapters.discord.install.permissions import MESSAGE_CONTENT, SERVER_MEMBERS
from bridge.adapters.discord.install.servers import Server, all_servers, circle_of
from bridge.adapters.discord.install.tokens import NEW_TOKEN
from bridge.adapters.discord.names import PLATFORM
from bridge.adapters.discord.rest.api import Api, Identity, opened
from bridge.model.clock import Clock
from bridge.model.errors import BridgeError, ConfigError, SendFailure, StoreError
from bridge.model.given import Vault
from bridge.model.ports import Finding
from bridge.model.say import Words

PORTAL = "discord.com/developers/applications, Bot, Privileged Gateway Intents"
SETUP = "Run: bridge discord setup"
SYNC = "Run: bridge discord sync"
NAMED = 5
"""So many names stand in one line; the rest is counted."""


async def findings(settings: Settings, clock: Clock, vault: Vault, languages: Sequence[Words]) -> list[Finding]:
    """A line each, in the order in which one thing needs another."""
    if not settings.token:
        return [Finding(False, PLATFORM, "is switched on and has no token.", SETUP)]
    try:
        async with opened(settings.token, settings, clock) as api:
            return [
                _application(api.identity),
                *await _servers(api, settings),
                *_intents(api.identity, settings),
                *await _commands(api, settings, vault, languages),
            ]
    except ConfigError as error:
        return [Finding(False, PLATFORM, _sentence(str(error.params["problem"])), NEW_TOKEN)]
    except SendFailure as error:
        return [_unasked(PLATFORM, error)]


def listing(names: Sequence[str]) -> str:
    """ "#a, #b and 3 more"."""
    if len(names) <= NAMED:
        return ", ".join(names)
    return f"{', '.join(names[: NAMED - 1])} and {len(names) - NAMED + 1} more"


def _application(identity: Identity) -> Finding:
    return Finding(True, PLATFORM, f"application {identity.name} ({identity.app}), bot @{identity.handle}")


async def _servers(api: Api, settings: Settings) -> list[Finding]:
    if not settings.servers:
        return [Finding(False, PLATFORM, "bridge.toml names no server, so all of them are ignored.", SETUP)]
    there = await all_servers(api)
    ours = [server for server in there if server.id in settings.servers]
    found = [finding for server in ours for finding in await _server(api, server, settings)]
    found += [_absent(id, settings) for id in settings.servers if id not in {server.id for server in ours}]
    if not settings.team:
        found.append(Finding(None, PLATFORM, "no server is the team's, so nobody is a full member.", SETUP))
    if others := [f"{server.name} ({server.id})" for server in there if server not in ours]:
        detail = f"ignored, since bridge.toml does not name them: {listing(others)}"
        found.append(Finding(None, PLATFORM, f"{detail}.", "To use one: bridge discord setup"))
    return found


async def _server(api: Api, server: Server, settings: Settings) -> list[Finding]:
    name, circle = f"{PLATFORM} {server.name}", circle_of(settings, server.id)
    about = f", about {server.members} members" if server.members else ""
    found = [Finding(True, name, f"{server.id}: {circle.value if circle else 'ignored'}{about}")]
    try:
        return [*found, *await rights.findings(api, server, name, listing)]
    except SendFailure as error:
        return [*found, _unasked(name, error)]


def _absent(id: str, settings: Settings) -> Finding:
    circle = circle_of(settings, id)
    detail = f"the bot is not in the server {id}, which bridge.toml names under {circle.value if circle else 'none'}."
    return Finding(False, PLATFORM, detail, f"Invite it (bridge discord invite), or take {id} out of bridge.toml.")


def _intents(identity: Identity, settings: Settings) -> Iterable[Finding]:
    """No privileged intent is needed."""
    what = f"{MESSAGE_CONTENT.name} intent"
    match settings.message_content, identity.content:
        case True, True:
            yield Finding(True, PLATFORM, f"{what}: on, for {MESSAGE_CONTENT.feature}")
        case True, False:
            detail = f"{what}: message_content = true stands in bridge.toml, and at Discord it is off."
            yield Finding(False, PLATFORM, detail, f"Switch it on at {PORTAL}; or put message_content = false.")
        case False, at_discord:
            how = "put message_content = true under [discord]" if at_discord else f"{PORTAL}; message_content = true"
            detail = f"{what}: off, so {MESSAGE_CONTENT.costs}. To switch it on: {how}"
            yield Finding(None, PLATFORM, detail)
    if identity.members:
        yield Finding(None, PLATFORM, f"{SERVER_MEMBERS.name} intent: on at Discord, and not needed")


async def _commands(api: Api, settings: Settings, vault: Vault, languages: Sequence[Words]) -> list[Finding]:
    wanted = payload(languages)
    names = {word(one, "name") for one in wanted}
    told = listed(await api.call("GET", sync.GLOBAL, application_id=api.identity.app))
    lacking = sorted(names - {word(one, "name") for one in told})
    current = await _digest(api, vault) == digest_of(wanted)
    found = [_registered(settings, names, lacking, current)]
    for id in settings.servers:
        twice = await _of_server(api, id)
        if twice:
            fix = "Run: bridge discord sync --clear, and then: bridge discord sync"
            found.append(Finding(False, PLATFORM, f"commands show twice in the server {id}: {listing(twice)}.", fix))
    return found


def _registered(settings: Settings, names: set[str], lacking: list[str], current: bool) -> Finding:
    by_itself = settings.sync == "auto"
    if current and not lacking:
        return Finding(True, PLATFORM, f"{len(names)} commands registered, as this version has them")
    if current:
        return Finding(False, PLATFORM, f"commands are gone from Discord: {listing(lacking)}.", SYNC)
    state = "not registered yet" if len(lacking) == len(names) else "not those of this version"
    if by_itself:
        detail = f"commands: {state}; Bridge registers them when it starts, or now: bridge discord sync"
        return Finding(None, PLATFORM, detail)
    return Finding(False, PLATFORM, f"commands: {state}.", SYNC)


async def _digest(api: Api, vault: Vault) -> str:
    """Of a database that can't be read, other lines tell."""
    try:
        known = await sync.registered(vault, api.identity.app)
    except (StoreError, ConfigError):
        return ""
    return known.digest if known else ""


async def _of_server(api: Api, id: str) -> list[str]:
    """None in a server that the bot is not in."""
    try:
        return await sync.of_server(api, id)
    except SendFailure:
        return []


def _unasked(name: str, error: BridgeError) -> Finding:
    return Finding(False, name, _sentence(error.english()), "Look whether this machine reaches discord.com.")


def _sentence(said: str) -> str:
    return f"{said.rstrip('.')}."
