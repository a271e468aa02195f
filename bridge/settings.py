"""What can be set, with its defaults: one frozen section a topic, and one an adapter, found by folder.

Reading bridge.toml and the environment is `config`'s. bridge.toml states the same defaults; a test compares the two.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import BaseModel, Field, PrivateAttr, create_model

import bridge.adapters
from bridge.model.clean import fold
from bridge.model.errors import ConfigError
from bridge.model.policy import Policy
from bridge.model.role import Role
from bridge.model.times.calendar import Schedule
from bridge.model.times.when import parse_schedule
from bridge.sections import (
    FIRM,
    SQLITE,
    DigestSection,
    LimitsSection,
    LogSection,
    RunSection,
    Section,
    ShareSection,
    SourcesSection,
    StoreSection,
    TeamSection,
    WebSection,
)


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
    """The folders of bridge/adapters, sorted, but for what they share (`_…`). Imports nothing."""
    found = pkgutil.iter_modules(bridge.adapters.__path__)
    return tuple(sorted(one.name for one in found if one.ispkg and not one.name.startswith("_")))


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
