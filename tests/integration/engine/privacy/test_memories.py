"""Memories beside the rows of a case: answers that would be given again, and what the local model learned from."""

import json
from pathlib import Path

import pytest

from store import schema
from store.cases import cases
from store.db.database import Database
from store.governance import teams
from store.model import requests
from tests.conftest import MakeWorld
from tests.world import World, sure
from workflows import Run, Workflow
from workflows.engine.privacy.erasing import remove
from workflows.engine.privacy.reach import reach_of, take_out
from workflows.engine.privacy.subjects import Words
from workflows.engine.propose import models as models_of
from workflows.engine.propose.models import Models
from workflows.library.support_triage.workflow import Ticket, Triage
from workflows.model.choice import ModelSettings
from workflows.model.local.local_model import LocalModel

pytestmark = pytest.mark.slow

NAME = "Mustermann"
KEY = "c" * 64


def taught(folder: Path, *, also: int = 4) -> Path:
    """A file of examples; the last ones tell of one person."""
    things = [
        f"{size} {thing}" for size in ("small", "large", "old", "new") for thing in ("lamp", "chair", "desk", "bed")
    ]
    rows = [(f"charged twice on my card for a {thing}", "billing") for thing in things]
    rows += [(f"parcel with the {thing} has not arrived yet", "delivery") for thing in things]
    rows += [(f"{NAME} wants a refund for the {number}th broken lamp", "returns") for number in range(also)]
    made = [
        {
            "input": {"id": number, "customer": f"C-{number}", "subject": text, "text": text, "language": "en"},
            "output": {"queue": queue, "reply": "We look."},
        }
        for number, (text, queue) in enumerate(rows, 1)
    ]
    file = folder / "examples.jsonl"
    file.write_text("".join(f"{json.dumps(row)}\n" for row in made))
    return file


def learner(world: World, folder: Path) -> Workflow[Ticket, Triage]:
    made = Workflow[Ticket, Triage](
        name="learner",
        decision="Which queue?",
        owner="U0MARIA",
        input=Ticket,
        output=Triage,
        key=lambda ticket: f"ticket-{ticket.id}",
        text=lambda ticket: f"{ticket.subject}\n{ticket.text}",
        folder=folder,
    )

    @made.deliver(idempotent=True)
    def deliver(answer: Triage, run: Run[Ticket]) -> str:
        return "done"

    world.registry.add(made)
    world.submit(made, id=1, customer="C-1", subject="Where is it?", text="It has not arrived.", language="en")
    return made


def process(world: World) -> Models:
    """The models as a serving process has them, which trains them itself."""
    return Models(ModelSettings(), database=world.database, team=world.context.team, clock=world.clock)


def local(models: Models, workflow: Workflow[Ticket, Triage]) -> LocalModel:
    model = models(workflow)
    assert isinstance(model, LocalModel)
    return model


def test_each_process_learns_without_the_rows_of_a_person_and_the_file_is_not_changed(
    make_world: MakeWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world(sure(queue="billing"))
    with world.database.write() as session:
        teams.give_seed(session, team=world.context.team, seed=world.context.seed)
    file = taught(tmp_path)
    workflow, one, other = learner(world, tmp_path), process(world), process(world)
    said = file.read_text()
    before = local(one, workflow)
    assert local(other, workflow).name == before.name
    assert before.report.examples == 36

    words = Words.of([NAME])
    reach = reach_of(world.context, [], words=words)
    (named,) = reach.examples
    assert (named.workflow, named.file, list(named.rows)) == ("learner", str(file), [33, 34, 35, 36])
    take_out(world.context, reach, by="cli:kim")

    monkeypatch.setattr(models_of, "_LOOK", 0.0)
    for models in (one, other):
        now = local(models, workflow)
        assert now.report.examples == 32
        assert NAME.casefold() not in repr(vars(now._vocabulary)).casefold()
    assert file.read_text() == said
    taught(tmp_path, also=0)
    assert local(one, workflow).report.examples == 32
    assert reach_of(world.context, [], words=words).examples == []
    audited = [json.dumps(row.details) for row in world.rows(schema.AuditRow) if isinstance(row, schema.AuditRow)]
    assert not any(NAME in one for one in audited)


def test_an_answer_that_was_removed_is_given_to_nobody_again(make_world: MakeWorld) -> None:
    """Another process finds it no more, either: the answers are rows, and nothing of them is kept in memory."""
    world = make_world(sure(queue="billing"))
    context = world.context
    with context.database.write() as session:
        workflow = schema.Workflow(team_id=context.team, name="w", options={}, created_at=world.clock())
        session.add(workflow)
        session.flush()
        case = schema.Case(
            team_id=context.team,
            workflow_id=workflow.id,
            key="k",
            revision=1,
            content_hash="",
            source="test",
            received_at=world.clock(),
        )
        session.add(case)
        session.flush()
        body = json.dumps({"told": NAME, "said": f"{{{NAME}}}", "why": ""})
        content = schema.Content(team_id=context.team, case_id=case.id, kind="attempt", body=body)
        session.add(content)
        session.flush()
        requests.begin(
            session,
            team=context.team,
            workflow="w",
            case_id=case.id,
            number=1,
            model="m",
            prompt_version="1",
            input_hash="0" * 64,
            cache_key=KEY,
            content_id=content.id,
            outcome="answered",
            input_tokens=1,
            output_tokens=1,
            thinking_tokens=0,
            cache_read_tokens=0,
            cache_write_tokens=0,
            reserved=0,
            prices="1",
            began_at=world.clock(),
        )
        number = case.id
    elsewhere = Database(context.database.engine.url.render_as_string(hide_password=False))

    def given() -> list[bool]:
        found = []
        for database in (context.database, elsewhere):
            with database.read() as session:
                found.append(requests.given(session, team=context.team, cache_key=KEY, run=None) is not None)
        return found

    assert given() == [True, True]
    with context.database.write() as session:
        row = cases.get(session, number, team=context.team)
        assert row is not None
        remove(session, context, row, workflow="w", at=world.clock())
    assert given() == [False, False]
    elsewhere.close()
