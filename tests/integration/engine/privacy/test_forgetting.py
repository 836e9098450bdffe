"""A case is forgotten in whatever state it is: it ends, nothing of its content is left, and nothing more is done."""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from pydantic import JsonValue

from store import schema
from store.cases import contents
from store.db.free_places import compact
from tests.conftest import MakeWorld
from tests.integration.engine.scene import CARDS, DRAFT, Scene, rows, sample
from tests.sample import Triage
from workflows import OutcomeUnknown
from workflows.engine.case.intake import Intake
from workflows.engine.errors import ContentRemoved, CountersignError, Refused
from workflows.engine.privacy import legal_holds, retention
from workflows.engine.privacy.forgetting import case_to_forget, forget, left_over
from workflows.engine.privacy.subjects import Words, blank, search
from workflows.engine.privacy.views import Bar, Why
from workflows.engine.review import reviews
from workflows.engine.review.corrected import corrected_inputs
from workflows.engine.review.decisions import Follows
from workflows.engine.review.rerun import reruns
from workflows.engine.review.wrong import corrections, reports

pytestmark = pytest.mark.slow

NAME = "Erika Mustermann"
IBAN = "DE89 3704 0044 0532 0130 00"
MAIL = "erika.mustermann@example.org"
PLANTED = f"{NAME} <{MAIL}>, {IBAN}, was charged twice"


def audited(scene: Scene, action: str) -> list[dict[str, object]]:
    return [row.details for row in rows(scene.world, schema.AuditRow) if row.action == action]


def state(scene: Scene, case: int) -> str:
    return [run.state for run in rows(scene.world, schema.Run) if run.case_id == case][-1]


def review_state(scene: Scene, case: int) -> str:
    return next(row.state for row in rows(scene.world, schema.Review) if row.case_id == case)


def waiting(make_world: MakeWorld, **values: str) -> tuple[Scene, int]:
    scene = sample(make_world, review=CARDS, autonomy=DRAFT)
    return scene, scene.worked(**{"text": PLANTED, **values})


def test_a_case_that_waits_for_a_person_ends(make_world: MakeWorld) -> None:
    scene, case = waiting(make_world)
    before = case_to_forget(scene.world.context, case)
    assert (before.is_open, before.bar, before.state) == (True, None, "waiting")

    forgotten = forget(scene.world.context, case, by="cli:root")

    assert (forgotten.ended, forgotten.bar) == (True, None)
    assert forgotten.removed == before.content
    assert (state(scene, case), review_state(scene, case)) == ("superseded", "superseded")
    assert left_over(scene.world.context, case).is_nothing
    (details,) = audited(scene, "case.forgotten")
    assert details == {"why": "case", "ended": "open", **{of.value: number for of, number in before.content.items()}}
    assert scene.world.work() == 0
    assert forget(scene.world.context, case, by="cli:root").removed == {}
    assert len(audited(scene, "case.forgotten")) == 1


def test_a_delivered_case_stays_delivered(make_world: MakeWorld) -> None:
    scene, case = waiting(make_world)
    scene.approve(case)
    scene.world.work()
    deliveries, trail = scene.deliveries(), len(rows(scene.world, schema.AuditRow))

    forgotten = forget(scene.world.context, case, by="cli:root")

    assert not forgotten.ended
    assert state(scene, case) == "delivered"
    assert scene.deliveries() == deliveries
    assert len(rows(scene.world, schema.AuditRow)) == trail + 1
    (decision,) = rows(scene.world, schema.Decision)
    assert (decision.by, decision.kind) == ("U1", "approved")


def test_a_failed_case_and_one_that_waits_for_a_worker_end(make_world: MakeWorld) -> None:
    scene = sample(make_world, review=CARDS)
    scene.desk.look_up_errors = [ValueError(PLANTED)] * 3
    failed = scene.worked(text=PLANTED)
    ready = scene.submit(id=2, text=PLANTED)
    assert (state(scene, failed), state(scene, ready)) == ("failed", "ready")

    for case in (failed, ready):
        assert forget(scene.world.context, case, by="cli:root").ended
        assert state(scene, case) == "superseded"
        assert left_over(scene.world.context, case).is_nothing

    (cause,) = rows(scene.world, schema.Cause)
    assert (cause.message, cause.state) == ("", "resolved")
    assert scene.world.work() == 0


def test_what_is_still_to_be_carried_out_is_left_as_it_is(make_world: MakeWorld) -> None:
    scene, case = waiting(make_world)
    scene.approve(case)
    assert forget(scene.world.context, case, by="cli:root").bar is Bar.DECIDED
    (lease,) = scene.world.claim()
    assert forget(scene.world.context, case, by="cli:root").bar is Bar.RUNNING
    scene.world.runner.advance(lease)
    assert state(scene, case) == "delivered"
    assert not audited(scene, "case.forgotten")
    assert PLANTED in json.dumps([row.body for row in rows(scene.world, schema.Content)])


