"""The time between two times, in a query: to the microsecond, and the same on both databases."""

from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

Time = ColumnElement[datetime] | InstrumentedAttribute[datetime]
"""A column with times, of a table or of a subquery."""


class _Microseconds(FunctionElement[int]):
    """Microseconds since 1970."""

    type = BigInteger()
    name = "microseconds"
    inherit_cache = True


@compiles(_Microseconds, "postgresql")
def _on_postgresql(element: _Microseconds, compiler: SQLCompiler, **kw: object) -> str:
    return f"CAST(EXTRACT(EPOCH FROM {compiler.process(element.clauses, **kw)}) * 1000000 AS bigint)"


@compiles(_Microseconds, "sqlite")
def _on_sqlite(element: _Microseconds, compiler: SQLCompiler, **kw: object) -> str:
    # Its functions of time count milliseconds; the digits after the point are read as they are kept.
    time = compiler.process(element.clauses, **kw)
    seconds = f"CAST(strftime('%s', substr({time}, 1, 19)) AS INTEGER)"
    return f"({seconds} * 1000000 + CAST(substr({time}, 21, 6) AS INTEGER))"


def microseconds_between(earlier: Time, later: Time) -> ColumnElement[int]:
    """Return the microseconds from one column's time to another's."""
    return _Microseconds(later) - _Microseconds(earlier)
