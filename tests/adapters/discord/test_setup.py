"""`bridge discord setup` and its neighbours: the whole talk, against a Discord on the loopback."""

from __future__ import annotations

import asyncio
import os
import stat
import threading
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bridge import cli, config
from bridge.adapters import discord as front
from bridge.adapters.discord.install import permissions, setup
from bridge.model.clock import SystemClock
from tests.adapters.terminal import Terminal, on_a_terminal
from tests.fakes.discord import FakeDiscord, Fault
from tests.fakes.discord.state import App, Guild

Talk = Callable[..., Result]
PATIENCE = 30.0
ANA = "100000000000000001"
SENT = "POST /channels/{channel_id}/messages"
LOG = "GET /guilds/{guild_id}/audit-logs"


@pytest.fixture
def discord() -> Iterator[FakeDiscord]:
    """In a thread: the setup has event loops of its own."""
    fake, ready, over = FakeDiscord(SystemClock()), threading.Event(), []

    async def play() -> None:
        done = asyncio.Event()
        over.append((asyncio.get_running_loop(), done))
        async with fake:
            ready.set()
            await done.wait()

    thread = threading.Thread(target=lambda: asyncio.run(play()))
    thread.start()
    assert ready.wait(PATIENCE)
    yield fake
    loop, done = over[0]
    loop.call_soon_threadsafe(done.set)
    thread.join(PATIENCE)


@pytest.fixture
def app(discord: FakeDiscord) -> App:
    made = discord.app(owner=ANA)
    discord.user(ANA, "ana", global_name="Ana Kovač")
    return made


@pytest.fixture
def acme(discord: FakeDiscord, app: App) -> Guild:
    return installed(discord, "100", "Acme")


def installed(discord: FakeDiscord, id: str, name: str, bits: int = permissions.ASKED) -> Guild:
    guild = discord.guild(id, name, owner=ANA)
    guild.everyone.permissions = 0
    discord.install(discord.bot, guild, permissions=bits, by=ANA)
    return guild


@pytest.fixture
def folder(discord: FakeDiscord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable in [name for name in os.environ if name.upper().startswith(config.PREFIX)]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("BRIDGE_DISCORD__API", discord.api)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def talk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Talk:
    """Types those lines, one a prompt; then the terminal is closed."""
    monkeypatch.setattr(setup, "on_terminal", lambda: True)

    def talk(*typed: str) -> Result:
        whole = cli._with_adapters()
        lines = "".join(f"{line}\n" for line in typed)
        return CliRunner().invoke(whole, ["discord", "setup"], obj=cli.Use(), input=lines)

    return talk


def kept() -> front.Settings:
    """What a bridge that starts now would read."""
    section = config.load().adapters["discord"]
    assert isinstance(section, front.Settings)
    return section


def test_from_nothing_to_the_first_message(
    discord: FakeDiscord, app: App, acme: Guild, folder: Path, talk: Talk
) -> None:
    said = talk(app.token, "", "team", "y")

    assert said.exit_code == 0, said.output
    assert "discord.com/developers/applications" in said.output
    assert "It works. The bot is Bridge (@Bridge)." in said.output
    assert permissions.invite_url("900") in said.output
    assert (folder / "bridge.toml").read_text() == '[discord]\ntoken_file = "discord.token"\nteam = ["100"]\n'
    assert stat.S_IMODE((folder / "discord.token").stat().st_mode) == 0o600
    assert (kept().token.reveal(), kept().team, kept().community) == (app.token, ("100",), ())
    assert front.configured(kept())
    assert said.output.rstrip().endswith("/bridge help")
    assert app.token not in said.output


def test_the_first_message_goes_to_whoever_added_the_bot_and_has_a_button_that_shares_an_update(
    discord: FakeDiscord, app: App, acme: Guild, talk: Talk
) -> None:
    said = talk(app.token, "", "team", "")

    assert "Shall the bot send a first message to Ana Kovač, who added it? [Y/n]" in said.output
    (message,) = discord.dms(ANA)
    assert "I'm in." in message.text
    (button,) = [one for row in message.components for one in row["components"]]
    assert button["label"] == "Send a test update"
    assert button["custom_id"].endswith(":status Trying Bridge #hello")


@pytest.mark.parametrize("typed", ["Bot %s", '"%s"', "  %s  ", "Authorization: Bot %s"])
def test_a_token_out_of_a_header_or_in_quotes_will_do(app: App, acme: Guild, talk: Talk, typed: str) -> None:
    said = talk(typed % app.token, "", "team", "")

    assert said.exit_code == 0, said.output
    assert kept().token.reveal() == app.token


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("123456789012345678", "That is an id, of the application or of somebody"),
        ("0123456789abcdef" * 4, "That is the application's public key"),
        ("aB3-" * 8, "That is the application's client secret"),
        ("https://discord.com/oauth2/authorize?client_id=1", "That is an address"),
        ("mfa." + "x" * 60, "That is a person's token"),
        ("a token", "A token is one word"),
        ("MTIz.gone.token", "Discord refuses the bot's token"),
    ],
)
def test_what_is_no_bots_token_is_explained_and_asked_for_again(
    app: App, acme: Guild, talk: Talk, typed: str, words: str
) -> None:
    said = talk(typed, app.token, "", "team", "")

    assert said.exit_code == 0, said.output
    assert words in said.output
    assert typed not in said.output
    assert kept().token.reveal() == app.token


