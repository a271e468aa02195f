"""Log lines: two looks, one road, no secret on it (law 8)."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator

import pytest
import structlog

from bridge import logs
from bridge.model.secret import Secret


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level, sys.excepthook, threading.excepthook
    yield
    root.handlers[:], root.level, sys.excepthook, threading.excepthook = before
    logging.captureWarnings(False)
    structlog.reset_defaults()


@pytest.fixture
def out() -> io.StringIO:
    stream = io.StringIO()
    logs.set_up_logs(stream=stream)
    return stream


def test_lines_are_json_where_nobody_watches(out: io.StringIO) -> None:
    structlog.get_logger("bridge.x").info("published", post="7")

    line = json.loads(out.getvalue())
    assert (line["event"], line["post"], line["level"], line["logger"]) == ("published", "7", "info", "bridge.x")
    assert line["timestamp"].endswith("Z")


def test_lines_are_readable_on_a_terminal() -> None:
    stream = Terminal()
    logs.set_up_logs(stream=stream)

    structlog.get_logger().info("published", post="7")

    assert "published" in stream.getvalue()
    assert not stream.getvalue().startswith("{")


def test_the_standard_library_takes_the_same_road(out: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").warning("port %d", 80)
    warnings.warn("old api", UserWarning, stacklevel=1)

    first, second = map(json.loads, out.getvalue().splitlines())
    assert (first["event"], first["logger"]) == ("port 80", "uvicorn.error")
    assert "old api" in second["event"]


def test_below_the_level_nothing_is_written() -> None:
    stream = io.StringIO()
    logs.set_up_logs(level="warning", stream=stream)

    structlog.get_logger().info("quiet")
    logging.getLogger("apscheduler.scheduler").warning("skipped")

    assert stream.getvalue() == ""


@pytest.mark.parametrize("format", ["text", "json"])
def test_a_registered_value_is_hidden_wherever_it_stands(format: str) -> None:
    stream = io.StringIO()
    logs.set_up_logs(format=format, stream=stream)  # type: ignore[arg-type] # one of the literals, above
    Secret('hush "hush" 123')
    log = structlog.get_logger()

    log.info('got hush "hush" 123', key='hush "hush" 123', inside={"deep": ['hush "hush" 123']})
    logging.getLogger("lib").error("url %s", "https://x/?t=hush%20%22hush%22%20123")
    try:
        raise ValueError('refused hush "hush" 123')
    except ValueError:
        log.exception("failed")

    assert "hush" not in stream.getvalue()
    assert stream.getvalue().count("[secret]") >= 5
    assert "ValueError" in stream.getvalue()


@pytest.mark.parametrize(
    "token",
    [
        "xox" + "b-1234567890-abcdefghij",
        "xox" + "e.xoxp-1-Mi0yLTEyMzQ1Njc4OTA",
        "xapp" + "-1-A0123-456-deadbeef",
        "Bot MTIzNDU2Nzg5MDEyMzQ1Njc4.Gabcde.abcdefghijklmnopqrstuvwxyz0123456789ab",
        "MTIzNDU2Nzg5MDEyMzQ1Njc4.Gabcde.abcdefghijklmnopqrstuvwxyz0123456789ab",
        "Bearer abcdefghijklmnop",
        "postgresql://bridge:abcdefghijklmnop@db/x",
    ],
)
def test_what_looks_like_a_token_is_hidden_though_nobody_registered_it(out: io.StringIO, token: str) -> None:
    structlog.get_logger().info(f"using {token} now")

    said = json.loads(out.getvalue())["event"]
    assert said.startswith("using ")
    assert said.endswith(" now") or said.endswith("@db/x now")
    assert "[secret]" in said
    assert "ghij" not in said
    assert "beef" not in said
    assert "Mi0y" not in said


@pytest.mark.parametrize(
    "harmless",
    ["posted ~1042 in general", "https://example.org:8080/a@b", "1.10.0 and 2026.11.15", "the Bot said hello"],
)
def test_ordinary_lines_stay_as_they_are(harmless: str) -> None:
    assert logs.redact(harmless) == harmless


def test_a_private_key_is_hidden_line_by_line() -> None:
    logs.register_secret("-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG\n-----END KEY-----\n")

    assert "MIIEvQ" not in logs.redact("  | MIIEvQIBADANBgkqhkiG")


def test_what_nobody_caught_is_logged_and_hides_secrets_too(out: io.StringIO) -> None:
    logs.register_secret("open-sesame")
    try:
        raise RuntimeError("open-sesame")
    except RuntimeError as error:
        sys.excepthook(RuntimeError, error, error.__traceback__)

    line = json.loads(out.getvalue())
    assert line["level"] == "critical"
    assert "RuntimeError: [secret]" in line["exception"]
