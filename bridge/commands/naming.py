"""What people call things: subjects (`@ana`, `#release`, everyone), updates (`last`, `~1042`, a link), people."""

from __future__ import annotations

from functools import partial

import regex

from bridge.commands.asking import LONGEST_NAME, Ask, first_word, take_here
from bridge.model import text as t
from bridge.model.audience import viewer_of
from bridge.model.clean import fold
from bridge.model.command import ParamKind, Verb, Where
from bridge.model.errors import (
    NotTracked,
    NotYours,
    OneAtATime,
    PersonUnknown,
    PostNone,
    PostUnknown,
    PostUnnamed,
    SourceUnknown,
    SubjectUnknown,
    SubjectUnnamed,
)
from bridge.model.filters.filterwords import parse_tracked
from bridge.model.filters.tokens import QUOTES
from bridge.model.ids import SubjectId, TagId
from bridge.model.inbound import Message
from bridge.model.kept import Stream, Tx
from bridge.model.person import Person
from bridge.model.ports import Directory
from bridge.model.post import Post
from bridge.model.scan import parse
from bridge.model.subscription import EVERYONE_ID, EVERYONE_SUBJECT, Subject, SubjectKind
from bridge.model.verbs import split
from bridge.services.follow import person_subject
from bridge.services.outside import sources
from bridge.services.sharing.answers import update_at
from bridge.services.sharing.mentions import nearest_handle
from bridge.services.sieves import known_phrase
from bridge.services.world import World

NUMBER = regex.compile(r"~?([0-9]{1,18})")
_MARKED = regex.compile(r"~[0-9]{1,18}")
"""In a thread `reply 5 minutes` is no number."""


async def subject_named(ask: Ask, typed: str, example: str = "follow @ana") -> Subject:
    """What `@ana`, `#release`, `everyone`, `~1042`, a tracked phrase or a source's name or address names. Raises
    PersonUnknown, PostUnknown, SourceUnknown, NotTracked, SubjectUnknown, SubjectUnnamed."""
    typed = typed.strip()
    if "://" in typed and (watch := await sources.meant(ask.world, typed)):
        return sources.subject_of(watch)
    typed = typed[: LONGEST_NAME + 2]
    if not typed:
        raise SubjectUnnamed(example=ask.reader.call(example))
    if typed[0] in QUOTES:
        if phrase := await known_phrase(ask.world, parse_tracked(typed)):
            return phrase
        raise NotTracked(typed=typed, see=ask.reader.call("track"))
    first, behind = first_word(typed)
    if behind and (first[0] in "#@" or NUMBER.fullmatch(first) or fold(first) in ("everyone", "all")):
        raise one_at_a_time(ask, first, behind)
    if fold(typed) in ("everyone", "all", "@everyone"):
        return EVERYONE_SUBJECT
    if watch := await sources.known(ask.world, typed):
        return sources.subject_of(watch)
    if typed.startswith("#"):
        return await tag_subject(ask, typed[1:])
    if typed.startswith("@"):
        return person_subject(await _person(ask, typed))
    if NUMBER.fullmatch(typed):
        post, _ = await post_named(ask, typed)
        root = await ask.world.store.read(lambda tx: tx.posts.get(post.root))
        number = root.number if root else post.number
        return Subject(SubjectKind.CONVERSATION, SubjectId(post.root), f"~{number}")
    if not regex.search(r"\s", typed):
        return person_subject(await _person(ask, typed))
    raise SubjectUnknown(typed=typed[:60], example=ask.reader.call(example))


async def _person(ask: Ask, typed: str) -> Person:
    """Raises SourceUnknown where it looks like an address rather than like somebody's name."""
    try:
        return await person_named(ask, typed)
    except PersonUnknown as unknown:
        if str(unknown.params["nearest"]).startswith("@") or not regex.search("[.:]", typed):
            raise
        raise SourceUnknown(typed=typed[:60], example=ask.reader.call("sources")) from unknown