def test_a_discord_that_does_not_answer_is_a_sentence(discord: FakeDiscord, app: App, acme: Guild, talk: Talk) -> None:
    discord.faults.next("GET /applications/@me", Fault.ERROR(20012))

    said = talk(app.token, app.token, "", "team", "")

    assert said.exit_code == 0, said.output
    assert "belongs to somebody else" in said.output


def test_it_waits_until_the_bot_is_in_a_server(discord: FakeDiscord, app: App, folder: Path, talk: Talk) -> None:
    said = talk(app.token, "", "")

    assert said.output.count("It is in no server yet.") == 2
    assert "Stopped. Nothing was written." in said.output
    assert list(folder.iterdir()) == []


def test_each_server_is_asked_about_and_enter_lets_no_further_one_in(
    discord: FakeDiscord, app: App, acme: Guild, folder: Path, talk: Talk
) -> None:
    for id, name in (("200", "Otters"), ("300", "Pets")):
        installed(discord, id, name)
    (folder / "bridge.toml").write_text('[discord]\nteam = ["100"]\n')

    said = talk(app.token, "", "", "c", "", "")

    assert "Acme (100, about 2 members): team, community or no? [team]" in said.output
    assert "Otters (200, about 2 members): team, community or no? [no]" in said.output
    assert (kept().team, kept().community) == (("100",), ("200",))


def test_among_several_new_ones_nobody_makes_one_the_teams_by_pressing_enter(
    discord: FakeDiscord, app: App, acme: Guild, talk: Talk
) -> None:
    installed(discord, "200", "Otters")

    said = talk(app.token, "", "", "team", "", "no", "")

    assert said.output.count("Acme (100, about 2 members): team, community or no?:") == 2
    assert kept().servers == ("100",)


def test_an_answer_that_is_none_is_asked_for_again(app: App, acme: Guild, talk: Talk) -> None:
    said = talk(app.token, "", "perhaps", "T", "")

    assert "Type team, community or no." in said.output
    assert kept().team == ("100",)


def test_without_a_team_it_says_what_that_means(app: App, acme: Guild, talk: Talk) -> None:
    said = talk(app.token, "", "no", "")

    assert "nobody counts as the team" in said.output
    assert kept().team == ()


@pytest.mark.parametrize(("answer", "stays"), [("y", True), ("n", False)])
def test_a_server_that_the_bot_left_goes_after_a_question(
    app: App, acme: Guild, folder: Path, talk: Talk, answer: str, stays: bool
) -> None:
    (folder / "bridge.toml").write_text('[discord]\nteam = ["100"]\ncommunity = ["999"] # otters\n')

    said = talk(app.token, "", answer, "", "")

    assert "bridge.toml names 999 as community, and the bot is not in that server. Keep it there? [Y/n]" in said.output
    assert kept().community == (("999",) if stays else ())
    assert "# otters" in (folder / "bridge.toml").read_text()


