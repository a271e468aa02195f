"""What can go wrong, as values.

A class's docstring is its default message: a sentence of the catalogue with `{named}` places, said to a person by
`words.say(error.template, **error.params)`. Nobody reads a class name.

    BridgeError
    ├── BadInput              a person typed something we cannot do; they get one sentence and their text back
    │   └── (one class a mistake, below)
    ├── StoreError            the database said no
    │   ├── StoreBusy         somebody else holds it; try again
    │   ├── StoreFull         the disk is full
    │   ├── StoreReadOnly     the file or folder cannot be written
    │   ├── StoreOwned        another process owns the file
    │   ├── StoreMissing      there is no database where one was to be read
    │   ├── StoreDamaged      the file is no database, or a broken one
    │   ├── StoreOlder        the schema is older than this program
    │   └── StoreNewer        the schema is newer than this program
    ├── MoveError             a bridge could not be moved to another database; where it went nothing was kept
    ├── ConfigError           bridge.toml or the environment is wrong
    ├── SourceFailure         something outside could not be read; what follows is services/outside/looking.py's
    │   ├── SourceGone        it is gone for good (410)
    │   ├── SourceThrottled   it asks us to come back after `seconds`
    │   └── (one class a reason, below)
    └── SendFailure           a platform did not do what was asked; `delivery.decide` says what follows
        ├── Throttled         come back after `seconds`: the platform said so
        │   └── NotYet        the same, but we said so ourselves: nothing was asked
        ├── Refused           this message will never be taken (poison)
        ├── Unreachable       this place is gone or closed to us
        ├── Transient         did certainly not happen; try again
        └── Uncertain         may have happened
"""

from __future__ import annotations

from typing import ClassVar

from bridge.model.pace.told import Hint


class BridgeError(Exception):
    """Something went wrong here. It was written to the log; please try again."""

    template: ClassVar[str] = "Something went wrong here. It was written to the log; please try again."

    def __init_subclass__(cls) -> None:
        if cls.__doc__:
            cls.template = " ".join(cls.__doc__.split())

    def __init__(self, **params: object) -> None:
        self.params = params
        super().__init__(self.english())

    def english(self) -> str:
        """The sentence in English, for logs and terminals."""
        try:
            return self.template.format(**self.params)
        except (KeyError, IndexError):
            return self.template


FILES = "files"
"""Where a mistake is about the files that came along."""


class BadInput(BridgeError):
    """I can't do that."""

    field: str = ""
    """The field of a form that it is about, or FILES; "" stands for its first."""


class TimeUnknown(BadInput):
    """That time doesn't exist: {typed}. Try {example}."""


class DateUnknown(BadInput):
    """That date doesn't exist: {typed}. Try {example}."""


class ZoneUnknown(BadInput):
    """I know no time zone “{typed}”. Did you mean {nearest}?"""


class DatePast(BadInput):
    """That's already past: {typed}. Try {example}."""


class DateAhead(BadInput):
    """That's still to come: {typed}. Try {example}."""


class DateFar(BadInput):
    """That's too far away: {typed}. Try {example}."""


class SpanUnknown(BadInput):
    """“{typed}” can't be used as a length of time: it goes from a minute to a year. Try {example}."""


class WhenUnclear(BadInput):
    """I can't read “{typed}” as a day or a time. Try {example}."""


class ScheduleUnclear(BadInput):
    """I can't read “{typed}” as days and times. Try {example}."""


class TimesTooMany(BadInput):
    """That's {count} times a day, and {limit} is the most. Try {example}."""


class HoursUnclear(BadInput):
    """I can't read “{typed}” as quiet hours. Try {example}, or off."""


class DaysUnclear(BadInput):
    """I can't read “{typed}” as days of the week. Try {example}."""


class NothingToSay(BadInput):
    """There's nothing to share yet. Write your update after the command."""


class NothingLeft(BadInput):
    """Nothing would be left of ~{number}. Write its new words, or delete it."""


class TooLong(BadInput):
    """That's too long by {over}: an update has at most {limit} characters."""


class LineTooLong(BadInput):
    """That's too long by {over}: a message has at most {limit} characters."""


class TooManyTags(BadInput):
    """That's {count} tags: an update has at most {limit}. Keep the ones people would follow."""


class FileEmpty(BadInput):
    """The file {name} is empty. Attach it again."""

    field = FILES


class FileTooBig(BadInput):
    """The file {name} is too big: an attachment has at most {limit} MB."""

    field = FILES


