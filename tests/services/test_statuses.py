"""A platform's own status as an update: allowed by its owner, meant as one, and once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.model.command import Reply, Who
from bridge.model.compose.text import card_text
from bridge.model.inbound import StatusSet
from bridge.model.kept import Tx
from bridge.model.post import Post
from bridge.model.text import plain
from bridge.services.sharing import publish, statuses
from tests.services.conftest import CHAT, HOME, Team

MEGA = "mega"


async def set_status(
    team: Team, text: str, emoji: str = MEGA, until: datetime | None = None, who: str = "ana", key: str = ""
) -> Reply | None:
    key = key or f"status {team.world.ids.new()}"
    return await team.intake.hear(StatusSet(key, Who(CHAT, HOME, who, who), emoji, text, until))


async def posts(team: Team) -> list[Post]:
    """The newest last; deleted ones too."""
    return await team.store.read(lambda tx: [post for n in range(1, 20) if (post := tx.posts.by_number(n))])


async def shared(team: Team) -> list[str]:
    return [plain(post.text) for post in await posts(team)]


async def heard_last(team: Team) -> str:
    def look(tx: Tx) -> str:
        account = tx.people.account(CHAT, HOME, "ana")
        return account.status if account else ""

    return await team.store.read(look)


@pytest.fixture
async def team(lite: Team) -> Team:
    """Ana allows it."""
    await lite.say("ana", "help")
    assert (await lite.say("ana", "settings chat-status on")).ok
    return lite


async def test_it_becomes_an_update_with_a_receipt(team: Team) -> None:
    reply = await set_status(team, "Shipping v2 #release")

    assert reply is not None
    assert card_text(reply.card).startswith("✓ Shared  ~1\nShipping v2 #release\nSeen by:")
    assert "[Undo]" in card_text(reply.card)
    assert await shared(team) == ["Shipping v2 #release"]


async def test_nobody_who_did_not_allow_it_shares_anything(team: Team) -> None:
    assert await set_status(team, "Shipping v2 #release", who="bo") is None
    assert await shared(team) == []


async def test_a_strangers_status_makes_nobody_known(team: Team) -> None:
    await set_status(team, "Shipping v2 #release", who="stranger")

    assert await team.store.read(lambda tx: tx.people.account(CHAT, HOME, "stranger")) is None


async def test_switched_off_it_shares_nothing(team: Team) -> None:
    off = await team.tell("ana", "settings chat-status off")

    assert "My status on Chat" in off
    assert await set_status(team, "Shipping v2 #release") is None
    assert await shared(team) == []


@pytest.mark.parametrize(
    ("emoji", "text", "counts"),
    [
        (MEGA, "Shipping v2", True),
        ("📣", "Shipping v2", True),
        (":mega::skin-tone-2:", "Shipping v2", True),
        ("rocket", "Shipping v2 #release", True),
        ("", "Shipping v2 #release", True),
        ("calendar", "In a meeting", False),
        ("face_with_thermometer", "Out sick", False),
        ("", "Working from home", False),
        (MEGA, "  ", False),
    ],
)
async def test_only_what_is_meant_as_an_update_counts(team: Team, emoji: str, text: str, counts: bool) -> None:
    await set_status(team, text, emoji)

    assert await shared(team) == ([text] if counts else [])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("📣 Shipping v2", "Shipping v2"),
        ("Shipping v2 📣🏽", "Shipping v2"),
        ("Shipping :mega: v2", "Shipping v2"),
        (":mega::skin-tone-2: Shipping v2", "Shipping v2"),
        ("📣", ""),
        (" :mega: 📣 ", ""),
        ("🚀 Shipping v2", ""),
        ("omega:mega:omega", ""),
    ],
)
@pytest.mark.parametrize("emoji", ["", ":speech_balloon:"])
async def test_the_share_emoji_counts_in_the_words_too_and_is_none_of_them(
    team: Team, emoji: str, text: str, words: str
) -> None:
    await set_status(team, text, emoji)

    assert await shared(team) == ([words] if words else [])


async def test_its_end_is_the_updates(team: Team) -> None:
    until = team.clock.now() + timedelta(hours=4)
    await set_status(team, "Graz office", until=until)

    assert [post.until for post in await posts(team)] == [until]


async def test_one_that_is_over_by_now_is_no_news(team: Team) -> None:
    assert await set_status(team, "Graz office", until=team.clock.now()) is None


async def test_the_same_status_twice_is_one_update(team: Team) -> None:
    await set_status(team, "Shipping v2")
    again = await set_status(team, "Shipping v2")
    await set_status(team, "Shipping v2", until=team.clock.now() + timedelta(hours=1))

    assert again is None
    assert await shared(team) == ["Shipping v2"]


async def test_two_processes_that_hear_it_at_once_make_one(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    async def forgets(*_: object) -> None:
        """The other one has not written yet."""

    monkeypatch.setattr(statuses, "_remember", forgets)
    first = await set_status(team, "Shipping v2")
    second = await set_status(team, "Shipping v2")

    assert first is not None
    assert second is None
    assert await shared(team) == ["Shipping v2"]


async def test_cleared_it_shares_nothing(team: Team) -> None:
    await set_status(team, "Shipping v2")
    cleared = await set_status(team, "", "")

    assert cleared is None
    assert await heard_last(team) == ""
    assert await shared(team) == ["Shipping v2"]


async def test_a_new_one_after_another_is_a_new_update(team: Team) -> None:
    for text in ("Shipping v2", "Shipping v3"):
        await set_status(team, text)

    assert await shared(team) == ["Shipping v2", "Shipping v3"]


async def test_the_same_words_on_another_day_are_news_again(team: Team) -> None:
    await set_status(team, "On call")
    await set_status(team, "", "")
    team.clock.advance(days=1)
    await set_status(team, "On call")

    assert await shared(team) == ["On call", "On call"]


async def test_what_it_says_is_not_kept(team: Team) -> None:
    await set_status(team, "At the doctor", "pill")

    assert await heard_last(team) != ""
    assert "doctor" not in await heard_last(team)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x" * 501, "That's too long by 1"),
        (
            "to:me Ask Li",
            "Your status wasn't shared: everybody can see it, so “to:me” can't hold. Try /status to:me ….",
        ),
        ("to:@li secret", "Your status wasn't shared: everybody can see it, so “to:@li” can't hold."),
    ],
)
async def test_what_cannot_be_shared_is_explained_once(team: Team, text: str, said: str) -> None:
    first, second = [await set_status(team, text) for _ in range(2)]

    assert first is not None
    assert not first.ok
    assert card_text(first.card).startswith(said)
    assert first.typed == text
    assert second is None
    assert await shared(team) == []


async def test_whoever_dies_before_it_is_remembered_shares_it_once(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(statuses, "publish", _power_cut)
        with pytest.raises(ConnectionError):
            await set_status(team, "Shipping v2", key="same")
    assert statuses.publish is publish.publish

    await set_status(team, "Shipping v2", key="same")

    assert await shared(team) == ["Shipping v2"]


async def _power_cut(*_: object) -> None:
    raise ConnectionError


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(max_size=600), emoji=st.text(max_size=20))
async def test_no_status_is_ever_an_error(team: Team, text: str, emoji: str) -> None:
    await set_status(team, text, emoji)


async def test_a_platform_that_tells_nothing_offers_nothing(lite: Team) -> None:
    lite.chat.hears_status = False

    assert "My status" not in await lite.tell("ana", "settings")
    assert not (await lite.say("ana", "settings chat-status on")).ok


async def test_the_setting_opens_a_form(team: Team) -> None:
    reply = await team.say("ana", "settings chat-status")
    wrong = await team.say("ana", "settings chat-status perhaps")

    assert reply.form is not None
    assert (reply.form.line, reply.form.fields[0].value) == ("settings chat-status", "on")
    assert card_text(wrong.card).startswith("“perhaps” isn't a value of chat-status. It can be: on, off.")
