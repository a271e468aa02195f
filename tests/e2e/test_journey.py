"""The whole way, as people go it: three browsers, a real bridge, and a restart in the middle."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.conftest import Arrive, Complaints, Running, Visitor

AWAY = re.compile(r"Failed to load resource: net::ERR_")


def test_ana_posts_bo_follows_live_cy_by_digest_ana_edits_the_bridge_is_restarted_ana_deletes(
    fresh: Running, arrive: Arrive, complaints: Complaints, shoot: Callable[[Visitor, str], None]
) -> None:
    ana, bo, cy = (arrive(fresh, name) for name in ("Ana Kovač", "Bo", "Cy"))
    expect(ana.page.get_by_role("heading", name="It's quiet in #general")).to_be_visible()

    # Bo follows live and waits in the direct message; Cy follows by digest, at their own nine o'clock.
    expect(bo.say("/follow @ana.kovač live")).to_contain_text("New updates come at once, in your direct messages.")
    bo.go("Bridge")
    bo.page.evaluate("window.opened = true")
    followed = cy.say("/follow @ana.kovač")
    expect(followed).to_contain_text("✓ You follow @ana.kovač")
    expect(followed).to_contain_text(re.compile(r"in your digest, next .*09:00 Vienna"))

    # Ana shares, and sees who will see it; Bo has it at once.
    receipt = ana.say("/status Shipping v2 today #release")
    expect(receipt).to_contain_text("✓ Shared ~1")
    expect(receipt).to_contain_text(re.compile(r"Seen by: 3 people, not the community · kept 2 years"))
    expect(bo.messages).to_have_count(1)
    expect(bo.messages).to_contain_text("Ana Kovač")
    expect(bo.messages).to_contain_text("Shipping v2 today #release")
    shoot(bo, "live")

    # Cy sees what the next digest will bring.
    cy.press(followed.get_by_role("button", name=re.compile("See (tomorrow's 09:00|the next) digest")))
    expect(cy.answer).to_contain_text("Good morning, Cy")
    expect(cy.answer).to_contain_text("Shipping v2 today #release")
    shoot(cy, "preview")

    # Ana edits in the form that the receipt opens; Bo's copy changes where it stands.
    receipt.get_by_role("button", name="Edit").click()
    text = ana.page.get_by_role("dialog").get_by_label("Your update")
    expect(text).to_have_value("Shipping v2 today #release")
    text.fill("Shipping v2 tomorrow #release")
    ana.press(ana.page.get_by_role("dialog").get_by_role("button", name="Save"))
    expect(bo.messages).to_contain_text("Shipping v2 tomorrow #release")
    expect(bo.messages).to_contain_text("edited")
    expect(bo.messages).to_have_count(1)

    # The bridge goes away and comes back; every page finds it again by itself.
    complaints.expected = AWAY
    assert fresh.stop() == 0
    expect(bo.page.get_by_role("status")).to_contain_text("can't be reached")
    shoot(bo, "away")
    fresh.start()
    for visitor in (ana, bo, cy):
        expect(visitor.page.locator(".offline")).to_be_hidden()
    expect(bo.messages).to_contain_text("Shipping v2 tomorrow #release")

    # Ana deletes: Bo's copy goes, and the digest has nothing left.
    expect(ana.say("/delete last")).to_contain_text("✓")
    expect(bo.messages).to_have_count(0)
    expect(cy.say("/digest preview")).not_to_contain_text("Shipping")
    assert bo.page.evaluate("window.opened") is True, "Bo's page was never loaded again"


def test_what_went_while_a_page_was_alone_goes_when_the_bridge_is_back(
    fresh: Running, arrive: Arrive, complaints: Complaints
) -> None:
    """The page has seen the update, but its deletion happens while it is cut off."""
    ana, bo = arrive(fresh, "Ana"), arrive(fresh, "Bo")
    bo.say("/follow @ana live")
    bo.go("Bridge")
    ana.say("/status Shipping v2 today")
    expect(bo.messages).to_have_count(1)

    complaints.expected = AWAY
    bo.page.context.set_offline(True)
    fresh.stop()
    fresh.start()
    expect(ana.page.locator(".offline")).to_be_hidden()
    ana.say("/delete last")
    expect(ana.answer).to_contain_text("✓")
    bo.page.context.set_offline(False)

    expect(bo.messages).to_have_count(0)
