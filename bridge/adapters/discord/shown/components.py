"""What can be pressed or chosen under a message, and back from what a press tells. Pure.

A custom id, or an option's value, is the line that pressing it types, and whether to ask first; so it works for as long
as the message stands, nothing is kept for it, and whoever presses it must have the right to it then. Limits:
docs.discord.com/developers/components/reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import TypeAlias

import regex

from bridge.adapters._text import MORE, clip, length
from bridge.adapters.discord.shown.escaping import quiet
from bridge.adapters.discord.shown.markdown import bare
from bridge.model.card import Action, Card, Style
from bridge.model.text import Plain, Text, cut, is_empty

Json: TypeAlias = dict[str, object]

ROWS = 5
BUTTONS = 5
"""In a row."""
OPTIONS = 25
ID = 100
"""Characters of a custom id; of an option's value and its label as well."""
LINE = ID - len("99:")
LABEL = 80
PLACEHOLDER = 40
"""Characters that a telephone shows; Discord takes 150."""
GIST = 60
"""Graphemes of a line that its option repeats."""
DOTS = "⋯"
_ROW, _BUTTON, _SELECT = 1, 2, 3
_STYLES = {Style.PRIMARY: 1, Style.PLAIN: 2, Style.DANGER: 4}

_MEANT = r"(?P<asks>[:?])(?P<line>(?s:.+))"
_CHOSEN = regex.compile(_MEANT)
_PRESSED = regex.compile(rf"\d{{1,3}}{_MEANT}")
_MENU = regex.compile(r"menu\d{1,3}")
_FORM = regex.compile(r"form:(?P<message>\d{0,20}):(?P<line>(?s:.+))")


@dataclass(frozen=True, slots=True)
class Pressed:
    """`line` is typed for whoever pressed. `asks`: they are asked first whether they mean it."""

    line: str
    asks: bool


def components(card: Card) -> list[Json]:
    """At most five rows: what lines offer, the card's own buttons, and ⋯.

    Nothing can stand beside a line of an embed. So what several lines (or joined updates) offer is one menu, each
    option with the beginning of its line; what a single one offers are buttons.
    """
    offers, buttons, behind = list(_offers(card)), _fitting(card.actions), [*_fitting(card.menu), *_menus(card)]
    told: list[Action] = []
    if len(offers) > 1:
        told = _first_of_each([[_about(one, offer.whole) for one in offer.actions] for offer in offers])
    elif offers and len(offers[0].actions) + len(buttons) <= BUTTONS:
        buttons = [*(_about(one, offers[0].lead) for one in offers[0].actions), *buttons]
    elif offers:
        told = offers[0].actions
    if len(behind) == 1:
        buttons, behind = [*buttons, *behind], []
    numbers = count()
    rows = []
    if told:
        rows.append(_select(next(numbers), _placeholder(one for offer in offers for one in offer.actions), told))
    most = BUTTONS * (ROWS - len(rows) - bool(behind))
    shown = [_button(next(numbers), action) for action in buttons[:most]]
    rows += [_row(*shown[at : at + BUTTONS]) for at in range(0, len(shown), BUTTONS)]
    return [*rows, _select(next(numbers), DOTS, behind)] if behind else rows


def read_press(custom_id: str, values: Sequence[str]) -> Pressed | None:
    """What a button, or the chosen option of a menu, means; None for what is none of ours. Never fails."""
    if _MENU.fullmatch(custom_id):
        found = _CHOSEN.fullmatch(values[0]) if values else None
    else:
        found = _PRESSED.fullmatch(custom_id)
    return Pressed(found["line"], found["asks"] == "?") if found else None


def form_id(message: str, line: str) -> str | None:
    """The custom id of a form about a message ("" for none); None where the line is too long for one."""
    made = f"form:{message}:{line}"
    return made if line and length(made) <= ID else None


