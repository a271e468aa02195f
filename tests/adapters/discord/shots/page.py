"""A Discord message or modal as HTML: the npm package's components, and by hand what it does not have (menus, small
print, modals)."""

from __future__ import annotations

import base64
from html import escape
from typing import Any

from tests.adapters.discord.client import Node, read

STYLE = """
body { margin: 0; background: #313338; color: #dbdee1; font-size: 15px;
  font-family: "gg sans", "Noto Sans", "DejaVu Sans", Arial, sans-serif; }
#root { width: 412px; padding: 2px 0 14px; }
discord-messages.discord-messages { border: 0; background: #313338; font-family: inherit; }
.discord-message { padding-right: 12px !important; font-family: inherit !important; font-size: 15px !important;
  margin-top: 12px !important; }
.discord-author-avatar { margin-right: 12px !important; }
.discord-message-body { white-space: pre-line; line-height: 20px; }
.discord-embed .discord-embed-wrapper { background: #2b2d31 !important; border: 0 !important;
  max-width: 100% !important; }
.discord-embed .discord-embed-wrapper .discord-embed-grid { padding: 2px 12px 12px 12px !important; }
.discord-embed .discord-embed-description { font-size: 14px !important; line-height: 18px !important;
  white-space: pre-wrap !important; }
.discord-embed .discord-embed-author { font-size: 14px !important; }
.discord-embed .discord-left-border { background: #1e1f22 !important; }
.small { display: block; font-size: 12px; line-height: 16px; color: #b5bac1; margin-top: 1px; }
.quote { display: flex; } .quote::before { content: ""; width: 4px; border-radius: 4px; background: #4e5058;
  margin-right: 8px; flex: none; }
.quote > span { white-space: pre-wrap; }
code { background: #1e1f22; border-radius: 4px; padding: 1px 4px; font-size: 12px; font-family: "DejaVu Sans Mono"; }
pre { background: #1e1f22; border-radius: 4px; padding: 7px; margin: 4px 0 0; border: 1px solid #232428;
  white-space: pre-wrap; font-size: 12px; font-family: "DejaVu Sans Mono"; line-height: 16px; }
.time { background: #ffffff0f; border-radius: 3px; padding: 0 2px; }
a { color: #00a8fc; text-decoration: none; overflow-wrap: anywhere; } b { font-weight: 700; color: inherit; }
.menu { margin: 4px 0; width: 100%; box-sizing: border-box; background: #1e1f22; border: 1px solid #1a1b1e;
  border-radius: 4px; padding: 8px 12px; color: #949ba4; display: flex; justify-content: space-between;
  font-size: 14px; }
.options { background: #2b2d31; border: 1px solid #1e1f22; border-radius: 4px; margin-bottom: 4px;
  width: 320px; box-sizing: border-box; }
.options > div { padding: 8px 12px; font-size: 14px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
discord-action-row { flex-wrap: wrap; } .discord-message-content { min-width: 0; flex: 1; }
discord-attachments.discord-attachments { display: block !important; }
discord-action-row.discord-action-row { display: flex !important; flex-wrap: wrap !important; }
.discord-button { padding: 2px 12px !important; font-size: 14px !important; white-space: nowrap;
  width: auto !important; }
.discord-attachment img { max-width: 100%; height: auto; }
.modal { background: #313338; margin: 10px; border-radius: 8px; overflow: hidden; border: 1px solid #232428; }
.modal header { font-weight: 700; font-size: 19px; padding: 14px 16px; }
.modal label { display: block; padding: 0 16px 14px; font-weight: 600; font-size: 14px; }
.modal label small { display: block; font-weight: 400; color: #b5bac1; font-size: 13px; margin-top: 2px; }
.modal .box { background: #1e1f22; border-radius: 4px; padding: 10px; margin-top: 6px; font-weight: 400;
  min-height: 18px; }
.modal .tall { min-height: 90px; } .modal .drop { border: 1px dashed #4e5058; text-align: center; color: #949ba4; }
.modal footer { background: #2b2d31; padding: 12px 16px; display: flex; justify-content: flex-end; gap: 12px; }
.modal footer span { padding: 8px 20px; border-radius: 4px; } .modal footer .go { background: #5865f2; }
"""
_BUTTONS = {1: "primary", 2: "secondary", 3: "success", 4: "destructive"}
_TAGS = {"strong": "b", "em": "i", "underline": "u", "strike": "s", "code": "code"}
_FORMS = {
    "t": '{ timeStyle: "short" }',
    "D": '{ day: "numeric", month: "long", year: "numeric" }',
    "f": '{ day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" }',
}
SCRIPT = (
    "const forms = {"
    + ", ".join(f"{style}: {form}" for style, form in _FORMS.items())
    + "};"
    + """
for (const one of document.querySelectorAll(".time")) {
  const at = new Date(1000 * one.dataset.at), style = one.dataset.style;
  const ago = Math.round((at - Date.now()) / 60000);
  one.textContent = style === "R"
    ? new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(
        ...(Math.abs(ago) < 60 ? [ago, "minute"] : [Math.round(ago / 60), "hour"]))
    : at.toLocaleString("en-GB", forms[style]).replace(" at ", " ");
}
"""
)


