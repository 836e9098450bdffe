"""News of volume tests for a workflow's owner and whoever began the test: that it ended, and that all is judged."""

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from store import schema
from store.governance import teams
from store.learning import volume_tests
from workflows.engine.case import learning_notices
from workflows.engine.context import Context
from workflows.engine.declare.names import can_be_written_to
from workflows.quality.volume.reports import PROMISE, report
from workflows.quality.volume.views import News, Report, Verdict, VolumeNote

MayJudge = Callable[[str, str], bool]
"""Function that tells whether a person may judge cases of a workflow."""


def tell_tried(session: Session, context: Context, row: schema.VolumeTest, *, failed: int, packed: int) -> None:
    """Have people told that all inputs of a test were tried, in the transaction that notes it."""
    _tell(session, context, row, News.TRIED, {"tried": row.size, "failed": failed, "packed": packed})


def finish(context: Context, test: int, *, by: str) -> Report | None:
    """Make the report of a volume test of which all cases are judged, and have people told, once.

    Return None where cases wait, where the report is made, or where its inputs are removed. Raise `Unknown`.
    """
    with context.database.read() as session:
        row = volume_tests.get(session, test, team=context.team)
        if row is None or row.ended_at is None or row.removed_at is not None or not row.packed:
            return None
        if volume_tests.waiting(session, test, team=context.team):
            return None
        kept = row.report
    if kept is not None and not kept.get("waiting"):
        return None

    def tell(session: Session, made: Report) -> None:
        assert row is not None
        about = {"tried": made.tried, "packed": made.packed, "verdict": made.verdict}
        _tell(session, context, row, News.JUDGED, about)

    return report(context, test, promise=float((kept or {}).get("promise") or PROMISE), by=by, and_then=tell)


def volume_note(context: Context, person: str, about: Mapping[str, str], *, may: MayJudge) -> VolumeNote:
    """Return news of a volume test for a person. `about`: the facts of the note. Raise `Unknown`."""
    test, workflow = int(about["test"]), about["workflow"]
    with context.database.read() as session:
        waits = volume_tests.waiting(session, test, team=context.team) > 0
    return VolumeNote(
        news=News(about["news"]),
        generation=context.restores.number,
        test=test,
        workflow=workflow,
        tried=int(about["tried"]),
        failed=int(about.get("failed", 0)),
        packed=int(about["packed"]),
        verdict=Verdict(about["verdict"]) if "verdict" in about else None,
        may_judge=waits and may(person, workflow),
    )


def _tell(
    session: Session, context: Context, row: schema.VolumeTest, news: News, figures: Mapping[str, object]
) -> None:
    name = teams.workflow_name(session, row.workflow_id, team=context.team)
    owner = {context.registry.get(name).owner} if name in context.registry else set()
    about = {"news": news.value, "test": str(row.id), "workflow": name}
    about |= {key: str(value) for key, value in figures.items()}
    for person in sorted(one for one in owner | {row.by} if can_be_written_to(one)):
        learning_notices.volume_test(
            session,
            team=context.team,
            person=person,
            workflow=row.workflow_id,
            occasion=f"{news} {row.id}",
            about=about,
            at=context.clock(),
        )
