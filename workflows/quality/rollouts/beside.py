"""Questions beside the work: no case waits for them, and no other system than the model is asked."""

import json
from collections.abc import Callable, Sequence
from decimal import Decimal

from store.cases.journal import StepLine
from store.states import StepState
from workflows.engine.case.journal import recalled
from workflows.engine.declare.calls import author_threads
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.steps import ASK, Call
from workflows.engine.run.rehearsal import Rehearsal
from workflows.engine.text.canonical_json import canonical, content_hash
from workflows.model.port import Account, Apart


class _NotRecalled(RuntimeError):
    """A step that is not in the journal of the live run."""


class Beside(Rehearsal):
    """The calls of a version beside a run: steps are recalled from the run's journal, only the model is asked."""

    def __init__(self, lines: Sequence[StepLine] = (), *, sleep: Callable[[float], None]) -> None:
        """`lines`: the run's journal; left out, no step can be made."""
        super().__init__(sleep=sleep)
        finished = [line for line in lines if line.state == StepState.FINISHED and line.body is not None]
        self._known = {(line.name, line.input_hash): line.body or "" for line in finished}
        self.lacks_step = False
        """True if a step was called that is not in the journal, whatever the author's code made of the error."""

    def record(self, call: Call) -> object:
        """Recall a step, or ask the model."""
        if call.name == ASK:
            return super().record(call)
        with author_threads.untimed():
            written = author_threads.run(lambda: canonical(call.arguments), what=f"writing the input of {call.name}")
            body = self._known.get((call.name, content_hash(written)))
            if body is None:
                self.lacks_step = True
                raise _NotRecalled(f"the live run did not make the step {call.name} with this input")
            return recalled(call, canonical(json.loads(body)["output"]))


def account_apart(workflow: AnyWorkflow, name: str, share: float) -> Account:
    """Return the account of a question that no case waits for: it takes from the workflow's day, at most this share."""
    per_day = Decimal(workflow.budget.per_day)
    return Account(
        apart=Apart(name=name, per_day=per_day * Decimal(str(share))),
        per_case=Decimal(workflow.budget.per_case),
        per_day=per_day,
        timezone=workflow.timezone,
    )
