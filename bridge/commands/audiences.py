"""Who may see an update: `to:…` as it is typed, the verb audience, and the question before the community sees it."""

from __future__ import annotations

from dataclasses import replace

import regex

from bridge.commands.asking import Ask
from bridge.commands.forms import UNCHANGED, audience_form
from bridge.commands.naming import own_post
from bridge.commands.receipts import receipt
from bridge.model.audience import EVERYONE, Audience, AudienceKind
from bridge.model.card import Action, Card, Style
from bridge.model.clean import clean, fold
from bridge.model.command import Reply
from bridge.model.compose.receipt import seen_by
from bridge.model.errors import AudienceSpaced, AudienceTwice, AudienceUnknown, BadInput, PersonUnknown
from bridge.model.kept import Tx
from bridge.model.person import Person
from bridge.model.place import Circle
from bridge.model.post import Post
from bridge.services.sharing import revise
from bridge.services.sharing.mentions import nearest_handle
from bridge.services.sharing.publish import Published

_TO = regex.compile(r"(?:^|(?<=\s))to:(@[^\s,]+(?:,[^\s,]+|\s*,\s*@[^\s,]+)*,?|\S+)\s*", regex.IGNORECASE)
_SLIP = regex.compile(
    r"(?:^|(?<=\s))to(?:\s+[:：]\s*|[:：]\s+|：)(@[^\s,]*|(?:me|public|followers|everyone|team)\b)|^\s*to\s*[:：]\s*(\S*)",
    regex.IGNORECASE,
)
"""`to: @ana`: meant as an audience, and not one."""
_LOOKED_AT = 2000
"""Characters in which `to:` is looked for."""
_KINDS = {
    "everyone": AudienceKind.EVERYONE,
    "team": AudienceKind.EVERYONE,
    "public": AudienceKind.PUBLIC,
    "followers": AudienceKind.FOLLOWERS,
    "me": AudienceKind.ME,
}
ONLY_ME = Audience(AudienceKind.ME)


async def audience(ask: Ask) -> Reply:
    """Shows who sees an update, or changes it."""
    post, wanted = await own_post(ask, ask.rest, "audience last to:me")
    wanted = (ask.field("audience") or wanted).strip()
    sure = wanted.endswith(" yes")
    wanted = wanted.removesuffix(" yes")
    if not wanted:
        view, team = await ask.view(post), await ask.world.store.read(lambda tx: tx.people.count())
        return audience_form(ask, view, seen_by(view, ask.reader, team))
    chosen = post.audience if wanted == UNCHANGED else await read_audience(ask, wanted)
    if chosen.kind is AudienceKind.PUBLIC and chosen != post.audience and not sure:
        return await confirm_public(ask, post, fresh=False)
    changed = post if chosen == post.audience else await revise.set_audience(ask.world, post, ask.person, chosen)
    told = await receipt(ask, Published(changed))
    if chosen == post.audience or post.audience == ONLY_ME:
        return told
    return replace(told, card=replace(told.card, title=ask.words.say("✓ Changed  ~{number}", number=post.number)))


async def take_audience(ask: Ask, raw: str) -> tuple[str, Audience]:
    """Takes `to:@ana,@li` (or to:public, to:followers, to:me) out of what was typed. Raises AudienceUnknown."""
    found = _TO.search(raw[:_LOOKED_AT])
    if not found:
        if slip := _SLIP.search(raw[:_LOOKED_AT]):
            raise AudienceSpaced(example=_unspaced(slip[1] or slip[2] or ""))
        return raw, EVERYONE
    return raw[: found.start()] + raw[found.end() :], await read_audience(ask, found[1])


