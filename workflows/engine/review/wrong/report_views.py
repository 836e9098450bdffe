"""Reports as they are read: on the card of a review, in a note, and in a list."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from store import schema
from store.cases import cases, contents, runs
from store.cases.review import reports
from store.governance import teams
from store.states import CLOSING
from workflows.engine.case.lookup import key_in_channel, known_workflow
from workflows.engine.context import Context
from workflows.engine.declare.personal import MASK
from workflows.engine.errors import ContentRemoved, Unknown
from workflows.engine.review.hiding import hidden_of, text_in_channel
from workflows.engine.review.views import ReportLine, ReportNote, ReportView


def report_views(session: Session, run: int, *, team: int) -> Sequence[ReportView]:
    """Return the reports that the card of a run's review shows, oldest first."""
    return [_view(report, report.said) for report in reports.up_to(session, run, team=team)]


def report_note(context: Context, report: int) -> ReportNote:
    """Return a report about a case, for the channel of its workflow. Raise `Unknown` or `ContentRemoved`."""
    with context.database.read() as session:
        row = reports.get(session, report, team=context.team)
        case = cases.get(session, row.case_id, team=context.team) if row is not None and row.case_id else None
        run = runs.newest(session, case.id, team=context.team) if case is not None else None
        if row is None or case is None or run is None:
            raise Unknown(f"there is no report {report} about a case")
        name = teams.workflow_name(session, case.workflow_id, team=context.team)
        if not row.said:
            raise ContentRemoved(case=case.id, at=case.erased_at)
        input = contents.body(session, run.input_id, team=context.team)
        # Of a rejection the reason is kept there.
        answer = run.output_id if run.resolution not in CLOSING else None
        output = contents.body(session, answer, team=context.team) if answer is not None else None
    workflow = known_workflow(context, name)
    # The author's code is called outside the transaction. Without the input, nobody can tell what is personal.
    said = text_in_channel(row.said, hidden_of(workflow, input, output)) if input is not None else MASK
    return ReportNote(
        report=_view(row, said),
        case=case.id,
        key=key_in_channel(workflow, input, case.key),
        workflow=name,
        owner=workflow.owner,
        state=run.state,
    )


def report_lines(context: Context, *, limit: int) -> Sequence[ReportLine]:
    """Return the newest reports, newest first."""
    with context.database.read() as session:
        found = reports.newest(session, team=context.team, limit=limit)
    return [
        ReportLine(
            id=row.id,
            at=row.at,
            by=row.by,
            case=row.case_id,
            key=key,
            about=row.about,
            outcome=row.outcome,
            said=row.said,
        )
        for row, key in found
    ]


def _view(report: schema.Report, said: str) -> ReportView:
    return ReportView(by=report.by, at=report.at, said=said, by_itself=report.by == reports.BY_ITSELF)
