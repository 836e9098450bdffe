"""Sentences that an agent reads beside a case: what it stands at, and what the agent does next.

They hold no word of a person or of another system: those are in the data beside them.
"""

from workflows.engine.sources.views import CaseOutcome, CaseState, DecidedBy

_ACT = "Do exactly what is in `approved`, and compare its `digest` first."


def next_step(outcome: CaseOutcome) -> str:
    """Say how a case stands, and what the agent that brought it does next."""
    case = outcome.id
    match outcome.state:
        case CaseState.ASKED:
            return f"A person asks about case {case}, see `question`, and waits for your answer: use answer_question."
        case CaseState.DELIVERED:
            return f"Case {case} is {_how(outcome)}. {_ACT}"
        case CaseState.CLOSED:
            return f"Case {case} was refused: do not do it. The reason, if one was given, is in `reason`."
        case CaseState.EXPIRED:
            return f"Nobody decided about case {case} in time. It is not approved, and nobody refused it: do not do it."
        case CaseState.FAILED:
            return f"Case {case} stopped with an error, and people are looking at it. It is not done: {_again(case)}"
        case CaseState.IN_DOUBT:
            return f"Nobody knows yet whether case {case} was delivered; a person is finding out: {_again(case)}"
        case CaseState.NEEDS_PERSON:
            return f"Case {case} waits for a person. It is not approved yet: {_again(case)}"
        case CaseState.IN_PROGRESS:
            return f"Case {case} is being worked on. It is not approved yet: {_again(case)}"


def _how(outcome: CaseOutcome) -> str:
    if outcome.being_corrected:
        return "decided, and a person looks at whether that was wrong"
    match outcome.decided_by:
        case DecidedBy.ALONE:
            return "decided by the rules of its workflow, without a person"
        case DecidedBy.LAPSE:
            return "decided by the rule for cases that nobody answers in time"
        case _:
            return "approved with changes" if outcome.edited else "approved"


def _again(case: int) -> str:
    return f"ask again with case_status({case}, wait=60)."
