"""Making of digests: each once for its period, by whichever process wakes first.

A period without a digest, because nothing ran at its time, is covered by the next one, which says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from store import schema
from store.faces import FAILURES, LEADS
from store.governance import teams
from store.quality import digests
from store.slack import outbox
from store.subjects import SubjectKind
from workflows.engine.context import Context
from workflows.engine.digests.bias.looks import looks_at
from workflows.engine.digests.courses.choosing import ask
from workflows.engine.digests.courses.figures import Asked
from workflows.engine.digests.days import DAY, Days
from workflows.engine.digests.jobs import Job, job_called
from workflows.engine.digests.made_up import made_up_until
from workflows.engine.digests.periods import between, first_day, last_day
from workflows.engine.digests.scope import Scope
from workflows.engine.digests.views import DigestView, Figures
from workflows.engine.errors import Unknown

CLOCK = "clock"
"""The kind of the note that a digest was made for a future date; its subject is `digest:ID`."""


@dataclass(frozen=True, kw_only=True)
class _Period:
    """The period of the next digest."""

    days: Days
    before: str | None
    """The last date that is covered already."""
    missed: int


def make(
    context: Context, name: str, *, today: date, zone: ZoneInfo, workflow: str | None = None, channel: str = LEADS
) -> int | None:
    """Make the digest of the periods that were over when `today` began, have it posted, and return its id.

    It covers the last period, and the earlier ones since the last digest, as far back as its job allows; the very first
    one covers only the last period. None where that is covered already, or ended before the database was made, or where
    there is nothing to tell of. A digest for a future date, made while a clock was wrong, prevents no other; people are
    told of it. Raise `Unknown` for a job that there is not.
    """
    job = job_called(name)
    if job.is_wanted is not None and not job.is_wanted(context):
        return None
    # Counting takes long, so it is outside the writing transaction: on SQLite no case would go on meanwhile.
    with context.database.read() as session:
        period = _due(session, context, job, today=today, zone=zone, workflow=workflow)
        ahead = digests.ahead(session, team=context.team, job=job.name, of=today.isoformat())
    if ahead:
        _tell_of_wrong_clock(context, ahead)
    if period is None:
        return None
    figures = _figures(context, job, period.days, workflow)
    asked = _asked(context, job, period.days, workflow, figures)
    last = period.days.last.isoformat()
    with context.database.write() as session:
        if _covered(session, context, job, until=last, workflow=workflow) != period.before:
            return None
        at = context.clock()
        made = digests.add(
            session,
            team=context.team,
            job=job.name,
            workflow=workflow or "",
            period=last,
            covers_from=period.days.first.isoformat(),
            figures={"missed": period.missed, "figures": job.adapter.dump_python(figures, mode="json")},
            at=at,
        )
        if made is not None:
            outbox.add_note(
                session, team=context.team, kind="digest", subject=SubjectKind.DIGEST.of(made), channel=channel, at=at
            )
            ask(session, context, asked, last=period.days.last, channel=channel, at=at)
    return made


def is_missing(context: Context, name: str, *, today: date, zone: ZoneInfo, workflow: str | None = None) -> bool:
    """Tell whether the digest of the last period that was over when `today` began is still to be made."""
    job = job_called(name)
    if job.is_wanted is not None and not job.is_wanted(context):
        return False
    with context.database.read() as session:
        return _due(session, context, job, today=today, zone=zone, workflow=workflow) is not None


def preview(context: Context, name: str, *, today: date, zone: ZoneInfo, workflow: str | None = None) -> DigestView:
    """Return the digest of the last period that was over when `today` began, as it would be now. Nothing is kept.

    Raise `Unknown` for a job or a workflow that there is not.
    """
    job = job_called(name)
    if workflow is not None:
        context.registry.get(workflow)
    last = last_day(job.every, today)
    days = Days(first=first_day(job.every, last), last=last, zone=zone)
    with context.database.read() as session:
        made_up = made_up_until(session, team=context.team, first=days.first, last=days.last)
    return DigestView(
        id=None,
        job=job.name,
        every=job.every,
        first=days.first,
        last=days.last,
        missed=0,
        workflow=workflow,
        made_up_until=made_up,
        figures=_figures(context, job, days, workflow),
    )


def digest_view(context: Context, digest: int) -> DigestView:
    """Return the contents of a digest. Raise `Unknown`."""
    with context.database.read() as session:
        row = digests.get(session, digest, team=context.team)
        if row is None:
            raise Unknown(f"there is no digest {digest}")
        first, last = date.fromisoformat(row.covers_from), date.fromisoformat(row.period)
        made_up = made_up_until(session, team=context.team, first=first, last=last)
        looks = looks_at(session, digest, team=context.team)
    job = job_called(row.job)
    # Rows of schema 0025 and before hold the figures of the failure summary, without a name around them.
    figures = row.figures.get("figures", row.figures)
    return DigestView(
        id=row.id,
        job=job.name,
        every=job.every,
        first=first,
        last=last,
        missed=row.figures["missed"],
        workflow=row.workflow or None,
        made_up_until=made_up,
        figures=job.adapter.validate_python(figures),
        looks=looks,
        generation=context.restores.number,
    )


def _due(
    session: Session, context: Context, job: Job, *, today: date, zone: ZoneInfo, workflow: str | None
) -> _Period | None:
    """Return what the next digest has to cover; None where nothing is left."""
    last = last_day(job.every, today)
    before = _covered(session, context, job, until=last.isoformat(), workflow=workflow)
    first = first_day(job.every, last)
    if before is not None:
        first = max(date.fromisoformat(before) + DAY, min(first, last - (job.longest - 1) * DAY))
    first = max(first, _born(session, context, zone))
    if first > last:
        return None
    missed = between(job.every, date.fromisoformat(before), last) if before is not None else 0
    return _Period(days=Days(first=first, last=last, zone=zone), before=before, missed=missed)


def _covered(session: Session, context: Context, job: Job, *, until: str, workflow: str | None) -> str | None:
    return digests.latest_period(session, team=context.team, job=job.name, workflow=workflow or "", until=until)


def _figures(context: Context, job: Job, days: Days, workflow: str | None) -> Figures:
    if job.prepare is not None:
        job.prepare(context)
    with context.database.read() as session:
        return job.gather(session, Scope(context=context, days=days, at=context.clock(), workflow=workflow))


def _asked(context: Context, job: Job, days: Days, workflow: str | None, figures: Figures) -> Sequence[Asked]:
    if job.asks is None:
        return []
    with context.database.read() as session:
        return job.asks(session, Scope(context=context, days=days, at=context.clock(), workflow=workflow), figures)


def _born(session: Session, context: Context, zone: ZoneInfo) -> date:
    """Return the first local date about which the database can report."""
    made_at = teams.made_at(session, team=context.team)
    # A date in the future was recorded while a clock was wrong.
    return made_at.astimezone(zone).date() if made_at <= context.clock() else date.min


def _tell_of_wrong_clock(context: Context, ahead: Sequence[schema.Digest]) -> None:
    """Have people told, once for each, that a digest was made for a future date."""
    with context.database.write() as session:
        at = context.clock()
        for digest in ahead:
            subject = SubjectKind.DIGEST.of(digest.id)
            outbox.add_note_once(session, team=context.team, kind=CLOCK, subject=subject, channel=FAILURES, at=at)
