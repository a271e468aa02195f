"""What a handler is given, and the words that several verbs share: `here`, cadences, subjects, updates by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import regex

from bridge.model import text as t
from bridge.model.audience import viewer_of
from bridge.model.card import Action, Card
from bridge.model.clean import fold
from bridge.model.command import Call, Reply, Where
from bridge.model.errors import PersonUnknown, PostUnknown, SubjectUnknown
from bridge.model.ids import PostId, SubjectId, SubscriberId, TagId
from bridge.model.kept import Stream, Tx
from bridge.model.person import Account, Person
from bridge.model.place import Place, PlaceKind
from bridge.model.ports import Directory
from bridge.model.post import Post
from bridge.model.reading import Reader, View
from bridge.model.say import Words
from bridge.model.scan import parse
from bridge.model.subscription import EVERYONE_ID, EVERYONE_SUBJECT, Cadence, Subject, SubjectKind
from bridge.services import follow as following
from bridge.services.follow import Party, person_subject
from bridge.services.publish import nearest_handle
from bridge.services.showing import load_views
from bridge.services.world import World

NUMBER = regex.compile(r"~?(\d{1,18})")
LONGEST_LINE = 90
"""Characters of a line that a button can carry."""


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


def first_word(rest: str) -> tuple[str, str]:
    """The first word and everything behind it, line breaks kept."""
    parts = rest.strip().split(maxsplit=1)
    return (parts[0], parts[1] if len(parts) > 1 else "") if parts else ("", "")


async def subject_named(ask: Ask, typed: str) -> Subject:
    """What `@ana`, `#release`, `everyone` or `~1042` names. Raises PersonUnknown, PostUnknown, SubjectUnknown."""
    typed = typed.strip()
    if fold(typed) in ("everyone", "all", "@everyone"):
        return EVERYONE_SUBJECT
    if typed.startswith("#"):
        return await tag_subject(ask, typed[1:])
    if typed.startswith("@"):
        return person_subject(await person_named(ask, typed))
    if NUMBER.fullmatch(typed):
        post, _ = await post_named(ask, typed)
        root = await ask.world.store.read(lambda tx: tx.posts.get(post.root))
        number = root.number if root else post.number
        return Subject(SubjectKind.CONVERSATION, SubjectId(post.root), f"~{number}")
    if typed and not regex.search(r"\s", typed):
        return person_subject(await person_named(ask, typed))
    raise SubjectUnknown(typed=typed[:60], example=ask.reader.call("follow @ana"))


async def tag_subject(ask: Ask, name: str) -> Subject:
    """The tag, made when nobody has used it yet."""
    found = [span.name for span in t.spans(_tag_text(name)) if isinstance(span, t.Tag)]
    if not found:
        raise SubjectUnknown(typed=f"#{name}"[:60], example=ask.reader.call("follow #release"))
    id = TagId(ask.world.ids.new())
    return await ask.world.store.write(lambda tx: tx.tags.ensure(fold(found[0]), found[0], id))


def _tag_text(name: str) -> t.Text:
    return parse(f"#{name}")


async def person_named(ask: Ask, typed: str) -> Person:
    """Raises PersonUnknown, with the nearest handle."""
    label = fold(typed.lstrip("@"))

    def look(tx: Tx) -> tuple[Person | None, str]:
        person = tx.people.by_handle(label)
        return person, "" if person else nearest_handle(tx, label)

    person, nearest = await ask.world.store.read(look)
    if person is None:
        raise PersonUnknown(typed=typed[:60], nearest=f"@{nearest}" if nearest else ask.reader.call("who"))
    return person


async def post_named(ask: Ask, rest: str, own: bool = False) -> tuple[Post, str]:
    """The update that the first word names, and what stands behind it. Raises PostUnknown.

    `last` is the person's own newest where their own is meant, else the newest that stands in this place, else the
    newest they may see.
    """
    name, behind = first_word(rest)
    post = await _post(ask, name, own)
    if post is None:
        raise PostUnknown(typed=name[:60])
    return post, behind


async def _post(ask: Ask, name: str, own: bool) -> Post | None:
    now, viewer = ask.world.now(), viewer_of(ask.person)
    if fold(name) == "last":
        if own:
            return await ask.world.store.read(lambda tx: tx.posts.last_of(ask.person.id))
        return await ask.world.store.read(lambda tx: _last_seen(tx, ask))
    if number := NUMBER.fullmatch(name):
        found = await ask.world.store.read(lambda tx: tx.posts.by_number(int(number[1])))
    elif "://" in name:
        found = await _behind_link(ask, name)
    else:
        return None
    if found is None or found.deleted_at is not None:
        return None
    visible = await ask.world.store.read(lambda tx: tx.posts.visible(viewer, [found.id], now))
    return found if found.id in visible else None


def _last_seen(tx: Tx, ask: Ask) -> Post | None:
    now, viewer = ask.world.now(), viewer_of(ask.person)
    for delivery in reversed(tx.outbox.shown(ask.place.id, None, None, 5)):
        standing = [item for item in delivery.items if item.shown is not None]
        if len(standing) == 1 and standing[0].post in tx.posts.visible(viewer, [standing[0].post], now):
            return tx.posts.get(standing[0].post)
    newest = tx.posts.timeline(viewer, Stream(subjects=(EVERYONE_ID,)), now, 1)
    return newest[0] if newest else None


async def _behind_link(ask: Ask, link: str) -> Post | None:
    for adapter in ask.world.adapters.values():
        if isinstance(adapter, Directory) and (located := adapter.locate(link)):
            return await ask.world.store.read(partial(_standing_at, where=located[0], message=located[1]))
    return None


def _standing_at(tx: Tx, where: Where, message: str) -> Post | None:
    """The update a message shows, or was made from."""
    place = tx.places.at(where.platform, where.workspace, where.key, where.kind is PlaceKind.DIRECT)
    delivery = tx.outbox.by_message(place.id, message) if place else None
    if delivery and len(delivery.items) == 1:
        return tx.posts.get(delivery.items[0].post)
    return tx.posts.by_origin(where.platform, where.workspace, f"{where.key} {message}")
