"""Takes a picture of each golden card and form in a column as wide as a telephone: `FOLDER/<name>.png`.

Needs node with npm, and Chromium; the npm package `@derockdev/discord-components-core` goes into a folder that is
removed afterwards. With names: only those. With `--open`, menus show what is in them: `<name>-open.png`.
"""

from __future__ import annotations

import argparse
import mimetypes
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, Route, sync_playwright

from tests.adapters.discord.cards import messages, modals
from tests.adapters.discord.shots import page as drawn
from tests.e2e.conftest import ARGUMENTS
from tests.model.samples import MORNING, NOW

PACKAGE = "@derockdev/discord-components-core"
HOST = "http://shots.invalid/"
LOADER = f"{PACKAGE}/dist/derockdev-discord-components-core/derockdev-discord-components-core.esm.js"


def main() -> None:
    reader = argparse.ArgumentParser(prog="python -m tests.adapters.discord.shots", description=__doc__)
    reader.add_argument("folder", type=Path, metavar="FOLDER")
    reader.add_argument("names", nargs="*", metavar="NAME")
    reader.add_argument("--open", action="store_true")
    given = reader.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as made, sync_playwright() as playwright:
        install = ["npm", "install", "--no-audit", "--no-fund", "--prefix", made, f"{PACKAGE}@3.6.1"]
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL)
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        page = browser.new_page(
            viewport={"width": 412, "height": 900}, device_scale_factor=1.5, timezone_id="Europe/Vienna"
        )
        page.route("**/*", lambda route: _serve(route, Path(made) / "node_modules"))
        page.goto(HOST)
        for name, at, body in _everything(given.open):
            if not given.names or name in given.names:
                page.clock.set_fixed_time(at)
                _take(page, body, given.folder / f"{name}{'-open' if given.open else ''}.png")
        browser.close()


def _everything(opened: bool) -> Iterator[tuple[str, str, str]]:
    for name, body in messages().items():
        at = (MORNING if name.startswith("digest") else NOW).isoformat()
        yield name, at, drawn.message(body, at, opened)
    if not opened:
        for name, data in modals().items():
            yield name, NOW.isoformat(), drawn.modal(data)


def _take(page: Page, body: str, path: Path) -> None:
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.set_content(
        f"<!doctype html><meta charset=utf-8><style>{drawn.STYLE}</style><div id=root>{body}</div>"
        f'<script type="module" src="{HOST}{LOADER}"></script>'
    )
    page.wait_for_function(
        "!document.querySelector('discord-message, .modal:not(.hydrated)') || "
        "document.querySelector('discord-message.hydrated, .modal')"
    )
    page.evaluate(drawn.SCRIPT)
    page.wait_for_timeout(200)
    page.locator("#root").screenshot(path=path)
    print(path.name, *said)


def _serve(route: Route, packages: Path) -> None:
    """The package's files, as if they came from a server; nothing else is fetched."""
    asked = packages / route.request.url.removeprefix(HOST).partition("?")[0]
    if route.request.url == HOST:
        route.fulfill(body="<!doctype html>", content_type="text/html")
    elif asked.is_file() and asked.resolve().is_relative_to(packages.resolve()):
        route.fulfill(path=asked, content_type=mimetypes.guess_type(asked.name)[0] or "text/plain")
    else:
        route.abort()


if __name__ == "__main__":
    main()
