"""The lobby as an adapter: what the courier and the composition root call. The page is `pages`, its JSON `api`."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from urllib.parse import parse_qs, quote, unquote, urlsplit

from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bridge.adapters.lobby import Settings, pages
from bridge.adapters.lobby import api as json_api
from bridge.adapters.lobby.desk import PREFIX, Desk
from bridge.adapters.lobby.guard import load_seal
from bridge.adapters.lobby.hearsay import Hearsay
from bridge.adapters.lobby.hub import What
from bridge.adapters.lobby.people import PLATFORM, WORKSPACE
from bridge.adapters.lobby.render import Renderer
from bridge.adapters.lobby.standing import entry_of_card, message_id
from bridge.adapters.lobby.visit import House, Unwelcome, newcomer, sentence
from bridge.model.card import Card, Limits
from bridge.model.command import Where, Who
from bridge.model.errors import BadInput, ConfigError
from bridge.model.given import Given
from bridge.model.pace.places import Pacer, Unpaced
from bridge.model.pace.told import Hint
from bridge.model.person import Profile
from bridge.model.place import UNKNOWN_MEMBERS, Members, Place, PlaceKind
from bridge.model.ports import Finding, Key, Sent
from bridge.model.post import Attachment
from bridge.web.routes import Mounted

ALWAYS = 10 * 366 * 24 * 3600
"""Seconds. What stands in a lobby place comes from the deliveries themselves, so nothing can stand there twice."""
NONCES = 1000

_PERMALINK = re.compile(r"/lobby/c/([^/#]+)")
_MESSAGE = re.compile(r"m(\d{19})")


class NameRefused(BadInput):
    """{why}"""


class Lobby:
    """Adapter, Sender, Directory, Checks and Routes."""

    platform = PLATFORM
    prefix = PREFIX
    hears_status = False
    limits = Limits(text=4000, joined=10, actions=8, rings=False, native_moments=True, dedupes_for=ALWAYS)
    pacer: Pacer = Unpaced()

    def __init__(self, settings: Settings, given: Given) -> None:
        self._address = settings.address.rstrip("/")
        self._given = given
        self._desk = Desk(given)
        self._hearsay = Hearsay(given.news, self._desk.hub, self._desk.standing)
        self._sent: OrderedDict[str, str] = OrderedDict()
        self._renderer = Renderer(self._media_url, settings.reactions)
        self._apps: dict[str, ASGIApp] = {}

    async def start(self) -> None:
        await self._desk.open()
        self._hearsay.start()
        house = House(self._desk, await load_seal(self._given.vault), self._renderer)
        self._apps = {"page": pages.make_pages(house), "api": json_api.make_api(house)}

    async def stop(self) -> None:
        """Ends every stream; requests in flight finish by themselves."""
        self._desk.hub.close()
        await self._hearsay.stop()

    async def close(self) -> None:
        """Messages stand in the bridge's own store, so there is nothing to let go."""

    def routes(self) -> Sequence[Mounted]:
        """May be asked before `start`; until then the page answers that it is not ready."""
        return (
            Mounted("/lobby", self._later("page"), body_limit=pages.BODY_LIMIT),
            Mounted("/api/lobby", self._later("api"), body_limit=json_api.BODY_LIMIT),
            Mounted("/", _to_the_lobby),
        )

    async def send(self, place: Place, card: Card, key: Key) -> Sent:
        message = self._sent.get(key.nonce)
        if message is not None:
            return Sent(message)
        message = message_id(self._given.ids.new())
        self._sent[key.nonce] = message
        if len(self._sent) > NONCES:
            self._sent.popitem(last=False)
        self._desk.hub.tell(What.ADDED, place.id, message, entry_of_card(message, card))
        return Sent(message)

    async def update(self, place: Place, message: str, card: Card) -> Sent:
        entry = await self._desk.standing.with_reactions(place, entry_of_card(message, card))
        self._desk.hub.tell(What.CHANGED, place.id, message, entry)
        return Sent(message)

    async def delete(self, place: Place, message: str) -> Hint:
        self._desk.hub.tell(What.REMOVED, place.id, message)
        return Hint()

    async def profile(self, who: Who) -> Profile | None:
        visitor = await self._desk.people.find(who.user)
        if visitor is None:
            return None
        zone, language = visitor.zone or None, visitor.language or None
        return Profile(visitor.name, handle=visitor.user, zone=zone, language=language)

    async def members(self, place: Place) -> Members:
        if place.platform != PLATFORM:
            return UNKNOWN_MEMBERS
        if place.kind is PlaceKind.DIRECT:
            return Members(known=True, team=True, count=1)
        return Members(known=True, team=True, count=self._desk.people.count)

    async def owner(self, place: Place) -> str | None:
        """Its channels are everybody's."""
        return None

    def permalink(self, place: Place, message: str) -> str | None:
        base = self._address or self._given.address()
        if place.kind is PlaceKind.DIRECT:
            # Opened by anybody else it shows their own; the key tells `locate` whose it is.
            return f"{base}/lobby/me?of={quote(place.key, safe='')}#m{message}"
        return f"{base}/lobby/c/{quote(place.key, safe='')}#m{message}"

    def locate(self, link: str) -> tuple[Where, str] | None:
        """Whatever the host: people reach one lobby under several names."""
        try:
            parts = urlsplit(link)
        except ValueError:
            return None
        message = _MESSAGE.fullmatch(parts.fragment)
        if parts.scheme not in ("http", "https") or not message:
            return None
        if path := _PERMALINK.fullmatch(parts.path):
            return Where(PLATFORM, WORKSPACE, unquote(path[1])), message[1]
        if parts.path == "/lobby/me" and (of := parse_qs(parts.query).get("of")):
            return Where(PLATFORM, WORKSPACE, of[0], PlaceKind.DIRECT, private=True), message[1]
        return None

    async def findings(self) -> list[Finding]:
        await self._desk.people.load()
        return [Finding(True, "lobby", f"{self._desk.people.count} joined")]

    async def admin(self, verb: str, words: Sequence[str]) -> str:
        """What `bridge lobby …` asks for. `invite NAME ADDRESS`: a link under the first address there is, of the one
        given, the configured one and this machine's. Raises NameRefused."""
        match verb, list(words):
            case "invite", [typed, address]:
                try:
                    name = newcomer(typed).name
                except Unwelcome as refused:
                    raise NameRefused(why=sentence(self._given.words("en"), refused)) from None
                token = await self._desk.invites.make(name)
                base = address.rstrip("/") or self._address or self._given.address()
                return f"{base}/lobby/enter?token={token}"
        raise ConfigError(problem=f"the lobby can't do “{verb}”.")

    def _media_url(self, media: Attachment) -> str:
        return self._given.media.url(media.digest, media.name, media.mime)

    def _later(self, name: str) -> ASGIApp:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            started = self._apps.get(name) or Response("The lobby is starting.", 503, {"retry-after": "1"})
            await started(scope, receive, send)

        return app


async def _to_the_lobby(scope: Scope, receive: Receive, send: Send) -> None:
    """The root of the site leads here; everything else under it is not ours."""
    front = scope["type"] == "http" and scope["path"] in ("", "/")
    answer = RedirectResponse("/lobby/") if front else Response("There is nothing at this address.", 404)
    await answer(scope, receive, send)
