"""Token pairs, one for each workspace: how they are written, and what is wrong with how they were written.

A pair is "xoxb-… xapp-…": the bot's token of one workspace and the app-level token that opens its sockets. What
follows a # on a line is a remark; `setup` writes the workspace there. Nothing here asks Slack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bridge.model.secret import Secret, redact

BOT, APP, PERSON = "xoxb-", "xapp-", "xoxp-"
WHERE_BOT = "the bot's token (xoxb-…) stands under OAuth & Permissions"
WHERE_APP = "the app-level token (xapp-…) stands under Basic Information, App-Level Tokens"
NEW_TOKENS = "Run: bridge slack setup"
LONGEST_REMARK = 60
"""Characters of it that are shown."""
_APP_ID = re.compile(r"xapp-\d+-(A[0-9A-Z]+)-")


@dataclass(frozen=True, slots=True)
class Pair:
    """What one workspace needs. `remark`: what stands behind it in the file, as a rule the workspace's name."""

    bot: Secret
    app: Secret
    remark: str = field(default="", compare=False)

    @property
    def app_id(self) -> str:
        """The app that the app-level token names; empty where it names none."""
        found = _APP_ID.match(self.app.reveal())
        return found[1] if found else ""


def called(number: int, remark: str) -> str:
    """How a pair is named to whoever looks after the file; never by a token of it. `number` counts from 1; `remark`:
    its own, or the workspace's name where that is known."""
    name = f"pair {number} of the tokens"
    return f"{name}, {remark}" if remark else name


def refused_bot(token: str) -> str:
    """Why this is no bot's token; empty when it looks like one. Never repeats the token."""
    if token.startswith(BOT) and len(token) > len(BOT):
        return ""
    if token.startswith(APP):
        return f"that is the app-level token; {WHERE_BOT}"
    if token.startswith(PERSON):
        return f"that is a person's token (xoxp-…), which would act as that person; {WHERE_BOT}"
    return f"that is no bot's token; {WHERE_BOT}"


def refused_app(token: str) -> str:
    """Why this is no app-level token; empty when it looks like one."""
    if token.startswith(APP) and len(token) > len(APP):
        return ""
    if token.startswith(BOT):
        return f"that is the bot's token; {WHERE_APP}"
    return f"that is no app-level token; {WHERE_APP}"


def read_pairs(text: str) -> tuple[Pair, ...]:
    """Every pair of a text: one a line, or separated by commas. Raises ValueError with a sentence."""
    found = [_pair(number, entry, remark) for number, (entry, remark) in enumerate(_noted(text), 1)]
    if len({pair.bot.reveal() for pair in found}) < len(found):
        raise ValueError("the same bot's token stands there twice; each workspace has its own")
    return tuple(found)


def entries(text: str) -> list[str]:
    """What stands on the lines and between the commas, without remarks."""
    return [entry for entry, _ in _noted(text)]


def _noted(text: str) -> Iterator[tuple[str, str]]:
    """Each entry, and the remark of its line, which somebody may have put an older token in."""
    for line in text.splitlines():
        given, _, remark = line.partition("#")
        shown = redact(" ".join(remark.split()))[:LONGEST_REMARK]
        yield from ((part.strip(), shown) for part in given.split(",") if part.strip())


def _pair(number: int, entry: str, remark: str) -> Pair:
    given = entry.split()
    begin = f"pair {number}: "
    if len(given) == 1:
        lacking = WHERE_APP if given[0].startswith(BOT) else WHERE_BOT
        raise ValueError(f"{begin}one token of two is there, written “xoxb-… xapp-…”; {lacking}")
    if len(given) > 2:
        raise ValueError(f"{begin}{len(given)} words stand there; a pair is “xoxb-… xapp-…”, one pair a line")
    bot, app = given
    if bot.startswith(APP) and app.startswith(BOT):
        raise ValueError(f"{begin}the tokens are the wrong way round; write “xoxb-… xapp-…”, the bot's first")
    if why := refused_bot(bot) or refused_app(app):
        raise ValueError(begin + why)
    return Pair(Secret(bot), Secret(app), remark)
