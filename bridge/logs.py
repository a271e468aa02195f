"""Log lines: readable on a terminal, JSON otherwise, the standard library's included; no secret in any of them.

What counts as a secret is `model.secret`'s. Everybody logs through `structlog.get_logger()` or `logging.getLogger()`.
"""

from __future__ import annotations

import logging
import sys
import threading
from types import TracebackType
from typing import Literal, TextIO

import structlog
from structlog.typing import Processor

from bridge.model.secret import redact, register_secret

__all__ = ["redact", "register_secret", "set_up_logs"]

QUIETER = {
    # They report what we report ourselves (a tick that is late, a revision that is run) or what nobody needs.
    "apscheduler": logging.ERROR,
    "alembic": logging.WARNING,
    "sqlalchemy": logging.WARNING,
    "uvicorn": logging.WARNING,
    "asyncio": logging.WARNING,
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
}


class RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """The one place where a log line becomes text, traceback included, and the last that can hide a secret."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def set_up_logs(
    level: str = "info", format: Literal["auto", "text", "json"] = "auto", stream: TextIO | None = None
) -> None:
    """Routes all logging, warnings and uncaught exceptions to `stream` (default stderr). May be called again."""
    stream = stream or sys.stderr
    terminal = stream.isatty()
    readable = terminal if format == "auto" else format == "text"

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if readable else "iso", utc=not readable),
    ]
    ending: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if readable:
        # Rich tracebacks print local variables: tokens among them.
        ending.append(structlog.dev.ConsoleRenderer(colors=terminal, exception_formatter=structlog.dev.plain_traceback))
    else:
        ending += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]

    handler = logging.StreamHandler(stream)
    handler.setFormatter(RedactingFormatter(foreign_pre_chain=shared, processors=ending))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name, least in QUIETER.items():
        logging.getLogger(name).setLevel(max(least, root.level))
    logging.captureWarnings(True)

    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _uncaught(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("bridge").critical("nobody caught this", exc_info=(kind, error, traceback))


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
        _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
