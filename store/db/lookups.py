"""Conditions that are looked up for each row by itself."""

from sqlalchemy import ColumnElement, literal_column, select


def is_found(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that there is such a row.

    It is an EXISTS that PostgreSQL looks up along the indexes, for each row of the query. A plain one it may work out
    for all rows at once, without what names the row: where the rest is joined by no key, such as a revision, these
    are a person's decisions times all runs. An offset, even of nothing, keeps it from that.
    """
    return select(literal_column("1")).where(*conditions).offset(literal_column("0")).exists()
