"""Marks of cases: what differs once a case stands otherwise, for those who wait for it. One query for all of them."""

from collections.abc import Collection

from sqlalchemy import String, literal, select, type_coerce, union_all
from sqlalchemy.orm import Session

from store.schema import Question, Run

Mark = frozenset[tuple[str, int, str]]
"""The states of a case's runs and questions. Two of one case are equal while nothing moved."""


def of_cases(session: Session, cases: Collection[int], *, team: int) -> dict[int, Mark]:
    """Return the marks of cases by case."""
    if not cases:
        return {}
    moving = union_all(
        *(
            select(literal(name), row.case_id, row.id, type_coerce(row.state, String)).where(
                row.team_id == team, row.case_id.in_(cases)
            )
            for name, row in (("run", Run), ("question", Question))
        )
    )
    found: dict[int, set[tuple[str, int, str]]] = {}
    for name, case, id, state in session.execute(moving):
        found.setdefault(case, set()).add((name, id, state))
    return {case: frozenset(marks) for case, marks in found.items()}
