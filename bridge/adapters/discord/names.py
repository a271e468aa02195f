"""How the platform is called, and the workspace that all of its people belong to."""

from __future__ import annotations

PLATFORM = "discord"
PEOPLE = "people"
"""One person is one account, in however many servers they are; so accounts and direct messages belong to no server, but
to this one workspace. Who is a member of a server of the team is told by `Profile.guest`."""
