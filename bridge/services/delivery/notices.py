"""What the bridge itself says in places. A notice is kept as its name and parameters and put into words when shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bridge.model import text as t
from bridge.model.audience import Audience
from bridge.model.card import Action, Card
from bridge.model.clean import clean
from bridge.model.compose.digest import quiet_card
from bridge.model.compose.reading import Reader
from bridge.model.compose.receipt import share_question
from bridge.model.compose.sources import failing_card, moved_card
from bridge.model.ids import PersonId
from bridge.model.kept import ShareRequest, Tx
from bridge.model.person import Person
from bridge.model.scan import parse
from bridge.model.source import Watch


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """A notice with what its words need. `by`: who caused it. `request`: the one it asks about, while it is open.
    `private`: the message that this is about stands where not everybody can read."""

    name: str
    params: Mapping[str, object]
    by: Person | None = None
    request: ShareRequest | None = None
    team: int = 0
    private: bool = False
    source: Watch | None = None


def load_notice(tx: Tx, payload: str) -> NoticeFacts:
    params = json.loads(payload)
    name = params.get("name", "")
    by = tx.people.get(PersonId(params["by"])) if "by" in params else None
    if name == "ask-share":
        request = tx.shares.get(int(params["request"]))
        sharer = tx.people.get(request.sharer) if request else None
        place = tx.places.get(request.where) if request else None
        return NoticeFacts(name, params, sharer, request, tx.people.count(), place is None or place.private)
    if name == "source":
        return NoticeFacts(name, params, source=tx.sources.get(PersonId(params["source"])))
    return NoticeFacts(name, params, by)


def notice_card(facts: NoticeFacts, reader: Reader) -> Card | None:
    """The notice in words; None when there is nothing to say any more."""
    words, by = reader.words, facts.by.name if facts.by else ""
    match facts.name:
        case "here":
            subject = str(facts.params.get("subject", ""))
            if facts.params.get("cadence") == "live":
                said = words.say(
                    "{name} made this channel follow {subject}: updates come as they are shared.",
                    name=by,
                    subject=subject,
                )
            else:
                said = words.say(
                    "{name} made this channel follow {subject}: updates come in its digest.", name=by, subject=subject
                )
            return Card(text=(t.Plain(said),), actions=(Action(words.say("Stop"), "stop here"),))
        case "stopped":
            said = words.say("{name} stopped the updates in this channel.", name=by)
            return Card(text=(t.Plain(said),), actions=(Action(words.say("Resume"), "resume here"),))
        case "resumed":
            return Card(text=(t.Plain(words.say("{name} resumed the updates in this channel.", name=by)),))
        case "quiet":
            return quiet_card(reader, str(facts.params.get("to", "")))
        case "closed":
            return _closed(facts, reader)
        case "unshared":
            said = words.say(
                "{name} took back what they had you share: ~{number} is deleted, everywhere it stood.",
                name=by,
                number=str(facts.params.get("number", "")),
            )
            return Card(text=(t.Plain(said),))
        case "source":
            return _source(facts, reader)
        case "ask-share":
            return _question(facts, reader)
    return None


def _source(facts: NoticeFacts, reader: Reader) -> Card:
    said = {name: str(facts.params.get(name, "")) for name in ("called", "rests", "moved")}
    if said["moved"]:
        return moved_card(said["called"], said["moved"], facts.source.address if facts.source else "?", reader)
    return failing_card(said["called"], said["rests"], facts.source.error if facts.source else None, reader)


def _closed(facts: NoticeFacts, reader: Reader) -> Card:
    """Most places resume by themselves; not every platform tells of everything that opens one again."""
    words = reader.words
    place, why = str(facts.params.get("place", "")), str(facts.params.get("why", ""))
    said = words.say("I can't write in #{place} any more: {why}", place=place, why=why)
    if facts.params.get("gone"):
        then = words.say(
            "Another channel can follow instead: there, type {call}.", call=reader.call("follow @ana here")
        )
    else:
        then = words.say(
            "Its updates wait until it is open again. If they don't come then, type {resume} in it.",
            resume=reader.call("resume here"),
        )
    return Card(text=(t.Plain(f"{said} {then}"),))


def _question(facts: NoticeFacts, reader: Reader) -> Card | None:
    request, words = facts.request, reader.words
    if request is None:
        return None
    if request.answer is not None:
        answered = {
            "yes": words.say("Shared. Thank you."),
            "no": words.say("Not shared."),
            "lapsed": words.say("Not shared: nobody answered within two days."),
            "taken back": words.say("The request was taken back. Nothing was shared."),
        }
        return Card(text=(t.Plain(answered.get(request.answer, words.say("Not shared."))),))
    sharer = facts.by.name if facts.by else words.say("Somebody")
    seen = audience_words(request.audience, facts.team, reader)
    own = request.sharer == request.author
    question = share_question(request.id, parse(clean(request.text)), sharer, seen, reader, own, facts.private)
    return replace(question, media=request.attachments)


def audience_words(audience: Audience, team: int, reader: Reader) -> str:
    """'12 people, not the community': who will see what is asked about."""
    return reader.words.say_n("{n} person, not the community", "{n} people, not the community", max(1, team))
