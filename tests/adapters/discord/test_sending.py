"""Messages: made once, changed, taken away, and found again after a lost answer."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bridge.adapters.discord.known.rooms import Rooms
from bridge.adapters.discord.rest import api as api_module
from bridge.adapters.discord.rest import bodies as bodies_module
from bridge.adapters.discord.rest.api import Api
from bridge.adapters.discord.rest.bodies import BIGGEST, Bodies
from bridge.adapters.discord.rest.direct import Directs
from bridge.adapters.discord.rest.errors import SearchClosed
from bridge.adapters.discord.rest.sending import MESSAGES, PAGE, Post
from bridge.model import text as t
from bridge.model.card import Action, Card
from bridge.model.clock import FixedClock
from bridge.model.errors import NotYet, Refused, SendFailure, Throttled, Transient, Uncertain, Unreachable, Vanished
from bridge.model.ids import DeliveryId
from bridge.model.pace.told import NOTHING_TOLD, Whose
from bridge.model.place import PlaceKind
from bridge.model.ports import Key
from bridge.model.post import Attachment, MediaKind
from tests.adapters.discord.servers import (
    MemoryMedia,
    api,
    directs,
    discord,
    freely,
    hurried,
    place,
    rooms,
    section,
    vault,
)
from tests.core import MONDAY
from tests.fakes.discord import FakeDiscord, Fault, P
from tests.fakes.discord.pings import mentioned

__all__ = ["api", "directs", "discord", "freely", "hurried", "rooms", "section", "vault"]

CREATE, READ = f"POST {MESSAGES}", f"GET {MESSAGES}"
CHANGE, TAKE = f"PATCH {MESSAGES}/{{message_id}}", f"DELETE {MESSAGES}/{{message_id}}"
KEY = Key(DeliveryId(7_312_000_000_000_000_001), "n1", MONDAY, (3,))
OTHER = Key(DeliveryId(8), "n2", MONDAY, (1,))
THREAD, DIRECT = PlaceKind.THREAD, place("1", PlaceKind.DIRECT)
PNG = b"\x89PNG\r\n\x1a\nboard"


def card(words: str = "Shipping v2") -> Card:
    return Card(text=(t.Plain(words),), actions=(Action("Reply", "reply 1042"),), post=1042)


@pytest.fixture
def media() -> MemoryMedia:
    return MemoryMedia()


@pytest.fixture
def post(api: Api, rooms: Rooms, directs: Directs, media: MemoryMedia) -> Post:
    return Post(api, rooms, directs, Bodies(media))


def shown(discord: FakeDiscord, words: str, channel: str = "300") -> list[bool]:
    """Of each message there, whether it reads so."""
    return [words in text for text in discord.texts(channel)]


async def test_a_message_stands_in_its_channel(discord: FakeDiscord, post: Post) -> None:
    sent = await post.send(place(), card(), KEY)

    [message] = discord.messages("300")
    assert sent.message == message.id
    assert "Shipping v2" in message.text
    assert "[Reply]" in message.text
    assert message.author is discord.bot.user


async def test_a_message_carries_its_nonce_and_its_mark_and_pings_nobody(discord: FakeDiscord, post: Post) -> None:
    await post.send(place(), card("@everyone <@1> <@&201>"), KEY)

    [call] = discord.called(CREATE)
    assert (call.json["nonce"], call.json["enforce_nonce"]) == ("n1", True)
    assert call.json["allowed_mentions"] == {"parse": []}
    assert call.json["embeds"][0]["url"].endswith("#bridge-n1")
    assert discord.pinged == []


async def test_a_repeat_is_the_message_that_stands_there(discord: FakeDiscord, post: Post) -> None:
    first = await post.send(place(), card(), KEY)

    again = await post.send(place(), card("Shipping v3"), KEY)

    assert again.message == first.message
    assert shown(discord, "Shipping v2") == [True]


async def test_a_repeat_of_what_was_deleted_meanwhile_is_done(discord: FakeDiscord, post: Post) -> None:
    await post.send(place(), card(), KEY)
    await post.delete(place(), discord.messages("300")[0].id)

    with pytest.raises(Vanished):
        await post.send(place(), card(), KEY)

    assert discord.messages("300") == []


async def test_a_message_in_a_thread_stands_in_the_thread(discord: FakeDiscord, post: Post) -> None:
    discord.guilds["100"].thread("310", "300", "talk")

    await post.send(place("310", THREAD), card(), KEY)

    assert shown(discord, "Shipping v2", "310") == [True]
    assert discord.texts("300") == []


async def test_a_thread_that_sleeps_is_woken_and_a_locked_one_is_closed(discord: FakeDiscord, post: Post) -> None:
    discord.guilds["100"].thread("310", "300", "talk", archived=True)
    await post.send(place("310", THREAD), card(), KEY)
    assert shown(discord, "Shipping v2", "310") == [True]

    await discord.lock(discord.guilds["100"].channels["310"])

    with pytest.raises(Unreachable, match="locked"):
        await post.send(place("310", THREAD), card(), OTHER)


async def test_a_direct_message_goes_only_to_who_used_the_bot(
    discord: FakeDiscord, post: Post, directs: Directs
) -> None:
    with pytest.raises(Unreachable):
        await post.send(DIRECT, card(), KEY)
    assert discord.called(CREATE) == []

    await directs.met("1")
    sent = await post.send(DIRECT, card(), KEY)
    await post.update(DIRECT, sent.message, card("Shipped"))

    assert ["Shipped" in message.text for message in discord.dms("1")] == [True]


async def test_who_takes_no_direct_messages_is_closed(discord: FakeDiscord, post: Post, directs: Directs) -> None:
    await directs.met("1")
    discord.close_dms("1")

    with pytest.raises(Unreachable, match="takes no direct messages"):
        await post.send(DIRECT, card(), KEY)


async def test_an_edit_changes_the_copy_and_a_deletion_takes_it_away(discord: FakeDiscord, post: Post) -> None:
    sent = await post.send(place(), card(), KEY)

    changed = await post.update(place(), sent.message, card("Shipped v2"))
    assert changed.message == sent.message
    assert shown(discord, "Shipped v2") == [True]

    await post.delete(place(), sent.message)
    assert discord.texts("300") == []


async def test_deleting_what_is_gone_is_a_success_and_changing_it_is_not(post: Post) -> None:
    await post.delete(place(), "888")

    with pytest.raises(Vanished):
        await post.update(place(), "888", card())


async def test_the_rich_form_and_the_plain_one_are_both_taken(discord: FakeDiscord, post: Post) -> None:
    await post.send(place(), Card(text=(t.Plain("Shipping v2"),)), KEY)

    assert shown(discord, "Shipping v2") == [True]


# What comes of a request.

SEE, WRITE, GONE = "can't see the channel", "not allowed to write", "The channel is gone"
ANSWERS: list[tuple[Fault, type[SendFailure], str]] = [
    (Fault.RATE(3), Throttled, "3"),
    (Fault.RATE(3, "shared"), Throttled, "3"),
    (Fault.RATE(3, "global"), Throttled, "3"),
    (Fault.CLOUDFLARE, Throttled, "3600"),
    (Fault.RESET, Uncertain, "broke"),
    (Fault.RESET_AFTER_ACCEPT, Uncertain, "broke"),
    (Fault.HANG_UP_AFTER_ACCEPT, Uncertain, "broke"),
    (Fault.HTTP(500), Uncertain, "500"),
    (Fault.HTTP(502, done=True), Uncertain, "502"),
    (Fault.WRONG_JSON_DONE, Uncertain, "can't be read"),
    (Fault(done=True, text="{}"), Uncertain, "no name"),
    (Fault.ERROR(10003), Unreachable, GONE),
    (Fault.ERROR(50001), Unreachable, SEE),
    (Fault.ERROR(50013), Unreachable, WRITE),
    (Fault.ERROR(50035), Refused, "50035"),
]


@pytest.mark.parametrize(("fault", "failure", "says"), ANSWERS)
async def test_a_post_is_asked_once_whatever_comes_of_it(
    discord: FakeDiscord, post: Post, hurried: list[float], fault: Fault, failure: type[SendFailure], says: str
) -> None:
    discord.faults.next(CREATE, fault)

    with pytest.raises(failure, match=says):
        await post.send(place(), card(), KEY)

    assert len(discord.called(CREATE)) == 1
    assert hurried == [], "somebody waited"


@pytest.mark.parametrize("fault", [Fault.RESET_AFTER_ACCEPT, Fault.HANG_UP_AFTER_ACCEPT, Fault.WRONG_JSON_DONE])
async def test_a_change_without_an_answer_may_be_made_again(discord: FakeDiscord, post: Post, fault: Fault) -> None:
    sent = await post.send(place(), card(), KEY)
    discord.faults.next(CHANGE, fault)
    with pytest.raises(Transient):
        await post.update(place(), sent.message, card("Shipped"))

    await post.update(place(), sent.message, card("Shipped"))

    assert shown(discord, "Shipped") == [True]


async def test_an_answer_that_does_not_come_is_uncertain(
    discord: FakeDiscord, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_module, "WITHIN", 0.05)
    discord.faults.next(CREATE, Fault.SLOW(0.3))

    with pytest.raises(Uncertain, match="no answer in time"):
        await post.send(place(), card(), KEY)

    assert shown(discord, "Shipping v2") == [True], "it stands there all the same"


async def test_a_place_that_said_wait_is_left_alone_so_long_and_others_are_not(
    discord: FakeDiscord, post: Post, clock: FixedClock
) -> None:
    discord.faults.next(CREATE, Fault.RATE(7.5))
    with pytest.raises(Throttled) as told:
        await post.send(place(), card(), KEY)
    assert told.value.params["seconds"] == pytest.approx(8, abs=0.5)

    clock.advance(seconds=5)
    with pytest.raises(Throttled):
        await post.send(place(), card(), KEY)
    assert len(discord.called(CREATE)) == 1, "asked too early"
    await post.send(place("301"), card(), OTHER)

    clock.advance(seconds=5)
    await post.send(place(), card(), KEY)


async def test_every_request_of_a_place_is_used_and_none_beyond(discord: FakeDiscord, post: Post) -> None:
    discord.limits.enforce = True

    hints = [(await post.send(place(), card(), replace(KEY, nonce=f"n{number}"))).hint for number in range(5)]

    assert [hint.wait for hint in hints] == [0, 0, 0, 0, 5.0]
    with pytest.raises(NotYet):
        await post.send(place(), card(), replace(KEY, nonce="n9"))
    assert len(discord.called(CREATE)) == 5
    assert not discord.invalid


async def test_changes_and_deletions_tell_of_their_limits_as_well(discord: FakeDiscord, post: Post) -> None:
    discord.limits.enforce = True
    sent = await post.send(place(), card(), KEY)
    discord.limits.rate(CHANGE, 1, 7.0)
    discord.limits.rate(TAKE, 1, 9.0)

    changed = await post.update(place(), sent.message, card("Shipped v2"))
    gone = await post.delete(place(), sent.message)

    assert (changed.hint.wait, gone.wait) == (7.0, 9.0)


async def test_a_rate_error_of_discords_tells_the_pacer_and_one_of_ours_tells_nothing(
    discord: FakeDiscord, post: Post
) -> None:
    discord.faults.next(CREATE, Fault.RATE(7.5))
    with pytest.raises(Throttled) as theirs:
        await post.send(place(), card(), KEY)
    with pytest.raises(NotYet) as ours:
        await post.send(place(), card(), KEY)

    assert (theirs.value.hint.retry_after, theirs.value.hint.whose) == (8.0, Whose.PLACE)
    assert ours.value.hint == NOTHING_TOLD


# Files.


def picture(media: MemoryMedia, name: str = "board.png", data: bytes = PNG, size: int = 0) -> Attachment:
    digest = hashlib.sha256(name.encode() + data[:100]).hexdigest()
    media.kept[digest] = data
    return Attachment(digest, name, MediaKind.PICTURE, "image/png", size or len(data), "A green build board")


def with_files(*files: Attachment) -> Card:
    return Card(text=(t.Plain("The board is green"),), media=files)


async def test_a_picture_goes_along_with_its_description(discord: FakeDiscord, post: Post, media: MemoryMedia) -> None:
    await post.send(place(), with_files(picture(media)), KEY)

    [file] = discord.messages("300")[0].attachments
    assert (file.filename, file.content, file.description) == ("board.png", PNG, "A green build board")


async def test_an_edit_shows_the_pictures_there_are_now(discord: FakeDiscord, post: Post, media: MemoryMedia) -> None:
    first, second = picture(media), picture(media, "two.png")
    sent = await post.send(place(), with_files(first), KEY)

    for files in ((first, second), (second,), ()):
        await post.update(place(), sent.message, with_files(*files))
        standing = [file.filename for file in discord.messages("300")[0].attachments]
        assert standing == [file.name for file in files]


async def test_what_is_too_big_or_gone_is_named_only(discord: FakeDiscord, post: Post, media: MemoryMedia) -> None:
    gone = picture(media, "gone.png")
    del media.kept[gone.digest]
    big, lies = picture(media, "big.png", size=BIGGEST + 1), picture(media, "lies.png", b"x" * (BIGGEST + 1), size=9)

    await post.send(place(), with_files(gone, big, picture(media), lies), KEY)

    assert [file.filename for file in discord.messages("300")[0].attachments] == ["board.png"]
    assert discord.called(CREATE)[0].json["attachments"][0]["id"] == "0"
    assert "📎" in discord.texts("300")[0]


async def test_what_is_left_out_is_named(discord: FakeDiscord, post: Post, media: MemoryMedia) -> None:
    await post.send(place(), with_files(picture(media, "big.png", size=BIGGEST + 1)), KEY)

    [text] = discord.texts("300")
    assert "The board is green" in text
    assert "A green build board" in text


async def test_no_more_than_ten_go_along(discord: FakeDiscord, post: Post, media: MemoryMedia) -> None:
    many = [picture(media, f"{number}.png") for number in range(12)]

    await post.send(place(), with_files(*many), KEY)

    assert [file.filename for file in discord.messages("300")[0].attachments] == [f"{n}.png" for n in range(10)]


async def test_a_file_that_may_just_be_sent_is(discord: FakeDiscord, post: Post, media: MemoryMedia) -> None:
    await post.send(place(), with_files(picture(media, data=b"x" * BIGGEST)), KEY)

    assert len(discord.messages("300")[0].attachments) == 1


async def test_no_more_is_sent_at_once_than_discord_takes(
    discord: FakeDiscord, post: Post, media: MemoryMedia, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies_module, "ALL", 30)
    files = [picture(media, f"{number}.png", b"x" * 12) for number in range(3)]

    await post.send(place(), with_files(*files, picture(media, "small.png", b"x" * 6)), KEY)

    assert [file.filename for file in discord.messages("300")[0].attachments] == ["0.png", "1.png", "small.png"]


async def test_a_repeat_with_files_is_the_message_that_stands_there(
    discord: FakeDiscord, post: Post, media: MemoryMedia
) -> None:
    card = with_files(picture(media))
    first = await post.send(place(), card, KEY)

    assert (await post.send(place(), card, KEY)).message == first.message
    assert len(discord.messages("300")) == 1


# Finding.


async def lost(discord: FakeDiscord, post: Post, where: str = "300", kind: PlaceKind = PlaceKind.CHANNEL) -> None:
    """A message that arrived, though nobody was told."""
    discord.faults.next(CREATE, Fault.RESET_AFTER_ACCEPT)
    with pytest.raises(Uncertain):
        await post.send(place(where, kind), card(), KEY)


async def test_a_message_whose_answer_was_lost_is_found(discord: FakeDiscord, post: Post) -> None:
    await post.send(place(), card("Another"), OTHER)
    await lost(discord, post)
    await post.send(place(), card("A third"), replace(KEY, nonce="n11"))

    assert await post.find(place(), KEY) == discord.messages("300")[1].id


@pytest.mark.parametrize(("lines", "pages"), [(0, 1), (99, 1), (100, 2), (250, 3)])
async def test_what_is_not_there_is_not_there_once_every_page_was_read(
    discord: FakeDiscord, post: Post, lines: int, pages: int
) -> None:
    for number in range(lines):
        await discord.say("1", "300", f"line {number}")

    assert await post.find(place(), KEY) is None
    assert len(discord.called(READ)) == pages


async def test_a_message_behind_many_others_is_found(discord: FakeDiscord, post: Post) -> None:
    for number in range(250):
        await discord.say("1", "300", f"line {number}")
    await lost(discord, post)

    assert await post.find(place(), KEY) == discord.messages("300")[-1].id


async def test_what_stood_there_long_before_is_not_read(discord: FakeDiscord, post: Post, clock: FixedClock) -> None:
    for number in range(150):
        await discord.say("1", "300", f"line {number}")
    clock.advance(seconds=601)

    assert await post.find(place(), replace(KEY, first_tried=clock.now())) is None
    assert len(discord.called(READ)) == 1


async def test_a_clock_that_is_a_little_behind_hides_nothing(
    discord: FakeDiscord, post: Post, clock: FixedClock
) -> None:
    """Discord's clock names the message; ours says when it was tried."""
    await lost(discord, post)

    assert await post.find(place(), replace(KEY, first_tried=MONDAY + timedelta(seconds=9)))


