"""Records that somebody wanted to do what they have no right to: nothing changes, and it can be found."""

from store import audit, cases, pausing
from workflows.engine.context import Context
from workflows.engine.errors import Unknown
from workflows.engine.history import cases_meant


def note(context: Context, case: int, *, by: str, wanted: str) -> None:
    """Record a refusal. `wanted`: what the person wanted to do, as a verb. Raise `Unknown`."""
    with context.database.write(urgent=True) as session:
        row = cases.get(session, case)
        if row is None:
            raise Unknown(f"there is no case {case}")
        audit.record(
            session,
            team=row.team_id,
            at=context.clock(),
            actor=by,
            action=f"{wanted}.refused",
            subject=f"case:{case}",
            case=case,
        )


def note_unseen(context: Context, reference: str, *, by: str, wanted: str) -> None:
    """Record that somebody asked for a case that they may not know of, or that is not there. `wanted`: as for `note`.

    The same is done for both: by the time that it takes they are not told apart either.
    """
    meant = cases_meant(context, reference)
    with context.database.write(urgent=True) as session:
        case = meant[0] if meant else None
        subject = f"case:{case}" if case is not None else "case:unknown"
        at, action = context.clock(), f"{wanted}.refused"
        audit.record(session, team=context.team, at=at, actor=by, action=action, subject=subject, case=case)


def note_of_nothing(context: Context, kind: str, *, by: str, wanted: str) -> None:
    """Record that somebody acted on something of a kind that is not there. `wanted`: as for `note`."""
    with context.database.write(urgent=True) as session:
        at, action, subject = context.clock(), f"{wanted}.refused", f"{kind}:unknown"
        audit.record(session, team=context.team, at=at, actor=by, action=action, subject=subject, case=None)


def note_of_workflow(context: Context, workflow: str, *, by: str, wanted: str) -> None:
    """Record a refusal that is about a workflow and no case of it. `wanted`: as for `note`."""
    with context.database.write(urgent=True) as session:
        at = context.clock()
        row = pausing.row_of(session, team=context.team, name=workflow, at=at)
        subject = f"workflow:{row}"
        audit.record(
            session, team=context.team, at=at, actor=by, action=f"{wanted}.refused", subject=subject, case=None
        )
