"""The labels of a workflow as others read them: counted by kind, by field and by version."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from store.governance import teams
from store.learning import labels
from store.learning.labels import LabelCount
from workflows.engine.context import Context
from workflows.quality.labels.rules import LabelKind


@dataclass(frozen=True, kw_only=True)
class KindCount:
    """The labels of one kind."""

    kind: str
    number: int
    errors: int
    judged: int
    """Those that judge a proposal."""


@dataclass(frozen=True, kw_only=True)
class VersionCount:
    """The labels of one version's proposals."""

    model: str | None
    prompt_version: str | None
    deployment: int | None
    """Row of the deployment; None for a version from files."""
    judged: int
    errors: int


@dataclass(frozen=True, kw_only=True)
class LabelsView:
    """The labels of a workflow since a time."""

    workflow: str
    since: datetime
    kinds: Sequence[KindCount]
    """The most frequent first."""
    fields: dict[str, int]
    """Field -> labels that name it as wrong, the most frequent first."""
    versions: Sequence[VersionCount]

    @property
    def judged(self) -> int:
        """Number of labels that judge a proposal, without those that are no random sample."""
        return sum(one.judged for one in self.kinds if one.kind != LabelKind.PACKED)

    @property
    def errors(self) -> int:
        """Number of those that say that a proposal was wrong."""
        return sum(one.errors for one in self.kinds if one.kind != LabelKind.PACKED)


def labels_view(context: Context, workflow: str, *, since: datetime) -> LabelsView:
    """Return the labels of a workflow since a time, counted: of each proposal the last word."""
    with context.database.read() as session:
        row = teams.find_workflow(session, team=context.team, name=workflow)
        found = labels.counts(session, team=context.team, workflow=row, since=since) if row is not None else []
    kinds: dict[str, list[LabelCount]] = {}
    versions: dict[tuple[str | None, str | None, int | None], list[LabelCount]] = {}
    fields: Counter[str] = Counter()
    for one in found:
        kinds.setdefault(one.kind, []).append(one)
        if one.is_error is not None and one.kind != LabelKind.PACKED:
            versions.setdefault((one.model, one.prompt_version, one.deployment), []).append(one)
        for name in one.wrong:
            fields[name] += one.number
    by_kind = [
        KindCount(kind=kind, number=sum(one.number for one in each), errors=_errors(each), judged=_judged(each))
        for kind, each in kinds.items()
    ]
    by_version = [
        VersionCount(
            model=model, prompt_version=prompt, deployment=deployment, judged=_judged(each), errors=_errors(each)
        )
        for (model, prompt, deployment), each in versions.items()
    ]
    return LabelsView(
        workflow=workflow,
        since=since,
        kinds=sorted(by_kind, key=lambda one: (-one.number, one.kind)),
        fields=dict(fields.most_common()),
        versions=sorted(by_version, key=lambda one: -one.judged),
    )


def _errors(each: Sequence[LabelCount]) -> int:
    return sum(one.number for one in each if one.is_error)


def _judged(each: Sequence[LabelCount]) -> int:
    return sum(one.number for one in each if one.is_error is not None)
