"""What a payload brings besides its words: response URLs (five uses in thirty minutes) and trigger ids (once, within
three seconds)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fakes.slack import events as events
from tests.fakes.slack.blocks import check_blocks
from tests.fakes.slack.methods import Refused
from tests.fakes.slack.objects import Json
from tests.fakes.slack.socket import NotAnswered
from tests.fakes.slack.state import Channel, Ephemeral, Message

if TYPE_CHECKING:
    from tests.fakes.slack import FakeSlack
    from tests.fakes.slack.team import Workspace

USES = 5
LASTS = 30 * 60.0
TRIGGER_LASTS = 3.0


@dataclass
class Hook:
    team: Workspace
    channel: str
    user: str
    at: float
    original: Message | Ephemeral | None = None
    thread: str = ""
    uses: int = 0


class Hooks:
    """The response URLs that were given out."""

    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack
        self.hooks: dict[str, Hook] = {}

    def open(
        self, team: Workspace, kind: str, channel: str, user: str, original: Message | Ephemeral | None = None
    ) -> str:
        key = secrets.token_hex(12)
        thread = original.thread_ts if original else ""
        self.hooks[key] = Hook(team, channel, user, self.slack.now(), original, thread)
        return f"{self.slack.root}/{kind}/{team.id}/{key}"

    async def answer(self, request: web.Request) -> web.Response:
        hook = self.hooks.get(request.match_info["key"])
        body = await request.json()
        self.slack.note("response_url", body, hook.team.id if hook else "")
        if hook is None or self.slack.now() - hook.at > LASTS:
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        if hook.uses >= USES:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        hook.uses += 1
        try:
            await self._show(hook, body)
        except Refused as refused:
            status = 404 if refused.code == "invalid_blocks" else 400  # java-slack-sdk 1349
            return web.json_response({"ok": False, "error": refused.code}, status=status)
        self.slack.changed()
        return web.Response(text="ok")

    async def show_ack(self, team: Workspace, place: Channel, user: str, answer: Any) -> None:
        """An ack with words in it is shown like an answer to the response URL. Raises NotAnswered where Slack cannot
        show it; the person then reads invalid_command_response."""
        if isinstance(answer, dict) and (answer.get("text") or answer.get("blocks")):
            try:
                await self._show(Hook(team, place.id, user, self.slack.now()), answer)
            except Refused:
                raise NotAnswered("invalid_command_response", answer) from None
            self.slack.changed()

    async def _show(self, hook: Hook, body: Json) -> None:
        team, original = hook.team, hook.original
        place = team.channels[hook.channel]
        if body.get("delete_original"):
            await self._delete(hook, place)
            return
        text, blocks = body.get("text") or "", body.get("blocks") or []
        if not (text or blocks):
            raise Refused("no_text")
        if check_blocks(blocks, "message"):
            raise Refused("invalid_blocks")
        if body.get("replace_original") and original is not None:
            before = original.shown(metadata=False) if isinstance(original, Message) else {}
            original.text, original.blocks = text, blocks
            if isinstance(original, Message):
                await events.tell_changed(team, place, original, before)
        elif body.get("response_type") == "in_channel":
            message = Message(
                team.ts(place), place.id, team.bot.id, text, team.id, blocks, team.bot.bot_id, team.app_id
            )
            message.thread_ts = body.get("thread_ts", "")
            await events.put(team, place, message)
        else:
            team.show(
                Ephemeral(team.ts(place), place.id, hook.user, text, blocks, body.get("thread_ts") or hook.thread)
            )

    async def _delete(self, hook: Hook, place: Channel) -> None:
        if isinstance(hook.original, Ephemeral):
            hook.team.ephemeral.remove(hook.original)
        elif hook.original is not None and hook.original.ts in place.messages:
            await events.take(hook.team, place, hook.original)


@dataclass
class Trigger:
    team: str
    user: str
    at: float
    used: bool = False
    view: str = ""


class Triggers:
    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack
        self.given: dict[str, Trigger] = {}

    def new(self, team: Workspace, user: str, view: str = "") -> str:
        """`view`: the modal in which it was made; only such a one may push."""
        id = f"{len(self.given) + 1}.{team.id}.{secrets.token_hex(8)}"
        self.given[id] = Trigger(team.id, user, self.slack.now(), view=view)
        return id

    def use(self, team: Workspace, id: str) -> Trigger:
        """Raises invalid_trigger_id, expired_trigger_id, exchanged_trigger_id."""
        found = self.given.get(id)
        if found is None or found.team != team.id:
            raise Refused("invalid_trigger_id")
        if found.used:
            raise Refused("exchanged_trigger_id")
        if self.slack.now() - found.at > TRIGGER_LASTS:
            raise Refused("expired_trigger_id")
        found.used = True
        return found
