"""A paid model is asked with the prompt and by the name that were deployed, whatever stands in the file since."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr

from handlers.texts.learning.deployments import told
from handlers.texts.pieces import Room as Space
from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, Scene, rows, sample
from tests.integration.model.scene import HAIKU, SONNET, filled_in
from tests.integration.model.server import AnthropicServer, message
from workflows import Autonomy, Rollout
from workflows.engine.declare.versions import From
from workflows.engine.propose.models import Models
from workflows.engine.propose.prompts import keep_prompt
from workflows.engine.run.runner import Runner
from workflows.model.choice import ModelSettings
from workflows.model.vendors.anthropic.settings import AnthropicSettings
from workflows.quality.deployments import weighed
from workflows.quality.deployments.codes import As, Ended, Unweighed
from workflows.quality.deployments.evidence import Weighed
from workflows.quality.deployments.kept import KeptVersions
from workflows.quality.deployments.moves import roll_back
from workflows.quality.deployments.proposing import Proposer
from workflows.quality.deployments.reading import numbered_view
from workflows.quality.deployments.signing import sign
from workflows.quality.labels.making import make_labels

pytestmark = pytest.mark.slow


class Room:
    """A workflow with a prompt in a file, before a server that speaks like Anthropic's."""

    def __init__(self, scene: Scene, server: AnthropicServer, folder: Path) -> None:
        self.scene, self.server, self.file = scene, server, folder / "prompts" / "triage.md"
        self.file.parent.mkdir()
        self.workflow = scene.workflow
        self.workflow.folder, self.workflow.prompt = folder, self.file.name
        self.workflow.rollout = Rollout(way="at once")
        self.models: list[Models] = []
        self.number = 0

    def write(self, words: str, model: str) -> None:
        """Change the file on disk."""
        self.file.write_text(f"---\nmodel: {model}\n---\n{words}\n")

    def start(self) -> Runner:
        """Start a process, which reads its files once."""
        world = self.scene.world
        world.registry._workflows.clear()
        world.registry._prompts.clear()
        world.registry.add(self.workflow)
        told = AnthropicSettings(api_key=SecretStr("sk-ant-made-up"), base_url=self.server.url)
        settings = ModelSettings(wanted="anthropic", vendors={"anthropic": told})
        models = Models(settings, database=world.database, team=world.context.team, clock=world.clock)
        self.models.append(models)
        versions = KeptVersions(
            world.database, team=world.context.team, clock=world.clock, models=models, versions_from=From.DEPLOYED
        )
        world.context = replace(world.context, versions=versions)
        world.runner = Runner(world.context, models)
        return world.runner

    def deploy(self) -> None:
        """Propose what the process has, and sign it for its owner."""
        context = self.scene.world.context
        prompt = context.registry.prompt(self.workflow.name)
        assert prompt is not None
        with context.database.write() as session:
            keep_prompt(session, self.workflow, prompt, team=context.team, at=context.clock())
        proposer = Proposer(
            context=context, models=self.models[-1], workflow=self.workflow, by="U1", dollars=Decimal(1), threads=1
        )
        row = proposer.propose()
        sign(context, self.workflow, row.id, change=row.change, by="U0MARIA", how=As.OWNER)

    def asked(self, runner: Runner) -> tuple[str, str] | None:
        """Let a process work on a case; returns the model and the prompt that were sent."""
        self.server.forget()
        self.server.will_always(lambda _: message(filled_in()))
        self.number += 1
        self.scene.world.runner = runner
        self.scene.worked(id=self.number)
        if not self.server.requests:
            return None
        (sent,) = self.server.requests
        return sent.body["model"], str(sent.body["system"])

    def teach(self, **texts: str) -> None:
        """Write the file of examples: texts of each queue, apart from each other by a bar."""
        lines = [
            {"input": {"id": 1, "text": f"{text} {number}"}, "output": {"queue": queue}}
            for queue, said in texts.items()
            for number, text in enumerate(said.split("|") * 6)
        ]
        file = self.workflow.folder / "examples.jsonl" if self.workflow.folder is not None else None
        assert file is not None
        file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))

    def opinion(self, models: Models) -> Mapping[str, float]:
        """The second opinion of a process on billing, for a text about a charge."""
        context = self.scene.world.context
        live = rows(self.scene.world, schema.Workflow)[0].live_id
        version = context.version_of(self.workflow, live)
        ticket = self.workflow.input(id=1, text="charged twice on my invoice")
        return models.second(self.workflow, ticket, self.workflow.output(queue="billing"), version).probabilities


@pytest.fixture(scope="module")
def server() -> Iterator[AnthropicServer]:
    with AnthropicServer() as started:
        yield started


@pytest.fixture
def room(make_world: MakeWorld, server: AnthropicServer, tmp_path: Path) -> Iterator[Room]:
    made = Room(sample(make_world, autonomy=DRAFT), server, tmp_path)
    yield made
    for models in made.models:
        models.close()


