"""The data map of a workflow: made from its declaration, so that it cannot say anything else than what is done."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from pydantic import BaseModel

from store import schema
from store.cases import cases
from store.governance import teams
from store.learning import volume_tests as tests
from store.sources import sources as all_sources
from store.states import SourceKind
from workflows.documents.limits import Limits
from workflows.engine.context import Context
from workflows.engine.declare.names import names_in
from workflows.engine.declare.personal import countries_searched, personal_fields, searched_fields
from workflows.engine.declare.reach import steps_named
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.propose.models import Models
from workflows.engine.read.declared.data_map_views import (
    DataMapView,
    DocumentMap,
    FieldMap,
    LookMap,
    ModelKind,
    Part,
    Sensitivity,
    Share,
    Surroundings,
    SystemMap,
    TargetKind,
    TargetMap,
    ToldMap,
)
from workflows.engine.review.hiding import FREE, pages_in_channel
from workflows.engine.text.form_fields import form_of
from workflows.labels import label_of

_NEWEST = 1_000
"""Newest cases of a workflow whose sources are told."""
_UNKNOWN = Surroundings()
_LIMITS = Limits()


def data_map_view(context: Context, workflow: AnyWorkflow, surroundings: Surroundings = _UNKNOWN) -> DataMapView:
    """Return the data map of a workflow, with where its newest cases came from."""
    with context.database.read() as session:
        sources = cases.newest_sources(session, team=context.team, workflow=workflow.name, newest=_NEWEST)
        programs = all_sources.listed(session, team=context.team, kind=SourceKind.API)
        told = [_told(one) for one in programs if one.ended_at is None and _may_hand_in(one, workflow.name)]
        row = teams.find_workflow(session, team=context.team, name=workflow.name)
        kept = tests.kept(session, team=context.team, workflow=row) if row is not None else 0
    return data_map_of(workflow, surroundings, sources=sources, told=told, volume_tests=kept)


def surroundings_of(
    models: Models, context: Context, workflow: AnyWorkflow, *, collector: str | None, spans_content: bool
) -> Surroundings:
    """Return what the settings say of a workflow's models, beside where spans are sent."""
    asked = models.asked(workflow, context.registry.prompt(workflow.name))
    kind = ModelKind.VENDOR if asked else ModelKind.NONE
    if models.shows_samples(workflow):
        kind = ModelKind.SAMPLES
    elif models.learns(workflow):
        kind = ModelKind.LOCAL
    return Surroundings(
        model=kind,
        vendor=models.vendor.place if asked else None,
        models=asked,
        collector=collector,
        spans_content=spans_content,
    )


def data_map_of(
    workflow: AnyWorkflow,
    surroundings: Surroundings = _UNKNOWN,
    *,
    sources: Sequence[str] = (),
    told: Sequence[ToldMap] = (),
    volume_tests: int = 0,
) -> DataMapView:
    """Return the data map of a workflow.

    `sources`: where its cases came from, as far as it is known. `told`: the programs that may hand in cases.
    `volume_tests`: those whose inputs are kept.
    """
    review = workflow.review
    return DataMapView(
        workflow=workflow.name,
        sources=sources,
        looks=[LookMap(name=one.name, every=one.every) for one in workflow.fetches],
        fields=[*_fields(workflow, Part.INPUT, surroundings), *_fields(workflow, Part.OUTPUT, surroundings)],
        takes_proposals=workflow.handed_proposals != "refuse",
        model=surroundings.model,
        vendor=surroundings.vendor,
        models=surroundings.models,
        asks_by_code=workflow.proposing is not None,
        personal_to_model=workflow.personal_to_model,
        systems=[
            SystemMap(step=step.name, system=step.needs, does=step.does or ())
            for step in sorted(steps_named(workflow), key=lambda step: step.name)
        ],
        channel=review.post_to,
        text_in_channel=review.text_in_channel,
        readers=_readers(workflow),
        targets=list(_targets(workflow)),
        told=told,
        collector=surroundings.collector,
        spans_content=surroundings.spans_content,
        retention=workflow.retention,
        follow_ups=[one.workflow for one in workflow.follow_ups],
        watched=workflow.from_messages.watch if workflow.from_messages is not None else (),
        documents=_documents(workflow),
        volume_tests=volume_tests,
    )