def test_one_in_doubt_is_settled_first(make_world: MakeWorld) -> None:
    scene = sample(make_world, review=CARDS, idempotent=False)
    scene.desk.errors = [OutcomeUnknown("the line broke")]
    case = scene.worked(text=PLANTED)
    assert state(scene, case) == "doubtful"

    assert forget(scene.world.context, case, by="cli:root").bar is Bar.DOUBTFUL


def test_a_held_one_is_kept(make_world: MakeWorld) -> None:
    scene, case = waiting(make_world)
    legal_holds.place(scene.world.context, case=case, reason="a claim", by="cli:root")
    assert forget(scene.world.context, case, by="cli:root").bar is Bar.HELD
    assert case_to_forget(scene.world.context, case).hold == "a claim"
    legal_holds.lift(scene.world.context, case=case, by="cli:root")
    assert forget(scene.world.context, case, by="cli:root").bar is None
    with pytest.raises(ContentRemoved):
        legal_holds.place(scene.world.context, case=case, reason="a claim", by="cli:root")
    assert [row.action for row in rows(scene.world, schema.AuditRow) if row.action.startswith("legal_hold")] == [
        "legal_hold.placed",
        "legal_hold.lifted",
    ]


def test_nothing_more_is_taken_in_under_its_key_and_its_neighbours_go_on(make_world: MakeWorld) -> None:
    scene, case = waiting(make_world)
    forget(scene.world.context, case, by="cli:root")

    inputs: list[dict[str, JsonValue]] = [
        {"id": 1, "text": PLANTED},
        {"id": 2, "text": "another"},
        {"id": 1, "text": "newer"},
    ]
    receipts = scene.world.submit_all(scene.workflow, inputs)

    assert [one.intake for one in receipts] == [Intake.REFUSED, Intake.TAKEN_IN, Intake.REFUSED]
    assert receipts[0].why == ("the content of case ticket-1 was removed on 2026-11-20; hand it in under another key")
    assert left_over(scene.world.context, case).is_nothing


def test_nothing_more_is_done_with_it(make_world: MakeWorld) -> None:
    scene, case = waiting(make_world)
    review = scene.review(case)
    scene.approve(case)
    scene.world.work()
    context = scene.world.context
    forget(context, case, by="cli:root")
    report = reports.note(context, about="ticket-1", case=case, by="U2", said="wrong")
    assert report is not None

    refused: list[Callable[[], object]] = [
        lambda: reruns.rerun(context, case, by="U1"),
        lambda: corrections.correct(context, case, Triage(queue="safety"), by="U1"),
        lambda: corrections.delivered_view(context, case),
        lambda: corrected_inputs.refuse_impossible(context, case),
        lambda: reviews.approve(context, review.id, review.version, by="U1"),
    ]
    for act in refused:
        with pytest.raises(CountersignError):
            act()
    assert reports.take_up(context, report) == "told"
    assert len(rows(scene.world, schema.Run)) == 1


def test_a_person_is_found_by_words_in_any_content(make_world: MakeWorld) -> None:
    scene, case = waiting(make_world)
    scene.reject(case, Follows.CLOSE, reason=f"{NAME} called about it")
    scene.world.work()
    other = scene.worked(id=2, text="Erika Musterfrau was charged twice")
    context = scene.world.context
    reports.note(context, about="a message", case=None, by="U2", said=f"ask {NAME}")

    for subject in ("erika  MUSTERMANN", "DE89370400440532013000", "ERIKA.mustermann@example.org", "Mustermann, "):
        found = search(context, Words.of([subject]))
        assert found.cases == [case], subject
    found = search(context, Words.of([NAME, "nobody here"]))
    assert len(found.reports) == 1
    assert search(context, Words.of(["Muster"])).cases == []
    with pytest.raises(Refused):
        Words.of(["Er"])

    forget(context, case, by="cli:root", why=Why.SUBJECT, words=Words.of([NAME]))
    blank(context, found)

    assert search(context, Words.of([NAME])) == type(found)(cases=[], reports=[], causes=[])
    assert other in search(context, Words.of(["Musterfrau"])).cases


def test_a_key_with_the_words_is_replaced_and_so_are_its_deliveries(make_world: MakeWorld) -> None:
    scene = sample(make_world, review=CARDS)
    scene.workflow.key = lambda ticket: f"{ticket.text} {ticket.id}"
    case = scene.worked(text=NAME)
    assert list(scene.deliveries()) == ["sample/Erika%20Mustermann%201"]

    forgotten = forget(scene.world.context, case, by="cli:root", why=Why.SUBJECT, words=Words.of([NAME]))

    assert forgotten.new_key is not None
    assert forgotten.new_key.startswith("forgotten-")
    assert list(scene.deliveries()) == [f"sample/{forgotten.new_key}"]
    assert "Mustermann" not in dump(scene)


