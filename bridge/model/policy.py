"""What the organisation has chosen, as the services see it. Where it is read from is config's business."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from bridge.model.source import Outside
from bridge.model.times.calendar import DEFAULT, Schedule


@dataclass(frozen=True, slots=True)
class Policy:
    """Defaults of design.md section 8. `zone` and `language` stand in where a person's are unknown; `schedule` is what
    the first follow makes (its zone is replaced by the person's); caps are live messages an hour; handles are folded.
    """

    team: str = "Our team"
    zone: str = "UTC"
    language: str = "en"
    admins: frozenset[str] = frozenset()
    announcers: frozenset[str] = frozenset()
    announce_channels: tuple[str, ...] = ()
    retention: timedelta = timedelta(days=730)
    schedule: Schedule = DEFAULT
    digest_updates: int = 7
    digest_lines: int = 12
    channel_cap: int = 6
    direct_cap: int = 12
    attachment_bytes: int = 10 * 1024 * 1024
    attachments: int = 4
    share_emoji: tuple[str, ...] = ("📣", "mega")
    like_emoji: tuple[str, ...] = ("👍", "+1", "❤️", "heart", "🎉", "tada")
    announcement_hold: timedelta = timedelta(seconds=30)
    consent: timedelta = timedelta(hours=48)
    digest_most: int = 50
    """Updates a digest takes at most; those beyond the first few open with a button."""
    quiet_after: int = 5
    """Empty Slots in a row after which one note says that the week is quiet."""
    outside: Outside = field(default_factory=Outside)
    source_edits: bool = True
    """Whether an outside item that changes changes its copies."""
    big_channel: int = 50
    """People above which a channel's live follow needs an administrator."""

    def shares(self, emoji: str) -> bool:
        """Whether this reaction makes a message an update."""
        return bare(emoji) in map(bare, self.share_emoji)

    def likes(self, emoji: str) -> bool:
        return bare(emoji) in map(bare, self.like_emoji)


def bare(emoji: str) -> str:
    """Without colons, skin tone or variation selectors: 👍🏽, :+1::skin-tone-4: and 👍 mean the same."""
    named = emoji.strip(":").partition("::")[0]
    return "".join(c for c in named if c != "\ufe0f" and not "\U0001f3fb" <= c <= "\U0001f3ff")
