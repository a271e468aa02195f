"""`bridge sources …` as whoever looks after a bridge meets it: with a bridge that runs, and with none."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bridge import admin, cli, config
from bridge.app import Bridge
from bridge.model.clock import SystemClock
from bridge.model.command import Call, Where, Who
from bridge.model.errors import SourceForbidden, SourceLocked, SourceMissing, SourceNotAllowed
from bridge.model.place import PlaceKind
from bridge.model.source import Found, Watch
from bridge.services.outside.looking import look_at
from bridge.services.outside.troubled import RESTS_AFTER, failed
from bridge.settings import settings_type
from bridge.store.tx import open_store
from tests.core import Chat
from tests.elsewhere import BLOG, ELSEWHERE, FEED, Elsewhere, item

Said = tuple[int, str, str]
INSIDE = "https://wiki.example.internal:8443/feed"


class Web(Elsewhere):
    """The table of what is out there; one address leads inside, one asks who we are."""

    async def resolve(self, typed: str) -> Sequence[Found]:
        if typed == INSIDE:
            raise SourceNotAllowed(host="wiki.example.internal")
        if typed == f"{BLOG}/away":
            raise SourceForbidden(host="wiki.example.internal")
        if typed == f"{BLOG}/locked":
            raise SourceLocked(host="blog.example.org")
        return await super().resolve(typed)


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Web:
    """Every bridge of this test reads from there, and has one chat platform."""
    for name in [name for name in os.environ if name.startswith("BRIDGE_") and not name.startswith("BRIDGE_TEST_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bridge.toml").write_text('[web]\nport = 0\n[team]\nadmins = ["ana"]\n')
    there = Web()
    for name in "abc":
        feed = f"{BLOG}/{name}"
        there.at[feed] = [Found(feed, f"{name}.example.org", f"Blog {name}", BLOG)]
    there.items[FEED] = [item("one", "News \x1b[31mfrom\x1b[0m outside", SystemClock().now() - timedelta(hours=3))]
    chat = Chat(SystemClock())  # type: ignore[arg-type] # it only tells the time
    monkeypatch.setattr(
        Bridge, "assemble", lambda bridge, key: bridge.adapters.update({ELSEWHERE: there, chat.platform: chat})
    )
    return there


def bridge_here() -> Bridge:
    settings = config.load()
    return Bridge(settings, open_store(settings.store_url), ticking=False)


async def in_chat(bridge: Bridge, user: str, line: str, channel: str = "") -> None:
    kind = PlaceKind.CHANNEL if channel else PlaceKind.DIRECT
    where = Where("chat", "acme", channel or user, kind, name=channel or user)
    await bridge.intake.dispatch(
        Call(f"{user} {line}", Who("chat", "acme", user, user), where, line, SystemClock().now())
    )


async def prepared() -> None:
    bridge = bridge_here()
    try:
        await bridge.prepare()
        await in_chat(bridge, "ana", "help")
        await in_chat(bridge, "ana", "status Hello", "news")
    finally:
        await bridge.store.close()


@pytest.fixture
def used(web: Web) -> Web:
    """Ana has used Bridge, and it is in #news; nothing runs."""
    asyncio.run(prepared())
    return web


def run(capsys: pytest.CaptureFixture[str], *typed: str) -> Said:
    code = cli.main(["sources", *typed])
    out, err = capsys.readouterr()
    return code, out, err


def listed(tmp_path: Path, *addresses: str, name: str = "feeds.opml") -> str:
    outlines = "".join(f'<outline xmlUrl="{address}"/>' for address in addresses)
    (tmp_path / name).write_text(f"<opml><body>{outlines}</body></opml>")
    return name


def watches() -> list[Watch]:
    async def look() -> list[Watch]:
        store = open_store(f"sqlite:///{Path.cwd()}/data/bridge.db", read_only=True)
        try:
            return await store.read(lambda tx: tx.sources.all())
        finally:
            await store.close()

    return asyncio.run(look())


