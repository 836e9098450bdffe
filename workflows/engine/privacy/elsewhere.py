"""Rows beside those of cases in which words stand that are to be forgotten: they are named, and not changed.

Prompts are the author's, results of evals and digests are figures, and the audit is never changed: whoever is asked to
forget somebody has to know where these words still stand.
"""

from collections.abc import Callable, Sequence

from store.governance import other_texts
from workflows.engine.context import Context
from workflows.engine.privacy.views import RowsElsewhere

MOST = 20
"""Rows of a table that are named; the others are counted."""
_AT_ONCE = 1_000
"""Rows that are read at a time, so that a search takes little memory and no transaction is long."""


def rows_elsewhere(
    context: Context, stand_in: Callable[[str], bool], *, read: Callable[[int], None] = lambda _: None
) -> Sequence[RowsElsewhere]:
    """Return the rows beside those of cases in which the words stand, by table.

    `stand_in`: tells it for a text. `read`: told of each number of rows that were read. Every row is read, a batch at a
    time, each in a transaction of its own.
    """
    found = []
    for table in other_texts.tables():
        after, held = 0, list[int]()
        while True:
            with context.database.read() as session:
                batch = other_texts.of_table(session, table, team=context.team, after=after, limit=_AT_ONCE)
            if not batch:
                break
            held += [one.row for one in batch if stand_in(one.text)]
            after = batch[-1].row
            read(len(batch))
        if held:
            found.append(RowsElsewhere(table=table, number=len(held), rows=held[:MOST]))
    return found
