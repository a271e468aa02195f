"""What Slack's error codes mean: each documented code of each method we call, as a SendFailure.

Who can mend it decides. The message is at fault: Refused (the plain form is tried once). The place is closed, and
somebody there can open it: Unreachable (it is paused and its owner told). The app, its token or Slack itself:
Transient, so that everything waits and no place is paused for it. Nobody knows whether it happened: Uncertain, for
posts only, since everything else may simply be asked again.

Codes: the methods' own pages on docs.slack.dev, and the errors common to all methods.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.adapters.slack.install.scopes import SCOPES
from bridge.model.errors import Refused, SendFailure, Throttled, Transient, Uncertain, Unreachable, Vanished
from bridge.model.pace.told import seconds_told

CALLED = frozenset({
    "apps.connections.open", "auth.test",
    "chat.delete", "chat.postEphemeral", "chat.postMessage", "chat.update",
    "conversations.history", "conversations.info", "conversations.join", "conversations.members",
    "conversations.open", "conversations.replies",
    "emoji.list", "files.completeUploadExternal", "files.getUploadURLExternal", "files.info", "reactions.get",
    "team.info", "users.conversations", "users.info", "users.list",
    "views.open", "views.publish", "views.push", "views.update",
})  # fmt: skip
"""The methods whose documented errors all stand below."""

POSTS = frozenset({"chat.postMessage", "chat.postEphemeral"})
"""Asking one of these twice shows a message twice."""

ASKED = frozenset(scope.name for scope in SCOPES)

WAIT_SECONDS = 30.0
"""After a rate error that does not say how long."""


class TokenRefused(Transient):
    """Slack no longer takes Bridge's token ({code}). Install the app again and give Bridge the new tokens."""


class ScopeMissing(Transient):
    """Bridge's Slack app lacks the permission {needed}. Add it to the app and install it again."""


class SearchClosed(Refused):
    """It is not known whether it was sent, and Slack lets me read nothing there ({code})."""


_INVITE = "Type /invite @{handle} there."
_SILENCED = "I'm not allowed to write in the channel. Whoever looks after it can change who may post."

_TOKEN = frozenset({
    "account_inactive", "forbidden_team", "invalid_auth", "not_allowed_token_type", "not_authed",
    "team_access_not_granted", "token_expired", "token_revoked", "two_factor_setup_required",
})  # fmt: skip

_UNCLEAR = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
"""«It's possible some aspect of the operation succeeded before the error was raised.»"""

_RATE = frozenset({"message_limit_exceeded", "rate_limited", "ratelimited"})

_LATER: Mapping[str, str] = {
    "accesslimited": "Slack limits access from this network. Ask whoever set the workspace's allowed addresses.",
    "enterprise_is_restricted": "The organisation does not let this app do that.",
    "external_channel_migrating": "Slack is moving this channel.",
    "fetch_members_failed": "Slack could not list the members just now.",
    "file_update_failed": "Slack could not finish the file just now.",
    "hash_conflict": "The page changed meanwhile.",
    "invalid_cursor": "The list changed while it was read.",
    "messages_tab_disabled": "The app's Messages tab is off. Switch it on under App Home in the app's settings.",
    "not_enabled": "The app's Home tab is off. Switch it on under App Home in the app's settings.",
    "org_login_required": "Slack is moving this workspace into an organisation.",
    "streaming_state_conflict": "The message is being written.",
    "team_added_to_org": "Slack is moving this workspace into an organisation.",
    "update_failed": "Slack could not change the message just now.",
    "unable_to_fetch_custom_emojis": "Slack could not list the emoji just now.",
}

_CLOSED: Mapping[str, str] = {
    "app_access_restricted": "Slack lets this person use no such app. An administrator of the workspace can allow it.",
    "cannot_dm_bot": "This is a bot.",
    "channel_is_limited_access": "Only certain people may open the channel, and I'm none of them.",
    "channel_not_found": f"The channel is gone, or it is private and I'm not in it. {_INVITE}",
    "ekm_access_denied": "An administrator of the workspace switched off writing there.",
    "invalid_channel": f"The channel is gone, or it is private and I'm not in it. {_INVITE}",
    "invalid_user_combination": "This person is from outside and shares no channel with me.",
    "is_archived": "The channel is archived. Unarchive it.",
    "is_inactive": "The channel is archived or frozen. Unarchive it.",
    "method_not_supported_for_channel_type": "Slack lets no app do that in a conversation of this kind.",
    "no_permission": f"I'm not in the channel. {_INVITE}",
    "not_in_channel": f"I'm not in the channel. {_INVITE}",
    "posting_to_channel_denied": _SILENCED,
    "restricted_action": _SILENCED,
    "restricted_action_non_threadable_channel": "Nobody can reply in a thread of this channel.",
    "restricted_action_read_only_channel": "Nobody can write in the channel: it is read-only.",
    "restricted_action_thread_locked": "An administrator locked the thread.",
    "restricted_action_thread_only_channel": "Only replies in threads can be written in the channel.",
    "cannot_reply_to_message": "Nobody can reply to that message.",
    "thread_locked": "An administrator locked the thread.",
    "thread_not_found": "The thread is gone.",
    "too_many_members": "The channel is full.",
    "user_disabled": "This account is deactivated.",
    "user_not_found": "Slack knows no such person any more.",
    "user_not_in_channel": "This person is not in the channel.",
    "user_not_visible": "I'm not allowed to see this person.",
}
"""What an owner reads."""