@pytest.mark.parametrize("command", ["list", "check", "export", "import"])
def test_help_is_worth_reading(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, said, _ = run(capsys, command, "--help")

    assert code == 0
    assert command == "list" or "bridge sources" in said.partition("Usage:")[2].partition("\n")[2]
    assert "Traceback" not in said


def test_without_a_database_it_says_so(web: Web, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("list", "export"):
        code, out, err = run(capsys, command)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert "Start Bridge once" in err


def test_with_nothing_followed_it_says_how_to_begin(used: Web, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "list")[:2] == (
        0, "Nothing from outside is followed. In chat: /follow https://blog.example.org\n",
    )  # fmt: skip
    assert run(capsys, "export")[0] == 0


def test_an_address_is_tried_and_nothing_kept(used: Web, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "check", BLOG)

    assert code == 0
    assert out.startswith(f"blog.example.org: The Blog ({FEED})\n1 item; it would be looked at every 30 minutes.\n")
    assert "from" in out
    assert "\x1b" not in out
    assert watches() == []


def test_an_account_that_is_tried_is_shown_by_its_page_and_not_by_what_its_server_calls_it(
    used: Web, capsys: pytest.CaptureFixture[str]
) -> None:
    page = "https://social.example/@ana"
    used.at[page] = [Found("acct:social.example#ana@social.example/100", "@ana@social.example", "Ana", page)]

    code, out, _ = run(capsys, "check", page)

    assert code == 0
    assert out.startswith(f"@ana@social.example: Ana ({page})\n0 items;")


def test_what_cannot_be_followed_is_one_line(used: Web, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "check", "https://nothing.example.org")

    assert (code, out, err.count("\n")) == (2, "", 1)


def test_an_address_inside_says_what_to_put_into_the_file(used: Web, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "check", INSIDE)

    assert code == 2
    assert '[sources] allowed = ["wiki.example.internal:8443"]' in err
    allowed = err.partition("allowed = ")[2].strip()
    assert settings_type().model_validate({"sources": {"allowed": [allowed.strip('[]"')]}})


def test_an_address_that_only_sends_on_inside_is_not_said_to_be_allowable(
    used: Web, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, "check", f"{BLOG}/away")

    assert code == 2
    assert "bridge.toml" not in err


def test_a_list_is_followed_and_what_fails_is_told(
    used: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = listed(tmp_path, f"{BLOG}/a", f"{BLOG}/none", f"{BLOG}/locked", f"{BLOG}/b")

    code, out, err = run(capsys, "import", file, "--for", "@Ana")

    assert (code, out) == (1, "2 of 4 followed.\n")
    assert [line.split()[0] for line in err.splitlines()] == ["✗", "✗"]
    assert f"{BLOG}/none" in err
    assert f"{BLOG}/locked" in err
    assert [watch.name for watch in watches()] == ["a.example.org", "b.example.org"]


def test_a_list_twice_doubles_nothing(used: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = listed(tmp_path, f"{BLOG}/a", f"{BLOG}/b")

    said = [run(capsys, "import", file, "--for", "ana", *more)[:2] for more in (["--live"], [])]

    assert said == [(0, "2 of 2 followed.\n")] * 2
    assert len(watches()) == 2
    assert len(used.looks) == 2, "what is watched already is not looked at again"
    assert asyncio.run(cadences()) == ["live", "live"]


async def cadences() -> list[str]:
    bridge = bridge_here()
    try:
        ana = await bridge.store.read(lambda tx: tx.people.by_handle("ana"))
        assert ana is not None
        kept = [
            await bridge.store.read(lambda tx, one=one: tx.follows.get(ana.id, one.id))  # type: ignore[misc,arg-type]
            for one in await bridge.store.read(lambda tx: tx.sources.all())
        ]
        return [one.cadence.value for one in kept if one]
    finally:
        await bridge.store.close()


@pytest.mark.parametrize(
    ("who", "word"), [(["--for", "nobody"], "nobody"), (["--for", "ana", "--in", "#nowhere"], "nowhere")]
)
def test_whoever_is_unknown_is_told_once_before_anything_is_asked_for(
    used: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str], who: list[str], word: str
) -> None:
    file = listed(tmp_path, *(f"{BLOG}/{name}" for name in "abc"))

    code, out, err = run(capsys, "import", file, *who)

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert word in err
    assert used.looks == []


def test_a_source_is_nobody_who_follows(used: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "import", listed(tmp_path, f"{BLOG}/a"), "--for", "ana")

    code, _, err = run(capsys, "import", listed(tmp_path, f"{BLOG}/b"), "--for", "a.example.org", "--in", "news")

    assert code == 2
    assert "“a.example.org”" in err


def test_a_channel_follows_in_somebodys_name(used: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "import", listed(tmp_path, f"{BLOG}/a"), "--for", "ana", "--in", "#news")

    assert (code, out, err) == (0, "1 of 1 followed.\n", "")


async def others() -> None:
    """Two more #news: in another workspace, and beside the first one."""
    bridge = bridge_here()
    await bridge.prepare()
    for workspace, key in (("guests", "n2"), ("acme", "n3")):
        where = Where("chat", workspace, key, PlaceKind.CHANNEL, name="news")
        who = Who("chat", workspace, f"{workspace}-bo", f"{workspace}-bo")
        await bridge.intake.dispatch(Call(f"{where.key} hello", who, where, "status Hello", SystemClock().now()))
    await bridge.store.close()


@pytest.mark.parametrize(
    ("typed", "choices"),
    [
        ("#news", "acme/news (acme), acme/n3 (acme), guests/#news (guests)"),
        ("acme/#News", "acme/news (acme), acme/n3 (acme)"),
        ("chat:acme/news", None),
        ("guests/#news", None),
        ("acme/n3", None),
    ],
)
def test_where_several_channels_have_a_name_it_says_what_to_type_for_each(
    used: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str], typed: str, choices: str | None
) -> None:
    asyncio.run(others())

    said = run(capsys, "import", listed(tmp_path, f"{BLOG}/a"), "--for", "ana", "--in", typed)

    if choices is None:
        assert said == (0, "1 of 1 followed.\n", "")
        return
    assert said[:2] == (2, "")
    assert f"There are several channels “{typed}”. Say which: {choices}." in " ".join(said[2].split())
    assert used.looks == []


@pytest.mark.parametrize("name", ["none.opml", ".", "page.html"])
def test_a_file_that_is_no_list_is_one_line(
    used: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (tmp_path / "page.html").write_text("<html>")

    code, out, err = run(capsys, "import", name, "--for", "ana")

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "configuration" not in err


def test_a_list_without_feeds_says_so(used: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "import", listed(tmp_path, "javascript:x"), "--for", "ana")[:2] == (
        0, "There is no feed in feeds.opml.\n",
    )  # fmt: skip


def test_ctrl_c_in_the_middle_keeps_what_is_done_and_is_quiet(
    used: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    resolve = Web.resolve

    async def pressed(there: Web, typed: str) -> Sequence[Found]:
        asked.append(typed)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return await resolve(there, typed)

    monkeypatch.setattr(Web, "resolve", pressed)
    file = listed(tmp_path, *(f"{BLOG}/{name}" for name in "abc"))

    assert run(capsys, "import", file, "--for", "ana") == (130, "", "")
    assert [watch.name for watch in watches()] == ["a.example.org"]
    assert run(capsys, "import", file, "--for", "ana") == (0, "3 of 3 followed.\n", "")


def test_whoever_watches_sees_how_far_it_is(
    used: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)

    _, out, err = run(capsys, "import", listed(tmp_path, f"{BLOG}/a", f"{BLOG}/b"), "--for", "ana")

    assert f"{BLOG}/b: 1 of 2 feeds" in err
    assert err.endswith("\r\033[K")
    assert out == "2 of 2 followed.\n"


def test_an_export_can_be_imported_and_overwrites_nothing(
    used: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "import", listed(tmp_path, f"{BLOG}/a", f"{BLOG}/b"), "--for", "ana")

    assert run(capsys, "export", "mine.opml") == (0, "Written to mine.opml.\n", "")
    code, out, err = run(capsys, "export", "mine.opml")
    again = run(capsys, "import", "mine.opml", "--for", "ana")

    assert (code, out, err.count("\n"), "nothing is overwritten" in err) == (2, "", 1, True)
    assert again[:2] == (0, "2 of 2 followed.\n")
    assert run(capsys, "export")[1] == (tmp_path / "mine.opml").read_text("utf-8")


@pytest.mark.parametrize("target", ["nowhere/mine.opml", "feeds.opml/mine.opml", "/proc/mine.opml"])
def test_a_file_that_cannot_be_written_is_one_line(
    used: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str], target: str
) -> None:
    listed(tmp_path)

    code, out, err = run(capsys, "export", target)

    assert (code, out, err.count("\n")) == (2, "", 1)


def test_what_nobody_follows_any_more_is_not_listed(
    used: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "import", listed(tmp_path, f"{BLOG}/a", f"{BLOG}/b"), "--for", "ana")

    async def unfollow() -> None:
        bridge = bridge_here()
        await bridge.prepare()
        await in_chat(bridge, "ana", "unfollow a.example.org")
        await bridge.store.close()

    asyncio.run(unfollow())

    said = run(capsys, "list")[1] + run(capsys, "export")[1]
    assert "a.example.org" not in said
    assert said.count("b.example.org") >= 1


@pytest.fixture
def failing(used: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Web:
    """Three are followed: one is well, one fails since today, one rests."""
    run(capsys, "import", listed(tmp_path, *(f"{BLOG}/{name}" for name in "abc")), "--for", "ana")

    async def fail() -> None:
        bridge = bridge_here()
        await bridge.prepare()
        now = bridge.clock.now()
        for name in ("b", "c"):
            watch = await bridge.store.read(lambda tx, name=name: tx.sources.named(f"{name}.example.org"))  # type: ignore[misc]
            assert watch is not None
            since = now - RESTS_AFTER if name == "c" else None
            await failed(bridge.world, replace(watch, failing_since=since), SourceMissing(host="blog.example.org"))
        await bridge.store.close()

    asyncio.run(fail())
    return used


def test_the_list_says_what_is_wrong(failing: Web, capsys: pytest.CaptureFixture[str]) -> None:
    head, one, two, three = run(capsys, "list")[1].splitlines()

    assert head.split() == ["name", "title", "reader", "looked", "next", "pace", "state"]
    assert one.endswith("ok")
    assert "fails since" in two
    assert "There is nothing at that address" in two
    assert "failing. There is nothing at that address" in three


def test_the_list_says_where_one_was_until_it_moved(
    used: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "import", listed(tmp_path, f"{BLOG}/a"), "--for", "ana")
    used.moved = Found(f"{BLOG}/z", "z.example.org", "Blog A")

    async def look() -> None:
        bridge = bridge_here()
        await bridge.prepare()
        [watch] = await bridge.store.read(lambda tx: tx.sources.all())
        await look_at(bridge.world, watch)
        await bridge.store.close()

    asyncio.run(look())

    assert f"ok; moved from {BLOG}/a on " in run(capsys, "list")[1]


def test_check_counts_sources(failing: Web) -> None:
    [finding] = [one for one in admin.check(config.load()) if one.name == "sources"]

    assert (finding.ok, finding.detail) == (None, "3 followed; 1 fails, 1 rests.")
    assert finding.fix == "See why: bridge sources list"


async def test_a_bridge_that_runs_is_asked(web: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await prepared()
    bridge = bridge_here()
    file = listed(tmp_path, f"{BLOG}/a", f"{BLOG}/locked", f"{BLOG}/b")
    try:
        await bridge.start()

        checked = await asyncio.to_thread(run, capsys, "check", INSIDE)
        unknown = await asyncio.to_thread(run, capsys, "import", file, "--for", "nobody")
        followed = await asyncio.to_thread(run, capsys, "import", file, "--for", "ana")
        shown = await asyncio.to_thread(run, capsys, "list")
    finally:
        await bridge.stop()

    assert checked[0] == 2
    assert '["wiki.example.internal:8443"]' in checked[2]
    assert (unknown[0], unknown[2].count("\n")) == (2, 1)
    assert followed[:2] == (1, "2 of 3 followed.\n")
    assert followed[2].count("\n") == 1
    assert "b.example.org" in shown[1]


async def test_a_bridge_that_takes_too_long_is_a_line_and_the_others_are_followed(
    web: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await prepared()
    bridge, go, resolve = bridge_here(), asyncio.Event(), Web.resolve

    async def slow(there: Web, typed: str) -> Sequence[Found]:
        if typed.endswith("/a"):
            await go.wait()
        return await resolve(there, typed)

    monkeypatch.setattr(Web, "resolve", slow)
    monkeypatch.setattr("bridge.admin.sources.A_LOOK", 2)
    try:
        await bridge.start()
        said = await asyncio.to_thread(
            run, capsys, "import", listed(tmp_path, f"{BLOG}/a", f"{BLOG}/b"), "--for", "ana"
        )
    finally:
        go.set()
        await bridge.stop()

    assert said[:2] == (1, "1 of 2 followed.\n")
    assert f"✗ {BLOG}/a: The running bridge has not answered within 2 s." in said[2]


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        (["import"], "Missing argument 'file'. For help: bridge sources import --help"),
        (["check"], "Missing argument 'address'. For help: bridge sources check --help"),
        (["list", "--all"], "For help: bridge sources list --help"),
    ],
)
def test_what_is_missing_is_said_with_where_help_is(
    capsys: pytest.CaptureFixture[str], typed: list[str], hint: str
) -> None:
    code, _, said = run(capsys, *typed)

    assert code == 2
    assert hint in said