def message(body: dict[str, Any], at: str, opened: bool) -> str:
    """The body of a message, sent at that moment (ISO). `opened`: menus show what is in them."""
    parts = [*map(_embed, body["embeds"]), _components(body["components"], opened)]
    return (
        f'<discord-messages><discord-message author="Bridge" bot verified avatar="{picture("B", "#5865f2")}" '
        f'timestamp="{at}" twenty-four>{html(read(body["content"]))}{_attachments(body["attachments"])}'
        f"{''.join(parts)}</discord-message></discord-messages>"
    )


def modal(data: dict[str, Any]) -> str:
    fields = "".join(
        f"<label>{escape(part['label'])}"
        f"<small>{escape(part.get('description', ''))}</small>{_input(part['component'])}</label>"
        for part in data["components"]
    )
    return (
        f'<div class="modal"><header>{escape(data["title"])}</header>{fields}'
        '<footer><span>Cancel</span><span class="go">Submit</span></footer></div>'
    )


def html(nodes: tuple[Node, ...]) -> str:
    return "".join(map(_html, nodes))


def picture(letter: str, colour: str) -> str:
    text = (
        f'<text x="20" y="28" font-size="22" font-family="DejaVu Sans" fill="#fff" text-anchor="middle">{letter}</text>'
    )
    return data(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><rect width="40" height="40" fill="{colour}"/>'
        f"{text}</svg>"
    )


def data(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _html(node: Node) -> str:
    inside = html(node.inside)
    match node.kind:
        case "text":
            return escape(node.value)
        case "code":
            return f"<code>{escape(node.value)}</code>"
        case "strong" | "em" | "underline" | "strike":
            return f"<{_TAGS[node.kind]}>{inside}</{_TAGS[node.kind]}>"
        case "block":
            return f"<pre>{escape(node.value)}</pre>"
        case "quote":
            return f'<div class="quote"><span>{inside.strip()}</span></div>'
        case "subtext":
            return f'<small class="small">{inside}</small>'
        case "autolink" | "url":
            return f'<a href="#">{escape(node.value)}</a>'
        case "link":
            return f'<a href="#">{inside}</a>'
        case "time":
            at, _, style = node.value.partition(":")
            return f'<span class="time" data-at="{at}" data-style="{style or "f"}"></span>'
        case _:
            return f'<mark style="background:#f00">{node.kind} {escape(node.value)} {inside}</mark>'


def _embed(embed: dict[str, Any]) -> str:
    author = embed.get("author", {})
    named = f'author-name="{escape(author["name"])}"' if author else ""
    if author.get("icon_url"):
        named += f' author-image="{picture(author["name"][:1], "#2b8a6b")}"'
    return (
        f'<discord-embed slot="embeds" {named}><discord-embed-description slot="description">'
        f"{html(read(embed['description']))}</discord-embed-description></discord-embed>"
    )


def _attachments(files: list[dict[str, Any]]) -> str:
    shown = "".join(
        f'<discord-attachment type="image" url="{_board()}" width="380" height="190" '
        f'alt="{escape(one.get("description", ""))}"></discord-attachment>'
        for one in files
    )
    return f"<discord-attachments>{shown}</discord-attachments>" if files else ""


def _components(rows: list[dict[str, Any]], opened: bool) -> str:
    out = ""
    for row in rows:
        first = row["components"][0]
        if first["type"] == 3:
            options = "".join(f"<div>{escape(one['label'])}</div>" for one in first["options"]) if opened else ""
            out += f'<div class="menu"><span>{escape(first["placeholder"])}</span><span>⌄</span></div>'
            out += f'<div class="options">{options}</div>' if options else ""
            continue
        buttons = "".join(
            f'<discord-button type="{_BUTTONS[one["style"]]}">{escape(one["label"])}</discord-button>'
            for one in row["components"]
        )
        out += f"<discord-action-row>{buttons}</discord-action-row>"
    return f'<discord-attachments slot="components">{out}</discord-attachments>' if out else ""


def _input(part: dict[str, Any]) -> str:
    match part["type"]:
        case 3:
            chosen = next((one["label"] for one in part["options"] if one.get("default")), "")
            return f'<div class="box">{escape(chosen)} ⌄</div>'
        case 19:
            return '<div class="box drop">Drop files here or browse</div>'
        case _:
            tall = " tall" if part["style"] == 2 else ""
            return f'<div class="box{tall}">{escape(part.get("value", ""))}</div>'


def _board() -> str:
    lights = "".join(
        f'<rect x="{20 + 88 * (i % 4)}" y="{20 + 52 * (i // 4)}" width="76" height="40" rx="6" fill="#2f9e44"/>'
        for i in range(12)
    )
    return data(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="380" height="190"><rect width="380" height="190" '
        f'rx="8" fill="#1f2937"/>{lights}</svg>'
    )