def test_a_changed_file_is_used_once_it_is_deployed_and_then_by_all_processes_at_once(room: Room) -> None:
    room.write("Sort by the oldest rule.", HAIKU)
    first = room.start()
    assert room.asked(first) is None
    room.deploy()
    model, prompt = room.asked(first) or ("", "")
    assert (model, "oldest rule" in prompt) == (HAIKU, True)

    room.write("Sort by the newest rule.", SONNET)
    second = room.start()
    for process in (first, second):
        model, prompt = room.asked(process) or ("", "")
        assert (model, "oldest rule" in prompt, "newest" in prompt) == (HAIKU, True, False)

    room.deploy()
    for process in (first, second):
        model, prompt = room.asked(process) or ("", "")
        assert (model, "newest rule" in prompt, "oldest" in prompt) == (SONNET, True, False)

    context = room.scene.world.context
    roll_back(context, room.workflow, by="U1", why=Ended.BY_HAND)
    for process in (second, first):
        model, prompt = room.asked(process) or ("", "")
        assert (model, "oldest rule" in prompt) == (HAIKU, True)
    used = [one.deployment_id for one in rows(room.scene.world, schema.Run)]
    assert used == [None, *[used[1]] * 3, *[used[4]] * 2, *[used[1]] * 2]


def test_the_second_opinion_is_that_of_the_version_whatever_the_examples_are_since(room: Room) -> None:
    billing, parcel = (
        "charged twice on my invoice|a wrong charge on the bill",
        "where is my parcel|it was not delivered",
    )
    room.write("Sort by the rule.", HAIKU)
    room.teach(billing=billing, delivery=parcel)
    room.start()
    room.server.will_always(lambda _: message(filled_in()))
    room.deploy()
    before = room.opinion(room.models[-1])
    assert before["queue"] > 0.5
    room.teach(billing=parcel, delivery=billing)
    room.start()
    assert room.opinion(room.models[-1]) == before
    # With the same prompt it is another version: other proposals are doubted.
    room.deploy()
    assert room.opinion(room.models[-1])["queue"] < 0.5
    first, second = rows(room.scene.world, schema.Deployment)
    assert (first.prompt_version, first.name == second.name) == (second.prompt_version, False)


def test_a_version_without_anything_to_learn_from_has_no_second_opinion_later(room: Room) -> None:
    room.write("Sort by the rule.", HAIKU)
    room.start()
    room.deploy()
    (row,) = rows(room.scene.world, schema.Deployment)
    assert (row.training, row.parts["training"]) == (None, None)
    room.teach(billing="charged twice|a wrong charge", delivery="where is it|not delivered")
    room.start()
    assert room.opinion(room.models[-1]) == {}


def test_how_confidence_is_weighed_is_a_part_of_a_version_and_goes_with_its_proposals(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the model says, only proposals with a quote are right: people's labels tell that."""
    for name, number in (("FEWEST", 8), ("FEWEST_ERRORS", 3), ("FEWEST_MEASURED", 3)):
        monkeypatch.setattr(weighed, name, number)
    scene, world = room.scene, room.scene.world
    room.workflow.autonomy = Autonomy.earned()
    room.write("Sort by the rule.", HAIKU)
    runner = room.start()
    room.deploy()
    card = numbered_view(world.context, room.workflow.name, None)
    assert card.evidence is not None
    assert card.evidence.weighed == Weighed(why_not=Unweighed.FEW)
    room.server.will_always(lambda sent: message(with_quotes(str(sent.body))))
    world.runner = runner
    receipts = world.submit_all(room.workflow, [{"id": one, "text": f"ticket {one} {one % 3}"} for one in range(24)])
    world.work()
    for number, receipt in enumerate(receipts):
        if number % 3:
            scene.approve(receipt.case)
        else:
            scene.edit(receipt.case, queue="delivery", reply="We look at it.")
    while make_labels(world.context).is_more:
        pass
    room.deploy()
    first, second = rows(world, schema.Deployment)
    assert (first.weighing, "weighing" in first.parts) == (None, False)
    assert second.weighing == second.parts["weighing"]
    assert set(second.weighing or {}) == {"bias", "weights"}
    assert (first.prompt_version, first.name != second.name) == (second.prompt_version, True), "it is another version"
    said = str(told(numbered_view(world.context, room.workflow.name, None), SPACE))
    assert "Confidence weighed from 24 labels: AUROC " in said
    assert "→ 1.00 on the measuring half" in said
    scores = {}
    for number in (31, 33):
        case = scene.worked(id=number, text=f"ticket {number} {number % 3}")
        shown = world.case(case)
        assert shown.newest.proposal is not None
        scores[number] = shown.newest.proposal.weighed
        assert shown.newest.proposal.lowest is not None
    kept = {one.case_id: one.score for one in rows(world, schema.EpochCase)}
    assert list(kept.values())[-2:] == [scores[31], scores[33]]
    assert (scores[31] or 0) > 0.5 > (scores[33] or 1), "the one without a quote is not to be trusted"


SPACE = Space(line=200, text=2_000, items=20)


def with_quotes(sent: str) -> str:
    """Answer with a quote, but for each third ticket, and say at random how sure that is."""
    number, third = re.findall(r"ticket (\d+) (\d)", sent)[0]
    answer = json.loads(filled_in(confidence=0.9 if int(number) % 2 else 0.8))
    quote = [{"field": "queue", "quote": f"ticket {number}"}] if third != "0" else []
    return json.dumps({**answer, "evidence": quote})
