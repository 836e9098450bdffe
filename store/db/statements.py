"""Statements that are compiled once.

Such a statement is handed to the driver with its values: compiling it anew, or only looking for it in a cache, costs
more than running it. Worth it for what every case and every request to a model takes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, CursorResult, Dialect, Select
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase

MOST = 1_000
"""Statements of one kind that are kept: many more than a database needs, and no more where tests make many."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A statement as the driver takes it."""

    sql: str
    parameters: Mapping[str, Callable[[Any], Any] | None]
    """By name and in their order: what makes of a value what the driver takes; None: it takes the value as it is."""
    positional: bool

    def run(self, connection: Connection, values: Mapping[str, Any]) -> CursorResult[*tuple[Any, ...]]:
        """Run it with these values, which have to be all that it takes. What it returns is as the driver has it."""
        given = {
            name: values[name] if process is None else process(values[name])
            for name, process in self.parameters.items()
        }
        return connection.exec_driver_sql(self.sql, tuple(given.values()) if self.positional else given)


def compiled(
    statement: UpdateBase | Select[*tuple[Any, ...]], dialect: Dialect, columns: Sequence[str] | None = None
) -> Statement:
    """Compile a statement whose values are all named: by `bindparam`, or, of an insert, by its `columns`."""
    made: SQLCompiler = statement.compile(dialect=dialect, column_keys=columns)
    order = made.positiontup if made.positional else made.binds
    assert order is not None
    types = {name: made.binds[name].type for name in order}
    return Statement(
        sql=str(made),
        parameters={name: kind.dialect_impl(dialect).bind_processor(dialect) for name, kind in types.items()},
        positional=made.positional,
    )
