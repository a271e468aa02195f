"""The forms that commands open, prefilled, each with a card that says the same for where no form can open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bridge.commands.asking import Ask
from bridge.commands.completing import SETTINGS
from bridge.model.audience import Audience, AudienceKind
from bridge.model.card import Card, Field, FieldKind, Form
from bridge.model.clean import clean
from bridge.model.command import Reply
from bridge.model.compose.reading import View, capital
from bridge.model.errors import FILES, BadInput, SettingUnknown
from bridge.model.person import DEFAULT_QUIET, Person
from bridge.model.post import Post
from bridge.model.say import LANGUAGES, Words
from bridge.model.scan import source
from bridge.model.text import Plain

UNCHANGED = "unchanged"
"""The audience form's answer that changes nothing."""
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def status_form(ask: Ask, line: str, audience: Audience) -> Reply:
    """`audience`: the one that `line` names; people named there stay named unless something else is chosen."""
    words = ask.words
    said = words.say("What are you up to? Write it after the command.")
    form = _text_form(ask, line, "", words.say("Share an update"), words.say("Your update"))
    if audience.kind is AudienceKind.PEOPLE:
        only = capital(words.say("only for {people}", people=words.list(_named(line))))
        seen = _audience_field(words, UNCHANGED, (UNCHANGED, only))
    else:
        seen = _audience_field(words, audience.kind.value)
    form = replace(form, fields=(*form.fields, seen), files=ask.world.policy.attachments)
    return Reply(_instead(ask, said, "status Shipping v2 #release"), form=form)


def announce_form(ask: Ask) -> Reply:
    words = ask.words
    said = words.say("What is the news? Write it after the command. You can take it back for a moment.")
    form = _text_form(ask, "announce", "", words.say("Announce to the team"), words.say("Your announcement"))
    form = replace(form, files=ask.world.policy.attachments)
    return Reply(_instead(ask, said, "announce We won the Graz tender."), form=form)


def reply_form(ask: Ask, view: View) -> Reply:
    words, line = ask.words, f"reply ~{view.post.number}"
    said = words.say("What do you answer {name}? Write it after the number.", name=view.author.name)
    title = words.say("Reply to {name}", name=view.author.name)
    form = replace(_text_form(ask, line, "", title, words.say("Your answer")), files=ask.world.policy.attachments)
    return Reply(_instead(ask, said, f"{line} congrats"), form=form)


def edit_form(ask: Ask, post: Post) -> Reply:
    words, line = ask.words, f"edit ~{post.number}"
    said = words.say("What should it say? Write the new words after the number.")
    title = words.say("Edit ~{number}", number=post.number)
    form = _text_form(ask, line, source(post.text), title, words.say("Your update"))
    return Reply(_instead(ask, said, f"{line} …", form.fields[0].value), form=form)


def audience_form(ask: Ask, view: View, seen: str) -> Reply:
    """`seen`: who sees it now. Named people stay named unless something else is chosen."""
    words, post = ask.words, view.post
    line = f"audience ~{post.number}"
    if post.audience.kind is AudienceKind.PEOPLE:
        field = _audience_field(words, UNCHANGED, (UNCHANGED, words.say("As now: {who}", who=seen)))
    else:
        field = _audience_field(words, post.audience.kind.value)
    title = words.say("Audience of ~{number}", number=post.number)
    form = Form(title, line, (field,), words.say("Save"))
    return Reply(_instead(ask, words.say("Seen by: {who}", who=seen), f"{line} to:followers"), form=form)


def profile_form(ask: Ask, card: Card) -> Reply:
    """Empty is an answer too: nothing stands on the card then."""
    words = ask.words
    label = words.say("What you do")
    field = Field("text", label, FieldKind.LINE, ask.person.title, "Release captain, Graz", required=False)
    return Reply(card, form=Form(words.say("Your profile"), "profile", (field,), words.say("Save")))


