"""Verbs that explain: help, and why for the way of one update."""

from __future__ import annotations

from bridge.commands.asking import Ask, take_here
from bridge.commands.completing import SETTINGS, setting_names
from bridge.commands.following import channel
from bridge.commands.naming import post_named
from bridge.model.audience import AudienceKind
from bridge.model.command import ParamKind, Reply
from bridge.model.compose.help import all_help_card, help_card, unknown_verb_card, verb_help_card
from bridge.model.compose.reading import place_name
from bridge.model.compose.why import Stage, Step, why_card
from bridge.model.delivery import HOUR, Reason, State
from bridge.model.kept import Trace, Tx
from bridge.model.place import PlaceKind
from bridge.model.post import Post
from bridge.model.subscription import EVERYONE_ID
from bridge.model.verbs import find, nearest
from bridge.services.delivery.digest import looks_back_to
from bridge.services.follow import Party


async def help(ask: Ask) -> Reply:
    asked = ask.rest.split(maxsplit=1)[:1]
    if not asked:
        plan = await ask.world.store.read(lambda tx: tx.schedules.get(ask.subscriber))
        schedule = plan.schedule if plan else ask.world.policy.schedule
        return Reply(help_card(ask.reader, schedule.times[0].isoformat("minutes")))
    if asked[0].lower() == "more":
        return Reply(all_help_card(ask.reader))
    verb = find(asked[0])
    if verb is None:
        return Reply(unknown_verb_card(asked[0], nearest(asked[0]), ask.reader), ok=False, typed=ask.call.line)
    more = await _told(ask) if any(param.kind is ParamKind.SETTING for param in verb.params) else []
    return Reply(verb_help_card(verb, ask.reader, more))


async def _told(ask: Ask) -> list[str]:
    """Settings that the table cannot name, since not every platform has them."""
    return [name for name in await setting_names(ask.world, ask.person) if name not in SETTINGS]


async def why(ask: Ask) -> Reply:
    """The stages of an update for this reader, or with `here` for this channel: from the first to the latest."""
    rest, here = take_here(ask.rest)
    post, _ = await post_named(ask, rest or "last")
    party, now = await ask.party(here), ask.world.now()
    stages = [Stage(Step.PUBLISHED, post.created_at)]
    if post.held_until and post.held_until > now:
        stages.append(Stage(Step.HELD_ANNOUNCEMENT, post.held_until))
    if post.author == ask.person.id and not here:
        stages.append(Stage(Step.OWN))
    elif post.origin and post.origin.place == party.place.id:
        stages.append(Stage(Step.STOOD_THERE, what=place_name(party.place, ask.words)))
    else:
        way = await ask.world.store.read(lambda tx: _way(tx, ask, party, post))
        stages += await _kept_in(ask, party, post, way)
    return Reply(why_card(await ask.view(post), stages, ask.reader))


async def _kept_in(ask: Ask, party: Party, post: Post, way: list[Stage]) -> list[Stage]:
    """What is for the team does not get to where others read, whatever is followed there."""
    came = any(stage.step in (Step.NOT_FOLLOWED, Step.SENT) for stage in way)
    if came or not party.channel or post.audience.kind is not AudienceKind.EVERYONE:
        return way
    members = await ask.world.members(party.place)
    return [way[0], Stage(Step.KEPT_IN, what=place_name(party.place, ask.words))] if members.wide else way