def _documents(workflow: AnyWorkflow) -> DocumentMap | None:
    if not workflow.has_documents:
        return None
    return DocumentMap(
        to_model=workflow.documents_as,
        in_channel=workflow.review.post_to is not None and pages_in_channel(workflow),
        largest=_LIMITS.size,
        most_pages=_LIMITS.pages,
    )


def _may_hand_in(source: schema.Source, workflow: str) -> bool:
    only = source.settings.get("workflows")
    return only is None or workflow in only


def _told(source: schema.Source) -> ToldMap:
    address = source.settings.get("webhook")
    return ToldMap(source=source.name, host=urlsplit(address).hostname if address else None)


def _readers(workflow: AnyWorkflow) -> Sequence[str]:
    """Return whoever may read a workflow's cases in Slack beside engineers, each once."""
    review = workflow.review
    seconds = (one for second in review.seconds for one in names_in(second.by))
    by_name = (*names_in(review.reviewers), *seconds, *names_in(review.escalate_to))
    return list(dict.fromkeys((*by_name, *names_in(workflow.owner), *names_in(workflow.backup))))


def _fields(workflow: AnyWorkflow, part: Part, surroundings: Surroundings) -> Iterator[FieldMap]:
    form: type[BaseModel] = workflow.input if part is Part.INPUT else workflow.output
    personal, searched = personal_fields(form), searched_fields(form)
    free = {field.name for field in form_of(form) if field.kind in FREE}
    for name in form.model_fields:
        kind = Sensitivity.PLAIN
        if name in personal or name in searched:
            kind = Sensitivity.PERSONAL if name in personal else Sensitivity.SEARCHED
        is_closed = not workflow.review.text_in_channel and (part is Part.INPUT or name in free)
        yield FieldMap(
            part=part,
            name=name,
            label=label_of(form, name),
            sensitivity=kind,
            countries=sorted(countries_searched(form, name)) if kind is Sensitivity.SEARCHED else (),
            to_model=_to_model(workflow, kind, surroundings),
            in_channel=_in_channel(workflow, kind, is_closed=is_closed),
            in_spans=_in_spans(workflow, kind, surroundings),
            to_target=Share.BY_CODE if part is Part.INPUT else Share.WHOLE,
        )


def _to_model(workflow: AnyWorkflow, kind: Sensitivity, surroundings: Surroundings) -> Share:
    if surroundings.model not in (ModelKind.VENDOR, ModelKind.UNKNOWN):
        return Share.NOTHING
    if kind is not Sensitivity.PLAIN and not workflow.personal_to_model:
        return Share.PLACEHOLDER
    return Share.BY_CODE if workflow.proposing is not None else Share.WHOLE


def _in_channel(workflow: AnyWorkflow, kind: Sensitivity, *, is_closed: bool) -> Share:
    if workflow.review.post_to is None or is_closed:
        return Share.NOTHING
    return Share.WHOLE if kind is Sensitivity.PLAIN else Share.MASKED


def _in_spans(workflow: AnyWorkflow, kind: Sensitivity, surroundings: Surroundings) -> Share:
    if surroundings.collector is None or not surroundings.spans_content or not workflow.review.text_in_channel:
        return Share.NOTHING
    return Share.WHOLE if kind is Sensitivity.PLAIN else Share.MASKED


def _targets(workflow: AnyWorkflow) -> Iterator[TargetMap]:
    effects = {
        TargetKind.DELIVER: workflow.effect,
        TargetKind.ON_REJECT: workflow.rejection_effect,
        TargetKind.ASK_SOURCE: workflow.source_effect,
    }
    named = workflow.effect.target if workflow.effect is not None else None
    for kind, effect in effects.items():
        if effect is not None:
            yield TargetMap(kind=kind, system=effect.target or named, does=effect.does)
