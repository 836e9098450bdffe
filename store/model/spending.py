"""Budgets: the sum spent and reserved of each, and one statement that cannot take more than its limit.

Each request to a model takes from two budgets and corrects both, so these statements are compiled once.
"""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from sqlalchemy import Dialect, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from store.db.statements import MOST, Statement, compiled, connection_of
from store.schema import Spending
from store.types import Money


def take(session: Session, *, team: int, budget: str, period: str, amount: Decimal, limit: Decimal) -> bool:
    """Take an amount from a budget, in US dollars; False where it would exceed the limit: nothing is taken then."""
    if amount > limit:
        return False
    values = {"team_id": team, "budget": budget, "period": period, "taken": amount, "limit": limit}
    return _take(connection_of(session).dialect).run(session, values).fetchone() is not None


def correct(session: Session, *, team: int, budget: str, period: str, by: Decimal) -> None:
    """Change the sum taken from a budget by an amount, negative or not, once the real cost is known."""
    values = {"of_team": team, "of_budget": budget, "of_period": period, "by": by}
    _correct(connection_of(session).dialect).queue(session, values)


def taken(session: Session, *, team: int, budget: str, period: str) -> Decimal:
    """Return the US dollars that are spent or reserved of a budget."""
    query = select(Spending.taken).where(Spending.team_id == team, Spending.budget == budget, Spending.period == period)
    return session.scalar(query) or Decimal(0)


def of_days(
    session: Session, *, team: int, budgets: Sequence[str], first: str, last: str
) -> dict[tuple[str, str], Decimal]:
    """Return the US dollars spent or reserved of budgets, by (budget, day). `first`, `last`: days, as YYYY-MM-DD."""
    query = select(Spending.budget, Spending.period, Spending.taken).where(
        Spending.team_id == team, Spending.budget.in_(budgets), Spending.period >= first, Spending.period <= last
    )
    return {(budget, period): taken for budget, period, taken in session.execute(query)}


@lru_cache(maxsize=MOST)
def _take(dialect: Dialect) -> Statement:
    insert = postgresql.insert if dialect.name == "postgresql" else sqlite.insert
    adding = insert(Spending)
    taken = Spending.taken + adding.excluded.taken
    statement = adding.on_conflict_do_update(
        index_elements=["team_id", "budget", "period"],
        set_={"taken": taken},
        # The type is given here, since a sum would become a plain number.
        where=taken <= bindparam("limit", type_=Money()),
    ).returning(Spending.id)
    return compiled(statement, dialect, ["team_id", "budget", "period", "taken"])


@lru_cache(maxsize=MOST)
def _correct(dialect: Dialect) -> Statement:
    statement = (
        update(Spending)
        .where(
            Spending.team_id == bindparam("of_team"),
            Spending.budget == bindparam("of_budget"),
            Spending.period == bindparam("of_period"),
        )
        .values(taken=Spending.taken + bindparam("by", type_=Money()))
    )
    return compiled(statement, dialect)
