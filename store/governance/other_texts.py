"""Texts in all tables but those that hold the content of cases: whatever a table holds, it is looked at.

So a table that is added is looked at too. It is for a search that no index can help with.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import JSON, Column, String, Table, Text, select
from sqlalchemy.orm import Session

from store.schema import Base

ELSEWHERE = frozenset({"contents", "steps", "cases", "reports", "causes"})
"""Tables that are searched by themselves, since what is found there is removed."""


@dataclass(frozen=True, kw_only=True)
class OtherText:
    """All texts of one row, a line for each."""

    row: int
    text: str


def tables() -> Sequence[str]:
    """Return the names of the tables that hold texts."""
    return [table.name for table in Base.metadata.sorted_tables if table.name not in ELSEWHERE and _texts(table)]


def of_table(session: Session, name: str, *, team: int, after: int, limit: int) -> Sequence[OtherText]:
    """Return the texts of the next rows of a table, by id."""
    table = Base.metadata.tables[name]
    theirs = table.c.team_id == team if "team_id" in table.c else table.c.id == team
    query = select(table.c.id, *_texts(table)).where(theirs, table.c.id > after).order_by(table.c.id).limit(limit)
    return [OtherText(row=row[0], text="\n".join(_plain(row[1:]))) for row in session.execute(query)]


def _texts(table: Table) -> list[Column[object]]:
    return [column for column in table.c if isinstance(column.type, String | Text | JSON)]


def _plain(values: Sequence[object]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif value is not None:
            yield json.dumps(value, ensure_ascii=False)
