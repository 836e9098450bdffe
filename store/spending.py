"""What is spent and reserved of a budget: one row for each, and one statement that cannot take more than there is."""

from decimal import Decimal

from sqlalchemy import literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from store.schema import Spending
from store.types import Money


def take(session: Session, *, team: int, budget: str, period: str, amount: Decimal, limit: Decimal) -> bool:
    """Take an amount of a budget, in US dollars; False where it would go over the limit, and nothing is taken then."""
    if amount > limit:
        return False
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(Spending).values(team_id=team, budget=budget, period=period, taken=amount)
    row = session.connection().scalar(
        statement.on_conflict_do_update(
            index_elements=["team_id", "budget", "period"],
            set_={"taken": Spending.taken + statement.excluded.taken},
            # Said, since the sum's type would be plain numbers.
            where=Spending.taken + statement.excluded.taken <= literal(limit, Money()),
        ).returning(Spending.id)
    )
    return row is not None


def correct(session: Session, *, team: int, budget: str, period: str, by: Decimal) -> None:
    """Change what was taken of a budget by an amount that may be negative: what it took is known now."""
    session.connection().execute(
        update(Spending)
        .where(Spending.team_id == team, Spending.budget == budget, Spending.period == period)
        .values(taken=Spending.taken + literal(by, Money()))
    )


def taken(session: Session, *, team: int, budget: str, period: str) -> Decimal:
    """US dollars that are spent or reserved of a budget."""
    query = select(Spending.taken).where(Spending.team_id == team, Spending.budget == budget, Spending.period == period)
    return session.scalar(query) or Decimal(0)
