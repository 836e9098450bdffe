"""The code is redeployed while cases wait: nothing is delivered by rules or in a form that nobody looked at."""

from datetime import timedelta
from typing import Literal

import pytest
from pydantic import BaseModel

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, Scene, sample
from tests.sample import Ticket, Triage, sample_workflow
from tests.world import sure, why
from workflows import NotAllowed, NotDone, OutcomeUnknown, TryAgain
from workflows.engine.declare.registry import Registry
from workflows.engine.deliver import workflow_pauses
from workflows.engine.deliver.waiting_deliveries import awaken
from workflows.engine.errors import FormChanged, Refused, Unknown
from workflows.engine.review import claims, doubts, reviews
from workflows.engine.review.cards import card_view
from workflows.engine.review.decisions import Follows
from workflows.engine.review.rerun import reruns
from workflows.engine.review.wrong import corrections

KEY = "sample/ticket-1"


class Urgent(Triage):
    """A new field, that has to be filled in."""

    urgency: Literal["low", "high"]


class Polite(Triage):
    """A new field, that is filled in by itself."""

    greeting: str = "Dear customer"


class Short(BaseModel):
    """One field less."""

    queue: Literal["billing", "delivery", "safety"]


class Renamed(BaseModel):
    """A field under another name."""

    team: Literal["billing", "delivery", "safety"]
    reply: str = ""


class Retyped(BaseModel):
    """A field of another type."""

    queue: int
    reply: str = ""


class Narrower(BaseModel):
    """A choice less."""

    queue: Literal["delivery", "safety"]
    reply: str = ""


CHANGES = {
    Urgent: "urgency: is missing",
    Polite: "greeting: is new",
    Short: "reply: is no longer a field",
    Renamed: "team: is missing",
    Retyped: "queue: has to be a whole number",
    Narrower: "queue: has to be delivery or safety",
}


def redeploy(scene: Scene, *, output: type[BaseModel] = Triage, never: str | None = None) -> None:
    """Another process with newer code."""
    newer = sample_workflow(scene.desk, autonomy=scene.workflow.autonomy)
    newer.output = output  # type: ignore[assignment]  # as a later version of the file declares it
    if not {"queue", "reply"} <= output.model_fields.keys():
        newer.nevers = ()
    if never is not None:
        newer.never(never)(lambda ticket, triage: True)
    fresh = Registry()
    fresh.add(newer)
    scene.world.registry.__dict__.update(fresh.__dict__)
    scene.workflow = newer


def waiting(make_world: MakeWorld) -> tuple[Scene, int]:
    """A case that waits for a person, with a proposal."""
    scene = sample(make_world, sure(0.5, queue="billing", reply="Hello"), autonomy=DRAFT)
    return scene, scene.worked()


@pytest.mark.parametrize("form", CHANGES)
def test_what_was_proposed_in_another_form_is_not_approved_and_nothing_is_lost(
    make_sqlite_world: MakeWorld, form: type[BaseModel]
) -> None:
    """F72: the refusal names the field, and says how it goes on."""
    scene, case = waiting(make_sqlite_world)
    redeploy(scene, output=form)
    with pytest.raises(FormChanged) as refused:
        scene.approve(case)
    assert CHANGES[form] in str(refused.value)
    assert "nothing was recorded. Edit it: the form has the known values" in str(refused.value)
    assert scene.run(case).state == "waiting"
    assert scene.decided(case).decisions == []
    assert scene.desk.attempts == []


def test_a_form_that_reads_what_was_proposed_as_it_was_is_approved(make_sqlite_world: MakeWorld) -> None:
    class Wider(Triage):
        queue: Literal["billing", "delivery", "safety", "sales"]  # type: ignore[assignment]  # a choice more

    scene, case = waiting(make_sqlite_world)
    redeploy(scene, output=Wider)
    scene.approve(case)
    scene.world.work()
    assert scene.run(case).state == "delivered"


