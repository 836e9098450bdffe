"""A paused workflow: no model is asked, nothing is resolved alone, people get empty forms, decisions are delivered."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.run.test_interleaving import meet
from tests.integration.engine.scene import DRAFT, Scene, rows, sample
from tests.world import why
from workflows import NoProposal, NotAllowed
from workflows.engine.context import SYSTEM
from workflows.engine.deliver import workflow_pauses
from workflows.engine.errors import BadReason, Unknown
from workflows.engine.pauses import Pause
from workflows.engine.read.views import ReviewView
from workflows.model.port import Answer, Question
from workflows.model.scripted import says


def pause(scene: Scene, *, deliveries: bool = False, reason: str = "its queues are wrong") -> bool:
    """Have the sample paused; was it anew?"""
    return workflow_pauses.pause(
        scene.world.context, "sample", by="U0KIM", reason=reason, deliveries=deliveries
    ).changed


def resume(scene: Scene) -> bool:
    """Have the sample resumed; was it paused?"""
    return workflow_pauses.resume(scene.world.context, "sample", by="U0KIM").changed


def current(scene: Scene) -> Pause | None:
    """Return the sample's pause, if any."""
    (found,) = workflow_pauses.pause_statuses(scene.world.context, ["sample"])
    return found.pause


def asked(scene: Scene) -> int:
    """Number of questions to the model."""
    return len(scene.world.model.questions)


def notes(scene: Scene) -> list[str]:
    """The subjects of what is told of workflows that Countersign paused."""
    return [subject for kind, subject, _, _ in scene.outbox() if kind == "paused"]


def done_to_workflow(scene: Scene) -> list[tuple[str, str]]:
    """(actor, action) of what was done to workflows, oldest first."""
    found = rows(scene.world, schema.AuditRow)
    return [(row.actor, row.action) for row in found if row.action.startswith("workflow.")]


def asked_why(scene: Scene, case: int) -> ReviewView:
    """The review of a case's newest run, which has an empty form."""
    review = scene.decided(case)
    assert not review.has_proposal
    return review


