"""From the names of emoji to the characters themselves: not every platform knows a `:rocket:`. Pure.

A workspace's own emoji have no character and keep their name.
"""

from __future__ import annotations

import emoji
import regex

_NAME = regex.compile(
    r"(?:```(?s:.*?)```|`[^`\n]+`)(*SKIP)(*FAIL)|(?<!\w):(?P<name>[a-z0-9_+'-]{1,100}):(?::skin-tone-(?P<tone>[2-6]):)?"
)
_FLAG = regex.compile(r"flag-([a-z]{2})")
_TONES = {str(number): chr(0x1F3FB + number - 2) for number in range(2, 7)}
"""Skin tones are counted from 2 there (docs.slack.dev/reference/objects/emoji), in Unicode from U+1F3FB."""


def with_characters(text: str) -> str:
    """The text with every name that means a character replaced by it; what stands in code stays."""
    return _NAME.sub(_character, text)


def _character(found: regex.Match[str]) -> str:
    name = found["name"]
    if flag := _FLAG.fullmatch(name):
        return "".join(chr(0x1F1E6 + ord(letter) - ord("a")) for letter in flag[1])
    character: str = emoji.emojize(f":{name}:", language="alias")
    return found[0] if character.startswith(":") else character + _TONES.get(found["tone"] or "", "")
