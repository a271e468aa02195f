"""What the fake Mastodon takes: the endpoints, the parameters of each, and the sentences of its refusals. Written by
hand after docs.joinmastodon.org/methods (accounts, timelines, statuses), api/rate-limits and spec/webfinger, and after
Mastodon's controllers where the pages are silent.
"""

from __future__ import annotations

from dataclasses import dataclass

PAGING = ("max_id", "since_id", "min_id", "limit")
DEFAULT_LIMIT = 20
MOST = 40
"""limit_param, app/controllers/api/base_controller.rb: twice the default."""


@dataclass(frozen=True)
class Endpoint:
    """`path`: as the documentation writes it. `played`: parameters the fake acts on; `known`: those it says it
    can't."""

    path: str
    played: tuple[str, ...] = ()
    known: tuple[str, ...] = ()


ENDPOINTS = {
    "webfinger": Endpoint("/.well-known/webfinger", ("resource",), ("rel",)),
    "lookup": Endpoint("/api/v1/accounts/lookup", ("acct",)),
    "account": Endpoint("/api/v1/accounts/{id}"),
    "statuses": Endpoint(
        "/api/v1/accounts/{id}/statuses",
        (*PAGING, "exclude_replies", "exclude_reblogs", "only_media", "pinned"),
        ("exclude_sensitive", "tagged"),
    ),
    "tag": Endpoint(
        "/api/v1/timelines/tag/{tag}", (*PAGING, "local", "remote"), ("any[]", "all[]", "none[]", "only_media")
    ),
    "status": Endpoint("/api/v1/statuses/{id}"),
}

NOT_FOUND = "Record not found"
NO_USER = "This method requires an authenticated user"
BAD_TOKEN = "The access token is invalid"
TOO_MANY = "Too many requests"

THROTTLES = {"api": (300, 300), "paging": (300, 900)}
"""Requests and seconds, by address; "paging" counts those with a min_id, max_id or since_id
(config/initializers/rack_attack.rb)."""
