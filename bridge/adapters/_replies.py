"""What every platform's private answers share: giving typed words back whole, and trying again for a while."""

from __future__ import annotations

from asyncio import sleep
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from bridge.model.card import Card
from bridge.model.command import Reply
from bridge.model.errors import SendFailure, Throttled, Transient
from bridge.model.say import Words
from bridge.model.text import Plain

AGAIN = (2.0, 5.0, 15.0)
"""Seconds until an answer is tried again that certainly was not shown; longer where the platform says so."""
LONGEST = 90.0
"""Seconds; an answer that would come later than that is no answer any more."""
SHOWN_OF_TYPED = 300
"""Characters of a mistake that its card shows."""

T = TypeVar("T")


async def patiently(ask: Callable[[], Awaitable[T]], hopeless: tuple[type[SendFailure], ...] = ()) -> T:
    """A few times where it may work later; never after a failure that is `hopeless`. Raises the last SendFailure."""
    for seconds in AGAIN:
        try:
            return await ask()
        except hopeless:
            raise
        except (Throttled, Transient) as failure:
            wait = max(seconds, float(str(failure.params.get("seconds", 0))))
            if wait > LONGEST:
                raise
        await sleep(wait)
    return await ask()


def returned(words: Words, sentence: str, typed: str) -> Card:
    """With all of what was typed, so that nothing is lost."""
    return Card(text=(Plain(sentence), *_given_back(words, typed)))


def whole(words: Words, reply: Reply) -> Card:
    """Its card. Of a long text that could not be taken it shows the beginning alone: here all of it follows."""
    if reply.ok or len(reply.typed) <= SHOWN_OF_TYPED:
        return reply.card
    return replace(reply.card, text=(*reply.card.text, *_given_back(words, reply.typed)), footer=())


def restarting(words: Words, typed: str) -> Card:
    """For whoever still waits when Bridge stops."""
    sentence = words.say(
        "I'm being restarted and can't say whether that was done. Look in a minute, and ask again if it wasn't."
    )
    return returned(words, sentence, typed)


def _given_back(words: Words, typed: str) -> tuple[Plain, ...]:
    return (Plain("\n\n" + words.say("You typed: {typed}", typed=typed)),) if typed else ()