def test_once_more_for_a_further_server_keeps_the_token_and_changes_one_line(
    discord: FakeDiscord, app: App, acme: Guild, folder: Path, talk: Talk
) -> None:
    (folder / "bridge.toml").write_text("# ours\n[discord]\nmessage_content = false\n[web]\nport = 0\n")
    talk(app.token, "", "team", "")
    once = (folder / "bridge.toml").read_text()
    installed(discord, "200", "Otters")

    said = talk("y", "", "", "team", "")

    assert "The token in discord.token works. The bot is Bridge (@Bridge)." in said.output
    assert "Bot token" not in said.output
    assert once == (
        '# ours\n[discord]\ntoken_file = "discord.token"\nteam = ["100"]\nmessage_content = false\n[web]\nport = 0\n'
    )
    assert (folder / "bridge.toml").read_text() == once.replace('["100"]', '["100", "200"]')


def test_a_new_token_takes_the_place_of_the_old_one(app: App, acme: Guild, folder: Path, talk: Talk) -> None:
    talk(app.token, "", "team", "")
    app.token = "MTIzNDU2.newer.token"

    said = talk(app.token, "", "", "")

    assert "The token in discord.token is no good: Discord refuses the bot's token." in said.output
    assert kept().token.reveal() == app.token


def test_a_file_that_holds_something_else_is_written_anew(app: App, acme: Guild, folder: Path, talk: Talk) -> None:
    (folder / "discord.token").write_text(f"Bot {app.token}\n")

    said = talk(app.token, "", "team", "")

    assert "The token in discord.token is no good: A token is one word" in said.output
    assert kept().token.reveal() == app.token


def test_where_discord_does_not_answer_about_the_token_it_is_left_alone(
    discord: FakeDiscord, app: App, acme: Guild, folder: Path, talk: Talk
) -> None:
    talk(app.token, "", "team", "")
    discord.faults.next("GET /applications/@me", Fault.ERROR(20012))

    said = talk()

    assert "belongs to somebody else" in str(said.exception)
    assert kept().token.reveal() == app.token


def test_whoever_does_not_want_to_keep_the_token_is_asked_for_another(app: App, acme: Guild, talk: Talk) -> None:
    talk(app.token, "", "team", "")

    said = talk("n", app.token, "", "", "")

    assert said.exit_code == 0, said.output
    assert "Bot token" in said.output


def test_missing_permissions_are_listed_with_what_they_cost(discord: FakeDiscord, app: App, talk: Talk) -> None:
    installed(discord, "100", "Acme", permissions.ASKED & ~(1 << 14 | 1 << 7))

    said = talk(app.token, "", "team", "").output

    assert "Not granted in Acme: Embed Links (NEEDED). Without it nothing can be shown" in said
    assert "Not granted in Acme: View Audit Log (optional). Without it nobody is asked about a first feed." in said
    assert permissions.invite_url("900", "100") in said


def test_where_no_log_tells_who_added_it_the_user_id_is_asked_for(discord: FakeDiscord, app: App, talk: Talk) -> None:
    installed(discord, "100", "Acme", permissions.ASKED & ~(1 << 7))

    said = talk(app.token, "", "team", "ana", f"<@{ANA}>")

    assert said.exit_code == 0, said.output
    assert "A user ID is a number of some 18 digits." in said.output
    assert len(discord.dms(ANA)) == 1


def test_of_several_servers_the_one_whose_log_is_open_tells_it(discord: FakeDiscord, app: App, talk: Talk) -> None:
    installed(discord, "100", "Acme", permissions.ASKED & ~(1 << 7))
    installed(discord, "200", "Otters")

    said = talk(app.token, "", "team", "team", "")

    assert "first message to Ana Kovač" in said.output
    assert len(discord.dms(ANA)) == 1


