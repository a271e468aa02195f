"""Asks of each server whether it belongs to the organisation, and as what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import typer

from bridge.adapters.discord import Settings
from bridge.adapters.discord.install.servers import Server, circle_of
from bridge.model.place import Circle

EXPLAINED = """\
Whose is each server?
  team: everybody in it belongs to the organisation, and sees what is for the team.
  community: it belongs to the organisation, and gets public updates alone.
  no: Bridge takes no notice of it.
"""
NO = "no"
_ANSWERS = (Circle.TEAM.value, Circle.COMMUNITY.value, NO)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Ids of servers, in the order of bridge.toml, new ones behind."""

    team: tuple[str, ...]
    community: tuple[str, ...]


def choose(settings: Settings, there: Sequence[Server]) -> Chosen:
    """What bridge.toml says is offered as the answer; what it names and the bot is not in is asked about, too. Raises
    typer.Abort where that was stopped."""
    typer.echo(EXPLAINED)
    said: dict[str, str] = {}
    for id in settings.servers:
        if id not in {server.id for server in there}:
            said[id] = _absent(id, _now(settings, id))
    for server in there:
        said[server.id] = _ask(server, _likely(settings, server, alone=len(there) == 1))
    order = [*settings.servers, *(server.id for server in there if server.id not in settings.servers)]
    chosen = Chosen(
        tuple(id for id in order if said[id] == Circle.TEAM.value),
        tuple(id for id in order if said[id] == Circle.COMMUNITY.value),
    )
    if not chosen.team:
        typer.echo("None is the team's, so nobody counts as the team. Start the setup again to change that.", err=True)
    return chosen


def _now(settings: Settings, id: str) -> str:
    circle = circle_of(settings, id)
    return circle.value if circle else NO


def _likely(settings: Settings, server: Server, alone: bool) -> str | None:
    """A first server is the team's as a rule, where it is the only one; among several nobody makes one the team's by
    pressing Enter. None: it has to be typed."""
    if settings.servers:
        return _now(settings, server.id)
    return Circle.TEAM.value if alone else None


def _ask(server: Server, likely: str | None) -> str:
    about = f", about {server.members} members" if server.members else ""
    question = f"{server.name} ({server.id}{about}): team, community or no?"
    while True:
        typed = str(typer.prompt(question, default=likely)).strip().lower()
        for answer in _ANSWERS:
            if typed and answer.startswith(typed):
                return answer
        typer.echo("Type team, community or no.", err=True)


def _absent(id: str, now: str) -> str:
    question = f"bridge.toml names {id} as {now}, and the bot is not in that server. Keep it there?"
    return now if typer.confirm(question, default=True) else NO
