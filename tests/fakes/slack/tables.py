"""What Slack documents about its methods: arguments, rate tiers, scopes, error codes. Written by hand from
https://docs.slack.dev/reference/methods; a test compares it with a machine-read copy where there is one.

An argument is written `name` or `name!` (required), with `:type` where it is not a string: bool, int, json (an object
or array, in a form as JSON text), list. `token` is everywhere and left out.
"""

from __future__ import annotations

from dataclasses import dataclass


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TIERS = {"t1": 1, "t2": 20, "t3": 50, "t4": 100}
"""Requests a minute, a method and a workspace (docs.slack.dev/apis/web-api/rate-limits). t5 is `special`: the fake
allows chat.postMessage once a second in a channel, and the others freely."""

COMMON_ERRORS = _words(
    """access_denied account_inactive accesslimited deprecated_endpoint ekm_access_denied enterprise_is_restricted
    fatal_error internal_error invalid_arg_name invalid_arguments invalid_array_arg invalid_auth invalid_charset
    invalid_form_data invalid_json invalid_post_type json_not_object method_deprecated missing_post_type missing_scope
    no_permission not_allowed_token_type not_authed org_login_required ratelimited request_timeout service_unavailable
    team_access_not_granted team_added_to_org token_expired token_revoked two_factor_setup_required
    unknown_method"""
)
"""Codes that the pages of all methods share; the machine-read copy leaves them out."""


@dataclass(frozen=True)
class Method:
    arguments: dict[str, tuple[bool, str]]
    """name -> (required, type)."""
    tier: str
    scopes: frozenset[str]
    """A bot needs one of them; empty: none. Which one, where there are several, depends on the kind of channel."""
    errors: frozenset[str]
    json: bool
    """Whether a JSON body is read; where not, its arguments are as if they were not there."""
    token: str = "xoxb"


def _method(tier: str, scopes: str, arguments: str, errors: str, *, json: bool = True, token: str = "xoxb") -> Method:
    read: dict[str, tuple[bool, str]] = {}
    for word in arguments.split():
        name, _, kind = word.partition(":")
        read[name.removesuffix("!")] = (name.endswith("!"), kind or "str")
    return Method(read, tier, _words(scopes), _words(errors), json, token)


_READ = "channels:read groups:read im:read mpim:read"
_HISTORY = "channels:history groups:history im:history mpim:history"
_BLOCKS = "invalid_blocks invalid_blocks_format markdown_text_conflict message_limit_exceeded no_text"
_POSTED = "link_names:bool markdown_text metadata:json parse text"

