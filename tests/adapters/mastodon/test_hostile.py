"""Answers that nobody expects: other types everywhere, what is missing, huge or deep, and no JSON at all. Each ends in
items, or in a SourceFailure; nothing else is ever raised, and no state grows.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.adapters._outside.http import Fetched
from bridge.adapters.mastodon.adapter import Mastodon
from bridge.adapters.mastodon.seen import KEPT, Seen, dump, load
from bridge.model import text as t
from bridge.model.clock import FixedClock
from bridge.model.errors import SourceFailure
from bridge.model.source import Look
from tests.adapters.mastodon.stage import adapter
from tests.fakes.mastodon import MONDAY, FakeMastodon, Person, Picture, Poll
from tests.fakes.mastodon import shapes as shapes

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=True, allow_infinity=True),
    st.text(max_size=20),
    st.text(st.characters(categories=["Cs", "Cc", "Cf", "Co", "So"]), max_size=8),
    st.sampled_from(
        (
            *("", "1", "100", "9" * 64, "9" * 65, "0", "-1", "1/../2", "a b", "public", "direct", "accepted", "\ud800"),
            *(
                "x" * 70_000,
                "<p>" * 20_000,
                "2026-11-23T10:00:00Z",
                "0001-01-01T00:00:00+14:00",
                "9999-12-31T23:59:59-14:00",
            ),
            *(
                "https://x.example/",
                "javascript:alert(1)",
                "https://[",
                "//x",
                "acct:ana@social.example",
                "@ana@x.example",
            ),
        )
    ),
    st.sampled_from(([], {}, [None], [[]], [{}], {"id": "1"}, [1] * 2_000, {"moved": {"acct": "a@b@c", "id": "1"}})),
)
KEYS = ("acct:ana@social.example#social.example/100", "tag:python#social.example")
SOME = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


class Stranger:
    """In place of the client: whatever is asked, it answers what `answer` gives for the address."""

    def __init__(self, answer: Callable[[str], Fetched]) -> None:
        self._answer = answer

    async def get(self, url: str, **how: Any) -> Fetched:
        return self._answer(url)


def told(body: bytes, **headers: str) -> Fetched:
    return Fetched("https://social.example/", 200, body, "application/json", headers=headers)


@cache
def once() -> Mastodon:
    """Building one takes longer than all it is asked here."""
    return adapter(FixedClock(MONDAY))


def reader(answer: Callable[[str], Fetched]) -> Mastodon:
    made = once()
    made._fetcher = Stranger(answer)  # type: ignore[assignment] # in its place
    return made


async def survive(source: Mastodon, state: str = "") -> Look | None:
    """A look and a resolving; what was shown can be written down."""
    looked = None
    for key in KEYS:
        try:
            looked = await source.look(key, state)
        except SourceFailure:
            continue
        assert len(looked.state) <= 4_000
        for item in looked.items:
            json.dumps([t.to_data(item.text), str(item)], ensure_ascii=False).encode()
    for typed in ("@ana@social.example", "#python@social.example", "https://social.example/@ana"):
        try:
            for found in await source.resolve(typed):
                str(found).encode()
        except SourceFailure:
            continue
    return looked


@cache
def samples() -> dict[str, Any]:
    """Honest answers, by what is asked for."""
    server = FakeMastodon(FixedClock(MONDAY))
    ana, bo = server.person("ana", "Ana"), Person("7", "bo", "b.example", "Bo")
    server.move(ana, "ana@new.example")
    theirs = server.post(bo, "Theirs #python", warning="Careful")
    poll, card = Poll(("a", "b"), MONDAY, (1, 2)), {"url": "https://x.example/", "title": "x"}
    toots = [
        server.post(ana, "One #python", pictures=(Picture("a.png", "A"),), poll=poll, card=card),
        server.boost(ana, theirs),
        server.post(ana, "Two", quote=theirs, reply_to=theirs),
    ]
    listed = [shapes.status(one, server.host) for one in toots]
    return {
        "webfinger": shapes.finger(ana, server.host, server.host),
        "/statuses?": listed,
        "/timelines/": listed,
        "/statuses/": listed[0],
        "/accounts/": shapes.account(ana, server.host),
    }


def honest(url: str) -> Any:
    return next((sample for part, sample in samples().items() if part in url), {})


def paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in it."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(path for key, one in inner for path in paths(one, (*here, key)))]


def bent(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    if not path:
        return odd
    changed = copy.copy(value)
    changed[path[0]] = bent(value[path[0]], path[1:], odd)
    return changed


@st.composite
def bendings(draw: st.DrawFn) -> dict[str, Any]:
    """The honest answers with up to six places bent."""
    made = dict(samples())
    for _ in range(draw(st.integers(1, 6))):
        part = draw(st.sampled_from(sorted(made)))
        if spots := paths(made[part]):
            made[part] = bent(made[part], draw(st.sampled_from(spots)), draw(ODD))
    return made


@SOME
@given(bendings(), st.booleans())
async def test_other_types_anywhere_are_survived(answers: dict[str, Any], again: bool) -> None:
    def answer(url: str) -> Fetched:
        data = next((sample for part, sample in answers.items() if part in url), {})
        return told(json.dumps(data).encode())

    state = dump(Seen("1", "0", {"1": "", "2": "20261123100000000"})) if again else ""

    await survive(reader(answer), state)


@SOME
@given(st.recursive(ODD, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner)))
async def test_any_json_is_survived(data: Any) -> None:
    await survive(reader(lambda url: told(json.dumps(data).encode())))


@SOME
@given(
    st.binary(max_size=200),
    st.dictionaries(st.sampled_from(["etag", "x-ratelimit-remaining", "x-ratelimit-reset"]), st.text(max_size=200)),
)
async def test_any_bytes_and_headers_are_survived(body: bytes, headers: dict[str, str]) -> None:
    await survive(reader(lambda url: told(body, **headers)))
    await survive(reader(lambda url: told(json.dumps(honest(url)).encode(), **headers)))


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"moved":' * 100_000 + b"null" + b"}" * 100_000,
        b"[" + b"1" * 100_000 + b"]",
        b"\xff\xfe[\x00]\x00",
        b"[NaN, Infinity]",
        b'[{"id": "1", "account": {"id": "1", "acct": "a"}, "content": "' + b"<b>" * 300_000 + b'"}]',
        b"null",
        b'""',
        b"",
    ],
    ids=["deep list", "deep object", "huge number", "UTF-16", "no numbers", "huge", "null", "text", "nothing"],
)
async def test_what_is_huge_deep_or_empty_is_survived(body: bytes) -> None:
    await survive(reader(lambda url: told(body)))


@pytest.mark.parametrize(
    "odd", ["\ud800", "\0", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "[", "\u202e@"]
)
async def test_one_odd_text_everywhere_is_survived(odd: str) -> None:
    def everywhere(data: Any) -> Any:
        if isinstance(data, dict):
            kept = ("id", "acct", "visibility", "state")
            return {key: one if key in kept else everywhere(one) for key, one in data.items()}
        if isinstance(data, list):
            return [everywhere(one) for one in data]
        return odd if isinstance(data, str) else data

    looked = await survive(reader(lambda url: told(json.dumps(everywhere(honest(url))).encode())))

    assert looked is not None
    assert looked.items
    assert "\0" not in str(looked)


def test_the_largest_state_fits() -> None:
    recent = {f"{number:064}": "~20261123100000000" for number in range(KEPT)}
    seen = Seen("9" * 64, "9" * 64, recent, 'W/"' + "\\" * 96 + '"')

    assert len(dump(seen)) <= 4_000
    assert load(dump(seen)) == seen


@given(st.text() | st.recursive(ODD, lambda inner: st.lists(inner, max_size=4)).map(json.dumps))
def test_a_state_that_we_did_not_write_is_none(state: str) -> None:
    found = load(state)

    assert found is None or isinstance(found, Seen)
