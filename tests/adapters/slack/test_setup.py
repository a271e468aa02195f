"""`bridge slack setup`: the whole talk, against a Slack on the loopback."""

from __future__ import annotations

import asyncio
import json
import os
import re
import stat
import threading
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bridge import cli, config
from bridge.adapters import slack as front
from bridge.adapters.slack.install import scopes, setup
from tests.adapters.terminal import Terminal, on_a_terminal
from tests.fakes.slack import FakeSlack, Fault, Team

Talk = Callable[..., Result]
SECRET = re.compile(r"x(?:oxb|app)-fake")
PATIENCE = 30.0


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    """In a thread: the setup has event loops of its own."""
    fake, ready, over = FakeSlack(), threading.Event(), []

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
def acme(slack: FakeSlack) -> Team:
    team = slack.team("T1", "Acme")
    team.user("U012", "ana", real_name="Ana Kovač")
    return team


@pytest.fixture
def folder(slack: FakeSlack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable in [name for name in os.environ if name.upper().startswith(config.PREFIX)]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("BRIDGE_SLACK__API", slack.base)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def talk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Talk:
    """Types those lines, one a prompt; then the terminal is closed."""
    monkeypatch.setattr(setup, "on_terminal", lambda: True)

    def talk(*typed: str) -> Result:
        app = cli._with_adapters()
        return CliRunner().invoke(app, ["slack", "setup"], obj=cli.Use(), input="".join(f"{line}\n" for line in typed))

    return talk


def kept() -> front.Settings:
    """What a bridge that starts now would read."""
    section = config.load().adapters["slack"]
    assert isinstance(section, front.Settings)
    return section


def test_from_nothing_to_the_first_message(acme: Team, folder: Path, talk: Talk) -> None:
    said = talk(acme.bot_token, acme.app_token, "U012")

    assert said.exit_code == 0, said.output
    assert '"/bridge"' in said.output
    assert "api.slack.com/apps" in said.output
    assert "The workspace is Acme (T1), and the bot is @bridge." in said.output
    assert (folder / "bridge.toml").read_text() == '[slack]\ntokens_file = "slack.tokens"\n'
    assert stat.S_IMODE((folder / "slack.tokens").stat().st_mode) == 0o600
    assert [pair.bot.reveal() for pair in kept().pairs] == [acme.bot_token]
    assert front.configured(kept())
    assert said.output.rstrip().endswith("/invite @bridge")
    assert not SECRET.search(said.output)


def test_the_first_message_has_a_button_that_shares_an_update(acme: Team, slack: FakeSlack, talk: Talk) -> None:
    talk(acme.bot_token, acme.app_token, "U012")

    (asked,) = slack.called("conversations.open")
    (sent,) = slack.called("chat.postMessage")
    assert asked.arguments["users"] == "U012"
    assert "I'm in." in sent.arguments["text"]
    (button,) = [one for block in sent.arguments["blocks"] for one in block.get("elements", ()) if "value" in one]
    assert button["text"]["text"] == "Send a test update"
    assert button["value"] == "status Trying Bridge #hello"


def test_swapped_tokens_are_noticed_at_once(acme: Team, slack: FakeSlack, talk: Talk) -> None:
    said = talk(acme.app_token, acme.bot_token, acme.bot_token, acme.app_token, "")

    assert said.exit_code == 0
    assert "That is the app-level token; the bot's token (xoxb-…) stands under OAuth & Permissions." in said.output
    assert "That is the bot's token; the app-level token (xapp-…) stands under Basic" in said.output
    assert [call.method for call in slack.calls] == ["auth.test", "apps.connections.open"]


def test_a_token_that_slack_refuses_is_asked_for_again(acme: Team, talk: Talk) -> None:
    said = talk("xoxb-" + "gone", acme.bot_token, "xapp-" + "gone", acme.app_token, "")

    assert said.exit_code == 0
    assert "Slack refuses a bot token (xoxb-…): invalid_auth." in said.output
    assert "Slack refuses an app token (xapp-…): invalid_auth." in said.output
    assert len(kept().pairs) == 1


def test_a_slack_that_does_not_answer_is_a_sentence(acme: Team, slack: FakeSlack, talk: Talk) -> None:
    slack.faults.next("auth.test", Fault.HTTP_500)

    said = talk(acme.bot_token, acme.bot_token, acme.app_token, "")

    assert said.exit_code == 0
    assert "HTTP 500" in said.output


def test_missing_scopes_are_listed_with_what_they_cost(slack: FakeSlack, talk: Talk) -> None:
    granted = {scope.name for scope in scopes.SCOPES} - {"reactions:read", "im:write"}
    team = slack.team("T1", "Acme", scopes=granted)

    said = talk(team.bot_token, team.app_token, "").output

    assert "Without im:write (NEEDED): digests and private answers can't be delivered." in said
    assert "Without reactions:read (optional): reactions do nothing." in said


def test_a_second_workspace_gets_a_second_line_and_nothing_else_changes(
    acme: Team, slack: FakeSlack, folder: Path, talk: Talk
) -> None:
    (folder / "bridge.toml").write_text('# ours\n[slack]\ncommand = "/team"\n[web]\nport = 0\n')
    otters = slack.team("T2", "Otters")
    talk(acme.bot_token, acme.app_token, "")
    once = (folder / "bridge.toml").read_text()

    said = talk(otters.bot_token, otters.app_token, "")

    assert (folder / "bridge.toml").read_text() == once
    assert once == '# ours\n[slack]\ntokens_file = "slack.tokens"\ncommand = "/team"\n[web]\nport = 0\n'
    assert '"/team"' in said.output
    assert [pair.bot.reveal() for pair in kept().pairs] == [acme.bot_token, otters.bot_token]


@pytest.mark.parametrize("remark", ["", "  # Acme (T1)"])
def test_the_pair_of_the_same_workspace_is_replaced_after_a_question(
    acme: Team, slack: FakeSlack, folder: Path, talk: Talk, remark: str
) -> None:
    """Without a remark Slack is asked whose the older token is."""
    slack.teams["earlier"] = earlier = Team(slack, "T1", "Acme", scopes.REQUIRED)
    earlier.bot_token += "-older"
    (folder / "slack.tokens").write_text(f"{earlier.bot_token} {acme.app_token}{remark}\n")

    said = talk(acme.bot_token, acme.app_token, "y", "")

    assert "slack.tokens already has tokens of Acme. Replace them? [Y/n]" in said.output
    assert (folder / "slack.tokens").read_text() == f"{acme.bot_token} {acme.app_token}  # Acme (T1)\n"


@pytest.mark.parametrize(("answer", "stays"), [("y", False), ("", False), ("n", True)])
def test_a_line_that_slack_knows_no_more_goes_after_a_question(
    acme: Team, folder: Path, talk: Talk, answer: str, stays: bool
) -> None:
    """A workspace where the app was installed again, and whose old pair has no remark."""
    gone = "xoxb-" + "gone xapp-" + "gone"
    (folder / "slack.tokens").write_text(f"# ours\n{gone}\n")

    said = talk(acme.bot_token, acme.app_token, answer, "")

    left = f"{gone}\n" if stays else ""
    assert "Pair 1 is refused by Slack. Remove it? [Y/n]" in said.output
    assert (folder / "slack.tokens").read_text() == f"# ours\n{left}{acme.bot_token} {acme.app_token}  # Acme (T1)\n"


def test_a_line_stays_unasked_where_slack_did_not_answer_about_it(
    acme: Team, slack: FakeSlack, folder: Path, talk: Talk
) -> None:
    otters = slack.team("T2", "Otters")
    (folder / "slack.tokens").write_text(f"{otters.bot_token} {otters.app_token}\n")
    slack.faults.next("auth.test", Fault.HTTP_500, team="T2")

    talk(acme.bot_token, acme.app_token, "")

    assert [pair.bot.reveal() for pair in kept().pairs] == [otters.bot_token, acme.bot_token]


def test_whoever_does_not_want_them_replaced_keeps_them(acme: Team, folder: Path, talk: Talk) -> None:
    before = f"{acme.bot_token} xapp-" + "old\n"
    (folder / "slack.tokens").write_text(before)

    said = talk(acme.bot_token, acme.app_token, "n")

    assert "Nothing was written." in said.output
    assert (folder / "slack.tokens").read_text() == before
    assert not (folder / "bridge.toml").exists()


@pytest.mark.parametrize("lines", range(3))
def test_whoever_stops_leaves_nothing_half_written(acme: Team, folder: Path, talk: Talk, lines: int) -> None:
    said = talk(*[acme.bot_token, "not a token"][:lines])

    assert said.exit_code != 0
    assert "Stopped. Nothing was written." in said.output
    assert list(folder.iterdir()) == []


def test_whoever_stops_before_the_message_has_a_whole_installation(acme: Team, talk: Talk) -> None:
    said = talk(acme.bot_token, acme.app_token)

    assert said.exit_code != 0
    assert "Nothing was written" not in said.output
    assert "Stopped. The tokens are written; only the first message is missing." in said.output
    assert len(kept().pairs) == 1


def test_without_a_terminal_it_says_so(acme: Team, folder: Path) -> None:
    typed = f"{acme.bot_token}\n{acme.app_token}\n\n"

    said = CliRunner().invoke(cli._with_adapters(), ["slack", "setup"], obj=cli.Use(), input=typed)

    assert said.exit_code == 2
    assert said.output == "The setup asks for tokens that stay hidden, so it needs a terminal. Start it in one.\n"
    assert list(folder.iterdir()) == []


def test_a_file_that_bridge_toml_names_already_is_used_also_before_it_is_there(
    acme: Team, folder: Path, talk: Talk
) -> None:
    (folder / "secrets").mkdir()
    (folder / "bridge.toml").write_text('[slack]\ntokens_file = "secrets/chat"\n')

    talk(acme.bot_token, acme.app_token, "")

    assert (folder / "bridge.toml").read_text() == '[slack]\ntokens_file = "secrets/chat"\n'
    assert acme.bot_token in (folder / "secrets" / "chat").read_text()


def test_a_bridge_toml_that_cannot_be_added_to_is_left_alone_and_the_line_is_told(
    acme: Team, folder: Path, talk: Talk
) -> None:
    (folder / "bridge.toml").write_text('slack = { command = "/team" }\n')

    said = talk(acme.bot_token, acme.app_token, "")

    assert said.exit_code == 0
    assert 'Add this by yourself, under [slack]:  tokens_file = "slack.tokens"' in said.output
    assert tomllib.loads((folder / "bridge.toml").read_text()) == {"slack": {"command": "/team"}}


def test_tokens_in_the_environment_are_not_fought(
    acme: Team, folder: Path, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRIDGE_SLACK__TOKENS", f"{acme.bot_token} {acme.app_token}")

    said = talk()

    assert "BRIDGE_SLACK__TOKENS is set in the environment" in str(said.exception)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("named", "kept_there", "words"),
    [
        ("none/chat", None, "there is no folder none"),
        ("chat", "xoxb-" + "fake", "chat: pair 1: one token of two is there"),
    ],
)
def test_what_is_in_the_way_is_said_before_anything_is_asked(
    folder: Path, talk: Talk, named: str, kept_there: str | None, words: str
) -> None:
    (folder / "bridge.toml").write_text(f'[slack]\ntokens_file = "{named}"\n')
    if kept_there:
        (folder / named).write_text(kept_there)

    said = talk()

    assert words in str(said.exception)
    assert said.output == ""


def test_where_it_is_switched_off_that_is_said(acme: Team, folder: Path, talk: Talk) -> None:
    (folder / "bridge.toml").write_text("[slack]\nenabled = false\n")

    assert 'put "auto" there to switch it on' in talk(acme.bot_token, acme.app_token, "").output


def test_tokens_of_two_apps_are_noticed(slack: FakeSlack, talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    team = slack.team("T1", "Acme")
    other = "xapp-1-A9OTHER-1-fake"
    mine = team.app_token
    team.app_token = f"xapp-1-{team.app_id}-1-fake"
    right, team.app_token = team.app_token, mine

    async def opens(token: object, base: str) -> str:
        return ""

    identify = setup._identify

    async def identified(settings: front.Settings, token: setup.Secret) -> setup.Identity:
        return replace(await identify(settings, token), app=team.app_id)

    monkeypatch.setattr(setup, "open_socket_url", opens)
    monkeypatch.setattr(setup, "_identify", identified)

    said = talk(team.bot_token, other, team.bot_token, right, "")

    assert "These two tokens belong to different apps." in said.output
    assert right in (Path("slack.tokens")).read_text()


def test_a_wrong_member_id_is_asked_for_again_and_a_profile_link_will_do(
    acme: Team, slack: FakeSlack, talk: Talk
) -> None:
    said = talk(acme.bot_token, acme.app_token, "ana", "U999", "https://acme.slack.com/team/U012")

    assert said.exit_code == 0
    assert "A member ID begins with U or W" in said.output
    assert slack.called("chat.postMessage")


def test_right_after_it_bridge_check_knows_the_workspace(
    acme: Team, talk: Talk, capsys: pytest.CaptureFixture[str]
) -> None:
    talk(acme.bot_token, acme.app_token, "")

    assert cli.main(["check"]) == 0

    said = capsys.readouterr().out
    assert "✓ slack Acme     T1 at https://acme.slack.com/, bot @bridge" in said
    assert "the socket opens" in said


def test_the_manifest_is_printed_alone_without_tokens_and_without_a_bridge(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bridge.toml").write_text('[slack]\ntokens_file = "not there yet"\ncommand = "/team"\n')

    assert cli.main(["slack", "manifest"]) == 0

    said = capsys.readouterr()
    assert json.loads(said.out)["features"]["slash_commands"][0]["command"] == "/team"
    assert said.err == ""


def test_the_help_says_what_will_happen(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["slack", "--help"]) == 0
    assert cli.main(["slack", "setup", "--help"]) == 0
    assert cli.main(["slack", "manifest", "-h"]) == 0

    said = capsys.readouterr().out
    assert "step by step" in said
    assert "Ctrl-C" in said
    assert "App Manifest" in said


@pytest.fixture
def terminal(acme: Team, folder: Path) -> Iterator[Terminal]:
    with on_a_terminal("slack", "setup") as terminal:
        yield terminal


# The blank after a question is written when the terminal has stopped showing what is typed.


def test_on_a_terminal_tokens_stay_hidden(acme: Team, terminal: Terminal) -> None:
    screen = terminal.see("Bot User OAuth Token (xoxb-…): ")
    terminal.type(f"{acme.bot_token}\n")
    screen += terminal.see("App-level token (xapp-…): ")
    terminal.type(f"{acme.app_token}\n")
    screen += terminal.see("empty: none): ")
    terminal.type("U012\n")
    screen += terminal.see("/invite @bridge")

    assert terminal.ended() == 0
    assert not SECRET.search(screen)
    assert len(kept().pairs) == 1


def test_ctrl_c_is_quiet_and_leaves_nothing(acme: Team, terminal: Terminal, folder: Path) -> None:
    terminal.see("Bot User OAuth Token (xoxb-…): ")
    terminal.type(f"{acme.bot_token}\n")
    terminal.see("App-level token (xapp-…): ")

    assert "Traceback" not in terminal.interrupt("Stopped. Nothing was written.")
    assert terminal.ended() == 130
    assert list(folder.iterdir()) == []
