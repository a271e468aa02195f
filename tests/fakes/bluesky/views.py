"""How the fake AppView shows what stands in repositories (lexicons/app/bsky, packages/bsky/src/views/index.ts)."""

from __future__ import annotations

from typing import Any

from tests.fakes.bluesky.state import POST, PROFILE, REPOST, Account, Kept, Network, iso

CDN = "https://cdn.example.org/img"
_COLLECTIONS = ("app.bsky.feed.generator", "app.bsky.graph.list")


def author(account: Account) -> dict[str, Any]:
    profile = account.records[PROFILE].get("self")
    value = profile.value if profile else {}
    view = {
        "did": account.did,
        "handle": account.handle if account.handle_holds else "handle.invalid",
        "labels": [_label(account.did, val) for val in account.labels],
        "createdAt": "2024-01-01T00:00:00.000Z",
    }
    if "displayName" in value:
        view["displayName"] = value["displayName"]
    if "avatar" in value:
        view["avatar"] = f"{CDN}/avatar/plain/{account.did}/{value['avatar']['ref']['$link']}@jpeg"
    return view


def feed(network: Network, account: Account) -> list[tuple[Kept, Kept | None]]:
    """(post, the repost that brings it), newest first, as they are sorted there."""
    entries: list[tuple[Kept, Kept | None]] = [(kept, None) for kept in account.records[POST].values()]
    for repost in account.records[REPOST].values():
        if post := network.kept(repost.value["subject"]["uri"]):
            entries.append((post, repost))
    return sorted(entries, key=rank, reverse=True)


def rank(entry: tuple[Kept, Kept | None]) -> tuple[int, str]:
    """Milliseconds and CID: what entries are sorted by, and what a cursor holds."""
    kept = entry[1] or entry[0]
    return round(kept.sorted_at.timestamp() * 1000), kept.cid


def feed_entry(network: Network, post: Kept, repost: Kept | None, tells_uri: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {"post": post_view(network, post)}
    if repost:
        by = network.accounts[_did(repost.uri)]
        reason = {"$type": "app.bsky.feed.defs#reasonRepost", "by": author(by), "indexedAt": iso(repost.indexed)}
        entry["reason"] = reason | (repost.reference() if tells_uri else {})
    if reply := post.value.get("reply"):
        entry["reply"] = {end: _maybe(network, reply[end]["uri"]) for end in ("root", "parent")}
    return entry


def post_view(network: Network, kept: Kept, depth: int = 0) -> dict[str, Any]:
    account = network.accounts[_did(kept.uri)]
    own = [value["val"] for value in kept.value.get("labels", {}).get("values", [])]
    view = {
        **kept.reference(),
        "author": author(account),
        "record": kept.value,
        "replyCount": 0, "repostCount": 0, "likeCount": 0, "quoteCount": 0,
        "indexedAt": iso(kept.indexed),
        "labels": [_label(kept.uri, val) for val in network.labels.get(kept.uri, [])]
        + [_label(kept.uri, val, account.did) for val in own],
    }  # fmt: skip
    if depth < 2 and (embed := _embed(network, account.did, kept, kept.value.get("embed"), depth + 1)):
        view["embed"] = embed
    return view


def _embed(network: Network, did: str, kept: Kept, embed: dict[str, Any] | None, depth: int) -> dict[str, Any] | None:
    match (embed or {}).get("$type"):
        case "app.bsky.embed.images":
            images = [
                {**{name: _image(f"feed_{name}", did, image) for name in ("thumb", "fullsize")}, "alt": image["alt"]}
                for image in embed["images"]
            ]
            return {"$type": "app.bsky.embed.images#view", "images": images}
        case "app.bsky.embed.video":
            cid = embed["video"]["ref"]["$link"]
            base = f"https://video.example.org/watch/{did}/{cid}"
            told = {"cid": cid, "playlist": f"{base}/playlist.m3u8", "thumbnail": f"{base}/thumbnail.jpg"}
            return {"$type": "app.bsky.embed.video#view", **told, "alt": embed.get("alt", "")}
        case "app.bsky.embed.external":
            shown = {name: embed["external"][name] for name in ("uri", "title", "description")}
            return {"$type": "app.bsky.embed.external#view", "external": shown}
        case "app.bsky.embed.record":
            return {
                "$type": "app.bsky.embed.record#view",
                "record": _record(network, kept, embed["record"]["uri"], depth),
            }
        case "app.bsky.embed.recordWithMedia":
            quoted = {"record": _record(network, kept, embed["record"]["record"]["uri"], depth)}
            media = _embed(network, did, kept, embed["media"], depth)
            return {"$type": "app.bsky.embed.recordWithMedia#view", "media": media, "record": quoted}
        case _:
            return None


def _record(network: Network, quoting: Kept, uri: str, depth: int) -> dict[str, Any]:
    base = "app.bsky.embed.record"
    if uri in network.blocked:
        return {"$type": f"{base}#viewBlocked", "uri": uri, "blocked": True, "author": {"did": _did(uri)}}
    if uri in network.detached:
        return {"$type": f"{base}#viewDetached", "uri": uri, "detached": True}
    if uri.split("/")[3] in _COLLECTIONS:
        creator = author(network.accounts[_did(uri)])
        return {"$type": "app.bsky.feed.defs#generatorView", "uri": uri, "creator": creator, "displayName": "Gardens"}
    kept = network.kept(uri)
    if kept is None:
        return {"$type": f"{base}#viewNotFound", "uri": uri, "notFound": True}
    view = post_view(network, kept, depth)
    view["value"] = view.pop("record")
    view["embeds"] = [embed] if (embed := view.pop("embed", None)) else []
    return {"$type": f"{base}#viewRecord", **view}


def _maybe(network: Network, uri: str) -> dict[str, Any]:
    if uri in network.blocked:
        return {"$type": "app.bsky.feed.defs#blockedPost", "uri": uri, "blocked": True, "author": {"did": _did(uri)}}
    kept = network.kept(uri)
    if kept is None:
        return {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri, "notFound": True}
    return {"$type": "app.bsky.feed.defs#postView", **post_view(network, kept)}


def _image(preset: str, did: str, image: dict[str, Any]) -> str:
    return f"{CDN}/{preset}/plain/{did}/{image['image']['ref']['$link']}@jpeg"


def _label(uri: str, val: str, src: str = "did:plc:ar7c4by46qjdydhdevvrndac") -> dict[str, Any]:
    return {"src": src, "uri": uri, "val": val, "cts": "2026-01-01T00:00:00.000Z"}


def _did(uri: str) -> str:
    return uri.split("/")[2]