def test_a_case_of_a_paused_workflow_gets_an_empty_form_that_says_who_paused_it_and_why(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    pause(scene)
    case = scene.worked()
    assert why(asked_why(scene, case)) == ["this workflow is paused by U0KIM: its queues are wrong"]
    assert (scene.run(case).state, asked(scene), scene.desk.looked_up) == ("waiting", 0, [])


def test_a_workflow_without_a_case_can_be_paused_and_resumed(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    assert pause(scene)
    assert current(scene) is not None
    assert resume(scene)
    assert current(scene) is None
    assert scene.run(scene.worked()).state == "delivered"


def test_pausing_and_resuming_are_done_once_however_often_they_are_asked_for(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    assert [pause(scene), pause(scene, reason="another one")] == [True, False]
    found = current(scene)
    assert found is not None
    assert (found.by, found.reason) == ("U0KIM", "its queues are wrong")
    assert [resume(scene), resume(scene)] == [True, False]
    assert done_to_workflow(scene) == [("U0KIM", "workflow.paused"), ("U0KIM", "workflow.resumed")]


@pytest.mark.parametrize("reason", ["", " \n", "x" * 301, "\0"])
def test_a_pause_needs_a_reason_that_can_be_kept(make_sqlite_world: MakeWorld, reason: str) -> None:
    scene = sample(make_sqlite_world)
    with pytest.raises(BadReason):
        pause(scene, reason=reason)
    assert current(scene) is None


def test_a_workflow_that_nobody_knows_is_not_paused(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world)
    with pytest.raises(Unknown, match="there is no workflow 'nowhere'; known: sample"):
        workflow_pauses.pause(scene.world.context, "nowhere", by="U0KIM", reason="why")


def test_a_case_that_is_out_of_scope_says_so_while_its_workflow_is_paused_too(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world)
    pause(scene)
    case = scene.worked(language="fi")
    assert why(asked_why(scene, case)) == ["it is outside what this workflow may decide"]


def test_what_is_confident_is_not_resolved_alone_where_it_was_paused_since_it_was_proposed(
    make_world: MakeWorld,
) -> None:
    """The proposal from before the pause is shown, as for any review that was open by then."""
    scene: Scene

    def proposes_and_is_paused(_: Question) -> Answer:
        pause(scene)
        return says({"queue": "billing", "reply": "Hello"}, confidence=0.95)

    scene = sample(make_world, proposes_and_is_paused)
    case = scene.worked()
    review = scene.decided(case)
    assert (scene.run(case).state, review.has_proposal) == ("waiting", True)
    assert why(review) == ["this workflow is paused by U0KIM: its queues are wrong"]
    assert scene.desk.attempts == []


def test_the_model_is_not_asked_where_the_workflow_was_paused_since_the_run_began(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    look_up = scene.desk.looked_up

    class Pausing(list[int]):
        def append(self, ticket: int) -> None:
            look_up.append(ticket)
            pause(scene)

    scene.desk.looked_up = Pausing()
    case = scene.worked()
    assert why(asked_why(scene, case)) == ["this workflow is paused by U0KIM: its queues are wrong"]
    assert (asked(scene), look_up, scene.steps(case)) == (0, [1], ["look_up"])


def test_what_people_decide_while_it_is_paused_is_delivered(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    before = scene.worked()
    pause(scene)
    after = scene.worked(id=2)
    scene.approve(before)
    scene.edit(after, queue="delivery")
    scene.world.work()
    assert [scene.run(case).state for case in (before, after)] == ["delivered", "delivered"]


def test_a_pause_waits_for_a_worker_that_is_about_to_resolve_a_case_alone(make_postgres_world: MakeWorld) -> None:
    """Once a person is told that it is paused, nothing is resolved alone any more."""
    scene = sample(make_postgres_world)
    case = scene.submit()
    _, paused = meet(scene, scene.world.work, lambda: _paused_and_then(scene, case), before="INSERT INTO deliveries")
    assert paused in ("delivering", "delivered")


def _paused_and_then(scene: Scene, case: int) -> str:
    pause(scene)
    return scene.run(case).state


def test_a_worker_that_comes_to_resolve_a_case_alone_waits_for_a_pause_and_asks_a_person(
    make_postgres_world: MakeWorld,
) -> None:
    scene = sample(make_postgres_world)
    case = scene.submit()
    meet(scene, lambda: pause(scene), scene.world.work, before="INSERT INTO audit")
    assert scene.run(case).state == "waiting"
    assert scene.desk.attempts == []


@pytest.mark.parametrize("code", ["retired", "not_allowed"])
def test_where_the_model_is_gone_for_good_the_workflow_is_paused_and_people_are_told_once(
    make_world: MakeWorld, code: str
) -> None:
    """F39, F43: a model that was retired, or a system that does not let us in, is not asked about with each case."""

    def gone(_: Question) -> Answer:
        raise NoProposal("The model m-1 was retired.", code=code)

    scene = sample(make_world, gone)
    first, second = scene.worked(), scene.worked(id=2)
    assert asked(scene) == 1
    found = current(scene)
    assert found is not None
    assert (found.by, found.reason, found.holds_deliveries) == (SYSTEM, "The model m-1 was retired.", False)
    assert why(asked_why(scene, first)) == ["The model m-1 was retired."]
    assert why(asked_why(scene, second)) == ["this workflow is paused by Countersign: The model m-1 was retired."]
    assert len(notes(scene)) == 1


@pytest.mark.parametrize("code", ["unavailable", "over_budget", "garbage", "refused", "truncated", "no_proposal"])
def test_what_may_pass_or_is_about_one_case_pauses_nothing(make_sqlite_world: MakeWorld, code: str) -> None:
    def none(_: Question) -> Answer:
        raise NoProposal("Not this time.", code=code)

    scene = sample(make_sqlite_world, none)
    case = scene.worked()
    assert why(asked_why(scene, case)) == ["Not this time."]
    kept = [row.body for row in rows(scene.world, schema.Content) if row.kind == "reasons"]
    assert [json.loads(body) for body in kept] == [[{"code": code, "said": "Not this time."}]]
    assert current(scene) is None
    assert notes(scene) == []


def test_a_key_that_a_step_s_system_does_not_accept_pauses_the_workflow(make_world: MakeWorld) -> None:
    """F43: not tried again with each case; the case goes to a person, and is proposed anew on request."""
    scene = sample(make_world)
    scene.desk.look_up_errors.append(NotAllowed("the desk does not accept our key (401)"))
    case = scene.worked()
    assert (scene.run(case).state, asked(scene)) == ("waiting", 0)
    assert why(asked_why(scene, case)) == ["the desk does not accept our key (401)"]
    found = current(scene)
    assert found is not None
    assert (found.by, found.holds_deliveries) == (SYSTEM, False)
    assert len(notes(scene)) == 1


def test_of_replicas_that_stop_a_workflow_at_once_one_tells_of_it(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    start = Barrier(6)

    def stop(number: int) -> None:
        start.wait()
        workflow_pauses.stop(scene.world.context, "sample", f"replica {number} found it", deliveries=number % 2 == 0)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(stop, range(6)))
    found = current(scene)
    assert found is not None
    assert found.holds_deliveries
    # One that found more, deliveries that cannot be made, may say so too.
    actions = [action for _, action in done_to_workflow(scene)]
    assert actions in (["workflow.paused"], ["workflow.paused", "workflow.deliveries_held"])
    assert len(notes(scene)) == 1


def test_a_pause_that_a_person_made_is_left_as_it_is_by_countersign(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    pause(scene)
    workflow_pauses.stop(scene.world.context, "sample", "the model was retired")
    found = current(scene)
    assert found is not None
    assert (found.by, found.reason) == ("U0KIM", "its queues are wrong")
    assert notes(scene) == []
