"""Sources that several follow, rename, move and let go at once: nothing is lost, doubled, widened or let flood."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bridge.model.audience import AudienceKind
from bridge.model.clean import clean
from bridge.model.errors import SourceUnreachable
from bridge.model.ids import PersonId
from bridge.model.kept import Tx
from bridge.model.person import Role
from bridge.model.source import Found, Outside, SourceMedia, Watch
from bridge.model.subscription import Cadence
from bridge.services import upkeep
from bridge.services.follow import follow, party_of
from bridge.services.outside import sources
from bridge.services.outside.looking import look_at
from bridge.services.outside.troubled import failed
from tests.core import Team
from tests.e2e.test_page import picture
from tests.elsewhere import BLOG, ELSEWHERE, FEED
from tests.services.test_sources import HOUR, Out, out

__all__ = ["out"]
NAME = "blog.example.org"
FOUND = Found(FEED, NAME, "The Blog", BLOG)


async def kept(out: Out) -> Watch:
    watch = await out.team.store.read(lambda tx: tx.sources.at(ELSEWHERE, FEED))
    assert watch is not None
    return watch


async def lose_answers(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on every transaction is made twice: the answer to its first commit was lost."""
    write = team.store.write

    async def twice(fn):  # type: ignore[no-untyped-def]
        await write(fn)
        return await write(fn)

    monkeypatch.setattr(team.world.store, "write", twice)


@pytest.mark.parametrize(
    "name",
    [
        "two words",
        "line\nbreak",
        "a" * 10_000,
        "\u202eevil.example",
        '"quoted" name',
        "@everyone, <!channel>",
        " \x00 ",
    ],
)
async def test_whatever_a_source_is_called_its_name_is_one_short_word_that_can_be_typed(out: Out, name: str) -> None:
    out.web.at[BLOG] = [replace(FOUND, name=name)]

    await out.team.say("ana", f"follow {BLOG} live")

    called = (await kept(out)).name
    assert called == clean(called)
    assert 0 < len(called) <= 64
    assert not set(called) & set(" \n\t\"'`<>,!")
    assert "no longer" in await out.team.tell("ana", f"unfollow {called}")


@pytest.mark.parametrize("title", ["line\nbreak", "a" * 10_000, "\u202eevil", "\x00", "   "])
async def test_a_title_is_one_short_line_from_the_first_and_after_every_look(out: Out, title: str) -> None:
    out.web.at[BLOG] = [replace(FOUND, title=title)]
    await out.team.say("ana", f"follow {BLOG} live")
    first = (await kept(out)).title
    out.web.moved = replace(FOUND, title=title)

    await out.look()

    for shown in (first, (await kept(out)).title):
        assert shown == clean(shown)
        assert 0 < len(shown) <= 80
        assert "\n" not in shown


async def test_only_addresses_that_may_be_links_are_kept(out: Out) -> None:
    out.web.at[BLOG] = [replace(FOUND, home="javascript:alert(1)", picture="http://blog.example.org/face.png")]
    await out.team.say("ana", f"follow {BLOG} live")
    out.web.moved = replace(FOUND, home="data:text/html,x", picture="https://blog.example.org/" + "a" * 5_000)

    await out.look()

    watch = await kept(out)
    assert (watch.home, watch.picture) == ("", None)


async def test_what_moves_into_the_own_network_is_the_team_s_from_then_on(out: Out) -> None:
    out.team.world.policy = replace(
        out.team.world.policy, outside=Outside(allowed=frozenset({("wiki.intern.example", 0)}))
    )
    await out.team.say("ana", f"follow {BLOG} live")
    before = (await kept(out)).internal
    inside = "https://wiki.intern.example/feed"
    out.web.moved = replace(FOUND, key=inside)
    await out.look()
    out.web.items[inside] = []
    out.web.items[inside] = [replace(out.web.items[FEED][0], id="secret")]

    await out.look()

    watch = await out.team.store.read(lambda tx: tx.sources.at(ELSEWHERE, inside))
    assert watch is not None
    assert (before, watch.internal) == (False, True)
    [newest, *_] = await out.team.store.read(lambda tx: tx.posts.newest_of(watch.id, 1))
    assert newest.audience.kind is AudienceKind.EVERYONE


