"""The local model's view of another one's proposal: kept beside it, and heeded where it speaks against it."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from store.db.database import Database
from tests.sample import Desk, sample_workflow
from tests.world import World, sure, why
from workflows import Example
from workflows.engine.declare.autonomy import Autonomy
from workflows.engine.declare.versions import Classifier, Version
from workflows.engine.propose.models import Models
from workflows.engine.propose.proposer import Second
from workflows.engine.review.cards import card_view
from workflows.engine.run.runner import Runner
from workflows.library.support_triage.workflow import Ticket, Triage, triage
from workflows.model.choice import ModelSettings
from workflows.model.local.local_model import CannotLearn
from workflows.model.port import ModelUnavailable
from workflows.model.scripted import ScriptedModel
from workflows.model.vendors.anthropic.settings import AnthropicSettings

FILES = Version()
LATE = Ticket(id=1, customer="C-1", subject="Where is my parcel?", text="It has not arrived yet.", language="en")


@pytest.fixture
def world(migrated_sqlite_url: str) -> Iterator[World]:
    database = Database(migrated_sqlite_url)
    yield World(database=database, model=ScriptedModel(sure(queue="billing", reply="We look.")))
    database.close()


def models(world: World) -> Models:
    """With a key, so that the local model is not the one that proposes."""
    settings = ModelSettings(vendors={"anthropic": AnthropicSettings(api_key=SecretStr("sk-ant-test"))})
    return Models(settings, database=world.database, team=world.context.team, clock=world.clock)


@pytest.mark.parametrize(("unfamiliar", "state"), [(None, "delivered"), ("it resembles no example", "waiting")])
def test_it_is_kept_with_the_proposal_and_sends_what_is_unfamiliar_to_a_person(
    world: World, unfamiliar: str | None, state: str
) -> None:
    opinion = Second(probabilities={"queue": 0.31}, unfamiliar=unfamiliar)
    world.runner = Runner(world.context, lambda _: world.model, second=lambda *_: opinion)
    sample = sample_workflow(Desk())
    world.registry.add(sample)
    case = world.submit(sample, id=1, text="I was charged twice").case
    world.work()
    assert world.state(case) == state
    proposal = world.case(case).newest.proposal
    assert proposal is not None
    assert proposal.second == {"queue": 0.31}
    assert proposal.confidence["queue"] == 0.95
    if unfamiliar is not None:
        assert unfamiliar in why(world.review(case))


@pytest.mark.parametrize(
    ("autonomy", "probability", "state"),
    [
        (Autonomy.floor(0.8), 0.16, "delivered"),
        (Autonomy.floor(0.8), 0.03, "waiting"),
        (Autonomy.floor(0.8, second_opinion=0.02), 0.03, "delivered"),
        (Autonomy.floor(0.8, second_opinion=None), 0.0, "delivered"),
        (Autonomy.floor(0.8), None, "delivered"),
        (Autonomy.floor(0.8, needs_second=True), None, "waiting"),
    ],
)
def test_where_it_speaks_against_the_proposal_a_person_decides_and_is_told(
    world: World, autonomy: Autonomy, probability: float | None, state: str
) -> None:
    opinion = Second(probabilities={} if probability is None else {"queue": probability})
    world.runner = Runner(world.context, lambda _: world.model, second=lambda *_: opinion)
    sample = sample_workflow(Desk(), autonomy=autonomy)
    world.registry.add(sample)
    case = world.submit(sample, id=1, text="I was charged twice").case
    world.work()
    assert world.state(case) == state
    if state == "waiting":
        (said,) = why(card_view(world.context, world.review(case).id))
        assert ("the examples speak against the proposed Queue" in said) is (probability is not None)
        assert "3%" in said or "no second opinion" in said


def test_one_that_is_trained_again_at_this_moment_is_asked_again_with_the_next_proposal(world: World) -> None:
    asked = [ModelUnavailable("it is trained again later"), CannotLearn("there is nothing to learn from")]

    def second() -> Classifier:
        raise asked.pop(0)

    version, output = (
        Version(deployment=1, second=second),
        Triage(queue="delivery", priority="normal", reply="We look."),
    )
    some = models(world)
    assert [some.second(triage, LATE, output, version) for _ in range(3)] == [Second()] * 3
    assert asked == [], "what cannot be learned is not tried with each case"


@pytest.mark.slow
def test_it_learns_from_the_workflows_examples(world: World) -> None:
    right = models(world).second(
        triage, LATE, Triage(queue="delivery", priority="normal", reply="We look for it."), FILES
    )
    wrong = models(world).second(
        triage, LATE, Triage(queue="account", priority="normal", reply="We look for it."), FILES
    )
    assert set(right.probabilities) == {"queue", "priority"}
    assert right.probabilities["queue"] > wrong.probabilities["queue"]
    assert right.unfamiliar is None
    odd = LATE.model_copy(update={"subject": "Zygote", "text": "Quixotic xylophones bewitch the jocund vizier."})
    assert (
        models(world).second(triage, odd, Triage(queue="account", priority="low", reply="?"), FILES).unfamiliar
        is not None
    )


def test_whatever_goes_wrong_with_it_costs_no_proposal(world: World) -> None:
    def broken() -> list[Example]:
        raise RuntimeError("the examples are away")

    sample = sample_workflow(Desk())
    sample.examples, sample.prompt = broken, "triage.md"
    output = sample.output(queue="billing")
    assert models(world).second(sample, sample.input(id=1, text="a"), output, FILES) == Second()
