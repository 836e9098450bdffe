"""Hears what is sent to a database, both through SQLAlchemy and as a statement that is compiled once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from store.db.changes import Changes
from store.db.statements import Statement
from tests.waiting import wait_until

Heard = tuple[str, Any]
"""A statement with its values, as the driver takes them."""


@contextmanager
def heard(engine: Engine) -> Iterator[list[Heard]]:
    """Collect all statements of the block, in their order. Of one for many rows, the values of the first are kept."""
    said: list[Heard] = []

    def hear(_1: object, _2: object, statement: str, values: Any, _3: object, many: bool) -> None:
        if not statement.startswith("BEGIN"):
            said.append((statement, values[0] if many else values))

    def given(statement: Statement, values: Mapping[str, Any]) -> Any:
        taken = as_given(statement, values)
        said.append((statement.sql, taken))
        return taken

    def run_each(
        statement: Statement, session: Session, rows: Sequence[Mapping[str, Any]], same: Mapping[str, Any]
    ) -> Any:
        said.append((statement.sql, as_given(statement, {**rows[0], **same})))
        return as_run(statement, session, rows, same)

    as_given, as_run = Statement.given, Statement.run_each
    event.listen(engine, "before_cursor_execute", hear)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Statement, "given", given)
        patch.setattr(Statement, "run_each", run_each)
        try:
            yield said
        finally:
            event.remove(engine, "before_cursor_execute", hear)


@contextmanager
def resting(engine: Engine) -> Iterator[Callable[[], bool]]:
    """Yield a function that tells whether a loop rests: it only asks, several times, whether anything was committed."""
    asked: list[int] = []
    ask = Changes.are_there

    def counted(made: Changes) -> bool:
        asked.append(1)
        return ask(made)

    with heard(engine) as said, pytest.MonkeyPatch.context() as patch:
        patch.setattr(Changes, "are_there", counted)

        def rests() -> bool:
            before, since = len(said), len(asked)
            wait_until(lambda: len(asked) >= since + 5)
            return len(said) == before

        yield rests
