"""bridge.toml and the environment: what is read, what wins, and how what is wrong is refused."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge import config
from bridge.model.errors import ConfigError
from bridge.model.secret import Secret, redact
from bridge.settings import Settings, adapter, adapter_names, settings_type, switched_on

SHIPPED = Path(__file__).parent.parent / config.FILE_NAME
Write = Callable[[str], Path]


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in [name for name in os.environ if name.upper().startswith(config.PREFIX)]:
        monkeypatch.delenv(variable)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        path = tmp_path / config.FILE_NAME
        path.write_text(text, encoding="utf-8")
        return path

    return write


def refusal(path: Path | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    return str(caught.value.params["problem"])


def test_the_shipped_file_states_every_default_and_no_other() -> None:
    stated = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))

    defaults = {
        name: {key: value for key, value in section if not isinstance(value, Secret)}
        for name, section in settings_type()()
    }
    assert {
        name: {key: tuple(value) if isinstance(value, list) else value for key, value in keys.items()}
        for name, keys in stated.items()
    } == defaults


def test_without_a_file_the_defaults_hold_and_the_store_is_here(tmp_path: Path) -> None:
    settings = config.load()

    assert settings.web.port == 8080
    assert settings.store_url == f"sqlite:///{tmp_path}/data/bridge.db"
    assert set(settings.adapters) <= set(adapter_names())
    assert settings.adapters["lobby"].model_dump()["enabled"] == "auto"


def test_paths_start_from_the_folder_of_the_file(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write('[store]\nurl = "sqlite:///kept.db"\n')
    monkeypatch.chdir("/")

    assert config.load(path).store_url == f"sqlite:///{tmp_path}/kept.db"


def test_the_environment_beats_the_file_and_the_command_line_beats_both(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write('[web]\nport = 1\nhost = "a"\n[team]\nname = "File"\n')
    monkeypatch.setenv("BRIDGE_WEB__PORT", "2")
    monkeypatch.setenv("BRIDGE_WEB__HOST", "b")

    settings = config.load(overrides={"web": {"port": 3}})

    assert (settings.web.port, settings.web.host, settings.team.name) == (3, "b", "File")


def test_a_list_in_the_environment_is_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIDGE_TEAM__ANNOUNCERS", "ana, bo")

    assert config.load().team.announcers == ("ana", "bo")


def test_hosts_inside_that_may_be_asked_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIDGE_SOURCES__ALLOWED", "Wiki.Example.internal, build.local:*,[fd00::1]:8080 , ci_box:81")
    monkeypatch.setenv("BRIDGE_SOURCES__CONTACT", "ops@example.org")

    reach = config.load().sources.reach

    assert reach.contact == "ops@example.org"
    assert reach.allowed == {
        ("wiki.example.internal", 80),
        ("wiki.example.internal", 443),
        ("build.local", 0),
        ("fd00::1", 8080),
        ("ci_box", 81),
    }


def on(**sections: dict[str, object]) -> list[str]:
    return switched_on(settings_type().model_validate(sections))


def test_what_reads_sources_stands_beside_the_lobby_and_beside_a_chat_platform() -> None:
    readers = {name for name in adapter_names() if getattr(adapter(name), "OUTSIDE", False)}
    assert len(readers) > 2

    assert set(on()) == {"lobby"} | readers
    assert set(on(feed={"enabled": False})) == {"lobby"} | readers - {"feed"}
    assert set(on(**{name: {"enabled": False} for name in readers})) == {"lobby"}
    assert set(on(lobby={"enabled": False})) == readers
    assert set(on(slack={"enabled": True})) == {"slack"} | readers


def test_an_adapters_section_is_set_like_any_other(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("[lobby]\nenabled = true\n")
    assert config.load(path).adapters["lobby"].model_dump()["enabled"] is True

    monkeypatch.setenv("BRIDGE_LOBBY__ENABLED", "false")
    assert config.load(path).adapters["lobby"].model_dump()["enabled"] is False


def test_the_file_may_be_named_by_the_environment(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("[web]\nport = 5\n")
    monkeypatch.setenv("BRIDGE_CONFIG", str(path))
    monkeypatch.chdir("/")

    assert config.load().web.port == 5


def test_settings_never_change() -> None:
    settings = settings_type()()

    with pytest.raises(ValueError, match="frozen"):
        settings.web.port = 1
    with pytest.raises(ValueError, match="frozen"):
        settings.adapters["lobby"].enabled = True  # type: ignore[attr-defined] # likewise


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[web]\n\nprot = 1\n", 3, ["[web]", "“prot”", "Did you mean “port”", "host, port"]),
        ("\n[webb]\nport = 1\n", 2, ["[webb]", "Did you mean “web”", "store, web, team"]),
        ('[web]\nport = "many"\n', 2, ["[web] port", "“many”", "whole number"]),
        ("[web]\nport = 70000\n", 2, ["70000", "65535"]),
        ('[log]\nlevel = "loud"\n', 2, ["“loud”", "'debug'", "'error'"]),
        ('[lobby]\nenabled = "perhaps"\n', 2, ["“perhaps”", "'auto'", "true or false"]),
        ('[digest]\ntimes = [\n  "09:00",\n  "25:00",\n]\n', 2, ["25:00", "from 00:00 to 23:59"]),
        ('[digest]\ntimes = "09:00"\n', 2, ["a list is needed"]),
        ('[digest]\ndays = "workdays"\n', 2, ["workdays", "mon-fri"]),
        ('[team]\nname = """\nport = 1\n"""\nzone = "Europe/Viena"\n', 5, ["Europe/Viena", "Europe/Vienna"]),
        ('[store]\nurl = "mysql://x/y"\n', 2, ["mysql://x/y", "sqlite:///"]),
        ("web.port = 1\nweb.prot = 2\n", 2, ["“prot”"]),
        ("port = 1\n", 1, ["“port”", "outside a table"]),
        ("[web]\nport = = 1\n", 2, ["can't be understood"]),
        ('[sources]\ncontact = "Ops Team"\n', 2, ["Ops Team", "ops@example.org or https://"]),
        ('[sources]\nallowed = ["https://wiki.x"]\n', 2, ["https://wiki.x", "wiki.example.internal:8080"]),
        ('[sources]\nallowed = ["wiki.x:99999"]\n', 2, ["wiki.x:99999", "build.local:*"]),
        ('[sources]\nallowed = ["fd00::1"]\n', 2, ["fd00::1", "[fd00::1]:8080"]),
        ('[sources]\nallowed = "wiki.x"\n', 2, ["a list is needed"]),
        ('[sources]\nedits = "sometimes"\n', 2, ["true or false"]),
        ("[sources]\nallow = []\n", 2, ["Did you mean “allowed”"]),
        ('[elsewhere]\ntoken = "abcdefgh"\n', 2, ["secret does not belong", "BRIDGE_ELSEWHERE__TOKEN", "token_file"]),
        ('[elsewhere]\ntokens = ["abcdefgh"]\n', 2, ["secret does not belong", "tokens_file"]),
        ('[store]\nurl = "postgresql://b:pw@h/d"\n', 2, ["BRIDGE_STORE__URL", "url_file"]),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(write: Write, text: str, line: int, words: list[str]) -> None:
    said = refusal(write(text))

    assert f"line {line}" in said
    for word in words:
        assert word in said
    assert "abcdefgh" not in said
    assert "pw@" not in said
    assert "\n" not in said


def test_what_is_wrong_in_the_environment_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIDGE_WEB__PROT", "1")
    assert refusal().startswith("BRIDGE_WEB__PROT: [web] has no key “prot”. Did you mean “port”?")

    monkeypatch.delenv("BRIDGE_WEB__PROT")
    monkeypatch.setenv("BRIDGE_WEBB__PORT", "1")
    assert "there is no section [webb]" in refusal()


def test_a_refused_address_keeps_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIDGE_STORE__URL", "mysql://bridge:hunter2@db/x")

    assert "mysql://bridge:[secret]@db/x" in refusal()


def test_a_variable_that_container_hosts_set_is_nobodys_key(monkeypatch: pytest.MonkeyPatch) -> None:
    service = "tcp://10.0.0.1:80"
    for name in ("SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_HTTP", "PORT", "PORT_80_TCP", "PORT_80_TCP_ADDR"):
        monkeypatch.setenv(f"BRIDGE_{name}", service)
        monkeypatch.setenv(f"BRIDGE_DB_{name}", service)

    assert config.load().web.port == 8080


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("BRIDGE_WEB_PORT", "Did you mean BRIDGE_WEB__PORT?"),
        ("BRIDGE_KEYS", "Did you mean BRIDGE_KEY?"),
        ("BRIDGE_FOO", "They are written like BRIDGE_WEB__PORT."),
        ("BRIDGE_WEB", "BRIDGE_WEB."),
    ],
)
def test_a_variable_that_is_nobodys_is_refused_with_the_nearest(
    name: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "9")

    told = refusal()

    assert f"there is no environment variable {name}." in told
    assert said in told


@pytest.mark.parametrize("name", ["BRIDGE_KEY", "BRIDGE_SHOTS", "BRIDGE_TEST_POSTGRES"])
def test_what_is_no_setting_is_left_alone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "x")

    assert config.load().web.port == 8080


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    assert "there is no file" in refusal(tmp_path / "none.toml")
    assert "can't be read" in refusal(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b"[team]\nname = '\xe4'\n")
    assert "UTF-8" in refusal(tmp_path / "latin.toml")


def test_a_password_may_come_by_file_and_is_never_shown(write: Write, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://bridge:correct-horse@db/bridge\n")

    settings = config.load(write('[store]\nurl_file = "url"\n'))

    assert settings.store_url == "postgresql://bridge:correct-horse@db/bridge"
    assert "correct-horse" not in redact("connecting with correct-horse failed")


def test_a_file_beats_the_value_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "url").write_text("postgresql://bridge@db/bridge\n")
    monkeypatch.setenv("BRIDGE_STORE__URL", "sqlite:////data/bridge.db")
    monkeypatch.setenv("BRIDGE_STORE__URL_FILE", "url")

    assert config.load().store.url == "postgresql://bridge@db/bridge"


def test_a_secret_file_is_not_opened_for_what_the_command_line_replaces(write: Write) -> None:
    path = write('[store]\nurl_file = "none"\n')

    assert config.load(path, {"store": {"url": "sqlite:///mine.db"}}).store.url == "sqlite:///mine.db"


def test_the_place_of_the_file_is_known_before_there_is_one(write: Write, tmp_path: Path) -> None:
    assert config.place_of(None) == Path("bridge.toml")
    assert config.place_of(tmp_path / "other.toml") == tmp_path / "other.toml"


def test_a_secret_file_that_is_missing_is_named(write: Write) -> None:
    assert "none can't be read: No such file" in refusal(write('[store]\nurl_file = "none"\n'))


class TestSecretFields:
    """What an adapter's Settings may declare."""

    @pytest.fixture(autouse=True)
    def _one_adapter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from pydantic import BaseModel, Field, create_model

        class Chat(BaseModel):
            token: Secret = Secret("")

        kind = create_model("Settings", __base__=Settings, chat=(Chat, Field(default_factory=Chat)))
        monkeypatch.setattr(config, "settings_type", lambda: kind)

    def token(self, settings: Settings) -> Secret:
        token = settings.adapters["chat"].model_dump()["token"]
        return token if isinstance(token, Secret) else settings.adapters["chat"].token  # type: ignore[attr-defined] # made above

    def test_by_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BRIDGE_CHAT__TOKEN", "a-token-of-ours")

        settings = config.load()

        assert self.token(settings).reveal() == "a-token-of-ours"
        assert "a-token-of-ours" not in f"{settings!r} {self.token(settings)}"
        assert redact("got a-token-of-ours") == "got [secret]"

    def test_by_file_from_either_side(self, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "one").write_text("first-token\n")
        (tmp_path / "two").write_text("second-token\n")
        path = write('[chat]\ntoken_file = "one"\n')
        assert self.token(config.load(path)).reveal() == "first-token"

        monkeypatch.setenv("BRIDGE_CHAT__TOKEN_FILE", str(tmp_path / "two"))
        assert self.token(config.load(path)).reveal() == "second-token"
