"""Makes the proposal of a run, and gathers the facts that the policy looks at."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from sqlalchemy.orm import Session

from store import contents, reviews, schema
from workflows.engine.asking import Asker, proposal_body
from workflows.engine.checks import broken_nevers
from workflows.engine.context import Context
from workflows.engine.errors import NoProposal
from workflows.engine.journal import Journal
from workflows.engine.policy import Facts
from workflows.engine.proposal import Proposal
from workflows.engine.registry import AnyWorkflow
from workflows.model.port import Model, Prompt

AnyProposal = Proposal[Any]
"""A proposal of some workflow; its output type is the workflow's."""


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """What came of proposing."""

    proposal: AnyProposal | None
    facts: Facts


def propose(
    workflow: AnyWorkflow,
    input: BaseModel,
    *,
    prompt: Prompt | None,
    journal: Journal,
    model: Callable[[], Model],
) -> Proposed:
    """Propose as the workflow declares it, its steps journaled.

    Whatever an author's code raises goes through: it stops the run. Only a model without a usable answer does not; a
    person is asked then, without a proposal.
    """
    floor = workflow.autonomy.at_least
    if workflow.scope is not None and not workflow.scope(input):
        return Proposed(proposal=None, facts=Facts(floor=floor, in_scope=False, proposed=False))
    ask: Asker[BaseModel, BaseModel] = Asker(workflow, input, prompt=prompt, recorder=journal, model=model)
    with journal.open():
        try:
            made: object = workflow.make_proposal(input, ask)
        except NoProposal as none:
            made = none
    if isinstance(made, NoProposal):
        return Proposed(proposal=None, facts=Facts(floor=floor, proposed=False, no_proposal=str(made)))
    if not isinstance(made, Proposal) or not isinstance(made.output, workflow.output):
        raise TypeError(f"propose has to return a Proposal of {workflow.output.__name__}, it returned {made!r:.80}")
    proposal: AnyProposal = made
    broken = broken_nevers(workflow, input, proposal.output)
    facts = Facts(
        floor=floor,
        confidence=proposal.field_confidence(),
        unfamiliar=proposal.unfamiliar,
        nevers=tuple(rule.sentence for rule in broken.rules),
        unchecked_nevers=tuple(rule.sentence for rule in broken.unchecked),
    )
    return Proposed(proposal=proposal, facts=facts)


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