_AT_FAULT = frozenset({
    "access_denied", "alt_txt_too_large", "as_user_not_supported", "attachment_payload_limit_exceeded", "bad_timestamp",
    "block_mismatch", "blocked_file_type", "canvas_disabled_file_team", "canvas_disabled_user_team",
    "canvas_globally_disabled", "cant_broadcast_message", "cant_delete_message", "cant_update_message",
    "channels_limit_exceeded", "deprecated_endpoint", "draft_already_deleted", "draft_already_sent",
    "draft_has_conflict", "draft_not_found", "duplicate_channel_not_found", "duplicate_external_id",
    "duplicate_message_not_found", "edit_window_closed", "enterprise_not_found", "exchanged_trigger_id",
    "expired_trigger_id", "fail_to_get_teams_for_restricted_user", "file_comment_not_found", "file_deleted",
    "file_is_deleted", "file_not_found", "file_share_limit_reached", "file_type_not_allowed",
    "file_upload_size_restricted", "file_uploads_disabled", "file_uploads_except_images_disabled", "insecure_request",
    "invalid_arg_name", "invalid_arguments", "invalid_array_arg", "invalid_attachments", "invalid_blocks",
    "invalid_blocks_format", "invalid_charset", "invalid_form_data", "invalid_json", "invalid_limit", "invalid_types",
    "invalid_metadata_filter_keys", "invalid_metadata_format", "invalid_metadata_schema", "invalid_post_type",
    "invalid_trigger_id", "invalid_ts_latest", "invalid_ts_oldest", "json_not_object", "limit_required",
    "list_record_comment_fetch_failed",
    "markdown_text_conflict", "max_file_sharing_exceeded", "metadata_must_be_sent_from_app", "metadata_too_large",
    "method_deprecated", "missing_args", "missing_argument", "missing_file_data", "missing_post_type",
    "missing_profile_id", "missing_user", "msg_blocks_too_long", "msg_too_long", "no_dual_broadcast_content_update",
    "no_item_specified", "no_text", "not_enough_users", "not_found", "not_implemented", "not_visible", "org_not_found",
    "push_limit_reached", "send_on_behalf_not_allowed", "slack_connect_blocked_file_type",
    "slack_connect_canvas_sharing_blocked", "slack_connect_clip_sharing_blocked",
    "slack_connect_file_link_sharing_blocked", "slack_connect_file_upload_sharing_blocked",
    "slack_connect_lists_sharing_blocked", "snippet_too_large", "storage_limit_reached", "team_not_found",
    "team_not_on_enterprise", "template_not_visible", "too_many_attachments", "too_many_contact_cards",
    "too_many_users", "unable_to_share_files", "unknown_method", "unknown_snippet_type", "unknown_subtype",
    "users_list_not_supplied", "view_too_large",
})  # fmt: skip

_GONE = frozenset({"message_not_found"})

_SEARCHES = frozenset({"conversations.history", "conversations.replies"})
_UNSEARCHABLE = frozenset({
    "channel_is_limited_access", "method_not_supported_for_channel_type", "missing_scope", "not_in_channel",
})  # fmt: skip
"""The place may still be open for writing, as a public channel is to an app that is not in it."""

_KNOWN = frozenset({"missing_scope"}) | _TOKEN | _UNCLEAR | _RATE | _LATER.keys() | _CLOSED.keys() | _AT_FAULT | _GONE


def known(code: str) -> bool:
    """Whether the code has a place here; any other one is taken for the message's fault."""
    return code in _KNOWN


def closed(code: str, handle: str) -> str:
    """What an owner reads of a place that is closed, with what to do."""
    return _CLOSED[code].format(handle=handle)


def failure_of(method: str, code: str, response: Mapping[str, Any], handle: str = "bridge") -> SendFailure:
    """What an answer with `"ok": false` means. `handle`: what people type after @ for the bot."""
    if method in _SEARCHES and code in _UNSEARCHABLE:
        return SearchClosed(code=code)
    if code == "missing_scope":
        return ScopeMissing(needed=_lacking(response))
    if code in _TOKEN:
        return TokenRefused(code=code)
    if code in _RATE:
        return Throttled(seconds=WAIT_SECONDS)
    if code in _UNCLEAR:
        return unclear(method, f"Slack said {code}.")
    if code in _LATER:
        return Transient(reason=_LATER[code])
    if code in _CLOSED:
        return Unreachable(reason=closed(code, handle))
    if code in _GONE:
        return Vanished()
    return Refused(reason=_told(code, response))


def _lacking(response: Mapping[str, Any]) -> str:
    """Slack names alternatives, one for each kind of place: of these, what the app asks for and was not granted."""
    needed, provided = (str(response.get(key) or "").replace(" ", "").split(",") for key in ("needed", "provided"))
    ours = [name for name in needed if name in ASKED]
    lacking = [name for name in ours if name not in provided]
    return ", ".join(lacking or ours) or str(response.get("needed") or "that it needs")


def retry_after(status: int, answer: Mapping[str, Any], headers: Mapping[str, str]) -> float | None:
    """Of a rate error: seconds until Slack listens again, from one to an hour; None for any other answer."""
    if status != 429 and answer.get("error") not in _RATE:
        return None
    told = seconds_told(headers.get("Retry-After"))
    return WAIT_SECONDS if told is None else max(1.0, told)


def unclear(method: str, reason: str) -> SendFailure:
    """After a request that may have been carried out."""
    return Uncertain(reason=reason) if method in POSTS else Transient(reason=reason)


def _told(code: str, response: Mapping[str, Any]) -> str:
    """The code with what Slack says about it, which names the block that it did not like."""
    meta = response.get("response_metadata")
    said = meta.get("messages") if isinstance(meta, Mapping) else None
    more = "; ".join(str(one) for one in said[:3]) if isinstance(said, list) else ""
    return f"{code} ({more[:300]})" if more else code
