"""What is outside comes in: followed, delivered live and by digest, changed and taken away like a colleague's
update."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bridge.model.errors import SourceGone, SourceSlow, SourceThrottled, SourceUnreachable
from bridge.model.place import Members
from bridge.model.source import Found, Outside, SourceMedia
from bridge.services.delivery import digest
from bridge.services.outside.collect import Collector
from bridge.services.outside.looking import look_at
from tests.core import Team
from tests.e2e.test_page import picture
from tests.elsewhere import BLOG, ELSEWHERE, FEED, Elsewhere, item

HOUR = timedelta(hours=1)


class Out:
    """A team that follows a blog. `look` looks at whatever is due."""

    def __init__(self, team: Team) -> None:
        self.team, self.web = team, Elsewhere()
        team.world.adapters[ELSEWHERE] = self.web  # type: ignore[index]
        self.collector = Collector(team.world)

    async def look(self, minutes: float = 90) -> None:
        self.team.clock.advance(minutes=minutes)
        await self.collector.drain()
        await self.team.deliver()

    def texts(self, place: str = "@ana") -> list[str]:
        return self.team.chat.texts(place)


async def _out(team: Team) -> Out:
    found = Out(team)
    found.web.publish("old", "Old news", team.clock.now() - 3 * HOUR)
    await team.say("ana", "help", "@")
    return found


@pytest.fixture
async def out(lite: Team) -> Out:
    """Over SQLite alone."""
    return await _out(lite)


@pytest.fixture
async def both(team: Team) -> Out:
    """Over either database."""
    return await _out(team)


async def test_a_first_look_shows_the_newest_privately_and_sends_nothing(out: Out) -> None:
    for number in range(30):
        out.web.publish(f"i{number}", f"Item {number}", out.team.clock.now() - HOUR)

    told = await out.team.tell("ana", f"follow {BLOG} live")
    await out.look()

    assert "You follow blog.example.org" in told
    assert [f"Item {number}" in told for number in (29, 28, 27, 26)] == [True, True, True, False]
    assert "New items come from now on" in told
    assert out.texts() == []


async def test_what_is_new_comes_at_once_and_says_where_it_is_from(both: Out) -> None:
    await both.team.say("ana", f"follow {BLOG} live")
    both.web.publish("new", "Version 2 is out", both.team.clock.now())

    await both.look()
    await both.look()

    [text] = both.texts()
    assert "The Blog" in text
    assert "Version 2 is out" in text
    assert "blog.example.org/new" in text


async def test_a_network_s_own_warning_is_in_the_reader_s_language_and_its_author_s_as_it_is(out: Out) -> None:
    await out.team.say("bo", "settings language de", "@")
    for who in ("ana", "bo"):
        await out.team.say(who, f"follow {BLOG} live", "@")
    now = out.team.clock.now()
    out.web.publish("net", "Skin", now, warning="Nudity, Graphic media")
    out.web.publish("own", "Skin", now, warning="Nudity in one scene")

    await out.look()
    read = await out.team.tell("bo", "timeline", "@")

    assert "⚠ Nudity, Graphic media" in out.texts()[0]
    assert "⚠ Nacktheit, Drastische Bilder" in out.texts("@bo")[0]
    assert "⚠ Nacktheit, Drastische Bilder" in read
    assert all("⚠ Nudity in one scene" in out.texts(place)[1] for place in ("@ana", "@bo"))


async def test_a_digest_brings_it_under_outside(both: Out) -> None:
    await both.team.say("ana", f"follow {BLOG}")
    both.web.publish("new", "Version 2 is out", both.team.clock.now())
    await both.look()

    both.team.clock.advance(hours=23)
    await digest.tick(both.team.world)
    await both.team.deliver()

    [text] = both.texts()
    assert "Version 2 is out" in text
    assert "outside" in text.lower()


@pytest.mark.parametrize("filter", ["", "only news"])
@pytest.mark.parametrize("cadence", ["", "live"])
async def test_what_was_there_before_a_follow_comes_by_no_digest(both: Out, cadence: str, filter: str) -> None:
    both.web.publish("fresh", "Fresh news", both.team.clock.now() - HOUR / 2)
    both.web.publish("undated", "Undated news")
    both.web.publish("early", "News of tomorrow", both.team.clock.now() + 2 * HOUR)
    await both.team.say("ana", f"follow {BLOG} {cadence} {filter}".strip())
    both.team.clock.advance(hours=1)
    await both.team.say("bo", f"follow {BLOG} {cadence} {filter}".strip(), "@")
    asked = await both.team.tell("bo", "why ~1", "@")

    both.team.clock.advance(hours=24)
    await digest.tick(both.team.world)
    await both.team.deliver()

    assert both.texts() == both.texts("@bo") == []
    assert "It was there before that" in asked


async def test_what_a_late_first_look_finds_comes_by_no_digest_but_for_what_is_new(both: Out) -> None:
    both.web.failing = [SourceUnreachable(host="blog.example.org")]
    both.web.publish("undated", "Undated news")
    await both.team.say("ana", f"follow {BLOG}")
    both.web.publish("new", "Version 2", both.team.clock.now() + HOUR)
    await both.look(minutes=60 * 5)

    both.team.clock.advance(hours=20)
    await digest.tick(both.team.world)
    await both.team.deliver()

    [text] = both.texts()
    assert "Version 2" in text
    assert not any(old in text for old in ("Undated", "Old"))


async def test_a_changed_item_changes_its_copies_and_one_that_is_gone_takes_them_away(both: Out) -> None:
    await both.team.say("ana", f"follow {BLOG} live")
    both.web.publish("new", "Versoin 2", both.team.clock.now())
    await both.look()

    both.web.change("new", "Version 2")
    await both.look()
    changed = both.texts()
    both.web.gone.append("new")
    await both.look()

    assert len(changed) == 1
    assert "Version 2" in changed[0]
    assert both.texts() == []


async def test_where_an_administrator_said_so_changes_stay_outside(out: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    out.team.world.policy = replace(out.team.world.policy, source_edits=False)
    await out.team.say("ana", f"follow {BLOG} live")
    out.web.publish("new", "Versoin 2", out.team.clock.now())
    await out.look()
    out.web.change("new", "Version 2")
    await out.look()

    assert "Versoin 2" in out.texts()[0]


async def test_what_is_published_again_does_not_come_again(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG} live")
    out.web.publish("new", "Version 2", out.team.clock.now())
    await out.look()

    out.web.items[FEED] = [item("new", "Version 2", out.team.clock.now())]
    await out.look()

    assert len(out.texts()) == 1


async def test_a_source_that_renames_everything_floods_nobody(out: Out) -> None:
    for number in range(8):
        out.web.publish(f"i{number}", f"Item {number}", out.team.clock.now() - HOUR)
    await out.team.say("ana", f"follow {BLOG} live")
    out.web.items[FEED] = [item(f"x{number}", f"Item {number}", out.team.clock.now()) for number in range(8)]
    out.web.publish("truly", "Truly new", out.team.clock.now())

    await out.look()
    await out.look()

    [text] = out.texts()
    assert "Truly new" in text
    assert "Item" not in text, "joined into one message they would be a single one, too"


async def test_of_many_new_items_ten_come_at_once_and_the_rest_by_digest(out: Out) -> None:
    await out.team.say("bo", f"follow {BLOG} live here", "random")
    for number in range(14):
        out.web.publish(f"i{number}", f"Item number {number}.", out.team.clock.now())

    await out.look()

    live = "\n".join(out.texts("random"))
    assert [f"number {number}." in live for number in (3, 4, 13)] == [False, True, True]
    out.team.clock.advance(hours=23)
    await digest.tick(out.team.world)
    await out.team.deliver()
    assert any("number 3." in text for text in out.texts("random"))


async def test_ten_of_a_burst_come_at_once_however_many_looks_it_takes(out: Out) -> None:
    await out.team.say("bo", f"follow {BLOG} live here", "random")
    out.web.page, out.web.told = 6, 1
    for number in range(20):
        out.web.publish(f"i{number}", f"Item number {number}.", out.team.clock.now())

    await out.look()
    for _ in range(3):
        await out.look(minutes=0.5)

    live = "\n".join(out.texts("random"))
    assert sum(f"number {number}." in live for number in range(20)) == 10
    numbers = [(await out.team.tell("bo", f"timeline {BLOG.removeprefix('https://')}")).partition("~")[2].split()[0]]
    assert "at once" in await out.team.tell("bo", f"why ~{numbers[0]} here", "random")
    out.web.page = 200
    out.web.publish("later", "Item after that.", out.team.clock.now())
    await out.look()
    assert "after that." in out.texts("random")[-1]


async def test_followers_of_everyone_get_nothing_from_outside(both: Out) -> None:
    await both.team.say("bo", "follow everyone live", "@")
    await both.team.say("ana", f"follow {BLOG} live")
    both.web.publish("new", "Version 2", both.team.clock.now())

    await both.look()

    assert both.texts("@bo") == []
    assert "Version 2" not in await both.team.tell("bo", "timeline everyone")
    assert "Version 2" in await both.team.tell("ana", "timeline")
    assert "Version 2" in await both.team.tell("bo", "timeline blog.example.org")


async def test_what_is_said_of_it_here_stays_with_the_team(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG} live here", "open")
    out.team.chat.members_of["open"] = Members(known=True, team=False, count=9)
    await out.team.say("ana", "follow everyone live here", "open")
    out.web.publish("new", "Rival ships", out.team.clock.now())
    await out.look()
    [outside] = [text for text in out.texts("open") if "Rival" in text]
    number = (await out.team.tell("ana", "timeline blog.example.org")).partition("~")[2].split()[0]

    await out.team.say("ana", f"reply ~{number} We are better")
    await out.team.deliver()

    assert "Rival ships" in outside
    assert not any("better" in text for text in out.texts("open"))


async def test_what_nobody_follows_is_not_looked_at(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG}")
    await out.team.say("ana", "unfollow blog.example.org")
    before = len(out.web.looks)

    await out.look(minutes=60 * 30)

    assert len(out.web.looks) == before


async def test_who_follows_again_later_is_not_flooded_by_what_came_meanwhile(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG} live")
    await out.team.say("ana", "unfollow blog.example.org")
    out.web.publish("meanwhile", "Meanwhile", out.team.clock.now())
    out.team.clock.advance(hours=5)

    await out.team.say("ana", f"follow {BLOG} live")
    await out.look()

    assert out.texts() == []


async def test_a_failure_is_told_privately_once_after_a_day_and_two_weeks(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG} live")

    for _ in range(40):
        out.web.failing = [SourceUnreachable(host="blog.example.org")]
        await out.look(minutes=60 * 24)

    said = out.texts()
    assert len(said) == 2
    assert "can't be read since yesterday" in said[0]
    assert "rests" in said[1]
    assert "Resume" in str(await out.team.say("ana", "sources"))


async def test_a_mistake_of_ours_counts_as_a_failure_and_is_logged_once_a_look(
    out: Out, caplog: pytest.LogCaptureFixture
) -> None:
    await out.team.say("ana", f"follow {BLOG} live")
    out.web.looks.clear()
    out.web.failing = [KeyError("id") for _ in range(200)]

    for _ in range(120):
        await out.look(minutes=30)

    looks = len(out.web.looks)
    assert 4 < looks < 20
    assert sum(bool(record.exc_info) for record in caplog.records) == looks
    [said] = out.texts()
    assert "can't be read since yesterday: It could not be read." in said


async def test_what_cannot_be_made_of_an_item_counts_as_a_failure_of_its_source(
    out: Out, caplog: pytest.LogCaptureFixture
) -> None:
    await out.team.say("ana", f"follow {BLOG} live")
    out.web.publish("odd", "Odd", link=None)

    await out.look()
    told = await out.team.tell("ana", "sources")

    assert "It can't be read since" in told


async def test_what_cannot_be_kept_counts_as_a_failure_of_its_source(
    out: Out, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    await out.team.say("ana", f"follow {BLOG} live")
    out.web.looks.clear()
    monkeypatch.setattr("bridge.services.outside.yielding.about_of", lambda item: {}["odd"])
    out.web.publish("new", "Version 2", out.team.clock.now())

    for _ in range(120):
        await out.look(minutes=30)

    assert 4 < len(out.web.looks) < 20
    assert "by a mistake of ours" in caplog.text
    [said] = out.texts()
    assert "can't be read since yesterday: It could not be read." in said


async def test_a_picture_that_a_mistake_of_ours_keeps_from_us_is_left_out(
    out: Out, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fetch(url: str, most: int) -> bytes:
        raise KeyError(url)

    monkeypatch.setattr(out.web, "fetch", fetch)
    await out.team.say("ana", f"follow {BLOG} live")
    picture = SourceMedia("https://blog.example.org/p.png")
    out.web.publish("new", "Look here", out.team.clock.now(), media=(picture,))

    await out.look()

    [said] = out.texts()
    assert "Look here" in said
    assert "could not be fetched" in caplog.text


async def test_it_is_tried_less_and_less_often(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG} live")
    out.web.looks.clear()
    out.web.failing = [SourceSlow(host="blog.example.org") for _ in range(200)]

    for _ in range(48):
        await out.look(minutes=30)

    assert 4 < len(out.web.looks) < 14


async def test_who_asks_for_patience_gets_it_and_counts_as_well(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG} live")
    out.web.failing = [SourceThrottled(seconds=7200, host="blog.example.org")]
    await out.look()
    looks = len(out.web.looks)

    await out.look(minutes=100)
    early = len(out.web.looks)
    await out.look(minutes=30)

    assert (early, len(out.web.looks)) == (looks, looks + 1)
    assert out.texts() == []


async def test_what_is_gone_for_good_is_told_and_rests(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG} live")
    out.web.failing = [SourceGone(host="blog.example.org")]
    await out.look()
    looks = len(out.web.looks)

    await out.look(minutes=60 * 48)

    [said] = out.texts()
    assert "gone for good" in said
    assert len(out.web.looks) == looks


async def test_several_at_one_address_are_asked_about(out: Out) -> None:
    out.web.at[BLOG] = [Found(f"{BLOG}/posts", "blog.example.org", "Posts"), Found(f"{BLOG}/talks", "talks", "Talks")]

    reply = await out.team.say("ana", f"follow {BLOG} live")
    told = await out.team.tell("ana", f"follow {BLOG}/talks live")

    lines = [action.line for section in reply.card.sections for row in section.rows for action in row.actions]
    assert lines == [f"follow {BLOG}/posts live", f"follow {BLOG}/talks live"]
    assert "You follow talks" in told


async def test_whom_one_reader_waited_for_in_vain_no_other_asks(out: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(typed: str) -> list[Found]:
        raise SourceSlow(host="blog.example.org")

    first = Elsewhere(claim_order=10)
    monkeypatch.setattr(first, "resolve", silent)
    out.team.world.adapters["first"] = first  # type: ignore[index]

    told = await out.team.tell("ana", f"follow {BLOG}")

    assert "blog.example.org took too long to answer" in told
    assert out.web.looks == []


@pytest.mark.parametrize("typed", ["https://nothing.example.org", "https://"])
async def test_what_cannot_be_followed_is_said_in_a_sentence(out: Out, typed: str) -> None:
    reply = await out.team.say("ana", f"follow {typed}")

    assert not reply.ok
    assert reply.typed == f"follow {typed}"


async def test_a_picture_inside_is_not_fetched_for_whoever_is_outside(out: Out) -> None:
    inside = "http://wiki.internal:8080/secret.png"
    out.web.pictures[inside] = picture()
    allowed = Outside(allowed=frozenset({("wiki.internal", 8080)}))
    out.team.world.policy = replace(out.team.world.policy, outside=allowed)
    await out.team.say("ana", f"follow {BLOG} live")
    out.web.publish("new", "Look here", out.team.clock.now(), media=(SourceMedia(inside),))

    await out.look()

    assert "Look here" in out.texts()[0]
    assert "secret" not in out.texts()[0]


async def test_two_processes_look_once(both: Out) -> None:
    await both.team.say("ana", f"follow {BLOG} live")
    both.web.looks.clear()
    both.team.clock.advance(minutes=60)
    other = Collector(both.team.world)

    taken = [await both.collector.tick(), await other.tick()]
    await both.collector.drain()
    await other.drain()

    assert sorted(taken) == [0, 1]
    assert len(both.web.looks) == 1


async def test_a_look_that_another_has_taken_over_keeps_nothing(both: Out) -> None:
    await both.team.say("ana", f"follow {BLOG} live")
    both.team.clock.advance(minutes=60)
    now = both.team.clock.now()
    [stale] = await both.team.store.write(lambda tx: tx.sources.due(now, now, 9))
    await both.team.store.write(lambda tx: tx.sources.due(now, now + HOUR, 9))
    both.web.publish("new", "Version 2", now)

    done = await look_at(both.team.world, stale)

    assert not done.any
    assert "Version 2" not in await both.team.tell("ana", "timeline blog.example.org")
