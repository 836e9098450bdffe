"""Digests on the clock: each once for its period, whatever the clocks of the processes do."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.serve.digest_jobs import daily, late, planned
from bot.serve.schedule import Schedule
from bot.settings import Settings
from store import schema
from store.faces import LEADS
from tests.conftest import MakeWorld
from tests.integration.engine.scene import Scene, sample
from tests.world import Clock, World
from workflows.engine.context import Context
from workflows.engine.digests.jobs import JOBS
from workflows.engine.digests.periods import Every, first_day, last_day

pytestmark = pytest.mark.slow

CHANGES = {
    "Europe/Berlin": {"spring": date(2026, 3, 29), "autumn": date(2026, 10, 25)},
    "America/New_York": {"spring": date(2026, 3, 8), "autumn": date(2026, 11, 1)},
    "Australia/Lord_Howe": {"spring": date(2026, 4, 5), "autumn": date(2026, 10, 4)},
}
"""The Sundays on which the clocks change."""
LOOKS = timedelta(minutes=30)
KNOWN = ["sample"]


def periods(first: date, last: date) -> dict[Every, int]:
    """The number of periods that end within these weeks, from a Monday to a Sunday."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    month_ends = [day for day in days if (day + timedelta(days=1)).day == 1]
    return {Every.DAY: len(days), Every.WEEK: len(days) // 7, Every.MONTH: len(month_ends)}


def settings(zone: str, at: str, **more: str) -> Settings:
    known = {"audit_channel": "C0AUDIT", **more}
    return Settings(digest_at=at, timezone=zone, **known)  # type: ignore[arg-type]  # as they stand in the environment


def grouped(make_world: MakeWorld) -> World:
    """A world whose automation names a segment, so that there is something for each digest to tell of."""
    scene = sample(make_world)
    scene.workflow.segments["language"] = lambda ticket: ticket.language
    return scene.world


def schedule(context: Context, of: Settings) -> Schedule:
    zone = ZoneInfo(of.timezone)
    jobs = [daily(context, one, zone=zone) for one in planned(of, known=KNOWN)]
    return Schedule(jobs, zone=zone, clock=context.clock)


def rows(world: World) -> list[schema.Digest]:
    with world.database.read() as session:
        return list(session.scalars(select(schema.Digest).order_by(schema.Digest.id)))


def posts(world: World) -> list[schema.OutboxRow]:
    with world.database.read() as session:
        return list(session.scalars(select(schema.OutboxRow).where(schema.OutboxRow.kind == "digest")))


@pytest.mark.parametrize("season", ["spring", "autumn"])
@pytest.mark.parametrize(
    ("migrated_url", "zone", "at"),
    [
        pytest.param("sqlite", "Europe/Berlin", "02:30", id="Berlin, in the hour that is left out and repeated"),
        pytest.param("postgresql", "America/New_York", "01:30", id="New York, in the hour that is repeated"),
        pytest.param("sqlite", "Australia/Lord_Howe", "02:00", id="Lord Howe, where the clocks move by half an hour"),
    ],
    indirect=["migrated_url"],
)
def test_where_clocks_change_two_processes_with_different_clocks_make_each_digest_once(
    make_world: MakeWorld, zone: str, at: str, season: str
) -> None:
    """F50, F52: a week before and one after. One clock is 50 minutes ahead; the other process starts anew at times."""
    world, change = grouped(make_world), CHANGES[zone][season]
    first, last = change - timedelta(days=6), change + timedelta(days=7)
    of, local = settings(zone, at), ZoneInfo(zone)
    clocks = Clock(), Clock()
    contexts = [replace(world.context, clock=clock) for clock in clocks]
    schedules = [schedule(context, of) for context in contexts]
    now = datetime.combine(first + timedelta(days=1), time.min, tzinfo=local).astimezone(UTC)
    end = datetime.combine(last + timedelta(days=1), time(12), tzinfo=local).astimezone(UTC)
    looks = 0
    while now < end:
        clocks[0].time, clocks[1].time = now, now + timedelta(minutes=50)
        for one in schedules:
            one.look()
        looks += 1
        if looks % 100 == 0:
            schedules[0] = schedule(contexts[0], of)
        now += LOOKS
    found = rows(world)
    for job in JOBS.values():
        of_job = [row for row in found if row.job == job.name]
        made = [row.period for row in of_job if row.period >= first.isoformat()]
        assert len(made) == len(set(made)) == periods(first, last)[job.every]
        assert {row.figures["missed"] for row in of_job} == {0}
        for row in of_job:
            assert date.fromisoformat(row.covers_from) == first_day(job.every, date.fromisoformat(row.period))
    subjects = Counter(row.subject_id for row in posts(world))
    assert set(subjects) == {row.id for row in found}
    assert set(subjects.values()) == {1}


def test_after_a_fortnight_offline_one_digest_covers_it_and_names_the_gap(make_world: MakeWorld) -> None:
    """F51: for each job, one message."""
    world = grouped(make_world)
    of, zone = settings("Europe/Berlin", "08:00"), ZoneInfo("Europe/Berlin")

    def wakes(day: date, hour: int) -> None:
        world.clock.time = datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC)
        schedule(world.context, of).look()

    wakes(date(2026, 11, 2), 9)
    before = {row.id for row in rows(world)}
    wakes(date(2026, 11, 17), 11)
    made = {row.job: row for row in rows(world) if row.id not in before}
    for job in JOBS.values():
        last = last_day(job.every, date(2026, 11, 17))
        covered = {Every.DAY: ("2026-11-02", 14), Every.WEEK: ("2026-11-02", 1)}.get(job.every)
        if covered is None:
            assert job.name not in made
            continue
        row = made[job.name]
        assert (row.covers_from, row.period, row.figures["missed"]) == (covered[0], last.isoformat(), covered[1])
    assert len(posts(world)) == len(before) + len(made)


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1)], ids=["ahead", "back"])
def test_a_clock_that_jumps_by_an_hour_makes_no_digest_twice_and_leaves_none_out(
    make_world: MakeWorld, jump: timedelta
) -> None:
    """F49, just before and just after the slot."""
    world = grouped(make_world)
    of = settings("UTC", "08:00")
    running = schedule(world.context, of)
    for day in range(3, 7):
        for clock in (time(7, 50), time(8, 10)):
            at = datetime.combine(date(2026, 11, day), clock, tzinfo=UTC)
            for moment in (at, at + jump, at):
                world.clock.time = moment
                running.look()
    days = [row.period for row in rows(world) if JOBS[row.job].every is Every.DAY and row.job == "failures"]
    assert sorted(days) == ["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04", "2026-11-05"]


