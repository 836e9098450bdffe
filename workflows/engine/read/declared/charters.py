"""The charter of a workflow: what it decides, what it may do, what it never does, and who answers for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from store import schema
from store.cases import workflow_pauses
from store.governance import terms as kept
from workflows.engine.charters.signing import lacking
from workflows.engine.context import Context
from workflows.engine.declare.charter import How, missing_in
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.deliver.workflow_pauses import pause_of
from workflows.engine.read.declared.charter_views import CharterView, SecondPerson, Signature, TermsView
from workflows.engine.read.declared.data_map import data_map_of
from workflows.engine.read.declared.data_map_views import ModelKind, Surroundings
from workflows.engine.text.form_fields import form_of
from workflows.model.choice import LOCAL
from workflows.model.sample_answers import MODEL as SAMPLES


def charter_view(context: Context, workflow: AnyWorkflow) -> CharterView:
    """Return the charter of a workflow, with its present pause."""
    with context.database.read() as session:
        paused = {line.workflow: line for line in workflow_pauses.all_current(session, team=context.team)}
        terms = _terms(session, context, workflow)
        row = kept.newest(session, team=context.team, workflow=workflow.name)
        lacks = lacking(session, workflow, row.workflow_id, team=context.team) if row is not None else ()
    review, budget = workflow.review, workflow.budget
    return CharterView(
        workflow=workflow.name,
        decision=workflow.decision,
        owner=workflow.owner,
        backup=workflow.backup,
        is_sample=workflow.is_sample,
        may=list((workflow.may or {}).values()),
        does=[] if workflow.may else sorted(workflow.allowed),
        nevers=[never.sentence for never in workflow.nevers],
        no_nevers=workflow.no_nevers,
        goes_alone=workflow.goes_alone,
        on_expiry=review.on_expiry,
        at_least=workflow.autonomy.at_least,
        second_opinion=workflow.autonomy.second_opinion,
        spot_checks=workflow.autonomy.spot_checks,
        handed_proposals=workflow.handed_proposals,
        is_scoped=workflow.scope is not None,
        pause=pause_of(paused.get(workflow.name)),
        per_case=Decimal(budget.per_case),
        per_day=Decimal(budget.per_day),
        zone=workflow.timezone.key,
        reviewers=_names(review.reviewers),
        answer_within=review.answer_within,
        seconds=[
            SecondPerson(sentence=second.sentence, always=second.when is None, by=_names(second.by))
            for second in review.seconds
        ],
        grace=review.grace,
        self_approval=review.self_approval,
        can_ask=workflow.source_effect is not None,
        escalate_to=_names(review.escalate_to),
        told=workflow.told,
        data=data_map_of(workflow, _surroundings(context, workflow)),
        terms=terms,
        missing=missing_in(workflow),
        lacks=lacks,
        follow_ups=[one.workflow for one in workflow.follow_ups],
        same=[field.label for field in form_of(workflow.output) if field.name in workflow.sames],
    )


def _surroundings(context: Context, workflow: AnyWorkflow) -> Surroundings:
    """Return which models answer, as the terms say it."""
    ours = context.charters.terms(workflow)
    if ours is None:
        return Surroundings()
    kinds = {LOCAL: ModelKind.LOCAL, SAMPLES: ModelKind.SAMPLES}
    models = [model for model in ours.models if model not in kinds]
    if not models:
        return Surroundings(model=next((kinds[model] for model in ours.models), ModelKind.UNKNOWN))
    vendor, _, _ = models[0].partition("/")
    return Surroundings(
        model=ModelKind.VENDOR, vendor=vendor, models=[model.removeprefix(f"{vendor}/") for model in models]
    )


def _terms(session: Session, context: Context, workflow: AnyWorkflow) -> TermsView | None:
    """Return the terms that this process has, as they are kept."""
    ours = context.charters.terms(workflow)
    if ours is None:
        return None
    team, name = context.team, workflow.name
    row = kept.newest_of_version(session, team=team, workflow=name, version=ours.version)
    newest = kept.newest(session, team=team, workflow=name)
    return TermsView(
        version=ours.short,
        id=row.id if row is not None else None,
        number=row.number if row is not None else None,
        since=row.seen_at if row is not None else None,
        is_newest=newest is None or (row is not None and row.id == newest.id),
        signature=signature_of(row) if row is not None else None,
    )


@dataclass(frozen=True, kw_only=True)
class Unsigned:
    """Workflows that no person lets go alone, by name."""

    waiting: Sequence[str]
    """Those whose charter waits for a signature, so that nothing goes alone."""
    samples: Sequence[str]
    """Shipped examples, which go alone all the same."""


def unsigned_among(session: Session, context: Context, workflows: Sequence[AnyWorkflow]) -> Unsigned:
    """Return which of these workflows would settle cases alone, and no person signed their present terms."""
    made = {one.name: context.charters.terms(one) for one in workflows if one.goes_alone}
    versions = {name: terms.version for name, terms in made.items() if terms is not None}
    hows = kept.hows(session, team=context.team, versions=list(versions.values()))
    signed = {name: hows.get((name, version)) for name, version in versions.items()}
    samples = {one.name for one in workflows if one.is_sample}
    by_nobody = [name for name, how in signed.items() if how in (None, How.SAMPLE)]
    return Unsigned(
        waiting=[name for name in by_nobody if name not in samples],
        samples=[name for name in by_nobody if name in samples],
    )


def signature_of(row: schema.TermsRow) -> Signature | None:
    """Return the signature under terms; None where nobody has signed them."""
    if row.signed_by is None or row.signed_at is None or row.signed_how is None:
        return None
    return Signature(by=row.signed_by, at=row.signed_at, how=How(row.signed_how), exception=row.exception)


def _names(given: str | Sequence[str] | None) -> Sequence[str]:
    return [name for name in ((given,) if isinstance(given, str) else given or ()) if name]
