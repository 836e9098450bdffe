"""The groups that a run's case is in, by its workflow's segments: found by the author's code, and kept with the run."""

from collections.abc import Mapping, Sequence

import structlog

from store.quality import segments
from workflows.engine.context import Context
from workflows.engine.declare.calls.author_code import within
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.declare.segments import LONGEST
from workflows.engine.text.sanitize import sanitize

log = structlog.get_logger()

MOST_GROUPS = 50
"""Most groups of a segment. What comes after counts as `OTHER`, so that no group is as good as a name. Processes that
see new ones at the same moment may each add one more.
"""
OTHER = "other"
NO_GROUP = ""
"""The group of a case for which the author's function gave none, or failed."""


def groups_of(workflow: AnyWorkflow, input_body: str) -> dict[str, str]:
    """Return segment -> the group of a case. `input_body`: its input as JSON, of which each function gets a copy.

    Code that fails puts its case in no group, and concerns nothing else.
    """
    return {name: _group(workflow, name, input_body) for name in workflow.segments}


def _group(workflow: AnyWorkflow, name: str, input_body: str) -> str:
    function = workflow.segments[name]
    try:
        said: object = within(workflow, f"the segment {name}", lambda: function(read(workflow.input, input_body)))
        if not isinstance(said, str):
            raise TypeError(f"a group is a text, not {type(said).__name__}")
        group = " ".join(sanitize(str.__str__(said)).split())
        # Kept with each case, it is cut as it always was: another cut would make two groups of one.
        return group if len(group) <= LONGEST else f"{group[: LONGEST - 1]}…"
    except Exception as error:  # noqa: BLE001  # the author's code: its case is told as one without a group
        log.warning("segment.failed", workflow=workflow.name, segment=name, error=type(error).__name__)
        return NO_GROUP


class Groups:
    """The groups that this process knows. A new one is added by itself, before the transaction that needs it."""

    def __init__(self, context: Context) -> None:
        """Know none yet."""
        self._context = context
        self._known: dict[tuple[int, str], dict[str, int]] = {}
        """Workflow's id and segment -> the id of each group."""

    def ids(self, workflow: int, groups: Mapping[str, str]) -> Sequence[int]:
        """Return the ids of these groups of a workflow, by its id; new ones are added."""
        return [self._id(workflow, name, value) for name, value in groups.items()]

    def _id(self, workflow: int, name: str, value: str) -> int:
        known = self._known.get((workflow, name), {})
        if value not in known and len(known) <= MOST_GROUPS:
            with self._context.database.write() as session:
                known = segments.with_group(
                    session,
                    name,
                    value,
                    team=self._context.team,
                    workflow=workflow,
                    at_most=MOST_GROUPS,
                    otherwise=OTHER,
                )
            # Only once it is committed: what was rolled back would be a group that is not there.
            self._known[workflow, name] = known
        return known.get(value) or known[OTHER]
