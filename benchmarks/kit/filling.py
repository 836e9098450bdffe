"""Fast copies of a case: each of its rows many times, by one statement for each row."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, Column, ColumnElement, Row, String, Table, cast, func, insert, literal, select, text
from sqlalchemy.orm import Session

from store.db.database import Database
from store.schema import AuditRow, Base, Case, Content, Delivery, Proposal, Run, Step

_TABLES: tuple[type[Base], ...] = (Case, Content, Run, Step, Proposal, Delivery, AuditRow)
"""Tables with rows of a case, each after the tables that it refers to."""


@dataclass(frozen=True, kw_only=True)
class _Place:
    """The ids of the copies of a row."""

    first: int
    """Id of the first copy."""
    apart: int
    """Difference between the ids of two copies."""

    def of(self, copy: ColumnElement[int]) -> ColumnElement[int]:
        """Return the id of a copy by its number, from 0."""
        return literal(self.first) + copy * self.apart


def fill(database: Database, *, case: int, copies: int) -> None:
    """Copy an ended case with all its rows, so many times. Each copy gets a key of its own."""
    places: dict[tuple[str, int], _Place] = {}
    numbers = _numbers(copies)
    for declared in _TABLES:
        with database.write() as session:
            if database.dialect == "postgresql":
                # Copies refer to copies; checking each reference would take most of the time. Needs a superuser.
                session.execute(text("SET LOCAL session_replication_role = replica"))
            table = _table(declared)
            rows = _rows(session, table, case)
            newest = session.scalar(select(func.max(table.c.id))) or 0
            for index, row in enumerate(rows):
                places[table.name, row.id] = _Place(first=newest + 1 + index, apart=len(rows))
            for row in rows:
                columns = [column for column in table.c if row._mapping[column] is not None]
                values = [_value(table, row, column, places, numbers) for column in columns]
                session.execute(insert(table).from_select(columns, select(*values).select_from(numbers)))
            if database.dialect == "postgresql":
                sequence = func.pg_get_serial_sequence(table.name, "id")
                session.execute(select(func.setval(sequence, func.max(table.c.id))))


def _numbers(many: int) -> CTE:
    numbers = select(literal(0).label("number")).cte("numbers", recursive=True)
    return numbers.union_all(select(numbers.c.number + 1).where(numbers.c.number < many - 1))


def _table(declared: type[Base]) -> Table:
    table = declared.__table__
    assert isinstance(table, Table)
    return table


def _rows(session: Session, table: Table, case: int) -> list[Row[Any]]:
    """Return a case's rows in a table."""
    of_runs = select(Run.id).where(Run.case_id == case)
    if table.name == "cases":
        of_case = table.c.id == case
    elif "case_id" in table.c:
        of_case = table.c.case_id == case
    else:
        of_case = table.c.run_id.in_(of_runs)
    return list(session.execute(select(table).where(of_case).order_by(table.c.id)))


def _value(
    table: Table, row: Row[Any], column: Column[Any], places: dict[tuple[str, int], _Place], numbers: CTE
) -> ColumnElement[Any]:
    value = row._mapping[column]
    name = column.name
    if name == "id":
        return places[table.name, value].of(numbers.c.number)
    for key in table.c[name].foreign_keys:
        place = places.get((key.column.table.name, value))
        if place is not None:
            return place.of(numbers.c.number)
    if name == "key":
        return literal(f"{value}-copy-") + cast(numbers.c.number, String)
    return literal(value, type_=table.c[name].type)
