"""Files in from Slack, and pictures out to it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bridge.adapters.slack.web import files
from bridge.adapters.slack.web.api import Api
from bridge.adapters.slack.web.files import FileElsewhere, FileUnread, Pictures, named_only, uploads
from bridge.model.card import Card
from bridge.model.clock import FixedClock
from bridge.model.errors import BadInput, FileTooBig, TooManyFiles
from bridge.model.post import Attachment, MediaKind, Upload
from bridge.model.secret import Secret
from tests.adapters.slack.workspace import MemoryMedia, MemoryVault, acme, api, slack
from tests.fakes.slack import FakeSlack, Fault, Team

__all__ = ["acme", "api", "slack"]

PNG = b"\x89PNG\r\n\x1a\n" + b"board"
LIMIT = 8 * 1024 * 1024


# In.


async def hosted(acme: Team, name: str = "board.png", data: bytes = PNG, **more: Any) -> dict[str, Any]:
    """A file of Ana's as an event tells of it."""
    made = await acme.upload("U1", name, data)
    made.shared.append("C1")
    return {**made.shown(), **more}


async def test_a_file_comes_with_its_bytes_and_its_description(acme: Team, api: Api) -> None:
    told = await hosted(acme, alt_txt="A green build board")

    assert await uploads(api, [told], LIMIT) == (Upload("board.png", PNG, "A green build board"),)


async def test_a_file_that_is_too_big_is_not_even_fetched(slack: FakeSlack, acme: Team, api: Api) -> None:
    with pytest.raises(FileTooBig, match=r"film\.mp4 is too big"):
        await uploads(api, [await hosted(acme, "film.mp4", size=LIMIT + 1)], LIMIT)

    assert slack.called("files-pri") == []


async def test_a_file_that_is_bigger_than_it_says_is_cut_off(acme: Team, api: Api) -> None:
    with pytest.raises(FileUnread, match=r"big\.png"):
        await uploads(api, [await hosted(acme, "big.png", PNG * 1000, size=10)], 100)


REFUSED = [
    ({"mode": "external", "is_external": True}, FileElsewhere),
    ({"mode": "quip"}, FileElsewhere),
    ({"mode": "hidden_by_limit"}, FileUnread),
    ({"url_private": "https://example.com/a.png", "url_private_download": ""}, FileUnread),
    ({"url_private": None, "url_private_download": None}, FileUnread),
]


@pytest.mark.parametrize(("how", "error"), REFUSED)
async def test_a_file_that_cannot_be_had_is_named(
    acme: Team, api: Api, how: dict[str, Any], error: type[BadInput]
) -> None:
    with pytest.raises(error, match=r"board\.png"):
        await uploads(api, [await hosted(acme, **how)], LIMIT)


PAGE = b"\xef\xbb\xbf\n<!DOCTYPE html><html>Sign in</html>"


@pytest.mark.parametrize("name", ["board.png", "report.pdf", "page.html"])
async def test_a_page_that_asks_to_sign_in_is_not_the_file(acme: Team, api: Api, name: str) -> None:
    with pytest.raises(FileUnread):
        await uploads(api, [await hosted(acme, name, PAGE, size=8_000)], LIMIT)


@pytest.mark.parametrize("name", ["page.html", "index.php"])
async def test_a_page_that_somebody_attached_is_taken_for_what_it_is(acme: Team, api: Api, name: str) -> None:
    [upload] = await uploads(api, [await hosted(acme, name, PAGE)], LIMIT)

    assert upload.data == PAGE


async def test_a_deleted_file_is_left_out(acme: Team, api: Api) -> None:
    assert await uploads(api, [{"id": "F9", "mode": "tombstone"}, await hosted(acme)], LIMIT) == (
        Upload("board.png", PNG),
    )


async def test_five_files_are_too_many(acme: Team, api: Api) -> None:
    with pytest.raises(TooManyFiles, match="5 attachments"):
        await uploads(api, [await hosted(acme, f"{n}.png") for n in range(5)], LIMIT)


async def test_a_file_known_by_its_id_alone_is_looked_up(acme: Team, api: Api) -> None:
    told = {"id": (await hosted(acme))["id"], "file_access": "check_file_info"}

    assert [file.name for file in await uploads(api, [told], LIMIT)] == ["board.png"]


async def test_without_the_permission_nothing_is_fetched(slack: FakeSlack, acme: Team, clock: FixedClock) -> None:
    acme.scopes -= {"files:read"}
    api = Api(Secret(acme.bot_token), slack.base, clock)
    await api.open()

    assert await uploads(api, [await hosted(acme, f"{n}.png") for n in range(5)], LIMIT) == ()
    assert slack.called("files-pri") == []

    await api.close()


