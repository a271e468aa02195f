"""What is asked of a server, the link that asks for it, and who may do what in a channel."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.adapters.discord.gateway.client import intents
from bridge.adapters.discord.install import permissions
from bridge.adapters.discord.install.permissions import EVERYTHING, PERMISSIONS, compute

VIEW, SEND, READ = 1 << 10, 1 << 11, 1 << 16
ME, OWNER, SERVER = "7", "8", "1"
STATE = discord.Client(intents=discord.Intents(guilds=True))._connection
"""The library's, for objects of its own."""


def server(everyone: int, **roles: int) -> dict[str, Any]:
    """Its roles are called by their ids; the server's own id is that of @everyone."""
    all_of_them = {SERVER: everyone, **roles}
    return {
        "id": SERVER,
        "owner_id": OWNER,
        "roles": [{"id": id, "permissions": str(bits)} for id, bits in all_of_them.items()],
    }


def channel(*overwrites: tuple[int, str, int, int]) -> dict[str, Any]:
    """Of (type, id, allow, deny)."""
    return {
        "permission_overwrites": [
            {"type": kind, "id": id, "allow": str(allow), "deny": str(deny)} for kind, id, allow, deny in overwrites
        ]
    }


def test_the_link_asks_for_exactly_what_is_needed() -> None:
    link = urlsplit(permissions.invite_url("123"))
    asked = parse_qs(link.query)

    assert f"{link.scheme}://{link.netloc}{link.path}" == "https://discord.com/oauth2/authorize"
    assert asked["client_id"] == ["123"]
    assert asked["scope"] == ["bot applications.commands"]
    wanted = discord.Permissions(int(asked["permissions"][0]))
    assert {name for name, on in wanted if on} == {
        "read_messages", "send_messages", "send_messages_in_threads", "embed_links", "attach_files",
        "read_message_history", "view_audit_log",
    }  # fmt: skip


def test_a_link_can_name_the_server() -> None:
    asked = parse_qs(urlsplit(permissions.invite_url("123", "456")).query)

    assert asked["guild_id"] == ["456"]
    assert asked["disable_guild_select"] == ["true"]


def test_each_says_what_it_is_for_and_none_is_asked_for_that_ties_our_hands() -> None:
    assert all(one.feature and one.costs for one in PERMISSIONS)
    assert len({one.bit for one in PERMISSIONS}) == len({one.name for one in PERMISSIONS}) == len(PERMISSIONS)
    for dangerous in ("administrator", "manage_guild", "manage_messages", "mention_everyone", "manage_webhooks"):
        assert not permissions.ASKED & discord.Permissions(**{dangerous: True}).value


def test_a_thread_needs_another_permission_than_its_channel() -> None:
    assert permissions.names(permissions.needed(thread=False)) == (
        "View Channels, Send Messages, Embed Links, Attach Files"
    )
    assert "Send Messages in Threads" in permissions.names(permissions.needed(thread=True))
    assert "Send Messages," not in permissions.names(permissions.needed(thread=True))


def test_what_lacks_is_named_with_what_is_needed_first() -> None:
    some = permissions.ASKED & ~(1 << 7 | 1 << 14 | 1 << 16)

    assert [one.name for one in permissions.missing(some)] == [
        "Embed Links", "Read Message History", "View Audit Log",
    ]  # fmt: skip
    assert permissions.missing(permissions.ASKED) == []


def test_the_intents_that_are_explained_are_those_that_are_used() -> None:
    by_name = {
        "Guilds": "guilds",
        "Guild Messages": "guild_messages",
        "Guild Message Reactions": "guild_reactions",
        "Direct Messages": "dm_messages",
        "Direct Message Reactions": "dm_reactions",
    }

    assert {by_name[one.name] for one in permissions.INTENTS} == {name for name, on in intents(content=False) if on}
    assert intents(content=True).value ^ intents(content=False).value == discord.Intents(message_content=True).value
    assert [one.name for one in permissions.PRIVILEGED if one.costs] == ["Message Content"]


