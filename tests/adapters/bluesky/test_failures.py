"""Servers that fail, and servers that send anything at all: a SourceFailure, or a look."""

from __future__ import annotations

import asyncio
import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.adapters.bluesky import views
from bridge.adapters.bluesky.adapter import Bluesky
from bridge.adapters.bluesky.records import Shelf, read_entry
from bridge.model import errors
from bridge.model.source import SourceItem
from tests.adapters.bluesky.conftest import WAYS, adapter
from tests.fakes.bluesky import MONDAY, FakeBluesky
from tests.fakes.bluesky.faults import Fault
from tests.fakes.bluesky.state import POST, Account
from tests.fakes.bluesky.tables import METHODS, mistake

FAULTS = [
    (Fault.RATE("30"), errors.SourceThrottled),
    (Fault(status=400, error="InvalidRequest"), errors.SourceMissing),
    (Fault(status=401, error="AuthMissing"), errors.SourceLocked),
    (Fault(status=404), errors.SourceMissing),
    (Fault(status=500), errors.SourceAnswered),
    (Fault(status=502, error="UpstreamFailure"), errors.SourceAnswered),
    (Fault.HTML, errors.SourceStrange),
    (Fault(body=b""), errors.SourceStrange),
    (Fault(body=b"[]"), errors.SourceStrange),
    (Fault(body=b"{"), errors.SourceStrange),
    (Fault(body=b"\xff\xfe"), errors.SourceStrange),
    (Fault(body=b"{}"), errors.SourceStrange),
    (Fault(body=b'{"feed": {}, "records": 7}'), errors.SourceStrange),
    (Fault(body=b'{"feed": [], "records": [], "cursor": "' + b"x" * 300 + b'"}'), errors.SourceStrange),
    (Fault(body=b'{"feed": [], "records": [], "cursor": "\\ud800"}'), errors.SourceStrange),
    (Fault(body=b"[" * 100_000), errors.SourceStrange),
    (Fault(body=b'{"a":' * 100_000), errors.SourceStrange),
    (Fault(body=b'{"a": ' + b"9" * 10_000 + b"}"), errors.SourceStrange),
    (Fault(body=b" " * 6_000_000), errors.SourceTooBig),
]


@pytest.mark.parametrize(("fault", "failure"), FAULTS)
async def test_a_fault_is_told_as_what_it_is(
    source: Bluesky, ana: Account, fake: FakeBluesky, fault: Fault, failure: type[errors.SourceFailure]
) -> None:
    fake.faults.next("*", fault)

    with pytest.raises(failure):
        await source.look(ana.did, "")


async def test_a_connection_that_is_cut(source: Bluesky, ana: Account, fake: FakeBluesky) -> None:
    fake.faults.next("*", Fault.CUT)

    with pytest.raises(errors.SourceFailure):
        await source.look(ana.did, "")


async def test_an_answer_that_takes_too_long(ana: Account, fake: FakeBluesky, way: str) -> None:
    fake.faults.next("*", Fault(seconds=5))

    with pytest.raises(errors.SourceSlow):
        await adapter(fake, way, seconds=0.1).look(ana.did, "")


async def test_a_failed_look_changes_nothing(source: Bluesky, ana: Account, fake: FakeBluesky) -> None:
    first = await source.look(ana.did, "")
    ana.post("New")
    fake.faults.next("*", Fault(status=500))
    with pytest.raises(errors.SourceAnswered):
        await source.look(ana.did, first.state)

    assert len((await source.look(ana.did, first.state)).items) == 1


async def test_an_appview_that_forgets_everything_at_once_is_asked_again(
    appview: Bluesky, ana: Account, fake: FakeBluesky
) -> None:
    ana.post("Hello")
    first = await appview.look(ana.did, "")
    ana.status = "deactivated"  # its feed is empty then, and is no error

    with pytest.raises(errors.SourceMissing):
        await appview.look(ana.did, first.state)


async def test_a_profile_that_is_somebody_elses_is_strange(appview: Bluesky, ana: Account, fake: FakeBluesky) -> None:
    fake.faults.next("app.bsky.actor.getProfile", Fault(body=b'{"did": "did:plc:abcdefghijklmnopqrstuvwx"}'))

    with pytest.raises(errors.SourceStrange):
        await appview.resolve(ana.did)


async def test_a_picture_that_is_none_or_too_big(pds: Bluesky, ana: Account) -> None:
    ana.post("Look", embed=ana.images(("x" * 100, "")))
    (picture,) = (await pds.look(ana.did, "")).items[0].media

    with pytest.raises(errors.SourceTooBig):
        await pds.fetch(picture.url, 99)
    with pytest.raises(errors.SourceStrange):
        await pds.fetch(pds._reader.server.root + f"/xrpc/com.atproto.repo.describeRepo?repo={ana.did}", 1_000_000)


