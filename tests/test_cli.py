"""The command line, with an `app` that only notes what it is asked."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
import regex
import typer

import bridge
from bridge import cli
from bridge import settings as shape
from bridge.model.errors import StoreOwned
from bridge.model.ports import Finding
from bridge.model.secret import Secret
from bridge.settings import Settings


@dataclass(frozen=True)
class Row:
    id: str
    state: str
    problem: str | None


class App(ModuleType):
    """Stands where bridge/app.py, bridge/cli/running.py and bridge/admin/ are."""

    seen: Settings
    findings: tuple[Finding, ...] = (Finding(True, "config", "bridge.toml"), Finding(None, "clock", "12 ms off"))
    rows: tuple[Row, ...] = ()

    def run(self, settings: Settings) -> int:
        self.seen = settings
        return 0

    def check(self, settings: Settings) -> list[Finding]:
        return list(self.findings)

    def backup_db(self, settings: Settings, target: Path) -> str:
        raise StoreOwned(path=target)

    def upgrade_db(self, settings: Settings) -> str:
        raise KeyboardInterrupt

    def list_deliveries(self, settings: Settings, state: str | None, limit: int) -> list[Row]:
        return [row for row in self.rows if state in (None, row.state)][:limit]

    def retry_delivery(self, settings: Settings, id: str) -> str:
        return f"{id} is tried again."

    def list_workspaces(self, settings: Settings) -> list[Row]:
        return list(self.rows)

    def choose_circle(self, settings: Settings, id: str, circle: str) -> str:
        return f"{id} is {circle} now."

    def use_adapter(self, settings: Settings, words: Sequence[str]) -> str:
        return f"did {words}"


@pytest.fixture(autouse=True)
def _no_adapters_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in shape.adapter_names():
        monkeypatch.delattr(shape.adapter(name), "commands", raising=False)


@pytest.fixture(autouse=True)
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> App:
    fake = App("bridge.app")
    for name in ("app", "admin"):
        monkeypatch.setitem(sys.modules, f"bridge.{name}", fake)
        monkeypatch.setattr(bridge, name, fake, raising=False)
    monkeypatch.setitem(sys.modules, "bridge.cli.running", fake)
    monkeypatch.setattr(bridge.cli, "running", fake, raising=False)
    monkeypatch.setattr("bridge.logs.set_up_logs", lambda level, format: None)
    monkeypatch.chdir(tmp_path)
    return fake


def test_the_version_is_said_without_importing_anything_heavy() -> None:
    code = (
        "import sys; from bridge import cli; code = cli.main(['--version']);"
        "heavy = {'pydantic', 'sqlalchemy', 'structlog', 'starlette', 'babel', 'rich'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else code)"
    )

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout.startswith("bridge ")


def test_help_shows_the_commands_with_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    assert cli.main(["run", "-h"]) == 0

    said = capsys.readouterr().out
    assert "deliveries" in said
    assert "bridge run --port 9000" in said


def test_run_takes_its_options_over_the_file(app: App, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text("[web]\nport = 1\n[team]\nname = 'Otters'\n")

    assert cli.main(["run", "--config", "other.toml", "--port", "0"]) == 0

    assert (app.seen.web.port, app.seen.team.name) == (0, "Otters")


def test_a_wrong_configuration_is_one_line_and_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bridge.toml").write_text("[web]\nprot = 1\n")

    assert cli.main(["run"]) == 2

    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "bridge.toml, line 2" in said
    assert "Did you mean “port”" in said


def test_a_database_that_is_taken_is_one_line_and_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["db", "backup", "monday.db"]) == 2

    assert capsys.readouterr().err == "Another bridge already runs on monday.db. " + (
        "Stop it first, or give this one another database.\n"
    )


@pytest.mark.parametrize("typed", [["runn"], ["run", "--prt", "1"], ["run", "--port", "x"], ["deliveries", "retry"]])
def test_a_wrong_argument_is_one_line_and_code_2(typed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(typed) == 2

    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert regex.search(r"For help: bridge (run |deliveries retry )?--help", said)


def test_ctrl_c_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["db", "upgrade"]) == 130

    assert capsys.readouterr() == ("", "")


def test_check_prints_a_line_a_finding_and_its_fix(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check"]) == 0
    assert capsys.readouterr().out == "✓ config  bridge.toml\n· clock   12 ms off\n"

    app.findings = (Finding(False, "database", "is read-only.", "Make it writable."),)
    assert cli.main(["check"]) == 1
    assert capsys.readouterr().out == "✗ database  is read-only. Make it writable.\n"


def test_deliveries_are_listed_and_retried(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["deliveries", "list"]) == 0
    assert "No message is stuck" in capsys.readouterr().out

    app.rows = (Row("7", "buried", "refused"), Row("12", "waiting", None))
    assert cli.main(["deliveries", "list"]) == 0
    assert capsys.readouterr().out == "id  state    problem\n7   buried   refused\n12  waiting\n"

    assert cli.main(["deliveries", "retry", "7"]) == 0
    assert capsys.readouterr().out == "7 is tried again.\n"


def test_workspaces_are_listed_and_changed(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["workspaces", "list"]) == 0
    assert capsys.readouterr().out == "No workspace has connected yet. Start the bridge first: bridge run\n"

    app.rows = (Row("T1", "team", None),)
    assert cli.main(["workspaces", "list"]) == 0
    assert capsys.readouterr().out == "id  state  problem\nT1  team\n"

    assert cli.main(["workspaces", "team", "T2"]) == 0
    assert cli.main(["workspaces", "community", "T1"]) == 0
    assert capsys.readouterr().out == "T2 is team now.\nT1 is community now.\n"


def test_the_bridges_own_commands_need_no_adapter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(cli, "_with_adapters")

    assert cli.main(["run"]) == 0
    assert cli.main(["deliveries", "list"]) == 0


def test_an_adapter_brings_commands_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def offered() -> typer.Typer:
        group = typer.Typer(help="The lobby.", no_args_is_help=True)

        @group.command()
        def invite(ctx: typer.Context, name: str) -> None:
            use: cli.Use = ctx.obj
            use("lobby", "invite", name)

        @group.command()
        def other() -> None:
            pass

        return group

    monkeypatch.setattr(shape.adapter("lobby"), "commands", offered, raising=False)

    assert cli.main(["lobby", "invite", "ana"]) == 0
    assert capsys.readouterr().out == "did ['lobby', 'invite', 'ana']\n"
    assert cli.main(["--help"]) == 0
    assert "The lobby." in capsys.readouterr().out


def test_an_adapters_command_is_given_its_settings_although_a_secret_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "bridge.toml").write_text('[slack]\ntokens_file = "none"\ncommand = "/team"\n')

    section, file = cli.Use().section("slack", None, {"tokens": Secret("")})

    assert section.model_dump()["command"] == "/team"
    assert file == Path("bridge.toml")
