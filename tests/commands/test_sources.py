"""What people are told of sources: the ones they have, what they call them, and what can't be done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.model.errors import SourceSlow
from bridge.model.person import Profile
from bridge.model.source import Found, Outside
from bridge.services.outside.troubled import failed
from tests.commands.conftest import lines, met
from tests.core import Team, card_text
from tests.elsewhere import BLOG, ELSEWHERE, FEED, Elsewhere


@pytest.fixture
async def web(team: Team) -> Elsewhere:
    """With people, the first an administrator, and nothing followed yet."""
    web = Elsewhere()
    team.world.adapters[ELSEWHERE] = web  # type: ignore[index]
    await met(team, "ana", "bo")
    return web


def blogs(web: Elsewhere, count: int) -> list[str]:
    """Addresses of so many blogs, by name."""
    for number in range(count):
        key = f"https://blog{number:02}.example.org/feed"
        web.at[key] = [Found(key, f"blog{number:02}.example.org", f"Blog {number}")]
    return sorted(key for key in web.at if key != BLOG)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (f"follow {BLOG} liev", f"I can't take “liev” along. Try /follow {BLOG}."),
        (f"follow {BLOG} only", f"“only” needs words behind it. Try /follow {BLOG} only release."),
        (f"follow {BLOG} not live here", f"“not” needs words behind it. Try /follow {BLOG} live here not beta."),
        (f"follow {BLOG} lang:german", f"for example /follow {BLOG} lang:de."),
        ("follow " + "x" * 900 + " only", "“only” needs words behind it. Try /follow #release only release."),
        ("filter @ana only here", "“only” needs words behind it. Try /filter @ana only release here."),
        ("filter test @ana not", "“not” needs words behind it. Try /filter test @ana not beta."),
        ('track "our product here', 'Write it like /track "our product" not hiring here.'),
        ("follow htps://blog.example.org", "“htps://blog.example.org” is no address that I can follow"),
        ("follow http://ana:secret@blog.example.org", "begins with https:// and holds no password."),
        ("sources pause", "Say pause or resume, and which source. Try /sources pause blog.example.org."),
        ("sources resume here", "Try /sources resume blog.example.org here."),
        ("sources stop blog.example.org", "Say pause or resume, and which source."),
        ("sources pause blog.example.org", "I know no source “blog.example.org” here. /sources lists yours."),
    ],
)
async def test_what_cannot_be_done_is_said(team: Team, web: Elsewhere, line: str, sentence: str) -> None:
    reply = await team.say("bo", line)

    assert not reply.ok
    assert sentence in card_text(reply.card)


@pytest.mark.parametrize("typed", ["blog.example.org", "Blog.Example.org", BLOG])
async def test_whoever_asks_who_a_source_is_is_told_what_it_is_and_what_to_type(
    team: Team, web: Elsewhere, typed: str
) -> None:
    await team.say("ana", f"follow {BLOG}")

    theirs, others = await team.tell("ana", f"who {typed}"), await team.tell("bo", f"who {typed}")

    assert "blog.example.org is a source from outside, nobody here. Try /filter test blog.example.org." in theirs
    assert "blog.example.org is a source from outside, nobody here. Try /follow blog.example.org." in others
    assert not (await team.say("ana", f"who {typed}")).ok


async def test_guests_are_not_told_of_a_source_inside(team: Team, web: Elsewhere) -> None:
    inside = Outside(allowed=frozenset({("blog.example.org", 0)}))
    team.world.policy = replace(team.world.policy, outside=inside)
    team.chat.profiles["gus"] = Profile(name="Gus", guest=True)
    await met(team, "gus")
    await team.say("ana", f"follow {BLOG}")

    assert "is a source from outside" in await team.tell("ana", "who blog.example.org")
    assert "I know nobody called blog.example.org" in await team.tell("gus", "who blog.example.org")


@pytest.mark.parametrize("address", [BLOG, f"{BLOG}/", "http://blog.example.org", FEED])
async def test_a_source_is_called_by_its_address_too(team: Team, web: Elsewhere, address: str) -> None:
    await team.say("ana", f"follow {BLOG}")

    assert "✓ blog.example.org comes filtered: not beta" in await team.tell("ana", f"filter {address} not beta")
    assert "✓ You no longer follow blog.example.org" in await team.tell("ana", f"unfollow {address}")


async def test_an_address_of_two_sources_names_the_one_that_is_called_so_or_neither(team: Team, web: Elsewhere) -> None:
    home = "https://home.example.org"
    for name in ("one", "two"):
        web.at[f"https://{name}.example.org"] = [Found(f"{home}/{name}.xml", f"{name}.example.org", name, home)]
        await team.say("ana", f"follow https://{name}.example.org")

    assert "I know no source" in await team.tell("ana", f"unfollow {home}")
    assert "✓ You no longer follow one.example.org" in await team.tell("ana", "unfollow https://one.example.org/")
    assert "✓ You no longer follow two.example.org" in await team.tell("ana", f"unfollow {home}")


async def test_whoever_pauses_a_channels_source_can_undo_it(team: Team, web: Elsewhere) -> None:
    await team.say("ana", f"follow {BLOG} here")
    paused = await team.say("bo", "sources pause blog.example.org here")

    [undo] = lines(paused.card)

    assert "✓ blog.example.org is looked at again" in await team.tell("bo", undo)


async def test_of_several_feeds_five_have_buttons_and_the_rest_is_counted(team: Team, web: Elsewhere) -> None:
    several = [Found(f"{BLOG}/{number}", f"blog{number}.example.org", f"Blog {number}") for number in range(7)]
    web.at["https://many.example.org"] = several

    reply = await team.say("ana", "follow https://many.example.org live")

    assert lines(reply.card) == [f"follow {BLOG}/{number} live" for number in range(5)]
    assert "and 2 more, by their own addresses" in card_text(reply.card)


async def test_many_sources_come_a_page_at_a_time_what_fails_first(team: Team, web: Elsewhere) -> None:
    for address in blogs(web, 10):
        await team.say("ana", f"follow {address} here")
    await team.say("ana", "sources pause blog09.example.org here")

    first = await team.say("bo", "sources here")
    second = await team.say("bo", lines(first.card)[0])

    removed = [line.split()[1] for card in (first.card, second.card) for line in lines(card) if "unfollow" in line]
    assert removed == [f"blog{number:02}.example.org" for number in (9, *range(9))]
    assert "Show 2 more" in card_text(first.card)
    assert "more" not in card_text(second.card)


async def test_what_hardly_ever_brings_anything_is_said_to(team: Team, web: Elsewhere) -> None:
    await team.say("ana", f"follow {BLOG}")

    assert "Less than one item a week" in await team.tell("ana", "sources")


async def test_a_colleagues_name_that_looks_like_an_address_is_found_again(
    team: Team, web: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "claims", lambda typed: True)
    await met(team, "ana.kovac")

    assert "I know nobody called @ana.kovc. Try @ana.kovac." in await team.tell("bo", "follow @ana.kovc")
    assert "I know nobody called ana.kovc. Try @ana.kovac." in await team.tell("bo", "follow ana.kovc")
    assert "I can't follow blog.example.org:" in await team.tell("bo", "follow blog.example.org")
    assert "I can't follow https://ana.kovc:" in await team.tell("bo", "follow https://ana.kovc")


async def test_what_is_tracked_ends_by_its_words_alone_where_that_is_clear(team: Team, web: Elsewhere) -> None:
    for line in ('track "our product" not hiring here', 'track "our product" not jobs', 'track "our product" not ads'):
        await team.say("ana", line)

    assert '#general no longer follows "our product" not hiring' in await team.tell(
        "ana", 'unfollow "our product" here'
    )
    assert "isn't looked for" in await team.tell("ana", 'unfollow "our product"')
    assert 'no longer follow "our product" not jobs' in await team.tell("ana", 'unfollow "our product" not jobs')
    assert 'no longer follow "our product" not ads' in await team.tell("ana", 'unfollow "our product"')


async def test_of_one_that_fails_the_last_look_that_went_well_is_told_as_that(team: Team, web: Elsewhere) -> None:
    await team.say("ana", f"follow {BLOG}")
    assert "last look today" in await team.tell("ana", "sources")

    source = await team.store.read(lambda tx: tx.sources.named("blog.example.org"))
    assert source is not None
    await failed(team.world, source, SourceSlow(host="blog.example.org"))

    assert "last good look today" in await team.tell("ana", "sources")
