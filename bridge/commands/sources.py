"""Following what is outside, and looking after it: follow with an address, sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bridge.commands import following
from bridge.commands.asking import Ask, example_of, first_word, id_in, take_here, take_how
from bridge.commands.following import channel
from bridge.commands.naming import one_at_a_time, subject_named
from bridge.model.clean import fold
from bridge.model.command import Reply
from bridge.model.compose.sources import paused_card, resumed_card, sources_card, which_source, with_newest
from bridge.model.errors import PersonUnknown, SourceNotYours, SourceUnknown, SourceUnnamed, SourceUnread
from bridge.model.filters.filterwords import parse_filter, split_filter
from bridge.model.filters.tokens import QUOTES
from bridge.model.kept import Tx
from bridge.model.person import Role
from bridge.model.place import Circle
from bridge.model.source import Found, Watch
from bridge.model.subscription import Cadence, Subject
from bridge.services import follow as following_service
from bridge.services.follow import Party
from bridge.services.outside import sources as service
from bridge.services.outside.troubled import owner_of
from bridge.services.sharing.mentions import nearest_handle
from bridge.services.sieves import set_filter

LONGEST = 300
"""Characters of what is followed, so that an example repeats it."""


async def follow(ask: Ask) -> Reply:
    """What is typed like an address is looked for outside, unless somebody here is called so. A filter may stand behind
    whatever is followed."""
    if ask.rest[:1] in QUOTES:  # a phrase, whose own words may begin like a filter
        return await following.follow(ask)
    rest, words = split_filter(ask.rest)
    with example_of(ask, f"follow {rest if len(rest) <= LONGEST else '#release'}"):
        wanted = parse_filter(words) if words else None
    ask = replace(ask, rest=rest)
    typed, cadence, here = take_how(rest)
    if await _is_outside(ask, typed):
        reply, subject = await _follow_address(ask, typed, cadence, here, words)
    else:
        reply = await following.follow(ask)
        subject = await subject_named(ask, typed) if wanted else None
    if wanted is None or subject is None:
        return reply
    await set_filter(ask.world, await ask.party(here), subject, wanted)
    only = ask.words.say("{subject} comes filtered: {filter}", subject=subject.name, filter=wanted.words)
    return replace(reply, card=replace(reply.card, footer=(*reply.card.footer, only)))


async def _is_outside(ask: Ask, typed: str) -> bool:
    first, behind = first_word(typed)
    if not first or not (service.is_address(ask.world, first) or "://" in first):
        return await service.known(ask.world, typed) is not None
    if behind:
        raise one_at_a_time(ask, first, behind)
    person = await ask.world.store.read(lambda tx: tx.people.by_handle(typed.removeprefix("@")))
    return person is None or person.circle is Circle.OUTSIDE


async def _follow_address(
    ask: Ask, typed: str, cadence: Cadence | None, here: bool, words: str
) -> tuple[Reply, Subject | None]:
    """Finds what the address leads to, looks once, and follows; where it leads to several, asks which, and follows
    nothing. Raises SourceUnread, SourceElsewhere."""
    party = await ask.party(here)
    watch = await service.known(ask.world, typed)
    if watch is not None and watch.next_at is None:
        again = Found(watch.key, watch.name, watch.title, watch.home, watch.picture)
        watch = await service.added(ask.world, watch.adapter, again, ask.person)
    elif watch is None:
        adapter, found = await _found(ask, typed)
        if len(found) > 1 and all(one.key != typed for one in found):
            how = [cadence.value if cadence else "", words, "here" if here else ""]
            return Reply(which_source(found, " ".join(filter(None, how)), ask.reader)), None
        one = next((one for one in found if one.key == typed), found[0])
        watch = await service.added(ask.world, adapter, one, ask.person)
    subject = service.subject_of(watch)
    done = await following_service.follow(ask.world, party, subject, cadence)
    card = await following.followed(ask, party, subject, done)
    views = await ask.views([post.id for post in await service.newest(ask.world, watch)])
    return Reply(with_newest(card, watch, views, ask.reader, " here" if here else "")), subject


async def _found(ask: Ask, typed: str) -> tuple[str, Sequence[Found]]:
    """Where nothing is found, a colleague's name like it may be meant: `ana.kovac` looks like an address. Raises
    PersonUnknown, SourceUnread, SourceElsewhere."""

    def nearest(tx: Tx) -> str:
        handle = nearest_handle(tx, fold(typed.removeprefix("@")))
        person = tx.people.by_handle(handle) if "." in handle else None
        return handle if person and person.circle is not Circle.OUTSIDE else ""

    try:
        return await service.found(ask.world, typed)
    except SourceUnread as unread:
        handle = "" if set("@/:#") & set(typed[1:]) else await ask.world.store.read(nearest)
        if not handle:
            raise
        raise PersonUnknown(typed=typed[:60], nearest=f"@{handle}") from unread


async def sources(ask: Ask) -> Reply:
    """Those of a person, with `here` of the channel, `page 2` of many; `pause` and `resume` one of them. Raises
    SourceUnknown, SourceUnnamed, SourceNotYours."""
    rest, here = take_here(ask.rest)
    party = await ask.party(here)
    what, named = first_word(rest)
    watches = await service.of(ask.world, party.subscriber)
    if not what or (what == "page" and id_in(named)):
        return Reply(sources_card(watches, ask.reader, channel(party), id_in(named)))
    if what not in ("pause", "resume") or not named:
        example = f"sources {'resume' if what == 'resume' else 'pause'} blog.example.org"
        raise SourceUnnamed(example=ask.reader.call(f"{example} here" if here else example))
    watch = await service.meant(ask.world, named)
    if watch is None:
        raise SourceUnknown(typed=named[:60], example=ask.reader.call("sources here" if here else "sources"))
    await _may(ask, party, watch, watches)
    if what == "pause":
        await service.pause(ask.world, watch)
        return Reply(paused_card(service.subject_of(watch), ask.reader, " here" if here else ""))
    await service.resume(ask.world, watch)
    return Reply(resumed_card(service.subject_of(watch), ask.reader))


async def _may(ask: Ask, party: Party, watch: Watch, watches: list[Watch]) -> None:
    """Whoever sees to it, an administrator; and any full member where a channel of theirs gets it."""
    owner = await ask.world.store.read(lambda tx: owner_of(tx, watch))
    own = owner == ask.person.id or Role.ADMIN in ask.person.roles
    if not own and not (party.channel and ask.person.team and watch.id in {one.id for one in watches}):
        raise SourceNotYours(source=watch.name)
