"""The outbox's promises, on both engines: who gets a post, once, in order; what a claim sees; what a settle leaves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random

import pytest
from sqlalchemy import Connection, select
from sqlalchemy import update as update_of

from bridge.model.audience import Audience, AudienceKind, Viewer
from bridge.model.delivery import Delivery, Kind, Lane, Reason, State
from bridge.model.ids import DeliveryId, PersonId, PlaceId, PostId
from bridge.model.kept import Attempt, Candidate, Digest, DigestFor, Plan, Reach, Result
from bridge.model.post import Post
from bridge.model.subscription import EVERYONE_ID
from bridge.model.times.calendar import Schedule
from bridge.store.rows import PLACE
from bridge.store.sql import SUBSCRIPTION
from tests.store.worlds import COMMUNITY, NOW, TEAM, World, person, subject, subscriber

SOON = NOW + timedelta(seconds=30)
SECOND = timedelta(seconds=1)


@pytest.fixture
def world(conn: Connection) -> World:
    return World(conn)


def claim(world: World, at: datetime = NOW, owner: str = "me", limit: int = 10) -> list[Lane]:
    return world.outbox.claim(owner, at, SOON, limit)


def one(world: World) -> Lane:
    (lane,) = claim(world)
    return lane


def attempt(lane: Lane, delivery: Delivery | None = None, first: bool = True) -> Attempt:
    items = delivery.items if delivery else lane.waiting
    tries = tuple((item.seq, None if item.gone else item.wanted) for item in items)
    nonce = delivery.nonce if delivery else f"n{lane.place.id}-{lane.epoch}"
    return Attempt(lane.place.id, lane.epoch, delivery.id if delivery else None, nonce, tries, first)


def send(world: World, lane: Lane, message: str = "m1") -> DeliveryId:
    begun = world.outbox.begin([attempt(lane)], NOW)
    settled(world, lane, begun[0], message)
    return begun[0]


def settled(world: World, lane: Lane, id: DeliveryId, message: str | None = None) -> None:
    result = Result(lane.place.id, lane.epoch, id, State.SETTLED, message, shown=True, release=True)
    world.outbox.settle([result], NOW)


def waiting_for(world: World, place: PlaceId) -> list[PostId]:
    return [item.post for lane in claim(world) if lane.place.id == place for item in lane.waiting]


def live_places(world: World, post: Post) -> set[PlaceId]:
    return {place.id for place in world.outbox.reach(post, NOW).live}


# who gets a post


def test_live_followers_of_author_tag_conversation_and_everyone_get_it_once(world: World) -> None:
    ana, bo, cy, di, channel = *(world.person() for _ in range(4)), world.channel()
    world.follow(bo, ana)
    world.follow(bo, world.tag("release"), "tag")
    world.follow(cy, EVERYONE_ID)
    world.follow(channel, world.tag("release"), "tag")
    world.follow(di, ana, cadence="digest")
    post = world.post(ana, tags=("release",))

    first, again = world.outbox.fan_out(post, NOW), world.outbox.fan_out(post, NOW)

    assert (first, again) == (3, 0)
    assert {lane.place.id for lane in claim(world)} == {world.homes[bo], world.homes[cy], channel}
    assert live_places(world, post) == {world.homes[bo], world.homes[cy], channel}


def test_a_reply_comes_to_who_follows_the_conversation(world: World) -> None:
    ana, bo, cy = world.person(), world.person(), world.person()
    first = world.post(ana)
    world.follow(cy, first.root, "conversation")

    assert world.outbox.fan_out(world.post(bo, reply_to=first), NOW) == 1


def test_nobody_gets_what_they_wrote_muted_paused_or_may_not_see(world: World) -> None:
    ana, bo, cy, di, guest = *(world.person() for _ in range(4)), world.person(COMMUNITY)
    stopped = world.channel(paused="closed")
    for who in (bo, cy, di, guest, stopped):
        world.follow(who, EVERYONE_ID, paused=who == di)
    world.mute(cy, ana)
    world.follow(ana, EVERYONE_ID)

    assert world.outbox.fan_out(world.post(ana), NOW) == 1
    assert claim(world)[0].place.id == world.homes[bo]


def test_an_answer_goes_along_to_the_channels_that_show_what_it_answers(world: World) -> None:
    ana, bo, cy = world.person(), world.person(), world.person()
    own, other, stopped, muting, closed = (world.channel() for _ in range(5))
    for who in (cy, own, other, stopped, muting, closed):
        world.follow(who, ana)
    update = world.post(ana)
    world.outbox.fan_out(update, NOW)
    for number, lane in enumerate(claim(world)):
        send(world, lane, f"m{number}")
    world.conn.execute(update_of(SUBSCRIPTION).where(SUBSCRIPTION.c.subscriber == stopped).values(paused=True))
    world.conn.execute(update_of(PLACE).where(PLACE.c.id == closed).values(paused="closed"))
    world.mute(muting, bo)
    answer = world.post(bo, reply_to=update)

    first, again = (world.outbox.go_along(answer, [own], NOW) for _ in range(2))
    lanes = claim(world)

    assert (first, again) == (1, 0)
    assert [(lane.place.id, lane.waiting[0].reason) for lane in lanes] == [(other, Reason.ALONG)]


def test_what_came_in_a_digest_brings_no_answers_along(world: World) -> None:
    ana, bo, cy, channel = world.person(), world.person(), world.person(), world.channel()
    world.follow(channel, ana, cadence="digest")
    world.follow(channel, cy)
    update = world.post(ana)
    add_digest(world, channel, [Candidate(update.id, Reason.FOLLOW, subject(ana))])
    lane = one(world)
    begun = world.outbox.begin([attempt(lane, lane.deliveries[0])], NOW)
    settled(world, lane, begun[0], "m1")

    assert world.outbox.go_along(world.post(bo, reply_to=update), [], NOW) == 0


@pytest.mark.parametrize("kind", list(AudienceKind))
def test_a_channel_gets_only_what_everyone_in_it_may_see(world: World, kind: AudienceKind) -> None:
    ana, team, community = world.person(), world.channel(), world.channel(COMMUNITY)
    world.follow(team, ana)
    world.follow(community, ana)

    world.outbox.fan_out(world.post(ana, Audience(kind, frozenset())), NOW)

    expected = {AudienceKind.PUBLIC: {team, community}, AudienceKind.EVERYONE: {team}}.get(kind, set())
    assert {lane.place.id for lane in claim(world)} == expected


def test_an_update_is_not_shown_again_where_its_text_stands(world: World) -> None:
    ana, here, there = world.person(), world.channel(), world.channel()
    world.follow(here, ana)
    world.follow(there, ana)

    world.outbox.fan_out(world.post(ana, stands_in=here), NOW)

    assert [lane.place.id for lane in claim(world)] == [there]


def test_a_wish_is_granted_once(world: World) -> None:
    ana, bo = world.person(), world.person()
    post = world.post(ana)
    wish = (post, subscriber(bo), world.homes[bo], Reason.MENTION, None, NOW)

    assert [world.outbox.wish(*wish), world.outbox.wish(*wish)] == [True, False]
    assert [item.reason for item in one(world).waiting] == [Reason.MENTION]


def test_reach_counts_digest_readers_who_do_not_get_it_live(world: World) -> None:
    ana, live, reader, without, blind = *(world.person() for _ in range(4)), world.person(COMMUNITY)
    for who in (live, reader, without, blind):
        world.follow(who, ana, cadence="live" if who == live else "digest")
    world.follow(reader, EVERYONE_ID, cadence="digest")
    for who in (live, reader, blind):
        world.schedule(who)
    world.schedule(without, enabled=False)
    post = world.post(ana, held_until=SOON)

    assert world.outbox.reach(post, NOW).digests == 1
    assert live_places(world, post) == {world.homes[live]}


def test_reach_counts_no_place_that_is_paused(world: World) -> None:
    """Given places that closed: one that follows live, one with a digest, and one where something waits already."""
    ana, bo, live, digest = world.person(), world.person(), world.channel(), world.channel()
    world.follow(live, ana)
    world.follow(digest, ana, cadence="digest")
    world.schedule(live)
    world.schedule(digest)
    post = world.post(ana)
    world.outbox.wish(post, subscriber(bo), world.homes[bo], Reason.MENTION, None, NOW)
    world.conn.execute(update_of(PLACE).values(paused="The channel is gone."))

    assert world.outbox.reach(post, NOW) == Reach((), 0)


def test_reach_leaves_out_what_it_is_told_to(world: World) -> None:
    ana, live, digest = world.person(), world.channel(), world.channel()
    world.follow(live, ana)
    world.follow(digest, ana, cadence="digest")
    world.schedule(digest)
    post = world.post(ana)

    assert world.outbox.reach(post, NOW).digests == 1
    assert world.outbox.reach(post, NOW, {live, digest}) == Reach((), 0)


# what a claim sees


def test_items_wait_in_the_order_they_came(world: World) -> None:
    ana, channel = world.person(), world.channel()
    world.follow(channel, ana)
    posts = [world.post(ana) for _ in range(15)]
    for post in reversed(posts):
        world.outbox.fan_out(post, NOW)

    lane = one(world)

    assert [item.post for item in lane.waiting] == [post.id for post in reversed(posts)][: len(lane.waiting)]
    assert len(lane.waiting) >= 10
    assert lane.waiting_count == 15


def test_live_work_goes_first_but_digests_do_not_wait_for_ever(world: World) -> None:
    ana, live, digest, old = world.person(), world.channel(), world.channel(), world.channel()
    world.follow(live, ana)
    add_digest(world, old, [], at=NOW - timedelta(minutes=2))
    add_digest(world, digest, [], at=NOW - 30 * SECOND)
    world.outbox.fan_out(world.post(ana), NOW)

    assert [lane.place.id for lane in claim(world)] == [old, live, digest]


def test_a_claimed_place_is_left_alone_until_its_lease_ends(world: World) -> None:
    ana, channel = world.person(), world.channel()
    world.follow(channel, ana)
    world.outbox.fan_out(world.post(ana), NOW)

    first, second, third = claim(world), claim(world, owner="other"), claim(world, SOON, "other")

    assert [len(first), len(second), len(third)] == [1, 0, 1]
    assert third[0].epoch > first[0].epoch
    assert world.outbox.lanes({channel: first[0].epoch}, NOW) == []
    assert world.outbox.lanes({channel: third[0].epoch}, SOON) == third


@pytest.mark.parametrize("how", ["deleted", "audience", "unfollowed", "still there"])
def test_items_are_gone_when_the_place_may_not_show_them(world: World, how: str) -> None:
    ana, bo = world.person(), world.person()
    world.follow(bo, ana)
    post = world.post(ana, Audience(AudienceKind.FOLLOWERS))
    world.outbox.fan_out(post, NOW)

    if how == "deleted":
        world.posts.change(replace(post, deleted_at=NOW), {})
    elif how == "audience":
        world.posts.change(replace(post, audience=Audience(AudienceKind.ME)), {})
    elif how == "unfollowed":
        world.conn.exec_driver_sql("DELETE FROM subscription")

    assert [item.gone for item in one(world).waiting] == [how != "still there"]


# what the courier writes


def test_a_sent_message_is_kept_shown_and_at_rest(world: World) -> None:
    ana, bo = world.person(), world.person()
    world.follow(bo, ana)
    post = world.post(ana)
    world.outbox.fan_out(post, NOW)

    id = send(world, one(world), "m7")

    assert claim(world) == []
    kept = world.outbox.by_message(world.homes[bo], "m7")
    assert kept == world.outbox.get(id)
    assert kept is not None
    assert (kept.state, kept.attempts, [item.shown for item in kept.items]) == (State.SETTLED, 1, [1])
    assert [(place.id, message) for place, message in world.outbox.copies(post.id)] == [(world.homes[bo], "m7")]
    assert world.outbox.shown(world.homes[bo], None, None, 5) == [kept]


def test_work_that_comes_in_while_a_place_is_put_to_rest_is_not_slept_over(world: World) -> None:
    ana, channel = world.person(), world.channel()
    world.follow(channel, ana)
    world.outbox.fan_out(world.post(ana), NOW)
    lane = one(world)
    late = world.post(ana)

    world.outbox.fan_out(late, NOW)
    send(world, lane)

    assert waiting_for(world, channel) == [late.id]


def test_a_place_rests_until_the_moment_that_was_said(world: World) -> None:
    ana, channel = world.person(), world.channel()
    world.follow(channel, ana)
    world.outbox.fan_out(world.post(ana), NOW)
    lane = one(world)

    world.outbox.settle(
        [Result(channel, lane.epoch, release=True, due=NOW + SECOND, free=NOW + 2 * SECOND, failures=3, pace="p")], NOW
    )

    assert [len(claim(world, NOW + n * SECOND)) for n in (0, 1)] == [0, 0]
    (again,) = claim(world, NOW + 2 * SECOND)
    assert (again.failures, again.pace) == (3, "p")


def test_whoever_lost_a_place_can_neither_begin_nor_settle(world: World) -> None:
    ana, channel = world.person(), world.channel()
    world.follow(channel, ana)
    world.outbox.fan_out(world.post(ana), NOW)
    stale = one(world)
    (fresh,) = claim(world, SOON, "other")

    begun = world.outbox.begin([attempt(stale), attempt(fresh)], SOON)
    world.outbox.settle([Result(channel, stale.epoch, begun[1], State.BURIED, release=True)], SOON)

    assert list(begun) == [1]
    kept = world.outbox.get(begun[1])
    assert kept is not None
    assert kept.state is State.SENDING


def test_beginning_again_after_a_hidden_commit_makes_no_second_message(world: World) -> None:
    ana, channel = world.person(), world.channel()
    world.follow(channel, ana)
    world.outbox.fan_out(world.post(ana), NOW)
    lane = one(world)

    begun = [world.outbox.begin([attempt(lane)], NOW) for _ in range(2)]

    assert begun[0] == begun[1]
    (found,) = world.outbox.lanes({channel: lane.epoch}, NOW)
    assert len(found.deliveries) == 1


def test_an_edit_reaches_the_copy_and_a_deletion_takes_it_away(world: World) -> None:
    ana, bo = world.person(), world.person()
    world.follow(bo, ana)
    post = world.post(ana)
    world.outbox.fan_out(post, NOW)
    send(world, one(world))

    world.posts.change(replace(post, revision=2), {})
    assert world.outbox.restate(post.id, NOW) == 1
    lane = one(world)
    (delivery,) = lane.deliveries
    assert (delivery.stale, delivery.empty) == (True, False)
    world.outbox.begin([attempt(lane, delivery, first=False)], NOW)
    settled(world, lane, delivery.id)
    assert claim(world) == []

    world.posts.change(replace(post, revision=3, deleted_at=NOW), {})
    world.outbox.restate(post.id, NOW)
    lane = one(world)
    assert lane.deliveries[0].empty
    world.outbox.settle([Result(lane.place.id, lane.epoch, delivery.id, State.GONE, release=True, due=NOW)], NOW)
    assert one(world).deliveries == ()
    assert world.outbox.copies(post.id) == []


def test_an_edit_that_came_during_the_sending_keeps_the_message_restless(world: World) -> None:
    ana, bo = world.person(), world.person()
    world.follow(bo, ana)
    post = world.post(ana)
    world.outbox.fan_out(post, NOW)
    lane = one(world)
    id = world.outbox.begin([attempt(lane)], NOW)[0]

    world.posts.change(replace(post, revision=2), {})
    world.outbox.restate(post.id, NOW)
    settled(world, lane, id, "m1")

    assert [d.stale for d in one(world).deliveries] == [True]


def test_an_edit_that_came_while_the_message_was_composed_is_looked_at_again(world: World) -> None:
    ana, bo = world.person(), world.person()
    world.follow(bo, ana)
    post = world.post(ana)
    world.outbox.fan_out(post, NOW)
    lane = one(world)

    world.posts.change(replace(post, revision=2), {})
    assert world.outbox.restate(post.id, NOW) == 0
    id = world.outbox.begin([attempt(lane)], NOW)[0]
    settled(world, lane, id, "m1")

    assert [d.stale for d in one(world).deliveries] == [True]


def test_an_uncertain_message_keeps_the_revisions_first_tried(world: World) -> None:
    ana, bo = world.person(), world.person()
    world.follow(bo, ana)
    post = world.post(ana)
    world.outbox.fan_out(post, NOW)
    lane = one(world)
    id = world.outbox.begin([attempt(lane)], NOW)[0]
    world.posts.change(replace(post, revision=2), {})
    (lane,) = world.outbox.lanes({lane.place.id: lane.epoch}, NOW)

    world.outbox.begin([attempt(lane, lane.deliveries[0])], NOW + SECOND)
    settled(world, lane, id, "m1")

    delivery = world.outbox.get(id)
    assert delivery is not None
    assert [item.shown for item in delivery.items] == [1]
    assert delivery.stale


def test_a_place_that_is_paused_waits_for_its_owner(world: World) -> None:
    ana, channel = world.person(), world.channel()
    world.follow(channel, ana)
    world.outbox.fan_out(world.post(ana), NOW)
    lane = one(world)

    world.outbox.settle([Result(channel, lane.epoch, pause="It is archived.", release=True, due=NOW)], NOW)

    assert claim(world) == []
    assert world.conn.execute(select(PLACE.c.paused).where(PLACE.c.id == channel)).scalar() == "It is archived."


def test_first_lives_of_the_last_hour_are_remembered(world: World) -> None:
    ana, channel = world.person(), world.channel()
    world.follow(channel, ana)
    for minute in (0, 30, 70):
        at = NOW + timedelta(minutes=minute)
        world.outbox.fan_out(world.post(ana), at)
        (lane,) = world.outbox.claim("me", at, at + SECOND, 1)
        world.outbox.settle([Result(channel, lane.epoch, release=True, live_at=at)], at)

    (lane,) = world.outbox.claim("me", at, at + SECOND, 1) or world.outbox.lanes({channel: lane.epoch}, at)
    assert lane.lives == (NOW + timedelta(minutes=30), NOW + timedelta(minutes=70))


# digests and notices


def add_digest(
    world: World, to: int, candidates: list[Candidate], at: datetime = NOW, hour: int = 9
) -> DeliveryId | None:
    place = world.homes.get(to, PlaceId(to))
    plan = Plan(subscriber(to), place, None, Schedule((time(9),), frozenset({1}), "UTC"), None)
    nonce = f"d{world.id()}"
    digest = Digest(plan, (date(2026, 11, 24), time(hour)), nonce, SOON, candidates)
    return world.outbox.add_digests([digest], at)[0]


def wanted_by(world: World, who: PersonId) -> DigestFor:
    return DigestFor(subscriber(who), person(who), world.homes[who], NOW - timedelta(hours=2))


def found(world: World, who: PersonId) -> list[Candidate]:
    return world.outbox.candidates([wanted_by(world, who)], NOW, 50)[0]


def test_a_slot_has_one_digest(world: World) -> None:
    ana, bo = world.person(), world.person()
    world.follow(bo, ana, cadence="digest")
    posts = [world.post(ana) for _ in range(3)]
    chosen = found(world, bo)

    first, again, later = (add_digest(world, bo, chosen[::-1], hour=hour) for hour in (9, 9, 10))

    assert (first is None, again, later is None) == (False, None, False)
    assert [candidate.post for candidate in chosen] == [post.id for post in posts]
    deliveries = one(world).deliveries
    assert [[item.post for item in d.items] for d in deliveries] == [[post.id for post in posts[::-1]], []]
    assert deliveries[0].subscriber == bo


def test_a_digest_offers_what_matches_for_the_strongest_reason(world: World) -> None:
    ana, bo, cy = world.person(), world.person(), world.person()
    world.follow(bo, ana, cadence="digest")
    world.follow(bo, world.tag("release"), "tag", cadence="digest")
    own = world.post(bo)
    followed = world.post(ana, tags=("release",))
    tagged = world.post(cy, tags=("release",))
    mention = world.post(cy, mentions=(bo,))
    reply = world.post(cy, reply_to=own)
    announced = world.post(cy, announced=True)
    world.post(cy)
    world.post(ana, until=NOW)
    world.post(ana, stands_in=world.homes[bo])

    assert found(world, bo) == [
        Candidate(followed.id, Reason.FOLLOW, subject(ana)),
        Candidate(tagged.id, Reason.FOLLOW, subject(world.tag("release"))),
        Candidate(mention.id, Reason.MENTION, None),
        Candidate(reply.id, Reason.REPLY, None),
        Candidate(announced.id, Reason.ANNOUNCED, None),
    ]


def test_a_digest_offers_nothing_muted_paused_hidden_or_already_on_its_way(world: World) -> None:
    ana, bo, cy = world.person(), world.person(), world.person()
    world.follow(bo, ana)
    world.follow(bo, cy, paused=True)
    sent = world.post(ana)
    world.outbox.fan_out(sent, NOW)
    world.post(cy)
    world.post(ana, Audience(AudienceKind.ME))
    world.mute(bo, world.tag("quiet"))
    world.post(ana, tags=("quiet",))
    repeated = world.post(cy, reshare=sent, text="")
    world.follow(bo, world.tag("x"), "tag")

    assert repeated.reshare_of == sent.id
    assert found(world, bo) == []


def test_digests_chosen_together_are_what_each_is_alone(world: World) -> None:
    random = Random(4)
    people = [world.person(TEAM if n % 4 else COMMUNITY) for n in range(12)]
    channels = [world.channel() for _ in range(4)]
    for who in [*people, *channels]:
        for whom in random.sample(people, 3):
            world.follow(who, whom, cadence="digest")
        world.follow(who, world.tag("one"), "tag", cadence="digest")
    for _ in range(60):
        earlier = world.posts.newest_of(random.choice(people), 1)
        named = Audience(AudienceKind.PEOPLE, frozenset(random.sample(people, 2)))
        audience = named if random.random() < 0.2 else Audience(random.choice(list(AudienceKind)[:-2]))
        tags = random.choice([(), ("one",)])
        world.post(random.choice(people), audience, tags, earlier[0] if earlier and random.random() < 0.3 else None)
    wanted = [replace(wanted_by(world, who), viewer=person(who, n % 4 > 0)) for n, who in enumerate(people)]
    since = NOW - timedelta(hours=2)
    wanted += [DigestFor(subscriber(who), Viewer(None, n > 1), who, since) for n, who in enumerate(channels)]

    together = world.outbox.candidates(wanted, NOW, 5)

    assert together == [world.outbox.candidates([one], NOW, 5)[0] for one in wanted]
    assert {len(chosen) for chosen in together} >= {5}
    assert len({tuple(chosen) for chosen in together}) > 8


def test_digests_kept_together_do_not_stand_in_each_others_way(world: World) -> None:
    ana, bo, cy = (world.person() for _ in range(3))
    world.follow(bo, ana, cadence="digest")
    world.follow(cy, ana, cadence="digest")
    posts = [world.post(ana).id for _ in range(2)]
    add_digest(world, bo, [])
    schedule = Schedule((time(9),), frozenset({1}), "UTC")
    digests = []
    for who, hour in ((bo, 9), (bo, 10), (cy, 9)):
        plan = Plan(subscriber(who), world.homes[who], who, schedule, None)
        slot = (date(2026, 11, 24), time(hour))
        digests.append(Digest(plan, slot, f"n{who}{hour}", SOON, found(world, who)))

    had_one, later, other = world.outbox.add_digests(digests, NOW)

    assert had_one is None
    for id in (later, other):
        kept = world.outbox.get(id) if id else None
        assert kept is not None
        assert [item.post for item in kept.items] == posts
        assert kept.deadline == SOON
    assert world.outbox.add_digests(digests, NOW) == [None, None, None]


def test_what_is_left_to_the_digest_comes_in_it_however_old(world: World) -> None:
    ana, bo = world.person(), world.person()
    world.follow(bo, ana)
    post = world.post(ana)
    world.outbox.fan_out(post, NOW)
    lane = one(world)
    world.outbox.settle([Result(lane.place.id, lane.epoch, divert=(lane.waiting[0].seq,), release=True)], NOW)

    days_later = NOW + timedelta(days=3)
    (chosen,) = world.outbox.candidates([replace(wanted_by(world, bo), since=days_later)], days_later, 9)
    assert [candidate.post for candidate in chosen] == [post.id]
    assert world.outbox.traces(post.id, [subscriber(bo)])[0].diverted

    id = add_digest(world, bo, chosen)
    assert found(world, bo) == []
    assert id is not None
    digest = world.outbox.get(id)
    assert digest is not None
    assert [item.post for item in digest.items] == [post.id]


def test_an_expired_digest_gives_its_items_back(world: World) -> None:
    ana, bo = world.person(), world.person()
    world.follow(bo, ana, cadence="digest")
    world.post(ana)
    chosen = found(world, bo)
    add_digest(world, bo, chosen)
    lane = one(world)
    (digest,) = lane.deliveries
    assert found(world, bo) == []

    seqs = tuple(item.seq for item in digest.items)
    gone = Result(lane.place.id, lane.epoch, digest.id, State.GONE, drop=seqs, give_back=True, release=True)
    world.outbox.settle([gone], NOW)

    assert found(world, bo) == chosen


def test_a_notice_is_said_once_and_may_change(world: World) -> None:
    channel = world.channel()

    first, again = (world.outbox.add_notice(channel, "{}", f"n{n}", NOW, "k") for n in range(2))
    assert (first is None, again) == (False, None)
    lane = one(world)
    assert [(d.kind, d.payload) for d in lane.deliveries] == [(Kind.NOTICE, "{}")]
    world.outbox.begin([replace(attempt(lane, lane.deliveries[0]), payload_rev=1)], NOW)
    settled(world, lane, lane.deliveries[0].id, "m1")
    assert claim(world) == []

    world.outbox.change_notice("k", "[]", NOW)
    assert [d.stale for d in one(world).deliveries] == [True]


# looking at it


def test_a_buried_message_can_be_woken(world: World) -> None:
    ana, channel = world.person(), world.channel()
    world.follow(channel, ana)
    world.outbox.fan_out(world.post(ana), NOW)
    lane = one(world)
    id = world.outbox.begin([attempt(lane)], NOW)[0]
    world.outbox.settle([Result(channel, lane.epoch, id, State.BURIED, error="no", pause="no", release=True)], NOW)
    assert [(place.id, d.error) for place, d in world.outbox.listing([State.BURIED], 5)] == [(channel, "no")]

    assert [world.outbox.wake(id, NOW), world.outbox.wake(id, NOW)] == [True, False]

    assert [d.state for d in one(world).deliveries] == [State.WAITING]
    backlog = world.outbox.backlog(NOW)
    assert (sum(backlog.waiting.values()), backlog.oldest_waiting, backlog.buried) == (1, NOW, 0)


def test_what_waits_is_counted(world: World) -> None:
    ana, bo, one_channel, other, closed = world.person(), world.person(), *(world.channel() for _ in range(3))
    for follower in (bo, one_channel, other, closed):
        world.follow(follower, ana)
    world.outbox.fan_out(world.post(ana), NOW)
    assert world.outbox.backlog(NOW).due == 4

    lanes = {lane.place.id: lane for lane in claim(world)}
    uncertain = world.outbox.begin([attempt(lanes[one_channel])], NOW)[0]
    buried = world.outbox.begin([attempt(lanes[other])], NOW)[0]
    world.outbox.settle(
        [
            Result(one_channel, lanes[one_channel].epoch, uncertain, State.UNCERTAIN, release=True, due=NOW + SECOND),
            Result(other, lanes[other].epoch, buried, State.BURIED, release=True),
            Result(closed, lanes[closed].epoch, pause="closed", release=True),
        ],
        NOW,
    )

    early, late = world.outbox.backlog(NOW), world.outbox.backlog(SOON + SECOND)
    assert (early.leased, early.due, early.paused, early.uncertain, early.buried) == (1, 0, 1, 1, 1)
    assert (sum(early.waiting.values()), early.oldest_waiting, early.oldest_due) == (2, NOW, None)
    # The lease has run out by then, and the uncertain one's moment has come.
    assert (late.leased, late.due, late.oldest_due) == (0, 2, NOW)


def test_shown_is_paged_by_message(world: World) -> None:
    ana, channel = world.person(), world.channel()
    world.follow(channel, ana)
    for n in range(5):
        world.outbox.fan_out(world.post(ana), NOW)
        send(world, one(world), f"m{n}")

    def page(after: str | None, before: str | None) -> list[str | None]:
        return [d.message for d in world.outbox.shown(channel, after, before, 2)]

    assert [page(None, None), page(None, "m3"), page("m1", None)] == [["m3", "m4"], ["m1", "m2"], ["m2", "m3"]]


def test_two_couriers_never_hold_the_same_place(postgres_tables: Connection) -> None:
    with postgres_tables.begin() as whole:
        world = World(postgres_tables)
        ana = world.person()
        for _ in range(4):
            world.follow(world.channel(), ana)
        world.outbox.fan_out(world.post(ana), NOW)
        whole.commit()
    with postgres_tables.engine.connect() as other, postgres_tables.begin():
        mine, theirs = claim(world, limit=2), World(other).outbox.claim("other", NOW, SOON, 10)
        other.rollback()
    with postgres_tables.begin():
        for table in ("item", "lane", "subscription", "post", "account", "place", "person"):
            postgres_tables.exec_driver_sql(f"DELETE FROM {table}")

    assert (len(mine), len(theirs)) == (2, 2)
    assert {lane.place.id for lane in mine}.isdisjoint(lane.place.id for lane in theirs)