def test_what_no_message_shows_is_named() -> None:
    files = [
        {"name": "board.png", "mimetype": "image/png"},
        {"name": "report.pdf", "mimetype": "application/pdf"},
        {"name": "logo.svg", "mimetype": "image/svg+xml"},
        {"name": "photo.webp", "mimetype": "image/webp"},
        {"name": "gone.pdf", "mimetype": "application/pdf", "mode": "tombstone"},
    ]

    assert named_only(files, {"files:write"}) == ["report.pdf", "logo.svg", "photo.webp"]
    assert named_only(files, set()) == ["board.png", "report.pdf", "logo.svg", "photo.webp"]


# Out.


@pytest.fixture
def media() -> MemoryMedia:
    return MemoryMedia()


@pytest.fixture
def vault() -> MemoryVault:
    return MemoryVault()


@pytest.fixture
async def gallery(api: Api, vault: MemoryVault, media: MemoryMedia, clock: FixedClock) -> AsyncIterator[Pictures]:
    pictures = Pictures(api, vault, media, clock)
    yield pictures
    await pictures.close()


def picture(media: MemoryMedia, data: bytes = PNG, mime: str = "image/png") -> Attachment:
    digest = hashlib.sha256(data).hexdigest()
    media.kept[digest] = data
    return Attachment(digest, "board.png", MediaKind.PICTURE, mime, len(data), "A green build board")


async def test_a_picture_is_uploaded_once_with_its_description(
    slack: FakeSlack, acme: Team, gallery: Pictures, media: MemoryMedia
) -> None:
    card = Card(media=(picture(media),))

    first = await gallery.shown(card)
    again = await gallery.shown(card)

    [file] = acme.files.values()
    assert first == again == {card.media[0].digest: file.id}
    assert (file.uploaded, file.alt, file.complete, file.shared) == (PNG, "A green build board", True, [])
    assert len(slack.called("files.getUploadURLExternal")) == 1


async def test_an_uploaded_picture_is_known_after_a_restart(
    slack: FakeSlack, api: Api, gallery: Pictures, vault: MemoryVault, media: MemoryMedia, clock: FixedClock
) -> None:
    card = Card(media=(picture(media),))
    first = await gallery.shown(card)

    assert await Pictures(api, vault, media, clock).shown(card) == first
    assert len(slack.called("files.getUploadURLExternal")) == 1


async def test_many_places_at_once_upload_it_once(slack: FakeSlack, gallery: Pictures, media: MemoryMedia) -> None:
    card = Card(media=(picture(media),))

    found = await asyncio.gather(*[gallery.shown(card) for _ in range(5)])

    assert all(found)
    assert len(slack.called("files.getUploadURLExternal")) == 1


async def test_a_picture_is_shown_only_once_slack_has_looked_into_it(
    slack: FakeSlack, acme: Team, gallery: Pictures, media: MemoryMedia, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LOOKS", (0.0,) * 5)
    acme.processing = 3

    assert await gallery.shown(Card(media=(picture(media),)))
    assert len(slack.called("files.info")) == 3


STEPS = ["files.getUploadURLExternal", "upload", "files.completeUploadExternal"]


@pytest.mark.parametrize("step", STEPS)
async def test_a_picture_that_fails_is_left_out_and_tried_again_later(
    slack: FakeSlack, gallery: Pictures, media: MemoryMedia, clock: FixedClock, step: str
) -> None:
    slack.faults.next(step, Fault.HTTP_500)
    card = Card(media=(picture(media),))

    assert await gallery.shown(card) == {}
    assert await gallery.shown(card) == {}
    assert len(slack.called("files.getUploadURLExternal")) == 1

    clock.advance(minutes=11)
    assert await gallery.shown(card)


async def test_a_slow_upload_holds_no_message_up_for_long(
    slack: FakeSlack, gallery: Pictures, media: MemoryMedia, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PATIENCE", 0.01)
    slack.faults.next("files.completeUploadExternal", Fault.SLOW(0.1))
    card = Card(media=(picture(media),))

    first = await gallery.shown(card)
    await asyncio.sleep(0.2)

    assert first == {}
    assert await gallery.shown(card)


async def test_a_picture_no_block_can_show_is_not_uploaded(
    slack: FakeSlack, gallery: Pictures, media: MemoryMedia
) -> None:
    assert await gallery.shown(Card(media=(picture(media, mime="image/webp"),))) == {}
    assert slack.called("files.getUploadURLExternal") == []


async def test_pictures_of_joined_updates_count(gallery: Pictures, media: MemoryMedia) -> None:
    assert await gallery.shown(Card(joined=(Card(media=(picture(media),)),)))


async def test_a_picture_slack_would_not_show_is_forgotten_for_a_while(
    slack: FakeSlack, gallery: Pictures, vault: MemoryVault, media: MemoryMedia, clock: FixedClock
) -> None:
    card = Card(media=(picture(media),))
    await gallery.forget(await gallery.shown(card))

    assert await gallery.shown(card) == {}
    assert vault.kept == {}
    clock.advance(minutes=11)
    assert await gallery.shown(card)
