"""Upkeep of spot checks: what no longer stands is ended, and the corrections that follow are opened.

All of it may be done twice and by several processes. Nothing is written for it where a case is run again or corrected.
"""

import json
from dataclasses import dataclass
from datetime import timedelta

import structlog
from pydantic import BaseModel

from store.cases.review import reports as kept_reports
from store.cases.review import spot_checks
from store.governance import audit
from store.subjects import SubjectKind
from workflows.engine.case import notices
from workflows.engine.case.kept_content import kept_body
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.errors import CorrectionWaits, CountersignError, Refused, Stale
from workflows.engine.review.spot_checks.looks import checks_of_channel
from workflows.engine.review.spot_checks.standing import held, known, supersede, why_passed, workflow_of
from workflows.engine.review.spot_checks.views import Became, ChecksOfChannel, End
from workflows.engine.review.wrong import corrections, reports

log = structlog.get_logger()

AT_ONCE = 100
"""Spot checks that are looked at in one go."""
GONE_AFTER = timedelta(days=7)
"""Time after which an overdue spot check ends whose workflow is not known here."""
FOUND_WRONG = "A spot check found it wrong."
"""The reason of a correction for which the people gave none."""


class Upkeep:
    """The upkeep of spot checks, as one process does it again and again."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._shown: dict[str, ChecksOfChannel | None] = {}
        """Channel -> the spot checks that its card was last wanted for."""

    def look(self) -> None:
        """End what no longer stands, open the corrections that are due, and have changed numbers shown."""
        context = self._context
        end_passed(context)
        for check in _due(context):
            correct(context, check)
        for channel in sorted({one.review.post_to for one in context.registry if one.review.post_to is not None}):
            now = checks_of_channel(context, channel)
            if now == self._shown.get(channel):
                continue
            with context.database.write() as session:
                notices.spot_checks(session, channel, team=context.team, at=context.clock())
            self._shown[channel] = now


def end_passed(context: Context) -> int:
    """End spot checks whose subject no longer stands, or whose workflow is gone for long; return their number."""
    before = context.clock() - GONE_AFTER
    with context.database.read() as session:
        passed = [check.id for check in spot_checks.passed(session, team=context.team, limit=AT_ONCE)]
        late = spot_checks.overdue(session, team=context.team, before=before, limit=AT_ONCE)
        gone = [line.check.id for line in late if line.workflow not in context.registry]
    return sum(_end(context, check, End.GONE if check in gone else None) for check in dict.fromkeys((*passed, *gone)))


def _end(context: Context, check: int, why: End | None) -> bool:
    with context.database.write() as session:
        row = held(session, context, check)
        why = why_passed(session, row) or why
        return row.end is None and why is not None and supersede(session, context, row, why)


def _due(context: Context) -> list[int]:
    with context.database.read() as session:
        return spot_checks.to_correct(session, team=context.team, limit=AT_ONCE)


@dataclass(frozen=True, kw_only=True)
class _Found:
    """Result of a spot check."""

    workflow: AnyWorkflow
    case: int
    run: int
    answer: str
    """The blind answer, as JSON."""
    by: str
    """The person who gave it."""
    why: str


def correct(context: Context, check: int) -> Became | None:
    """Open the correction that follows from a spot check, with the blind answer in it, and return what became of it.

    None where nothing is due, its content was removed, or its workflow is not known here. Where the answer cannot be
    proposed, what was delivered is reported as wrong.
    """
    found = _found(context, check)
    if found is None:
        return None
    form: type[BaseModel] = found.workflow.output
    review: int | None = None
    try:
        review = corrections.correct(
            context, found.case, read(form, found.answer), by=found.by, reasons=[found.why], of=found.run
        )
        became = Became.OPENED
    except CorrectionWaits as waits:
        became, review = Became.JOINED, waits.review
    except Stale:
        became = Became.OVERTAKEN
    except CountersignError as error:
        log.info("spot_check.not_proposed", check=check, error=type(error).__name__)
        became, review = Became.REPORTED, _report(context, found)
    with context.database.write() as session:
        if spot_checks.note_correction(session, check, team=context.team, became=became, review=review):
            audit.record(
                session,
                team=context.team,
                at=context.clock(),
                actor=SYSTEM,
                action="spot_check.corrected",
                subject=SubjectKind.SPOT_CHECK.of(check),
                case=found.case,
                details={"became": became, "review": review},
            )
    return became


def _found(context: Context, check: int) -> _Found | None:
    with context.database.read() as session:
        row = known(session, context, check)
        if row.correction != Became.DUE or row.answer_id is None or row.answered_by is None:
            return None
        notes = [one for one in (row.second_note_id, row.note_id) if one is not None]
        try:
            workflow = workflow_of(session, context, row)
            why = json.loads(kept_body(session, notes[0], team=context.team)) if notes else FOUND_WRONG
            answer = kept_body(session, row.answer_id, team=context.team)
        except Refused:
            return None
        return _Found(
            workflow=workflow,
            case=row.case_id,
            run=row.run_id,
            answer=answer,
            by=row.answered_by,
            why=why,
        )


def _report(context: Context, found: _Found) -> int | None:
    """Report a case as wrong, and return the review that follows, if there is one at once."""
    kept = reports.note(context, about=f"case {found.case}", case=found.case, by=found.by, said=found.why)
    assert kept is not None
    reports.take_up(context, kept)
    with context.database.read() as session:
        row = kept_reports.get(session, kept, team=context.team)
        return row.review_id if row is not None else None
