"""Timelines: both engines' shapes against a plain walk over all posts; and the plans they must have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import Connection

from bridge.model.audience import Audience, AudienceKind, Viewer, may_see
from bridge.model.ids import PersonId, PostId
from bridge.model.kept import Stream
from bridge.model.post import Post
from bridge.model.subscription import EVERYONE_ID
from bridge.store import timeline
from tests.store.worlds import COMMUNITY, NOW, TEAM, World, person, subject, subscriber

TAGS = ("one", "two", "three")


@dataclass
class Told:
    """A world and, in plain Python, what is in it."""

    world: World
    people: list[PersonId]
    posts: list[Post] = field(default_factory=list)
    follows: dict[int, set[tuple[int, str]]] = field(default_factory=dict)
    mutes: dict[int, set[int]] = field(default_factory=dict)

    def follow(self, who: int, what: int, kind: str) -> None:
        if (what, kind) not in self.follows.setdefault(who, set()):
            self.follows[who].add((what, kind))
            self.world.follow(who, what, kind)

    def mute(self, who: int, what: int) -> None:
        if what not in self.mutes.setdefault(who, set()):
            self.mutes[who].add(what)
            self.world.mute(who, what)

    def timeline(self, viewer: Viewer, stream: Stream, limit: int, before: int, since: int) -> list[PostId]:
        """The oracle: every post, newest first, asked one thing after the other."""
        if stream.of is None:
            wanted = {(id, kind) for id in stream.subjects for kind in ("person", "tag", "conversation")}
            muted: set[int] = set()
        else:
            wanted = self.follows.get(stream.of, set()) | {(stream.of, "person")}
            muted = self.mutes.get(stream.of, set())
        ids = (
            post.id
            for post in sorted(self.posts, key=lambda post: post.id, reverse=True)
            if since <= post.id < before and self._matches(post, wanted) and not self._subjects(post) & muted
            if may_see(viewer, post, (post.owner, "person") in self.follows.get(viewer.person or 0, set()), NOW)
        )
        return [id for id, _ in zip(ids, range(limit), strict=False)]

    def _matches(self, post: Post, wanted: set[tuple[int, str]]) -> bool:
        if (post.root, "conversation") in wanted:
            return True
        tags = {(self.world.tags[tag], "tag") for tag in post.tags}
        named = {(post.author, "person"), *tags} & wanted or EVERYONE_ID in {id for id, _ in wanted}
        return bool(named) and post.in_reply_to is None

    def _subjects(self, post: Post) -> set[int]:
        original = next((p.author for p in self.posts if p.id == post.reshare_of), post.author)
        return {post.author, post.root, EVERYONE_ID, original, *(self.world.tags[tag] for tag in post.tags)}


def told(conn: Connection, random: Random, size: int = 120) -> Told:
    world = World(conn)
    people = [world.person(circle) for circle in [TEAM] * 9 + [COMMUNITY] * 3]
    told = Told(world, people)
    for tag in TAGS:
        world.tag(tag)
    for _ in range(size):
        author = people[min(int(random.expovariate(0.4)), len(people) - 1)]
        kind = random.choice([*AudienceKind, AudienceKind.EVERYONE, AudienceKind.EVERYONE])
        named = frozenset(random.sample(people, 2)) if kind is AudienceKind.PEOPLE else frozenset[PersonId]()
        earlier = random.choice(told.posts) if told.posts and random.random() < 0.4 else None
        reply, reshare = (earlier, None) if random.random() < 0.6 else (None, earlier)
        tags = tuple(random.sample(TAGS, random.choice([0, 0, 1, 2])))
        told.posts.append(world.post(author, Audience(kind, named), tags, reply, reshare))
    for at in random.sample(range(size), size // 10):
        gone = replace(told.posts[at], deleted_at=NOW)
        world.posts.change(gone, {})
        told.posts[at] = gone
    kept = world.posts.many([post.id for post in told.posts])
    told.posts = [kept[post.id] for post in told.posts]
    for who in [*people, world.channel(), world.channel()]:
        for _ in range(random.randint(0, 6)):
            told.follow(who, random.choice(people), "person")
        for tag in random.sample(TAGS, random.randint(0, 3)):
            told.follow(who, world.tags[tag], "tag")
        if random.random() < 0.5:
            told.follow(who, random.choice(told.posts).root, "conversation")
        if random.random() < 0.2:
            told.follow(who, EVERYONE_ID, "everyone")
        if random.random() < 0.5:
            told.mute(who, random.choice([random.choice(people), world.tags["one"], random.choice(told.posts).root]))
    return told


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("step", [50, 2])
def test_a_timeline_is_what_a_walk_over_all_posts_finds(
    conn: Connection, seed: int, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(seed)
    monkeypatch.setattr(timeline, "_STEP", step)
    given = told(conn, random)
    channels = [who for who in given.follows if who not in given.people]
    viewers = [(Viewer(who, n < 9), who) for n, who in enumerate(given.people)]
    viewers += [(Viewer(None, random.random() < 0.5), who) for who in channels]

    for viewer, who in viewers:
        few = (subject(random.choice(given.people)), *(subject(given.world.tags[tag]) for tag in TAGS[1:]))
        some = (few[0], subject(random.choice(given.posts).root))
        subjects = (few, some, (subject(0),))
        for stream in (Stream(of=subscriber(who)), *(Stream(subjects=each) for each in subjects)):
            limit = random.choice([1, 5, 50])
            before, since = (random.choice(given.posts).id for _ in range(2))
            bounds = random.choice([(None, None), (before, None), (None, since), (before, since)])

            found = given.world.posts.timeline(viewer, stream, NOW, limit, *bounds)

            expected = given.timeline(viewer, stream, limit, bounds[0] or 2**63, bounds[1] or 0)
            assert [post.id for post in found] == expected


def test_pages_of_a_timeline_join_without_a_gap(conn: Connection) -> None:
    given = told(conn, Random(9))
    viewer, stream = Viewer(None, True), Stream(subjects=(subject(0),))

    pages: list[PostId] = []
    while page := given.world.posts.timeline(viewer, stream, NOW, 7, before=pages[-1] if pages else None):
        pages += [post.id for post in page]

    assert pages == given.timeline(viewer, stream, 1000, 2**63, 0)


def test_a_mute_ends_when_it_said(conn: Connection) -> None:
    world = World(conn)
    ana, bo = world.person(), world.person()
    post = world.post(ana)
    world.follow(bo, ana)
    world.mute(bo, ana, until=NOW)

    seen = [
        [p.id for p in world.posts.timeline(person(bo), Stream(of=subscriber(bo)), at, 5)]
        for at in (NOW - timedelta(seconds=1), NOW)
    ]

    assert seen == [[], [post.id]]


def test_sqlite_walks_each_author_by_an_index(sqlite_tables: Connection, plan: Callable[..., str]) -> None:
    sight = timeline._Sight(channel=False, team=True, mutes=True)
    people = timeline._statement("sqlite", frozenset({timeline.SubjectKind.PERSON}), sight)

    steps = plan(sqlite_tables, people.statements["sqlite"])

    assert "SEARCH p USING INDEX post_author (author=? AND id>? AND id<?)" in steps.replace("rowid", "id")
    assert "SCAN p" not in steps
