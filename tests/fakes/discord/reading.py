"""What people read: a message as text, and what of it can be pressed."""

from __future__ import annotations

from collections.abc import Iterator

from tests.fakes.discord.state import Json, Message


def readable(message: Message) -> str:
    """Content, embeds, files and buttons, a line each; buttons as [Label], menus as [Placeholder: a | b]."""
    lines = [message.content] if message.content else []
    if not message.flags & 4:
        lines += [line for embed in message.embeds for line in embed_lines(embed)]
    lines += [f"({one.filename})" for one in message.attachments]
    for row in message.components:
        shown = [_label(one) for one in row["components"]]
        lines.append(" ".join(shown))
    return "\n".join(lines)


def embed_lines(embed: Json) -> Iterator[str]:
    """The words of an embed, top down."""
    parts = [(embed.get("author") or {}).get("name"), embed.get("title"), embed.get("description")]
    parts += [f"{one['name']}: {one['value']}" for one in embed.get("fields") or []]
    parts.append((embed.get("footer") or {}).get("text"))
    yield from (part for part in parts if part)


def _label(one: Json) -> str:
    if one["type"] == 2:
        return f"[{one.get('label') or (one.get('emoji') or {}).get('name', '')}]"
    choices = " | ".join(option["label"] for option in one.get("options", []))
    return f"[{one.get('placeholder') or 'Choose'}: {choices}]"


def pressables(message: Message) -> Iterator[tuple[Json, Json | None, str]]:
    """Component, the option of a menu, and the label."""
    for row in message.components:
        for one in row["components"]:
            if one["type"] == 2:
                yield one, None, one.get("label") or (one.get("emoji") or {}).get("name", "")
            for option in one.get("options", []):
                yield one, option, option["label"]
