"""Statements that are compiled once.

Such a statement goes to the driver with its values. To compile it anew, or only to find it in a cache, costs more than
to run it. Worth it for the statements of every case and of every request to a model.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from sqlalchemy import Connection, CursorResult, Dialect, Select
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase

MOST = 1_000
"""Most statements of one kind that are kept: far more than a database needs, and a bound for tests that make many."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A statement as the driver takes it."""

    sql: str
    parameters: Mapping[str, Callable[[Any], Any] | None]
    """Conversions for the driver by name, in the statement's order; None: the driver takes the value as it is."""
    positional: bool

    def run(self, connection: Connection, values: Mapping[str, Any]) -> CursorResult[*tuple[Any, ...]]:
        """Run the statement with exactly these values. The rows hold values as the driver returns them."""
        given = {
            name: values[name] if process is None else process(values[name])
            for name, process in self.parameters.items()
        }
        return connection.exec_driver_sql(self.sql, tuple(given.values()) if self.positional else given)

    def run_each(
        self, connection: Connection, rows: Sequence[Mapping[str, Any]], same: Mapping[str, Any]
    ) -> CursorResult[*tuple[Any, ...]]:
        """Run the statement for each of the rows, in one call of the driver. `same`: values that all rows have.

        Only for a statement that is positional and returns no rows.
        """
        columns = [
            repeat(_taken(process, same[name]), len(rows))
            if name in same
            else [_taken(process, row[name]) for row in rows]
            for name, process in self.parameters.items()
        ]
        return connection.exec_driver_sql(self.sql, list(zip(*columns, strict=True)))


def _taken(process: Callable[[Any], Any] | None, value: Any) -> Any:
    return value if process is None else process(value)


def compiled(
    statement: UpdateBase | Select[*tuple[Any, ...]], dialect: Dialect, columns: Sequence[str] | None = None
) -> Statement:
    """Compile a statement with named values: by `bindparam`, or, for an insert, by its `columns`."""
    made: SQLCompiler = statement.compile(dialect=dialect, column_keys=columns)
    order = made.positiontup if made.positional else made.binds
    assert order is not None
    types = {name: made.binds[name].type for name in order}
    return Statement(
        sql=str(made),
        parameters={name: kind.dialect_impl(dialect).bind_processor(dialect) for name, kind in types.items()},
        positional=made.positional,
    )
