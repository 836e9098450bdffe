"""A workflow may say that nobody decides what they handed in, or asked for. A7"""

from collections.abc import Callable

import pytest

from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, sample
from tests.sample import Triage
from workflows import Review
from workflows.engine.case import intake
from workflows.engine.errors import OwnCase
from workflows.engine.review.decisions import Follows
from workflows.engine.review.rerun import reruns
from workflows.engine.review.wrong.corrections import correct

OTHERS = Review(self_approval=False)


def test_whoever_handed_a_case_in_does_not_decide_it(make_world: MakeWorld) -> None:
    """Not in any way; and whoever handed in only what was revised since may."""
    scene = sample(make_world, autonomy=DRAFT, review=OTHERS)
    for by, text in (("U0ANA", "charged twice"), ("U0BEN", "charged three times")):
        accepted = intake.accept(scene.workflow, {"id": 1, "text": text})
        (receipt,) = intake.take_in(scene.world.context, scene.workflow, [accepted], source="test", actor=by)
        scene.world.work()
    case = receipt.case
    decisions: list[Callable[[], None]] = [
        lambda: scene.approve(case, by="U0BEN"),
        lambda: scene.edit(case, by="U0BEN", queue="delivery"),
        lambda: scene.reject(case, Follows.CLOSE, by="U0BEN"),
    ]
    for decide in decisions:
        with pytest.raises(OwnCase, match="you handed this case in, or asked for it again"):
            decide()
    scene.approve(case, by="U0ANA")
    scene.world.work()
    assert scene.run(case).state == "delivered"


def test_neither_does_who_asked_for_its_rerun_or_its_correction(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=OTHERS)
    case = scene.worked()
    reruns.rerun(scene.world.context, case, by="U0KIM")
    scene.world.work()
    with pytest.raises(OwnCase):
        scene.approve(case, by="U0KIM")
    scene.approve(case, by="U0ANA")
    scene.world.work()
    correct(scene.world.context, case, Triage(queue="delivery"), by="U0ANA")
    for by in ("U0ANA", "U0KIM", "tester"):
        with pytest.raises(OwnCase):
            scene.approve(case, by=by)
    scene.approve(case, by="U0BEN")


def test_whoever_rejects_a_proposal_may_decide_the_next_one(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=OTHERS)
    case = scene.worked()
    scene.reject(case, Follows.PROPOSE_AGAIN, by="U0ANA")
    scene.world.work()
    scene.approve(case, by="U0ANA")


def test_a_workflow_that_says_nothing_lets_everybody_decide(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    scene.approve(scene.worked(), by="tester")
