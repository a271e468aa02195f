"""One workspace's Web API: a request is made once, and whatever comes of it is its answer or a SendFailure.

aiohttp itself and not the SDK's client: that one takes a proxy from the environment even for 127.0.0.1, ignores its
own timeout with a shared session, breaks on an answer in plain text, and asks again by default, which posts twice.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

from bridge.adapters.slack.web.budgets import MOST, Budgets
from bridge.adapters.slack.web.errors import TokenRefused, failure_of, retry_after, unclear
from bridge.adapters.slack.web.transport import (
    BROKEN,
    NOT_ARRIVED,
    fetch,
    form,
    named,
    open_session,
    own_address,
    put,
    read_answer,
)
from bridge.model.clock import Clock, SystemClock
from bridge.model.errors import ConfigError, Refused, SendFailure, Throttled, Transient
from bridge.model.pace.shared import Share, alone
from bridge.model.pace.told import Hint
from bridge.model.secret import Secret

PROBE_SECONDS = 60.0
"""Between two requests with a token that was refused: a workspace may take it back."""

_JSON_METHODS = ("chat.", "views.")
"""Their blocks would be twice as long in a form; not every other method reads JSON."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a token is. `url`: "https://acme.slack.com/". `user`, `bot`, `app`: the bot's ids ("" where not told).
    `handle`: its user name, what people type after @. `scopes`: what the installer granted."""

    team: str
    name: str
    url: str
    user: str
    bot: str
    app: str
    handle: str
    scopes: frozenset[str]
    enterprise: str = ""


class Api:
    """`base`: "https://slack.com/api/". `most`: messages a minute."""

    def __init__(self, token: Secret, base: str, clock: Clock, most: int = MOST, share: Share = alone) -> None:
        self._token, self._base, self._clock = token, URL(base), clock
        self._budgets = Budgets(clock, most, share)
        self._session: aiohttp.ClientSession | None = None
        self._closed = False
        self._identity: Identity | None = None
        self._locked: tuple[TokenRefused, float] | None = None

    @property
    def identity(self) -> Identity:
        """As of `open`."""
        if self._identity is None:
            raise RuntimeError("not open")
        return self._identity

    @property
    def refused(self) -> str:
        """Why Slack takes the token no more, a sentence; empty while it does."""
        return self._locked[0].english() if self._locked else ""

    async def open(self) -> Identity:
        """Learns whose token it is. Raises ConfigError where it is nobody's, SendFailure where none answers."""
        try:
            answer, headers, _ = await self._ask("auth.test", {})
        except TokenRefused as refused:
            raise ConfigError(problem=f"Slack refuses a bot token (xoxb-…): {refused.params['code']}") from refused
        granted = headers.get("x-oauth-scopes", "")
        self._identity = Identity(
            team=_text(answer, "team_id"),
            name=_text(answer, "team"),
            url=_text(answer, "url"),
            user=_text(answer, "user_id"),
            bot=_text(answer, "bot_id"),
            app=_text(answer, "app_id"),
            handle=_text(answer, "user") or "bridge",
            scopes=frozenset(scope.strip() for scope in granted.split(",") if scope.strip()),
            enterprise=_text(answer, "enterprise_id"),
        )
        return self._identity

    async def close(self) -> None:
        """Whatever is asked after that is Transient: it was not sent."""
        self._closed = True
        if self._session is not None:
            await self._session.close()

    async def call(self, method: str, /, **arguments: Any) -> dict[str, Any]:
        """The answer to one request; arguments that are None are left out. Raises SendFailure."""
        return (await self._ask(method, arguments))[0]

    async def told(self, method: str, load: int = 0, /, **arguments: Any) -> tuple[dict[str, Any], Hint]:
        """As `call`, with what the answer told of limits. `load`: how much waits in the place. Raises SendFailure."""
        answer, _, hint = await self._ask(method, arguments, load)
        return answer, hint

    async def spare(self, method: str, /, **arguments: Any) -> dict[str, Any]:
        """As `call`, for what can wait: some of the minute's requests are left to others. Raises SendFailure."""
        return (await self._ask(method, arguments, spare=True))[0]

    async def pages(self, method: str, /, **arguments: Any) -> AsyncIterator[dict[str, Any]]:
        """Every page of a list, in Slack's order. Raises SendFailure; a list that was broken off is no list."""
        cursor: str | None = None
        while cursor != "":
            answer = await self.call(method, cursor=cursor, **arguments)
            yield answer
            meta = answer.get("response_metadata")
            following = str(meta.get("next_cursor") or "") if isinstance(meta, dict) else ""
            if following and following == cursor:
                raise Transient(reason="Slack gave the same page again")
            cursor = following

    async def download(self, url: str, limit_bytes: int) -> bytes:
        """A file of the workspace. Raises Refused where it is bigger, is not there or not on Slack's own hosts;
        Transient where it may come later."""
        return await fetch(self._client(), own_address(url, self._base), self._headers(), limit_bytes)

    async def upload(self, url: str, data: bytes) -> None:
        """The bytes, to the address that files.getUploadURLExternal gave (which needs no token). Raises SendFailure."""
        await put(self._client(), own_address(url, self._base), data)

    async def _ask(
        self, method: str, arguments: Mapping[str, Any], load: int = 0, spare: bool = False
    ) -> tuple[dict[str, Any], Mapping[str, str], Hint]:
        self._check_token()
        turn = await self._budgets.turn(method, load, spare)
        given = {name: value for name, value in arguments.items() if value is not None}
        body: dict[str, Any] = {"json": given} if method.startswith(_JSON_METHODS) else {"data": form(given)}
        began, hint = self._clock.monotonic(), Hint()
        try:
            async with self._client().post(
                self._base.joinpath(method), headers=self._headers(), allow_redirects=False, **body
            ) as answer:
                told = read_answer(await answer.read())
                hint = Hint(
                    retry_after=retry_after(answer.status, told, answer.headers),
                    began=began,
                    answered=self._clock.monotonic(),
                )
                hint = self._budgets.heard(method, str(given.get("channel", "")), turn, hint)
                return self._judged(method, answer.status, told, hint), answer.headers, hint
        except SendFailure as failure:
            failure.hint = hint
            raise
        except NOT_ARRIVED as error:
            raise Transient(reason=named(error)) from error
        except BROKEN as error:
            raise unclear(method, named(error)) from error

    def _judged(self, method: str, status: int, answer: dict[str, Any], hint: Hint) -> dict[str, Any]:
        """The answer where it is one. Raises SendFailure."""
        if hint.retry_after is not None:
            raise Throttled(seconds=hint.retry_after)
        if answer.get("ok") is True and status == 200:
            self._locked = None
            return answer
        code = answer.get("error")
        if isinstance(code, str):
            handle = self._identity.handle if self._identity else "bridge"
            failure = failure_of(method, code, answer, handle)
            if isinstance(failure, TokenRefused):
                self._locked = failure, self._clock.monotonic() + PROBE_SECONDS
            raise failure
        if status in (200, 408) or status >= 500:
            raise unclear(method, f"HTTP {status}")
        raise Refused(reason="HTTP 413: too big") if status == 413 else Transient(reason=f"HTTP {status}")

    def _check_token(self) -> None:
        """A token that was refused is tried again once in a while. Raises TokenRefused."""
        if self._locked is None:
            return
        failure, until = self._locked
        if (now := self._clock.monotonic()) < until:
            raise TokenRefused(**failure.params)
        self._locked = failure, now + PROBE_SECONDS

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token.reveal()}"}

    def _client(self) -> aiohttp.ClientSession:
        if self._closed:
            raise Transient(reason="Bridge is stopping")
        if self._session is None:
            self._session = open_session(self._base)
        return self._session


async def open_socket_url(app_token: Secret, base: str) -> str:
    """A fresh address for one socket (apps.connections.open); it carries a ticket, so it is a secret. Raises
    ConfigError where the token opens none, SendFailure where Slack does not answer."""
    api = Api(app_token, base, SystemClock())
    try:
        answer = await api.call("apps.connections.open")
    except TokenRefused as refused:
        raise ConfigError(problem=f"Slack refuses an app token (xapp-…): {refused.params['code']}") from refused
    finally:
        await api.close()
    # Not registered as a secret: each is good once, and a bridge that runs for a year would gather thousands.
    return _text(answer, "url")


def _text(answer: Mapping[str, Any], name: str) -> str:
    found = answer.get(name)
    return found if isinstance(found, str) else ""