async def test_an_item_that_comes_and_goes_in_one_look_is_gone(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG} live")
    out.web.publish("brief", "Said too soon", out.team.clock.now())
    out.web.gone.append("brief")

    await out.look()

    assert out.texts() == []


async def test_an_item_changed_and_taken_back_in_one_look_is_gone_in_every_copy(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG} live")
    out.web.publish("new", "Versoin 2", out.team.clock.now())
    await out.look()
    out.web.change("new", "Version 2")
    out.web.gone.append("new")

    await out.look()

    assert out.texts() == []


async def test_what_was_published_long_ago_has_a_name_of_its_own(out: Out) -> None:
    long_ago = datetime(1999, 1, 1, tzinfo=UTC)
    ids: set[int] = set()
    for number in range(60):
        feed = f"https://blog.example.org/{number}"
        out.web.at[feed] = [Found(feed, f"b{number}.example.org", f"Blog {number}")]
        out.web.items[feed] = [replace(out.web.items[FEED][0], id=f"i{n}", at=long_ago) for n in range(20)]
        await out.team.say("ana", f"follow {feed}")
        watch = await out.team.store.read(lambda tx, feed=feed: tx.sources.at(ELSEWHERE, feed))  # type: ignore[misc]
        assert watch is not None
        posts = await out.team.store.read(lambda tx, id=watch.id: tx.posts.newest_of(id, 50))  # type: ignore[misc]
        assert len(posts) == 20
        ids |= {post.id for post in posts}
        out.team.clock.advance(seconds=1)

    assert len(ids) == 1200
    assert min(ids) > 1 << 40


