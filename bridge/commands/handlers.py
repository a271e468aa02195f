"""Which handler a verb has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bridge.commands import (
    audiences,
    digests,
    explain,
    following,
    looking,
    people,
    questions,
    settings,
    sharing,
    sieves,
    sources,
)
from bridge.commands.asking import Ask
from bridge.model.command import Reply

Handler = Callable[[Ask], Awaitable[Reply]]

HANDLERS: dict[str, Handler] = {
    "status": sharing.status,
    "edit": sharing.edit,
    "delete": sharing.delete,
    "reply": sharing.reply,
    "reshare": sharing.reshare,
    "announce": sharing.announce,
    "audience": audiences.audience,
    "got-it": sharing.got_it,
    "reply-yes": questions.reply_yes,
    "reply-no": questions.reply_no,
    "reply-which": questions.reply_which,
    "reply-always": questions.reply_always,
    "reply-stop": questions.reply_stop,
    "not-now": questions.not_now,
    "share-yes": sharing.share_yes,
    "share-no": sharing.share_no,
    "share-never": sharing.share_never,
    "follow": sources.follow,
    "unfollow": following.unfollow,
    "following": following.following,
    "followers": following.followers,
    "mute": following.mute,
    "unmute": following.unmute,
    "stop": following.stop,
    "resume": following.resume,
    "timeline": looking.timeline,
    "catchup": looking.catchup,
    "show-more": looking.show_more,
    "why": explain.why,
    "link": looking.link,
    "sources": sources.sources,
    "filter": sieves.filter,
    "track": sieves.track,
    "take": sieves.take,
    "done": sieves.done,
    "drop": sieves.drop,
    "digest": digests.digest,
    "who": people.who,
    "profile": people.profile,
    "settings": settings.settings,
    "samples": people.samples,
    "help": explain.help,
}
"""One for each verb of the command table."""
