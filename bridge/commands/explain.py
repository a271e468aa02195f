"""The verb help."""

from __future__ import annotations

from bridge.commands.asking import Ask
from bridge.model.command import Reply
from bridge.model.compose_help import all_help_card, help_card, unknown_verb_card, verb_help_card
from bridge.model.verbs import find, nearest


async def help(ask: Ask) -> Reply:
    asked = ask.rest.strip()
    if asked.lower() == "more":
        return Reply(all_help_card(ask.reader))
    if not asked:
        plan = await ask.world.store.read(lambda tx: tx.schedules.get(ask.subscriber))
        schedule = plan.schedule if plan else ask.world.policy.schedule
        return Reply(help_card(ask.reader, schedule.times[0].isoformat("minutes")))
    verb = find(asked.split()[0])
    if verb is None:
        return Reply(unknown_verb_card(asked.split()[0], nearest(asked), ask.reader), ok=False, typed=ask.call.line)
    return Reply(verb_help_card(verb, ask.reader))
