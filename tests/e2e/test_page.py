"""What can be done at the page, each with people of its own in one bridge that all tests share."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Arrive, Running, Visitor

Shoot = Callable[[Visitor, str], None]


def picture(width: int = 240, height: int = 120) -> bytes:
    """A small green PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = b"\0" + bytes((31, 107, 88)) * width
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(row * height)) + chunk(b"IEND", b"")
    )


def test_sample_colleagues_come_and_go(fresh: Running, arrive: Arrive, shoot: Shoot) -> None:
    ana = arrive(fresh, "Ana")
    shoot(ana, "empty")

    ana.press(ana.page.get_by_role("button", name="Show me with three sample colleagues"))
    expect(ana.answer).to_contain_text("Bo Sample")
    expect(ana.answer).to_contain_text("Sample colleague")
    expect(ana.page.get_by_text("You are looking at sample colleagues.")).to_be_visible()
    expect(ana.say("/timeline everyone")).to_contain_text("Shipping v2 today #release")
    shoot(ana, "samples")

    ana.press(ana.page.get_by_role("button", name="Remove them"))
    expect(ana.page.get_by_role("button", name="Show me with three sample colleagues")).to_be_visible()
    expect(ana.say("/timeline everyone")).not_to_contain_text("Sample")


def test_a_name_that_is_taken_is_not_given_twice(town: Running, arrive: Arrive) -> None:
    arrive(town, "Tea")
    other = arrive(town, "Other").page

    other.goto(f"{town.url}/lobby/join")
    other.get_by_label("Your name").fill("tea")
    # The browser notes the answer's status; what counts here is what is read.
    other.route("**/lobby/join", lambda route: route.fulfill(response=route.fetch(), status=200))
    other.get_by_role("button", name="Join").click()

    expect(other.get_by_text("That name is taken.")).to_be_visible()
    expect(other.get_by_label("Your name")).to_have_value("tea")
    expect(other.get_by_role("button", name="Continue as Other")).to_be_visible()


def test_words_are_completed_by_keyboard(town: Running, arrive: Arrive) -> None:
    kim = arrive(town, "Kim")
    options = kim.page.get_by_role("listbox", name="Suggestions").get_by_role("option")

    kim.box.press_sequentially("/foll")
    expect(options.first).to_contain_text("follow")
    kim.box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    kim.box.press("Escape")
    expect(options.first).to_be_hidden()
    expect(kim.box).to_have_value("/foll")

    kim.box.press_sequentially("o")
    expect(options.first).to_be_visible()
    kim.box.press("Tab")
    expect(kim.box).to_have_value(re.compile(r"^/follow\w* $"))

    kim.box.fill("")
    kim.box.press_sequentially("/hel")
    expect(options.first).to_be_visible()
    kim.box.press_sequentially("p")
    kim.box.press("Enter")
    expect(kim.answer).to_contain_text("Tell the team in one line. Read once a day.")


def test_a_reply_is_written_in_a_dialog_and_reaches_the_author(town: Running, arrive: Arrive) -> None:
    ida, rob = arrive(town, "Ida"), arrive(town, "Rob")
    rob.say("/follow @ida live")
    rob.go("Bridge")
    ida.say("/status Who can test the importer?")
    ida.go("Bridge")

    rob.messages.get_by_role("button", name="Reply", exact=True).click()
    dialog = rob.page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("Me, after lunch")
    rob.press(dialog.locator("[type=submit]"))

    expect(dialog).to_be_hidden()
    expect(ida.messages).to_contain_text("Me, after lunch")
    rob.page.reload()
    expect(rob.messages.first).to_contain_text("1 reply")


def test_undo_takes_every_copy_back(town: Running, arrive: Arrive) -> None:
    una, fin = arrive(town, "Una"), arrive(town, "Fin")
    fin.say("/follow @una live")
    fin.go("Bridge")
    receipt = una.say("/status Too early")
    expect(fin.messages).to_contain_text("Too early")

    undo = receipt.get_by_role("button", name="Undo")
    undo.focus()
    with una.page.expect_response("**/lobby/press"):
        undo.press("Enter")

    expect(fin.messages).to_have_count(0)
    # Whoever goes by keyboard has not lost their place.
    expect(una.page.locator("#messages :focus")).to_have_count(1)


