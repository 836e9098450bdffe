"""An eval to test with: the sample automation, a model that answers as it is told, and no money problem."""

from collections.abc import Mapping, Sequence
from datetime import UTC
from decimal import Decimal

from pydantic import JsonValue

from tests.sample import Desk, sample_workflow
from tests.world import Tell
from workflows.engine.declare.autonomy import Autonomy
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.versions import Version
from workflows.engine.declare.workflow import Example
from workflows.model.port import Account
from workflows.model.scripted import ScriptedModel
from workflows.quality.evals.eval import Eval
from workflows.quality.evals.folds import Once, Part
from workflows.quality.evals.results import Result, result_of
from workflows.quality.evals.trials import Trial
from workflows.quality.examples.labelled import Labelled, of_list


def sample(desk: Desk | None = None, *, floor: float | None = 0.8) -> AnyWorkflow:
    """The sample automation; `floor`: None lets it only draft."""
    return sample_workflow(desk or Desk(), autonomy=Autonomy(at_least=floor))


def labelled(
    workflow: AnyWorkflow, *cases: tuple[Mapping[str, JsonValue], Mapping[str, JsonValue]]
) -> Sequence[Labelled]:
    """Inputs with their right answers."""
    found = of_list(workflow, [Example(input=input, output=output) for input, output in cases])
    assert not found.unusable
    return found.labelled


ACCOUNT = Account(eval=1, per_case=Decimal(0), per_day=Decimal(5), timezone=UTC)


def tickets(workflow: AnyWorkflow, *texts: str, queue: str = "billing", language: str = "en") -> Sequence[Labelled]:
    """Tickets of these texts, all of which belong into one queue."""
    cases: list[tuple[dict[str, JsonValue], dict[str, JsonValue]]] = [
        ({"id": id, "text": text, "language": language}, {"queue": queue}) for id, text in enumerate(texts, start=1)
    ]
    return labelled(workflow, *cases)


def trying(workflow: AnyWorkflow, examples: Sequence[Labelled], tell: Tell, *, at_once: int = 2) -> Eval:
    """An eval of these examples with one model."""
    model = ScriptedModel(tell)
    return Eval(
        workflow=workflow,
        version=Version(),
        account=ACCOUNT,
        examples=examples,
        parts=[Part(places=range(len(examples)), model=Once(lambda: model))],
        at_once=at_once,
        sleep=lambda _: None,
    )


def tried(workflow: AnyWorkflow, examples: Sequence[Labelled], tell: Tell) -> tuple[list[Trial], Result]:
    """Return the result of each example, in their order, and of all."""
    order = {one.input_hash: place for place, one in enumerate(examples)}
    trials = sorted(trying(workflow, examples, tell).run(), key=lambda trial: order[trial.input_hash])
    return trials, result_of(trials, examples=len(examples), floor=workflow.autonomy.at_least)