@pytest.mark.parametrize("page", [0, 1])
async def test_a_page_that_cannot_be_read_is_no_absence(discord: FakeDiscord, post: Post, page: int) -> None:
    for number in range(PAGE):
        await discord.say("1", "300", f"line {number}")
    discord.faults.next(READ, *[Fault.SLOW(0)] * page, Fault.WRONG_JSON)

    with pytest.raises(Transient):
        await post.find(place(), KEY)


@pytest.mark.parametrize("text", ["{}", '{"messages": []}', "null", '"x"'])
async def test_nor_is_an_answer_that_is_no_page(discord: FakeDiscord, post: Post, text: str) -> None:
    discord.faults.next(READ, Fault(text=text))

    with pytest.raises(Transient):
        await post.find(place(), KEY)


async def test_a_message_is_found_in_its_thread(discord: FakeDiscord, post: Post) -> None:
    discord.guilds["100"].thread("310", "300", "talk")
    await lost(discord, post, "310", THREAD)

    assert await post.find(place("310", THREAD), KEY) == discord.messages("310")[0].id


async def test_a_message_is_found_in_a_direct_message(discord: FakeDiscord, post: Post, directs: Directs) -> None:
    await directs.met("1")
    await lost(discord, post, "1", PlaceKind.DIRECT)

    assert await post.find(DIRECT, KEY) == discord.dms("1")[0].id


