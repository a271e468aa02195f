"""The whole core of tests/core.py, under the name that these tests know."""

from __future__ import annotations

from tests.core import CHAT, HOME, MONDAY, Chat, Team

__all__ = ["CHAT", "HOME", "MONDAY", "Chat", "Team"]
