"""From an address to a source: by WebFinger, on the right server, under the account's own name."""

from __future__ import annotations

import pytest

from bridge.adapters.mastodon.adapter import Mastodon
from bridge.model.clock import FixedClock
from bridge.model.errors import (
    SourceGone,
    SourceLocked,
    SourceMissing,
    SourceStrange,
    SourceThrottled,
)
from bridge.model.source import Found
from tests.adapters.mastodon.stage import adapter
from tests.fakes.mastodon import FakeMastodon, Person

ANA = Found(
    key="acct:ana@social.example#social.example/100",
    name="@ana@social.example",
    title="Ana Example",
    home="https://social.example/@ana",
    picture="https://social.example/avatars/ana.png",
)


@pytest.mark.parametrize(
    "typed",
    [
        "@ana@social.example",
        "@ANA@social.example",
        "https://social.example/@ana",
        "https://social.example/@ana/109302436954721982",
        "https://social.example/users/ana",
    ],
)
async def test_somebody_is_found_by_every_address_of_theirs(source: Mastodon, ana: Person, typed: str) -> None:
    assert await source.resolve(typed) == (ANA,)


@pytest.mark.parametrize("typed", ["#Python@social.example", "https://social.example/tags/python"])
async def test_a_tag_is_found_as_its_server_sees_it(source: Mastodon, typed: str) -> None:
    assert await source.resolve(typed) == (
        Found(
            "tag:python#social.example", "#python@social.example", "#python", "https://social.example/tags/python", None
        ),
    )


@pytest.mark.parametrize("typed", ["@ana@example.org", "https://social.example.org/@ana"])
async def test_the_name_may_have_another_domain_than_the_server(clock: FixedClock, typed: str) -> None:
    async with FakeMastodon(clock, "social.example.org", domain="example.org") as server:
        ana = server.person("Ana")

        (found,) = await adapter(clock, server).resolve(typed)

    assert found.name == "@ana@example.org"
    assert found.key == f"acct:ana@example.org#social.example.org/{ana.id}"


async def test_a_domain_that_does_not_agree_lends_its_name_to_nobody(clock: FixedClock) -> None:
    async with (
        FakeMastodon(clock, "good.example") as good,
        FakeMastodon(clock, "evil.example", domain="good.example") as evil,
    ):
        good.person("ana")
        evil.person("ana")

        (found,) = await adapter(clock, evil, good).resolve("https://evil.example/@ana")

    assert found.name == "@ana@evil.example"


async def test_a_picture_that_is_not_sent_safely_is_left_out(source: Mastodon, ana: Person) -> None:
    ana.avatar = "http://social.example/ana.png"

    (found,) = await source.resolve("@ana@social.example")

    assert found.picture is None


async def test_somebody_without_a_title_is_called_by_their_name(source: Mastodon, server: FakeMastodon) -> None:
    server.person("bo", "  \n ")

    (found,) = await source.resolve("@bo@social.example")

    assert found.title == "@bo@social.example"


async def test_whom_a_server_does_not_know_is_missing(source: Mastodon, ana: Person) -> None:
    with pytest.raises(SourceMissing):
        await source.resolve("@bo@social.example")


@pytest.mark.parametrize("typed", ["https://social.example/@ana", "https://social.example/tags/python"])
@pytest.mark.parametrize("fault", ["html", "junk", "404", "403", "500"])
async def test_a_page_that_only_looks_like_ours_is_left_to_whoever_reads_pages(
    source: Mastodon, server: FakeMastodon, typed: str, fault: str
) -> None:
    server.fail(fault, times=9)

    with pytest.raises(SourceStrange) as caught:
        await source.resolve(typed)

    assert caught.value.params["reason"] == "it does not speak Mastodon's API"


async def test_a_server_of_another_kind_is_strange(source: Mastodon, server: FakeMastodon, ana: Person) -> None:
    server.fail("404", path="/api/")

    with pytest.raises(SourceStrange):
        await source.resolve("@ana@social.example")


async def test_a_domain_without_webfinger_may_still_be_a_server(
    source: Mastodon, server: FakeMastodon, ana: Person
) -> None:
    server.fail("html", path="webfinger")

    assert await source.resolve("@ana@social.example") == (ANA,)


async def test_who_is_too_busy_is_not_taken_for_another_kind(
    source: Mastodon, server: FakeMastodon, ana: Person
) -> None:
    server.fail("429", path="/api/")

    with pytest.raises(SourceThrottled) as caught:
        await source.resolve("https://social.example/@ana")

    assert caught.value.seconds > 0


async def test_a_suspended_account_is_gone(source: Mastodon, server: FakeMastodon, ana: Person) -> None:
    server.suspend(ana)

    with pytest.raises(SourceGone):
        await source.resolve("@ana@social.example")


async def test_a_locked_server_opens_for_its_token_which_goes_nowhere_else(
    clock: FixedClock, server: FakeMastodon, ana: Person
) -> None:
    server.locked, server.tokens = True, {"open-sesame"}
    stranger = adapter(clock, server)
    friend = adapter(clock, server, tokens="social.example open-sesame")
    other = adapter(clock, server, tokens="other.example open-sesame")

    with pytest.raises(SourceLocked):
        await stranger.resolve("@ana@social.example")
    with pytest.raises(SourceLocked):
        await other.resolve("#python@social.example")
    assert await friend.resolve("@ana@social.example") == (ANA,)
    assert [call.token for call in server.asked("webfinger")] == ["", ""]


async def test_who_has_moved_is_found_where_they_are_now(clock: FixedClock, server: FakeMastodon, ana: Person) -> None:
    async with FakeMastodon(clock, "new.example") as new:
        new.person("ana", "Ana anew")
        server.move(ana, "ana@new.example")

        (found,) = await adapter(clock, server, new).resolve("@ana@social.example")

    assert found.name == "@ana@new.example"
