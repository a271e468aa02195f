"""Messages in one workspace: made once, changed, taken away, and found again after a lost answer."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bridge.adapters.slack.known.directory import Directory
from bridge.adapters.slack.web.api import Api
from bridge.adapters.slack.web.sending import PACER, Post
from bridge.model import text as t
from bridge.model.card import Action, Card
from bridge.model.clock import FixedClock
from bridge.model.errors import Refused, SendFailure, Throttled, Transient, Uncertain, Unreachable, Vanished
from bridge.model.ids import DeliveryId
from bridge.model.pace.places import Trip
from bridge.model.place import PlaceKind
from bridge.model.ports import Key
from bridge.model.post import Attachment, MediaKind
from tests.adapters.slack.workspace import MemoryMedia, MemoryVault, acme, api, place, slack
from tests.core import MONDAY
from tests.fakes.slack import FakeSlack, Fault, Team
from tests.fakes.slack.pings import pings

__all__ = ["acme", "api", "slack"]

KEY = Key(DeliveryId(7_312_000_000_000_000_001), "n1", MONDAY, (3,))
OTHER = Key(DeliveryId(8), "n2", MONDAY, (1,))
DIRECT = place("U1", PlaceKind.DIRECT)
PNG = b"\x89PNG\r\n\x1a\nboard"


def card(words: str = "Shipping v2") -> Card:
    return Card(text=(t.Plain(words),), actions=(Action("Reply", "reply 1042"),), post=1042)


@pytest.fixture
def media() -> MemoryMedia:
    return MemoryMedia()


@pytest.fixture
async def post(api: Api, media: MemoryMedia, clock: FixedClock) -> AsyncIterator[Post]:
    vault = MemoryVault()
    post = Post(api, Directory(api, vault, clock), media, vault, clock)
    yield post
    await post.close()


async def test_a_message_stands_in_its_channel(acme: Team, post: Post, clock: FixedClock) -> None:
    sent = await post.send(place(), card(), KEY)

    [message] = acme.messages("C1")
    assert sent.message == message.ts
    assert "Shipping v2" in message.text
    assert message.blocks
    assert sent.hint.began is not None
    assert sent.hint.retry_after is None
    assert PACER.after("", Trip(clock.now(), 0.07)).free == clock.now() + timedelta(seconds=1.02 - 0.07)


async def test_a_message_opens_no_previews_and_wears_no_other_name(slack: FakeSlack, post: Post) -> None:
    await post.send(place(), card(), KEY)

    [call] = slack.called("chat.postMessage")
    assert (call.arguments["unfurl_links"], call.arguments["unfurl_media"]) == (False, False)
    assert not call.arguments.keys() & {"username", "icon_url", "icon_emoji", "parse", "link_names", "as_user"}


async def test_what_people_wrote_calls_nobody(acme: Team, post: Post) -> None:
    await post.send(place(), card("<!channel> & <@U1>"), KEY)

    assert pings(acme.messages("C1")[0]) == []


async def test_a_message_carries_delivery_and_revisions_and_nothing_else(acme: Team, post: Post) -> None:
    await post.send(place(), card(), KEY)

    payload = {"delivery": "n1", "id": "7312000000000000001", "revisions": [3]}
    assert acme.messages("C1")[0].metadata == {"event_type": "bridge_delivery", "event_payload": payload}


async def test_a_message_in_a_thread_stands_in_the_thread(acme: Team, post: Post) -> None:
    root = await post.send(place(), card("Root"), OTHER)

    await post.send(place(f"C1:{root.message}", PlaceKind.THREAD), card("Under it"), KEY)

    assert [message.text for message in acme.messages("C1", thread=root.message)] == [acme.texts("C1")[1]]
    assert "Under it" in acme.texts("C1")[1]


async def test_a_direct_message_stands_in_the_persons_own_channel(acme: Team, post: Post) -> None:
    sent = await post.send(DIRECT, card(), KEY)
    await post.update(DIRECT, sent.message, card("Shipped"))

    assert ["Shipped" in text for text in acme.texts("U1")] == [True]


async def test_an_edit_changes_the_copy_and_a_deletion_takes_it_away(acme: Team, post: Post) -> None:
    sent = await post.send(place(), card(), KEY)

    changed = await post.update(place(), sent.message, card("Shipped v2"))
    assert changed.message == sent.message
    assert ["Shipped v2" in text for text in acme.texts("C1")] == [True]

    await post.delete(place(), sent.message)
    assert acme.texts("C1") == []


async def test_deleting_what_is_gone_is_a_success_and_changing_it_is_not(post: Post) -> None:
    await post.delete(place(), "1700000000.000100")

    with pytest.raises(Vanished):
        await post.update(place(), "1700000000.000100", card())


ANSWERS = [
    (Fault.RATE(3), Throttled),
    (Fault.RESET, Uncertain),
    (Fault.RESET_AFTER_ACCEPT, Uncertain),
    (Fault.HTTP_500, Uncertain),
    (Fault.INTERNAL_ERROR, Uncertain),
    (Fault.ERROR("is_archived"), Unreachable),
    (Fault.ERROR("msg_blocks_too_long"), Refused),
    (Fault.ERROR("token_revoked"), Transient),
]


@pytest.mark.parametrize(("fault", "failure"), ANSWERS)
async def test_a_post_is_made_once_whatever_comes_of_it(
    slack: FakeSlack, post: Post, fault: Fault, failure: type[SendFailure]
) -> None:
    slack.faults.next("chat.postMessage", fault)

    with pytest.raises(failure):
        await post.send(place(), card(), KEY)

    assert len(slack.called("chat.postMessage")) == 1


@pytest.mark.parametrize("fault", [Fault.RESET_AFTER_ACCEPT, Fault.HTTP_500_DONE, Fault.INTERNAL_ERROR_DONE])
async def test_a_change_without_an_answer_is_simply_made_again(slack: FakeSlack, post: Post, fault: Fault) -> None:
    sent = await post.send(place(), card(), KEY)
    slack.faults.next("chat.update", fault)
    slack.faults.next("chat.delete", fault)

    with pytest.raises(Transient):
        await post.update(place(), sent.message, card("Shipped"))
    with pytest.raises(Transient):
        await post.delete(place(), sent.message)


# Finding.


async def lost(slack: FakeSlack, post: Post, where: str = "C1", kind: PlaceKind = PlaceKind.CHANNEL) -> None:
    """A message that arrived, though nobody was told."""
    slack.faults.next("chat.postMessage", Fault.RESET_AFTER_ACCEPT)
    with pytest.raises(Uncertain):
        await post.send(place(where, kind), card(), KEY)


async def test_a_message_whose_answer_was_lost_is_found(slack: FakeSlack, acme: Team, post: Post) -> None:
    await post.send(place(), card("Another"), OTHER)
    await lost(slack, post)

    assert await post.find(place(), KEY) == acme.messages("C1")[1].ts


async def test_what_is_not_there_is_not_there_once_every_page_was_read(
    slack: FakeSlack, acme: Team, post: Post
) -> None:
    for number in range(450):
        await acme.say("U1", "C1", f"line {number}")

    assert await post.find(place(), KEY) is None
    assert len(slack.called("conversations.history")) == 3


async def test_a_message_behind_many_others_is_found(slack: FakeSlack, acme: Team, post: Post) -> None:
    await lost(slack, post)
    for number in range(450):
        await acme.say("U1", "C1", f"line {number}")

    assert await post.find(place(), KEY) == acme.messages("C1")[0].ts


async def test_a_page_that_cannot_be_read_is_no_absence(slack: FakeSlack, acme: Team, post: Post) -> None:
    for number in range(250):
        await acme.say("U1", "C1", f"line {number}")
    slack.faults.next("conversations.history", Fault.SLOW(0), Fault.HTTP_500)

    with pytest.raises(Transient):
        await post.find(place(), KEY)


async def test_what_was_for_a_thread_does_not_stay_in_the_channel_when_the_thread_is_gone(
    acme: Team, post: Post
) -> None:
    root = await acme.say("U1", "C1", "Who has the keys?")
    await acme.remove("U1", root)

    with pytest.raises(Unreachable):
        await post.send(place(f"C1:{root.ts}", PlaceKind.THREAD), card(), KEY)

    assert not acme.texts("C1")


async def test_a_message_is_found_in_its_thread(slack: FakeSlack, acme: Team, post: Post) -> None:
    root = await post.send(place(), card("Root"), OTHER)
    thread = f"C1:{root.message}"
    await lost(slack, post, thread, PlaceKind.THREAD)

    assert await post.find(place(thread, PlaceKind.THREAD), KEY) == acme.messages("C1")[1].ts


async def test_a_message_is_found_in_a_direct_message(slack: FakeSlack, acme: Team, post: Post) -> None:
    await lost(slack, post, "U1", PlaceKind.DIRECT)

    assert await post.find(DIRECT, KEY) == acme.messages("U1")[0].ts


async def test_of_two_with_one_nonce_the_one_our_records_speak_of_is_found(acme: Team, post: Post) -> None:
    await post.send(place(), card(), Key(KEY.delivery, KEY.nonce, MONDAY, (2,)))
    second = await post.send(place(), card(), KEY)

    assert await post.find(place(), KEY) == second.message


async def test_another_apps_copy_of_our_metadata_is_not_ours(slack: FakeSlack, acme: Team, post: Post) -> None:
    await lost(slack, post)
    acme.messages("C1")[0].user = "U2"

    assert await post.find(place(), KEY) is None


async def test_without_the_history_it_is_never_sent_again(slack: FakeSlack, acme: Team, post: Post) -> None:
    await lost(slack, post)
    acme.scopes -= {"channels:history"}

    with pytest.raises(Refused, match="not known whether it was sent"):
        await post.find(place(), KEY)


async def test_in_a_public_channel_we_are_not_in_nothing_can_be_found(acme: Team, post: Post) -> None:
    acme.channel("C2", "open", members=["U1"])

    with pytest.raises(Refused):
        await post.find(place("C2"), KEY)


# Pictures.


def pictured(media: MemoryMedia) -> Card:
    digest = hashlib.sha256(PNG).hexdigest()
    media.kept[digest] = PNG
    board = Attachment(digest, "board.png", MediaKind.PICTURE, "image/png", len(PNG), "A green build board")
    return Card(text=(t.Plain("The board is green"),), media=(board,))


def images(acme: Team) -> list[dict[str, object]]:
    return [block for block in acme.messages("C1")[0].blocks if block["type"] == "image"]


async def test_a_picture_stands_in_the_message_with_its_description(acme: Team, post: Post, media: MemoryMedia) -> None:
    await post.send(place(), pictured(media), KEY)

    [file] = acme.files.values()
    [image] = images(acme)
    assert image["slack_file"] == {"id": file.id}
    assert image["alt_text"] == "A green build board"


async def test_a_message_never_fails_for_its_picture(
    slack: FakeSlack, acme: Team, post: Post, media: MemoryMedia
) -> None:
    slack.faults.next("upload", Fault.HTTP_500)

    await post.send(place(), pictured(media), KEY)

    assert "The board is green" in acme.texts("C1")[0]
    assert images(acme) == []


async def test_a_picture_slack_will_not_show_is_left_out(
    slack: FakeSlack, acme: Team, post: Post, media: MemoryMedia
) -> None:
    first = await post.send(place(), pictured(media), KEY)
    await post.delete(place(), first.message)
    for file in acme.files.values():
        file.deleted = True

    await post.send(place(), pictured(media), OTHER)

    assert len(acme.messages("C1")) == 1
    assert images(acme) == []