def _way(tx: Tx, ask: Ask, party: Party, post: Post) -> list[Stage]:
    """What happened to it, or would."""
    names = _subjects(tx, post)
    traces = tx.outbox.traces(post.id, [party.subscriber])
    if traces:
        return [stage for trace in traces for stage in _traced(ask, trace, names)]
    followed = [follow for follow in tx.follows.of(party.subscriber) if int(follow.subject.id) in names]
    through = {None, *tx.sieves.caught(post)}
    bringing = [follow for follow in followed if follow.sieve in through]
    matches = [Stage(Step.FOLLOWED, what=names[int(follow.subject.id)]) for follow in bringing]
    if not matches and followed:
        return [Stage(Step.FILTERED, what=followed[0].subject.name)]
    if matches and not any(follow.reaches(post.id) for follow in bringing):
        return [matches[0], Stage(Step.THERE_BEFORE)]
    if post.outside and tx.sources.was_late(post.author, post.id):
        matches.append(Stage(Step.MANY))
    if not party.channel and ask.person.id in post.mentions:
        matches.insert(0, Stage(Step.MENTIONED))
    answered = tx.posts.get(post.in_reply_to) if post.in_reply_to else None
    if not party.channel and answered and answered.author == ask.person.id:
        matches.insert(0, Stage(Step.REPLIED))
    if post.announced and ask.person.team:
        matches.insert(0, Stage(Step.ANNOUNCED))
    if not matches:
        return [Stage(Step.NOT_FOLLOWED, what=channel(party))]
    muted = {int(mute.subject.id) for mute in tx.follows.mutes(party.subscriber, ask.world.now())}
    if found := [name for id, name in names.items() if id in muted]:
        return [matches[0], Stage(Step.MUTED, what=found[0])]
    plan = tx.schedules.get(party.subscriber)
    if plan is None or not plan.enabled or plan.slot is None:
        return [matches[0], Stage(Step.DIGEST_OFF)]
    if post.created_at < looks_back_to(tx, plan, ask.world.now()):
        return [matches[0], Stage(Step.TOO_OLD)]
    return [
        *matches[:1],
        *(stage for stage in matches if stage.step is Step.MANY),
        Stage(Step.IN_DIGEST, plan.slot.due),
    ]


def _subjects(tx: Tx, post: Post) -> dict[int, str]:
    """Everything that brings it when followed, by the name people know: closest first."""
    author, root = tx.people.get(post.author), tx.posts.get(post.root)
    names = {int(post.author): f"@{author.handle}"} if author else {}
    names |= {int(subject.id): subject.name for tag in post.tags if (subject := tx.tags.by_name(tag))}
    if post.outside and author:
        names = {int(post.author): author.handle}
    names[int(post.root)] = f"~{root.number}" if root else f"~{post.number}"
    found = [sieve for id in tx.sieves.caught(post) if (sieve := tx.sieves.get(id)) and sieve.subject is None]
    names |= {int(sieve.id): sieve.words for sieve in found}
    return names if post.outside else {**names, int(EVERYONE_ID): "everyone"}


def _traced(ask: Ask, trace: Trace, names: dict[int, str]) -> list[Stage]:
    """What happened to one item."""
    place = place_name(trace.place, ask.words)
    match trace.reason:
        case Reason.MENTION:
            stages = [Stage(Step.MENTIONED, trace.queued_at)]
        case Reason.REPLY:
            stages = [Stage(Step.REPLIED, trace.queued_at)]
        case Reason.ALONG:
            stages = [Stage(Step.ALONG, trace.queued_at, place)]
        case Reason.ANNOUNCED:
            stages = [Stage(Step.ANNOUNCED, trace.queued_at)]
        case Reason.FOLLOW | Reason.TRACKED:
            stages = [Stage(Step.FOLLOWED, trace.queued_at, names.get(int(trace.subject or 0), ""))]
    if trace.diverted:
        stages.append(Stage(Step.CAPPED))
    if trace.place.paused:
        stages.append(Stage(Step.PAUSED, what=place))
    match trace.state:
        case State.SETTLED if trace.shown_at:
            stages.append(Stage(Step.SENT, trace.shown_at, place))
        case State.BURIED:
            stages.append(Stage(Step.FAILED, what=trace.error))
        case State.GONE:
            stages.append(Stage(Step.GONE))
        case None if trace.diverted:
            pass
        case _:
            stages.append(_held(ask, trace) or Stage(Step.WAITING, what=place))
    return stages


def _held(ask: Ask, trace: Trace) -> Stage | None:
    """What a live update that nothing else is in the way of waits for."""
    direct, now = trace.place.kind is PlaceKind.DIRECT, ask.world.now()
    if direct and (quiet := ask.world.quiet_end(ask.person, trace.place.platform)):
        return Stage(Step.QUIET, quiet)
    cap = ask.world.policy.direct_cap if direct else ask.world.policy.channel_cap
    lives = sorted(at for at in trace.lives if now - at < HOUR)
    if trace.state is None and trace.reason is not Reason.ANNOUNCED and 0 < cap <= len(lives):
        return Stage(Step.BUSY, lives[-cap] + HOUR)
    return None
