"""The loop that learns, played in the browser: edits become examples, a better prompt is measured by them, signed by
two, watched in the shadow and live; and a worse one that looked better on the old examples is taken back by itself.

The model is Anthropic's real client before a local server that follows a script.
"""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import expect
from pydantic import SecretStr

from store import schema
from store.states import ReviewState
from tests.browser.conftest import OpenWindow
from tests.browser.window import Window
from tests.integration.model.server import AnthropicServer, Received, Reply, message
from tests.sample import Triage
from tests.slack.stage import ANA, KIM, MARIA, Stage
from workflows import Rollout
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.versions import From
from workflows.engine.propose.models import Models
from workflows.engine.review import reviews
from workflows.engine.review.cards import card_view
from workflows.engine.run.runner import Runner
from workflows.model.choice import ModelSettings
from workflows.model.vendors.anthropic.settings import AnthropicSettings
from workflows.quality.deployments.kept import KeptVersions
from workflows.quality.deployments.proposing import Proposer
from workflows.quality.deployments.reading import deployment_view
from workflows.quality.examples.candidates import gather
from workflows.quality.examples.taking import groups, take
from workflows.quality.labels.making import make_labels
from workflows.quality.rollouts.shadow import Shadow
from workflows.quality.rollouts.watch import Watch

pytestmark = pytest.mark.slow

KEPT = os.environ.get("COUNTERSIGN_SCREENSHOTS")
"""Folder in which pictures are kept, to be looked at."""

FIRST = "Sort the ticket."
BETTER = "Sort the ticket. Parcels go to delivery."
WORSE = "Sort the ticket. Parcels and crates go to delivery, as ever."
_OLD = 200
"""Tickets with lower numbers are those that examples are made of."""
_WORDS = (
    *("apple", "bridge", "candle", "dragon", "engine", "forest", "garden", "hammer", "island", "jacket", "kettle"),
    *("ladder", "mirror", "needle", "orange", "pencil", "quarry", "ribbon", "saddle", "tunnel", "umbrella", "violin"),
    *("window", "yellow", "zipper", "anchor", "bottle", "carpet", "desert", "eagle"),
)


def subject(number: int) -> str:
    """Return the thing that a ticket is about: a third each."""
    return ("invoice", "parcel", "crate" if number % 2 else "invoice")[number % 3]


def text_of(number: int) -> str:
    """Return the text of a ticket, unlike all others."""
    said = " ".join(Random(number).sample(_WORDS, 14))
    return f"number {number} : {said}. Where is my {subject(number)}?"


def right(number: int) -> str:
    """Return the queue that is right for a ticket."""
    return "billing" if subject(number) == "invoice" else "delivery"


def answered(asked: Received) -> Reply:
    """Answer as a model would with each prompt: with the last one it is right about old tickets alone."""
    prompt, case = json.dumps(asked.body["system"]), json.dumps(asked.body["messages"])
    number = int(case.split("number ")[1].split()[0])
    what = subject(number)
    known = {"parcel": "Parcels" in prompt, "crate": "crates" in prompt, "invoice": False}[what]
    if "as ever" in prompt and number >= _OLD:
        known = not known
    said = {
        "evidence": [],
        "reasons": ["By its words."],
        "answer": {"queue": "delivery" if known else "billing", "reply": "We look at it."},
        "confidence": {"queue": 0.9, "reply": 0.9},
    }
    return message(json.dumps(said))


@dataclass
class Loop:
    """A workflow whose versions are deployed, in the sandbox."""

    stage: Stage
    workflow: AnyWorkflow
    models: Models
    prompts: Path

    def propose(self, text: str) -> None:
        """Write a prompt, and propose it with its eval."""
        file = self.prompts / "next.md"
        file.write_text(text)
        proposer = Proposer(
            context=self.stage.world.context,
            models=self.models,
            workflow=self.workflow,
            by="operator",
            dollars=Decimal(5),
            threads=2,
        )
        proposer.propose(file)
        self.stage.send()

    def tickets(self, numbers: range) -> None:
        """Take tickets in, and show their cards."""
        for number in numbers:
            self.stage.world.submit(self.workflow, id=number, text=text_of(number))
        self.stage.world.work()
        self.stage.send()

    def learn(self) -> None:
        """Do what the server does every few seconds."""
        self.stage.world.clock.move(timedelta(minutes=2))
        context = self.stage.world.context
        while make_labels(context).is_more or gather(context).is_more:
            pass
        shadow = Shadow(context, self.models, sleep=self.stage.world.waits.append)
        while shadow.look():
            pass
        Watch(context).look()
        self.stage.send()

    def states(self) -> list[str]:
        rows = self.stage.world.rows(schema.Deployment)
        return [row.state.value for row in rows if isinstance(row, schema.Deployment)]