class FileLies(BadInput):
    """The file {name} isn't what its name says. Rename it, or attach the real picture."""

    field = FILES


class TooManyFiles(BadInput):
    """That's {count} attachments: an update has at most {limit}."""

    field = FILES


class NotYours(BadInput):
    """~{number} isn't your update, so you can't change it. You can reply to it."""


class PostUnknown(BadInput):
    """I can't find the update {typed}. Name one by the number that stands on it, by “last”, or by a link to it."""


class PostUnnamed(BadInput):
    """Which update? Name it by its number (~1042), by “last”, or by a link to it, for example {example}."""


class PostNone(BadInput):
    """There is no update yet that “last” could mean."""


class MeantForSome(BadInput):
    """~{number} is meant for some only, so it can't be passed on. You can reply to it."""


class OnlyForSome(BadInput):
    """A reply or a reshare is seen by whoever sees the first update. Change the audience there."""


class HandleTaken(BadInput):
    """The name @{handle} is taken. Try another."""


class HereNeedsChannel(BadInput):
    """“here” is for channels. Type it in the channel that should follow."""


class HereForbidden(BadInput):
    """Only full members of the team can change what a channel follows."""


class NeedsAdmin(BadInput):
    """“{what}” brings a lot into this channel, so whoever created it or an administrator has to do it. Anybody can
    follow a person or a #tag here by digest."""


class NotInside(BadInput):
    """I can't see this channel yet. Type {typed} here, then do it again."""


class NotReached(BadInput):
    """I couldn't get into this channel just now. Nothing was changed; please try again in a moment."""


class PersonUnknown(BadInput):
    """I know nobody called {typed}. Try {nearest}."""


class NotSomebody(BadInput):
    """{name} is a source from outside, nobody here. Try {example}."""


class SubjectUnknown(BadInput):
    """I don't know what “{typed}” means. Name a person, a #tag or everyone, for example {example}."""


class SubjectUnnamed(BadInput):
    """Whom or what? Name a person, a #tag or everyone, for example {example}."""


class AudienceUnknown(BadInput):
    """I don't know the audience “{typed}”. Try {example}, to:followers, to:public or to:me."""


class AudienceSpaced(BadInput):
    """Nothing was shared: write who may see it without a space, like {example}."""


class AudienceTwice(BadInput):
    """Your words say {typed}, and you chose something else here. Choose again, or take it out of your words."""

    field = "audience"


class AudienceInherited(BadInput):
    """A reply or a reshare is seen by whoever sees the first update. Write it without “{typed}”."""


class AudienceApart(BadInput):
    """An edit changes the words alone. Write them without “{typed}”, and use Audience to change who may see them."""


class AnnouncedToAll(BadInput):
    """An announcement goes to the whole team. Write it without “{typed}”, or share it as an update instead."""


class OneAtATime(BadInput):
    """One at a time: I can't take “{typed}” along. Try {example}."""


class OnlyYours(BadInput):
    """I can't do anything with “{typed}”: this shows only your own. Try {example}."""


class NeedsAnnouncer(BadInput):
    """Announcing is for those your administrator named. You can share it as an update instead."""


class NotFollowed(BadInput):
    """{subject} isn't followed. {see} shows what is."""


class SelfFollow(BadInput):
    """That's you. Your own updates are in your timeline already."""


class DigestUnknown(BadInput):
    """I can't find that digest any more. Your timeline has everything."""


class LinkNone(BadInput):
    """~{number} stands in no channel that you can open, so there is no link to it. Everybody can call it ~{number}."""


class SettingUnknown(BadInput):
    """There is no setting “{typed}”. You can set {settings}."""


class ValueUnknown(BadInput):
    """“{typed}” isn't a value of {setting}. It can be: {choices}."""


class TitleTooLong(BadInput):
    """That's too long by {over}: what you do fits into {limit} characters."""


class SamplesForAlone(BadInput):
    """Sample colleagues are for trying things out alone. Here, only an administrator can bring them."""


class TakenBack(BadInput):
    """That message was shared before and taken back. To share it again, write it anew."""


class AudienceMoved(BadInput):
    """Others than before can see ~{number} by now, so your answer wasn't sent."""


class StatusForAll(BadInput):
    """Your status wasn't shared: everybody can see it, so “{typed}” can't hold. Try {example}."""


class RequestOver(BadInput):
    """That question is no longer open. You can always share it yourself as an update."""


class FilterEmpty(BadInput):
    """“{word}” needs words behind it. Try {example}."""


