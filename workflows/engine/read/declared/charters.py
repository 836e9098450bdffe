"""The charter of a workflow: what it decides, what it may do, what it never does, and who answers for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy.orm import Session

from store import schema
from store.cases import workflow_pauses
from store.governance import terms as kept
from store.learning import deployments
from workflows.engine.charters.signing import lacking
from workflows.engine.context import Context
from workflows.engine.declare.autonomy import Autonomy
from workflows.engine.declare.charter import How, missing_in
from workflows.engine.declare.promises import PromiseFacts
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.deliver.workflow_pauses import pause_of
from workflows.engine.propose.scope_shares import share_in
from workflows.engine.propose.standing import Standing, standing_of
from workflows.engine.read.declared.charter_views import (
    CharterView,
    PromiseView,
    SecondPerson,
    Signature,
    TermsView,
    UsedVersion,
    VersionSignature,
)
from workflows.engine.read.declared.data_map import data_map_of
from workflows.engine.read.declared.data_map_views import ModelKind, Surroundings
from workflows.engine.text.form_fields import form_of
from workflows.model.choice import LOCAL
from workflows.model.sample_answers import MODEL as SAMPLES


def charter_view(context: Context, workflow: AnyWorkflow) -> CharterView:
    """Return the charter of a workflow, with its present pause, and the version that is live at this moment."""
    with context.database.read() as session:
        paused = {line.workflow: line for line in workflow_pauses.all_current(session, team=context.team)}
        row = deployments.live_of(session, workflow.name, team=context.team)
        live = row.id if row is not None else None
        terms = _terms(session, context, workflow, live)
        version = _version(session, context, workflow, row)
        share = share_in(session, context, workflow.name)
        newest = kept.newest(session, team=context.team, workflow=workflow.name)
        is_earned, team = workflow.autonomy.is_earned, context.team
        standing = standing_of(session, live, team=team) if is_earned else None
        facts = context.promises.of(session, context, workflow) if is_earned else None
        lacks = lacking(session, workflow, newest.workflow_id, team=context.team) if newest is not None else ()
    if not version.uses_files:
        version = _of_deployment(context, workflow, version, live)
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
        promise=_promise(workflow.autonomy, standing, facts),
        second_opinion=workflow.autonomy.second_opinion,
        spot_checks=workflow.autonomy.spot_checks,
        handed_proposals=workflow.handed_proposals,
        is_scoped=workflow.scope is not None,
        share=share if share.share is not None else None,
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
        data=data_map_of(workflow, _surroundings(version.models)),
        terms=terms,
        missing=missing_in(workflow),
        version=version,
        lacks=lacks,
        follow_ups=[one.workflow for one in workflow.follow_ups],
        same=[field.label for field in form_of(workflow.output) if field.name in workflow.sames],
    )


def _promise(autonomy: Autonomy, standing: Standing | None, facts: PromiseFacts | None) -> PromiseView | None:
    if autonomy.wrong is None:
        return None
    return PromiseView(
        wrong=autonomy.wrong,
        sure=autonomy.sure,
        begin=autonomy.begin,
        veto=autonomy.veto,
        by_itself=autonomy.by_itself,
        level=standing.level if standing is not None else None,
        floor=standing.goes_from if standing is not None else None,
        held=standing.held if standing is not None else None,
        facts=facts,
    )


def _version(session: Session, context: Context, workflow: AnyWorkflow, row: schema.Deployment | None) -> UsedVersion:
    """Return the version that is used now: that of the files, or as far as its row says it. `row`: what is live."""
    team, versions = context.team, context.versions
    live = row.id if row is not None else None
    terms = context.charters.terms(workflow, deployment=live)
    prompt = context.registry.prompt(workflow.name)
    uses_files = versions.uses_files(workflow, live=live)
    files = UsedVersion(
        uses_files=uses_files,
        always_files=versions.always_files,
        number=row.number if row is not None else None,
        name=None,
        models=terms.models if terms is not None and uses_files else (),
        prompt_version=prompt.version if prompt is not None and uses_files else None,
        recall=workflow.recall if uses_files else 0,
        since=None,
        signatures=(),
        undeployed=None,
        beside=None,
    )
    if row is None or uses_files:
        return files
    used = deployments.used(session, row.workflow_id, team=team)
    beside_id = used.beside if used is not None else None
    beside = deployments.get(session, beside_id, team=team) if beside_id is not None else None
    vendor = row.parts.get("vendor")
    return replace(
        files,
        name=row.name,
        models=[f"{vendor}/{row.model}" if vendor else row.model],
        prompt_version=row.prompt_version,
        recall=row.recall,
        since=row.live_at,
        signatures=[
            VersionSignature(by=one.by, at=one.at) for one in deployments.signatures(session, [row.id], team=team)
        ],
        beside=beside.number if beside is not None else None,
        weighed=((row.evidence or {}).get("weighed") or {}).get("labels") if row.weighing is not None else None,
    )


def _of_deployment(context: Context, workflow: AnyWorkflow, version: UsedVersion, live: int | None) -> UsedVersion:
    """Add to a version what this process makes of it, and the model that its prompt names beside the first one."""
    built = context.version_of(workflow, live)
    other = built.prompt.fallback_model if built.prompt is not None and version.prompt_version is not None else None
    first = next(iter(version.models), "")
    vendor, of_vendor, _ = first.partition("/")
    further = [f"{vendor}/{other}"] if other is not None and of_vendor else []
    models = [*version.models, *(one for one in further if one != first)]
    return replace(version, models=models, undeployed=built.undeployed)


def _surroundings(answering: Sequence[str]) -> Surroundings:
    """Return which models answer. `answering`: as the version that is used says it."""
    kinds = {LOCAL: ModelKind.LOCAL, SAMPLES: ModelKind.SAMPLES}
    models = [model for model in answering if model not in kinds]
    if not models:
        return Surroundings(model=next((kinds[model] for model in answering), ModelKind.UNKNOWN))
    vendor, _, _ = models[0].partition("/")
    return Surroundings(
        model=ModelKind.VENDOR, vendor=vendor, models=[model.removeprefix(f"{vendor}/") for model in models]
    )


def _terms(session: Session, context: Context, workflow: AnyWorkflow, live: int | None) -> TermsView | None:
    """Return the terms that this process has, as they are kept. `live`: the deployment that is."""
    ours = context.charters.terms(workflow, deployment=live)
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
    live = {one.name: one.live for one in deployments.used_by(session, team=context.team)}
    alone = [one for one in workflows if one.goes_alone]
    made = {one.name: context.charters.terms(one, deployment=live.get(one.name)) for one in alone}
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