@pytest.mark.parametrize("form", CHANGES)
def test_what_was_decided_before_the_form_changed_comes_back_to_a_person_with_all_of_it(
    make_world: MakeWorld, form: type[BaseModel]
) -> None:
    """F72: it was decided, its workflow held its deliveries, and the process was replaced meanwhile."""
    scene, case = waiting(make_world)
    workflow_pauses.pause(scene.world.context, "sample", by="U0MARIA", reason="the desk moves", deliveries=True)
    scene.edit(case, queue="billing", reply="My own words", by="U0ANA")
    scene.world.work()
    redeploy(scene, output=form)
    workflow_pauses.resume(scene.world.context, "sample", by="U0MARIA")
    scene.world.work()

    assert scene.desk.attempts == []
    review = scene.review(case)
    assert review.has_proposal
    assert CHANGES[form] in why(review)[0]
    assert why(review)[0].startswith("the form has changed since the decision: ")
    card = card_view(scene.world.context, review.id)
    known = {value.name: value.proposed for value in card.values} | dict(card.left_over)
    assert known.get("reply") == "My own words"
    assert scene.world.case(case).runs[0].state == "superseded"

    answer = {"queue": "delivery", "reply": "x", "team": "billing", "urgency": "low"}
    if form is Retyped:
        answer["queue"] = "3"
    output = form.model_validate({name: answer[name] for name in form.model_fields if name in answer})
    reviews.edit(scene.world.context, review.id, review.version, output, by="U0BEN")
    scene.world.work()
    assert scene.run(case).state == "delivered"
    assert scene.desk.applied == {KEY: output}


@pytest.mark.parametrize("error", [TryAgain("down"), NotDone("closed")])
def test_what_was_decided_before_a_rule_came_is_looked_at_again(make_world: MakeWorld, error: Exception) -> None:
    """F72: the target is down, or an engineer runs it again, and a rule came meanwhile. It is asked about once."""
    scene, case = waiting(make_world)
    scene.desk.errors.append(error)
    scene.approve(case, by="U0ANA")
    scene.world.work()
    redeploy(scene, never="answer on a Friday alone")
    if isinstance(error, TryAgain):
        assert scene.run(case).state == "holding"
        scene.world.clock.move(timedelta(hours=1))
        awaken(scene.world.context)
    else:
        assert scene.run(case).state == "failed"
        reruns.rerun(scene.world.context, case, by="U0DEV")
    scene.world.work()
    assert why(scene.review(case)) == [
        "never: answer on a Friday alone",
        "a rule was added or changed since the decision",
    ]
    scene.approve(case, by="U0BEN")
    scene.world.work()
    assert scene.run(case).state == "delivered"
    assert len(scene.desk.applied) == 1


def test_what_was_to_go_alone_and_was_held_does_not_pass_a_rule_that_came(make_sqlite_world: MakeWorld) -> None:
    """F72: no autonomy passes a never, nor one that was granted before it came."""
    scene = sample(make_sqlite_world, sure(0.95, queue="billing", reply="Hello"))
    scene.desk.errors.append(NotAllowed("our token is refused"))
    case = scene.worked()
    assert scene.run(case).state == "holding"
    redeploy(scene, never="answer on a Friday alone")
    workflow_pauses.resume(scene.world.context, "sample", by="U0MARIA")
    scene.world.work()
    assert why(scene.review(case))[0] == "never: answer on a Friday alone"
    assert scene.desk.applied == {}
    scene.approve(case)
    scene.world.work()
    assert scene.run(case).state == "delivered"