METHODS: dict[str, Method] = {
    "apps.connections.open": _method(
        "t3", "", "", "forbidden_team insecure_request internal_error invalid_auth missing_args", token="xapp"
    ),
    "auth.revoke": _method("t3", "", "test:bool", "internal_error not_bearer_token", json=False),
    "auth.test": _method("t5", "", "", "internal_error invalid_auth"),
    "chat.delete": _method(
        "t3", "chat:write", "channel! ts! as_user:bool", "cant_delete_message channel_not_found message_not_found"
    ),
    "chat.getPermalink": _method("t5", "", "channel! message_ts!", "channel_not_found message_not_found", json=False),
    "chat.postEphemeral": _method(
        "t4",
        "chat:write",
        f"channel! user! as_user:bool attachments:json blocks:json icon_emoji icon_url thread_ts username {_POSTED}",
        f"channel_not_found {_BLOCKS} is_archived messages_tab_disabled msg_too_long restricted_action "
        "too_many_attachments user_not_in_channel not_in_channel invalid_attachments cannot_reply_to_message",
    ),
    "chat.postMessage": _method(
        "t5",
        "chat:write",
        "channel! as_user:bool attachments:json blocks:json current_draft_last_updated_ts icon_emoji icon_url "
        f"mrkdwn:bool reply_broadcast:bool thread_ts unfurl_links:bool unfurl_media:bool username {_POSTED}",
        f"""{_BLOCKS} app_access_restricted as_user_not_supported channel_not_found draft_already_deleted
        draft_already_sent draft_has_conflict draft_not_found duplicate_channel_not_found duplicate_message_not_found
        ekm_access_denied invalid_metadata_format invalid_metadata_schema is_archived messages_tab_disabled
        metadata_must_be_sent_from_app metadata_too_large msg_blocks_too_long not_in_channel rate_limited
        restricted_action restricted_action_non_threadable_channel restricted_action_read_only_channel
        restricted_action_thread_locked restricted_action_thread_only_channel send_on_behalf_not_allowed
        slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked
        slack_connect_lists_sharing_blocked team_not_found too_many_attachments too_many_contact_cards
        cannot_reply_to_message missing_file_data attachment_payload_limit_exceeded""",
    ),
    "chat.update": _method(
        "t3",
        "chat:write",
        "channel! ts! as_user:bool attachments:json unfurled_attachments:json blocks:json reply_broadcast:bool "
        f"file_ids:list {_POSTED}",
        f"""{_BLOCKS} as_user_not_supported blocked_file_type block_mismatch cant_broadcast_message
        cant_update_message channel_not_found edit_window_closed external_channel_migrating file_deleted
        file_is_deleted file_not_found file_share_limit_reached invalid_attachments invalid_metadata_format
        invalid_metadata_schema is_inactive max_file_sharing_exceeded message_not_found
        metadata_must_be_sent_from_app metadata_too_large msg_too_long no_dual_broadcast_content_update
        posting_to_channel_denied slack_connect_blocked_file_type slack_connect_canvas_sharing_blocked
        slack_connect_clip_sharing_blocked slack_connect_file_link_sharing_blocked
        slack_connect_file_upload_sharing_blocked streaming_state_conflict team_not_found too_many_attachments
        unable_to_share_files update_failed""",
    ),
    "conversations.history": _method(
        "t3",
        _HISTORY,
        "channel! cursor include_all_metadata:bool inclusive:bool latest limit:int oldest",
        "channel_is_limited_access channel_not_found invalid_cursor invalid_metadata_filter_keys invalid_ts_latest "
        "invalid_ts_oldest not_in_channel",
    ),
    "conversations.info": _method(
        "t3",
        _READ,
        "channel! include_locale:bool include_num_members:bool",
        "channel_is_limited_access channel_not_found missing_scope",
        json=False,
    ),
    "conversations.join": _method(
        "t3",
        "channels:join",
        "channel!",
        "channel_is_limited_access channel_not_found is_archived method_not_supported_for_channel_type missing_scope "
        "too_many_members",
    ),
    "conversations.list": _method(
        "t2",
        _READ,
        "cursor exclude_archived:bool limit:int team_id types",
        "invalid_cursor invalid_limit invalid_types method_not_supported_for_channel_type missing_argument "
        "missing_scope",
        json=False,
    ),
    "conversations.members": _method(
        "t4",
        _READ,
        "channel! cursor limit:int",
        "channel_not_found fetch_members_failed invalid_cursor invalid_limit method_not_supported_for_channel_type "
        "missing_scope",
        json=False,
    ),
    "conversations.open": _method(
        "t3",
        "channels:manage groups:write im:write mpim:write",
        "channel return_im:bool users prevent_creation:bool",
        "channel_not_found invalid_user_combination method_not_supported_for_channel_type missing_scope "
        "not_enough_users too_many_users user_disabled user_not_found user_not_visible users_list_not_supplied",
    ),
    "conversations.replies": _method(
        "t3",
        _HISTORY,
        "channel! ts! cursor include_all_metadata:bool inclusive:bool latest limit:int oldest",
        "channel_not_found invalid_cursor invalid_metadata_filter_keys invalid_ts_latest invalid_ts_oldest "
        "missing_scope thread_not_found method_not_supported_for_channel_type list_record_comment_fetch_failed",
        json=False,
    ),
    "emoji.list": _method(
        "t2", "emoji:read", "include_categories:bool", "invalid_arguments unable_to_fetch_custom_emojis", json=False
    ),
    "files.completeUploadExternal": _method(
        "t4",
        "files:write",
        "files!:list channel_id thread_ts channels initial_comment blocks:json username icon_url icon_emoji",
        "access_denied channel_not_found file_not_found file_update_failed invalid_blocks invalid_channel "
        "not_in_channel posting_to_channel_denied channels_limit_exceeded file_type_not_allowed "
        "file_uploads_except_images_disabled",
    ),
    "files.getUploadURLExternal": _method(
        "t4",
        "files:write",
        "length!:int filename! snippet_type alt_txt",
        "alt_txt_too_large file_upload_size_restricted file_uploads_disabled missing_argument snippet_too_large "
        "storage_limit_reached unknown_snippet_type unknown_subtype file_type_not_allowed "
        "file_uploads_except_images_disabled",
        json=False,
    ),
    "files.info": _method(
        "t4",
        "files:read",
        "file! count:int cursor limit:int page:int",
        "access_denied file_deleted file_not_found canvas_globally_disabled canvas_disabled_user_team "
        "canvas_disabled_file_team not_visible template_not_visible slack_connect_canvas_sharing_blocked",
        json=False,
    ),
    "reactions.add": _method(
        "t3",
        "reactions:write",
        "channel! name! timestamp!",
        "already_reacted bad_timestamp channel_not_found external_channel_migrating invalid_name is_archived "
        "message_not_found no_item_specified not_reactable thread_locked too_many_emoji too_many_reactions no_access",
    ),
    "reactions.get": _method(
        "t3",
        "reactions:read",
        "channel file file_comment full:bool timestamp",
        "bad_timestamp channel_not_found file_comment_not_found file_not_found message_not_found no_item_specified",
        json=False,
    ),
    "reactions.remove": _method(
        "t2",
        "reactions:write",
        "name! file file_comment channel timestamp",
        "bad_timestamp channel_not_found external_channel_migrating file_not_found file_comment_not_found "
        "invalid_name message_not_found no_item_specified no_access no_reaction thread_locked",
    ),
    "team.info": _method(
        "t3",
        "team:read",
        "domain team",
        "enterprise_not_found fail_to_get_teams_for_restricted_user missing_user org_not_found team_not_found "
        "team_not_on_enterprise user_not_found",
    ),
    "usergroups.list": _method(
        "t2",
        "usergroups:read",
        "include_count:bool include_disabled:bool include_users:bool team_id",
        "missing_argument plan_upgrade_required invalid_cursor users_not_found invalid_team",
        json=False,
    ),
    "usergroups.users.list": _method(
        "t2",
        "usergroups:read",
        "usergroup! include_disabled:bool team_id",
        "no_such_subteam plan_upgrade_required invalid_cursor",
        json=False,
    ),
    "users.conversations": _method(
        "t3",
        _READ,
        "cursor exclude_archived:bool exclude_muted:bool limit:int team_id types user",
        "invalid_cursor invalid_limit invalid_types method_not_supported_for_channel_type missing_argument "
        "missing_scope",
        json=False,
    ),
    "users.info": _method(
        "t4", "users:read", "user! include_locale:bool", "too_many_users user_not_found user_not_visible", json=False
    ),
    "users.list": _method(
        "t2",
        "users:read",
        "cursor include_locale:bool limit:int team_id",
        "invalid_cursor limit_required missing_argument",
        json=False,
    ),
    "users.lookupByEmail": _method(
        "t3", "users:read.email", "email!", "enterprise_is_restricted users_not_found", json=False
    ),
    "users.profile.get": _method(
        "t4",
        "users.profile:read",
        "include_labels:bool user",
        "user_not_found token_revoked ratelimited",
        json=False,
    ),
    "views.open": _method(
        "t4",
        "",
        "view!:json trigger_id interactivity_pointer",
        "duplicate_external_id exchanged_trigger_id expired_trigger_id invalid_trigger_id view_too_large",
    ),
    "views.publish": _method(
        "t4",
        "",
        "user_id! view!:json hash interactivity_pointer",
        "duplicate_external_id hash_conflict missing_profile_id not_allowed_token_type not_enabled not_implemented "
        "view_too_large",
    ),
    "views.push": _method(
        "t4",
        "",
        "view!:json trigger_id interactivity_pointer",
        "duplicate_external_id exchanged_trigger_id expired_trigger_id invalid_trigger_id not_found "
        "push_limit_reached view_too_large",
    ),
    "views.update": _method(
        "t4",
        "",
        "view!:json view_id external_id hash",
        "duplicate_external_id hash_conflict not_found view_too_large",
    ),
}

