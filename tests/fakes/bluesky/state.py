"""The accounts of the fake network and what stands in their repositories; what people there do."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bridge.model.clock import FixedClock

POST = "app.bsky.feed.post"
REPOST = "app.bsky.feed.repost"
PROFILE = "app.bsky.actor.profile"
_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def tid(at: datetime, clock_id: int = 0) -> str:
    """Microseconds since 1970, ten bits of a clock's id behind, in a base 32 that sorts."""
    value = ((at - _EPOCH) // timedelta(microseconds=1)) << 10 | clock_id
    return "".join(_DIGITS[value >> 5 * place & 31] for place in range(12, -1, -1))


def cid_of(value: object) -> str:
    """A name of the content, as long as a real one."""
    digest = hashlib.sha256(json.dumps(value, sort_keys=True).encode()).digest()
    return "bafyrei" + base64.b32encode(digest).decode().lower().rstrip("=")


def iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Kept:
    """A record. `indexed`: when the network heard of it."""

    uri: str
    cid: str
    value: dict[str, Any]
    indexed: datetime

    @property
    def sorted_at(self) -> datetime:
        """The earlier of createdAt and indexed, to the millisecond."""
        said = datetime.fromisoformat(self.value["createdAt"])
        at = min(said, self.indexed)
        return at.replace(microsecond=at.microsecond // 1000 * 1000)

    def reference(self) -> dict[str, str]:
        return {"uri": self.uri, "cid": self.cid}


@dataclass
class Account:
    """`status`: "", "takendown", "deactivated"; `gone`: its DID was given up. `labels`: what moderators said of it.
    `known_as`: what its document names, its handle unless it was changed by hand."""

    network: Network
    did: str
    handle: str
    name: str = ""
    status: str = ""
    gone: bool = False
    labels: list[str] = field(default_factory=list)
    known_as: list[str] | None = None
    handle_holds: bool = True
    records: dict[str, dict[str, Kept]] = field(default_factory=lambda: {POST: {}, REPOST: {}, PROFILE: {}})

    def post(self, text: str = "", *, at: datetime | None = None, key: str = "", **more: Any) -> Kept:
        """`at`: createdAt, now unless told. `more`: facets, embed, reply, labels, langs, tags … as the record has
        them."""
        value = {"$type": POST, "text": text, "createdAt": iso(at or self.network.tick()), **more}
        return self._put(POST, key or tid(self.network.tick()), value)

    def repost(self, of: Kept, *, at: datetime | None = None, key: str = "") -> Kept:
        value = {"$type": REPOST, "subject": of.reference(), "createdAt": iso(at or self.network.tick())}
        return self._put(REPOST, key or tid(self.network.tick()), value)

    def reply(self, to: Kept, text: str, root: Kept | None = None, **more: Any) -> Kept:
        return self.post(text, reply={"root": (root or to).reference(), "parent": to.reference()}, **more)

    def put(self, kept: Kept, **changed: Any) -> Kept:
        """The record once more under its key, changed."""
        kept.value = {**kept.value, **changed}
        kept.cid = cid_of([kept.uri, kept.value])
        return kept

    def delete(self, kept: Kept) -> None:
        for collection in self.records.values():
            for key in [key for key, each in collection.items() if each is kept]:
                del collection[key]

    def rename(self, handle: str) -> None:
        self.handle = handle

    def call(self, name: str, picture: str = "") -> None:
        """A profile."""
        blob = {"avatar": self.blob(picture, "image/jpeg")} if picture else {}
        self._put(
            PROFILE, "self", {"$type": PROFILE, "displayName": name, "createdAt": iso(self.network.now()), **blob}
        )

    def blob(self, content: str, mime: str = "image/png") -> dict[str, Any]:
        """A file in its repository."""
        cid = cid_of(content)
        self.network.blobs[self.did, cid] = (content.encode(), mime)
        return {"$type": "blob", "ref": {"$link": cid}, "mimeType": mime, "size": len(content.encode())}

    def images(self, *shown: tuple[str, str]) -> dict[str, Any]:
        """An embed of pictures: (content, alt)."""
        images = [{"image": self.blob(content), "alt": alt} for content, alt in shown]
        return {"$type": "app.bsky.embed.images", "images": images}

    @property
    def listed(self) -> list[Kept]:
        """Posts and reposts, newest key first."""
        both = {**self.records[POST], **self.records[REPOST]}
        return [both[key] for key in sorted(both, reverse=True)]

    def document(self) -> dict[str, Any]:
        return {
            "@context": ["https://www.w3.org/ns/did/v1"],
            "id": self.did,
            "alsoKnownAs": [f"at://{each}" for each in self.known_as or [self.handle]],
            "service": [
                {
                    "id": "#atproto_pds",
                    "type": "AtprotoPersonalDataServer",
                    "serviceEndpoint": "https://pds.example.org",
                }
            ],
        }

    def _put(self, collection: str, key: str, value: dict[str, Any]) -> Kept:
        uri = f"at://{self.did}/{collection}/{key}"
        kept = Kept(uri, cid_of([uri, value]), value, self.network.tick())
        self.records[collection][key] = kept
        return kept


class Network:
    """All accounts. Every act takes a millisecond of the clock."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.accounts: dict[str, Account] = {}
        self.blobs: dict[tuple[str, str], tuple[bytes, str]] = {}
        self.labels: dict[str, list[str]] = {}
        """uri -> what moderators said of it."""
        self.detached: set[str] = set()
        """Posts whose authors want to be quoted no more."""
        self.blocked: set[str] = set()
        """Posts that may not be seen beside others."""

    def account(self, handle: str, name: str = "", did: str = "") -> Account:
        letters = base64.b32encode(hashlib.sha256(handle.encode()).digest()).decode().lower()[:24]
        account = Account(self, did or f"did:plc:{letters}", handle)
        self.accounts[account.did] = account
        if name:
            account.call(name)
        return account

    def find(self, actor: str) -> Account | None:
        return self.accounts.get(actor) or next((each for each in self.accounts.values() if each.handle == actor), None)

    def kept(self, uri: str) -> Kept | None:
        did, _, rest = uri.removeprefix("at://").partition("/")
        collection, _, key = rest.partition("/")
        account = self.accounts.get(did)
        return account.records.get(collection, {}).get(key) if account and not account.status else None

    def now(self) -> datetime:
        return self.clock.now()

    def tick(self) -> datetime:
        self.clock.advance(milliseconds=1)
        return self.clock.now()
