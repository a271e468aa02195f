"""The command table: every verb, its parameters in typing order, and examples that work when pasted.

What a verb does is its handler's affair, in bridge/commands. A parameter's value stands in the line just as typed:
an audience as `to:@ana,@li`, a mute's end as `2d` or `until fri`.
"""

from __future__ import annotations

from difflib import get_close_matches

from bridge.model.behind import HIDDEN, POST, TO
from bridge.model.command import Param, ParamKind, Verb
from bridge.model.say import N_

_FILES = Param(N_("files"), ParamKind.FILES, N_("up to four pictures, videos or files"))
_SUBJECT = Param(N_("whom"), ParamKind.SUBJECT, N_("a person, a #tag, a source, an update or everyone"), required=True)
_WHOM = Param(N_("whom"), ParamKind.SUBJECT, N_("a person, a #tag, an update, everyone or an address"), required=True)
_HERE = Param(N_("here"), ParamKind.HERE, N_("for this channel instead of you"))


def _text(words: str, required: bool = False) -> Param:
    return Param(N_("text"), ParamKind.TEXT, words, required)


TABLE: tuple[Verb, ...] = (
    Verb(
        "status",
        N_("Shares an update with the team."),
        (TO, _text(N_("your update, with #tags, @names and links; until fri lets it end")), _FILES),
        (
            "status Shipping v2 today #release",
            "status Graz office until fri",
            "status to:me Ask Li about the importer",
        ),
    ),
    Verb(
        "edit",
        N_("Changes an update of yours, everywhere it stands."),
        (POST, _text(N_("the new words; without them a form opens"))),
        ("edit last Shipping v2 tomorrow", "edit ~1042 Shipping v2 tomorrow"),
    ),
    Verb(
        "delete",
        N_("Takes an update of yours back, everywhere it stands."),
        (POST,),
        ("delete last", "delete ~1042"),
    ),
    Verb(
        "reply",
        N_("Answers an update. Whoever can see that one sees the answer."),
        (POST, _text(N_("your answer; without it a form opens")), _FILES),
        ("reply ~1042 congrats", "reply last I can help on Friday"),
    ),
    Verb(
        "reshare",
        N_("Passes an update on to your followers, never to more people than may see it."),
        (POST, _text(N_("a comment"))),
        ("reshare ~1042", "reshare last Worth a read"),
    ),
    Verb(
        "follow",
        N_("Brings you somebody's updates, in your digest or at once."),
        (_WHOM, Param(N_("how"), ParamKind.CADENCE, N_("digest (or nothing) or live")), _HERE),
        ("follow @ana", "follow #release live", "follow everyone digest here", "follow https://blog.example.org"),
    ),
    Verb(
        "unfollow",
        N_("Stops bringing those updates."),
        (_SUBJECT, _HERE),
        ("unfollow @ana", "unfollow #release here"),
    ),
    Verb(
        "filter",
        N_("Lets only some of what you follow through; test shows what that would be."),
        (
            _SUBJECT,
            Param(
                N_("filter"),
                ParamKind.TEXT,
                N_('only a,"b c" · not d · lang:de · no:boosts · no:replies · with:media · off'),
            ),
            _HERE,
        ),
        ("filter #release not beta", "filter test #release", "filter #release off"),
    ),
    Verb(
        "track",
        N_("Looks for words in everything, and brings what has them at once."),
        (
            Param(N_("words"), ParamKind.TEXT, N_('words or a "phrase", and not what to leave out')),
            Param(N_("how"), ParamKind.CADENCE, N_("live (or nothing) or digest")),
            _HERE,
        ),
        ('track "our product" not hiring', 'track "our product" digest', "track"),
    ),
    Verb("following", N_("Shows whom you follow."), (_HERE,), ("following", "following here")),
    Verb(
        "sources",
        N_("Shows what comes from outside, and how it is."),
        (Param(N_("what"), ParamKind.TEXT, N_("pause or resume, and which one")), _HERE),
        ("sources", "sources here"),
    ),
    Verb("followers", N_("Shows who follows you."), (), ("followers",)),
    Verb(
        "timeline",
        N_("Shows updates, newest first."),
        (
            Param(N_("whom"), ParamKind.SUBJECT, N_("whose: a person, a #tag or everyone; else whom you follow")),
            Param(N_("here"), ParamKind.HERE, N_("what this channel follows")),
        ),
        ("timeline", "timeline everyone", "timeline #release", "timeline here"),
    ),
    Verb(
        "catchup",
        N_("Shows what you missed."),
        (Param(N_("since"), ParamKind.WHEN, N_("from when on: since mon, since yesterday, since 9:00")),),
        ("catchup", "catchup since mon"),
    ),
    Verb(
        "digest",
        N_("Says when your digest comes, and changes it."),
        (
            Param(
                N_("schedule"),
                ParamKind.SCHEDULE,
                N_("days, times and a zone; or now, preview, pause until 12 May, resume, off"),
            ),
            _HERE,
        ),
        (
            "digest weekdays 09:00 Europe/Vienna",
            "digest daily 9 here",
            "digest now",
            "digest preview",
            "digest pause until 12 May",
            "digest resume",
            "digest off",
        ),
    ),
    Verb(
        "mute",
        N_("Keeps somebody's updates away from you. Only you know."),
        (_SUBJECT, Param(N_("until"), ParamKind.WHEN, N_("for how long: 2d, 1w, until fri; else until you unmute"))),
        ("mute @ana 2d", "mute #standup"),
    ),
    Verb("unmute", N_("Lets muted updates through again."), (_SUBJECT,), ("unmute @ana", "unmute #standup")),
    Verb(
        "announce",
        N_("Tells the whole team something important. For announcers."),
        (_text(N_("the announcement")), _FILES),
        ("announce We won the Graz tender. More to come.",),
    ),
    Verb(
        "profile",
        N_("Says what you do, on your card."),
        (_text(N_("what you do, in a few words")),),
        ("profile Release captain, Graz",),
    ),
    Verb(
        "settings",
        N_("Shows your settings, and changes them."),
        (
            Param(N_("setting"), ParamKind.SETTING, N_("zone, language, quiet, days, mentions, replies or ask")),
            _text(N_("its new value")),
        ),
        (
            "settings",
            "settings zone Europe/Vienna",
            "settings language en",
            "settings quiet 18:00-08:00",
            "settings days mon-fri",
            "settings mentions digest",
            "settings replies ask",
            "settings ask off",
        ),
    ),
    Verb(
        "who",
        N_("Shows who somebody is; without a name, people to follow."),
        (Param(N_("person"), ParamKind.PERSON, N_("a name or a handle")),),
        ("who ana", "who"),
    ),
    Verb(
        "why",
        N_("Says why an update came to you, or why it didn't."),
        (POST, _HERE),
        ("why ~1042", "why last"),
    ),
    Verb(
        "help",
        N_("Explains what you can type."),
        (Param(N_("command"), ParamKind.VERB, N_("which command, or more for all of them")),),
        ("help", "help follow", "help more"),
    ),
    Verb(
        "resume",
        N_("Lets updates come to this channel again."),
        (Param(N_("here"), ParamKind.HERE, N_("this channel"), required=True),),
        ("resume here",),
    ),
    *HIDDEN,
)

