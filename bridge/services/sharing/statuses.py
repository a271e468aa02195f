"""A status that somebody sets on their platform, as an update: theirs to allow, and only where it is meant as one."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import regex

from bridge.model.errors import BadInput, StatusForAll
from bridge.model.inbound import StatusSet
from bridge.model.kept import Tx
from bridge.model.person import Account, Person
from bridge.model.post import Origin
from bridge.model.scan import parse
from bridge.model.text import tags
from bridge.model.times.calendar import local
from bridge.services.acquaint import person_of
from bridge.services.sharing.publish import Draft, Published, publish
from bridge.services.world import World

_FOR_SOME = regex.compile(r"(?:^|(?<=\s))to:\s*(?:@\S*|(?:me|public|followers|everyone|team)\b)", regex.IGNORECASE)
"""A status stands where everybody sees it."""
_LOOKED_AT = 2000
_SIGN = regex.compile(r"(?<!\w):[\w+'-]{1,100}:(?::skin-tone-[2-6]:)?|(?![\p{L}\p{N}])\X")
"""What may be an emoji in a text: its name between colons, or the character itself. A letter is none, even where an
emoji is called `x`."""


async def status_set(world: World, event: StatusSet) -> Published | None:
    """The update it became; None where its owner never allowed that, where it is not meant as one (no tag, no share
    emoji), where it was heard before, and when it is cleared. Raises BadInput where it cannot be one."""
    who, mark = event.who, _mark(event)
    account = await world.store.read(lambda tx: tx.people.account(who.platform, who.workspace, who.user))
    if account is None or not account.shares_status or account.status == mark:
        return None
    _, person = await person_of(world, who)
    meant = _meant(world, event)
    try:
        shared = await _share(world, meant, person) if meant else None
    except BadInput:
        await _remember(world, account, mark)
        raise
    # Last: whoever dies before it hears the status again, and its origin makes it one update.
    await _remember(world, account, mark)
    return shared


def _mark(event: StatusSet) -> str:
    """What tells two statuses apart, without keeping what a status says: most of them are not for us."""
    if not event.text.strip() and not event.emoji:
        return ""
    return _digest(event.emoji, event.text, event.until.isoformat() if event.until else "")


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _meant(world: World, event: StatusSet) -> StatusSet | None:
    """The status without the share emoji, where its words are meant as an update; None for calendars and sick notes.

    People put that emoji where their platform lets them: beside the text, or in it.
    """
    words = _SIGN.sub(lambda sign: "" if world.policy.shares(sign[0]) else sign[0], event.text)
    marked = world.policy.shares(event.emoji) or words != event.text
    if words != event.text:
        words = regex.sub(r"[^\S\n]{2,}", " ", words).strip()
    if not words.strip() or (event.until is not None and event.until <= world.now()):
        return None
    return replace(event, text=words) if marked or tags(parse(words[:_LOOKED_AT])) else None


async def _share(world: World, event: StatusSet, person: Person) -> Published | None:
    if found := _FOR_SOME.search(event.text[:_LOOKED_AT]):
        raise StatusForAll(typed=found[0][:60], example=world.prefix(event.who.platform).format("status to:me …"))
    today = local(world.now(), world.zone(person)).date()
    words = " ".join(event.text.split())
    origin = Origin(event.who.platform, event.who.workspace, f"status {person.id} {today} {_digest(words)}")
    published = await publish(world, Draft(person, event.text, origin, until=event.until))
    return published if published.new else None


async def _remember(world: World, account: Account, mark: str) -> None:
    def write(tx: Tx) -> None:
        kept = tx.people.account_by_id(account.id)
        if kept is not None:
            tx.people.save_account(replace(kept, status=mark))

    await world.store.write(write)


async def allow(world: World, person: Person, platform: str, yes: bool) -> bool:
    """Whether their statuses there may become updates, in all their accounts; False when they have none there."""

    def write(tx: Tx) -> bool:
        accounts = [account for account in tx.people.accounts(person.id) if account.platform == platform]
        for account in accounts:
            tx.people.save_account(replace(account, shares_status=yes))
        return bool(accounts)

    return await world.store.write(write)


async def choices(world: World, person: Person) -> list[tuple[str, bool]]:
    """(platform, allowed) for each of the person's platforms that tells when a status is set."""
    accounts = await world.store.read(lambda tx: tx.people.accounts(person.id))
    found: dict[str, bool] = {}
    for account in accounts:
        adapter = world.adapters.get(account.platform)
        if adapter is not None and adapter.hears_status:
            found[account.platform] = found.get(account.platform, False) or account.shares_status
    return sorted(found.items())
