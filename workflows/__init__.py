"""The names that an author imports. An automation imports these names and nothing else of Countersign.

Importing this reaches no database, no Slack and no model.
"""

from workflows.documents.document import Document, NewDocument
from workflows.documents.e_invoice import EInvoice
from workflows.engine.case.files.rows import Reading, Row, columns, read_rows
from workflows.engine.declare.autonomy import Autonomy
from workflows.engine.declare.calls.backoff import Backoff
from workflows.engine.declare.case_files import content_of
from workflows.engine.declare.documents import Place
from workflows.engine.declare.incoming.fetching import Fetched
from workflows.engine.declare.incoming.messages import Message
from workflows.engine.declare.learning import Rollout
from workflows.engine.declare.personal import FindPersonal, Personal
from workflows.engine.declare.proposal import Proposal
from workflows.engine.declare.retention import Retention
from workflows.engine.declare.review import Review
from workflows.engine.declare.seconds import Second
from workflows.engine.declare.source_answers import source_answers
from workflows.engine.declare.steps import step
from workflows.engine.declare.workflow import Ask, Budget, Does, Example, Rejection, Run, TimeLimits, Workflow
from workflows.engine.declare.working_hours import WorkingHours
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
from workflows.model.lookup_fields import LookedUp
from workflows.model.port import Alternative, SourceAnswer

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
    "Document",
    "Does",
    "EInvoice",
    "Example",
    "Fetched",
    "FindPersonal",
    "InputBroken",
    "InvalidInput",
    "LookedUp",
    "Message",
    "NewDocument",
    "NoProposal",
    "NotAllowed",
    "NotDone",
    "OutcomeUnknown",
    "OutputBroken",
    "Personal",
    "Place",
    "Proposal",
    "Reading",
    "Rejection",
    "Retention",
    "Review",
    "Rollout",
    "Row",
    "Run",
    "Second",
    "SourceAnswer",
    "TimeLimitPassed",
    "TimeLimits",
    "TooSlow",
    "TryAgain",
    "Unclear",
    "Undeclared",
    "Workflow",
    "WorkingHours",
    "columns",
    "content_of",
    "read_rows",
    "source_answers",
    "step",
]
