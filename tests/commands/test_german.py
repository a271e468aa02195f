"""What somebody who reads German sees, from end to end: no English is left on their cards."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bridge.services.delivery import digest
from tests.commands.conftest import met
from tests.core import Team
from tests.model.samples import block


@pytest.fixture
async def german(team: Team) -> Team:
    """Cy reads German; Ana is known."""
    await met(team, "ana", "cy")
    await team.say("cy", "settings language de")
    return team


async def test_help(german: Team) -> None:
    expected = """
    Sag es dem Team in einer Zeile. Lies einmal am Tag.
    Teilen  /status Shipping v2 #release
    Folgen  /follow @ana · kommt in deinem Digest um 09:00
    Lesen   /catchup
    Finden  /who ana
    Ruhe    /mute @ana 2d
    In Threads: @Bridge … · Bei jeder Nachricht: 📣  [Mehr] [Meine Einstellungen]
    """
    assert await german.tell("cy", "help") == block(expected)


async def test_receipt(german: Team) -> None:
    await german.say("ana", "follow @cy live")

    expected = """
    ✓ Geteilt  ~1
    Der Import läuft #importer @annna
    Sichtbar für: 2 Leute, nicht die Community · bleibt 2 Jahre
    Live in 1 Direktnachricht
    #general folgt dir nicht  [Auch hier zeigen]
    @annna kenne ich nicht. Meinst du @ana?
    [Bearbeiten] [Rückgängig] [Sichtbarkeit]
    """
    assert await german.tell("cy", "status Der Import läuft #importer @annna") == block(expected)


async def test_follow_and_digest(german: Team) -> None:
    followed = await german.tell("cy", "follow @ana")
    await german.say("ana", "status Shipping v2 today #release until fri")
    await german.say("ana", "status Who can help @cy?")
    german.clock.set(datetime(2026, 11, 24, 8, tzinfo=UTC))
    await digest.tick(german.world)
    await german.deliver()

    assert followed.startswith(
        "✓ Du folgst @ana\nNeue Updates kommen in deinem Digest, das nächste Mal morgen 09:00 (Wien).\n"
    )
    expected = """
    Guten Morgen, cy · Di., 24. Nov. · 1 Update
    LEUTE     ana: Shipping v2 today #release bis Fr
    Der nächste: morgen 09:00 (Wien)  [Ändern, was ich bekomme]
    """
    assert german.chat.texts("@cy")[-1] == block(expected)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("digest daily 25:00", "Diese Uhrzeit gibt es nicht: 25:00. Versuch es mit /digest daily 9."),
        ("follw @ana", "follw kenne ich nicht. Meinst du /follow?"),
    ],
)
async def test_mistakes(german: Team, typed: str, said: str) -> None:
    shown = await german.tell("cy", typed)

    assert shown.split("\n")[0] == said
    assert f"Du hast getippt: {typed}" in shown
