"""Courses as they are asked, chosen and read. A choice is a record: nothing follows from it by itself.

It names the version that was shown, and is a compare-and-set on it. It may be changed until the workflow is asked about
again; every change is in the audit.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from store import schema
from store.governance import audit, teams
from store.quality import courses
from store.slack import messages, outbox
from store.subjects import SubjectKind
from workflows.engine.case import notices
from workflows.engine.context import Context
from workflows.engine.digests.courses.figures import Asked
from workflows.engine.digests.courses.views import MOST_NOTE, Choice, CourseNote, CourseView, Evidence
from workflows.engine.digests.made_up import made_up_until
from workflows.engine.errors import BadReason, Refused, Stale, Unknown
from workflows.engine.text.canonical_json import unstorable

MOST_CARDS = 10
"""Most workflows that are asked about in one channel for one week; the busiest."""
_evidence: TypeAdapter[Evidence] = TypeAdapter(Evidence)


def ask(session: Session, context: Context, asked: Sequence[Asked], *, last: date, channel: str, at: datetime) -> None:
    """Ask leads about these workflows in a channel, in the transaction that makes a digest. `last`: day of the week.

    A workflow that was asked about for that week is shown there too, and not asked about anew.
    """
    period, team = last.isoformat(), context.team
    for place, one in enumerate(asked):
        kept = _evidence.dump_python(one.evidence, mode="json")
        course = courses.ask(session, team=team, workflow=one.row, period=period, evidence=kept, at=at)
        if course is None:
            row = courses.of_period(session, team=team, workflow=one.row, period=period)
            assert row is not None
            course = row.id
        if place < MOST_CARDS:
            subject = SubjectKind.COURSE.of(course)
            outbox.want_view(session, team=team, kind=notices.COURSE, subject=subject, channel=channel, at=at)


def choose(context: Context, course: int, shown: int, *, choice: Choice, by: str, note: str | None = None) -> bool:
    """Keep what a lead chose. Return False where the same person had chosen just this: a press may arrive twice.

    `shown`: the version that they saw. `note`: their words about it; None keeps those of the same choice. Raise
    `Unknown`, `BadReason` for words that are too long or cannot be kept, `Stale` where somebody changed it since, or
    `Refused` where the workflow was asked about again since.
    """
    said = _checked(note)
    with context.database.write(urgent=True) as session:
        row = _get(session, context, course)
        if row.version != shown:
            if row.choice == choice and row.chosen_by == by and said in (None, row.note):
                return False
            raise Stale("Somebody has chosen since. It is drawn anew; look at it again.")
        _change(session, context, row, choice=choice, by=by, note=said)
    return True


def choose_of(context: Context, workflow: str, *, last: date, choice: Choice, by: str, note: str | None) -> CourseView:
    """Keep what was chosen for a workflow by its name, for the week that ends on `last`, whoever chose before.

    Return the course as it is then.

    Raise as `choose` does; `Unknown` where the workflow is not asked about for that week.
    """
    said = _checked(note)
    with context.database.write(urgent=True) as session:
        found = teams.find_workflow(session, team=context.team, name=workflow)
        if found is None:
            raise Unknown(f"there is no workflow {workflow!r} with cases")
        row = courses.of_period(session, team=context.team, workflow=found, period=last.isoformat())
        if row is None:
            raise Unknown(
                f"nothing is asked about {workflow} for the week to {last}; the business numbers of that week ask"
            )
        _change(session, context, row, choice=choice, by=by, note=said)
        return _view(session, context, row, workflow)


def course_view(context: Context, course: int) -> CourseView:
    """Return a course. Raise `Unknown`."""
    with context.database.read() as session:
        row = _get(session, context, course)
        name = teams.workflow_name(session, row.workflow_id, team=context.team)
        return _view(session, context, row, name)


def course_views(context: Context, *, limit: int) -> Sequence[CourseView]:
    """Return the newest courses, the newest week first."""
    with context.database.read() as session:
        found = courses.newest(session, team=context.team, limit=limit)
        return [_view(session, context, row, name) for row, name in found]


def workflow_of(context: Context, course: int) -> str:
    """Return the name of the workflow that a course is about. Raise `Unknown`."""
    with context.database.read() as session:
        row = _get(session, context, course)
        return teams.workflow_name(session, row.workflow_id, team=context.team)


def _get(session: Session, context: Context, course: int) -> schema.Course:
    row = courses.get(session, course, team=context.team)
    if row is None:
        raise Unknown("this is not asked any more")
    return row


def _view(session: Session, context: Context, row: schema.Course, workflow: str) -> CourseView:
    declared = context.registry.get(workflow) if workflow in context.registry else None
    last = date.fromisoformat(row.period)
    return CourseView(
        id=row.id,
        workflow=workflow,
        owner=declared.owner if declared is not None else None,
        last=last,
        evidence=_evidence.validate_python(row.evidence),
        version=row.version,
        choice=Choice(row.choice) if row.choice is not None else None,
        by=row.chosen_by,
        at=row.chosen_at,
        note=row.note,
        is_closed=_is_closed(session, context, row),
        generation=context.restores.number,
        made_up_until=made_up_until(session, team=context.team, first=last - timedelta(days=6), last=last),
    )


def _is_closed(session: Session, context: Context, row: schema.Course) -> bool:
    # What was asked for a date in the future, while a clock was wrong, closes nothing.
    until = context.clock().date().isoformat()
    newest = courses.newest_period(session, team=context.team, workflow=row.workflow_id, until=until)
    return newest is not None and newest > row.period


def _change(
    session: Session, context: Context, row: schema.Course, *, choice: Choice, by: str, note: str | None
) -> None:
    if _is_closed(session, context, row):
        raise Refused("This was asked again for a later week; choose there.")
    at, before, version = context.clock(), row.choice, row.version
    said = row.note if note is None and before == choice else note or None
    if not courses.choose(session, row.id, team=context.team, shown=version, choice=choice, by=by, note=said, at=at):
        raise Stale("Somebody has chosen since. It is drawn anew; look at it again.")
    subject = SubjectKind.COURSE.of(row.id)
    audit.record(
        session,
        team=context.team,
        at=at,
        actor=by,
        action="course.chosen",
        subject=subject,
        case=None,
        details={"workflow": row.workflow_id, "period": row.period, "choice": choice, "before": before},
    )
    _tell(session, context, row, choice=choice, before=before, at=at)


def _tell(
    session: Session, context: Context, row: schema.Course, *, choice: Choice, before: str | None, at: datetime
) -> None:
    """Have the question drawn as it stands, and the choice told in its thread."""
    subject = SubjectKind.COURSE.of(row.id)
    for channel in sorted(messages.channels_of(session, team=context.team, subject=subject)):
        outbox.want_view(session, team=context.team, kind=notices.COURSE, subject=subject, channel=channel, at=at)
        outbox.add_note(
            session,
            team=context.team,
            kind=notices.COURSE_NOTE,
            subject=subject,
            channel=channel,
            at=at,
            occasion=str(row.version),
            about={"choice": choice, "before": before or "", "version": str(row.version)},
        )


def course_note(context: Context, course: int, about: Mapping[str, str]) -> CourseNote | None:
    """Return the news of a choice; None where somebody has changed it since. Raise `Unknown`."""
    view = course_view(context, course)
    if str(view.version) != about["version"]:
        return None
    return CourseNote(
        choice=Choice(about["choice"]), before=Choice(about["before"]) if about["before"] else None, note=view.note
    )


def _checked(note: str | None) -> str | None:
    """Return a lead's words; empty for none. Raise `BadReason`."""
    if note is None:
        return None
    said = " ".join(note.split())
    if len(said) > MOST_NOTE:
        raise BadReason(f"a note has at most {MOST_NOTE} characters")
    problem = unstorable({"the note": said})
    if problem is not None:
        raise BadReason(problem)
    return said
