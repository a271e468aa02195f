"""What `bridge check` says about a workspace: who we are there, what was granted, whether its socket opens.

Asks Slack, and starts nothing: it may look beside a running bridge.
"""

from __future__ import annotations

from dataclasses import dataclass

from bridge.adapters.slack import Settings
from bridge.adapters.slack.install import scopes
from bridge.adapters.slack.install.tokens import NEW_TOKENS, called
from bridge.adapters.slack.names import PLATFORM
from bridge.adapters.slack.web.api import Api, Identity, open_socket_url
from bridge.model.errors import BridgeError, ConfigError
from bridge.model.ports import Finding
from bridge.model.secret import Secret

GRANT = "Grant it under OAuth & Permissions at api.slack.com/apps, and install the app again."
GRANT_MORE = "optional scopes are granted under OAuth & Permissions at api.slack.com/apps, by installing the app again"
HISTORIES = {
    "public channels": "channels:history",
    "private channels": "groups:history",
    "group direct messages": "mpim:history",
    "direct messages": "im:history",
}


@dataclass(frozen=True, slots=True)
class Looked:
    """A workspace, as far as it is looked at here. `api` is opened and closed. `number` and `remark`: its pair's."""

    settings: Settings
    api: Api
    app_token: Secret
    number: int
    remark: str


async def findings(team: Looked) -> list[Finding]:
    """Workspace and bot, scopes, what may come twice, the socket, the commands."""
    try:
        identity = await team.api.open()
    except BridgeError as error:
        return [_failed(PLATFORM, team, error)]
    finally:
        await team.api.close()
    name = f"{PLATFORM} {identity.name}"
    app = f", app {identity.app}" if identity.app else ""
    return [
        Finding(True, name, f"{identity.team} at {identity.url}, bot @{identity.handle}{app}"),
        *_granted(name, identity),
        await _socket(name, team),
        _commands(name, team.settings),
    ]


def without_tokens() -> Finding:
    """Where it is switched on and has no workspace."""
    return Finding(False, PLATFORM, "is switched on and has no tokens.", NEW_TOKENS)


def _granted(name: str, identity: Identity) -> list[Finding]:
    lacking = scopes.missing(identity.scopes)
    granted = len(scopes.SCOPES) - len(lacking)
    names = ", ".join(scope.name for scope in scopes.SCOPES if scope.name in identity.scopes)
    found = [Finding(True, name, f"{granted} of {len(scopes.SCOPES)} scopes granted: {names}")]
    for scope in lacking:
        kind = "optional" if scope.optional else "needed"
        detail = f"without {scope.name} ({kind}, for {scope.feature}): {scope.costs}"
        found.append(Finding(None, name, detail) if scope.optional else Finding(False, name, f"{detail}.", GRANT))
    if any(scope.optional for scope in lacking):
        found.append(Finding(None, name, GRANT_MORE))
    blind = [where for where, scope in HISTORIES.items() if scope not in identity.scopes]
    if blind:
        detail = f"may come twice in {', '.join(blind)}: after a crash or a lost answer nothing can be looked for there"
        found.append(Finding(None, name, detail))
    return found


async def _socket(name: str, team: Looked) -> Finding:
    try:
        await open_socket_url(team.app_token, team.settings.api)
    except BridgeError as error:
        return _failed(name, team, error)
    return Finding(True, name, "the socket opens")


def _commands(name: str, settings: Settings) -> Finding:
    """Refused names never get as far as here: the configuration is refused with the reason."""
    said = ", ".join((settings.command, *settings.aliases))
    return Finding(True, name, f"commands {said}: none of them is Slack's own")


def _failed(name: str, team: Looked, error: BridgeError) -> Finding:
    pair = called(team.number, team.remark)
    if isinstance(error, ConfigError):
        return Finding(False, name, f"{pair}: {error.params['problem']}.", NEW_TOKENS)
    fix = "Look whether this machine reaches slack.com, and try again."
    return Finding(False, name, f"{pair}: {error.english().rstrip('.')}.", fix)