async def test_a_lost_answer_to_a_follow_still_looks_at_once(out: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    person = await out.team.store.read(lambda tx: tx.people.by_handle("ana"))
    assert person is not None
    await lose_answers(out.team, monkeypatch)

    watch = await sources.added(out.team.world, ELSEWHERE, FOUND, person)

    assert watch.looked_at is not None
    assert len(out.web.looks) == 1


async def test_a_lost_answer_to_a_look_brings_nothing_twice(out: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    await out.team.say("ana", f"follow {BLOG} live")
    out.web.publish("new", "Version 2", out.team.clock.now())
    out.team.clock.advance(minutes=60)
    now = out.team.clock.now()
    [taken] = await out.team.store.write(lambda tx: tx.sources.due(now, now + HOUR, 9))
    await lose_answers(out.team, monkeypatch)

    await look_at(out.team.world, taken)
    monkeypatch.undo()
    await out.team.deliver()

    assert len(out.texts()) == 1


async def test_who_follows_again_is_not_flooded_though_the_first_look_then_came_to_nothing(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG} live")
    await out.team.say("ana", f"unfollow {NAME}")
    out.web.publish("meanwhile", "Meanwhile", out.team.clock.now())
    watch = await kept(out)
    now = out.team.clock.now()

    # Taken on, and the process dies before it looked.
    await out.team.store.write(lambda tx: tx.sources.wake(watch.id, now + HOUR))
    await out.team.say("ana", f"follow {NAME} live")
    await out.look()

    assert out.texts() == []


async def test_what_nobody_follows_in_the_end_is_let_go(out: Out) -> None:
    """A follow that was refused after the source was found."""
    person = await out.team.store.read(lambda tx: tx.people.by_handle("ana"))
    assert person is not None
    await sources.added(out.team.world, ELSEWHERE, FOUND, person)

    for _ in range(3):
        await out.look(minutes=60 * 26)
    looks = len(out.web.looks)
    await out.look(minutes=60 * 26)

    assert len(out.web.looks) == looks
    assert (await kept(out)).next_at is None


async def test_what_nobody_follows_tells_nobody_that_it_fails(out: Out) -> None:
    person = await out.team.store.read(lambda tx: tx.people.by_handle("ana"))
    assert person is not None
    await sources.added(out.team.world, ELSEWHERE, FOUND, person)
    out.web.failing = [SourceUnreachable(host=NAME) for _ in range(20)]

    for _ in range(5):
        await out.look(minutes=60 * 26)

    assert out.texts() == []


async def test_followed_while_the_last_follower_lets_it_go_it_is_looked_at(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG} live")
    await out.team.say("bo", "help", "@")
    watch = await kept(out)
    world = out.team.world
    bo = await out.team.store.read(lambda tx: tx.people.by_handle("bo"))
    assert bo is not None
    found = await sources.added(world, ELSEWHERE, FOUND, bo)
    await out.team.say("ana", f"unfollow {NAME}")

    await follow(world, await party_of(world, bo, None), sources.subject_of(found), Cadence.LIVE)

    await out.look()
    out.web.publish("new", "Version 2", out.team.clock.now())
    await out.look()
    assert watch.id == found.id
    assert len(out.texts("@bo")) == 1


async def test_a_follow_does_not_wake_what_was_paused(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG} live")
    await out.team.say("ana", f"sources pause {NAME}")
    looks = len(out.web.looks)

    told = await out.team.tell("bo", f"follow {BLOG} live", "@")
    await out.look()

    assert "Paused" in told
    assert len(out.web.looks) == looks


async def test_resumed_after_a_week_ten_come_at_once_and_the_rest_by_digest(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG} live")
    await out.team.say("ana", f"sources pause {NAME}")
    out.team.clock.advance(hours=24 * 7)
    for number in range(40):
        out.web.publish(f"i{number}", f"Item number {number}.", out.team.clock.now() - HOUR)

    await out.team.say("ana", f"sources resume {NAME}")
    await out.look(minutes=1)

    live = "\n".join(out.texts())
    assert sum(f"number {number}." in live for number in range(40)) == 10


async def test_what_is_not_paused_is_not_looked_at_sooner_for_being_resumed(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG} live")
    looks = len(out.web.looks)

    for _ in range(5):
        await out.team.say("ana", f"sources resume {NAME}")
        await out.look(minutes=0.1)

    assert len(out.web.looks) == looks


@pytest.mark.parametrize(
    ("hours", "told", "rests"), [(23, False, ""), (24, True, ""), (14 * 24 - 1, True, ""), (14 * 24, True, "failing")]
)
async def test_a_day_is_a_day_and_two_weeks_are_two_weeks(out: Out, hours: int, told: bool, rests: str) -> None:
    await out.team.say("ana", f"follow {BLOG} live")
    await failed(out.team.world, await kept(out), SourceUnreachable(host=NAME))

    out.team.clock.advance(hours=hours)
    await failed(out.team.world, await kept(out), SourceUnreachable(host=NAME))

    after = await kept(out)
    assert (after.told, after.rests) == (told, rests)


async def test_who_no_longer_follows_what_they_brought_leaves_it_to_whoever_does(out: Out) -> None:
    for person in ("ana", "bo"):
        await out.team.say(person, f"follow {BLOG}", "@")
    await out.team.say("ana", f"unfollow {NAME}")
    for _ in range(3):
        out.web.failing = [SourceUnreachable(host=NAME)]
        await out.look(minutes=60 * 24)

    [told] = out.texts("@bo")
    resumed = await out.team.say("bo", f"sources resume {NAME}", "@")

    assert "can't be read since yesterday" in told
    assert out.texts("@ana") == []
    assert resumed.ok


async def test_what_is_resumed_after_failing_gets_its_time_again(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG} live")
    for _ in range(20):
        out.web.failing = [SourceUnreachable(host=NAME)]
        await out.look(minutes=60 * 24)
    assert (await kept(out)).rests == "failing"
    await out.team.say("ana", f"sources resume {NAME}")
    out.web.failing = [SourceUnreachable(host=NAME)]

    await out.look(minutes=1)

    assert (await kept(out)).rests == ""


async def test_what_says_it_is_from_tomorrow_is_from_now(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG} live")
    out.web.publish("new", "News", out.team.clock.now() + 24 * HOUR)

    await out.look()

    source = await kept(out)
    post = await out.team.store.read(lambda tx: tx.posts.last_of(source.id))
    assert post is not None
    assert post.created_at == out.team.clock.now()


async def test_behind_a_warning_neither_words_nor_pictures_come(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG} live")
    address = "https://blog.example.org/p.png"
    out.web.pictures[address] = picture()
    media = (SourceMedia(address),)
    out.web.publish("bare", "A cat", out.team.clock.now(), media=media)
    out.web.publish("warned", "The murderer is", out.team.clock.now(), warning="Spoiler", media=media)

    await out.look()

    source = await kept(out)
    warned = await out.team.store.read(lambda tx: tx.posts.last_of(source.id))
    bare, shown = out.texts()
    assert "A cat" in bare
    assert "⚠ Spoiler" in shown
    assert "murderer" not in shown
    assert warned is not None
    assert warned.attachments == ()


async def test_a_source_that_was_let_go_is_followed_again_by_its_name(out: Out) -> None:
    feed = f"{BLOG}/other"
    out.web.at[feed] = [Found(feed, NAME, "Other")]
    await out.team.say("ana", f"follow {BLOG}")
    await out.team.say("ana", f"follow {feed}")
    await out.team.say("ana", f"unfollow {NAME}-2")

    told = await out.team.tell("ana", f"follow {NAME}-2 live")

    assert f"You follow {NAME}-2" in told
    other = await out.team.store.read(lambda tx: tx.sources.at(ELSEWHERE, feed))
    assert other is not None
    assert other.next_at is not None


async def test_only_whoever_brought_it_and_administrators_pause_it(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG}")
    await out.team.say("bo", f"follow {BLOG}", "@")

    refused = await out.team.say("bo", f"sources pause {NAME}", "@")

    assert not refused.ok
    assert (await kept(out)).rests == ""
    assert Role.ADMIN not in (await out.team.store.read(lambda tx: tx.people.by_handle("bo"))).roles  # type: ignore[union-attr]


async def test_a_stale_look_holds_nothing_and_changes_nothing(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG} live")
    out.team.clock.advance(minutes=60)
    now = out.team.clock.now()
    [stale] = await out.team.store.write(lambda tx: tx.sources.due(now, now, 9))
    await out.team.store.write(lambda tx: tx.sources.due(now, now + timedelta(hours=1), 9))
    out.web.change("old", "Other news")

    await look_at(out.team.world, stale)

    def newest(tx: Tx, id: PersonId = stale.id) -> str:
        return str(tx.posts.newest_of(id, 1)[0].text)

    assert "Other" not in await out.team.store.read(newest)


@pytest.mark.parametrize("key", [FEED.replace("https:", "http:"), f"{FEED}/", f"{FEED.replace('https:', 'http:')}/"])
async def test_another_spelling_of_an_address_is_the_same_source(out: Out, key: str) -> None:
    await out.team.say("ana", f"follow {BLOG}")
    out.web.at["https://plain.example.org"] = [replace(FOUND, key=key)]

    await out.team.say("bo", "follow https://plain.example.org", "@")

    assert [watch.key for watch in await out.team.store.read(lambda tx: tx.sources.all())] == [FEED]


async def test_a_source_is_no_person_though_it_is_called_like_one(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG} live")

    told = await out.team.tell("ana", f"follow @{NAME}")
    await out.team.say("ana", f"status Have you read @{NAME} today?")
    await out.team.deliver()

    assert "follow" in told.lower()
    follows = await out.team.store.read(
        lambda tx: [
            follow.subject for person in [tx.people.by_handle("ana")] if person for follow in tx.follows.of(person.id)
        ]  # type: ignore[arg-type]
    )
    assert [(subject.kind.value, subject.name) for subject in follows] == [("source", NAME)]


async def test_nobody_sees_to_what_they_may_not_see(out: Out) -> None:
    await out.team.say("li", "help", "@")
    await out.team.say("ana", "status to:me A tender in secret")

    tried = [await out.team.say("li", f"{verb} ~1", "@") for verb in ("take", "done", "drop")]

    assert not any(reply.ok for reply in tried)


async def test_what_is_beyond_the_retention_time_goes_and_does_not_come_again(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG} live")
    out.web.publish("new", "Version 2", out.team.clock.now())
    await out.look()
    out.team.clock.advance(hours=24 * 800)
    await upkeep.forget(out.team.world)
    watch = await kept(out)
    left = await out.team.store.read(lambda tx: tx.posts.newest_of(watch.id, 9))
    out.web.change("new", "Version 2, changed")

    await out.look()
    await out.look()

    assert left == []
    assert len(out.texts()) <= 1
    assert await out.team.store.read(lambda tx: tx.posts.newest_of(watch.id, 9)) == []