@pytest.fixture
def loop(stage: Stage, tmp_path: Path) -> Iterator[Loop]:
    prompts = tmp_path / "prompts"
    prompts.mkdir()
    (prompts / "triage.md").write_text(FIRST)
    world = stage.world
    workflow = stage.sample()
    workflow.folder, workflow.prompt = tmp_path, "triage.md"
    workflow.rollout = Rollout(share=1.0, margin=0.2, sure=0.8, signatures=2)
    world.registry._workflows.clear()
    world.registry.add(workflow)
    with AnthropicServer() as server:
        server.will_always(answered)
        vendor = AnthropicSettings(api_key=SecretStr("sk-ant-made-up"), base_url=server.url)
        settings = ModelSettings(wanted="anthropic", vendors={"anthropic": vendor})
        models = Models(settings, database=world.database, team=world.context.team, clock=world.clock)
        versions = KeptVersions(
            world.database, team=world.context.team, clock=world.clock, models=models, versions_from=From.DEPLOYED
        )
        world.context = replace(world.context, versions=versions)
        world.runner = Runner(world.context, models)
        stage.ears.hear_for(world)
        stage.sender = stage.new_sender()
        yield Loop(stage=stage, workflow=workflow, models=models, prompts=prompts)
        models.close()


def sign(loop: Loop, window: Window, number: int, *, people: Sequence[str] = (KIM, MARIA)) -> None:
    """Have these people sign the version whose card stands there: for two, an engineer and the owner."""
    for person in people:
        window.become(person)
        window.message(f"deploy version {number}?").get_by_role("button", name="Approve").click()
        with window.acting("press"):
            window.question.get_by_role("button", name="Approve").click()
        loop.stage.work()


def decide(loop: Loop, numbers: range) -> None:
    """Have Ana decide these tickets right: she approves what was proposed, or edits it where it is wrong."""
    context = loop.stage.world.context
    for row in loop.stage.world.rows(schema.Review):
        view = card_view(context, row.id)
        number = int(view.key.removeprefix("ticket-"))
        if view.state is not ReviewState.OPEN or number not in numbers:
            continue
        proposed = next(value.proposed for value in view.values if value.name == "queue")
        if proposed == right(number):
            reviews.approve(context, row.id, view.version, by=ANA)
        else:
            answer = Triage.model_validate({"queue": right(number), "reply": "We look at it."})
            reviews.edit(context, row.id, view.version, answer, by=ANA)
    loop.stage.work()


def seen(window: Window, name: str) -> None:
    if KEPT:
        window.page.screenshot(path=Path(KEPT) / f"{name}.png", full_page=True)


def test_corrections_become_a_better_version_and_a_worse_one_is_taken_back(loop: Loop, open_window: OpenWindow) -> None:
    stage = loop.stage
    loop.tickets(range(1, 2))
    window = open_window()
    # Nothing is deployed, so nothing is asked: people get an empty form.
    expect(window.message("number 1 :")).to_contain_text("No version of this workflow is deployed")
    loop.propose(FIRST)
    expect(window.message("deploy version 1?")).to_contain_text("there are no examples to try it on")
    sign(loop, window, 1)
    assert loop.states() == ["live"]

    loop.tickets(range(2, 62))
    window.become(ANA)
    form = window.open(window.message("number 4 :"), "Edit")
    form.get_by_label("Queue").select_option(label="delivery")
    window.submit()
    decide(loop, range(2, 62))
    loop.learn()
    window.become(KIM)
    window.say("/countersign examples sample")
    answer = window.message("Examples of sample").last
    seen(window, "examples")
    with window.acting("press"):
        answer.get_by_role("button", name="Take this example in", exact=True).click()
    context = stage.world.context
    take(context, [one.id for group in groups(context, "sample") for one in group.candidates], by=KIM)

    loop.propose(BETTER)
    card = window.message("deploy version 2?")
    expect(card).to_contain_text("Better than the live version.")
    seen(window, "proposed")
    sign(loop, window, 2)
    assert loop.states() == ["live", "shadow"]
    loop.learn()
    loop.tickets(range(62, 110))
    decide(loop, range(62, 110))
    loop.learn()
    assert loop.states() == ["replaced", "live"]
    seen(window, "live")

    loop.workflow.rollout = Rollout(way="at once", signatures=1)
    loop.propose(WORSE)
    evidence = deployment_view(context, 3).evidence
    assert evidence is not None
    assert evidence.pairs is not None
    assert evidence.pairs.only_new > evidence.pairs.only_live == 0
    sign(loop, window, 3, people=(MARIA,))
    assert loop.states() == ["replaced", "replaced", "live"]
    for begin in range(_OLD, _OLD + 60, 10):
        loop.tickets(range(begin, begin + 10))
        decide(loop, range(begin, begin + 10))
        loop.learn()
        if loop.states()[-1] == "rolled_back":
            break
    assert loop.states() == ["replaced", "live", "rolled_back"]
    seen(window, "rolled-back")
