"""Records that somebody wanted to do what they have no right to: nothing changes, and it can be found."""

from store import audit, cases
from workflows.engine.context import Context
from workflows.engine.errors import Unknown


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
