"""A case that became an example is forgotten: the model that learned from it goes, too, and is trained again.

Everything is done by commands, but for what `serve` does beside the work: labels, and candidates of them.
"""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from store.schema import Deployment, TrainedModel
from tests.integration.bot.commandline import CommandLine
from workflows.model.local.local_model import LocalModel
from workflows.quality.examples.split import Half, half_of

pytestmark = pytest.mark.slow

WORD = "zeppelin"
DESK = """
from typing import Literal
from pydantic import BaseModel
from workflows import Autonomy, Review, Workflow

class Ticket(BaseModel):
    id: int
    text: str

class Sorted(BaseModel):
    queue: Literal["billing", "delivery"]

desk = Workflow(
    name="desk", decision="Which queue?", owner="U0MARIA", input=Ticket, output=Sorted,
    key=lambda ticket: f"ticket-{ticket.id}", review=Review(), autonomy=Autonomy.draft(), may={"execute": "sort"},
)

@desk.deliver(idempotent=True)
def deliver(value: Sorted, run) -> str:
    return "done"
"""
TEXTS = {
    "billing": ["charged twice on my invoice", "a wrong charge on the bill", "refund of my payment please"],
    "delivery": ["where is my parcel now", "it was not delivered at all", "the courier never came here"],
}
LEARNED = next(id for id in range(1, 50) if half_of("desk", f"ticket-{id}") is Half.LEARNING)
"""A ticket whose case is of the learning half."""


@pytest.fixture
def desk(empty: CommandLine, migrated_url: str) -> CommandLine:
    """A workflow that the local model answers, from a file outside the repository."""
    file = empty.folder / "workflow.py"
    file.write_text(DESK)
    lines = [
        {"input": {"id": 0, "text": f"{text} {number}"}, "output": {"queue": queue}}
        for queue, texts in TEXTS.items()
        for number, text in enumerate(texts * 4)
    ]
    (empty.folder / "examples.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    empty.settings.update(
        COUNTERSIGN_WORKFLOWS=str(file), COUNTERSIGN_DATABASE_URL=migrated_url, COUNTERSIGN_MODEL="local"
    )
    return empty


def models(desk: CommandLine) -> tuple[str | None, dict[str, bool]]:
    """The model that the deployment names, and each that is kept: its key -> whether it knows the word."""
    with desk.opened() as app, app.context.database.read() as session:
        (deployment,) = session.scalars(select(Deployment)).all()
        kept = session.scalars(select(TrainedModel)).all()
        return deployment.training, {one.key: WORD in LocalModel.loaded(one.body)._vocabulary.phrases for one in kept}


def submit(desk: CommandLine, id: int, text: str, **settings: str) -> None:
    desk.done("submit", json.dumps({"id": id, "text": text}), "--workflow", "desk", **settings)


def test_a_forgotten_case_takes_the_model_that_learned_from_it_along(desk: CommandLine) -> None:
    submit(desk, LEARNED, f"my {WORD} was charged twice", COUNTERSIGN_PROMPTS="files")
    desk.done("edit", f"ticket-{LEARNED}", "--set", "queue=delivery")
    desk.learn_from_people()
    (group,) = desk.done("examples", "list", "desk", "--json").json()
    (candidate,) = group["candidates"]
    desk.done("examples", "take", "desk", str(candidate["id"]))
    desk.done("deploy", "desk")
    desk.done("deployments", "sign", "desk", "1")
    before, kept = models(desk)
    assert kept == {before: True}

    desk.done("forget", f"ticket-{LEARNED}", "--yes")
    # Gone with the case, and not when somebody next asks.
    assert models(desk) == (before, {})
    assert "nothing is left" in desk.done("forget", "1", "--check").out

    submit(desk, 100, "where is my parcel")
    now, kept = models(desk)
    assert now != before
    assert kept == {now: False}
    proposal = desk.case("ticket-100")["runs"][-1]["proposal"]
    assert (proposal["output"]["queue"], proposal["version"]) == ("delivery", 1)
    # The deployment is the same one, and no file holds the word.
    assert desk.done("deployments", "list", "desk", "--json").json()[0]["state"] == "live"
    files = [one for one in Path(desk.folder).rglob("*") if one.is_file() and one.suffix != ".py"]
    assert not [one for one in files if WORD.encode() in one.read_bytes()]