def test_roles_add_up_and_whoever_owns_the_server_may_do_everything() -> None:
    there = server(VIEW, writers=SEND, admins=1 << 3)

    assert compute(there, ME, []) == VIEW
    assert compute(there, ME, ["writers"]) == VIEW | SEND
    assert compute(there, ME, ["admins"]) == EVERYTHING
    assert compute(there, OWNER, []) == EVERYTHING
    assert compute(there, "", []) == VIEW


def test_of_overwrites_the_closer_one_counts() -> None:
    there = server(VIEW | SEND | READ, quiet=0, loud=0)
    everybody, quiet, loud, me = (0, SERVER, 0, SEND), (0, "quiet", 0, READ), (0, "loud", READ, 0), (1, ME, SEND, 0)

    assert compute(there, ME, [], channel(everybody)) == VIEW | READ
    assert compute(there, ME, ["quiet"], channel(quiet)) == VIEW | SEND
    assert compute(there, ME, ["quiet", "loud"], channel(loud, quiet)) == VIEW | SEND | READ
    assert compute(there, ME, ["quiet"], channel(me, everybody)) == VIEW | SEND | READ
    assert compute(there, "9", [], channel(me, everybody)) == VIEW | READ


def test_who_cannot_see_a_channel_can_do_nothing_there_but_administrators_can() -> None:
    there = server(VIEW | SEND, admins=1 << 3)
    closed = channel((0, SERVER, 0, VIEW))

    assert compute(there, ME, [], closed) == 0
    assert compute(there, ME, ["admins"], closed) == EVERYTHING
    assert compute(there, OWNER, [], closed) == EVERYTHING


def test_a_role_and_a_person_of_the_same_number_are_two() -> None:
    assert compute(server(VIEW), ME, [], channel((0, ME, SEND, 0))) == VIEW
    assert compute(server(VIEW), ME, ["r"], channel((1, "r", SEND, 0))) == VIEW


bits = st.integers(0, (1 << 47) - 1)
overwrites = st.lists(st.tuples(st.sampled_from([0, 1]), st.sampled_from([SERVER, "2", "3", ME]), bits, bits))


@given(everyone=bits, role=bits, said=overwrites, roles=st.sets(st.sampled_from(["2", "3"])))
def test_the_library_says_the_same(
    everyone: int, role: int, said: list[tuple[int, str, int, int]], roles: set[str]
) -> None:
    once = list({id: (kind, id, allow, deny) for kind, id, allow, deny in said if (kind == 1) == (id == ME)}.values())
    there, room = server(everyone, **{"2": role, "3": 0}), channel(*once)

    ours = compute(there, ME, roles, room)

    of_channels = permissions.ASKED & ~(1 << 7)
    implied = 0 if ours & SEND else 1 << 14 | 1 << 15
    assert (ours ^ by_the_library(there, room, roles)) & of_channels & ~implied == 0


def by_the_library(there: dict[str, Any], room: dict[str, Any], roles: set[str]) -> int:
    more = {"name": "", "hoist": False, "position": 0, "color": 0, "managed": False, "mentionable": False, "flags": 0}
    roles_of = [{**role, **more, "colors": {"primary_color": 0}} for role in there["roles"]]
    guild = discord.Guild(data={**there, "roles": roles_of}, state=STATE)
    where = {**room, "id": "5", "type": 0, "name": "", "position": 0}
    user = {"id": ME, "username": "", "discriminator": "0", "avatar": None}
    member = discord.Member(data={"user": user, "roles": sorted(roles), "flags": 0}, guild=guild, state=STATE)
    return discord.TextChannel(state=STATE, guild=guild, data=where).permissions_for(member).value


@pytest.mark.parametrize("broken", [None, [], {"id": 1}, {"id": "1", "roles": [{"id": "1", "permissions": "x"}, None]}])
def test_what_cannot_be_read_allows_nothing(broken: Any) -> None:
    assert compute(broken, ME, ["1"], broken) == 0
    assert compute(broken, ME, ["1"]) == 0
