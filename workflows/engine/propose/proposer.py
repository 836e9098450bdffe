"""The proposal of a run, and the facts about it on which the policy decides."""

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Protocol

from pydantic import BaseModel, StringConstraints, TypeAdapter, ValidationError
from sqlalchemy.orm import Session

from store import schema
from store.cases import contents
from store.cases.review import reviews
from workflows.complaints import WHOLE, complaints
from workflows.documents.documents import Documents
from workflows.engine.case.source.heard import Heard
from workflows.engine.context import Context
from workflows.engine.declare.calls import author_threads
from workflows.engine.declare.calls.author_code import within
from workflows.engine.declare.calls.boundary import before_decision
from workflows.engine.declare.case_files import files_of
from workflows.engine.declare.error_words import words_of
from workflows.engine.declare.proposal import Proposal
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import kept
from workflows.engine.declare.source_answers import answered
from workflows.engine.declare.steps import Recorder
from workflows.engine.declare.versions import Classifier, Version
from workflows.engine.documents.places import documents_of
from workflows.engine.errors import Misfit, NoProposal, NotAllowed
from workflows.engine.pauses import Pause
from workflows.engine.propose.alike import mark_of
from workflows.engine.propose.checks import broken_nevers, held_against_checks
from workflows.engine.propose.evidence.second_readings import held_against_second_readings
from workflows.engine.propose.handed import HandedIn, proposal_of
from workflows.engine.propose.lacking import lacking_in
from workflows.engine.propose.model_answers import NOTHING_HEARD, Asker
from workflows.engine.propose.placeholders import text_told
from workflows.engine.propose.policy import Facts, Score
from workflows.engine.propose.scores import score_of
from workflows.engine.reasons import Code, Reason
from workflows.engine.text.canonical_json import MAX_PROPOSAL, canonical, larger_than, unstorable
from workflows.labels import label_of
from workflows.model.asking.attachments import DocumentsAs
from workflows.model.port import Account, Alternative, Model, NoAnswer, RecalledMark

NOT_ALLOWED = "not_allowed"
"""The code where another system does not accept us."""
NOT_KEPT = "not_kept"
"""The code where the proposal would change before it is delivered."""
STOPPING = frozenset({NOT_ALLOWED, NoAnswer.RETIRED, NoAnswer.UNFIT})
"""Codes for a missing proposal that concern every case until somebody solves the problem: the workflow is paused."""

AnyProposal = Proposal[Any]
"""A proposal of some workflow, with that workflow's output type."""


@dataclass(frozen=True, kw_only=True)
class Second:
    """The opinion of the local model, which learned from examples, on another model's proposal."""

    probabilities: Mapping[str, float] = field(default_factory=dict)
    """Output field -> the probability of its value, 0 to 1."""
    unfamiliar: str | None = None
    """Reason why the case is unlike all examples; None where it is not, or where that is unknown."""


def opinion_of(learned: Classifier, workflow: AnyWorkflow, input: BaseModel, output: BaseModel) -> Second:
    """Return a classifier's opinion on a proposal. Raise whatever the author's code raises."""
    text = within(workflow, "its text", lambda: text_told(workflow, input))
    values = {name: getattr(output, name) for name in type(output).model_fields}
    return Second(probabilities=learned.probabilities(text, values), unfamiliar=learned.unfamiliar(text, values))


SecondOpinion = Callable[[AnyWorkflow, BaseModel, BaseModel, Version], Second]
"""A function from a workflow, an input, an output and the version that proposed it to the second opinion."""


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """The result of proposing."""

    proposal: AnyProposal | None
    facts: Facts
    output: str = ""
    """JSON of the proposed values, as they were before any rule saw them; empty where there are none."""
    body: str = ""
    """JSON of the whole proposal."""
    alike: str | None = None
    """Mark of the cases that are alike; None where this one is like no other."""
    deployed: str | None = None
    """Number and name of the deployed version that proposed; None where files did."""


class Proceedings(Recorder, Protocol):
    """The caller of a run's steps: its journal, or a rehearsal that keeps nothing."""

    def open(self) -> AbstractContextManager[None]:
        """Make the step calls of this thread in the block."""
        ...


