"""The trial of one example: it goes the way of a case up to the policy, and nothing is delivered or kept."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from functools import partial

from workflows.documents.documents import Documents
from workflows.engine.declare.error_words import words_of
from workflows.engine.declare.personal import without_personal
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.sameness import passes
from workflows.engine.declare.steps import PASSING
from workflows.engine.declare.versions import Version
from workflows.engine.propose.policy import Way, decide
from workflows.engine.propose.proposer import NOT_ALLOWED, SecondOpinion, propose
from workflows.engine.propose.scores import highest_floor
from workflows.engine.run.rehearsal import Rehearsal
from workflows.model.asking.attachments import DocumentsAs
from workflows.model.port import Account, Model, NoAnswer
from workflows.quality.evals.quotes import quotes_found
from workflows.quality.evals.risk import alone_up_to
from workflows.quality.examples.labelled import Labelled
from workflows.quality.examples.scores import score

SAYS_NOTHING = {
    NoAnswer.UNAVAILABLE,
    NoAnswer.OVER_BUDGET,
    NoAnswer.ACCOUNT,
    NoAnswer.RETIRED,
    NoAnswer.UNFIT,
    NOT_ALLOWED,
}
"""Codes of reasons for a missing proposal that are no fault of the prompt or the model."""


class Outcome(StrEnum):
    """The result of adding an example."""

    PROPOSED = "proposed"
    NO_PROPOSAL = "no_proposal"
    """Garbage, a refusal, or no answer for another reason: not right, and a person decides."""
    OUT_OF_SCOPE = "out_of_scope"
    """The workflow gives it to a person without a proposal: neither right nor wrong."""
    UNTRIED = "untried"
    """It could not be tried, because something was not available: neither right nor wrong."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """The result of trying one example."""

    input_hash: str
    outcome: Outcome
    right: Mapping[str, bool] = field(default_factory=dict)
    """Output field -> True if it is right, for the fields with a known right value."""
    quoted: Mapping[str, bool] = field(default_factory=dict)
    """Output field -> True if its quote stands on a page, for the fields that need one; empty without documents."""
    code: str | None = None
    """Code of the reason for a missing proposal, or type of the error."""
    why: str | None = None
    """The same reason in words. It may quote the case, so it is shown and not kept."""
    is_passing: bool = False
    """True if a step failed in a way that may be over soon: its system was busy, or could not be reached."""
    output: str = ""
    """JSON of the proposed values; empty without a proposal. It is of the case, so an eval does not keep it."""
    lowest: float | None = None
    """The proposal's confidence."""
    reasons: tuple[str, ...] = ()
    """Codes of the policy's reasons at the workflow's own floor."""
    alone: bool = False
    """True if it is resolved alone at the workflow's own floor."""
    alone_up_to: float | None = None
    """The highest floor of the table at which it is resolved alone; None where it goes to a person at each."""
    score: float = 0.0
    """The highest floor of all at which it is resolved alone; 0 where it goes to a person at each."""
    nevers: tuple[str, ...] = ()
    """The sentences of the nevers that it breaks, including those that could not be checked."""
    model: str | None = None
    prompt_version: str | None = None
    cost: Decimal = Decimal(0)
    """US dollars spent."""
    tokens: int = 0
    milliseconds: float = 0

    @property
    def is_counted(self) -> bool:
        """True if it counts for the quality of the proposals."""
        return self.outcome in (Outcome.PROPOSED, Outcome.NO_PROPOSAL)

    @property
    def whole(self) -> bool:
        """True if every known field is right."""
        return self.outcome is Outcome.PROPOSED and all(self.right.values())


def try_one(
    workflow: AnyWorkflow,
    example: Labelled,
    *,
    version: Version,
    account: Account,
    model: Callable[[], Model],
    floors: Sequence[float],
    second: SecondOpinion | None = None,
    documents: Documents | None = None,
    documents_as: DocumentsAs | None = None,
    sleep: Callable[[float], None] = time.sleep,
    calls: Rehearsal | None = None,
) -> Trial:
    """Try one example. Every error is in the returned trial. `version`: its prompt, and
    what it recalls. `floors`: those of the table, from low to high.

    `second`: gives a second opinion on the proposal; it must not have learned this example. `documents`: where the
    files of documents are. `documents_as`: how a model is given them, if not as the workflow declares it. `calls`:
    makes its calls; left out, other systems are asked, too.
    """
    rehearsal = calls or Rehearsal(sleep=sleep)
    start = time.perf_counter()
    try:
        found = _found(
            workflow,
            example,
            rehearsal,
            version=version,
            account=account,
            model=model,
            floors=floors,
            second=second,
            documents=documents or Documents(),
            documents_as=documents_as,
        )
    except Exception as error:  # noqa: BLE001  # the loop's edge: a system that is not available does not end the eval
        why = without_personal(words_of(error), [example.input])
        found = Trial(
            input_hash=example.input_hash,
            outcome=Outcome.UNTRIED,
            code=type(error).__name__,
            why=why,
            is_passing=isinstance(error, PASSING),
        )
    return replace(
        found,
        model=rehearsal.models[-1] if rehearsal.models else found.model,
        cost=rehearsal.cost,
        tokens=rehearsal.tokens,
        milliseconds=(time.perf_counter() - start) * 1000,
    )


def _found(
    workflow: AnyWorkflow,
    example: Labelled,
    rehearsal: Rehearsal,
    *,
    version: Version,
    account: Account,
    model: Callable[[], Model],
    floors: Sequence[float],
    second: SecondOpinion | None,
    documents: Documents,
    documents_as: DocumentsAs | None,
) -> Trial:
    proposed = propose(
        workflow,
        example.input,
        version=version,
        account=account,
        journal=rehearsal,
        model=model,
        pause=None,
        second=second,
        documents=documents,
        documents_as=documents_as,
    )
    facts, proposal = proposed.facts, proposed.proposal
    verdict = decide(facts)
    found = Trial(
        input_hash=example.input_hash,
        outcome=Outcome.OUT_OF_SCOPE,
        reasons=tuple(reason.code for reason in verdict.reasons),
    )
    if not facts.in_scope:
        return found
    if proposal is None:
        unheard = rehearsal.unheard is not None or facts.no_proposal_code in SAYS_NOTHING
        return replace(
            found,
            outcome=Outcome.UNTRIED if unheard else Outcome.NO_PROPOSAL,
            right={} if unheard else dict.fromkeys(example.truth, False),
            code=facts.no_proposal_code,
            why=without_personal(facts.no_proposal or "", [example.input]) or None,
        )
    return replace(
        found,
        outcome=Outcome.PROPOSED,
        output=proposed.output,
        right=score(proposal.output, example.truth, same=partial(passes, workflow)),
        quoted=quotes_found(workflow, example.input, proposal, documents),
        lowest=proposal.lowest,
        alone=verdict.way is Way.ALONE,
        alone_up_to=alone_up_to(facts, floors),
        score=highest_floor(facts),
        nevers=(*facts.nevers, *facts.unchecked_nevers),
        model=proposal.model,
        prompt_version=proposal.prompt_version,
    )
