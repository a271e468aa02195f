"""Verbs that stand only behind buttons: rows of the command table that help and completion leave out."""

from __future__ import annotations

from bridge.model.command import Param, ParamKind, Verb
from bridge.model.say import N_

TO = Param(N_("to"), ParamKind.AUDIENCE, N_("who may see it: to:public, to:followers, to:me or to:@ana,@li"))
POST = Param(N_("update"), ParamKind.POST, N_("which update: last, ~1042 or a link to it"), required=True)
_REQUEST = Param(N_("request"), ParamKind.TEXT, N_("which question"), required=True)

HIDDEN: tuple[Verb, ...] = (
    # Behind Stop, under the notice that a channel follows something.
    Verb(
        "stop",
        N_("Stops all updates in this channel until somebody resumes them."),
        (Param(N_("here"), ParamKind.HERE, N_("this channel"), required=True),),
        ("stop here",),
        hidden=True,
    ),
    # Behind I'm on it, Done and Undo, under what has words that are looked for.
    Verb("take", N_("Says that you are on it."), (POST,), ("take ~1042",), hidden=True),
    Verb("done", N_("Says that you are through with it."), (POST,), ("done ~1042",), hidden=True),
    Verb("drop", N_("Says that you are not on it after all."), (POST,), ("drop ~1042",), hidden=True),
    # Behind Got it, under announcements: counted, never by name.
    Verb("got-it", N_("Says that you have read an announcement."), (POST,), ("got-it ~1042",), hidden=True),
    # Behind Audience, on receipts: a form, or the new audience beside it.
    Verb("audience", N_("Changes who may see an update of yours."), (POST, TO), ("audience ~1042 to:me",), hidden=True),
    # Behind Copy link, in an update's menu.
    Verb("link", N_("Gives a link to an update."), (POST,), ("link ~1042",), hidden=True),
    # Behind Share, No and Never ask me, when somebody would like to share a message of yours.
    Verb("share-yes", N_("Lets a message of yours be shared."), (_REQUEST,), ("share-yes 1",), hidden=True),
    Verb("share-no", N_("Keeps a message of yours unshared."), (_REQUEST,), ("share-no 1",), hidden=True),
    Verb("share-never", N_("Ends all questions about sharing your messages."), (), ("share-never",), hidden=True),
    # Behind Send, Keep here and Always, after an answer in a thread under an update.
    Verb(
        "reply-yes",
        N_("Sends an answer of yours to where the update stands."),
        (_REQUEST,),
        ("reply-yes 1",),
        hidden=True,
    ),
    Verb("reply-no", N_("Keeps an answer of yours in its thread."), (_REQUEST,), ("reply-no 1",), hidden=True),
    # Behind the names of updates, after an answer under a message that shows several.
    Verb(
        "reply-which",
        N_("Says which update an answer of yours is meant for."),
        (_REQUEST, POST),
        ("reply-which 1 ~1042",),
        hidden=True,
    ),
    Verb(
        "reply-always",
        N_("Sends all your answers in public threads from now on."),
        (_REQUEST,),
        ("reply-always 1",),
        hidden=True,
    ),
    # Behind Keep the rest here, on the receipt of an answer that was sent unasked.
    Verb(
        "reply-stop",
        N_("Keeps what you write in a thread there from now on."),
        (POST,),
        ("reply-stop ~1043",),
        hidden=True,
    ),
    # Behind Not now, after the bridge was invited to a channel.
    Verb("not-now", N_("Leaves a channel as it is."), (), ("not-now",), hidden=True),
    # Behind Show more, under a digest: the digest's own number, and how many were seen.
    Verb(
        "show-more",
        N_("Shows the rest of a digest."),
        (
            Param(N_("digest"), ParamKind.TEXT, N_("which digest"), required=True),
            Param(N_("seen"), ParamKind.TEXT, N_("how many of its updates to leave out")),
        ),
        ("show-more 1",),
        hidden=True,
    ),
    # Behind "Show me with three sample colleagues" and its removal.
    Verb(
        "samples",
        N_("Brings sample colleagues to try things with, or removes them."),
        (Param(N_("text"), ParamKind.TEXT, N_("on or off")),),
        ("samples on", "samples off"),
        hidden=True,
    ),
)
