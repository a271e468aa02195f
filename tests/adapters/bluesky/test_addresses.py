"""What is an address of this kind, and the account it leads to."""

from __future__ import annotations

import pytest

from bridge.adapters.bluesky.adapter import Bluesky
from bridge.adapters.bluesky.names import page, read_record, read_typed, written
from bridge.model.errors import SourceGone, SourceLocked, SourceMissing, SourceStrange
from tests.adapters.bluesky.conftest import adapter
from tests.fakes.bluesky import MONDAY, FakeBluesky
from tests.fakes.bluesky.state import Account, tid

PLC = "did:plc:abcdefghijklmnopqrstuvwx"

CLAIMS = [
    ("ana.bsky.social", "ana.bsky.social"),
    ("  Ana.Bsky.Social ", "ana.bsky.social"),
    ("@ana.bsky.social", "ana.bsky.social"),
    ("https://ana.bsky.social", "ana.bsky.social"),
    ("https://ana.bsky.social/", "ana.bsky.social"),
    ("@ana.example.org", "ana.example.org"),
    ("@Ana.Example.Org", "ana.example.org"),
    ("@xn--bcher-kva.example.org", "xn--bcher-kva.example.org"),
    ("https://bsky.app/profile/ana.example.org", "ana.example.org"),
    ("https://BSKY.app/profile/ana.example.org/", "ana.example.org"),
    ("http://www.bsky.app/profile/ana.example.org?ref=x#top", "ana.example.org"),
    (f"https://bsky.app/profile/{PLC}", PLC),
    (f"https://bsky.app/profile/{PLC.replace(':', '%3A')}", PLC),
    ("https://bsky.app/profile/ana.example.org/post/3kabcdefghij2", "ana.example.org"),
    (f"at://{PLC}", PLC),
    (f"at://{PLC}/app.bsky.feed.post/3kabcdefghij2", PLC),
    ("at://ana.example.org", "ana.example.org"),
    (PLC, PLC),
    ("did:web:ana.example.org", "did:web:ana.example.org"),
    ("did:web:localhost%3A8080", "did:web:localhost%3A8080"),
]

NO_CLAIMS = [
    "", "@", "ana", "@ana", "ana.example.org", "https://ana.example.org", "@ana@social.example",
    "@ana.example.org@b",
    "bsky.social", "@ana.invalid", "@handle.invalid", "@ana.localhost", "@ana.onion", "@-ana.example.org",
    "@ana..example.org", "@ana.123", "@ana_b.example.org", "@" + "a" * 64 + ".example.org", "@ana.example.org/x",
    "https://bsky.app", "https://bsky.app/profile/", "https://bsky.app/profile/ana", "https://bsky.app/profile/x y",
    "https://bsky.app/profile/ana.example.org/rss", "https://bsky.app/profile/ana.example.org/feed/abc",
    "https://bsky.app/profile/ana.example.org/lists/abc", "https://bsky.app.example.org/profile/ana.example.org",
    "https://example.org/https://bsky.app/profile/ana.example.org", "ftp://bsky.app/profile/ana.example.org",
    "did:plc:short", "did:plc:ABCDEFGHIJKLMNOPQRSTUVWX", "did:key:zabc", "did:web:ana.example.org:path",
    "at://", "at://ana", "#gardens", "@ana.example.org\nx", "a.bsky.social.example.org",
    "\ud800", "@\u0000.example.org",
]  # fmt: skip


@pytest.mark.parametrize(("typed", "actor"), CLAIMS)
def test_an_address_of_an_account_is_claimed(typed: str, actor: str) -> None:
    assert read_typed(typed) == actor


@pytest.mark.parametrize("typed", NO_CLAIMS)
def test_any_other_is_left_to_others(typed: str) -> None:
    assert read_typed(typed) is None


async def test_the_adapter_claims_before_feeds_do(appview: Bluesky) -> None:
    assert appview.claims("@ana.example.org")
    assert not appview.claims("ana.example.org")
    assert appview.claim_order == 20


async def test_a_handle_leads_to_its_account(source: Bluesky, ana: Account) -> None:
    (found,) = await source.resolve("@ana.example.org")

    assert (found.key, found.name, found.title) == (ana.did, "ana.example.org", "Ana")
    assert found.home == "https://bsky.app/profile/ana.example.org"


async def test_a_did_a_page_and_an_address_lead_there_too(source: Bluesky, ana: Account) -> None:
    post = ana.post("Hello")

    for typed in (ana.did, post.uri, f"https://bsky.app/profile/{ana.did}/post/{post.uri[-13:]}"):
        assert [found.key for found in await source.resolve(typed)] == [ana.did]


