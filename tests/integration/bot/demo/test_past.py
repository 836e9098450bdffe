"""The demo's made-up past, played through the engine: it adds up, is the same each time, and leaves nothing to post."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.app import App, opened
from bot.demo.past.days import DAYS
from bot.demo.past.plan import plan
from bot.demo.past.playing import SOURCE, put_in
from bot.demo.past.provider import LARGE, SMALL
from bot.demo.screen_text import lines
from bot.demo.stage import demo_settings
from handlers.slack.blocks.digests.digest import digest
from store import schema
from store.states import CauseState, DeliveryState, Resolution, RunState
from workflows.engine.digests.jobs import JOBS
from workflows.engine.digests.making import digest_view, make, preview
from workflows.engine.read.causes import cause_lines
from workflows.engine.read.history import open_reviews
from workflows.engine.read.workload import run_counts
from workflows.engine.review.decisions import DecisionKind

pytestmark = pytest.mark.slow

UNTIL = date(2026, 11, 27)
UTC_ZONE = ZoneInfo("UTC")


@contextmanager
def past_in(folder: Path) -> Iterator[App]:
    """A database with the past, on the morning after it."""
    settings = demo_settings(folder / "countersign.sqlite", "http://127.0.0.1:1/")
    put_in(settings, until=UNTIL)
    morning = datetime.combine(UNTIL + timedelta(days=1), time(9), tzinfo=UTC)
    with opened(settings, clock=lambda: morning) as app:
        yield app


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with past_in(tmp_path_factory.mktemp("past")) as app:
        yield app


def every(app: App, *columns: Any) -> list[tuple[Any, ...]]:
    """All rows of some columns, in order. Any: of whatever types these are."""
    with app.context.database.read() as session:
        query = select(*columns).order_by(*columns)
        return [tuple(row) for row in session.execute(query)]


def test_each_case_says_that_it_is_made_up_and_has_come_at_its_time(past: App) -> None:
    planned = {(one.place.workflow, one.key): one.at for one in plan(UNTIL).arrivals}
    case = schema.Case
    with past.context.database.read() as session:
        kept = session.execute(select(schema.Workflow.name, case.key, case.source, case.received_at).join(case)).all()
    assert {(workflow, key) for workflow, key, _, _ in kept} == planned.keys()
    assert {source for _, _, source, _ in kept} == {SOURCE}
    # Somebody reads meanwhile, and there is one clock.
    late = [at - planned[workflow, key] for workflow, key, _, at in kept]
    assert timedelta(0) <= min(late) <= max(late) < timedelta(minutes=20)


def test_nothing_of_it_is_to_be_posted_and_nothing_waits_for_a_person(past: App) -> None:
    assert every(past, schema.OutboxRow.id) == []
    assert open_reviews(past.context) == []
    assert {state for state, number in run_counts(past.context).items() if number} <= {RunState.FAILED}


def test_one_cause_is_still_being_mended_and_the_others_are(past: App) -> None:
    found = {line.step: (line.state, line.count) for line in cause_lines(past.context, workflows=None, limit=10)}
    assert found["look_up"] == (CauseState.MENDING, 2)
    assert found["last_orders"][0] is CauseState.RESOLVED
    assert found["last_orders"][1] >= 2
    assert found["deliver/book"] == (CauseState.RESOLVED, 1)


def test_every_case_but_the_two_that_are_being_mended_has_an_end(past: App) -> None:
    ended = Counter(
        resolution for _, resolution in every(past, schema.Run.case_id, schema.Run.resolution) if resolution
    )
    corrections = sum(number > 0 for (number,) in every(past, schema.Run.correction))
    assert corrections == 2
    assert ended.total() - corrections == len(plan(UNTIL).arrivals) - 2
    assert all(ended[one] for one in (Resolution.ALONE, Resolution.BY_PERSON, Resolution.REJECTED))
    states = Counter(state for _, state in every(past, schema.Delivery.id, schema.Delivery.state))
    assert states == {DeliveryState.APPLIED: ended.total()}


def test_people_approve_edit_and_reject_and_some_forms_are_timed(past: App) -> None:
    made = every(past, schema.Decision.id, schema.Decision.kind, schema.Decision.by, schema.Decision.seconds)
    kinds = Counter(kind for _, kind, _, _ in made)
    assert all(kinds[kind] for kind in (DecisionKind.APPROVED, DecisionKind.EDITED, DecisionKind.REJECTED))
    assert len({by for _, _, by, _ in made}) == 3
    timed = sum(seconds is not None for *_, seconds in made)
    assert 0 < timed < len(made)


def test_more_goes_alone_in_the_second_week(past: App) -> None:
    came = dict(every(past, schema.Case.id, schema.Case.received_at))
    alone: dict[bool, list[bool]] = defaultdict(list)
    middle = datetime.combine(UNTIL - timedelta(days=DAYS // 2 - 1), time(0), tzinfo=UTC)
    for case, resolution in every(past, schema.Run.case_id, schema.Run.resolution):
        at = came[case]
        if resolution is not None:
            alone[at >= middle].append(resolution == Resolution.ALONE)
    first, second = (sum(alone[half]) / len(alone[half]) for half in (False, True))
    assert second > first + 0.15


def test_two_models_and_two_prompt_versions_of_each_workflow_cost_something_and_the_cache_saves_some(past: App) -> None:
    request = schema.ModelRequest
    asked = every(past, request.workflow, request.model, request.prompt_version, request.cached_from, request.cost)
    assert {model for _, model, *_ in asked} == {LARGE, SMALL}
    assert len({(workflow, version) for workflow, _, version, *_ in asked}) == 4
    saved = [cost for *_, cached_from, cost in asked if cached_from is not None]
    assert saved
    assert not any(saved)


def test_one_day_is_dear(past: App) -> None:
    spent: defaultdict[date, Decimal] = defaultdict(Decimal)
    for at, cost in every(past, schema.ModelRequest.began_at, schema.ModelRequest.cost):
        spent[at.date()] += cost
    dear = next(day.date for day in plan(UNTIL).days if day.is_dear)
    others = [dollars for day, dollars in spent.items() if day != dear]
    assert spent[dear] > 1
    assert spent[dear] > 2 * max(others)


@pytest.mark.parametrize("name", list(JOBS))
def test_each_digest_says_up_to_which_day_its_cases_are_made_up(past: App, name: str) -> None:
    label = "Up to 27 Nov these cases are made up, for the demo."
    # Each period of a digest has ended by the first of the next month.
    today = date(2026, 12, 1)
    previewed = digest(preview(past.context, name, today=today, zone=UTC_ZONE))
    assert lines(previewed.blocks)[-1] == label
    if previewed.plain is not None:
        assert lines(previewed.plain().blocks)[-1] == label
    for apart in (-timedelta(days=100), timedelta(days=100)):
        other = digest(preview(past.context, name, today=today + apart, zone=UTC_ZONE))
        assert label not in lines(other.blocks)
    made = make(past.context, name, today=today, zone=UTC_ZONE)
    if made is not None:
        assert lines(digest(digest_view(past.context, made)).blocks)[-1] == label


def test_it_is_the_same_each_time(past: App, tmp_path: Path) -> None:
    def told(app: App) -> list[list[tuple[Any, ...]]]:
        run, request, audit = schema.Run, schema.ModelRequest, schema.AuditRow
        return [
            every(app, run.id, run.case_id, run.state, run.changed_at),
            every(app, request.id, request.model, request.outcome, request.began_at, request.cost),
            every(app, audit.id, audit.at, audit.actor, audit.action, audit.subject_id),
        ]

    with past_in(tmp_path) as again:
        assert told(again) == told(past)
