"""The loop that learns, in the sandbox: tickets of three matters, what is right for them, and what people do."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from store import schema
from store.states import ReviewState
from tests.browser.window import Window
from tests.sample import Triage
from tests.slack.stage import ANA, KIM, MARIA, Stage
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.versions import From
from workflows.engine.propose.models import Models
from workflows.engine.review import reviews
from workflows.engine.review.cards import card_view
from workflows.engine.run.runner import Runner
from workflows.model.choice import ModelSettings
from workflows.quality.deployments.kept import KeptVersions
from workflows.quality.deployments.proposing import Proposer
from workflows.quality.examples.candidates import gather
from workflows.quality.examples.taking import groups, take
from workflows.quality.labels.making import make_labels
from workflows.quality.rollouts.shadow import Shadow
from workflows.quality.rollouts.watch import Watch

KEPT = os.environ.get("COUNTERSIGN_SCREENSHOTS")
"""Folder in which pictures are kept, to be looked at."""
_WORDS = (
    *("apple", "bridge", "candle", "dragon", "engine", "forest", "garden", "hammer", "island", "jacket", "kettle"),
    *("ladder", "mirror", "needle", "orange", "pencil", "quarry", "ribbon", "saddle", "tunnel", "umbrella", "violin"),
    *("window", "yellow", "zipper", "anchor", "bottle", "carpet", "desert", "eagle"),
)


def subject(number: int) -> str:
    """Return the thing that a ticket is about: a third each."""
    return ("invoice", "parcel", "crate" if number % 2 else "invoice")[number % 3]


def text_of(number: int, about: str | None = None) -> str:
    """Return the text of a ticket, unlike all others. `about`: its subject, in place of the one of its number."""
    said = " ".join(Random(number).sample(_WORDS, 14))
    return f"number {number} : {said}. Where is my {about or subject(number)}?"


def right(number: int) -> str:
    """Return the queue that is right for a ticket."""
    return "billing" if subject(number) == "invoice" else "delivery"


@dataclass
class Loop:
    """A workflow whose versions are deployed, in the sandbox."""

    stage: Stage
    workflow: AnyWorkflow
    models: Models
    reply: str = "We look at it."
    """Replies of people; the local model writes nothing."""
    abouts: dict[int, str] = field(default_factory=dict)
    """Numbers of tickets -> their subjects, where these are no others'."""

    @classmethod
    def begin(cls, stage: Stage, workflow: AnyWorkflow, settings: ModelSettings) -> "Loop":
        """Have the stage work with these models, by versions that are deployed."""
        world = stage.world
        world.registry._workflows.clear()
        world.registry.add(workflow)
        models = Models(settings, database=world.database, team=world.context.team, clock=world.clock)
        versions = KeptVersions(
            world.database, team=world.context.team, clock=world.clock, models=models, versions_from=From.DEPLOYED
        )
        world.context = replace(world.context, versions=versions)
        world.runner = Runner(world.context, models)
        stage.ears.hear_for(world)
        stage.sender = stage.new_sender()
        return cls(stage=stage, workflow=workflow, models=models)

    def propose(self, file: Path | None = None) -> None:
        """Propose a version, with its eval. `file`: its prompt."""
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
            text = text_of(number, self.abouts.get(number))
            self.stage.world.submit(self.workflow, id=number, text=text)
        self.stage.world.work()
        self.stage.send()

    def decide(self, numbers: range) -> None:
        """Have Ana decide these tickets right: she approves what was proposed, or edits it where it is wrong."""
        context = self.stage.world.context
        for row in self.stage.world.rows(schema.Review):
            view = card_view(context, row.id)
            number = int(view.key.removeprefix("ticket-"))
            if view.state is not ReviewState.OPEN or number not in numbers:
                continue
            wanted = "delivery" if number in self.abouts else right(number)
            if next(value.proposed for value in view.values if value.name == "queue") == wanted:
                reviews.approve(context, row.id, view.version, by=ANA)
            else:
                answer = Triage.model_validate({"queue": wanted, "reply": self.reply})
                reviews.edit(context, row.id, view.version, answer, by=ANA)
        self.stage.work()

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

    def take_all(self) -> None:
        """Have Kim take all candidates in as examples."""
        context = self.stage.world.context
        ids = [one.id for group in groups(context, self.workflow.name) for one in group.candidates]
        take(context, ids, by=KIM)

    def states(self) -> list[str]:
        rows = self.stage.world.rows(schema.Deployment)
        return [row.state.value for row in rows if isinstance(row, schema.Deployment)]

    def until_rolled_back(self, begin: int) -> int:
        """Work on tickets, ten at a time, until the last version is rolled back. Return how many it took."""
        for first in range(begin, begin + 60, 10):
            self.tickets(range(first, first + 10))
            self.decide(range(first, first + 10))
            self.learn()
            if self.states()[-1] == "rolled_back":
                return first + 10 - begin
        raise AssertionError(f"after 60 tickets the versions are {self.states()}")


def sign(loop: Loop, window: Window, number: int, *, people: Sequence[str] = (KIM, MARIA)) -> None:
    """Have these people sign the version whose card stands there: for two, an engineer and the owner."""
    for person in people:
        window.become(person)
        window.message(f"deploy version {number}?").get_by_role("button", name="Approve").click()
        with window.acting("press"):
            window.question.get_by_role("button", name="Approve").click()
        loop.stage.work()


def seen(window: Window, name: str) -> None:
    if KEPT:
        window.page.screenshot(path=Path(KEPT) / f"{name}.png", full_page=True)