def one_at_a_time(ask: Ask, first: str, behind: str) -> OneAtATime:
    """The mistake of naming more than one: `follow #x #y`."""
    verb, _ = split(ask.call.line)
    call = ask.reader.call(f"{verb.name} {first}" if verb else first)
    return OneAtATime(typed=behind[:60], example=call)


async def tag_subject(ask: Ask, name: str) -> Subject:
    """The tag, made when nobody has used it yet."""
    found = [span.name for span in t.spans(_tag_text(name)) if isinstance(span, t.Tag)]
    if not found:
        raise SubjectUnknown(typed=f"#{name}"[:60], example=ask.reader.call("follow #release"))
    if len(found) > 1:
        raise one_at_a_time(ask, f"#{found[0]}", f"#{found[1]}")
    id = TagId(ask.world.ids.new())
    return await ask.world.store.write(lambda tx: tx.tags.ensure(fold(found[0]), found[0], id))


def _tag_text(name: str) -> t.Text:
    return parse(f"#{name}")


async def person_named(ask: Ask, typed: str) -> Person:
    """Raises PersonUnknown, with the nearest handle, or where to look for one."""
    label = fold(typed[:LONGEST_NAME].lstrip("@"))

    def look(tx: Tx) -> tuple[Person | None, str]:
        person = tx.people.by_handle(label)
        return person, "" if person else nearest_handle(tx, label)

    person, nearest = await ask.world.store.read(look)
    if person is None:
        where = ask.reader.call("who")
        raise PersonUnknown(typed=typed[:60], nearest=f"@{nearest}" if nearest else where)
    return person


async def post_named(ask: Ask, rest: str, example: str = "why last") -> tuple[Post, str]:
    """The update that the first word names, and what stands behind it; `last` is the newest that stands in this
    place, else the newest they may see. Raises PostUnnamed, PostNone, PostUnknown."""
    name, behind = first_word(rest)
    if not name:
        raise PostUnnamed(example=ask.reader.call(example))
    if _is_last(name):
        post = await ask.world.store.read(lambda tx: _last_seen(tx, ask))
        if post is None:
            raise PostNone()
    else:
        post = await _post(ask, name)
    if post is None:
        raise PostUnknown(typed=name[:60])
    return post, behind


async def own_post(ask: Ask, rest: str, example: str = "edit last") -> tuple[Post, str]:
    """The same among one's own, where `last` is one's own newest. Raises NotYours, too."""
    name, behind = first_word(rest)
    if _is_last(name):
        post = await ask.world.store.read(lambda tx: tx.posts.last_of(ask.person.id))
        if post is None:
            raise PostNone()
        return post, behind
    post, behind = await post_named(ask, rest, example)
    if post.author != ask.person.id:
        raise NotYours(number=post.number)
    return post, behind


def _is_last(name: str) -> bool:
    return name.lower() == "last"


async def _post(ask: Ask, name: str) -> Post | None:
    now, viewer = ask.world.now(), viewer_of(ask.person)
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
            return await ask.world.store.read(partial(update_at, where=located[0], message=located[1]))
    return None


def named_here(message: Message, verb: Verb, rest: str) -> Where:
    """Where a verb said in a thread is meant: `here` is the thread itself."""
    inside = message.inside if any(param.kind is ParamKind.HERE for param in verb.params) else None
    return inside if inside is not None and take_here(rest)[1] else message.where


async def named_by_thread(world: World, message: Message, verb: Verb, rest: str) -> str:
    """The line of a verb said in a thread, where an update that is not named is the one the thread is under."""
    line = f"{verb.name} {rest}".strip()
    kind = verb.params[0].kind if verb.params else None
    thread = message.thread
    if thread is None or kind not in (ParamKind.POST, ParamKind.SUBJECT) or not (verb.params[0].required):
        return line
    takes_text = kind is ParamKind.POST and any(param.kind is ParamKind.TEXT for param in verb.params)
    first, _ = first_word(rest)
    if first and (not takes_text or _is_last(first) or "://" in first or _MARKED.fullmatch(first)):
        return line
    post = await world.store.read(partial(update_at, where=message.where, message=thread))
    return f"{verb.name} ~{post.number} {rest}".strip() if post else line