class FilterUnknown(BadInput):
    """I don't know “{typed}” in a filter. Did you mean {nearest}?"""


class FilterUnclear(BadInput):
    """I can't read “{typed}” as a phrase to look for. Try {example}."""


class FilterLanguage(BadInput):
    """I know no language “{typed}”. Write its two letters, for example {example}."""


class FilterOpen(BadInput):
    """A quotation mark isn't closed: {typed}. Write it like {example}."""


class FilterWordless(BadInput):
    """There's no word in “{typed}” that I could look for. Try {example}."""


class FilterClash(BadInput):
    """“{typed}” can't be both wanted and unwanted. Try {example}."""


class TrackedEmpty(BadInput):
    """What should I look for? Write the words, for example {example}."""


class FilterTooLong(BadInput):
    """That's too long by {over}: a filter has at most {limit} characters."""


class FilterTooMany(BadInput):
    """That's {count} phrases: a filter has at most {limit}."""


class StoreError(BridgeError):
    """The database didn't answer. Nothing was lost; please try again in a moment."""


class StoreBusy(StoreError):
    """The database is busy. Nothing was lost; please try again in a moment."""


class StoreFull(StoreError):
    """The disk is full, so nothing new can be saved. Your text is below; please tell your administrator."""


class StoreReadOnly(StoreError):
    """The database can't be written: {path} is read-only. Make it writable for this user."""


class StoreOwned(StoreError):
    """Another bridge already runs on {path}. Stop it first, or give this one another database."""


class StoreMissing(StoreError):
    """There is no database at {path} yet. Start Bridge once, or check the path."""


class StoreDamaged(StoreError):
    """The database {path} is damaged or is no database of Bridge ({detail}). Restore a backup."""


class StoreOlder(StoreError):
    """The database is at schema {found}, this Bridge needs {wanted}. Run: bridge db upgrade"""


class StoreNewer(StoreError):
    """The database comes from a newer Bridge (schema {found}). Run that version, or restore a backup."""


class DeliveryUnknown(BadInput):
    """There is no buried delivery {id}. `bridge deliveries list` shows those there are."""


class StateUnknown(BadInput):
    """There is no state “{typed}”. There are: {choices}."""


class WorkspaceUnknown(BadInput):
    """There is no workspace “{typed}”. There are: {choices}."""


class WorkspaceUnclear(BadInput):
    """There are several workspaces “{typed}”. Say which: {choices}."""


class WorkspaceNone(BadInput):
    """No workspace has connected yet. Start the bridge first: bridge run"""


class FolderMissing(BadInput):
    """There is no folder {path}. Make it first, or choose another."""


class FileThere(BadInput):
    """There is already a file at {path}, and nothing is overwritten. Choose another name."""


class FileUnread(BadInput):
    """{path} can't be read: {reason}."""


class FileUnwritten(BadInput):
    """{path} can't be written: {reason}."""


class BackupThere(BadInput):
    """There is already a file at {path}, and a backup never overwrites one. Choose another name."""


class BackupElsewhere(BadInput):
    """PostgreSQL makes its own backups. Run: {command}"""


class MoveError(BridgeError):
    """The move broke off, and {target} is as it was before: {detail}."""


class MoveNowhere(MoveError):
    """Say once where to: --to postgresql://user@host/name, --to-file FILE, or BRIDGE_MOVE_TO in the environment."""


class MoveElsewhere(MoveError):
    """A bridge can be moved to PostgreSQL only. Write an address like postgresql://user@host/name."""


class MoveFromElsewhere(MoveError):
    """This bridge keeps its data in PostgreSQL already. pg_dump and pg_restore move it to another server."""


class MoveRunning(MoveError):
    """A bridge runs on {path}. Stop it first: what it writes during the move would be left behind."""


class MoveUnreached(MoveError):
    """PostgreSQL at {server} didn't let us in: {detail}. Nothing was changed."""


class MoveCrowded(MoveError):
    """Somebody else is at work in {target}. Stop the bridges there, or wait until that is done. Nothing was changed."""


class MoveFilled(MoveError):
    """{target} is not empty: there are rows in {tables}. Move into a new, empty database. Nothing was changed."""


class MoveDone(MoveError):
    """This bridge was moved to {target} before: set BRIDGE_STORE__URL to it and start. To move it anew, empty that
    database first. Nothing was changed."""


class MoveForeign(MoveError):
    """{target} has tables of something else with names of ours ({tables}). Move into a new, empty database. Nothing was
    changed."""