def propose(
    workflow: AnyWorkflow,
    input: BaseModel,
    *,
    version: Version,
    account: Account | None,
    journal: Proceedings,
    model: Callable[[], Model],
    pause: Pause | None,
    outside_share: float | None = None,
    second: SecondOpinion | None = None,
    heard: Heard = NOTHING_HEARD,
    handed: HandedIn | None = None,
    documents: Documents | None = None,
    documents_as: DocumentsAs | None = None,
    can_ask: Callable[[], bool] = lambda: False,
) -> Proposed:
    """Propose as the workflow declares, with its steps journaled. A paused workflow makes no proposal.

    `version`: its prompt, what is recalled, what gives the second opinion, and whether it is deployed. `account`: the
    budget that pays for the model. `outside_share`: share of the cases that the workflow looks at, where this one
    is not among them. `second`: a function that gives a second opinion, where there is one. `heard`: what
    people said of the case before; it goes to a person again then. `handed`: the proposal of the case's source, which
    takes the place of the workflow's own: no model is asked. `documents`: where the files of documents are.
    `documents_as`: how a model is given them, if not as the workflow declares it. `can_ask`: tells whether the source
    is asked for what the case lacks; there is no proposal then.
    An error of the author's own `propose` or scope is raised, and stops the run. A person is asked, without a proposal,
    where a model has no usable answer, another system does not accept us, or the proposal would not be delivered as it
    is.
    """
    floor = workflow.autonomy.at_least
    if not _in_scope(workflow, input):
        return Proposed(proposal=None, facts=Facts(floor=floor, in_scope=False, proposed=False))
    if outside_share is not None:
        return Proposed(proposal=None, facts=Facts(floor=floor, proposed=False, outside_share=outside_share))
    if pause is not None:
        return Proposed(proposal=None, facts=Facts(floor=floor, proposed=False, paused=pause))
    if not version.is_asked and handed is None:
        return Proposed(proposal=None, facts=Facts(floor=floor, proposed=False, undeployed=version.undeployed))
    ask: Asker[BaseModel, BaseModel] = Asker(
        workflow,
        input,
        prompt=version.prompt,
        recall=version.recall,
        account=account,
        recorder=journal,
        model=model,
        heard=heard,
        documents=documents,
        documents_as=documents_as,
    )
    files = files_of(documents_of(input, heard.answers), (documents or Documents()).file)
    with journal.open(), before_decision(workflow), answered(heard.answers), files:
        lacks = lacking_in(workflow, input)
        if lacks and can_ask():
            return Proposed(proposal=None, facts=Facts(floor=floor, proposed=False, lacks=lacks))
        try:
            made = (
                _made(workflow, input, ask)
                if handed is None
                else _handed(workflow, input, handed, heard, documents or Documents())
            )
        except NoProposal as none:
            made = none
        except NotAllowed as shut:
            made = NoProposal(words_of(shut), code=NOT_ALLOWED)
    if isinstance(made, NoProposal):
        if made.pause is not None:
            return Proposed(proposal=None, facts=Facts(floor=floor, proposed=False, paused=made.pause))
        none_made = Facts(
            floor=floor,
            proposed=False,
            no_proposal=str(made),
            no_proposal_code=made.code,
            model_said=made.said,
            lacks=lacks,
        )
        return Proposed(proposal=None, facts=none_made)
    try:
        output = within(workflow, "reading the proposal", lambda: kept(workflow.output, made.output))
        # All rules that follow see the value that will be delivered.
        proposal = held_against_checks(workflow, input, replace(made, output=output.value))
        proposal = held_against_second_readings(workflow, input, proposal)
        if second is not None:
            opinion = second(workflow, input, proposal.output, version)
            unfamiliar = proposal.unfamiliar or opinion.unfamiliar
            proposal = replace(proposal, second=opinion.probabilities, unfamiliar=unfamiliar)
        score = _score(workflow, proposal, version)
        body = proposal_body(proposal, output.body, score=score)
    except Misfit as error:
        why = f"the proposal cannot be kept as it is: {error}"
        unfit = Facts(floor=floor, proposed=False, no_proposal=why, no_proposal_code=NOT_KEPT, lacks=lacks)
        return Proposed(proposal=None, facts=unfit)
    broken = broken_nevers(workflow, input, proposal.output)
    facts = Facts(
        floor=floor,
        # A run knows better, by the standing of its version. Whatever only tries a version has none.
        unearned=Reason(code=Code.NOT_EARNED) if workflow.autonomy.is_earned else None,
        undeployed=version.undeployed,
        confidence=proposal.field_confidence(),
        score=score,
        labels={name: label_of(workflow.output, name) for name in workflow.output.model_fields},
        unfamiliar=proposal.unfamiliar,
        doubts=proposal.doubts,
        lacks=lacks,
        second=proposal.second,
        second_below=workflow.autonomy.second_opinion,
        needs_second=workflow.autonomy.needs_second,
        fallback=proposal.fallback,
        nevers=tuple(rule.sentence for rule in broken.rules),
        unchecked_nevers=tuple(rule.sentence for rule in broken.unchecked),
        unchecked_causes=broken.causes,
        handed_by=proposal.source if workflow.handed_proposals != "policy" or workflow.autonomy.is_earned else None,
        refused=bool(heard.refused),
        same_again=heard.is_refused(json.loads(output.body)),
        answered=bool(heard.answers),
    )
    alike = mark_of(workflow, input, proposal.output)
    return Proposed(
        proposal=proposal, facts=facts, output=output.body, body=body, alike=alike, deployed=version.deployed
    )