ALIASES = {
    "post": "status",
    "share": "status",
    "rm": "delete",
    "undo": "delete",
    "feed": "timeline",
    "whois": "who",
    "?": "help",
}
"""Other names people try, and the verb they mean."""

_BY_NAME = {verb.name: verb for verb in TABLE}
_LONGEST_NAME = 40


def find(name: str) -> Verb | None:
    """The verb of that name or alias, in any case; a leading slash is forgiven."""
    bare = name[:_LONGEST_NAME].casefold().removeprefix("/")
    return _BY_NAME.get(ALIASES.get(bare, bare))


def nearest(name: str) -> str | None:
    """The verb that a mistyped name most likely means; None when none is like it. Hidden ones are never offered."""
    known = [verb.name for verb in TABLE if not verb.hidden] + list(ALIASES)
    near = get_close_matches(name[:_LONGEST_NAME].casefold().removeprefix("/"), known, n=1, cutoff=0.7)
    return ALIASES.get(near[0], near[0]) if near else None


def split(line: str) -> tuple[Verb | None, str]:
    """The verb a line begins with, and the rest as typed; (None, the whole line) where it begins with none."""
    words = line.split(maxsplit=1)
    verb = find(words[0]) if words else None
    if verb is None:
        return None, line.strip()
    return verb, words[1].rstrip() if len(words) > 1 else ""