def setting_form(ask: Ask, name: str, card: Card) -> Reply:
    """Raises SettingUnknown."""
    words, person = ask.words, ask.person
    live_or_not = (("live", words.say("at once")), ("digest", words.say("in my digest")))
    ask_or_not = (("on", words.say("yes, privately")), ("off", words.say("never")))
    match name:
        case "zone":
            field = Field("value", words.say("Time zone"), FieldKind.LINE, ask.reader.zone, "Europe/Vienna")
        case "language":
            spoken = person.language or words.language
            field = Field("value", words.say("Language"), FieldKind.CHOICE, spoken, choices=tuple(LANGUAGES.items()))
        case "quiet":
            field = Field("value", words.say("Quiet hours"), FieldKind.LINE, _quiet(person), "18:00-08:00")
        case "days":
            working = " ".join(_DAYS[day] for day in sorted(person.working_days))
            field = Field("value", words.say("Working days"), FieldKind.LINE, working, "mon-fri")
        case "mentions":
            now, label = "live" if person.mentions_live else "digest", words.say("Mentions and replies")
            field = Field("value", label, FieldKind.CHOICE, now, choices=live_or_not)
        case "replies":
            now, label = "always" if person.send_replies else "ask", words.say("Answers in threads")
            answers = (
                ("ask", words.say("asked about in each thread")),
                ("always", words.say("sent to where the update stands")),
            )
            field = Field("value", label, FieldKind.CHOICE, now, choices=answers)
        case "ask":
            now, label = "off" if person.never_ask else "on", words.say("Ask before sharing my messages")
            field = Field("value", label, FieldKind.CHOICE, now, choices=ask_or_not)
        case _:
            raise SettingUnknown(typed=name[:40], settings=", ".join(SETTINGS))
    return Reply(card, form=Form(words.say("Your settings"), f"settings {name}", (field,), words.say("Save")))


def status_setting_form(ask: Ask, name: str, platform: str, allowed: bool, card: Card) -> Reply:
    """Whether the status set on a platform may become an update. `name`: of the setting."""
    words = ask.words
    choices = (("on", words.say("yes, with a #tag or 📣 in it")), ("off", words.say("never")))
    label = words.say("My status on {platform}", platform=platform.capitalize())
    field = Field("value", label, FieldKind.CHOICE, "on" if allowed else "off", choices=choices)
    return Reply(card, form=Form(words.say("Your settings"), f"settings {name}", (field,), words.say("Save")))


def refused(form: Form, filled: Mapping[str, str], error: BadInput, words: Words) -> Form:
    """The form as it was sent, with the mistake at the field it is about; at the first, where it has no such field."""
    sentence, names = words.error(error), [field.name for field in form.fields]
    sent = [replace(field, value=clean(filled.get(field.name, field.value))) for field in form.fields]
    if error.field == FILES and form.files:
        return replace(form, fields=tuple(sent), files_error=sentence)
    wrong = names.index(error.field) if error.field in names else 0
    sent[wrong] = replace(sent[wrong], error=sentence)
    return replace(form, fields=tuple(sent))


def _audience_field(words: Words, value: str, *more: tuple[str, str]) -> Field:
    """`more`: choices that stand before the usual ones."""
    choices = (
        *more,
        ("everyone", words.say("The team")),
        ("followers", words.say("My followers")),
        ("me", words.say("Only me")),
        ("public", words.say("The team and the community")),
    )
    return Field("audience", words.say("Who can see it"), FieldKind.CHOICE, value, choices=choices)


def _named(line: str) -> list[str]:
    """The people whom a form's line names: `status to:@ana,@li` -> `@ana`, `@li`."""
    _, at, names = line.partition("@")
    return [part.strip() for part in f"{at}{names}".split(",") if part.strip()]


def _text_form(ask: Ask, line: str, text: str, title: str, label: str) -> Form:
    words = ask.words
    field = Field("text", label, FieldKind.TEXT, text, words.say("One line is enough. #tags and @names work."))
    return Form(title, line, (field,), words.say("Save") if text else words.say("Share"))


def _instead(ask: Ask, said: str, example: str, now: str = "") -> Card:
    footer = (ask.reader.call(example), *((ask.words.say("Now: {text}", text=now),) if now else ()))
    return Card(text=(Plain(said),), footer=footer)


def _quiet(person: Person) -> str:
    hours = person.quiet or DEFAULT_QUIET
    if hours.start == hours.end:
        return "off"
    return f"{hours.start.isoformat('minutes')}-{hours.end.isoformat('minutes')}"
