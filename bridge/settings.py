"""What can be set, with its defaults: one frozen section a topic, and one an adapter, found by folder.

Reading bridge.toml and the environment is `config`'s. bridge.toml states the same defaults; a test compares the two.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, create_model, field_validator

import bridge.adapters
from bridge.model.calendar import Schedule
from bridge.model.clean import fold
from bridge.model.errors import ConfigError
from bridge.model.policy import Policy
from bridge.model.role import Role
from bridge.model.secret import register_secret
from bridge.model.source import Outside
from bridge.model.when import parse_schedule

FIRM = ConfigDict(extra="forbid", frozen=True, validate_default=True)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SQLITE = "sqlite:///"


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
    port: Annotated[int, Field(ge=0, le=65535)] = 8080


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
        for one in allowed:
            if not re.fullmatch(r"[a-z0-9.-]+(:([1-9]\d{0,4}|\*))?", one):
                raise ValueError("hosts are written wiki.example.internal, wiki.example.internal:8080 or build.local:*")
        return allowed

    @property
    def reach(self) -> Outside:
        split = [one.partition(":")[::2] for one in self.allowed]
        both = {(host, port) for host, named in split for port in ((80, 443) if not named else (_port(named),))}
        return Outside(self.contact, frozenset(both))


def _port(named: str) -> int:
    """0 is any."""
    return 0 if named == "*" else int(named)


class LogSection(Section):
    """What is logged and how. auto: readable on a terminal, JSON otherwise."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "text", "json"] = "auto"


class Settings(Section):
    """Everything that can be set. Made by `config.load`; tests may make one directly: `Settings()` is all defaults."""

    run: RunSection = RunSection()
    store: StoreSection = StoreSection()
    web: WebSection = WebSection()
    team: TeamSection = TeamSection()
    digest: DigestSection = DigestSection()
    limits: LimitsSection = LimitsSection()
    share: ShareSection = ShareSection()
    sources: SourcesSection = SourcesSection()
    log: LogSection = LogSection()
    _folder: Path = PrivateAttr(default_factory=Path.cwd)

    @property
    def adapters(self) -> Mapping[str, BaseModel]:
        """Each adapter's own section, by the name of its folder."""
        core = Settings.model_fields
        return {name: getattr(self, name) for name in type(self).model_fields if name not in core}

    @property
    def folder(self) -> Path:
        """The folder that relative paths start from: bridge.toml's, else the current one."""
        return self._folder

    @property
    def store_url(self) -> str:
        """`store.url` with an absolute path, whatever folder the process stands in."""
        if not self.store.url.startswith(SQLITE):
            return self.store.url
        path, mark, query = self.store.url.removeprefix(SQLITE).partition("?")
        return f"{SQLITE}{self._folder / path}{mark}{query}"


def require_one(settings: Settings) -> None:
    """Raises ConfigError for a process that leaves a part of the work to others, where there can be none."""
    if settings.run.role is not Role.ALL and settings.store.url.startswith(SQLITE):
        raise ConfigError(
            problem=f"the role “{settings.run.role.value}” needs PostgreSQL, since one process owns a SQLite file. "
            'Leave the role out, or set [store] url = "postgresql://…".'
        )


def adapter_names() -> tuple[str, ...]:
    """The folders of bridge/adapters, sorted. Imports nothing."""
    return tuple(sorted(found.name for found in pkgutil.iter_modules(bridge.adapters.__path__) if found.ispkg))


def adapter(name: str) -> ModuleType:
    """The SDK-free front room of an adapter: its Settings, checks and sub-commands where it has them."""
    return importlib.import_module(f"{bridge.adapters.__name__}.{name}")


def switched_on(settings: Settings) -> list[str]:
    """Adapters that are to run. One that says auto and has nothing to be configured stands in for none; what reads
    sources stands beside any."""
    offered = {name: section for name in adapter_names() if (section := settings.adapters.get(name))}
    real, stand_ins, beside = [], [], []
    for name, section in offered.items():
        chosen, configured = getattr(section, "enabled", False), getattr(adapter(name), "configured", None)
        if getattr(adapter(name), "OUTSIDE", False):
            beside += [name] if chosen is True else []
            continue
        if chosen is True or (chosen == "auto" and configured is not None and configured(section)):
            real.append(name)
        elif chosen == "auto" and configured is None:
            stand_ins.append(name)
    return (real or stand_ins) + beside


def settings_type() -> type[Settings]:
    """Settings with a section for every adapter whose folder offers a `Settings` model."""
    sections: dict[str, Any] = {}
    for name in adapter_names():
        offered = getattr(adapter(name), "Settings", None)
        if isinstance(offered, type) and issubclass(offered, BaseModel):
            # Adapters import no more than the model, so firmness is added here.
            firm = type(offered.__name__, (offered,), {"model_config": FIRM, "__doc__": offered.__doc__})
            sections[name] = (firm, Field(default_factory=firm))
    return create_model("Settings", __base__=Settings, **sections)


def policy_of(settings: Settings) -> Policy:
    """The organisation's choices, as the services see them."""
    team, digests, limits = settings.team, settings.digest, settings.limits
    read = parse_schedule(f"{digests.days.replace(',', ' ')} {' '.join(digests.times)}", team.zone)
    return Policy(
        team=team.name,
        zone=team.zone,
        language=team.language,
        admins=frozenset(fold(handle.lstrip("@")) for handle in team.admins),
        announcers=frozenset(fold(handle.lstrip("@")) for handle in team.announcers),
        announce_channels=tuple(fold(name.lstrip("#")) for name in team.announce_channels),
        retention=timedelta(days=team.retention_days),
        schedule=Schedule(read.times, read.days, team.zone),
        digest_updates=digests.max_updates,
        digest_lines=digests.max_lines,
        channel_cap=limits.channel_per_hour,
        direct_cap=limits.dm_per_hour,
        attachment_bytes=limits.attachment_mb * 1024 * 1024,
        share_emoji=settings.share.emoji,
        outside=settings.sources.reach,
        source_edits=settings.sources.edits,
    )
