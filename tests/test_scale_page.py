"""docs/scale.md and the README's compose file can be followed word for word: their YAML can be read, and everything
named there exists."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bridge.config import BY_FILE, load, variable_for
from bridge.metrics import Metrics
from bridge.model.role import Role
from bridge.settings import require_one, settings_type
from bridge.variables import OTHERS

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "scale.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
COMPOSE, ALERTS = (yaml.safe_load(re.findall(r"```yaml\n(.*?)```", page, re.S)[0]) for page in (README, PAGE))
NAME = re.compile(r"\bbridge_[a-z_]+\b")
OF_HISTOGRAMS = re.compile(r"_(bucket|sum|count)$")


def exposed() -> set[str]:
    """The metrics as Prometheus sees them."""
    found = set()
    for metric in Metrics().registry.collect():
        found.add(f"{metric.name}_total" if metric.type == "counter" else metric.name)
    return found


def known_variables() -> set[str]:
    sections = settings_type()()
    keys = {(name, key) for name, section in sections for key, _ in section}
    return {variable_for(name, key + end) for name, key in keys for end in ("", BY_FILE)} | OTHERS


def bridges() -> dict[str, dict[str, Any]]:
    return {name: service for name, service in COMPOSE["services"].items() if name != "postgres"}


def test_the_page_lists_every_metric_and_no_other() -> None:
    listed = re.findall(r"^\| `(bridge_\w+)` \|", PAGE, re.M)

    assert sorted(listed) == sorted(exposed())


def test_the_page_names_no_metric_that_is_not_there() -> None:
    named = {OF_HISTOGRAMS.sub("", name) for name in NAME.findall(PAGE)}

    assert named <= exposed()


def test_every_alert_asks_for_what_is_there() -> None:
    rules = [rule for group in ALERTS["groups"] for rule in group["rules"]]
    assert len(rules) > 8

    for rule in rules:
        asked = {OF_HISTOGRAMS.sub("", name) for name in NAME.findall(rule["expr"])}
        assert asked, rule["alert"]
        assert asked <= exposed(), rule["alert"]
        assert rule["annotations"]["summary"]
    assert len({rule["alert"] for rule in rules}) == len(rules)


def test_alerts_ask_for_outcomes_that_are_counted() -> None:
    outcomes = set(re.findall(r'outcome="(\w+)"', str(ALERTS)))
    source = (ROOT / "bridge" / "services" / "delivery" / "carrying.py").read_text("utf-8")

    assert outcomes
    assert not [outcome for outcome in outcomes if f'"{outcome}"' not in source]


def test_the_processes_of_the_example_are_three_and_alike() -> None:
    first, *others = bridges().values()

    assert len(others) == 2
    for other in others:
        assert {**other, "ports": None} == {**first, "ports": None}
    assert len({service["ports"][0] for service in bridges().values()}) == 3


def test_every_variable_of_the_example_is_one_of_ours() -> None:
    given = {name for service in bridges().values() for name in service["environment"]}
    named = set(re.findall(r"\bBRIDGE_[A-Z_]+[A-Z]\b", PAGE + README))

    assert {"BRIDGE_STORE__URL_FILE", "BRIDGE_KEY_FILE"} <= given
    assert (given | named) <= known_variables()


def test_what_the_image_sets_is_not_in_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image = dict(re.findall(r"(BRIDGE_\w+)=(\S+)", (ROOT / "Dockerfile").read_text("utf-8")))
    for name in [name for name in os.environ if name.startswith("BRIDGE_")]:
        monkeypatch.delenv(name)
    for name, value in {**image, **bridges()["bridge"]["environment"]}.items():
        monkeypatch.setenv(name, str(value).replace("/run/secrets", str(tmp_path)))
    (tmp_path / "database.url").write_text("postgresql://bridge:a-long-password@postgres/bridge")
    (tmp_path / "slack.tokens").write_text("xoxb-1-2-abcdefgh xapp-1-A1-2-abcdefgh")
    monkeypatch.chdir(tmp_path)

    settings = load()

    assert settings.store.url.startswith("postgresql://")
    assert (settings.web.host, settings.web.port) == ("0.0.0.0", 8080)
    require_one(settings)


def test_every_secret_of_the_example_is_made_on_the_page_and_used() -> None:
    made = set(re.findall(r"> secrets/([\w.]+)", README))
    used = {secret for service in COMPOSE["services"].values() for secret in service["secrets"]}

    assert set(COMPOSE["secrets"]) == used == made
    assert all(where["file"] == f"./secrets/{name}" for name, where in COMPOSE["secrets"].items())
    for service in COMPOSE["services"].values():
        files = {
            value.removeprefix("/run/secrets/")
            for value in service["environment"].values()
            if value.startswith("/run/secrets/")
        }
        assert files <= set(service["secrets"])


def test_each_service_says_when_it_works() -> None:
    for service in bridges().values():
        kind, program, option, code = service["healthcheck"]["test"]
        assert (kind, program, option, "/readyz" in code) == ("CMD", "python", "-c", True)
        compile(code, "healthcheck", "exec")
    assert "pg_isready" in str(COMPOSE["services"]["postgres"]["healthcheck"]["test"])
    assert all(one["depends_on"]["postgres"]["condition"] == "service_healthy" for one in bridges().values())


def test_the_roles_are_those_there_are() -> None:
    named = set(re.findall(r"--role\s+(\w+)", PAGE)) | set(re.findall(r"BRIDGE_RUN__ROLE: (\w+)", PAGE))

    assert named == {role.value for role in Role if role is not Role.ALL}


def test_the_readme_leads_here() -> None:
    assert "docs/scale.md" in README
    assert "docs/how-far.md" in README
