"""Countersign for authors: what an automation imports, and nothing else of it.

    from countersign import Workflow, step
    from countersign.tools.dates import date_of
    from countersign.testing import Testbed, says    # in tests

Names are loaded when they are first used: the `countersign` command comes through here too, and `--help` is instant.
Importing this reaches no database, no Slack and no model.
"""

from typing import TYPE_CHECKING

from countersign.collisions import explained, refuse_shadows

if TYPE_CHECKING:
    from workflows import (
        Alternative,
        Ask,
        Autonomy,
        Backoff,
        BadDeclaration,
        Budget,
        CodeExited,
        ContractBroken,
        CountersignError,
        Document,
        Does,
        EInvoice,
        Example,
        Fetched,
        FindPersonal,
        InputBroken,
        InvalidInput,
        LookedUp,
        Message,
        NewDocument,
        NoProposal,
        NotAllowed,
        NotDone,
        OutcomeUnknown,
        OutputBroken,
        Personal,
        Place,
        Proposal,
        Reading,
        Rejection,
        Retention,
        Review,
        Rollout,
        Row,
        Run,
        Second,
        SourceAnswer,
        TimeLimitPassed,
        TimeLimits,
        TooSlow,
        TryAgain,
        Unclear,
        Undeclared,
        Workflow,
        WorkingHours,
        columns,
        content_of,
        read_rows,
        source_answers,
        step,
    )

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

refuse_shadows()

if not TYPE_CHECKING:  # a type checker would take any name for one of ours

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        with explained():
            import workflows

            if not {*__all__} <= {*workflows.__all__}:
                raise ImportError(f"{workflows.__file__} is not Countersign's")
            return getattr(workflows, name)

    def __dir__() -> list[str]:
        return sorted(__all__)
