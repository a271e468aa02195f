"""The fake's checker of blocks and views: what the documentation allows passes, one more does not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.slack.blocks import check_blocks, check_view

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str = "x", **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def button(label: str = "Go", **more: Any) -> Json:
    return {"type": "button", "text": plain(label), **more}


def actions(*elements: Json, **more: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def options(count: int, **more: Any) -> list[Json]:
    return [{"text": plain(str(n)), "value": str(n), **more} for n in range(count)]


def overflow(count: int = 2, **more: Any) -> Json:
    return {"type": "overflow", "options": options(count), **more}


def select(count: int = 2, **more: Any) -> Json:
    return {"type": "static_select", "options": options(count), **more}


def image(**more: Any) -> Json:
    return {"type": "image", "image_url": "https://a.example/a.png", "alt_text": "A", **more}


def asking(element: Json | None = None, **more: Any) -> Json:
    return {"type": "input", "label": plain("Text"), "element": element or {"type": "plain_text_input"}, **more}


def focused() -> Json:
    return {"type": "plain_text_input", "focus_on_load": True}


def rich(*elements: Json, kind: str = "rich_text_section") -> Json:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": list(elements)}]}


def word(shown: str, **more: Any) -> Json:
    return {"type": "text", "text": shown, **more}


def confirm(**more: Any) -> Json:
    return {"title": plain("t"), "text": plain("x"), "confirm": plain("y"), "deny": plain("n"), **more}


ALLOWED_AND_NOT: list[tuple[str, list[Json], list[Json]]] = [
    ("50 blocks", [{"type": "divider"}] * 50, [{"type": "divider"}] * 51),
    ("section text", [section("x" * 3000)], [section("x" * 3001)]),
    ("empty text", [section("x")], [section("")]),
    ("section without text", [section()], [{"type": "section"}]),
    ("fields", [section(fields=[mrkdwn("x" * 2000)] * 10)], [section(fields=[mrkdwn("x")] * 11)]),
    ("field length", [section(fields=[mrkdwn("x" * 2000)])], [section(fields=[mrkdwn("x" * 2001)])]),
    (
        "header length",
        [{"type": "header", "text": plain("x" * 150)}],
        [{"type": "header", "text": plain("x" * 151)}],
    ),
    ("header is plain", [{"type": "header", "text": plain("x")}], [{"type": "header", "text": mrkdwn("x")}]),
    (
        "context elements",
        [{"type": "context", "elements": [mrkdwn("x")] * 10}],
        [{"type": "context", "elements": [mrkdwn("x")] * 11}],
    ),
    (
        "context holds no buttons",
        [{"type": "context", "elements": [image()]}],
        [{"type": "context", "elements": [button()]}],
    ),
    ("actions", [actions(*[button()] * 25)], [actions(*[button()] * 26)]),
    ("no actions", [actions(button())], [actions()]),
    ("button label", [actions(button("x" * 75))], [actions(button("x" * 76))]),
    ("button value", [actions(button(value="x" * 2000))], [actions(button(value="x" * 2001))]),
    ("button url", [actions(button(url="https://" + "x" * 2992))], [actions(button(url="https://" + "x" * 2993))]),
    ("button style", [actions(button(style="danger"))], [actions(button(style="red"))]),
    ("button is plain", [actions(button())], [actions({"type": "button", "text": mrkdwn("x")})]),
    ("overflow options", [actions(overflow(5))], [actions(overflow(6))]),
    ("overflow has options", [actions(overflow(1))], [actions(overflow(0))]),
    (
        "option value",
        [actions({"type": "overflow", "options": [{"text": plain("a"), "value": "x" * 150}]})],
        [actions({"type": "overflow", "options": [{"text": plain("a"), "value": "x" * 151}]})],
    ),
    (
        "option label",
        [actions({"type": "overflow", "options": [{"text": plain("x" * 75), "value": "x"}]})],
        [actions({"type": "overflow", "options": [{"text": plain("x" * 76), "value": "x"}]})],
    ),
    ("select options", [actions(select(100))], [actions(select(101))]),
    ("placeholder", [actions(select(placeholder=plain("x" * 150)))], [actions(select(placeholder=plain("x" * 151)))]),
    (
        "action ids differ",
        [actions(button(action_id="a")), actions(button(action_id="b"))],
        [actions(button(action_id="a")), actions(button(action_id="a"))],
    ),
    ("action id", [actions(button(action_id="x" * 255))], [actions(button(action_id="x" * 256))]),
    ("block ids differ", [section(block_id="a"), section(block_id="b")], [section(block_id="a")] * 2),
    ("block id", [section(block_id="x" * 255)], [section(block_id="x" * 256)]),
    ("alt text", [image()], [{"type": "image", "image_url": "https://a.example/a.png"}]),
    ("one source", [image()], [image(slack_file={"id": "F0123ABCD"})]),
    (
        "a source",
        [{"type": "image", "slack_file": {"id": "F0123ABCD"}, "alt_text": "A"}],
        [{"type": "image", "alt_text": "A"}],
    ),
    (
        "a file id looks like one",
        [{"type": "image", "slack_file": {"id": "F0123ABCD"}, "alt_text": "A"}],
        [{"type": "image", "slack_file": {"id": "F1"}, "alt_text": "A"}],
    ),
    (
        "a file has an id",
        [{"type": "image", "slack_file": {"id": "F0123ABCD"}, "alt_text": "A"}],
        [{"type": "image", "slack_file": {}, "alt_text": "A"}],
    ),
    ("confirm title", [actions(button(confirm=confirm()))], [actions(button(confirm=confirm(title=plain("x" * 101))))]),
    ("confirm text", [actions(button(confirm=confirm()))], [actions(button(confirm=confirm(text=plain("x" * 301))))]),
    ("confirm button", [actions(button(confirm=confirm()))], [actions(button(confirm=confirm(deny=plain("x" * 31))))]),
    ("known fields", [section()], [section(color="red")]),
    ("known types", [section()], [{"type": "banner"}]),
    ("objects", [section()], ["x"]),  # type: ignore[list-item]
    ("accessory", [section(accessory=button())], [section(accessory={"type": "plain_text_input"})]),
    ("an address", [image()], [image(image_url="a.png")]),
    ("a link", [actions(button(url="https://a.example"))], [actions(button(url="javascript:alert(1)"))]),
    ("first choice", [actions(select(initial_option=options(1)[0]))], [actions(select(initial_option=options(9)[8]))]),
    ("files in modals", [asking()], [asking({"type": "file_input"})]),
    ("rich text", [rich(word("x"))], [rich()]),
    ("rich words", [rich(word("x", style={"bold": True}))], [rich(word(""))]),
    ("rich styles", [rich(word("x", style={"italic": True}))], [rich(word("x", style={"big": True}))]),
    ("rich links", [rich({"type": "link", "url": "https://a.example"})], [rich({"type": "link", "url": "a"})]),
    ("rich kinds", [rich({"type": "emoji", "name": "mega"})], [rich({"type": "smile"})]),
    (
        "rich code holds words",
        [rich(word("x"), kind="rich_text_preformatted")],
        [rich({"type": "emoji", "name": "mega"}, kind="rich_text_preformatted")],
    ),
    (
        "rich dates",
        [rich({"type": "date", "timestamp": 1, "format": "{date}", "fallback": "then"})],
        [rich({"type": "date", "timestamp": "1", "format": "{date}"})],
    ),
    ("yes or no", [section(expand=True)], [section(expand="yes")]),
    ("strings", [section(block_id="5")], [section(block_id=5)]),
    ("text has its fields", [section()], [{"type": "section", "text": mrkdwn("x") | {"emoji": True}}]),
    ("lists", [actions(button())], [{"type": "actions", "elements": {}}]),
    ("confirm is an object", [actions(button(confirm=confirm()))], [actions(button(confirm="Sure?"))]),
    ("one focus", [asking(focused())], [asking(focused()), asking(focused())]),
    (
        "context pictures",
        [{"type": "context", "elements": [image()]}],
        [{"type": "context", "elements": [{"type": "image", "image_url": "https://a.example/a.png"}]}],
    ),
    ("an input asks", [asking()], [asking(button())]),
    ("hint", [asking(hint=plain("x" * 2000))], [asking(hint=plain("x" * 2001))]),
]


@pytest.mark.parametrize(
    ("allowed", "refused"), [case[1:] for case in ALLOWED_AND_NOT], ids=[c[0] for c in ALLOWED_AND_NOT]
)
def test_a_message_may_have_this_and_not_that(allowed: list[Json], refused: list[Json]) -> None:
    assert check_blocks(allowed, "message") == []
    assert check_blocks(refused, "message") != []


@pytest.mark.parametrize("strange", [None, {}, "x", 5])
def test_blocks_are_a_list(strange: Any) -> None:
    assert check_blocks(strange, "message")


def modal(**more: Any) -> Json:
    return {"type": "modal", "title": plain("Share"), "submit": plain("Send"), "blocks": [asking()], **more}


VIEWS: list[tuple[str, Json, Json]] = [
    ("title", modal(title=plain("x" * 24)), modal(title=plain("x" * 25))),
    ("submit", modal(submit=plain("x" * 24)), modal(submit=plain("x" * 25))),
    ("close", modal(close=plain("x" * 24)), modal(close=plain("x" * 25))),
    ("private_metadata", modal(private_metadata="x" * 3000), modal(private_metadata="x" * 3001)),
    ("callback_id", modal(callback_id="x" * 255), modal(callback_id="x" * 256)),
    ("100 blocks", modal(blocks=[section()] * 100), modal(blocks=[section()] * 101)),
    ("a modal has a title", modal(), {"type": "modal", "blocks": [section()]}),
    ("a form is sent", modal(), {"type": "modal", "title": plain("x"), "blocks": [asking()]}),
    ("a home has no title", {"type": "home", "blocks": [section()]}, modal(type="home")),
    ("a type", modal(), modal(type="page")),
    ("known fields", modal(), modal(color="red")),
]


@pytest.mark.parametrize(("allowed", "refused"), [case[1:] for case in VIEWS], ids=[case[0] for case in VIEWS])
def test_a_view_may_have_this_and_not_that(allowed: Json, refused: Json) -> None:
    assert check_view(allowed) == []
    assert check_view(refused) != []