def test_a_digest_about_one_workflow_is_made_beside_the_one_about_all_in_its_own_channel(
    make_world: MakeWorld,
) -> None:
    scene: Scene = sample(make_world)
    world = scene.world
    scene.worked(id=1)
    world.clock.move(timedelta(days=1))
    of = settings("UTC", "06:00", digest_to="failures/sample=C0OWNERS,failures/gone=C0GONE", digests="cost=off")
    schedule(world.context, of).look()
    found = {row.workflow: row for row in rows(world) if row.job == "failures"}
    assert set(found) == {"", "sample"}, "of a workflow that is not there none is made"
    channels = {row.subject_id: row.channel for row in posts(world)}
    assert (channels[found[""].id], channels[found["sample"].id]) == (LEADS, "C0OWNERS")
    assert "cost" not in {row.job for row in rows(world)}


def test_one_job_that_fails_keeps_no_other_from_its_turn(make_world: MakeWorld) -> None:
    """Its own is tried again at the next look, and made once."""
    world = grouped(make_world)
    of, zone = settings("UTC", "06:00"), ZoneInfo("UTC")
    jobs = [daily(world.context, one, zone=zone) for one in planned(of, known=KNOWN)]
    broken = [True, False]

    def make(day: date) -> None:
        if broken.pop(0):
            raise ValueError("the database is away")
        jobs[0].make(day)

    running = Schedule([replace(jobs[0], make=make), *jobs[1:]], zone=zone, clock=world.clock)
    running.look()
    assert {row.job for row in rows(world)} == set(JOBS) - {"failures"}
    running.look()
    running.look()
    assert Counter(row.job for row in rows(world)) == Counter(list(JOBS))


def test_a_digest_is_late_from_its_time_on_until_it_is_made(make_world: MakeWorld) -> None:
    world = sample(make_world).world
    of, zone = settings("Europe/Berlin", "08:00"), ZoneInfo("Europe/Berlin")
    (failures,) = [one for one in planned(of, known=KNOWN) if one.job == "failures"]

    def missing(days: int, hour: int) -> list[str]:
        at = datetime.combine(world.clock().date() + timedelta(days=days), time(hour), tzinfo=zone)
        return list(late(world.context, [failures], zone=zone, at=at))

    make, today = daily(world.context, failures, zone=zone).make, world.clock().date()
    make(today)
    assert missing(1, 7) == []
    assert missing(1, 9) == ["failures"]
    make(today + timedelta(days=1))
    assert missing(1, 9) == []
    assert missing(2, 7) == []
    assert missing(2, 9) == ["failures"]