def dump(scene: Scene) -> str:
    """Everything that the database keeps, as text."""
    found = []
    for table in schema.Base.metadata.sorted_tables:
        with scene.world.database.read() as session:
            found += [str(tuple(row)) for row in session.execute(table.select())]
    return "\n".join(found)


def test_no_row_holds_the_person_any_more(make_world: MakeWorld) -> None:
    scene, case = waiting(make_world)
    scene.reject(case, Follows.PROPOSE_AGAIN, reason=f"{NAME} is no customer")
    scene.world.work()
    scene.approve(case)
    scene.world.work()
    reports.note(scene.world.context, about=NAME, case=case, by="U2", said=f"wrong, says {NAME}")
    reports.take_up_all(scene.world.context)
    for words in (NAME, MAIL, IBAN):
        assert words in dump(scene)

    forget(scene.world.context, case, by="cli:root")

    left = dump(scene)
    for words in (NAME, MAIL, IBAN, "Mustermann"):
        assert words not in left


def test_of_a_decision_and_a_forgetting_at_once_one_comes_first(make_world: MakeWorld) -> None:
    scene, _ = waiting(make_world)
    for number in range(2, 8):
        case = scene.worked(id=number, text=PLANTED)
        outcomes = at_once(decision(scene, case), removal(scene, case))
        is_left = not left_over(scene.world.context, case).is_nothing
        scene.world.work()
        if outcomes[0] is None:
            assert (outcomes[1], is_left, state(scene, case)) == (Bar.DECIDED, True, "delivered")
        else:
            assert (outcomes[1], is_left, state(scene, case)) == (None, False, "superseded")
            assert f"sample/ticket-{number}" not in scene.desk.attempts


def test_of_an_intake_and_a_forgetting_at_once_one_comes_first(make_world: MakeWorld) -> None:
    scene, _ = waiting(make_world)
    for number in range(2, 8):
        case = scene.worked(id=number, text=PLANTED)
        outcomes = at_once(
            partial(taken_in, scene, number),
            removal(scene, case),
        )
        assert outcomes[0] in (Intake.REVISED, Intake.REFUSED)
        # The newer content came before it, and was removed, too; or it was not taken in.
        assert outcomes[1] is None
        assert left_over(scene.world.context, case).is_nothing
        assert scene.world.work() == 0


def test_of_a_worker_and_a_forgetting_at_once_one_comes_first(make_world: MakeWorld) -> None:
    scene = sample(make_world, review=CARDS)
    for number in range(6):
        case = scene.submit(id=number, text=PLANTED)
        outcomes = at_once(scene.world.claim, removal(scene, case))
        leases, bar = outcomes
        if leases:
            assert bar is Bar.RUNNING
            scene.world.runner.advance(leases[0])
            assert state(scene, case) == "delivered"
        else:
            assert bar is None
            assert (state(scene, case), scene.desk.attempts.count(f"sample/ticket-{number}")) == ("superseded", 0)


def test_what_a_worker_writes_that_lost_its_run_is_removed_at_the_next_look(make_world: MakeWorld) -> None:
    scene, case = waiting(make_world)
    context = scene.world.context
    forget(context, case, by="cli:root")
    with context.database.write() as session:
        contents.keep(session, team=context.team, case=case, kind="attempt", body=json.dumps(PLANTED))
    assert not left_over(context, case).is_nothing

    scene.world.clock.move(timedelta(hours=1))
    assert retention.look(context).cases == 1

    assert left_over(context, case).is_nothing


def decision(scene: Scene, case: int) -> Callable[[], None]:
    review = scene.review(case)
    return lambda: reviews.approve(scene.world.context, review.id, review.version, by="U1")


def removal(scene: Scene, case: int) -> Callable[[], Bar | None]:
    return lambda: forget(scene.world.context, case, by="cli:root").bar


def taken_in(scene: Scene, number: int) -> Intake:
    return scene.world.submit(scene.workflow, id=number, text=f"{PLANTED} once more").intake


def at_once(*acts: Callable[[], object]) -> list[Any]:
    """Do these at the same moment; returns what came of each: its result, or the error that refused it."""
    barrier, outcomes = Barrier(len(acts)), dict.fromkeys(range(len(acts)))

    def do(place: int, act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            outcomes[place] = act()
        except CountersignError as error:
            outcomes[place] = error

    threads = [Thread(target=do, args=one) for one in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return list(outcomes.values())


def test_a_file_of_sqlite_holds_the_person_no_more(make_sqlite_world: MakeWorld) -> None:
    scene, case = waiting(make_sqlite_world)
    file = scene.world.database.file
    assert file is not None
    assert any(NAME.encode() in one.read_bytes() for one in of_file(file))

    forget(scene.world.context, case, by="cli:root")
    assert compact(scene.world.database, ["contents", "steps"])

    assert not any(words.encode() in one.read_bytes() for one in of_file(file) for words in (NAME, MAIL, IBAN))


def of_file(file: Path) -> list[Path]:
    return sorted(file.parent.glob(f"{file.name}*"))
