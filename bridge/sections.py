"""The topics of bridge.toml that are the core's own, one frozen section each; all of them together are `settings`'s."""

from __future__ import annotations

import difflib
import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bridge.model.role import Role
from bridge.model.secret import register_secret
from bridge.model.source import Outside

FIRM = ConfigDict(extra="forbid", frozen=True, validate_default=True)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SQLITE = "sqlite:///"
LAST_PORT = 65_535
_HOST_PORT = re.compile(r"(?P<host>[a-z0-9][a-z0-9._-]*|\[[0-9a-f:.]*:[0-9a-f:.]*\])(?::(?P<port>[1-9]\d{0,4}|\*))?")


class Section(BaseModel):
    """A table of bridge.toml: unknown keys are refused, values never change while the bridge runs."""

    model_config = FIRM


class RunSection(Section):
    """What this process does, where several share one PostgreSQL."""

    role: Role = Role.ALL


class StoreSection(Section):
    """Where updates are kept."""

    url: str = "sqlite:///data/bridge.db"
    ballast_mb: Annotated[int, Field(ge=0, le=10_240)] = 64

    @property
    def ballast_bytes(self) -> int:
        return self.ballast_mb * 1024 * 1024

    @field_validator("url")
    @classmethod
    def _known_engine(cls, url: str) -> str:
        if not re.match(r"sqlite:///.|postgres(ql)?(\+psycopg)?://", url):
            raise ValueError("a database is sqlite:///path/to/file.db or postgresql://user@host/name")
        if password := re.search(r"://[^/@:]*:([^@/]{8,})@", url):
            register_secret(password[1])
        return url


class WebSection(Section):
    """Where the pages, the metrics and the health checks are."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=LAST_PORT)] = 8080


class TeamSection(Section):
    """The organisation. `zone` and `language` are for people whose own nobody knows."""

    name: str = "Our team"
    zone: str = "UTC"
    language: str = "en"
    admins: tuple[str, ...] = ()
    announcers: tuple[str, ...] = ()
    announce_channels: tuple[str, ...] = ()
    retention_days: Annotated[int, Field(ge=1)] = 730

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            return ZoneInfo(zone).key
        except (LookupError, ValueError, OSError):
            near = difflib.get_close_matches(zone, available_timezones(), 1, 0.4)
            raise ValueError(f"there is no such zone. Did you mean {near[0] if near else 'Europe/Vienna'}?") from None


class DigestSection(Section):
    """The schedule that a first follow makes, in the person's own zone."""

    times: tuple[str, ...] = ("09:00",)
    days: str = "mon-fri"
    max_updates: Annotated[int, Field(ge=1, le=25)] = 7
    max_lines: Annotated[int, Field(ge=1, le=40)] = 12

    @field_validator("times")
    @classmethod
    def _wall_times(cls, times: tuple[str, ...]) -> tuple[str, ...]:
        if not times or not all(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", time) for time in times):
            raise ValueError("times are written 09:00, from 00:00 to 23:59, at least one")
        return times

    @field_validator("days")
    @classmethod
    def _weekdays(cls, days: str) -> str:
        day = f"(?:{'|'.join(DAYS)})"
        if not re.fullmatch(f"{day}(-{day})?(,{day}(-{day})?)*", days):
            raise ValueError("days are written mon-fri or mon,wed,fri")
        return days


class LimitsSection(Section):
    """How much is too much. Live messages above the caps wait for the digest."""

    channel_per_hour: Annotated[int, Field(ge=1)] = 6
    dm_per_hour: Annotated[int, Field(ge=1)] = 12
    text: Annotated[int, Field(ge=1, le=500)] = 500
    attachment_mb: Annotated[int, Field(ge=0, le=50)] = 10


class ShareSection(Section):
    """The reaction that shares an ordinary message, in each platform's spelling."""

    emoji: tuple[str, ...] = ("📣", "mega")


class SourcesSection(Section):
    """What comes from outside: feeds, pages and accounts elsewhere."""

    contact: str = ""
    allowed: tuple[str, ...] = ()
    edits: bool = True

    @field_validator("contact")
    @classmethod
    def _one_line(cls, contact: str) -> str:
        if not re.fullmatch(r"[\x21-\x7e]{0,200}", contact):
            raise ValueError("a contact is an address or a page, such as ops@example.org or https://example.org/bot")
        return contact

    @field_validator("allowed")
    @classmethod
    def _hosts(cls, allowed: tuple[str, ...]) -> tuple[str, ...]:
        folded = tuple(one.lower() for one in allowed)
        if not all((read := _HOST_PORT.fullmatch(one)) and _port(read["port"]) <= LAST_PORT for one in folded):
            raise ValueError(
                "hosts are written wiki.example.internal, wiki.example.internal:8080, build.local:* or [fd00::1]:8080"
            )
        return folded

    @property
    def reach(self) -> Outside:
        both = set()
        for read in filter(None, map(_HOST_PORT.fullmatch, self.allowed)):
            ports = (_port(read["port"]),) if read["port"] else (80, 443)
            both |= {(read["host"].strip("[]"), port) for port in ports}
        return Outside(self.contact, frozenset(both))


def _port(named: str | None) -> int:
    """0 is any."""
    return 0 if named is None or named == "*" else int(named)


class LogSection(Section):
    """What is logged and how. auto: readable on a terminal, JSON otherwise."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "text", "json"] = "auto"
