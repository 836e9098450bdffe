"""Decides: what an automation's author uses. An automation imports these names and nothing else of Countersign.

Importing this reaches no database, no Slack and no model.
"""

from workflows.engine.backoff import Backoff
from workflows.engine.declared import Ask, Autonomy, Budget, Does, Example, Rejection, Review, Run, TimeLimits
from workflows.engine.definition import Workflow
from workflows.engine.errors import (
    BadDeclaration,
    CodeExited,
    ContractBroken,
    CountersignError,
    InputBroken,
    InvalidInput,
    NoProposal,
    NotAllowed,
    NotDone,
    OutcomeUnknown,
    OutputBroken,
    TimeLimitPassed,
    TooSlow,
    TryAgain,
    Unclear,
    Undeclared,
)
from workflows.engine.proposal import Proposal
from workflows.engine.rows import Reading, Row, columns, read_rows
from workflows.engine.steps import step
from workflows.model.lookup import LookedUp
from workflows.model.port import Alternative

__all__ = [
    "Alternative",
    "Ask",
    "Autonomy",
    "Backoff",
    "BadDeclaration",
    "Budget",
    "CodeExited",
    "ContractBroken",
    "CountersignError",
    "Does",
    "Example",
    "InputBroken",
    "InvalidInput",
    "LookedUp",
    "NoProposal",
    "NotAllowed",
    "NotDone",
    "OutcomeUnknown",
    "OutputBroken",
    "Proposal",
    "Reading",
    "Rejection",
    "Review",
    "Row",
    "Run",
    "TimeLimitPassed",
    "TimeLimits",
    "TooSlow",
    "TryAgain",
    "Unclear",
    "Undeclared",
    "Workflow",
    "columns",
    "read_rows",
    "step",
]
