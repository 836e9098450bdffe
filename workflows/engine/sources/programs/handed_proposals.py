"""Proposals that sources hand in with their cases: checked at once, so that the source hears what does not fit."""

from collections.abc import Mapping
from itertools import islice

from pydantic import JsonValue

from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import InvalidInput, Misfit, TimeLimitPassed
from workflows.engine.propose.handed import read_proposal

_MOST = 20
"""Errors of one proposal that are named at most."""


def read_handed(workflow: AnyWorkflow, proposal: Mapping[str, JsonValue]) -> str:
    """Return the JSON of a source's proposal, for `Accepted.handed`.

    Raise `InvalidInput` where the workflow takes none, or where it does not fit: `errors` names each part by its place
    in the proposal, such as `output.amount` or `reasons.3`.
    """
    if workflow.handed_proposals == "refuse":
        raise InvalidInput(f"{workflow.name} takes no proposal from outside: hand the case in without one")
    try:
        return read_proposal(workflow, proposal)
    except Misfit as error:
        named = dict(islice(error.errors.items(), _MOST))
        raise InvalidInput(str(Misfit(named)), errors=named) from error
    except TimeLimitPassed as error:
        raise InvalidInput(str(error)) from error
