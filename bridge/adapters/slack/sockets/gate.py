"""slack_bolt's app with one middleware of ours that answers everything.

It stands before authorization (slack_bolt/app/async_app.py: it runs first, and one that does not call `next` ends the
request with the response it returns). So nothing is acknowledged that was not taken, no event is dropped because
auth.test failed, and no listener is missing for a subscribed event. Slack's retries come through like first attempts.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bridge.adapters.slack.sockets.link import Ack

log = logging.getLogger(__name__)

TAKEN, NOT_TAKEN = 200, 503
_UNREADABLE = (AttributeError, KeyError, IndexError, TypeError, ValueError, RecursionError)
"""What slack_bolt raises for payloads that are not of Slack's making (slack_bolt/request/internals.py)."""

Take = Callable[[dict[str, Any]], Awaitable[Ack | None]]


class Gate(AsyncMiddleware):
    """`take` is given every payload. What it raises is logged, and the payload comes again."""

    def __init__(self, take: Take) -> None:
        self._take = take
        quiet = logging.getLogger(f"{__name__}.bolt")
        # Its remarks about tokens in the environment are beside the point; what failed is said at this level, too.
        quiet.setLevel(logging.ERROR)
        # The client is never asked anything; with one, no token is taken from the environment.
        self._app = AsyncApp(
            client=AsyncWebClient(retry_handlers=[], logger=quiet),
            authorize=_nobody,
            before_authorize=self,
            request_verification_enabled=False,
            ssl_check_enabled=False,
            logger=quiet,
            name=__name__,
        )

    async def take(self, payload: dict[str, Any], headers: dict[str, str]) -> Ack | None:
        """None: not acknowledged. A payload that is nothing of Slack's is acknowledged, and that is all."""
        try:
            request = AsyncBoltRequest(mode="socket_mode", body=payload, headers={**headers})
        except _UNREADABLE as error:
            log.warning("a payload came that can't be read (%s)", type(error).__name__)
            return Ack()
        response = await self._app.async_dispatch(request)
        if response.status != TAKEN:
            return None
        return Ack(json.loads(response.body) if response.body else None)

    async def async_process(
        self, *, req: AsyncBoltRequest, resp: BoltResponse, next: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        ack = await self._take(req.body)
        if ack is None:
            return BoltResponse(status=NOT_TAKEN)
        return BoltResponse(status=TAKEN, body=ack.payload or "")


async def _nobody() -> AuthorizeResult:
    """Never reached."""
    return AuthorizeResult(enterprise_id=None, team_id=None)
