"""Takes a picture of each golden card, form and page in a column as wide as a telephone: `shots/slack/<name>.png`.

Needs node with npm, and Chromium; installs the npm packages `slack-blocks-to-jsx`, `react`, `react-dom` and `esbuild`
into shots/ (which git ignores) the first time. With names: only those.
"""

from __future__ import annotations

import argparse
import base64
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bridge.adapters.slack.shown.render import render
from bridge.adapters.slack.shown.views import form_view, home_view
from tests.adapters.slack.cards import PICTURES, cards, forms
from tests.e2e.conftest import ARGUMENTS
from tests.model.samples import MORNING, NOW

HERE = Path(__file__).parent
OUT = HERE.parents[3] / "shots"
PACKAGES = ("slack-blocks-to-jsx@1.1.1", "react@19", "react-dom@19", "esbuild@0.28")
WIDTH = 412
STYLE = """
body { margin: 0; background: #fff; font-family: Lato, "Noto Sans", sans-serif; font-size: 15px; color: #1d1c1d; }
#root { padding: 12px; width: fit-content; min-width: 388px; max-width: 388px; box-sizing: content-box; }
.modal { border: 1px solid #ddd; border-radius: 8px; } .modal > header { font-weight: 900; padding: 14px 18px; }
.modal > footer { display: flex; justify-content: flex-end; gap: 8px; padding: 14px 18px; }
.modal > footer button { border: 1px solid #bbb; border-radius: 4px; background: #fff; padding: 6px 12px; }
.modal > footer .go { background: #007a5a; color: #fff; border: 0; } .modal > div { padding: 0 18px; }
"""


def main() -> None:
    reader = argparse.ArgumentParser(prog="python -m tests.adapters.slack.shots", description=__doc__)
    reader.add_argument("names", nargs="*", metavar="NAME")
    names = reader.parse_args().names
    script, style = _bundle()
    (OUT / "slack").mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        page = browser.new_page(
            viewport={"width": WIDTH, "height": 900}, device_scale_factor=1.5, timezone_id="Europe/Vienna"
        )
        for name, shown in _everything():
            if not names or name in names:
                _take(page, name, shown, script, style)
        browser.close()


def _everything() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, card in cards().items():
        if name.startswith("home"):
            yield name, {"kind": "home", "blocks": home_view(card, PICTURES)["blocks"]}
        else:
            at = MORNING if name.startswith("digest") else NOW
            yield name, {"kind": "message", "blocks": render(card, PICTURES).blocks, "time": at.isoformat()}
    for name, form in forms().items():
        view: Any = form_view(form, "")
        words = {part: view[part]["text"] for part in ("title", "submit", "close")}
        yield name, {"kind": "modal", "blocks": view["blocks"], **words}


def _take(page: Page, name: str, shown: dict[str, Any], script: str, style: str) -> None:
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    given = json.dumps(_with_pictures({"time": NOW.isoformat()} | shown)).replace("</", "<\\/")
    page.set_content(
        f"<!doctype html><meta charset=utf-8><style>{style}{STYLE}</style><div id=root></div>"
        f"<script>window.logo={json.dumps(_svg('B', '#4a154b'))};window.shown={given}</script>"
    )
    page.add_script_tag(content=script)
    page.wait_for_function("document.getElementById('root').innerText.length > 0")
    page.wait_for_timeout(150)
    page.locator("#root").screenshot(path=OUT / "slack" / f"{name}.png")
    print(f"{name:<16} {len(shown['blocks']):>3} blocks  {' '.join(said)}")


def _bundle() -> tuple[str, str]:
    """The page's script and style."""
    if not (OUT / "node_modules").is_dir():
        OUT.mkdir(exist_ok=True)
        (OUT / "package.json").write_text('{"private": true}', "utf-8")
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", *PACKAGES], cwd=OUT, check=True)
    shutil.copy(HERE / "page.jsx", OUT)
    bundle = ["npx", "esbuild", "page.jsx", "--bundle", "--outfile=page.js", "--define:process.env.NODE_ENV='1'"]
    subprocess.run([*bundle, "--log-level=error", "--charset=utf8"], cwd=OUT, check=True)
    return (OUT / "page.js").read_text("utf-8"), (OUT / "page.css").read_text("utf-8")


def _with_pictures(part: Any) -> Any:
    """The same with something to see where Slack would load a picture. The package takes `verbatim` for "no markup at
    all", which Slack does not (docs.slack.dev: text object)."""
    if isinstance(part, list):
        return [_with_pictures(one) for one in part]
    if not isinstance(part, dict):
        return part
    if "slack_file" in part:
        bare = {key: value for key, value in part.items() if key != "slack_file"}
        return bare | {"image_url": _board()}
    if part.get("type") == "image":
        return part | {"image_url": _svg(part["alt_text"][:1], "#2b6cb0")}
    return {key: _with_pictures(value) for key, value in part.items() if key != "verbatim"}


def _svg(letter: str, colour: str) -> str:
    text = f'<text x="18" y="25" font-size="20" font-family="Lato" fill="#fff" text-anchor="middle">{letter}</text>'
    return _data(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="36" height="36"><rect width="36" height="36" '
        f'rx="6" fill="{colour}"/>{text}</svg>'
    )


def _board() -> str:
    lights = "".join(
        f'<rect x="{20 + 88 * (i % 4)}" y="{20 + 52 * (i // 4)}" width="76" height="40" rx="6" fill="#2f9e44"/>'
        for i in range(12)
    )
    return _data(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="380" height="190"><rect width="380" height="190" '
        f'rx="8" fill="#1f2937"/>{lights}</svg>'
    )


def _data(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


if __name__ == "__main__":
    main()