def test_what_could_not_be_done_is_given_back_into_the_composer(town: Running, arrive: Arrive) -> None:
    eve = arrive(town, "Eve")

    eve.say("/digest daily 25:00")

    expect(eve.answer).to_contain_text("That time doesn't exist: 25:00.")
    expect(eve.box).to_have_value("/digest daily 25:00")
    expect(eve.box).to_be_focused()


def test_a_megaphone_shares_ones_own_line_and_asks_for_anybody_elses(town: Running, arrive: Arrive) -> None:
    sol, max_ = arrive(town, "Sol").go("random"), arrive(town, "Max").go("random")
    max_.say("/follow @sol live")
    sol.say("The build board is green")
    sol.say("Lunch at twelve, in the yard")
    own = max_.messages.filter(has_text="Lunch at twelve")
    expect(own).to_be_visible()

    sol.react(sol.messages.filter(has_text="build board"), "📣")
    expect(sol.answer).to_contain_text("✓ Shared")
    expect(sol.answer.get_by_role("button", name="Undo")).to_be_visible()

    max_.react(own, "📣")
    expect(own).to_contain_text("📣 1")
    expect(sol.page.get_by_role("link", name="Bridge").get_by_text("New messages")).to_be_attached()
    sol.go("Bridge")
    asked = sol.messages.filter(has_text="Lunch at twelve")
    expect(asked.get_by_role("button", name="Never ask me")).to_be_visible()
    sol.press(asked.get_by_role("button", name="Share", exact=True))
    max_.go("Bridge")
    expect(max_.messages.filter(has_text="Lunch at twelve")).to_be_visible()


def test_lines_under_a_line_stand_in_a_thread(town: Running, arrive: Arrive, shoot: Shoot) -> None:
    tom, ann = arrive(town, "Tom").go("random"), arrive(town, "Ann").go("random")
    tom.say("Who is in Graz on Friday?")
    line = ann.messages.filter(has_text="Who is in Graz")
    line.hover()
    line.get_by_role("button", name="Reply").click()

    thread = ann.page.get_by_role("complementary", name="Thread")
    expect(thread.get_by_role("combobox")).to_be_focused()
    thread.get_by_role("combobox").fill("I am, all day")
    thread.get_by_role("combobox").press("Enter")

    expect(thread.locator("[data-id]")).to_have_count(2)
    shoot(ann, "thread")
    counted = tom.messages.filter(has_text="Who is in Graz").get_by_role("button", name="1 reply")
    counted.click()
    expect(tom.page.get_by_role("complementary", name="Thread")).to_contain_text("I am, all day")
    thread.get_by_role("combobox").press("Escape")
    expect(thread).to_be_hidden()


def test_a_picture_reaches_a_channel_that_follows_with_what_it_shows(
    town: Running, arrive: Arrive, shoot: Shoot
) -> None:
    pia, lou = arrive(town, "Pia"), arrive(town, "Lou").go("random")
    lou.say("/follow #board live here")

    board = {"name": "board.png", "mimeType": "image/png", "buffer": picture()}
    pia.page.get_by_label("Attach pictures or files").first.set_input_files([board])
    pia.page.get_by_label("What does it show? board.png").fill("A green build board")
    expect(pia.say("/status Everything is green #board")).to_contain_text("✓ Shared")

    shown = lou.messages.filter(has_text="Everything is green").get_by_role("img", name="A green build board")
    expect(shown).to_be_visible()
    expect(shown).to_have_js_property("naturalWidth", 240)
    shoot(lou, "picture")


