"""Cases whose content was removed: what needs the content is refused, in words."""

from datetime import datetime

from sqlalchemy.orm import Session

from store import schema
from store.cases import cases, contents
from workflows.engine.errors import ContentRemoved


def has_content(session: Session, run: schema.Run) -> bool:
    """Tell whether nothing that this run needs of its case's content was removed."""
    try:
        refuse_removed(session, run)
    except ContentRemoved:
        return False
    return True


def refuse_removed(session: Session, run: schema.Run) -> None:
    """Raise `ContentRemoved` where the content of a run's case was removed, or of this run's input or output.

    The caller holds the case.
    """
    case = cases.get(session, run.case_id, team=run.team_id)
    if case is not None and case.erased_at is not None:
        raise ContentRemoved(case=case.id, at=case.erased_at)
    needed = [one for one in (run.input_id, run.output_id) if one is not None]
    if None in contents.bodies(session, needed, team=run.team_id).values():
        said = f"content of case {run.case_id} was removed when its time was over, so nothing more is done with it"
        raise ContentRemoved(said, case=run.case_id)


def intake_refused(key: str, erased_at: datetime | None) -> str:
    """Return why an input is not taken in. `key`: that of its case. `erased_at`: when its content was removed."""
    on = f" on {_day(erased_at)}" if erased_at is not None else ""
    return f"the content of case {key} was removed{on}; hand it in under another key"


def _day(time: datetime) -> str:
    return f"{time:%Y-%m-%d}"
