"""Segments of a year's cases: two for each workflow, with a handful of groups, for measurements."""

from sqlalchemy import insert, literal, select
from sqlalchemy.orm import Session

from benchmarks.years.year import TEAM
from store.db import rows
from store.schema import CaseSegment, Run, SegmentGroup, Workflow

SEGMENTS = {"language": ("de", "en", "fr", "it", "pl"), "channel": ("mail", "web", "phone")}


def fill_groups(session: Session) -> None:
    """Put each case into a group of both segments of its workflow."""
    for workflow in session.scalars(select(Workflow.id).where(Workflow.team_id == TEAM)).all():
        for name, values in SEGMENTS.items():
            ids = [
                rows.add(session, SegmentGroup, team_id=TEAM, workflow_id=workflow, name=name, value=value)
                for value in values
            ]
            for place, group in enumerate(ids):
                theirs = select(literal(TEAM), Run.case_id, Run.id, literal(group)).where(
                    Run.workflow_id == workflow, Run.correction == 0, Run.id % len(ids) == place
                )
                session.execute(insert(CaseSegment).from_select(["team_id", "case_id", "run_id", "group_id"], theirs))
