"""Who has been in the lobby, and the one-time links that let somebody in. Both are kept in the vault.

Whether a request may act for somebody is `guard`'s.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import regex

from bridge.model.clean import clean
from bridge.model.clock import Clock
from bridge.model.command import Where, Who
from bridge.model.given import Vault
from bridge.model.place import PlaceKind

PLATFORM = WORKSPACE = "lobby"
NAME = "Lobby"
LIMIT_NAME = 40
INVITE_LASTS = timedelta(days=3)

_GAPS = regex.compile(r"[^\p{L}\p{M}\p{N}]+")
_RESERVED = regex.compile(r"bridge|sample(-.*)?")
"""The bridge itself, and the sample colleagues: nobody may come to speak as one of them."""
_PEOPLE = "people"
_SAMPLES = "samples"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who joined. `zone` (an IANA name) and `language`: the browser's at that moment, "" where untold."""

    user: str
    name: str
    zone: str = ""
    language: str = ""

    @property
    def who(self) -> Who:
        return Who(PLATFORM, WORKSPACE, self.user, name=self.name, handle=self.user)

    @property
    def direct(self) -> Where:
        """The direct message with the bridge."""
        return Where(PLATFORM, WORKSPACE, self.user, PlaceKind.DIRECT, self.name, private=True)


def tidy_name(typed: str) -> str:
    """A name as it is shown: one line, no hidden characters."""
    return " ".join(clean(typed, 4 * LIMIT_NAME).split())


def user_key(name: str) -> str:
    """The key of a name: "Ana Kovač" -> "ana-kovač"; empty where there is nothing to name somebody by."""
    return _GAPS.sub("-", name.casefold()).strip("-")


def reserved(user: str) -> bool:
    """Whether nobody may join under this key."""
    return _RESERVED.fullmatch(user) is not None


class People:
    """Everybody who joined, by user key. Several processes may share the vault, so every change is compare-and-set."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._seen: dict[str, Visitor] = {}

    @property
    def count(self) -> int:
        return len(self._seen)

    def everybody(self) -> tuple[Visitor, ...]:
        return tuple(self._seen.values())

    async def samples_shown(self) -> bool:
        """Whether the sample colleagues are there."""
        return await self._vault.get(_SAMPLES) is not None

    async def show_samples(self, there: bool) -> None:
        """Remembers it, so that the page can offer to take them away."""
        kept = await self._vault.get(_SAMPLES)
        if (kept is not None) != there:
            await self._vault.put(_SAMPLES, b"1" if there else None, kept[1] if kept else 0)

    async def load(self) -> int:
        """Reads the vault; gives the version to write with."""
        kept = await self._vault.get(_PEOPLE)
        if kept is None:
            return 0
        self._seen = {one["user"]: Visitor(**one) for one in json.loads(kept[0])}
        return kept[1]

    async def find(self, user: str) -> Visitor | None:
        if user not in self._seen:
            await self.load()
        return self._seen.get(user)

    async def add(self, visitor: Visitor) -> bool:
        """False where the key belongs to somebody already."""
        while True:
            version = await self.load()
            if visitor.user in self._seen:
                return False
            if await self._write([*self._seen.values(), visitor], version):
                return True

    async def _write(self, everybody: list[Visitor], version: int) -> bool:
        value = json.dumps([asdict(one) for one in everybody]).encode()
        if not await self._vault.put(_PEOPLE, value, version):
            return False
        self._seen = {one.user: one for one in everybody}
        return True


class Invites:
    """Links that work once. The vault holds a hash of each token, never the token."""

    def __init__(self, vault: Vault, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock

    async def make(self, name: str) -> str:
        """A token for this name, good for `INVITE_LASTS`."""
        token = secrets.token_urlsafe(24)
        until = self._clock.now() + INVITE_LASTS
        value = json.dumps({"name": name, "until": until.isoformat()}).encode()
        await self._vault.put(_key_of(token), value, 0)
        return token

    async def name_for(self, token: str) -> str | None:
        """Whom the token lets in; None when it was used, is too old, or never was."""
        found = await self._find(token)
        return found[0] if found else None

    async def redeem(self, token: str) -> str | None:
        """Like `name_for`, and the token is used up; of two at once one gets None."""
        found = await self._find(token)
        if found is None or not await self._vault.put(_key_of(token), None, found[1]):
            return None
        return found[0]

    async def _find(self, token: str) -> tuple[str, int] | None:
        kept = await self._vault.get(_key_of(token))
        if kept is None:
            return None
        held = json.loads(kept[0])
        if datetime.fromisoformat(held["until"]) <= self._clock.now():
            return None
        return str(held["name"]), kept[1]


def _key_of(token: str) -> str:
    return f"invite:{hashlib.sha256(token.encode()).hexdigest()}"
