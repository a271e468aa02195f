"""The laws are tried on the same core as the services."""

from __future__ import annotations

from tests.services.conftest import lite

__all__ = ["lite"]
