"""The stop of a run: what stopped it, in words without the case's own, and as its cause counts it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from store import schema
from store.cases import contents, journal, runs
from store.cases.journal import StepLine
from store.states import RunState, StepState
from workflows.engine.causes.counting import Stop
from workflows.engine.causes.dependencies import dependency_of
from workflows.engine.causes.fingerprint import VALUE, Failure, normalised
from workflows.engine.context import Context
from workflows.engine.declare.error_words import words_of
from workflows.engine.declare.personal import SHORTEST, has_personal, without_personal
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.declare.steps import DELIVER, PROPOSE
from workflows.engine.deliver.targets import target_of
from workflows.engine.errors import CountersignError
from workflows.engine.text.canonical_json import texts_in
from workflows.redaction import without

LOST = "WorkerLost"
"""The type of the error of a run whose workers ended while they worked on it."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """The message of an error."""

    public: str
    """Without personal values of the case, as far as they are known."""
    kept: str
    """Without the input's own words either: people without rights to the case read of failures."""
    alike: str
    """Without anything of the case, as far as that can be told, and without what changes from case to case."""


def said_of(context: Context, run: int, error: BaseException) -> Said:
    """Return the message of the error that stopped a run, or what follows it."""
    words = words_of(error)
    with context.database.read() as session:
        loaded = runs.load(session, run, team=context.team)
        if loaded is None:
            return Said(public=words, kept=words, alike=VALUE)
        resolved = loaded.run.output_id
        output = contents.body(session, resolved, team=context.team) if resolved is not None else None
    workflow, input = context.registry.get(loaded.workflow), loaded.input
    if input is None:
        # Nobody can tell any more what of these words is the case's.
        return Said(public=VALUE, kept=VALUE, alike=VALUE)
    told = [*texts_in(input), *(texts_in(output) if output is not None else ())]
    try:
        # The author's code is called outside the transaction.
        forms = ((workflow.input, input), (workflow.output, output))
        known = [read(form, body) for form, body in forms if body is not None and has_personal(form)]
        public = without_personal(words, known)
    except CountersignError:
        # It no longer fits the form, so nobody can tell what of it is personal: each of its texts may be.
        public = without(words, told, least=SHORTEST)
        return Said(public=public, kept=public, alike=VALUE)
    kept = without(public, texts_in(input))
    return Said(public=public, kept=kept, alike=normalised(without(kept, told)))


def stop_of(
    context: Context,
    run: schema.Run,
    workflow: AnyWorkflow,
    error: BaseException,
    said: Said,
    lines: Sequence[StepLine],
) -> Stop:
    """Return the stop of a run, as its cause counts it. `run`: as it was while it was worked on."""
    is_delivered_to = run.state == RunState.DELIVERING
    return Stop(
        failure=Failure(
            workflow=workflow.name,
            step=failed_step(lines, error) or _part_of(run),
            error=type(error).__name__,
            # An outage of the target is known by the target's name.
            dependency=target_of(workflow, run) if is_delivered_to else dependency_of(error),
            message=said.alike,
        ),
        cost=_cost(lines),
        code_version=context.registry.code_version(workflow),
    )


def lost(session: Session, context: Context, run: schema.Run, workflow: AnyWorkflow, message: str) -> Stop:
    """Return the stop of a run whose worker ended, as its cause counts it. `message`: the same for all such runs."""
    is_delivered_to = run.state == RunState.DELIVERING
    dependency = target_of(workflow, run) if is_delivered_to else None
    failure = Failure(
        workflow=workflow.name, step=_part_of(run), error=LOST, dependency=dependency, message=normalised(message)
    )
    lines = journal.of_run(session, run.id, team=run.team_id)
    return Stop(failure=failure, cost=_cost(lines), code_version=context.registry.code_version(workflow))


def failed_step(lines: Sequence[StepLine], error: BaseException) -> str | None:
    """Return the name of the step that the error came from; None where it came from none."""
    last = max(lines, key=lambda line: (line.position, line.attempt), default=None)
    if last is not None and last.state == StepState.FAILED and last.error == type(error).__name__:
        return last.name
    return None


def _part_of(run: schema.Run) -> str:
    return PROPOSE if run.resolution is None else DELIVER


def _cost(lines: Sequence[StepLine]) -> Decimal:
    return sum((line.cost for line in lines if line.recalled_from is None), Decimal(0))