def test_a_decision_that_may_have_been_delivered_is_not_asked_about_again_under_its_key(
    make_sqlite_world: MakeWorld,
) -> None:
    """F58: other values under the same key could be taken for the ones that are there."""
    scene, case = waiting(make_sqlite_world)
    scene.approve(case)
    scene.desk.errors += [OutcomeUnknown("no answer"), OutcomeUnknown("no answer"), OutcomeUnknown("no answer")]
    scene.world.work()
    began = scene.run(case).code_version
    redeploy(scene, output=Retyped)
    reruns.rerun(scene.world.context, case, by="U0DEV")
    scene.world.work()
    run = scene.run(case)
    assert run.state == "parked"
    assert "the decision no longer fits Retyped: queue: has to be a whole number" in scene.problem(case)
    assert len(scene.desk.attempts) == 3
    assert began is not None

    redeploy(scene)
    assert reruns.rerun(scene.world.context, case, by="U0DEV").from_step == "deliver"
    scene.world.work()
    assert scene.run(case).state == "delivered"
    assert len(scene.desk.applied) == 1


def test_a_rule_that_was_seen_is_not_asked_about_again(make_sqlite_world: MakeWorld) -> None:
    scene, case = waiting(make_sqlite_world)
    redeploy(scene, never="answer on a Friday alone")
    review = scene.review(case)
    scene.desk.errors.append(NotDone("closed"))
    reviews.approve(scene.world.context, review.id, review.version, by="U0ANA", confirmed=True)
    scene.world.work()
    reruns.rerun(scene.world.context, case, by="U0DEV")
    scene.world.work()
    assert scene.run(case).state == "delivered"


def test_a_correction_is_made_in_the_form_and_by_the_rules_of_today(make_sqlite_world: MakeWorld) -> None:
    scene, case = waiting(make_sqlite_world)
    scene.approve(case)
    scene.world.work()
    redeploy(scene, output=Urgent, never="answer on a Friday alone")
    view = corrections.delivered_view(scene.world.context, case)
    assert view.values == {"queue": "billing", "reply": "Hello", "urgency": ""}
    wanted = Urgent(queue="delivery", urgency="high")
    review = corrections.correct(scene.world.context, case, wanted, by="U0EVE")
    assert card_view(scene.world.context, review).nevers == ["answer on a Friday alone"]


def test_who_acts_on_a_case_of_a_workflow_that_is_gone_is_told_so(make_sqlite_world: MakeWorld) -> None:
    """F72: told, and nothing changes; the case is still there when the workflow is."""
    scene, case = waiting(make_sqlite_world)
    context, review = scene.world.context, scene.review(case)
    before = scene.world.case(case)
    scene.world.registry.__dict__.update(Registry().__dict__)
    for act in (
        lambda: reviews.approve(context, review.id, 1, by="U1"),
        lambda: reviews.edit(context, review.id, 1, Triage(queue="billing"), by="U1"),
        lambda: reviews.reject(context, review.id, 1, by="U1", reason="no", follows=Follows.CLOSE),
        lambda: claims.claim(context, review.id, by="U1"),
        lambda: card_view(context, review.id),
    ):
        with pytest.raises(Unknown, match=r"^the workflow sample is not known to this Countersign any more$"):
            act()
    for other in (
        lambda: reruns.rerun(context, case, by="U1"),
        lambda: corrections.correct(context, case, Triage(queue="billing"), by="U1"),
        lambda: doubts.settle(context, case, happened=True, by="U1"),
    ):
        with pytest.raises(Refused):
            other()
    assert scene.world.case(case) == before
    assert scene.world.work() == 0


def test_a_case_that_no_longer_fits_is_refused_before_anything_is_recorded(make_sqlite_world: MakeWorld) -> None:
    """F72: the form of the input changed; its delivery could not be made."""

    class Stricter(Ticket):
        customer: str

    scene, case = waiting(make_sqlite_world)
    scene.workflow.input = Stricter
    with pytest.raises(
        Refused, match=r"the case no longer fits Stricter, .* customer: is missing; nothing was recorded"
    ):
        scene.approve(case)
    assert scene.run(case).state == "waiting"
    scene.reject(case, Follows.CLOSE)
    scene.world.clock.move(timedelta(minutes=1))
    assert len(scene.world.rows(schema.Decision)) == 1