def test_a_small_screen_shows_everything_without_scrolling_sideways(
    town: Running, arrive: Arrive, shoot: Shoot
) -> None:
    mo = arrive(town, "Mo", width=360, height=740)
    mo.say(f"{'Donaudampfschifffahrtsgesellschaft' * 4} https://example.org/{'a' * 90}")
    for line in ("/status Shipping v2 today #release", "/follow #release", "/digest preview", "/help", "/settings"):
        expect(mo.say(line)).to_be_visible()
        assert mo.page.evaluate("document.documentElement.scrollWidth") == 360, line
        assert mo.page.evaluate("document.querySelector('#messages').scrollWidth") <= 360, line
    shoot(mo, "small")

    mo.page.get_by_role("button", name="Channels and people").click()
    shoot(mo, "small-menu")
    mo.go("random")
    expect(mo.page.get_by_role("link", name="general")).to_be_hidden()


def test_dark_where_the_reader_likes_it_dark(town: Running, arrive: Arrive, shoot: Shoot) -> None:
    nox = arrive(town, "Nox", color_scheme="dark")
    nox.say("/status Night shift starts #ops")

    shades = nox.page.evaluate(
        "['backgroundColor', 'color'].map(name => getComputedStyle(document.body)[name].match(/\\d+/g).map(Number))"
    )
    paper, ink = (sum(shade[:3]) for shade in shades)
    assert paper < 150 < 450 < ink
    shoot(nox, "dark")


@pytest.mark.parametrize("width", [1180, 360])
def test_everything_is_reached_by_tab_and_seen_there(town: Running, arrive: Arrive, width: int) -> None:
    tab = arrive(town, f"Tab {width}", width=width, height=740)
    receipt = tab.say("/status Reached by keyboard")
    expect(receipt).to_be_visible()
    reachable = tab.page.evaluate(
        """[...document.querySelectorAll('a[href], button, input, textarea, summary')]
        .filter(one => one.checkVisibility({visibilityProperty: true}) && !one.closest('dialog') && !one.disabled)
        .map((one, number) => one.dataset.reach = number)"""
    )

    reached = set()
    tab.page.evaluate("document.activeElement.blur()")
    for _ in range(len(reachable) + 8):
        tab.page.keyboard.press("Tab")
        found = tab.page.evaluate(
            """(() => { const at = document.activeElement, near = at.closest('.box, .attach') || at;
            const seen = [at, near].some(one => { const style = getComputedStyle(one);
              return style.outlineStyle !== 'none' || style.boxShadow !== 'none'; });
            return [at.dataset.reach, seen && !!at.closest('body *'), at.outerHTML.slice(0, 80)]; })()"""
        )
        if found[0] is not None:
            assert found[1], f"no one sees the focus at {found[2]}"
            reached.add(found[0])

    assert reached == {str(one) for one in reachable}


def test_a_screen_reader_hears_what_everything_is(town: Running, arrive: Arrive) -> None:
    rae = arrive(town, "Rae")
    rae.say("Good morning")
    receipt = rae.say("/status Heard by everyone")
    page = rae.page

    expect(page.get_by_role("navigation", name="Channels and people")).to_be_visible()
    expect(page.get_by_role("main")).to_be_visible()
    expect(page.get_by_role("log", name="Messages in general")).to_be_visible()
    expect(page.get_by_role("combobox", name="Write in #general, or / for commands")).to_be_visible()
    expect(page.get_by_role("link", name="general")).to_have_attribute("aria-current", "page")
    expect(page.get_by_role("heading", level=1, name="general")).to_be_visible()
    expect(page.get_by_role("article").filter(has_text="Good morning").last).to_be_visible()
    nameless = page.evaluate(
        """[...document.querySelectorAll('a, button, input:not([type=hidden]), textarea, summary, img, [role=log]')]
        .filter(one => !(one.ariaLabel || one.textContent.trim() || one.alt || one.labels?.[0]?.textContent.trim()))
        .map(one => one.outerHTML)"""
    )
    assert nameless == []

    receipt.get_by_role("button", name="Edit").click()
    expect(page.get_by_role("dialog", name=re.compile(r"Edit ~\d+"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
