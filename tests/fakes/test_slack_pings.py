"""What the fake calls a ping: the live mentions a client would find."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.slack.pings import pings
from tests.fakes.slack.state import Message


def message(text: str = "", *blocks: dict[str, Any], **more: Any) -> Message:
    return Message("1.000001", "C1", "U1", text, blocks=list(blocks), **more)


def section(text: str, kind: str = "mrkdwn", **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": kind, "text": text, **more}}


LIVE = [
    "<!channel>",
    "<!here>",
    "<!everyone>",
    "<!here|here>",
    "<@U1>",
    "<@W12ABC|ana>",
    "<!subteam^S1>",
    "<!subteam^S1|@ops>",
]
DEAD = [
    "&lt;!channel&gt;",
    "@channel",
    "@here",
    "<#C1|team>",
    "<https://a.example|<@>",
    "<!date^1^{time}|<!x>",
    "ana@here.example",
]


@pytest.mark.parametrize("mention", LIVE)
def test_a_live_mention_pings_in_text_and_in_mrkdwn(mention: str) -> None:
    assert pings(message(f"hello {mention}!")) == [mention]
    assert pings(message("", section(f"hello {mention}!"))) == [mention]
    assert pings(message("", {"type": "context", "elements": [{"type": "mrkdwn", "text": mention}]})) == [mention]
    assert pings(message("", section("x") | {"fields": [{"type": "mrkdwn", "text": mention}]})) == [mention]
    assert pings(message("", {"type": "markdown", "text": mention})) == [mention]
    assert pings(message(attachments=[{"text": mention}])) == [mention]


@pytest.mark.parametrize("mention", LIVE)
def test_plain_text_never_pings(mention: str) -> None:
    assert pings(message("", section(mention, "plain_text"))) == []


@pytest.mark.parametrize("words", DEAD)
def test_words_do_not_ping(words: str) -> None:
    assert pings(message(words, section(words))) == []


@pytest.mark.parametrize("more", [{"parse": "full"}, {"link_names": True}])
def test_words_ping_where_the_sender_asked_for_it(more: dict[str, Any]) -> None:
    assert pings(message("hello @here and @ana", **more)) == ["@here", "@ana"]


def test_rich_text_pings_by_its_elements() -> None:
    inside = [
        {"type": "broadcast", "range": "here"},
        {"type": "user", "user_id": "U1"},
        {"type": "text", "text": "<!channel>"},
    ]
    block = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": inside}]}

    assert pings(message("", block)) == ["here", "U1"]
