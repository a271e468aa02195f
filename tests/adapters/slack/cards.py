"""The cards that people see most, composed from fixed data, for the golden files and the pictures of them.

`python -m tests.adapters.slack.cards` writes the golden files anew, where a change of them is meant.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from bridge.adapters.slack.shown.render import LIMITS, render
from bridge.adapters.slack.shown.views import form_view, home_view
from bridge.model.audience import Audience, AudienceKind
from bridge.model.card import Action, Card, Field, FieldKind, Form, Limits
from bridge.model.compose.answers import answer_question
from bridge.model.compose.digest import Entry, digest_card
from bridge.model.compose.follow import following_card
from bridge.model.compose.help import all_help_card, error_card, help_card
from bridge.model.compose.home import Page, Suggested, home_card
from bridge.model.compose.person import people_card, person_card, settings_card
from bridge.model.compose.reading import Reader, View
from bridge.model.compose.receipt import receipt_card, share_question
from bridge.model.compose.update import joined_card, timeline_card, update_card
from bridge.model.delivery import Reason, Together
from bridge.model.ids import PlaceId, SubscriberId
from bridge.model.kept import Plan, Reach
from bridge.model.person import Note, Person
from bridge.model.scan import parse
from bridge.model.subscription import Cadence, Subscription
from bridge.model.text import Plain
from bridge.model.times.calendar import WORKING_DAYS, Schedule, next_slot
from tests.model.samples import (
    ANA,
    BO,
    BOARD,
    CY,
    FOLLOWED_ANA,
    LI,
    MARTA,
    MORNING,
    NOW,
    RELEASE,
    VIENNA,
    channel,
    person,
    reader,
    view,
)

FRIDAY_ENDS = datetime(2026, 11, 27, 23, tzinfo=UTC)
TOMCAT = person(9, "", "Tomcat News")
PICTURES = {BOARD.digest: "F0BOARD0001"}
GOLDEN = Path(__file__).parent / "golden"
FACES = "https://avatars.example.org/{}.png"
SLACK = "/bridge {}"


def _reader(who: Person | None = CY, now: datetime = NOW) -> Reader:
    return replace(reader(who, now, SLACK), native=LIMITS.native_moments)


def _pictured(shown: View) -> View:
    return replace(shown, author=replace(shown.author, picture=FACES.format(shown.author.handle)))


LIVE = _pictured(
    view(ANA, "Shipping v2 today #release\nThanks @Li and @Bo :tada:", likes=5, replies=2, attachments=(BOARD,))
)
LONGER = view(
    LI,
    "The importer reads `2026-11` now, *twice as fast*. How to try it: https://wiki.example.org/importer?from=csv&to=v2"
    "\n```\nbridge import --dry-run < data.csv\nbridge import data.csv && echo ok\n```\nTell me what breaks ~/.config",
    number=1043,
    people=(ANA,),
    quoted=view(BO, "Who can test the *importer* with a big file?", 1040, MORNING),
    audience=Audience(AudienceKind.PUBLIC),
)
DAY = [
    Entry(view(TOMCAT, "Tomcat 11.2 is out https://tomcat.example.org/11.2", 5, outside=True), Reason.FOLLOW),
    Entry(view(BO, "Graz office", 4, until=FRIDAY_ENDS), Reason.FOLLOW),
    Entry(view(LI, "Notes are up #release", 7), Reason.FOLLOW, RELEASE),
    Entry(view(ANA, "Importer twice as fast", 6), Reason.FOLLOW, FOLLOWED_ANA),
    Entry(view(ANA, "Shipping v2 today #release", 3, replies=4), Reason.FOLLOW, FOLLOWED_ANA),
    Entry(view(LI, "who can test the importer?", 2), Reason.MENTION),
    Entry(view(MARTA, "We won the Graz tender.\nMore to come.", 1, announced=True), Reason.FOLLOW),
]
SCHEDULE = Schedule((time(9),), WORKING_DAYS, VIENNA)
PLAN = Plan(SubscriberId(CY.id), PlaceId(5), CY.id, SCHEDULE, next_slot(SCHEDULE, NOW))


def _following(subject: object, cadence: Cadence) -> Subscription:
    return Subscription(SubscriberId(CY.id), PlaceId(5), subject, cadence, CY.id, NOW)  # type: ignore[arg-type]


FOLLOWS = [_following(FOLLOWED_ANA, Cadence.LIVE), _following(RELEASE, Cadence.DIGEST)]
PAGE = Page(
    CY,
    FOLLOWS,
    PLAN,
    [view(CY, "Importer ready for a try #importer", 1039, replies=2), view(CY, "Out until Fri", 1030, MORNING)],
    [Suggested(LI, tag="#release"), Suggested(BO, count=3), Suggested(MARTA, new=True)],
)


def cards() -> dict[str, Card]:
    """Name -> card."""
    own_day = [entry for entry in DAY if not entry.view.outside]
    own_digest, _ = digest_card(
        own_day, _reader(now=MORNING), "Cy", "show-more 5", datetime(2026, 11, 25, 8, tzinfo=UTC)
    )
    digest, _ = digest_card(DAY, _reader(now=MORNING), "Cy", "show-more 5", datetime(2026, 11, 25, 8, tzinfo=UTC))
    team_digest, _ = digest_card(
        [Entry(view(BO, "At the doctor", 8, until=datetime(2026, 11, 24, 14, tzinfo=UTC)), Reason.FOLLOW), *DAY[3:]],
        replace(_reader(None, MORNING), zone="UTC"),
        "#team",
        next_at=datetime(2026, 11, 25, 8, tzinfo=UTC),
    )
    away, _ = digest_card(own_day, _reader(now=MORNING), "Cy", "show-more 6", together=Together.LATE)
    busy, _ = digest_card(own_day[2:], replace(_reader(None, MORNING), zone="UTC"), "#team", together=Together.MANY)
    ana = replace(ANA, title="Release captain, Graz", zone="Europe/Athens")
    recent = [
        view(ANA, "Shipping v2 today #release"),
        view(ANA, "Importer twice as fast #importer", at=datetime(2026, 11, 20, 10, tzinfo=UTC)),
    ]
    note = Note(3, "Graz office", FRIDAY_ENDS)
    return {
        "receipt": receipt_card(
            view(ANA, "Shipping v2 today #release @Lii"),
            Reach((channel("releases"),), 37),
            _reader(ANA),
            team=400,
            silent="#dev",
            unknown=[("Lii", "Li")],
        ),
        "live": update_card(LIVE, _reader()),
        "mine": update_card(LIVE, _reader(ANA)),
        "longer": update_card(LONGER, _reader()),
        "back-at-three": update_card(
            _pictured(view(ANA, "Out for a walk #office", 1044, until=datetime(2026, 11, 24, 14, tzinfo=UTC))),
            replace(_reader(None), zone="UTC"),
        ),
        "announcement": update_card(
            view(MARTA, "We won the Graz tender. More to come.", 1041, announced=True), _reader()
        ),
        "digest": digest,
        "digest-own": own_digest,
        "digest-channel": team_digest,
        "away": away,
        "away-channel": busy,
        "who": person_card(replace(ana, picture=FACES.format("ana")), _reader(), note, recent, ["release", "importer"]),
        "people": people_card([ANA, BO, LI], "People to follow", _reader(), [BO.id]),
        "following": following_card(FOLLOWS, _reader()),
        "settings": settings_card(CY, _reader()),
        "help": help_card(_reader()),
        "help-more": all_help_card(_reader()),
        "error": error_card(
            "That time doesn't exist: 25:00. Try /bridge digest daily 9.", "digest daily 25:00", _reader()
        ),
        "note": Card(text=(Plain("Quiet hours hold now: 2 * 3 < 7 & what comes waits until 08:00."),)),
        "share-question": share_question(
            7, parse("The build is green again, thanks *Li*!"), "Bo", "400 people, not the community", _reader(ANA)
        ),
        "reply-question": _reply_question(),
        "timeline": timeline_card(
            [LIVE, LONGER, view(BO, "Graz office", 4, MORNING)], "Your timeline", _reader(), Action("Older", "older 4")
        ),
        "joined": joined_card([LIVE, LONGER, view(BO, "Graz office", 4, MORNING)], _reader()),
        "home": home_card(PAGE, _reader(), Limits()),
        "home-new": home_card(Page(BO, people=PAGE.people), _reader(BO), Limits()),
    }


def _reply_question() -> Card:
    answer = view(BO, "I can, this afternoon.", 1045, audience=Audience(AudienceKind.FOLLOWERS))
    return answer_question(7, "7 0a1b2c3d4e5f", answer, _reader(BO), team=400, followers=12, private=True)


def forms() -> dict[str, Form]:
    """Name -> form."""
    audience = Field(
        "audience",
        "Who can see it",
        FieldKind.CHOICE,
        "everyone",
        choices=(("everyone", "The team"), ("followers", "My followers"), ("me", "Only me")),
    )
    text = Field("text", "Your update", FieldKind.TEXT, "", "One line is enough. #tags and @names work.")
    zone = Field("value", "Time zone", FieldKind.LINE, "Viena", "Europe/Vienna")
    return {
        "form": Form("Share an update", "status", (text, audience), "Share", files=4),
        "form-refused": Form(
            "Your settings",
            "settings zone",
            (replace(zone, error="I know no zone Viena. Did you mean Europe/Vienna?"),),
            "Save",
        ),
    }


@cache
def messages() -> dict[str, dict[str, Any]]:
    """Name -> what chat.postMessage is given."""
    shown = {name: render(card, PICTURES) for name, card in cards().items() if not name.startswith("home")}
    return {name: {"text": one.text, "blocks": one.blocks} for name, one in shown.items()}


@cache
def views() -> dict[str, dict[str, Any]]:
    """Name -> what views.open or views.publish is given."""
    homes = {name: home_view(card, PICTURES) for name, card in cards().items() if name.startswith("home")}
    return homes | {name: form_view(form, f'{{"line": "{form.line}"}}') for name, form in forms().items()}


def golden(name: str) -> str:
    return (GOLDEN / f"{name}.json").read_text("utf-8")


def as_json(shown: object) -> str:
    return json.dumps(shown, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    for name, shown in (messages() | views()).items():
        (GOLDEN / f"{name}.json").write_text(as_json(shown), "utf-8")