async def test_a_picture_is_told_where_it_has_an_https_address(appview: Bluesky, pds: Bluesky, ana: Account) -> None:
    ana.call("Ana", picture="a face")

    (by_appview,), (by_pds,) = await appview.resolve(ana.did), await pds.resolve(ana.did)

    assert by_appview.picture is not None
    assert by_appview.picture.startswith("https://cdn.example.org/img/avatar/plain/did:plc:")
    assert by_pds.picture is None  # the fake PDS has no TLS


async def test_an_account_without_a_profile_is_called_by_its_handle(source: Bluesky, fake: FakeBluesky) -> None:
    bo = fake.network.account("bo.example.org")

    (found,) = await source.resolve(bo.did)

    assert (found.name, found.title, found.picture) == ("bo.example.org", "bo.example.org", None)


async def test_a_handle_that_does_not_hold_is_not_told(source: Bluesky, ana: Account) -> None:
    ana.handle_holds = False

    (found,) = await source.resolve(ana.did)

    assert (found.name, found.title) == (ana.did, "Ana")


async def test_the_handles_own_host_is_asked_where_the_server_does_not_know(
    source: Bluesky, ana: Account, fake: FakeBluesky
) -> None:
    fake.told_by_hosts["ana.example.org"] = f"{ana.did}\nmore"

    assert [found.key for found in await source.resolve("@ana.example.org")] == [ana.did]


@pytest.mark.parametrize("told", ["", "did:nothing", "<html>", "x" * 5_000])
async def test_a_handle_that_nobody_has_is_missing(source: Bluesky, fake: FakeBluesky, told: str) -> None:
    fake.told_by_hosts["cy.example.org"] = told

    with pytest.raises(SourceMissing):
        await source.resolve("@cy.example.org")


async def test_a_pds_believes_a_handle_only_with_the_document(pds: Bluesky, ana: Account) -> None:
    ana.known_as = ["other.example.org"]

    with pytest.raises(SourceStrange):
        await pds.resolve("@ana.example.org")


async def test_a_did_of_the_web_has_its_document_at_its_host(fake: FakeBluesky) -> None:
    bo = fake.network.account("bo.example.org", "Bo", did="did:web:bo.example.org")

    (found,) = await adapter(fake, "pds").resolve("@bo.example.org")

    assert found.key == bo.did
    assert ("hosts", "/.well-known/did.json", {}) in fake.calls


async def test_an_account_of_another_pds_is_missing(pds: Bluesky) -> None:
    with pytest.raises(SourceMissing):
        await pds.resolve(PLC)


@pytest.mark.parametrize("status", ["takendown", "deactivated"])
async def test_what_was_taken_down_or_closed_may_come_back(source: Bluesky, ana: Account, status: str) -> None:
    ana.post("Hello")
    first = await source.look(ana.did, "")
    ana.status = status

    with pytest.raises(SourceMissing):
        await source.look(ana.did, first.state)
    with pytest.raises(SourceMissing):
        await source.resolve(ana.did)

    ana.status = ""
    back = await source.look(ana.did, first.state)
    assert (back.items, back.gone) == ((), ())


async def test_a_did_that_was_given_up_is_gone_for_good(source: Bluesky, ana: Account) -> None:
    ana.gone = True

    with pytest.raises(SourceGone):
        await source.look(ana.did, "")


async def test_who_wants_to_be_seen_by_those_signed_in_is_not_shown(appview: Bluesky, ana: Account) -> None:
    ana.post("Hello")
    ana.labels = ["!no-unauthenticated"]

    with pytest.raises(SourceLocked):
        await appview.resolve(ana.did)
    with pytest.raises(SourceLocked):
        await appview.look(ana.did, "")


async def test_a_key_that_is_no_did_is_missing(source: Bluesky, fake: FakeBluesky) -> None:
    with pytest.raises(SourceMissing):
        await source.look("../../x", "")
    with pytest.raises(SourceMissing):
        await source.resolve("nothing")

    assert fake.calls == []


def test_a_record_key_tells_when_it_was_written() -> None:
    assert written(tid(MONDAY)) == MONDAY
    assert written("self") is None
    assert written("zzzzzzzzzzzzz") is None


@pytest.mark.parametrize("uri", [f"at://{PLC}", f"at://{PLC}/a.b.c/..", f"at://{PLC}/a.b.c/x y", "at://x.org/a.b.c/d"])
def test_an_address_without_a_record_or_an_owner_names_none(uri: str) -> None:
    assert read_record(uri) is None


def test_pages_stay_the_same_when_a_handle_changes() -> None:
    record = read_record(f"at://{PLC}/app.bsky.feed.post/3kabcdefghij2")

    assert record is not None
    assert page(record) == f"https://bsky.app/profile/{PLC}/post/3kabcdefghij2"
