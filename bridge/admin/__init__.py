"""What the sub-commands do besides running."""

from __future__ import annotations

from bridge.admin.checks import check, check_db
from bridge.admin.moving import MoveLine, move_db
from bridge.admin.sources import (
    SourceLine,
    check_source,
    export_sources,
    export_sources_to,
    import_sources,
    list_sources,
)
from bridge.admin.tending import (
    DeliveryLine,
    WorkspaceLine,
    backup_db,
    choose_circle,
    list_deliveries,
    list_workspaces,
    retry_delivery,
    upgrade_db,
    use_adapter,
)

__all__ = [
    "DeliveryLine",
    "MoveLine",
    "SourceLine",
    "WorkspaceLine",
    "backup_db",
    "check",
    "check_db",
    "check_source",
    "choose_circle",
    "export_sources",
    "export_sources_to",
    "import_sources",
    "list_deliveries",
    "list_sources",
    "list_workspaces",
    "move_db",
    "retry_delivery",
    "upgrade_db",
    "use_adapter",
]
