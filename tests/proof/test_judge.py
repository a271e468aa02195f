"""The judge of the proofs sees what is wrong: one that could not fail would prove nothing."""

from __future__ import annotations

from tests.proof.means.judge import GONE, Spot, Update, Verdict, judge, seen


def told(id: int, begun: float, acknowledged: float | None, *revisions: int) -> Update:
    return Update(id, 1, begun, acknowledged, revisions=set(revisions or (0,)))


def verdict(updates: list[Update], *shown: str, in_order: bool = True) -> Verdict:
    spot = Spot("C1", "Slack", frozenset({1}), [f"Ana\n{text} #topic1" for text in shown], in_order)
    return judge({update.id: update for update in updates}, [spot])["Slack"]


def counts(found: Verdict) -> tuple[int, int, int, int]:
    return found.lost, found.doubled, found.out_of_order, found.outdated


def test_what_is_typed_is_found_again() -> None:
    update = told(7, 0, 1)

    assert seen(update.words()) == [(7, 0)]
    assert seen(f"✓ {update.words(3)}\nSeen by all") == [(7, 3)]


def test_all_is_well() -> None:
    assert counts(verdict([told(1, 0, 1), told(2, 2, 3)], "u000001", "u000002")) == (0, 0, 0, 0)


def test_what_was_acknowledged_and_stands_nowhere_is_lost() -> None:
    found = verdict([told(1, 0, 1), told(2, 2, None)])

    assert counts(found) == (1, 0, 0, 0)
    assert found.wanting == {1}


def test_an_event_that_was_acknowledged_is_a_promise_without_a_receipt() -> None:
    update = told(1, 0, None)
    update.promised = True

    assert counts(verdict([update])) == (1, 0, 0, 0)


def test_what_follows_another_topic_is_not_missed() -> None:
    other = Spot("C2", "Slack", frozenset({2}), [])

    assert counts(judge({1: told(1, 0, 1)}, [other])["Slack"]) == (0, 0, 0, 0)


def test_what_stands_twice_is_doubled() -> None:
    assert counts(verdict([told(1, 0, 1), told(2, 2, 3)], "u000001", "u000002", "u000001")) == (0, 1, 0, 0)


def test_what_was_acknowledged_before_another_was_begun_stands_before_it() -> None:
    updates = [told(1, 0, 1), told(2, 2, 3)]

    assert counts(verdict(updates, "u000002", "u000001")) == (0, 0, 1, 0)
    assert counts(verdict(updates, "u000002", "u000001", in_order=False)) == (0, 0, 0, 0)


def test_of_two_that_overlap_either_may_be_first() -> None:
    assert counts(verdict([told(1, 0, 2.5), told(2, 2, 3)], "u000002", "u000001")) == (0, 0, 0, 0)


def test_a_copy_shows_what_its_author_was_last_told() -> None:
    assert counts(verdict([told(1, 0, 1, 2)], "u000001r1")) == (0, 0, 0, 1)
    assert counts(verdict([told(1, 0, 1, 1, 2)], "u000001r1")) == (0, 0, 0, 0)
    assert counts(verdict([told(1, 0, 1, GONE)], "u000001")) == (0, 0, 0, 1)
    assert counts(verdict([told(1, 0, 1, GONE)])) == (0, 0, 0, 0)


def test_a_message_too_many_that_is_also_out_of_date_is_one_message() -> None:
    def astray(*shown: str) -> int:
        return verdict([told(1, 0, 1, 1)], *shown).astray

    assert astray("u000001r1") == 0
    assert astray("u000001", "u000001r1") == astray("u000001r1", "u000001r1") == astray("u000001") == 1
    assert astray("u000001", "u000001") == astray("u000001", "u000001", "u000001r1") == 2


def test_what_belongs_elsewhere_is_noticed() -> None:
    stray = Spot("C2", "Slack", frozenset({2}), ["u000001 #topic1"])

    assert counts(judge({1: told(1, 0, 1)}, [stray])["Slack"]) == (0, 0, 0, 1)