def test_somebody_who_takes_no_messages_is_a_sentence_and_another_can_be_named(
    discord: FakeDiscord, app: App, acme: Guild, talk: Talk
) -> None:
    discord.close_dms(ANA)
    acme.member("100000000000000002", "bo")

    said = talk(app.token, "", "team", "y", "100000000000000002")

    assert said.exit_code == 0, said.output
    assert "No message could be sent there." in said.output
    assert len(discord.dms("100000000000000002")) == 1


@pytest.mark.parametrize("lines", range(4))
def test_whoever_stops_leaves_nothing_half_written(app: App, acme: Guild, folder: Path, talk: Talk, lines: int) -> None:
    said = talk(*["https://nothing", app.token, ""][:lines])

    assert said.exit_code != 0
    assert "Stopped. Nothing was written." in said.output
    assert list(folder.iterdir()) == []


def test_whoever_stops_before_the_message_has_a_whole_installation(app: App, acme: Guild, talk: Talk) -> None:
    said = talk(app.token, "", "team")

    assert said.exit_code != 0
    assert "Nothing was written" not in said.output
    assert "Stopped. Everything is written; only the first message is missing." in said.output
    assert kept().token.reveal() == app.token


def test_without_a_terminal_it_says_so(app: App, acme: Guild, folder: Path) -> None:
    said = CliRunner().invoke(cli._with_adapters(), ["discord", "setup"], obj=cli.Use(), input=f"{app.token}\n\nteam\n")

    assert said.exit_code == 2
    assert said.output == "The setup asks for a token that stays hidden, so it needs a terminal. Start it in one.\n"
    assert list(folder.iterdir()) == []


def test_a_file_that_bridge_toml_names_already_is_used_also_before_it_is_there(
    app: App, acme: Guild, folder: Path, talk: Talk
) -> None:
    (folder / "secrets").mkdir()
    (folder / "bridge.toml").write_text('[discord]\ntoken_file = "secrets/chat"\n')

    talk(app.token, "", "team", "")

    assert (folder / "bridge.toml").read_text() == '[discord]\nteam = ["100"]\ntoken_file = "secrets/chat"\n'
    assert (folder / "secrets" / "chat").read_text() == f"{app.token}\n"


