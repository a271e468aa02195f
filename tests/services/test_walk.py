"""The thinnest whole path: somebody shares, followers see it, the others get it in their digest."""

from __future__ import annotations

from bridge.services.delivery import digest
from tests.services.conftest import Team


async def test_a_live_follower_sees_an_update_at_once(team: Team) -> None:
    await team.say("ana", "help")
    await team.say("bo", "follow @ana live here", "random")

    receipt = await team.tell("ana", "status Shipping v2 today #release")
    await team.deliver()

    assert "✓ Shared  ~1" in receipt
    assert "#random" in receipt
    assert any("Shipping v2 today #release" in text for text in team.chat.texts("random"))


async def test_an_edit_and_a_delete_reach_the_copy(team: Team) -> None:
    await team.say("ana", "help")
    await team.say("bo", "follow @ana live")
    await team.say("ana", "status Shipping v2 today")
    await team.deliver()

    await team.say("ana", "edit last Shipping v2 tomorrow")
    await team.deliver()
    edited = team.chat.texts("@bo")
    await team.say("ana", "delete last")
    await team.deliver()

    assert len(edited) == 1
    assert "Shipping v2 tomorrow" in edited[0]
    assert "edited" in edited[0]
    assert team.chat.texts("@bo") == []


async def test_the_others_get_it_in_their_morning_digest(team: Team) -> None:
    await team.say("ana", "help")
    await team.say("cy", "follow @ana")
    await team.say("ana", "status Shipping v2 today #release")
    team.clock.advance(hours=22, minutes=0)
    made = await digest.tick(team.world)
    await team.deliver()
    again = await digest.tick(team.world)

    assert made.made == 1
    assert again.made == 0
    [text] = team.chat.texts("@cy")
    assert text.startswith("Good morning, cy · Tue 24 Nov · 1 update")
    assert "Shipping v2 today #release" in text
