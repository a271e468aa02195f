"""What a handler is given, and what several verbs share: `here`, cadences, ids, whole examples in mistakes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import regex

from bridge.model import text as t
from bridge.model.audience import viewer_of
from bridge.model.card import Action, Card
from bridge.model.command import Call, Reply
from bridge.model.compose.reading import Reader, View
from bridge.model.errors import (
    BadInput,
    PostUnknown,
)
from bridge.model.ids import PostId, SubscriberId
from bridge.model.kept import Tx
from bridge.model.person import Account, Person
from bridge.model.place import Place
from bridge.model.post import Post
from bridge.model.say import Words
from bridge.model.subscription import Cadence
from bridge.services import follow as following
from bridge.services.delivery.showing import load_views
from bridge.services.follow import Party
from bridge.services.world import World

LONGEST_NAME = 100
"""Characters of a name that are looked at."""
_ID = regex.compile(r"[0-9]{1,19}")
_HIGHEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Ask:
    """One call, with who asks, from where, and how they read. `rest`: what stands behind the verb."""

    world: World
    call: Call
    account: Account
    person: Person
    place: Place
    reader: Reader
    rest: str

    @property
    def words(self) -> Words:
        return self.reader.words

    @property
    def subscriber(self) -> SubscriberId:
        return SubscriberId(self.person.id)

    def field(self, name: str) -> str | None:
        """What a form's field holds; None when this call is not from a form that has it."""
        return self.call.fields.get(name)

    async def party(self, here: bool) -> Party:
        return await following.party_of(self.world, self.person, self.place if here else None)

    async def view(self, post: Post) -> View:
        """The update as this person sees it. Raises PostUnknown when they may not."""
        return (await self.views([post.id]))[0]

    async def views(self, ids: Sequence[PostId]) -> list[View]:
        """Updates in this order; what this person may not see is left out, and quoted by nobody."""
        now, viewer = self.world.now(), viewer_of(self.person)

        def load(tx: Tx) -> list[View]:
            loaded = load_views(tx, ids)
            quoted = {view.quoted.post.id for view in loaded.values() if view.quoted}
            allowed = tx.posts.visible(viewer, {*ids, *quoted}, now)
            return [
                view if view.quoted is None or view.quoted.post.id in allowed else replace(view, quoted=None)
                for id in ids
                if (view := loaded.get(id)) and id in allowed
            ]

        found = await self.world.store.read(load)
        if not found and len(ids) == 1:
            raise PostUnknown(typed=self.rest.split(" ")[0] if self.rest else "")
        return found

    def said(self, sentence: str, *actions: Action) -> Reply:
        """A plain answer: one sentence, said already."""
        return Reply(Card(text=(t.Plain(sentence),), actions=actions))


def take_here(rest: str) -> tuple[str, bool]:
    """Takes a trailing `here` off."""
    words = rest.split()
    if words and words[-1].lower() == "here":
        return " ".join(words[:-1]), True
    return rest.strip(), False


def take_cadence(rest: str) -> tuple[str, Cadence | None]:
    """Takes a trailing `live` or `digest` off."""
    words = rest.split()
    if words and words[-1].lower() in (Cadence.LIVE, Cadence.DIGEST):
        return " ".join(words[:-1]), Cadence(words[-1].lower())
    return rest.strip(), None


def take_how(rest: str) -> tuple[str, Cadence | None, bool]:
    """Takes a trailing cadence and a `here` off, in either order."""
    rest, cadence = take_cadence(rest)
    rest, here = take_here(rest)
    if cadence is None:
        rest, cadence = take_cadence(rest)
    return rest, cadence, here


def first_word(rest: str) -> tuple[str, str]:
    """The first word and everything behind it, line breaks kept."""
    parts = rest.strip().split(maxsplit=1)
    return (parts[0], parts[1] if len(parts) > 1 else "") if parts else ("", "")


def id_in(typed: str) -> int:
    """The id that a button's line carries; 0, which nothing has, for anything else."""
    return min(int(typed), _HIGHEST_ID) if _ID.fullmatch(typed.strip()) else 0


@contextmanager
def example_of(ask: Ask, verb: str, behind: str = "") -> Iterator[None]:
    """Mistakes inside say what to type as a whole: `daily 9` becomes `/digest daily 9`. `behind`: what ends it."""
    try:
        yield
    except BadInput as error:
        if "example" in error.params:
            error.params = {**error.params, "example": ask.reader.call(f"{verb} {error.params['example']}{behind}")}
        raise