async def test_somebody_elses_message_with_our_mark_is_not_ours(discord: FakeDiscord, post: Post) -> None:
    discord.bot.content_intent = True  # else nobody sees their mark
    await lost(discord, post)
    discord.messages("300")[0].author = discord.user("77", "imitator", bot=True)

    assert await post.find(place(), KEY) is None


async def test_a_deleted_message_is_not_found(discord: FakeDiscord, post: Post) -> None:
    await lost(discord, post)
    await post.delete(place(), discord.messages("300")[0].id)

    assert await post.find(place(), KEY) is None


async def test_without_the_history_it_can_never_be_known(discord: FakeDiscord, post: Post) -> None:
    """Discord then shows an empty history, and refuses nothing."""
    await lost(discord, post)
    await discord.set_overwrite("300", discord.bot.user_id, deny=P.READ_MESSAGE_HISTORY)

    with pytest.raises(SearchClosed, match="not known whether it was sent"):
        await post.find(place(), KEY)

    assert discord.called(READ) == []


async def test_where_it_is_refused_after_all_that_is_so_too(discord: FakeDiscord, post: Post) -> None:
    discord.faults.next(READ, Fault.ERROR(50001))

    with pytest.raises(SearchClosed):
        await post.find(place(), KEY)


def test_the_fake_would_notice_a_ping() -> None:
    found: Any = mentioned("<@1>", None, {"parse": ["users"]}, known=lambda user: True, may_all=False)

    assert found.pings == ["<@1>"]
