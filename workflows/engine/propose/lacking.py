"""The parts that a case lacks, as its workflow's author names them."""

from collections.abc import Sequence

from pydantic import BaseModel

from workflows.engine.declare.calls.author_code import within
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.text.sanitize import one_line

MOST = 10
"""Parts that are named; more are left out."""
_LONGEST = 100
"""Most characters of the name of a part."""


def lacking_in(workflow: AnyWorkflow, input: BaseModel) -> tuple[str, ...]:
    """Return the names of what a case lacks. Raise whatever the author's function raises, or `TypeError`."""
    function = workflow.missing_by
    if function is None:
        return ()

    def named() -> Sequence[str]:
        said: object = function(input)
        if isinstance(said, (list, tuple)) and all(isinstance(one, str) for one in said):
            return said
        raise TypeError(f"missing has to return a list of texts, it returned {said!r:.80}")

    each = (one_line(one, _LONGEST) for one in within(workflow, "naming what is missing", named))
    return tuple(dict.fromkeys(one for one in each if one))[:MOST]
