"""From one address to the next: five at most, what moved for good is told, secrets stay behind."""

from __future__ import annotations

import pytest

from bridge.adapters._outside.http import Fetched
from bridge.model.errors import SourceAnswered, SourceForbidden, SourceRound
from tests.fakes.outside import Page, Web

FOUND = Page(b"here")


async def get(web: Web, path: str = "/0", **headers: str) -> Fetched:
    return await web.fetcher().get(web.url(path), accept="*/*", types=("text/",), headers=headers)


def chain(web: Web, *statuses: int) -> None:
    for nth, status in enumerate(statuses):
        web.on(f"/{nth}", Page(status=status, location=f"/{nth + 1}"))
    web.on(f"/{len(statuses)}", FOUND)


CHAINS = [
    ([], ""),
    ([301], "/1"),
    ([308], "/1"),
    ([301, 308, 301], "/3"),
    ([302], ""),
    ([303], ""),
    ([307], ""),
    ([301, 302], ""),
    ([302, 301], ""),
    ([301] * 5, "/5"),
]


@pytest.mark.parametrize(("statuses", "moved"), CHAINS)
async def test_it_is_told_where_something_moved_for_good(web: Web, statuses: list[int], moved: str) -> None:
    chain(web, *statuses)

    fetched = await get(web)

    assert fetched.body == b"here"
    assert fetched.url == web.url(f"/{len(statuses)}")
    assert fetched.moved == (moved and web.url(moved))


async def test_what_moved_and_is_known_already_is_told_too(web: Web) -> None:
    web.on("/0", Page(status=301, location="/1"))
    web.on("/1", Page(b"here", etag='"1"'))

    fetched = await get(web, **{"If-None-Match": '"1"'})

    assert (fetched.status, fetched.moved) == (304, web.url("/1"))


async def test_a_sixth_redirect_is_one_too_many(web: Web) -> None:
    chain(web, *[302] * 6)

    with pytest.raises(SourceRound) as caught:
        await get(web)

    assert caught.value.params == {"host": "blog.test"}
    assert len(web.asked) == 6


async def test_a_circle_ends(web: Web) -> None:
    web.on("/0", Page(status=301, location="/0"))

    with pytest.raises(SourceRound):
        await get(web)

    assert len(web.asked) == 6


@pytest.mark.parametrize("status", [300, 301, 302, 305, 307, 308])
async def test_a_redirect_to_nowhere_is_an_answer_like_any_other(web: Web, status: int) -> None:
    web.on("/0", Page(status=status))

    with pytest.raises(SourceAnswered) as caught:
        await get(web)

    assert caught.value.params == {"host": "blog.test", "status": status}


LOCATIONS = ["/bücher", "/b\u00fccher".encode().decode("latin-1"), "/b%C3%BCcher", "b%C3%BCcher", "/b%C3%BCcher#top"]


@pytest.mark.parametrize("location", LOCATIONS[1:])
async def test_a_location_is_read_as_servers_write_it(web: Web, location: str) -> None:
    web.on("/0", Page(status=302, location=location))
    web.on("/b%C3%BCcher", FOUND)

    assert (await get(web)).body == b"here"


async def test_a_location_in_no_known_script_leads_to_nothing(web: Web) -> None:
    web.on("/0", Page(status=302, location=LOCATIONS[0]))
    web.on("/b%EF%BF%BDcher", FOUND)

    assert (await get(web)).body == b"here"


async def test_a_secret_goes_along_within_a_host(web: Web) -> None:
    web.on("/0", Page(status=302, location="/1"))
    web.on("/1", FOUND)

    await get(web, Authorization="Bearer s3cret")

    assert [asked.headers.get("authorization") for asked in web.asked] == ["Bearer s3cret"] * 2


async def test_a_secret_is_never_told_to_another_host_nor_again_after_it(web: Web) -> None:
    web.on("/0", Page(status=302, location=web.url("/1", "other.test")))
    web.on("/1", Page(status=302, location=web.url("/2", "blog.test")))
    web.on("/2", FOUND)

    await get(web, Authorization="Bearer s3cret", cookie="a=b", **{"If-None-Match": '"1"'})

    assert [asked.headers.get("authorization") for asked in web.asked] == ["Bearer s3cret", None, None]
    assert [asked.headers.get("cookie") for asked in web.asked] == ["a=b", None, None]
    assert [asked.headers.get("if-none-match") for asked in web.asked] == ['"1"'] * 3


async def test_cookies_are_neither_kept_nor_shown(web: Web) -> None:
    web.on("/0", Page(status=302, location="/1", headers={"Set-Cookie": "a=b"}))
    web.on("/1", Page(b"here", headers={"Set-Cookie": "c=d"}))
    fetcher = web.fetcher()

    fetched = await fetcher.get(web.url("/0"), accept="*/*", types=("text/",))
    await fetcher.get(web.url("/0"), accept="*/*", types=("text/",))

    assert "set-cookie" not in fetched.headers
    assert not any("cookie" in asked.headers for asked in web.asked)


async def test_a_redirect_to_another_scheme_is_not_followed(web: Web) -> None:
    web.on("/0", Page(status=302, location="file:///etc/passwd"))

    with pytest.raises(SourceForbidden):
        await get(web)