def _score(workflow: AnyWorkflow, proposal: AnyProposal, version: Version) -> Score | None:
    """Return the number that an earned floor is compared with; None where autonomy is not earned."""
    if not workflow.autonomy.is_earned:
        return None
    return Score(number=score_of(proposal, version.weighing), is_weighed=version.weighing is not None)


def _in_scope(workflow: AnyWorkflow, input: BaseModel) -> bool:
    scope = workflow.scope
    if scope is None:
        return True
    return within(workflow, "the scope", lambda: bool(scope(input)))


def _made(workflow: AnyWorkflow, input: BaseModel, ask: Asker[BaseModel, BaseModel]) -> AnyProposal | NoProposal:
    """Return the workflow's proposal. Raise `TypeError` for a value that is no proposal."""

    def make() -> AnyProposal | NoProposal:
        made: object = workflow.make_proposal(input, ask)
        if isinstance(made, NoProposal) or (isinstance(made, Proposal) and isinstance(made.output, workflow.output)):
            return made
        raise TypeError(f"propose has to return a Proposal of {workflow.output.__name__}, it returned {made!r:.80}")

    return author_threads.run(make, what="the proposal", workflow=workflow.name, seconds=workflow.time_limits.code)


def _handed(
    workflow: AnyWorkflow, input: BaseModel, handed: HandedIn, heard: Heard, documents: Documents
) -> AnyProposal | NoProposal:
    """Return the proposal that the source handed in."""
    try:
        return proposal_of(workflow, input, handed, answers=heard.answers, documents=documents)
    except Misfit as error:
        # It fitted when it came in, so the form has changed since.
        return NoProposal(f"what {handed.source} proposed does not fit the form any more: {error}", code=NOT_KEPT)


_PARTS: Mapping[str, TypeAdapter[Any]] = {
    "alternatives": TypeAdapter(Mapping[str, tuple[Alternative, ...]]),
    "evidence": TypeAdapter(Mapping[str, str]),
    "reasons": TypeAdapter(tuple[str, ...]),
    "unfamiliar": TypeAdapter(str | None),
    "doubts": TypeAdapter(tuple[str, ...]),
    "second": TypeAdapter(Mapping[str, float]),
    "last": TypeAdapter(bool),
    "recalled": TypeAdapter(tuple[RecalledMark, ...]),
    "source": TypeAdapter(str | None),
    "model": TypeAdapter(Annotated[str, StringConstraints(max_length=200)]),
    "prompt_version": TypeAdapter(Annotated[str, StringConstraints(max_length=64)] | None),
}
"""Parts of a proposal besides its output -> reader of the part's type; Any: each has its own."""
_COLUMNS = ("model", "prompt_version")