@pytest.mark.parametrize(
    ("method", "query"),
    [
        ("app.bsky.feed.getAuthorFeed", {}),
        ("app.bsky.feed.getAuthorFeed", {"actor": "ana"}),
        ("app.bsky.feed.getAuthorFeed", {"actor": "ana.example.org", "limit": "0"}),
        ("app.bsky.feed.getAuthorFeed", {"actor": "ana.example.org", "limit": "101"}),
        ("app.bsky.feed.getAuthorFeed", {"actor": "ana.example.org", "filter": "all"}),
        ("app.bsky.feed.getAuthorFeed", {"actor": "ana.example.org", "min_id": "3"}),
        ("app.bsky.actor.getProfile", {"actor": "ana.example.org", "cursor": ""}),
    ],
)
def test_the_fake_refuses_what_no_lexicon_has(method: str, query: dict[str, str]) -> None:
    assert mistake(METHODS["appview"][method], list(query.items()))


junk = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=8),
        st.sampled_from(["\ud800", "at://x", "https://example.org", "did:plc:abcdefghijklmnopqrstuvwx", "9" * 40]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["uri", "$type", "val", "did", "src", "record", "text"]), inner, max_size=3),
    ),
    max_leaves=6,
)


def places(found: object, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    return [at, *(place for key, value in inner for place in places(value, (*at, key)))]


def changed(found: Any, at: tuple[Any, ...], value: object) -> Any:
    if not at:
        return value
    whole = inner = copy.deepcopy(found)
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = value
    return whole


async def _rich(way: str) -> tuple[str, list[Any]]:
    """Entries as the servers tell them, of all kinds."""
    async with FakeBluesky() as fake:
        ana, bo = fake.network.account("ana.example.org", "Ana"), fake.network.account("bo.example.org", "Bo")
        theirs = bo.post("Theirs", langs=["de"], tags=["x"], labels={"values": [{"val": "porn"}]})
        link = {"$type": "app.bsky.richtext.facet#link", "uri": "https://example.org/"}
        facets = [{"index": {"byteStart": 0, "byteEnd": 3}, "features": [link]}]
        quote = {"$type": "app.bsky.embed.record", "record": theirs.reference()}
        ana.post("One", facets=facets, embed=ana.images(("x", "An x")))
        ana.post(
            "Two", embed={"$type": "app.bsky.embed.recordWithMedia", "record": quote, "media": ana.images(("y", ""))}
        )
        ana.post("Three", embed={"$type": "app.bsky.embed.video", "video": ana.blob("z", "video/mp4")})
        external = {"uri": "https://example.org/", "title": "T", "description": ""}
        ana.reply(theirs, "Four", embed={"$type": "app.bsky.embed.external", "external": external})
        ana.repost(theirs)
        if way == "appview":
            return ana.did, fake._getAuthorFeed("", {"actor": ana.did})["feed"]
        found = [fake._listRecords("", {"repo": ana.did, "collection": each}) for each in ana.records]
        return ana.did, [record for each in found for record in each["records"]]


RICH = {way: asyncio.run(_rich(way)) for way in WAYS}


@settings(max_examples=300)
@given(st.sampled_from(WAYS), st.data())
def test_whatever_an_entry_holds_it_becomes_an_item_or_nothing(way: str, data: st.DataObject) -> None:
    did, entries = RICH[way]
    entry = data.draw(st.sampled_from(entries))
    for _ in range(data.draw(st.integers(1, 3))):
        entry = changed(entry, data.draw(st.sampled_from(places(entry))), data.draw(junk))

    read = views.read_entry(entry, did) if way == "appview" else read_entry(entry, Shelf(did, "https://x", MONDAY))

    if read is not None and read.item is not None:
        item = read.item
        assert isinstance(item, SourceItem)
        assert item.id.startswith(f"at://{did}/")
        assert " " not in read.name
        assert all(media.url.startswith(("https://", "http://")) for media in item.media)
        json.dumps([item.id, item.language, item.warning, item.author, item.link]).encode()


@pytest.mark.parametrize("way", WAYS)
def test_an_entry_of_somebody_else_is_none(way: str) -> None:
    _, entries = RICH[way]
    other = "did:plc:abcdefghijklmnopqrstuvwx"

    read = [
        views.read_entry(e, other) if way == "appview" else read_entry(e, Shelf(other, "x", MONDAY)) for e in entries
    ]

    assert read == [None] * len(entries)


async def test_a_feed_of_junk_is_a_look_all_the_same(source: Bluesky, ana: Account, fake: FakeBluesky) -> None:
    ana.post("Hello")
    body = json.dumps({"feed": [None, 7, {}, {"post": {"uri": f"at://{ana.did}/{POST}/"}}], "records": [{}, "x", []]})
    fake.faults.next("*", Fault(body=body.encode()), Fault(body=body.encode()))

    assert (await source.look(ana.did, "")).items == ()
