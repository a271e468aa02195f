"""The Intake port: everything people do comes in here and leaves as a Reply. Bad input never raises past this point."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from bridge.commands import (
    audiences,
    completing,
    digests,
    explain,
    following,
    hearing,
    looking,
    people,
    questions,
    settings,
    sharing,
    sources,
)
from bridge.commands.asking import Ask
from bridge.commands.forms import refused
from bridge.commands.home import home
from bridge.commands.naming import named_by_thread, named_here
from bridge.commands.receipts import offered
from bridge.model.card import Action, Card
from bridge.model.clean import clean, fold
from bridge.model.command import Call, Reply, Suggestion, Verb, Via, Where, Who
from bridge.model.compose.help import error_reply, unknown_verb_card
from bridge.model.compose.update import pressable
from bridge.model.errors import (
    AnnouncedToAll,
    AudienceApart,
    BadInput,
    BridgeError,
    DigestUnknown,
    MeantForSome,
    NeedsAnnouncer,
    NothingLeft,
    NotYours,
    PostUnknown,
    StoreError,
    StoreFull,
)
from bridge.model.inbound import HomeOpened, Inbound, Said
from bridge.model.place import PlaceKind
from bridge.model.verbs import nearest, split
from bridge.services.acquaint import person_of
from bridge.services.world import World

log = logging.getLogger(__name__)

Handler = Callable[[Ask], Awaitable[Reply]]

HANDLERS: dict[str, Handler] = {
    "status": sharing.status,
    "edit": sharing.edit,
    "delete": sharing.delete,
    "reply": sharing.reply,
    "reshare": sharing.reshare,
    "announce": sharing.announce,
    "audience": audiences.audience,
    "got-it": sharing.got_it,
    "reply-yes": questions.reply_yes,
    "reply-no": questions.reply_no,
    "reply-which": questions.reply_which,
    "reply-always": questions.reply_always,
    "reply-stop": questions.reply_stop,
    "not-now": questions.not_now,
    "share-yes": sharing.share_yes,
    "share-no": sharing.share_no,
    "share-never": sharing.share_never,
    "follow": sources.follow,
    "unfollow": following.unfollow,
    "following": following.following,
    "followers": following.followers,
    "mute": following.mute,
    "unmute": following.unmute,
    "stop": following.stop,
    "resume": following.resume,
    "timeline": looking.timeline,
    "catchup": looking.catchup,
    "show-more": looking.show_more,
    "why": explain.why,
    "link": looking.link,
    "sources": sources.sources,
    "digest": digests.digest,
    "who": people.who,
    "profile": people.profile,
    "settings": settings.settings,
    "samples": people.samples,
    "help": explain.help,
}
"""One for each verb of the command table."""


NOT_TWICE = ("edit", "delete", "audience")
"""Verbs that change an update which is named by where it stands among others."""

_NAME = "@bridge"


class Commands:
    """Dispatches calls to their handlers, and events to the services."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def dispatch(self, call: Call) -> Reply:
        """Never raises for what a person did: a mistake is a Reply with a sentence and the text given back.

        Raises StoreError for a message alone that is heard again: see `_heard_again`."""
        reader = self._world.reader(None, call.prefix)
        fields = {name: clean(value) for name, value in call.fields.items()}
        call = replace(call, line=clean(call.line), fields=fields)
        typed = _typed(call)
        try:
            verb, rest = split(call.line)
            ask = await hearing.ask_of(self._world, call, rest)
            reader = ask.reader
            if not call.line.strip():
                return await (sharing.status(ask) if call.files else explain.help(ask))
            if verb is None:
                card = unknown_verb_card(call.line, nearest(call.line.split(maxsplit=1)[0]), reader)
                return Reply(card, ok=False, typed=typed)
            try:
                return await HANDLERS[verb.name](ask)
            except BadInput as error:
                return await self._refused(ask, verb, error, typed)
        except (BadInput, StoreError) as error:
            if isinstance(error, StoreError) and _heard_again(call, error):
                raise
            return error_reply(error, typed, reader)
        except Exception:
            # The last line before a person: whatever it was, they get their text back and a sentence.
            log.exception("the call %s failed", call.key)
            self._world.meter.failed()
            return error_reply(BridgeError(), typed, reader)

    async def _refused(self, ask: Ask, verb: Verb, error: BadInput, typed: str) -> Reply:
        """The mistake with what can be done instead; a form comes back as it was sent."""
        reply = error_reply(error, typed, ask.reader, *_instead(ask, error))
        if not ask.call.fields:
            return reply
        try:
            opened = await HANDLERS[verb.name](replace(ask, call=replace(ask.call, fields={}, files=())))
        except BadInput:
            return reply
        if opened.form is None:
            return reply
        return replace(reply, form=refused(opened.form, ask.call.fields, error, ask.words))

    async def complete(self, who: Who, where: Where, typed: str, prefix: str) -> Sequence[Suggestion]:
        """Nothing, where the store does not answer: typing goes on without."""
        try:
            _, person = await person_of(self._world, who)
        except StoreError:
            return []
        return await completing.complete(self._world, person, typed, self._world.reader(person, prefix))

    async def home(self, who: Who) -> Card:
        """Somebody's own page."""
        where, prefix = Where(who.platform, who.workspace, who.user, PlaceKind.DIRECT), self._world.prefix(who.platform)
        call = Call("home", who, where, "", self._world.now(), prefix=prefix)
        return (await home(await hearing.ask_of(self._world, call, ""))).card

    async def hear(self, event: Inbound) -> Reply | None:
        if isinstance(event, Said) and event.named:
            return await self._once(event)
        if isinstance(event, HomeOpened):
            return Reply(await self.home(event.who))
        return await hearing.answer(self._world, event)

    async def _once(self, said: Said) -> Reply | None:
        """A message that comes again, after a crash or another failure, is done once.

        It is remembered when all is done, since doing it again changes nothing: an update is one by its origin. Only
        what would hit another update by then (`delete last`) is remembered before: at worst nothing was done, and
        nobody was told that it was.
        """
        store, now = self._world.store, self._world.now()
        if await store.read(lambda tx: tx.memory.known(said.key)):
            return None
        verb, _ = split(clean(said.message.text).strip())
        if verb is not None and verb.name in NOT_TWICE:
            await store.write(lambda tx: tx.memory.once(said.key, now))
        reply = await self._answer(said)
        await store.write(lambda tx: tx.memory.once(said.key, now))
        return reply

    async def _answer(self, said: Said) -> Reply | None:
        """A message said to the bridge itself: a verb is done, a plain sentence is offered as an update."""
        message = said.message
        text = clean(message.text).strip()
        text = "" if fold(text) == _NAME else text
        verb, rest = split(text)
        prefix = self._world.prefix(message.author.platform)
        call = Call(said.key, message.author, message.where, text, message.at, Via.MESSAGE, {}, message.files, prefix)
        if verb is not None:
            line = await named_by_thread(self._world, message, verb, rest)
            return await self.dispatch(replace(call, line=line, where=named_here(message, verb, rest)))
        if not (text or message.files):
            return await self.dispatch(call)
        alone = message.where.kind is PlaceKind.DIRECT
        mistyped = nearest(text.split(maxsplit=1)[0]) if text else None
        answers = message.thread is not None and (mistyped is None or alone)
        if answers and (told := await hearing.answer(self._world, replace(said, named=False))):
            return told
        ask = await hearing.ask_of(self._world, call, "")
        if mistyped is None and (message.files or (message.where.private and not alone and " " in text)):
            # A button carries no files, and what leaves a private place names who will see it.
            return await offered(ask, replace(message, text=text))
        card = unknown_verb_card(text, mistyped, ask.reader)
        if message.files:
            card = replace(card, actions=())
        return Reply(card, ok=mistyped is None, typed=message.text)


