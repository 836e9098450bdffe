"""Reasons in words, made from the code of each and its values."""

from collections.abc import Mapping, Sequence

from handlers.texts.plain import duration, percent, source_named
from workflows.engine.declare.charter import Missing
from workflows.engine.declare.versions import Undeployed
from workflows.engine.reasons import Change, Code, FieldNumber, Reason

_MISSING: Mapping[str, str] = {
    Missing.BACKUP: "somebody who stands in for the owner",
    Missing.MAY: "what it may do",
    Missing.NEVERS: "what it never does",
    Missing.REVIEWERS: "who reviews",
    Missing.TOLD: "who is told",
}
IN_SHADOW = "in shadow: your answer is compared with the AI's, which nobody sees before"
SAME_AGAIN = "the model proposes the same again"
_NAMED = 8
"""Fields that are named; more are counted."""


UNDEPLOYED: Mapping[str, str] = {
    Undeployed.NOTHING: "no version of this workflow is deployed",
    Undeployed.CODE: "its code has changed since it was deployed",
    Undeployed.MODEL: "the settings name another model than was deployed",
}


HELD_BACK: Mapping[str, str] = {
    "behind": "spot checks are behind",
}
"""Code of why earned autonomy is not used for now -> its words."""


def in_words(reason: Reason) -> str:
    """Put a reason into words."""
    match reason.code:
        case Code.NEVER if reason.rule is not None:
            return f"never: {reason.rule}"
        case Code.NEVER_UNCHECKED if reason.rule is not None:
            return f"the rule “never {reason.rule}” could not be checked" + (f": {reason.said}" if reason.said else "")
        case Code.DECIDED_BEFORE if reason.change is Change.FORM:
            return f"the form has changed since the decision: {reason.said}"
        case Code.DECIDED_BEFORE if reason.change is Change.RULES:
            return "a rule was added or changed since the decision"
        case Code.CORRECTION:
            return "it corrects what was delivered"
        case Code.REPORTED:
            return "somebody says that what was delivered is wrong"
        case Code.PAUSED:
            return f"this workflow is paused{f' by {reason.by}' if reason.by else ''}: {reason.said}"
        case Code.OUT_OF_SCOPE:
            return "it is outside what this workflow may decide"
        case Code.OUTSIDE_SHARE if reason.share is not None:
            return f"it is not among the {percent(reason.share)} of the cases that are looked at so far"
        case Code.SECOND if reason.fields:
            return _against(reason.fields[0])
        case Code.NO_SECOND:
            return "there is no second opinion: the local model has not learned such answers"
        case Code.DRAFT:
            return "this workflow only drafts; a person decides every case"
        case Code.NOT_EARNED:
            return "its autonomy is not earned yet"
        case Code.SHADOW:
            return IN_SHADOW
        case Code.HELD_BACK:
            return held_back(reason.said)
        case Code.NO_EPOCH:
            return "only the live version earns autonomy, and another one proposed this"
        case Code.STOPPED:
            return f"{reason.by or 'somebody'} stopped it before it went out"
        case Code.WITHDRAWN:
            return "it was announced, and may not go out by itself any more"
        case Code.SAMPLE:
            return "a sample answer never goes alone"
        case Code.NO_CONFIDENCE if reason.of is not None:
            fields = _named([field.label for field in reason.fields], reason.of)
            return f"no usable confidence for {fields or 'any field'}"
        case Code.BELOW_FLOOR if reason.floor is not None:
            fields = _named([f"{field.label} {_number(field)}" for field in reason.fields], reason.of or 0)
            return f"confidence is below {reason.floor:g}: {fields}"
        case Code.SCORE_BELOW if reason.floor is not None:
            return f"confidence is below {reason.floor:g}: {_scored(reason)}"
        case Code.UNSIGNED:
            return f"its owner{f', {reason.by},' if reason.by else ''} has not signed its charter yet"
        case Code.INCOMPLETE:
            return f"its charter is not complete: {lacking(reason.missing)}"
        case Code.UNDEPLOYED:
            return UNDEPLOYED.get(reason.said or "", "what proposes here is not deployed")
        case Code.PROPOSED_AGAIN:
            return "you asked for another proposal"
        case Code.SAME_AGAIN:
            return SAME_AGAIN
        case Code.HANDED:
            return f"proposed by {source_named(reason.by or 'its source')}, so a person decides"
        case Code.SOURCE_ANSWERED:
            return "the source answered what it was asked"
        case Code.LACKS:
            return f"missing: {reason.said}"
        case Code.NO_ANSWER if reason.seconds is not None:
            return f"no answer in {duration(reason.seconds)} to: {reason.said}"
        case Code.NOT_SENT:
            return f"the question could not be sent: {reason.said}"
        case Code.MAYBE_NOT_SENT:
            return f"nobody knows whether the question was sent: {reason.said}"
        case Code.CONFIDENT if reason.fields:
            return f"confidence {_scored(reason)}, the floor is {reason.floor:g}"
        case _:
            # What somebody else said; a reason of a database from before schema 0008 may have its sentence here alone.
            return reason.said or "there is no proposal"


def not_sure_enough(reason: Reason) -> str:
    """Say a reason of too little confidence where each field is marked that it is about."""
    return f"less than {percent(reason.floor or 0)} sure"


def lacking(missing: Sequence[str]) -> str:
    """Say what a charter lacks."""
    named = [_MISSING.get(one, one) for one in missing]
    said = " and ".join([", ".join(named[:-1]), named[-1]]) if len(named) > 1 else "".join(named)
    return f"{said} {'is' if len(named) == 1 else 'are'} missing"


def held_back(code: str | None) -> str:
    """Say that earned autonomy is not used for now, and why where that is known."""
    why = HELD_BACK.get(code or "")
    return f"nothing goes alone for now{f': {why}' if why is not None else ''}"


def _against(field: FieldNumber) -> str:
    probability = "none that could be used" if field.number is None else _percent(field.number)
    return (
        f"the examples speak against the proposed {field.label}: the local model, which learned from them, gives it a "
        f"probability of {probability}"
    )


def _scored(reason: Reason) -> str:
    """Say how sure a proposal is, by what the floor is compared with."""
    stated = _number(reason.fields[0]) if reason.fields else "unknown"
    if reason.weighed is not None:
        return f"{reason.weighed:.2f} weighed; stated {stated}"
    if reason.capped is not None:
        return f"{reason.capped:.2f} by the local model, which gives a second opinion; stated {stated}"
    return stated


def _number(field: FieldNumber) -> str:
    return "unknown" if field.number is None else f"{field.number:.2f}"


def _percent(probability: float) -> str:
    return "less than 1%" if probability < 0.01 else f"{probability:.0%}"


def _named(fields: Sequence[str], of: int) -> str:
    return ", ".join(fields) if len(fields) <= _NAMED else f"{len(fields)} of {of} fields"
