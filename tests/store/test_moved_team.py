"""A team that was at work on SQLite goes on on PostgreSQL as if nothing had happened: what waited is delivered once,
what stands somewhere is changed there, and no number is given twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bridge.model.clock import FixedClock
from bridge.model.post import Upload
from bridge.services.delivery import digest
from bridge.services.keeping import EncryptedInbox, EncryptedVault, kept_secret
from bridge.services.outside.collect import Collector
from bridge.store.moving import move
from bridge.store.tx import open_store
from tests.core import Team
from tests.elsewhere import BLOG, ELSEWHERE, Elsewhere

KEY = b"k" * 32
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00"
MINUTE = timedelta(minutes=1)


async def lived(team: Team) -> None:
    """Bo follows Ana live, Cy by digest, `random` her tag; some was delivered, some waits, some is gone."""
    await team.say("ana", "help")
    await team.say("bo", "follow @ana live")
    await team.say("cy", "follow @ana")
    await team.say("di", "follow #release live here", "random")
    await team.say("di", "mute @bo 2d")
    await team.say("bo", "settings language de")
    await team.say("ana", "status Delivered 🚀 #release @cy", files=(Upload("board.png", PNG, "the board"),))
    await team.say("ana", "status to:@bo,@cy Between us")
    await team.say("bo", "reply ~1 größer!")
    await team.say("ana", "status Taken back")
    await team.deliver()
    await team.say("ana", "delete ~4")
    await team.deliver()
    await team.say("ana", "status Waiting #release")
    await followed_outside(team)


async def followed_outside(team: Team) -> None:
    """Cy follows a blog live, but nothing of betas; Eve tracks a word; one item has come, and one came too late."""
    web = Elsewhere()
    team.world.adapters[ELSEWHERE] = web  # type: ignore[index]
    await team.say("ev", "track contract", "@")
    await team.say("fy", f"follow {BLOG} live not beta", "@")
    for number in range(11):
        web.publish(f"i{number}", f"Item number {number}.", team.clock.now())
    await looked(team)


async def looked(team: Team) -> None:
    team.clock.advance(minutes=50)
    await Collector(team.world).drain()


@pytest.fixture
async def there(team: Team, ready_url: str, postgres_url: str) -> AsyncIterator[Team]:
    """The same people and the same chat, on PostgreSQL."""
    await lived(team)
    vault = EncryptedVault(team.store, KEY, "chat")
    await vault.put("token", b"sesame", 0)
    await kept_secret(vault, "salt")
    await EncryptedInbox(team.store, KEY, "chat", team.clock).remember("event 1", b"heard")
    now = team.clock.now()
    await team.store.write(lambda tx: tx.memory.lease("socket 0", "dead", 3600))
    assert await team.store.write(lambda tx: tx.outbox.claim("dead", now, now + MINUTE, 10))
    await team.store.close()

    await asyncio.to_thread(move, ready_url, postgres_url, lambda what, done, of: None)

    store = open_store(postgres_url)
    await store.upgrade()
    after = Team(store, team.clock, team.world.policy, calls_before=team._calls)
    after.chat = team.chat
    after.world.adapters = team.world.adapters
    yield after
    await store.close()


@pytest.fixture
def ready_url(ready_sqlite_url: str) -> str:
    """Where `team` is at first."""
    return ready_sqlite_url


def shown(team: Team, place: str) -> str:
    return "\n".join(team.chat.texts(place))


async def test_what_waited_is_delivered_at_once_and_once(there: Team) -> None:
    """Although somebody held its places when the last process died."""
    assert "Waiting" not in shown(there, "@bo") + shown(there, "random")

    await there.deliver()
    await there.deliver()

    for place in ("@bo", "random"):
        assert shown(there, place).count("Waiting") == 1
        assert shown(there, place).count("Delivered 🚀") == 1


async def test_edits_and_deletions_reach_what_stands_since_before(there: Team) -> None:
    await there.say("ana", "edit ~1 Changed #release")
    await there.say("ana", "delete ~2")
    await there.deliver()

    assert "Delivered" not in shown(there, "@bo") + shown(there, "random")
    assert shown(there, "random").count("Changed") == 1
    assert "Between us" not in shown(there, "@bo")


async def test_the_next_update_has_the_next_number_and_goes_everywhere(there: Team) -> None:
    said = await there.tell("ana", "status Here now #release")
    await there.deliver()

    assert said.startswith("✓ Shared  ~17")
    assert shown(there, "@bo").count("Here now") == shown(there, "random").count("Here now") == 1


async def test_nothing_is_done_again_that_was_done_before(there: Team) -> None:
    """An event that a platform repeats is known, and so is one that waits to be worked on."""
    again = Team(there.store, there.clock, there.world.policy, calls_before=6)
    again.chat, again.world.adapters = there.chat, there.world.adapters

    await again.say("ana", "status Delivered 🚀 #release @cy")
    await again.deliver()

    assert shown(there, "random").count("Delivered 🚀") == 1
    inbox = EncryptedInbox(there.store, KEY, "chat", there.clock)
    assert not await inbox.remember("event 1", b"heard")
    assert [(event.key, event.payload) for event in await inbox.take()] == [("event 1", b"heard")]


async def test_a_digest_comes_at_its_time_with_what_was_shared_before_and_after(there: Team, clock: FixedClock) -> None:
    await there.say("ana", "status After")
    clock.advance(hours=22)
    await digest.tick(there.world)
    await there.deliver()

    [text] = [text for text in there.chat.texts("@cy") if "Waiting" in text]
    assert "After" in text
    assert "Taken back" not in text


async def test_choices_pictures_and_secrets_are_there(there: Team) -> None:
    post = await there.store.read(lambda tx: tx.posts.by_number(1))
    assert post is not None
    [picture] = post.attachments

    assert await there.store.read(lambda tx: tx.memory.media(picture.digest)) == PNG
    assert await EncryptedVault(there.store, KEY, "chat").get("token") == (b"sesame", 1)
    assert "Sag es dem Team" in await there.tell("bo", "help")
    assert await there.store.write(lambda tx: tx.memory.lease("socket 0", "alive", 15)) is not None


async def test_what_is_followed_outside_goes_on_and_what_was_known_is_not_new(there: Team) -> None:
    web = there.world.adapters[ELSEWHERE]  # type: ignore[index]
    assert isinstance(web, Elsewhere)
    web.change("i10", "Item number ten.")
    web.publish("a", "A contract with Acme", there.clock.now())
    web.publish("b", "Our beta", there.clock.now())
    await looked(there)
    await there.deliver()
    for watch in await there.store.read(lambda tx: tx.sources.all()):
        await there.say("fy", f"sources pause {watch.name}", "@")

    said = shown(there, "@fy")
    assert said.count("A contract with Acme") == shown(there, "@ev").count("A contract with Acme") == 1
    assert "Our beta" not in said
    assert (said.count("Item number"), said.count("number ten."), said.count("number 0.")) == (10, 1, 0)
    assert "left to the digest" in await there.tell("fy", "why ~6", "@")
    assert "not beta" in await there.tell("fy", "following", "@")
    assert "Paused" in await there.tell("fy", "sources", "@")


async def test_a_timeline_shows_what_was_shared_before(there: Team) -> None:
    shown = await there.tell("bo", "timeline")

    assert "Waiting #release" in shown
    assert "Delivered" in shown
