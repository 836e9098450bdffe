"""Announced cases as they are looked at: one on its card, and those that go out next."""

import json
from collections.abc import Collection

from store.cases import cases, contents, runs
from store.cases.review import reviews
from store.governance import teams
from store.learning import announcements as kept
from workflows.engine.case.kept_content import REMOVED, kept_body
from workflows.engine.case.lookup import case_text, key_in_channel, known_workflow, one_line_of
from workflows.engine.context import Context
from workflows.engine.deliver.delivery_status import delivery_of
from workflows.engine.errors import ContentRemoved, Unknown
from workflows.engine.review.announced.views import AnnouncedLine, AnnouncedList, AnnouncedView
from workflows.engine.review.form.forms import entries_of
from workflows.engine.review.hiding import hidden_of, subject_in_channel
from workflows.engine.review.views import ValueView
from workflows.engine.text.form_fields import Kind, form_of


def announced_view(context: Context, announcement: int) -> AnnouncedView:
    """Return an announced case as it stands now. Raise `Unknown`, or `ContentRemoved`."""
    with context.database.read() as session:
        row = kept.get(session, announcement, team=context.team)
        if row is None:
            raise Unknown(f"there is no announcement {announcement}")
        workflow = known_workflow(context, teams.workflow_name(session, row.workflow_id, team=context.team))
        case, run = cases.get(session, row.case_id, team=context.team), runs.get(session, row.run_id, team=context.team)
        assert case is not None
        assert run is not None
        input = kept_body(session, run.input_id, team=context.team)
        proposed = reviews.proposal_of(session, run.id, team=context.team)
        if proposed is None:
            raise ContentRemoved(case=case.id, at=case.erased_at)
        proposal = json.loads(kept_body(session, proposed.content_id, team=context.team))
        delivery = delivery_of(session, context, run)
        newest = runs.newest(session, case.id, team=context.team)
    # The author's code is called outside the transaction.
    confidence, entries = proposal.get("confidence", {}), entries_of(workflow.output, proposal["output"])
    return AnnouncedView(
        generation=context.restores.number,
        announcement=row.id,
        state=row.state,
        case=case.id,
        key=case.key,
        workflow=workflow.name,
        subject=one_line_of(case_text(workflow, input), case.key),
        question=workflow.decision,
        values=[
            ValueView(
                name=field.name,
                label=field.label,
                proposed=entries.get(field.name),
                decided=None,
                delivered=None,
                confidence=confidence.get(field.name),
                alternatives={},
                evidence=None,
                columns=field.columns if field.kind is Kind.ROWS else (),
            )
            for field in form_of(workflow.output)
        ],
        target=workflow.target,
        announced_at=row.at,
        until=row.until,
        ended_at=row.ended_at,
        stopped_by=row.stopped_by,
        run=run.id,
        run_state=run.state,
        delivery=delivery,
        is_newest=newest is not None and newest.id == run.id,
        hidden=hidden_of(workflow, input),
    )


def next_out(context: Context, *, workflows: Collection[str], limit: int) -> AnnouncedList:
    """Return the announced cases of these workflows that go out next, as a channel may be shown them."""
    team = context.team
    with context.database.read() as session:
        lines = kept.lines(session, team=team, workflows=workflows, limit=limit)
        inputs = contents.bodies(session, [line.input_id for line in lines], team=team)
        counted = kept.counts(session, team=team)
    # The author's code is called outside the transaction.
    return AnnouncedList(
        lines=[_line(context, line, inputs.get(line.input_id)) for line in lines],
        total=sum(one.number for one in counted if one.workflow in set(workflows)),
    )


def _line(context: Context, line: kept.AnnouncedLine, input: str | None) -> AnnouncedLine:
    workflow = context.registry.get(line.workflow)
    return AnnouncedLine(
        generation=context.restores.number,
        announcement=line.id,
        case=line.case,
        workflow=line.workflow,
        key=key_in_channel(workflow, input, line.key),
        subject=subject_in_channel(workflow, input, key=line.key) if input is not None else REMOVED,
        until=line.until,
    )
