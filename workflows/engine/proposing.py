"""Makes the proposal of a run, and gathers the facts that the policy looks at."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from pydantic import BaseModel
from sqlalchemy.orm import Session

from store import contents, reviews, schema
from workflows.engine import bounds
from workflows.engine.asking import Asker, proposal_body
from workflows.engine.canonical import words_of
from workflows.engine.checks import broken_nevers, held_against_checks
from workflows.engine.context import Context
from workflows.engine.errors import NoProposal, NotAllowed
from workflows.engine.pauses import Pause
from workflows.engine.policy import PAUSED, Facts
from workflows.engine.proposal import Proposal
from workflows.engine.registry import AnyWorkflow
from workflows.engine.steps import Recorder
from workflows.labels import label_of
from workflows.model.port import Account, Model, NoAnswer, Prompt

NOT_ALLOWED = "not_allowed"
"""The code where another system does not let us in."""
STOPPING = frozenset({NOT_ALLOWED, NoAnswer.RETIRED, NoAnswer.UNFIT})
"""Why there is no proposal, where that holds for every case until somebody mends it: the workflow is paused."""

AnyProposal = Proposal[Any]
"""A proposal of some workflow; its output type is the workflow's."""


@dataclass(frozen=True, kw_only=True)
class Second:
    """What the local model makes of another one's proposal, where it learned from examples."""

    probabilities: Mapping[str, float] = field(default_factory=dict)
    """Output field -> of its value, 0 to 1."""
    unfamiliar: str | None = None
    """Why the case is unlike all examples; None where it is not, or nobody knows."""


class Classifier(Protocol):
    """Whoever learned from examples which values go with a text."""

    def probabilities(self, text: str, values: Mapping[str, object]) -> Mapping[str, float]:
        """Field -> how probable its value is for a text, 0 to 1, for the fields and values that were learned."""
        ...

    def unfamiliar(self, text: str) -> str | None:
        """Why a text is unlike all examples; None where it is not, or nobody knows."""
        ...


def opinion_of(learned: Classifier, workflow: AnyWorkflow, input: BaseModel, output: BaseModel) -> Second:
    """What one that learned from examples makes of a proposal. Whatever the author's code raises goes through."""
    text = workflow.text_of(input)
    values = {name: getattr(output, name) for name in type(output).model_fields}
    return Second(probabilities=learned.probabilities(text, values), unfamiliar=learned.unfamiliar(text))


SecondOpinion = Callable[[AnyWorkflow, BaseModel, BaseModel], Second]
"""Given a workflow, an input and an output."""


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """What came of proposing."""

    proposal: AnyProposal | None
    facts: Facts


class Proceedings(Recorder, Protocol):
    """Whoever makes the calls of a run: its journal, or a rehearsal that keeps nothing."""

    def open(self) -> AbstractContextManager[None]:
        """Make the step calls of this thread for the block."""
        ...


def propose(
    workflow: AnyWorkflow,
    input: BaseModel,
    *,
    prompt: Prompt | None,
    account: Account | None,
    journal: Proceedings,
    model: Callable[[], Model],
    pause: Pause | None,
    second: SecondOpinion | None = None,
) -> Proposed:
    """Propose as the workflow declares it, its steps journaled; nothing of that is done where it is paused.

    `account`: who pays for the model. `second`: who else is asked how probable the proposal is, where it can be told.
    Whatever an author's code raises goes through: it stops the run. Only a model without a usable answer does not, nor
    another system that does not let us in; a person is asked then, without a proposal.
    """
    floor = workflow.autonomy.at_least
    if not _in_scope(workflow, input):
        return Proposed(proposal=None, facts=Facts(floor=floor, in_scope=False, proposed=False))
    if pause is not None:
        return Proposed(proposal=None, facts=Facts(floor=floor, proposed=False, paused=pause.sentence))
    ask: Asker[BaseModel, BaseModel] = Asker(
        workflow, input, prompt=prompt, account=account, recorder=journal, model=model
    )
    with journal.open():
        try:
            made = _made(workflow, input, ask)
        except NoProposal as none:
            made = none
        except NotAllowed as shut:
            made = NoProposal(words_of(shut), code=NOT_ALLOWED)
    if isinstance(made, NoProposal):
        if made.code == PAUSED:
            return Proposed(proposal=None, facts=Facts(floor=floor, proposed=False, paused=str(made)))
        none_made = Facts(
            floor=floor, proposed=False, no_proposal=str(made), no_proposal_code=made.code, model_said=made.said
        )
        return Proposed(proposal=None, facts=none_made)
    proposal = held_against_checks(workflow, input, made)
    if second is not None:
        opinion = second(workflow, input, proposal.output)
        unfamiliar = proposal.unfamiliar or opinion.unfamiliar
        proposal = replace(proposal, second=opinion.probabilities, unfamiliar=unfamiliar)
    broken = broken_nevers(workflow, input, proposal.output)
    facts = Facts(
        floor=floor,
        confidence=proposal.field_confidence(),
        labels={name: label_of(workflow.output, name) for name in workflow.output.model_fields},
        unfamiliar=proposal.unfamiliar,
        doubts=proposal.doubts,
        second=proposal.second,
        second_below=workflow.autonomy.second_opinion,
        needs_second=workflow.autonomy.needs_second,
        fallback=proposal.fallback,
        nevers=tuple(rule.sentence for rule in broken.rules),
        unchecked_nevers=tuple(rule.sentence for rule in broken.unchecked),
    )
    return Proposed(proposal=proposal, facts=facts)


def _in_scope(workflow: AnyWorkflow, input: BaseModel) -> bool:
    scope = workflow.scope
    if scope is None:
        return True
    limit = workflow.time_limits.rule
    return bounds.run(lambda: bool(scope(input)), what="the scope", workflow=workflow.name, seconds=limit)


def _made(workflow: AnyWorkflow, input: BaseModel, ask: Asker[BaseModel, BaseModel]) -> AnyProposal | NoProposal:
    """What the workflow proposes. Raise `TypeError` where that is no proposal."""

    def make() -> AnyProposal | NoProposal:
        made: object = workflow.make_proposal(input, ask)
        if isinstance(made, NoProposal) or (isinstance(made, Proposal) and isinstance(made.output, workflow.output)):
            return made
        raise TypeError(f"propose has to return a Proposal of {workflow.output.__name__}, it returned {made!r:.80}")

    return bounds.run(make, what="the proposal", workflow=workflow.name, seconds=workflow.time_limits.code)


def keep(session: Session, context: Context, run: schema.Run, proposal: AnyProposal) -> int:
    """Keep the proposal of a run; returns its id."""
    content_id = contents.keep(
        session, team=run.team_id, case=run.case_id, kind="proposal", body=proposal_body(proposal)
    )
    return reviews.add_proposal(
        session,
        team=run.team_id,
        run=run.id,
        content_id=content_id,
        confidence=proposal.lowest,
        model=proposal.model,
        prompt_version=proposal.prompt_version,
        sample=proposal.sample,
        at=context.clock(),
    )
