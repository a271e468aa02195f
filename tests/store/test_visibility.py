"""Law 4 is written twice: `may_see` and the expression of `bridge.store.visibility` are one rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from bridge.model.audience import Audience, AudienceKind, Viewer, may_see
from bridge.model.ids import PersonId, PostId
from bridge.model.post import Post
from tests.store.worlds import COMMUNITY, NOW, TEAM, World

KINDS = [*AudienceKind, AudienceKind.FOLLOWERS]
CASES = 4000
LEAST = 0.02


@dataclass(frozen=True)
class Drawn:
    """Viewers, the posts they look at, and who follows whom."""

    viewers: list[Viewer]
    posts: list[Post]
    follows: set[tuple[PersonId, PersonId]]

    def cases(self) -> Iterator[tuple[Viewer, Post, bool]]:
        for viewer, post in product(self.viewers, self.posts):
            yield viewer, post, (viewer.person, post.owner) in self.follows


def draw(world: World, random: Random) -> Drawn:
    """People of both circles and channels of both; posts of every audience, replies, reshares, held and deleted."""
    people = {world.person(circle): circle for circle in [TEAM] * 3 + [COMMUNITY] * 2}
    follows = {(a, b) for a, b in product(people, people) if a != b and random.random() < 0.7}
    for a, b in follows:
        world.follow(a, b, cadence=random.choice(["live", "digest"]), paused=random.random() < 0.2)
    posts: list[Post] = []
    for _ in range(14):
        author, earlier = random.choice(list(people)), random.choice([None, None, *posts])
        kind = random.choice(KINDS)
        named = frozenset(random.sample(list(people), random.randint(1, 2))) if kind is AudienceKind.PEOPLE else ()
        held = NOW + timedelta(seconds=random.choice([-1, 0, 1])) if random.random() < 0.25 else None
        reply, reshare = (earlier, None) if random.random() < 0.5 else (None, earlier)
        post = world.post(author, Audience(kind, frozenset(named)), (), reply, reshare, held_until=held)
        posts.append(post)
    for post in random.sample(posts, 2):
        world.posts.change(replace(post, deleted_at=NOW), {})
    viewers = [Viewer(person, circle is TEAM) for person, circle in people.items()]
    kept = world.posts.many([post.id for post in posts])
    return Drawn([*viewers, Viewer(None, True), Viewer(None, False)], list(kept.values()), follows)


def told_by_sql(world: World, drawn: Drawn) -> set[tuple[Viewer, PostId]]:
    ids = [post.id for post in drawn.posts]
    return {(viewer, id) for viewer in drawn.viewers for id in world.posts.visible(viewer, ids, NOW)}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(random=st.randoms(use_true_random=False))
def test_sql_and_may_see_agree_on_random_worlds(conn: Connection, random: Random) -> None:
    with conn.begin_nested() as attempt:
        world = World(conn)

        drawn = draw(world, random)
        by_sql = told_by_sql(world, drawn)

        by_rule = {(viewer, post.id) for viewer, post, follows in drawn.cases() if may_see(viewer, post, follows, NOW)}
        attempt.rollback()
    assert by_sql == by_rule


def decided_by(viewer: Viewer, post: Post, follows: bool) -> str:
    """The clause of the rule that settles the case."""
    if post.deleted_at is not None:
        return "deleted"
    if viewer.person is not None and viewer.person == post.author:
        return "author"
    if post.held_until is not None and post.held_until > NOW:
        return "held"
    if viewer.person is not None and viewer.person == post.owner:
        return "owner"
    return f"{post.audience.kind}: {'yes' if may_see(viewer, post, follows, NOW) else 'no'}"


@pytest.mark.parametrize("conn", ["sqlite"], indirect=True)
def test_every_clause_decides_a_fair_share_of_the_cases(conn: Connection) -> None:
    random, decided = Random(4), Counter[str]()

    while decided.total() < CASES:
        with conn.begin_nested() as attempt:
            decided.update(decided_by(*case) for case in draw(World(conn), random).cases())
            attempt.rollback()

    clauses = {"deleted", "author", "held", "owner", "public: yes", "me: no"}
    clauses |= {f"{kind}: {answer}" for kind in ("everyone", "followers", "people") for answer in ("yes", "no")}
    assert set(decided) == clauses
    assert {clause for clause, count in decided.items() if count < LEAST * decided.total()} == set()


def test_a_reply_is_seen_by_whoever_may_see_what_it_answers(conn: Connection) -> None:
    world = World(conn)
    ana, bo, cy = world.person(), world.person(), world.person()
    first = world.post(ana, Audience(AudienceKind.PEOPLE, frozenset({bo})))

    reply = world.post(bo, reply_to=first)

    seen = {who: world.posts.visible(Viewer(who, True), [reply.id], NOW) for who in (ana, bo, cy)}
    assert seen == {ana: {reply.id}, bo: {reply.id}, cy: set()}