def _heard_again(call: Call, error: StoreError) -> bool:
    """Whether what the database did not take is done all the same, a little later: whoever told of a message has
    remembered it, and was told that it will be seen to. Of what a full disk refuses, people are told instead."""
    verb, _ = split(call.line)
    once = verb is not None and verb.name in NOT_TWICE
    return call.via is Via.MESSAGE and not once and not isinstance(error, StoreFull)


def _typed(call: Call) -> str:
    """What is given back of a call that could not be done: somebody's words, and never what a button carries."""
    if call.via is Via.BUTTON and not call.fields:
        verb, _ = split(call.line)
        return call.line if verb is not None and any(param.name == "text" for param in verb.params) else ""
    return call.fields.get("text", "").strip() or next((v for v in call.fields.values() if v.strip()), call.line)


def _instead(ask: Ask, error: BadInput) -> tuple[Action, ...]:
    """Buttons for what the sentence of a mistake offers."""
    words = ask.words
    match error:
        case NotYours() | MeantForSome():
            return (Action(words.say("Reply"), f"reply ~{error.params['number']}"),)
        case AudienceApart():
            return (Action(words.say("Audience"), f"audience ~{error.params['number']}"),)
        case NothingLeft():
            return (Action(words.say("Delete"), f"delete ~{error.params['number']}"),)
        case NeedsAnnouncer() | AnnouncedToAll() if ask.rest:
            return pressable(Action(words.say("Share as an update"), f"status {clean(ask.rest)}"))
        case DigestUnknown() | PostUnknown():
            return (Action(words.say("Your timeline"), "timeline"),)
    return ()
