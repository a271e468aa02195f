"""What platforms tell us besides commands: one union of frozen types. Listeners build them in pure functions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from bridge.model.command import Where, Who
from bridge.model.person import Profile
from bridge.model.place import Circle
from bridge.model.post import Upload


@dataclass(frozen=True, slots=True)
class Message:
    """An ordinary message of a platform. `thread`: the message it stands under, None at the top level. `inside`: that
    thread as a place of its own, where the platform's threads are no places by themselves. `fetch`: gets its files,
    where nobody knows yet whether they are wanted; raises BadInput for what can't be taken, SendFailure."""

    where: Where
    id: str
    author: Who
    text: str
    at: datetime
    thread: str | None = None
    files: tuple[Upload, ...] = ()
    inside: Where | None = None
    fetch: Callable[[], Awaitable[tuple[Upload, ...]]] | None = field(default=None, compare=False, repr=False)

    @property
    def empty(self) -> bool:
        """Neither words nor files."""
        return not self.text.strip() and not self.files and self.fetch is None


@dataclass(frozen=True, slots=True)
class Reacted:
    """`who` put `emoji` (the Unicode character, or a platform's `:name:`) on the message `message` in `where`.

    `subject` is that message where the adapter could read it; None where it could not (or where it is our own).
    """

    key: str
    who: Who
    where: Where
    message: str
    emoji: str
    subject: Message | None = None


@dataclass(frozen=True, slots=True)
class Unreacted:
    key: str
    who: Who
    where: Where
    message: str
    emoji: str


@dataclass(frozen=True, slots=True)
class Said:
    """A message said to the bridge (in its direct messages, or with its name), or in a thread under something it sent
    or heard of. `named` False: only the latter, so that its words are no command."""

    key: str
    message: Message
    named: bool = True


@dataclass(frozen=True, slots=True)
class Edited:
    """A message we may know (a post's origin) now reads `text`. `before`: what it read until now, where the platform
    tells."""

    key: str
    where: Where
    message: str
    text: str
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Removed:
    """A message we may know is gone: a post's origin, or one of ours that somebody removed by hand."""

    key: str
    where: Where
    message: str


@dataclass(frozen=True, slots=True)
class Joined:
    """The bridge was added to a place by `who`."""

    key: str
    where: Where
    who: Who | None


@dataclass(frozen=True, slots=True)
class Left:
    """The bridge was removed from a place, or the place is closed. `why`: a sentence for whoever made it follow, with
    what to do. `gone`: it will never be open again."""

    key: str
    where: Where
    why: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True)
class HomeOpened:
    key: str
    who: Who


@dataclass(frozen=True, slots=True)
class StatusSet:
    """A person set their platform status. `until` None: no end."""

    key: str
    who: Who
    emoji: str
    text: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Profiled:
    """What the platform tells about somebody has changed."""

    key: str
    who: Who
    profile: Profile


@dataclass(frozen=True, slots=True)
class Closed:
    """An account was deactivated, or a token withdrawn (`who` None: the whole workspace)."""

    key: str
    platform: str
    workspace: str
    who: Who | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A workspace answers: the bridge got in with its token, at each start. Ends what Closed began there.

    `name`: what people call it. `circle`: told by an adapter that knows; None: the first workspace that nobody told
    about is team, later ones community. Either way an administrator may say otherwise, for good.
    """

    key: str
    platform: str
    workspace: str
    name: str = ""
    circle: Circle | None = None


Inbound = (
    Reacted | Unreacted | Said | Edited | Removed | Joined | Left | HomeOpened | StatusSet | Profiled | Closed | Opened
)