def proposal_body(proposal: AnyProposal, output: str, *, score: Score | None = None) -> str:
    """Return the JSON that is kept of a proposal. `output`: its values as JSON. `score`: that of a workflow whose
    autonomy is earned. Raise `Misfit` for parts of a wrong type.
    """
    parts = {name: getattr(proposal, name) for name in _PARTS}
    if larger_than(parts, MAX_PROPOSAL):
        raise Misfit({WHOLE: f"too large, the limit is {MAX_PROPOSAL:,} bytes"})
    for name, form in _PARTS.items():
        try:
            form.validate_python(parts[name], strict=True)
        except ValidationError as error:
            raise Misfit({f"its {name}": next(iter(complaints(error).values()))}) from error
    columns = {name: parts.pop(name) for name in _COLUMNS}
    if not proposal.recalled:
        del parts["recalled"]
    if proposal.source is None:
        del parts["source"]
    else:
        parts["model"] = columns["model"]
    problem = unstorable({f"its {name}": text for name, text in columns.items()})
    if problem is not None:
        raise Misfit({WHOLE: problem})
    if score is not None and score.is_weighed:
        parts["weighed"] = score.number
    return canonical({"output": json.loads(output), "confidence": proposal.field_confidence(), **parts})


@dataclass(frozen=True, kw_only=True)
class KeptProposal:
    """A proposal that was kept, with what its proof is made from."""

    id: int
    output: str
    """JSON of its values."""
    body: str
    """JSON of all of it."""
    model: str
    prompt_version: str | None
    lowest: float | None
    """Lowest confidence of the fields, 0 to 1; None where one has none."""
    handed_id: int | None
    """Content with the proposal as its source handed it in; None where the workflow proposed, or a person."""
    deployed: str | None = None
    """Number and name of the deployed version that proposed; None where files did, or a person."""
    weighed: float | None = None
    """Confidence as it is weighed from all that is known, 0 to 1; None where only the stated one counts."""


def keep(
    session: Session,
    context: Context,
    run: schema.Run,
    proposal: AnyProposal,
    output: str,
    body: str,
    *,
    deployed: str | None = None,
    score: Score | None = None,
) -> KeptProposal:
    """Keep the proposal of a run. `output`: its values as JSON. `body`: all of it as JSON. `deployed`: the version.

    `score`: that of a workflow whose autonomy is earned.
    """
    kept = _add(session, context, run, proposal, output, body, confidence=proposal.lowest)
    return replace(kept, deployed=deployed, weighed=score.number if score is not None and score.is_weighed else None)


def keep_decided(
    session: Session, context: Context, run: schema.Run, decided: str, *, said: str, by: str
) -> KeptProposal:
    """Keep earlier values as the proposal of a run, whether or not they fit the form.

    `decided`: the values as JSON. `said`: the reason that is shown for them. `by`: whoever they come from.
    """
    proposal = AnyProposal(output=None, confidence={}, reasons=(said,), model=by)
    parts = {name: getattr(proposal, name) for name in _PARTS if name not in (*_COLUMNS, "recalled", "source")}
    body = canonical({"output": json.loads(decided), "confidence": {}, **parts})
    return _add(session, context, run, proposal, decided, body, confidence=None)


def _add(
    session: Session,
    context: Context,
    run: schema.Run,
    proposal: AnyProposal,
    output: str,
    body: str,
    *,
    confidence: float | None,
) -> KeptProposal:
    content_id = contents.keep(session, team=run.team_id, case=run.case_id, kind="proposal", body=body)
    # What a source calls its model is content, and is removed with it.
    by = proposal.model if proposal.source is None else proposal.source
    added = reviews.add_proposal(
        session,
        team=run.team_id,
        run=run.id,
        content_id=content_id,
        confidence=confidence,
        model=by,
        prompt_version=proposal.prompt_version,
        sample=proposal.sample,
        at=context.clock(),
    )
    return KeptProposal(
        id=added,
        output=output,
        body=body,
        model=by,
        prompt_version=proposal.prompt_version,
        lowest=confidence,
        handed_id=run.handed_id if proposal.source is not None else None,
    )
