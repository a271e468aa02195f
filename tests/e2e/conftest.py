"""A real bridge in a process of its own, and people with a browser each. Whatever a page complains about fails its
test: errors of the script, of the network, of the content security policy."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, expect, sync_playwright

from tests.e2e.process import QUIET
from tests.nursery import nursery

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE = (1180, 760)

expect.set_options(timeout=10_000)


class Running:
    """`bridge run` in a folder of its own; it comes back on the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns when the bridge says where to look."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("BRIDGE_")}
        own |= QUIET | {"BRIDGE_WEB__PORT": str(self.port)}
        self.child = nursery().bear(["run"], self.folder, own, self.folder / "log")
        said = self.child.line(30)
        assert self.url in said, said + (self.folder / "log").read_text()

    def stop(self) -> int:
        """The exit code after SIGTERM, within five seconds."""
        self.child.signal(signal.SIGTERM)
        return self.child.wait(5)


class Visitor:
    """Somebody at the page."""

    def __init__(self, page: Page, bridge: Running, name: str) -> None:
        self.page, self.bridge, self.name = page, bridge, name

    def join(self) -> Visitor:
        self.page.goto(self.bridge.url)
        self.page.get_by_label("Your name").fill(self.name)
        self.page.get_by_role("button", name="Join").click()
        expect(self.box).to_be_visible()
        self.page.wait_for_load_state("load")  # before that the page's script may not listen yet
        return self

    def go(self, channel: str) -> Visitor:
        """To a channel, or `Bridge`: their direct message."""
        self.page.get_by_role("navigation").get_by_role("link", name=channel).click()
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(channel)
        return self

    @property
    def box(self) -> Locator:
        return self.page.locator("#write")

    @property
    def messages(self) -> Locator:
        """What stands in the place for everyone who may read it."""
        return self.page.locator("#messages [data-id]")

    @property
    def answer(self) -> Locator:
        """The newest private answer."""
        return self.page.locator("#messages .private").last

    def say(self, text: str) -> Locator:
        """Types it and presses Enter; gives the place of the private answer."""
        self.box.fill(text)
        with self.page.expect_response("**/lobby/say"):
            self.box.press("Enter")
        return self.answer

    def press(self, button: Locator) -> None:
        with self.page.expect_response("**/lobby/press"):
            button.click()

    def react(self, message: Locator, emoji: str) -> None:
        message.hover()
        with self.page.expect_response("**/lobby/react"):
            message.get_by_role("button", name=f"React with {emoji}").last.click()


class Complaints(list[str]):
    """What pages complained about. `expected`: what may be among it while the bridge is away."""

    expected: re.Pattern[str] | None = None

    def listen(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.append(f"script: {error}"))
        page.on("console", lambda said: self.append(f"{said.type}: {said.text}") if said.type == "error" else None)

    def left(self) -> list[str]:
        return [one for one in self if not (self.expected and self.expected.search(one))]


@pytest.fixture(scope="module")
def browser(missing: Callable[[str, str], NoReturn]) -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        missing("chromium", "there is no chromium on the PATH")
    with sync_playwright() as playwright:
        try:
            launched = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        except Error as error:
            missing("chromium", f"{chromium} does not start: {error}")
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def town(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A bridge that the tests of a module share; each uses people of its own."""
    running = Running(tmp_path_factory.mktemp("town"))
    yield running
    assert running.stop() == 0


@pytest.fixture
def fresh(browser: Browser, tmp_path: Path) -> Iterator[Running]:
    """A bridge of the test's own, where nobody has been yet."""
    running = Running(tmp_path)
    yield running
    assert running.stop() == 0


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    heard = Complaints()
    yield heard
    assert heard.left() == []


Arrive = Callable[..., Visitor]


@pytest.fixture
def arrive(browser: Browser, complaints: Complaints) -> Iterator[Arrive]:
    """`arrive(bridge, "Ana")`: a browser of her own, in Vienna, that has joined. More words go to the browser."""
    contexts: list[BrowserContext] = []

    def come(bridge: Running, name: str, width: int = WIDE[0], height: int = WIDE[1], **more: str) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": height}, timezone_id="Europe/Vienna", locale="en-GB", **more
        )
        contexts.append(context)
        page = context.new_page()
        complaints.listen(page)
        return Visitor(page, bridge, name).join()

    yield come
    for context in contexts:
        context.close()


@pytest.fixture
def shoot() -> Callable[[Visitor, str], None]:
    """Saves what somebody sees in the folder `BRIDGE_SHOTS`, where one is named."""
    folder = os.environ.get("BRIDGE_SHOTS")

    def save(visitor: Visitor, name: str) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            visitor.page.screenshot(path=Path(folder) / f"{name}.png", animations="disabled", caret="hide")

    return save
