"""A run knows which version of its workflow's code it began with, and goes on under a newer one where it can."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from tests.conftest import MakeWorld
from tests.integration.engine.scene import sample
from tests.sample import Desk, sample_workflow
from tests.world import sure
from workflows import Autonomy
from workflows.engine.declare.code_version import LENGTH, code_version_of
from workflows.engine.declare.registry import Registry
from workflows.engine.declare.workflow_files import in_file
from workflows.engine.review import reviews

CODE = """
from pydantic import BaseModel
from workflows import Run, Workflow

class In(BaseModel):
    id: int

class Out(BaseModel):
    queue: str

made = Workflow(name="made", decision="Which?", owner="U0MARIA", input=In, output=Out, key=lambda i: str(i.id))

@made.deliver(idempotent=True)
def deliver(out: Out, run: Run[In]) -> str:
    return "done"
"""


def plan_in(file: Path, code: str) -> str:
    """The version of a workflow that stands in a file."""
    file.write_text(code)
    (workflow,) = in_file(file)
    return code_version_of(workflow, None)


def test_it_is_the_same_for_the_same_code(tmp_path: Path) -> None:
    first = plan_in(tmp_path / "one.py", CODE)
    assert len(first) == LENGTH
    assert plan_in(tmp_path / "two.py", CODE) == first


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('return "done"', 'return "finished"'),
        ("queue: str", "queue: str | None"),
        ("id: int", "id: int\n    text: str = ''"),
    ],
)
def test_it_is_another_one_where_the_code_or_a_form_changed(tmp_path: Path, old: str, new: str) -> None:
    assert plan_in(tmp_path / "one.py", CODE) != plan_in(tmp_path / "two.py", CODE.replace(old, new))


def test_another_prompt_another_floor_another_rule_are_other_versions() -> None:
    plain = sample_workflow(Desk())
    ruled = sample_workflow(Desk())
    ruled.never("say no")(lambda ticket, triage: False)
    plans = [
        code_version_of(plain, None),
        code_version_of(plain, "a1b2c3"),
        code_version_of(sample_workflow(Desk(), autonomy=Autonomy.floor(0.5)), None),
        code_version_of(ruled, None),
    ]
    assert len(set(plans)) == len(plans)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("key=lambda", 'may={"execute": "pay"}, key=lambda'),
        ("deliver(idempotent=True)", 'deliver(idempotent=True, does="route")'),
    ],
)
def test_what_it_may_do_is_a_term_of_a_workflow(tmp_path: Path, old: str, new: str) -> None:
    """Also where it stands in a file that has none of the workflow's functions."""
    (plain,) = in_file(_written(tmp_path / "one.py", CODE))
    (other,) = in_file(_written(tmp_path / "two.py", CODE.replace(old, new)))
    (tmp_path / "two.py").write_text(CODE)
    assert code_version_of(plain, None) != code_version_of(other, None)


def _written(file: Path, code: str) -> Path:
    file.write_text(code)
    return file


def test_a_form_that_has_no_schema_still_has_a_version() -> None:
    class Strange:
        pass

    class Odd(BaseModel, arbitrary_types_allowed=True):
        thing: Strange

    workflow = sample_workflow(Desk())
    workflow.input = Odd  # type: ignore[assignment]  # an author's own type
    assert len(code_version_of(workflow, None)) == LENGTH


def test_a_run_carries_the_version_it_began_with_and_a_rerun_that_of_today(make_world: MakeWorld) -> None:
    scene = sample(make_world, sure(0.5, queue="billing"))
    case = scene.worked()
    began = scene.world.case(case).newest.code_version
    assert began == scene.world.registry.code_version(scene.workflow)


def test_a_waiting_run_goes_on_under_newer_code_whose_steps_are_known(make_sqlite_world: MakeWorld) -> None:
    """F58"""
    scene = sample(make_sqlite_world, sure(0.5, queue="billing"))
    case = scene.worked()
    began = scene.world.case(case).newest.code_version
    newer = sample_workflow(scene.desk)
    newer.never("say no")(lambda ticket, triage: False)
    redeploy(scene.world.registry, newer)
    review = scene.world.review(case)
    reviews.approve(scene.world.context, review.id, review.version, by="U0ANA")
    scene.world.work()
    run = scene.world.case(case).newest
    assert run.state == "delivered"
    assert run.code_version == began != scene.world.registry.code_version(newer)


def redeploy(registry: Registry, workflow: object) -> None:
    """Another process with newer code."""
    fresh = Registry()
    fresh.add(workflow)  # type: ignore[arg-type]  # a workflow of some form
    registry.__dict__.update(fresh.__dict__)