def read_form_id(custom_id: str) -> tuple[str, str] | None:
    """(message, line); None for what is none of ours."""
    found = _FORM.fullmatch(custom_id)
    return (found["message"], found["line"]) if found else None


def face(text: str, size: int) -> str:
    """What Discord shows without markup, never empty: a label, a title, a hint."""
    seen = clip(quiet(text), size)
    return MORE if is_empty((Plain(seen),)) else seen


@dataclass(frozen=True, slots=True)
class _Offer:
    """What one line, or one of several updates, offers. `lead`: who or what it is about; `gist`: how it goes on."""

    actions: list[Action]
    lead: str
    gist: Text

    @property
    def whole(self) -> str:
        return ": ".join(part for part in (quiet(self.lead), bare(cut(self.gist, GIST))) if part)


def _offers(card: Card) -> Iterator[_Offer]:
    """Those that offer anything, from top to bottom."""
    for section in card.sections:
        for row in section.rows:
            if fitting := _fitting(row.actions):
                yield _Offer(fitting, row.lead, row.text)
    for one in card.joined:
        if fitting := _fitting(one.actions):
            yield _Offer(fitting, _who(one), one.text)
        yield from _offers(replace(one, joined=()))


def _menus(card: Card) -> list[Action]:
    """What stands behind ⋯ of joined updates, where there is room for it of them all."""
    found = [
        _about(action, _Offer([], _who(one), one.text).whole) for one in card.joined for action in _fitting(one.menu)
    ]
    return found if len(found) + len(card.menu) <= OPTIONS else []


def _who(card: Card) -> str:
    return card.byline.name if card.byline else card.title


def _about(action: Action, what: str) -> Action:
    """`Reply · Li: who can test the importer?`; `Follow @ana` says it itself."""
    says_it = any(word[0] in "@#" and word in action.label for word in action.line.split())
    return action if says_it or not what.strip() else replace(action, label=f"{action.label} · {what}")


def _first_of_each(groups: Iterable[list[Action]]) -> list[Action]:
    """In order, and no more than a menu holds: where there is no room for all, each group's first come before any
    group's last."""
    ranked = [(rank, index, action) for index, group in enumerate(groups) for rank, action in enumerate(group)]
    unique: dict[str, tuple[int, int, Action]] = {}
    for one in sorted(ranked, key=lambda one: one[:2]):
        unique.setdefault(_meant(one[2]), one)
    kept = sorted(list(unique.values())[:OPTIONS], key=lambda one: (one[1], one[0]))
    return [action for _, _, action in kept]


def _placeholder(actions: Iterable[Action]) -> str:
    """What can be chosen, as far as a telephone shows it: `Got it, Follow this, Reply …`."""
    first, *others = dict.fromkeys(face(action.label, PLACEHOLDER - len(f" {MORE}")) for action in actions)
    for label in others:
        if length(f"{first}, {label} {MORE}") > PLACEHOLDER:
            break
        first = f"{first}, {label}"
    return f"{first} {MORE}"


def _fitting(actions: Iterable[Action]) -> list[Action]:
    return [action for action in actions if 0 < length(action.line) <= LINE]


def _meant(action: Action) -> str:
    return f"{'?' if action.confirm else ':'}{action.line}"


def _row(*parts: Json) -> Json:
    return {"type": _ROW, "components": list(parts)}


def _button(number: int, action: Action) -> Json:
    return {
        "type": _BUTTON,
        "style": _STYLES[action.style],
        "label": face(action.label, LABEL),
        "custom_id": f"{number}{_meant(action)}",
    }


def _select(number: int, placeholder: str, actions: Iterable[Action]) -> Json:
    """The first of those that would type the same."""
    options: dict[str, Json] = {}
    for action in actions:
        value = _meant(action)
        options.setdefault(value, {"label": face(action.label, ID), "value": value})
    most = list(options.values())[:OPTIONS]
    return _row({"type": _SELECT, "custom_id": f"menu{number}", "placeholder": placeholder, "options": most})
