"""Files that people attach: fetched from Discord's own hosts and nowhere else, and no bigger than they may be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from bridge.adapters.discord.rest.files import Files, FileUnread
from bridge.model.errors import FILES, BadInput, FileTooBig, TooManyFiles
from bridge.model.post import Upload
from tests.adapters.discord.servers import discord
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord import shapes as shapes

__all__ = ["discord"]

PNG = b"\x89PNG\r\n\x1a\n" + b"board"
LIMIT = 1000


@pytest.fixture
async def files(discord: FakeDiscord) -> AsyncIterator[Files]:
    files = Files(discord.api, LIMIT)
    yield files
    await files.close()


def told(discord: FakeDiscord, name: str = "board.png", data: bytes = PNG, **more: Any) -> dict[str, Any]:
    """An attachment object as an interaction or a message brings it."""
    return shapes.attachment(discord.store("300", name, data)) | more


async def test_a_file_comes_with_its_bytes_and_its_description(discord: FakeDiscord, files: Files) -> None:
    given = told(discord, description="A green build board")

    assert await files.uploads([given]) == (Upload("board.png", PNG, "A green build board"),)


async def test_what_was_typed_beside_it_goes_before_what_stands_in_it(discord: FakeDiscord, files: Files) -> None:
    [upload] = await files.uploads([told(discord, description="image0", alt="A green build board")])

    assert upload.alt == "A green build board"


async def test_several_keep_their_order(discord: FakeDiscord, files: Files) -> None:
    given = [told(discord, f"{number}.bin", bytes([number])) for number in range(4)]

    assert [(one.name, one.data) for one in await files.uploads(given)] == [
        (f"{number}.bin", bytes([number])) for number in range(4)
    ]


async def test_nothing_is_nothing(files: Files) -> None:
    assert await files.uploads([]) == ()


async def test_five_are_too_many(discord: FakeDiscord, files: Files) -> None:
    with pytest.raises(TooManyFiles, match="5"):
        await files.uploads([told(discord, f"{number}.png") for number in range(5)])


async def test_a_file_that_is_too_big_is_not_even_fetched(discord: FakeDiscord, files: Files) -> None:
    given = told(discord, "film.mp4", size=LIMIT + 1, url="https://example.org/film.mp4")

    with pytest.raises(FileTooBig, match=r"film\.mp4 is too big"):
        await files.uploads([given])


@pytest.mark.parametrize("size", [10, 0, None, "10"])
async def test_a_file_that_is_bigger_than_it_says_is_cut_off(discord: FakeDiscord, files: Files, size: object) -> None:
    with pytest.raises(FileTooBig):
        await files.uploads([told(discord, "big.png", b"x" * (LIMIT + 1), size=size)])


async def test_a_file_that_may_just_come_does(discord: FakeDiscord, files: Files) -> None:
    [upload] = await files.uploads([told(discord, data=b"x" * LIMIT)])

    assert len(upload.data) == LIMIT


async def test_a_link_that_is_over_is_a_mistake_that_names_the_file(discord: FakeDiscord, files: Files) -> None:
    """Discord's links are signed, and good for a day."""
    given = told(discord)
    discord.files.clear()

    with pytest.raises(FileUnread, match=r"the file board\.png from Discord\. Attach it again") as refused:
        await files.uploads([given])

    assert refused.value.field == FILES


@pytest.mark.parametrize(
    "url",
    [
        "", None, 7, "board.png", "/attachments/1/2/board.png", "https://[", "file:///etc/passwd",
        "https://example.org/board.png", "http://cdn.discordapp.com/attachments/1/2/board.png",
        "https://cdn.discordapp.com.example.org/x.png", "https://evil-cdn.discordapp.com/x.png",
        "https://cdn.discordapp.com:8443/x.png", "https://ana:x@cdn.discordapp.com/x.png",
        "https://ana@cdn.discordapp.com/x.png", "http://cdn.discordapp.com:443/x.png",
        "https://cdn.discordapp.com@example.org/x.png", "http://127.0.0.1:9/x.png", "http://169.254.169.254/latest",
    ],
)  # fmt: skip
async def test_from_anywhere_else_nothing_is_fetched(discord: FakeDiscord, files: Files, url: object) -> None:
    assert files._own(str(url)) is None

    with pytest.raises(FileUnread):
        await files.uploads([told(discord, url=url)])

    assert files._session is None, "a connection was begun"


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.discordapp.com/attachments/1/2/a%20b.png?ex=1&is=2&hm=3",
        "https://media.discordapp.net/ephemeral-attachments/1/2/a.png",
    ],
)
def test_discords_own_hosts_are_taken_as_they_sign(files: Files, url: str) -> None:
    own = files._own(url)

    assert own is not None
    assert str(own) == url


async def test_a_redirect_leads_nowhere(files: Files, discord: FakeDiscord) -> None:
    async def elsewhere(request: web.Request) -> web.Response:
        raise web.HTTPFound("https://cdn.discordapp.com/other.png")

    app = web.Application()
    app.router.add_get("/{rest:.*}", elsewhere)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    root = f"http://127.0.0.1:{runner.addresses[0][1]}"
    beside = Files(f"{root}/api/v10", LIMIT)

    with pytest.raises(FileUnread):
        await beside.uploads([told(discord, url=f"{root}/a.png")])

    await beside.close()
    await runner.cleanup()


async def test_a_line_that_breaks_is_a_mistake_too(discord: FakeDiscord) -> None:
    nobody = Files("http://127.0.0.1:9/api/v10", LIMIT)

    with pytest.raises(FileUnread):
        await nobody.uploads([told(discord, url="http://127.0.0.1:9/a.png")])

    await nobody.close()


async def test_after_closing_nothing_is_fetched(discord: FakeDiscord, files: Files) -> None:
    await files.uploads([told(discord)])
    await files.close()

    with pytest.raises(BadInput):
        await files.uploads([told(discord)])


@pytest.mark.parametrize("name", [None, "", 7])
async def test_a_file_without_a_name_is_called_one(discord: FakeDiscord, files: Files, name: object) -> None:
    [upload] = await files.uploads([told(discord, filename=name)])

    assert upload.name == "file"
