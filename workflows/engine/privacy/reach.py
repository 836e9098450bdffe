"""The reach of a removal beyond the rows of cases: what it gets at, and what it does not, named with its place."""

from collections.abc import Callable, Collection

from store.sources import origins
from store.states import SourceKind
from workflows.engine.context import Context
from workflows.engine.privacy import messages
from workflows.engine.privacy.elsewhere import rows_elsewhere
from workflows.engine.privacy.examples import examples_with, leave_them_out
from workflows.engine.privacy.subjects import Words
from workflows.engine.privacy.views import Reach


def reach_of(
    context: Context,
    cases: Collection[int],
    *,
    words: Words | None = None,
    read: Callable[[int], None] = lambda _: None,
) -> Reach:
    """Return what stands beside the rows of these cases. Nothing is changed.

    `words`: those of a subject; None: nothing is searched. `read`: told of each number of rows that were read.
    """
    with context.database.read() as session:
        unknown = sum(messages.out_of_reach(session, case, team=context.team) for case in cases)
        origin = [origins.of_case(session, case, team=context.team) for case in cases]
    told = sorted({one.name for one in origin if one is not None and one.kind is SourceKind.API})
    if words is None:
        return Reach(unknown_notes=unknown, sources=told)
    return Reach(
        unknown_notes=unknown,
        sources=told,
        examples=examples_with(context, words.stand_in_json),
        elsewhere=rows_elsewhere(context, words.stand_in, read=read),
    )


def take_out(context: Context, reach: Reach, *, by: str) -> None:
    """Have the local models learn without the examples in which the words stand. Called twice, it is done once."""
    leave_them_out(context, reach.examples, by=by)
