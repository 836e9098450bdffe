"""Both dispatchers keep the same promises: whatever is ready is advanced, and what a dead worker held is taken back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from procrastinate.jobs import Job
from sqlalchemy import update

from bot.app import App, opened
from bot.settings import Settings
from bot.worker import embedded
from bot.worker.postgres import Again
from store.cases import runs
from store.db.database import Unavailable
from store.schema import Run
from tests.heard import resting
from tests.integration.bot import parcels
from tests.integration.bot.commandline import LONGEST, wait_until
from workflows.engine.case.intake import accept, take_in
from workflows.engine.case.leases import SUSPECTED, claim
from workflows.engine.declare.versions import From
from workflows.engine.deliver import holds, workflow_pauses
from workflows.engine.read.history import open_review_of
from workflows.engine.review import reviews

pytestmark = pytest.mark.slow


@pytest.fixture
def app(migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """Countersign on an empty database, with the dispatcher that belongs to it."""
    monkeypatch.setenv(parcels.FOLDER, str(tmp_path))
    settings = Settings(
        database_url=migrated_url,
        workflows=(str(Path(parcels.__file__)),),
        model="local",
        prompts=From.FILES,
        threads=4,
    )
    with opened(settings) as app:
        yield app


def bring(app: App, ids: range, text: str = "for the door") -> list[int]:
    """Have parcels taken in; returns their cases."""
    workflow = app.context.registry.get("parcels")
    accepted = [accept(workflow, {"id": id, "text": text}) for id in ids]
    return [one.case for one in take_in(app.context, workflow, accepted, source="test", actor="tester")]


def states(app: App) -> dict[str, int]:
    with app.context.database.read() as session:
        return {str(state): number for state, number in runs.counts(session, team=app.context.team).items()}


@contextmanager
def running(app: App) -> Iterator[None]:
    """A worker that works on whatever becomes ready, until the block ends."""
    stop = Event()
    thread = Thread(target=app.dispatcher.run, args=[stop])
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=LONGEST)
        assert not thread.is_alive()


def test_draining_advances_all_that_is_ready_and_counts_it(app: App) -> None:
    bring(app, range(1, 21))
    told = []
    with app.dispatcher.alone():
        assert app.dispatcher.drain(done=lambda: told.append(1)) == len(told) == 20
        assert app.dispatcher.drain() == 0
    assert states(app) == {"delivered": 20}


def test_a_worker_takes_up_what_comes_while_it_runs_and_ends_when_it_is_told_to(app: App) -> None:
    with app.dispatcher.alone(), running(app):
        bring(app, range(1, 6))
        wait_until(lambda: states(app) == {"delivered": 5})
        bring(app, range(6, 11), "unsure")
        wait_until(lambda: states(app) == {"delivered": 5, "waiting": 5})


def test_a_deadline_is_seen_though_nothing_waits_for_work_and_nothing_is_committed(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "LOOK", 0.1)
    workflow = app.context.registry.get("parcels")
    workflow.review = replace(workflow.review, answer_within=timedelta(seconds=2), on_expiry="reject")
    bring(app, range(1, 3), "unsure")
    with app.dispatcher.alone(), running(app):
        wait_until(lambda: states(app) == {"closed": 2})


def test_what_a_dead_worker_held_is_gone_on_with(app: App) -> None:
    """It had claimed them and ended; on PostgreSQL its jobs come back, or were never there."""
    bring(app, range(1, 4))
    assert len(claim(app.context, limit=3)) == 3
    assert states(app) == {"running": 3}
    with app.dispatcher.alone():
        app.dispatcher.drain()
    assert states(app) == {"delivered": 3}


def test_suspects_come_through_all_the_same(app: App) -> None:
    """Each is worked on while nothing else is; here none of them is what ended the worker."""
    bring(app, range(1, 6))
    with app.context.database.write() as session:
        session.execute(update(Run).where(Run.id > 2).values(losses=SUSPECTED))
    with app.dispatcher.alone():
        app.dispatcher.drain()
    assert states(app) == {"delivered": 5}


def _held(app: App, number: int) -> list[int]:
    """Cases that were decided while their workflow holds its deliveries."""
    cases = bring(app, range(1, number + 1), "unsure")
    with app.dispatcher.alone():
        app.dispatcher.drain()
        workflow_pauses.pause(app.context, "parcels", by="U0KIM", reason="the depot is full", deliveries=True)
        for case in cases:
            review = open_review_of(app.context, case)
            reviews.approve(app.context, review.id, review.version, by="U0ANA")
        app.dispatcher.drain()
    assert states(app) == {"holding": number}
    return cases


def _attempts() -> list[str]:
    return (parcels.world() / "attempts").read_text().splitlines()


def test_what_was_held_goes_out_once_when_its_workflow_is_resumed(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are: they are released a few at a time, while workers take them up."""
    monkeypatch.setattr(holds, "AT_ONCE", 3)
    _held(app, 10)
    with app.dispatcher.alone(), running(app):
        assert workflow_pauses.resume(app.context, "parcels", by="U0KIM").status.held == 10
        wait_until(lambda: states(app) == {"delivered": 10})
    assert sorted(_attempts()) == sorted(f"parcels/parcel-{id}" for id in range(1, 11))


def test_what_was_held_is_released_by_whoever_starts_next(app: App) -> None:
    """The process that resumed it ended before it released anything."""
    _held(app, 2)
    workflow_pauses.lift(app.context, "parcels", by="U0KIM")
    assert states(app) == {"holding": 2}
    with app.dispatcher.alone():
        app.dispatcher.drain()
    assert states(app) == {"delivered": 2}
    assert len(_attempts()) == 2


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
def test_where_several_share_the_work_one_that_lives_releases_it(app: App) -> None:
    _held(app, 2)
    with app.dispatcher.alone(), running(app):
        workflow_pauses.lift(app.context, "parcels", by="U0KIM")
        wait_until(lambda: states(app) == {"delivered": 2})


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 2), (1, 4), (2, 8), (3, 15), (9, 15), (5_000, 15)])
def test_a_job_that_could_not_be_done_comes_back_soon_however_often_that_was(attempts: int, seconds: int) -> None:
    """After an outage of minutes nothing waits for hours."""
    job = Job(id=1, queue="runs", lock=None, queueing_lock=None, task_name="advance", attempts=attempts)
    before = datetime.now(UTC)
    decision = Again().get_retry_decision(exception=Unavailable(), job=job)
    assert decision.retry_at is not None
    assert before <= decision.retry_at - timedelta(seconds=seconds) <= datetime.now(UTC)


def test_a_worker_at_rest_asks_only_whether_anything_was_committed(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite. It took the lock to write five times a second."""
    if app.context.database.file is None:
        pytest.skip("procrastinate fetches jobs by itself")
    monkeypatch.setattr(embedded, "_LOOK", float("inf"))
    with resting(app.context.database.engine) as rests, app.dispatcher.alone(), running(app):
        bring(app, range(1, 3))
        wait_until(lambda: states(app) == {"delivered": 2})
        wait_until(rests)


def test_a_worker_delivers_a_decision_when_its_grace_period_is_over(app: App) -> None:
    """Nobody tells it: it looks at the clock."""
    workflow = app.context.registry.get("parcels")
    workflow.review = replace(workflow.review, grace=timedelta(seconds=1))
    (case,) = bring(app, range(1, 2), "unsure")
    with app.dispatcher.alone(), running(app):
        wait_until(lambda: states(app) == {"waiting": 1})
        review = open_review_of(app.context, case)
        reviews.approve(app.context, review.id, review.version, by="U1")
        wait_until(lambda: states(app) == {"delivered": 1})