NOT_PLAYED = frozenset({"chat.scheduleMessage", "oauth.v2.access", "users.profile.set"})
"""Documented, and answered with unknown_method here: a bridge sends at its own times, is installed by token pairs and
has no user tokens."""

UNDOCUMENTED: dict[str, frozenset[str]] = {
    "chat.postMessage": frozenset({"cannot_dm_bot", "user_not_found", "msg_too_long"}),
    "conversations.open": frozenset({"cannot_dm_bot"}),
    "chat.postEphemeral": frozenset({"user_not_found", "msg_blocks_too_long"}),
    "chat.update": frozenset({"msg_blocks_too_long"}),
    "conversations.replies": frozenset({"not_in_channel"}),
    "views.publish": frozenset({"user_not_found"}),
    "reactions.add": frozenset({"not_in_channel"}),
    "files.completeUploadExternal": frozenset({"invalid_thread_ts"}),
}
"""Codes that people report from the real service and the pages leave out."""

ALL_SCOPES = _words(
    """app_mentions:read channels:history channels:join channels:read chat:write chat:write.public commands emoji:read
    files:read files:write groups:history groups:read im:history im:read im:write mpim:history mpim:read mpim:write
    reactions:read reactions:write team:read usergroups:read users.profile:read users:read users:read.email"""
)
"""Scopes of a bot that has everything a bridge could ask for."""

EVENTS: dict[str, str] = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "app_mention": "app_mentions:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "member_joined_channel": "channels:read|groups:read",
    "member_left_channel": "channels:read|groups:read",
    "channel_left": "channels:read",
    "channel_archive": "channels:read",
    "channel_unarchive": "channels:read",
    "channel_deleted": "channels:read",
    "channel_rename": "channels:read",
    "channel_shared": "channels:read|groups:read",
    "channel_unshared": "channels:read|groups:read",
    "channel_id_changed": "channels:read|groups:read",
    "group_left": "groups:read",
    "group_archive": "groups:read",
    "group_unarchive": "groups:read",
    "group_deleted": "groups:read",
    "group_rename": "groups:read",
    "app_home_opened": "",
    "user_status_changed": "users:read",
    "user_profile_changed": "users:read",
    "user_change": "users:read",
    "team_join": "users:read",
    "emoji_changed": "emoji:read",
    "tokens_revoked": "",
    "app_uninstalled": "",
}
"""Subscription -> the scope it needs (either of two), "" for none."""
