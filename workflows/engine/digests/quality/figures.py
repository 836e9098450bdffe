"""The figures of the quality review: spot checks, edits, rejections, reports, and rules that were passed over."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence

from sqlalchemy.orm import Session

from store import schema
from store.cases.review import reports, spot_checks
from store.cases.review.reports import Outcomes
from store.cases.review.spot_checks import SpotCheckCounts
from store.learning import examples
from store.quality import decided
from store.quality.decided import DecidedLine
from workflows.engine.case.kept_content import REMOVED
from workflows.engine.digests.days import Days
from workflows.engine.digests.quality.edits import Grouped, group
from workflows.engine.digests.quality.views import (
    Before,
    Checks,
    Proposer,
    QualityFigures,
    QualityOfWorkflow,
    ReasonCount,
    Reported,
)
from workflows.engine.digests.scope import Scope
from workflows.engine.read.edit_changes import FieldChange, changes_from_json, changes_of, proposed_in
from workflows.engine.review.decisions import DecisionKind, preset_of

MOST = 2_000
"""Most edits, and most rejections, whose texts are read for one digest: the newest."""
_OVERDUE = 1_000
"""Most spot checks that are counted as overdue."""
_EXAMPLES = 5_000
"""Most candidates of a workflow that are counted: there are no more."""
_NAMED = 10
"""Most models, reasons and rules that are named of a workflow."""
_ABOUT_PROPOSALS = (DecisionKind.APPROVED, DecisionKind.EDITED, DecisionKind.REJECTED)


class _Span:
    """The counts of some days, by workflow id."""

    def __init__(self, session: Session, team: int, days: Days) -> None:
        span = {"since": days.since, "until": days.until}
        self.decisions: defaultdict[int, list[DecidedLine]] = defaultdict(list)
        for line in decided.counts(session, team=team, **span):
            self.decisions[line.workflow].append(line)
        self.reported = reports.outcomes(session, team=team, **span)
        self.corrected = reports.corrected_between(session, team=team, **span)
        self.checks = spot_checks.counts(session, team=team, **span)

    def number(self, workflow: int, *kinds: DecisionKind) -> int:
        """Count the decisions about proposals of these kinds."""
        lines = self.decisions[workflow]
        return sum(line.number for line in lines if line.model is not None and line.kind in kinds)


def gather(session: Session, scope: Scope) -> QualityFigures:
    """Return the figures of each workflow with something to tell."""
    days, team = scope.days, scope.team
    span = {"since": days.since, "until": days.until}
    now, before = _Span(session, team, days), _Span(session, team, days.earlier(days.number))
    edited = _edits(session, scope)
    refused: defaultdict[int, list[str]] = defaultdict(list)
    for line in decided.rejections(session, team=team, since=days.since, until=days.until, limit=MOST):
        # What was removed was in a person's own words: a declared reason is kept.
        refused[line.workflow].append(json.loads(line.reason) if line.reason is not None else REMOVED)
    passed_over: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for workflow, sentences in decided.confirmed(session, team=team, **span):
        passed_over[workflow].update(sentences)
    barred = decided.barred(session, team=team, **span)
    unseen = {line.workflow: line for line in decided.unseen(session, team=team, **span)}
    late = spot_checks.overdue(session, team=team, before=scope.at, limit=_OVERDUE, drawn=True)
    overdue = Counter(line.check.workflow_id for line in late)
    rows = scope.workflows(session)
    wait = examples.waiting(session, team=team, workflows=[row.name for row in rows], at_most=_EXAMPLES)
    found = []
    for row in rows:
        declared = scope.context.registry.get(row.name) if row.name in scope.context.registry else None
        edits = edited[row.id]
        grouped = group(declared, edits) if declared is not None else Grouped(fields=(), few=0)
        presets = declared.review.reject_reasons if declared is not None else ()
        chosen = [preset_of(reason, presets) for reason in refused[row.id]]
        by_name = Counter(one for one in chosen if one is not None)
        found.append(
            QualityOfWorkflow(
                workflow=row.name,
                row=row.id,
                decided=now.number(row.id, *_ABOUT_PROPOSALS),
                edited=now.number(row.id, DecisionKind.EDITED),
                rejected=now.number(row.id, DecisionKind.REJECTED),
                answered=sum(line.number for line in now.decisions[row.id] if line.kind == DecisionKind.ANSWERED),
                unseen=unseen[row.id].number if row.id in unseen else 0,
                unseen_compared=unseen[row.id].compared if row.id in unseen else 0,
                unseen_same=unseen[row.id].same if row.id in unseen else 0,
                checks=_checks(now.checks.get(row.id)),
                overdue=overdue[row.id],
                fields=grouped.fields,
                few=grouped.few,
                compared=len(edits) if declared is not None else 0,
                proposers=_proposers(now.decisions[row.id]),
                reasons=_most(by_name),
                free_reasons=sum(reason not in presets for reason in refused[row.id]),
                reported=_reported(now.reported.get(row.id)),
                corrected=now.corrected.get(row.id, 0),
                confirmed=_most(passed_over[row.id]),
                barred=barred.get(row.id, 0),
                before=_before(before, row),
                examples=wait.get(row.name, 0),
                promise=scope.context.promises.of(session, scope.context, declared) if declared is not None else None,
            )
        )
    told = [one for one in found if not one.is_quiet]
    return QualityFigures(
        workflows=told,
        compared=sum(one.compared for one in told),
        most_compared=MOST,
        since=days.since,
        until=days.until,
    )


def records(figures: QualityFigures) -> list[dict[str, str | int | float | None]]:
    """Return a record for each workflow, and for each change of a field that was made again and again."""
    made: list[dict[str, str | int | float | None]] = []
    for one in figures.workflows:
        checks = one.checks
        made.append(
            {
                "workflow": one.workflow,
                "line": "workflow",
                "decided": one.decided,
                "edited": one.edited,
                "rejected": one.rejected,
                "answered": one.answered,
                "unseen": one.unseen,
                "unseen_same": one.unseen_same,
                "reported": one.reported.reported,
                "corrected": one.corrected,
                "alone": checks.alone if checks else 0,
                "spot_checks": checks.drawn if checks else 0,
                "looked_at": checks.looked_at if checks else 0,
                "same": checks.same if checks else 0,
                "minor": checks.minor if checks else 0,
                "major": checks.major if checks else 0,
                "critical": checks.critical if checks else 0,
                "errors": checks.errors if checks else 0,
                "overdue": one.overdue,
                "barred": one.barred,
                "examples": one.examples,
            }
        )
        for field in one.fields:
            about = {"workflow": one.workflow, "field": field.label}
            made.append({**about, "line": "field", "number": field.number, "percent": field.percent})
            made += [
                {**about, "line": "change", "from": change.proposed, "to": change.decided, "number": change.number}
                for change in field.values
            ]
        for line, counted in (("reason", one.reasons), ("confirmed", one.confirmed)):
            made += [
                {"workflow": one.workflow, "line": line, "said": each.said, "number": each.number} for each in counted
            ]
    return made


def _edits(session: Session, scope: Scope) -> defaultdict[int, list[Sequence[FieldChange]]]:
    """Return workflow id -> the newest edits, each as its changes."""
    found: defaultdict[int, list[Sequence[FieldChange]]] = defaultdict(list)
    days, registry = scope.days, scope.context.registry
    names = {row.id: row.name for row in scope.workflows(session)}
    for line in decided.edits(session, team=scope.team, since=days.since, until=days.until, limit=MOST):
        name = names.get(line.workflow)
        if name is None:
            continue
        changes: Sequence[FieldChange] = ()
        if line.changes is not None:
            # Its values were removed.
            changes = changes_from_json(line.changes)
        elif line.proposal is not None and line.output is not None and name in registry:
            proposed = proposed_in(json.loads(line.proposal))
            changes = changes_of(registry.get(name), proposed, json.loads(line.output))
        else:
            continue
        # A reply that is only worded otherwise is no error of the workflow: its own rule says so, for the label.
        found[line.workflow].append([one for one in changes if line.wrong is None or one.field in line.wrong])
    return found


def _proposers(lines: Sequence[DecidedLine]) -> list[Proposer]:
    counted: defaultdict[tuple[str, str | None], Counter[str]] = defaultdict(Counter)
    for line in lines:
        if line.model is not None and line.kind in _ABOUT_PROPOSALS:
            counted[line.model, line.prompt_version][line.kind] += line.number
    made = [
        Proposer(
            model=model,
            prompt_version=version,
            decided=kinds.total(),
            edited=kinds[DecisionKind.EDITED],
            rejected=kinds[DecisionKind.REJECTED],
        )
        for (model, version), kinds in counted.items()
    ]
    return sorted(made, key=lambda one: (-one.decided, one.model, one.prompt_version or ""))[:_NAMED]


def _most(counted: Counter[str]) -> list[ReasonCount]:
    return [ReasonCount(said=said, number=number) for said, number in counted.most_common(_NAMED)]


def _checks(counts: SpotCheckCounts | None) -> Checks | None:
    if counts is None:
        return None
    return Checks(
        alone=counts.alone,
        drawn=counts.drawn,
        looked_at=counts.looked_at,
        same=counts.same,
        minor=counts.minor,
        major=counts.major,
        critical=counts.critical,
        errors=counts.errors,
        open=counts.open,
        corrected=counts.corrected,
    )


def _reported(found: Outcomes | None) -> Reported:
    if found is None:
        return Reported(reported=0, corrected=0, right=0, waiting=0)
    return Reported(reported=found.reported, corrected=found.corrected, right=found.right, waiting=found.waiting)


def _before(span: _Span, row: schema.Workflow) -> Before:
    checks = span.checks.get(row.id)
    return Before(
        decided=span.number(row.id, *_ABOUT_PROPOSALS),
        edited=span.number(row.id, DecisionKind.EDITED),
        rejected=span.number(row.id, DecisionKind.REJECTED),
        reported=_reported(span.reported.get(row.id)).reported,
        corrected=span.corrected.get(row.id, 0),
        looked_at=checks.looked_at if checks else 0,
        errors=checks.errors if checks else 0,
    )
