"""What posts and reposts become, by either way of reading."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bridge.adapters.bluesky import labels
from bridge.adapters.bluesky.adapter import Bluesky
from bridge.model import text as t
from bridge.model.compose.outside import WARNINGS
from bridge.model.post import MediaKind
from bridge.model.source import Cited, SourceItem
from tests.fakes.bluesky import MONDAY, FakeBluesky
from tests.fakes.bluesky.state import Account, Kept

SELF = "com.atproto.label.defs#selfLabels"


@pytest.fixture
def bo(fake: FakeBluesky) -> Account:
    return fake.network.account("bo.example.org", "Bo")


async def items(source: Bluesky, of: Account) -> list[SourceItem]:
    return list((await source.look(of.did, "")).items)


async def newest(source: Bluesky, of: Account) -> SourceItem:
    return (await items(source, of))[-1]


def page(kept: Kept) -> str:
    _, _, did, _, key = kept.uri.split("/")
    return f"https://bsky.app/profile/{did}/post/{key}"


def quoting(kept: Kept) -> dict[str, Any]:
    return {"$type": "app.bsky.embed.record", "record": kept.reference()}


async def test_a_plain_post(source: Bluesky, ana: Account) -> None:
    post = ana.post("Grüße", langs=["de-AT", "en"], tags=["Gardens", "#tools"], at=MONDAY)

    assert await items(source, ana) == [
        SourceItem(
            id=post.uri, text=(t.Plain("Grüße"),), link=page(post), at=MONDAY, language="de", tags=("gardens", "tools")
        )
    ]  # fmt: skip


async def test_links_and_mentions(source: Bluesky, ana: Account, bo: Account) -> None:
    link = {"$type": "app.bsky.richtext.facet#link", "uri": "https://example.org/long/path"}
    mention = {"$type": "app.bsky.richtext.facet#mention", "did": bo.did}
    facets = [
        {"index": {"byteStart": 11, "byteEnd": 22}, "features": [link]},
        {"index": {"byteStart": 3, "byteEnd": 6}, "features": [mention]},
    ]
    ana.post("Ö @bo see example.org", facets=facets)

    assert (await newest(source, ana)).text == (
        t.Plain("Ö "),
        t.Link(f"https://bsky.app/profile/{bo.did}", "@bo"),
        t.Plain(" see "),
        t.Link("https://example.org/long/path", "example.org"),
    )


async def test_a_card_becomes_a_link_below_unless_it_stands_there(source: Bluesky, ana: Account) -> None:
    external = {"uri": "https://example.org/a", "title": "Gardens\nof tools", "description": "Long"}
    embed = {"$type": "app.bsky.embed.external", "external": external}
    link = {"$type": "app.bsky.richtext.facet#link", "uri": "https://example.org/a"}
    ana.post("Read", embed=embed)
    ana.post("Read", embed=embed, facets=[{"index": {"byteStart": 0, "byteEnd": 4}, "features": [link]}])
    ana.post("", embed=embed)

    below, within, alone = await items(source, ana)

    assert below.text == (t.Plain("Read\n"), t.Link("https://example.org/a", "Gardens of tools"))
    assert within.text == (t.Link("https://example.org/a", "Read"),)
    assert alone.text == (t.Link("https://example.org/a", "Gardens of tools"),)


async def test_pictures_with_their_words(appview: Bluesky, pds: Bluesky, ana: Account, fake: FakeBluesky) -> None:
    ana.post("Look", embed=ana.images(("a cat", "A cat\x00 asleep"), ("a dog", "")))

    by_appview, by_pds = (await newest(appview, ana)).media, (await newest(pds, ana)).media

    assert [picture.alt for picture in by_appview] == [picture.alt for picture in by_pds] == ["A cat asleep", ""]
    assert by_appview[0].url.startswith(f"https://cdn.example.org/img/feed_fullsize/plain/{ana.did}/bafyrei")
    assert [picture.size for picture in by_pds] == [5, 5]
    assert await pds.fetch(by_pds[0].url, 1_000) == b"a cat"
    assert fake.asked("com.atproto.sync.getBlob")[0]["did"] == ana.did


async def test_a_video_is_its_still_at_an_appview_and_itself_at_a_pds(
    appview: Bluesky, pds: Bluesky, ana: Account
) -> None:
    video = {"$type": "app.bsky.embed.video", "video": ana.blob("moving", "video/mp4"), "alt": "Waves"}
    ana.post("Look", embed=video)

    (still,), (whole,) = (await newest(appview, ana)).media, (await newest(pds, ana)).media

    assert (still.kind, still.alt) == (MediaKind.PICTURE, "Waves")
    assert still.url.endswith("/thumbnail.jpg")
    assert (whole.kind, whole.alt, whole.size) == (MediaKind.VIDEO, "Waves", 6)
    assert await pds.fetch(whole.url, 1_000) == b"moving"


async def test_a_quote_is_cited(appview: Bluesky, pds: Bluesky, ana: Account, bo: Account) -> None:
    quoted = bo.post("Original words")
    ana.post("So true", embed=quoting(quoted))

    assert (await newest(appview, ana)).cited == Cited(
        "bo.example.org", (t.Plain("Original words"),), page(quoted)
    )  # fmt: skip
    assert (await newest(pds, ana)).cited == Cited("", (t.Link(page(quoted)),), page(quoted))


async def test_a_quote_with_pictures_has_both(source: Bluesky, ana: Account, bo: Account) -> None:
    quoted = bo.post("Original words")
    beside = {"$type": "app.bsky.embed.recordWithMedia", "record": quoting(quoted), "media": ana.images(("x", "An x"))}
    ana.post("So true", embed=beside)

    item = await newest(source, ana)

    assert item.cited is not None
    assert item.cited.link == page(quoted)
    assert [picture.alt for picture in item.media] == ["An x"]


@pytest.mark.parametrize("how", ["deleted", "blocked", "detached", "taken down", "hidden", "signed in only"])
async def test_a_quote_that_may_not_be_seen_is_not_there(
    appview: Bluesky, ana: Account, bo: Account, fake: FakeBluesky, how: str
) -> None:
    quoted = bo.post("Original words")
    ana.post("So true", embed=quoting(quoted))
    match how:
        case "deleted":
            bo.delete(quoted)
        case "blocked":
            fake.network.blocked.add(quoted.uri)
        case "detached":
            fake.network.detached.add(quoted.uri)
        case "taken down":
            bo.status = "takendown"
        case "hidden":
            fake.network.labels[quoted.uri] = ["!hide"]
        case _:
            bo.labels = ["!no-unauthenticated"]

    item = await newest(appview, ana)

    assert (t.plain(item.text), item.cited) == ("So true", None)


async def test_a_quote_that_is_let_go_later_goes_from_the_item(
    appview: Bluesky, ana: Account, bo: Account, fake: FakeBluesky
) -> None:
    quoted = bo.post("Original words")
    post = ana.post("So true", embed=quoting(quoted))
    first = await appview.look(ana.did, "")
    fake.network.detached.add(quoted.uri)

    second = await appview.look(ana.did, first.state)

    assert [(item.id, item.cited) for item in second.items] == [(post.uri, None)]


async def test_a_feed_or_a_list_that_is_shown_becomes_a_link(source: Bluesky, ana: Account, bo: Account) -> None:
    uri = f"at://{bo.did}/app.bsky.feed.generator/gardens"
    ana.post("Nice", embed={"$type": "app.bsky.embed.record", "record": {"uri": uri, "cid": "bafyx"}})

    links = [span.url for span in (await newest(source, ana)).text if isinstance(span, t.Link)]

    assert links == [f"https://bsky.app/profile/{bo.did}/feed/gardens"]


async def test_a_repost_is_cited(appview: Bluesky, ana: Account, bo: Account) -> None:
    original = bo.post("Original words", langs=["fr"], embed=bo.images(("x", "An x")))
    repost = ana.repost(original)

    item = await newest(appview, ana)

    assert (item.id, item.link, item.text, item.boost) == (repost.uri, page(original), (), True)
    assert item.cited == Cited("bo.example.org", (t.Plain("Original words"),), page(original))
    assert (item.language, [picture.alt for picture in item.media]) == ("fr", ["An x"])
    assert item.at == repost.indexed


async def test_at_a_pds_a_repost_is_a_link(pds: Bluesky, ana: Account, bo: Account) -> None:
    original = bo.post("Original words")
    repost = ana.repost(original, at=MONDAY)

    cited = Cited("", (t.Link(page(original)),), page(original))
    assert await newest(pds, ana) == SourceItem(
        id=repost.uri, text=(), link=page(original), at=MONDAY, cited=cited, boost=True
    )  # fmt: skip


async def test_a_repost_of_a_post_of_ones_own_is_another_item(source: Bluesky, ana: Account) -> None:
    post = ana.post("Hello")
    repost = ana.repost(post)

    assert [(item.id, item.boost) for item in await items(source, ana)] == [(post.uri, False), (repost.uri, True)]


async def test_a_repost_without_an_address_has_a_name_that_lasts(
    appview: Bluesky, ana: Account, bo: Account, fake: FakeBluesky
) -> None:
    fake.tells_reposts = False
    repost = ana.repost(bo.post("Original words"))
    first = await appview.look(ana.did, "")
    second = await appview.look(ana.did, first.state)
    ana.delete(repost)
    ana.post("Else")
    third = await appview.look(ana.did, second.state)

    assert second.items == ()
    assert third.gone == (first.items[0].id,)
    assert third.gone[0].startswith(f"at://{ana.did}/app.bsky.feed.repost/~")


async def test_an_answer_is_flagged_and_a_thread_of_ones_own_is_none(
    source: Bluesky, ana: Account, bo: Account
) -> None:
    theirs = bo.post("What do you think?")
    root = ana.post("A thread")
    second = ana.reply(root, "Its second part")
    ana.reply(second, "Its third", root=root)
    answer = ana.reply(theirs, "I think so")
    ana.reply(answer, "And more so", root=theirs)

    assert [item.reply for item in await items(source, ana)] == [False, False, False, True, True]


async def test_what_is_answered_is_cited_where_it_may_be_seen(
    appview: Bluesky, ana: Account, bo: Account, fake: FakeBluesky
) -> None:
    theirs, blocked, deleted = bo.post("What do you think?"), bo.post("No"), bo.post("Gone")
    for each in (theirs, blocked, deleted):
        ana.reply(each, "I think so")
    fake.network.blocked.add(blocked.uri)
    bo.delete(deleted)

    cited = [item.cited for item in await items(appview, ana)]

    assert cited == [Cited("bo.example.org", (t.Plain("What do you think?"),), page(theirs)), None, None]


async def test_ones_own_labels_become_a_warning(source: Bluesky, ana: Account) -> None:
    ana.post("Look", labels={"$type": SELF, "values": [{"val": "porn"}, {"val": "graphic-media"}, {"val": "whatever"}]})

    assert (await newest(source, ana)).warning == "Adult content, Graphic media"


def test_every_warning_is_said_in_the_reader_s_language() -> None:
    assert set(labels.WARNINGS.values()) == WARNINGS


async def test_labels_of_moderators_become_a_warning_or_leave_it_out(
    appview: Bluesky, ana: Account, bo: Account, fake: FakeBluesky
) -> None:
    warned, hidden, quoted = ana.post("Warned"), ana.post("Hidden"), bo.post("Quoted")
    ana.post("Quoting", embed=quoting(quoted))
    fake.network.labels = {warned.uri: ["!warn"], hidden.uri: ["!hide"], quoted.uri: ["sexual"]}

    found = [(t.plain(item.text), item.warning) for item in await items(appview, ana)]

    assert found == [("Warned", "Content warning"), ("Quoting", "Sexually suggestive")]


async def test_a_label_that_comes_later_changes_the_item_and_one_that_hides_takes_it_away(
    appview: Bluesky, ana: Account, fake: FakeBluesky
) -> None:
    post = ana.post("Look")
    first = await appview.look(ana.did, "")
    fake.network.labels[post.uri] = ["porn"]
    second = await appview.look(ana.did, first.state)
    fake.network.labels[post.uri] = ["!hide"]
    third = await appview.look(ana.did, second.state)
    fourth = await appview.look(ana.did, third.state)

    assert [item.warning for item in second.items] == ["Adult content"]
    assert (third.items, third.gone) == ((), (post.uri,))
    assert (fourth.items, fourth.gone) == ((), ())


async def test_labels_of_an_account_hold_for_its_posts(appview: Bluesky, ana: Account) -> None:
    ana.post("Look")
    ana.labels = ["nudity"]

    assert (await newest(appview, ana)).warning == "Nudity"


async def test_a_moment_ahead_is_now_at_most(source: Bluesky, ana: Account, fake: FakeBluesky) -> None:
    post = ana.post("From the future", at=MONDAY + timedelta(days=365))

    at = (await newest(source, ana)).at

    assert at is not None
    assert at <= max(fake.clock.now(), post.indexed)


@pytest.mark.parametrize("langs", [None, "de", [], [7], [""], ["x"], ["d3"], ["abcdefghijk"]])
async def test_a_language_that_is_none_is_unknown(source: Bluesky, ana: Account, langs: object) -> None:
    ana.post("Hello", langs=langs)

    assert (await newest(source, ana)).language == ""


async def test_an_account_of_many_things_in_their_order(source: Bluesky, ana: Account, bo: Account) -> None:
    first, theirs = ana.post("One"), bo.post("Theirs")
    made = [first, ana.repost(theirs), ana.post("Two"), ana.reply(theirs, "Three"), ana.repost(first)]

    assert [item.id for item in await items(source, ana)] == [kept.uri for kept in made]