async def audience_for(ask: Ask) -> tuple[str, Audience]:
    """What an update says, and who may see it.

    A form's line may say for whom (`status to:@ana`), and what was chosen in the form goes before that. So does
    `to:me` among its words, since the team is what a form offers by itself. Raises AudienceTwice where the words say
    one thing and the choice another.
    """
    typed = ask.field("text")
    rest, audience = await take_audience(ask, ask.rest)
    said = typed is None and rest != ask.rest
    if typed is not None:
        rest, named = await take_audience(ask, typed)
        said = rest != typed
        audience = named if said else audience
    field = ask.field("audience") or UNCHANGED
    if field == UNCHANGED:
        return rest, audience
    chosen = await _chosen(ask, field)
    if not said or chosen == audience:
        return rest, chosen
    if chosen == EVERYONE:
        return rest, audience
    raise AudienceTwice(typed=audience_in(ask.rest if typed is None else typed))


async def _chosen(ask: Ask, field: str) -> Audience:
    """The audience that a form's own field holds: its mistakes stand there."""
    try:
        return await read_audience(ask, field)
    except BadInput as error:
        error.field = "audience"
        raise


def _unspaced(typed: str) -> str:
    """`to:@bo` for what stands behind `to: `."""
    name = typed.strip("@,")[:40] or "ana"
    return f"to:{name.lower()}" if fold(name) in _KINDS else f"to:@{name}"


def audience_in(raw: str) -> str:
    """Where words can have no audience of their own, what in them looks like one (`to:me`, `to: @bo`); else ""."""
    found = _TO.search(raw[:_LOOKED_AT]) or _SLIP.search(raw[:_LOOKED_AT])
    return " ".join(found[0].split())[:60] if found else ""


async def read_audience(ask: Ask, typed: str) -> Audience:
    """What `public`, `to:me` or `@ana, @li` means. Raises AudienceUnknown, PersonUnknown."""
    typed = clean(typed[:_LOOKED_AT]).rstrip(",")
    typed = typed[3:] if typed[:3].lower() == "to:" else typed
    kind = _KINDS.get(fold(typed.lstrip("@")))
    if kind is not None:
        return Audience(kind)
    if not typed.startswith("@"):
        label = fold(typed.split(",")[0])
        person = await ask.world.store.read(lambda tx: tx.people.by_handle(label))
        raise AudienceUnknown(typed=typed[:60], example=f"to:@{person.handle}" if person else "to:@ana,@li")
    labels = [fold(part.strip().lstrip("@")) for part in typed.split(",")]

    def look(tx: Tx) -> tuple[dict[str, Person], dict[str, str]]:
        people = tx.people.by_handles(labels)
        return people, {label: nearest_handle(tx, label) for label in labels if label not in people}

    people, unknown = await ask.world.store.read(look)
    for label, nearest in unknown.items():
        raise PersonUnknown(typed=f"@{label}"[:60], nearest=f"@{nearest}" if nearest else ask.reader.call("who"))
    return Audience(AudienceKind.PEOPLE, frozenset(person.id for person in people.values()))


async def confirm_public(ask: Ask, post: Post, *, fresh: bool) -> Reply:
    """Names who would see it. `fresh`: typed just now, and kept for its author alone until they choose."""
    words = ask.words
    found = await ask.world.store.read(lambda tx: tx.places.workspaces())
    names = [w.name for w in found if w.circle is Circle.COMMUNITY]
    if names:
        said = words.say("People outside the team will see this: {names}.", names=words.list(names))
    else:
        said = words.say("People outside the team will see this as soon as a community is connected.")
    yes = Action(words.say("Yes, everybody"), f"audience ~{post.number} public yes", Style.PRIMARY)
    team = Action(words.say("Only the team"), f"audience ~{post.number} everyone")
    undo = Action(words.say("Undo"), f"delete ~{post.number}")
    card = Card(
        title=words.say("Share with the community too?"),
        text=post.text,
        media=post.attachments,
        footer=(said, words.say("Until you choose, only you can see it.")) if fresh else (said,),
        actions=(yes, team, undo) if fresh else (yes,),
        post=post.number,
    )
    return Reply(card, post=post.id)