def test_a_token_in_the_environment_is_used_and_written_nowhere(
    app: App, acme: Guild, folder: Path, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRIDGE_DISCORD__TOKEN", app.token)

    said = talk("", "team", "")

    assert said.exit_code == 0, said.output
    assert "The token in BRIDGE_DISCORD__TOKEN works." in said.output
    assert (folder / "bridge.toml").read_text() == '[discord]\nteam = ["100"]\n'
    assert [file.name for file in folder.iterdir()] == ["bridge.toml"]


def test_a_token_in_the_environment_that_is_refused_ends_it(
    app: App, folder: Path, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRIDGE_DISCORD__TOKEN", "MTIz.gone.token")

    assert "Discord refuses the bot's token" in str(talk().exception)


def test_servers_in_the_environment_are_told_and_not_fought(
    discord: FakeDiscord, app: App, acme: Guild, folder: Path, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRIDGE_DISCORD__TEAM", "100")
    installed(discord, "200", "Otters")

    said = talk(app.token, "", "", "team", "")

    assert (
        'BRIDGE_DISCORD__TEAM is set in the environment, and wins over bridge.toml: put "100,200" there.' in said.output
    )
    assert (folder / "bridge.toml").read_text() == '[discord]\ntoken_file = "discord.token"\n'


def test_a_bridge_toml_that_cannot_be_changed_is_left_alone_and_the_lines_are_told(
    app: App, acme: Guild, folder: Path, talk: Talk
) -> None:
    (folder / "bridge.toml").write_text('discord = { sync = "auto" }\n')

    said = talk(app.token, "", "team", "")

    assert said.exit_code == 0, said.output
    assert "Put this there by yourself, under [discord]:" in said.output
    assert 'token_file = "discord.token"\nteam = ["100"]' in said.output
    assert tomllib.loads((folder / "bridge.toml").read_text()) == {"discord": {"sync": "auto"}}


def test_what_is_in_the_way_is_said_before_anything_is_asked(folder: Path, talk: Talk) -> None:
    (folder / "bridge.toml").write_text('[discord]\ntoken_file = "none/chat"\n')

    said = talk()

    assert "there is no folder none" in str(said.exception)
    assert said.output == ""


def test_what_is_still_to_be_done_is_said(app: App, acme: Guild, folder: Path, talk: Talk) -> None:
    (folder / "bridge.toml").write_text('[discord]\nenabled = false\nsync = "manual"\n')

    said = talk(app.token, "", "team", "").output

    assert 'put "auto" there to switch it on' in said
    assert "bridge discord sync" in said


def test_right_after_it_bridge_check_knows_the_server(
    app: App, acme: Guild, talk: Talk, capsys: pytest.CaptureFixture[str]
) -> None:
    acme.channel("300", "team")
    talk(app.token, "", "team", "")

    code = cli.main(["check"])

    said = capsys.readouterr().out
    assert "application Bridge (900), bot @Bridge" in said
    assert "✓ discord Acme   100: team, about 2 members" in said
    assert code == 0, said


def test_the_invite_link_is_printed_alone(
    app: App, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BRIDGE_DISCORD__TOKEN", app.token)

    assert cli.main(["discord", "invite"]) == 0

    said = capsys.readouterr()
    assert said.out == f"{permissions.invite_url('900')}\n"
    assert said.err == ""


def test_without_a_token_there_is_nobody_to_invite(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["discord", "invite"]) == 2

    assert "Run: bridge discord setup" in capsys.readouterr().err


def test_commands_are_registered_and_cleared_where_no_bridge_runs(
    discord: FakeDiscord, app: App, acme: Guild, talk: Talk, capsys: pytest.CaptureFixture[str]
) -> None:
    talk(app.token, "", "team", "")

    assert cli.main(["discord", "sync"]) == 0
    there = len(app.commands[""])
    assert cli.main(["discord", "sync", "--clear"]) == 0

    said = capsys.readouterr().out
    assert there == 9
    assert app.commands[""] == {}
    assert "Registered 9 commands" in said
    assert "Removed all commands" in said


def test_the_help_says_what_will_happen(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (
        ["discord", "--help"],
        ["discord", "setup", "-h"],
        ["discord", "invite", "-h"],
        ["discord", "sync", "-h"],
    ):
        assert cli.main(words) == 0

    said = capsys.readouterr().out
    for expected in ("step by step", "Ctrl-C", "Manage Server", "--clear", "Example: bridge discord invite"):
        assert expected in said


@pytest.fixture
def terminal(acme: Guild, folder: Path) -> Iterator[Terminal]:
    with on_a_terminal("discord", "setup") as terminal:
        yield terminal


# The blank after a question is written when the terminal has stopped showing what is typed.


def test_on_a_terminal_the_token_stays_hidden(app: App, terminal: Terminal) -> None:
    screen = terminal.see("Bot token: ")
    terminal.type(f"{app.token}\n")
    screen += terminal.see("press Enter: ")
    terminal.type("\n")
    screen += terminal.see("[team]: ")
    terminal.type("\n")
    screen += terminal.see("[Y/n]: ")
    terminal.type("\n")
    screen += terminal.see("/bridge help")

    assert terminal.ended() == 0
    assert app.token not in screen
    assert kept().team == ("100",)


def test_ctrl_c_is_quiet_and_leaves_nothing(app: App, terminal: Terminal, folder: Path) -> None:
    terminal.see("Bot token: ")
    terminal.type(f"{app.token}\n")
    terminal.see("press Enter: ")

    assert "Traceback" not in terminal.interrupt("Stopped. Nothing was written.")
    assert terminal.ended() == 130
    assert list(folder.iterdir()) == []
