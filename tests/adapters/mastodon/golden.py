"""A status of every kind, for the golden file of items.

`python -m tests.adapters.mastodon.golden` writes the file anew, where a change of it is meant.
"""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from bridge.model.clock import FixedClock
from tests.adapters.mastodon.stage import Reader, adapter, shown
from tests.fakes.mastodon import MONDAY, FakeMastodon, Person, Picture, Poll, Toot

GOLDEN = Path(__file__).parent / "golden.json"
LINKED = (
    '<p>Read <a href="https://blog.example.org/2026/11/a-long-way" rel="nofollow noopener" target="_blank">'
    '<span class="invisible">https://</span><span class="ellipsis">blog.example.org/2026/11</span>'
    '<span class="invisible">/a-long-way</span></a>,<br>says <span class="h-card"><a href="https://social.example/@bo" '
    'class="u-url mention">@<span>bo</span></a></span> &amp; others</p><p>Second &lt;paragraph&gt; :blobcat:</p>'
)


def statuses(server: FakeMastodon, ana: Person) -> dict[str, Toot]:
    """Each by what it shows."""
    bo = server.person("bo", "Bo", domain="elsewhere.example")
    theirs = server.post(bo, "The release is out #release", language="de-AT", pictures=(Picture("out.png", "A box"),))
    warned = server.post(bo, "The hero dies", warning="Spoiler", sensitive=True)
    private = server.post(bo, "Between us", visibility="private")
    until = MONDAY + timedelta(days=1)
    card = {"url": "https://blog.example.org/post", "title": "A  post"}
    return {
        "plain": server.post(ana, "Hello #world"),
        "links, a mention and an emoji": server.post(ana, html=LINKED),
        "nothing but a picture": server.post(ana, pictures=(Picture("cat.png", "A cat"), Picture("dog.png"))),
        "video and sound": server.post(
            ana, "Listen", pictures=(Picture("a.mp4", type="gifv"), Picture("b.mp4", type="video"), Picture("c.mp3",
            type="audio"))
        ),
        "a warning": server.post(ana, "The hero dies", warning="Spoiler <b>", sensitive=True),
        "sensitive pictures": server.post(ana, "Look", sensitive=True, pictures=(Picture("cat.png"),)),
        "sensitive without pictures": server.post(ana, "Look", sensitive=True),
        "a poll that runs, its votes hidden": server.post(ana, "Which?", poll=Poll(("This", "That"), until, None)),
        "a poll that is over": server.post(ana, "Which?", poll=Poll(("This", "That"), until, (6, 4), several=True)),
        "a poll without words or end": server.post(ana, poll=Poll(("This", "That"), None, None)),
        "a card that is not in the text": server.post(ana, "Read this", card=card),
        "a card that is": server.post(
            ana, html='<p><a href="https://blog.example.org/post">blog.example.org/post</a></p>', card=card
        ),
        "a reply": server.post(ana, "@bo Well done", reply_to=theirs),
        "a thread": server.post(ana, "2/2", reply_to=server.post(ana, "1/2")),
        "a boost": server.boost(ana, theirs),
        "a boost of something with a warning": server.boost(ana, warned),
        "a quote": server.post(ana, "Finally!", quote=theirs),
        "a quote of something with a warning": server.post(ana, "Ha", quote=warned),
        "a quote of what only some may see": server.post(ana, "Hm", quote=private),
        "in no language": server.post(ana, "…", language=None),
        "edited": _edited(server, server.post(ana, "Helo")),
    }  # fmt: skip


def _edited(server: FakeMastodon, toot: Toot) -> Toot:
    server.edit(toot, "Hello")
    return toot


async def items() -> dict[str, Any]:
    """What the adapter makes of them, as data."""
    async with FakeMastodon(FixedClock(MONDAY)) as server:
        source = adapter(server.clock, server)
        ana = server.person("ana", "Ana :blobcat: Example")
        reader = Reader(source, f"acct:ana@social.example#social.example/{ana.id}")
        await reader.look()
        made = statuses(server, ana)
        found = {item.id: item for look in await reader.whole() for item in look.items}
        await source.close()
        return {name: shown(found[toot.id]) for name, toot in made.items()}


def as_json(data: object) -> str:
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    GOLDEN.write_text(as_json(asyncio.run(items())), encoding="utf-8")