class MoveNewer(MoveError):
    """{target} comes from a newer Bridge or from something else (schema {found}). Move into a new, empty database.
    Nothing was changed."""


class MoveEncoding(MoveError):
    """{target} keeps its text in {encoding}, and people write in all scripts. Make a new one: createdb --encoding=UTF8
    --template=template0 NAME. Nothing was changed."""


class MoveDiffers(MoveError):
    """What arrived in {target} is not what was sent ({tables}), so nothing was kept there. Look for a trigger or rule
    that changes rows, then move again."""


class MoveUnsure(MoveError):
    """The connection broke at the very end, so {target} may have all of it or nothing. Run the same command again: it
    says so if all was kept, and moves if not."""


class ConfigError(BridgeError):
    """The configuration is wrong: {problem}"""


class SendFailure(BridgeError):
    """The platform didn't take the message: {reason}"""

    hint: Hint = Hint()
    """What the answer told of limits, where there was one."""


class Throttled(SendFailure):
    """The platform asked us to wait {seconds} s."""


class NotYet(Throttled):
    """It's not this request's turn for another {seconds} s."""


class Refused(SendFailure):
    """The platform will never take this message: {reason}"""


class Unreachable(SendFailure):
    """This place can't be reached: {reason}"""


class Transient(SendFailure):
    """The platform couldn't be reached just now: {reason}"""


class Vanished(SendFailure):
    """The message is no longer there."""


class Uncertain(SendFailure):
    """The platform may or may not have taken the message: {reason}"""


class OpmlUnreadable(BadInput):
    """That is no list of feeds: an OPML file is expected, of at most 5 MB."""


class OpmlTooLong(BadInput):
    """That list has {count} feeds, and at most {most} are taken at once. Divide it."""


class FollowerUnknown(BadInput):
    """I know nobody, and no channel, called “{typed}”. Whoever follows has used Bridge before; a channel has Bridge in
    it."""


class ChannelUnclear(BadInput):
    """There are several channels “{typed}”. Say which: {choices}."""


class AlreadyTaken(BadInput):
    """{who} was quicker, and is on it."""


class OnlyTeam(BadInput):
    """That is for the team."""


class FilterUnnamed(BadInput):
    """Say what the filter is for. Try {example}."""


class SourceUnread(BadInput):
    """I can't follow {typed}: {why}"""


class SourceInside(SourceUnread):
    """I can't follow {typed}: {host} is inside a network, or asked at an unusual port. Where that is meant, put it into
    bridge.toml and start anew: [sources] allowed = ["{allowed}"]"""


class SourceElsewhere(BadInput):
    """“{typed}” is no address that I can follow: one begins with https:// and holds no password."""


class SourceUnknown(BadInput):
    """I know no source “{typed}” here. {example} lists yours."""


class SourceUnnamed(BadInput):
    """Say pause or resume, and which source. Try {example}."""


class NotTracked(BadInput):
    """{typed} isn't looked for. {see} shows what is, and looks for more."""


class SourceNotYours(BadInput):
    """Only whoever brought {source} here can do that, or an administrator. You can unfollow it."""


class SourceFailure(BridgeError):
    """It could not be read."""


class SourceGone(SourceFailure):
    """It is gone for good: {host} says so."""


class SourceMoved(SourceFailure):
    """It moved to {to}, which is followed already."""


class SourceThrottled(SourceFailure):
    """{host} asks for patience."""

    def __init__(self, *, seconds: float, **params: object) -> None:
        self.seconds = seconds
        super().__init__(**params)


class SourceUnreachable(SourceFailure):
    """{host} can't be reached."""


class SourceSlow(SourceFailure):
    """{host} took too long to answer."""


class SourceAnswered(SourceFailure):
    """{host} answered {status}."""


class SourceMissing(SourceFailure):
    """There is nothing at that address: {host} says so."""


class SourceLocked(SourceFailure):
    """{host} shows that only to those it knows."""


class SourceTooBig(SourceFailure):
    """What {host} sends is too big."""


class SourceStrange(SourceFailure):
    """What {host} sends is nothing that can be followed."""


class SourceFeedless(SourceStrange):
    """I find no feed at {host}. If there is one, its own address would help."""


class SourceForbidden(SourceFailure):
    """That address leads to a place inside a network, or to one that may not be asked."""


class SourceNotAllowed(SourceForbidden):
    """{host} is inside a network, or asked at an unusual port. Whoever runs Bridge can allow it in bridge.toml."""


class SourceRound(SourceFailure):
    """{host} sends from one address to the next without end."""
