"""The outcome that a case was made from, as the card of its review names it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from store import schema
from store.cases import cases, contents, runs
from store.cases.review import reviews
from store.governance import teams
from store.sources import follow_ups, origins
from store.states import Resolution
from workflows.engine.case.lookup import key_in_channel
from workflows.engine.context import Context
from workflows.engine.review.standing import standing
from workflows.engine.review.views import MadeFrom


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The outcome, as far as it is kept."""

    case: int
    key: str
    workflow: str
    input: str | None
    """JSON; None where it was removed."""
    by: str | None
    is_correction: bool

    def in_channel(self, context: Context) -> MadeFrom:
        """Return it as a channel may be shown it. The author's code is called, so outside transactions."""
        known = context.registry.get(self.workflow) if self.workflow in context.registry else None
        return MadeFrom(
            case=self.case,
            key=key_in_channel(known, self.input, self.key),
            workflow=self.workflow,
            by=self.by,
            is_correction=self.is_correction,
        )


def made_from(session: Session, context: Context, run: schema.Run) -> Origin | None:
    """Return the outcome that a run's case was made from; None where it came from elsewhere."""
    team, origin = context.team, origins.of_case(session, run.case_id, team=context.team)
    follow_up = origin.follow_up if origin is not None else None
    row = follow_ups.get(session, follow_up, team=team) if follow_up is not None else None
    case = cases.get(session, row.case_id, team=team) if row is not None else None
    parent = runs.get(session, row.run_id, team=team) if row is not None else None
    if row is None or case is None or parent is None:
        return None
    return Origin(
        case=case.id,
        key=case.key,
        workflow=teams.workflow_name(session, case.workflow_id, team=team),
        input=contents.body(session, parent.input_id, team=team),
        by=decided_by(session, parent),
        is_correction=bool(follow_ups.earlier(session, row)),
    )


def decided_by(session: Session, run: schema.Run) -> str | None:
    """Return the person who decided a run; None where nobody did."""
    if run.resolution not in (Resolution.BY_PERSON, Resolution.REJECTED):
        return None
    review = reviews.decided_for(session, run.id, team=run.team_id)
    made = standing(reviews.decisions(session, review.id, team=run.team_id)) if review is not None else []
    return made[-1].by if made else None
