"""Reasons for a case's way: a code with its values, as it is kept. Whoever shows it puts it into words.

Pure. The words are in `handlers/texts/review/reasons.py`; nothing reads them back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from pydantic import TypeAdapter

from workflows.engine.text.canonical_json import MAX_MESSAGE, canonical

MOST = 50
"""Reasons of one review that are kept."""
MOST_SAID = 32_000
"""Characters that are kept of what a model said in place of an answer."""


class Code(StrEnum):
    """The policy's own codes. Why there is no proposal has codes beside these: a model's, an author's."""

    ERROR = "error"
    CONFIDENT = "confident"
    NEVER = "never"
    NEVER_UNCHECKED = "never_unchecked"
    DECIDED_BEFORE = "decided_before"
    CORRECTION = "correction"
    REPORTED = "reported"
    """Somebody said that what was delivered is wrong."""
    PAUSED = "paused"
    OUT_OF_SCOPE = "out_of_scope"
    OUTSIDE_SHARE = "outside_share"
    """It is not among the share of the cases that the workflow looks at so far; the share is said."""
    NO_PROPOSAL = "no_proposal"
    """Nothing better is known of why there is no proposal."""
    MODEL_SAID = "model_said"
    """Goes with a reason: the words of a model that gave no answer. They are untrusted."""
    UNFAMILIAR = "unfamiliar"
    FALLBACK = "fallback"
    DOUBT = "doubt"
    SECOND = "second_opinion"
    """The local model speaks against what is proposed."""
    NO_SECOND = "no_second_opinion"
    NO_CONFIDENCE = "no_confidence"
    DRAFT = "draft"
    NO_EPOCH = "no_epoch"
    """Autonomy is earned by what is deployed, and this is not, or its evidence has not begun."""
    SHADOW = "shadow"
    """Autonomy is not earned yet: people decide without seeing the proposal, and both are compared."""
    NOT_EARNED = "not_earned"
    """Autonomy is not earned yet: people see the proposals and decide."""
    HELD_BACK = "held_back"
    """Earned autonomy that is not used for now; the code of why is said."""
    SAMPLE = "sample"
    """A sample answer, which earns nothing."""
    BELOW_FLOOR = "below_floor"
    SCORE_BELOW = "score_below_floor"
    """The confidence as it is weighed, or as the second opinion caps it, is below the floor."""
    UNSIGNED = "unsigned"
    """Nobody has signed the charter; its owner is said."""
    INCOMPLETE = "incomplete"
    """The charter lacks something."""
    STOPPED = "stopped"
    """It was announced, and a person stopped it, who is said."""
    WITHDRAWN = "withdrawn"
    """It was announced, and may not go alone any more."""
    UNDEPLOYED = "undeployed"
    """The version that would propose is not the deployed one; the code of why is said."""
    PROPOSED_AGAIN = "proposed_again"
    """A person refused the earlier proposal and asked for another."""
    SAME_AGAIN = "same_again"
    """The very same was proposed that a person refused before."""
    HANDED = "handed_proposal"
    """The source of the case proposed it, and the workflow has a person decide that; the source is said."""
    LACKS = "lacks"
    """The case lacks something, which its author's function names."""
    SOURCE_ANSWERED = "source_answered"
    """The source of the case was asked, and it answered."""
    NO_ANSWER = "no_answer"
    """The source of the case gave no answer in time to the question that is said."""
    NOT_SENT = "not_sent"
    """A question did not reach the source of the case; the error is said."""
    MAYBE_NOT_SENT = "maybe_not_sent"
    """Nobody knows whether a question reached the source of the case; the error is said."""


class Change(StrEnum):
    """Changes since a case was decided."""

    FORM = "form"
    RULES = "rules"


@dataclass(frozen=True, kw_only=True)
class FieldNumber:
    """An output field with the number that a reason is about."""

    name: str
    label: str
    """Label of the field at that time."""
    number: float | None
    """Its confidence or its probability, 0 to 1; None where there is none that could be used."""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A reason. Which of the values it has follows from its code."""

    code: str
    said: str | None = None
    """Words of somebody else: an error, a model, an author's check, whoever paused the workflow."""
    rule: str | None = None
    """The sentence of the never that it concerns."""
    by: str | None = None
    """The one who paused the workflow or stopped the case, a person's id or Countersign by its name; the owner who is
    to sign; the name of the source that proposed it.
    """
    change: Change | None = None
    floor: float | None = None
    """The confidence from which the workflow may resolve a case alone."""
    fields: tuple[FieldNumber, ...] = ()
    """The fields whose number is too low, or is missing."""
    of: int | None = None
    """Number of the fields that have a confidence, or should have one."""
    weighed: float | None = None
    """The confidence as it is weighed from all that is known, 0 to 1; None where only the stated one counts."""
    capped: float | None = None
    """The confidence as the second opinion caps it, 0 to 1; None where that changes nothing."""
    seconds: int | None = None
    """Seconds that were waited for an answer."""
    missing: tuple[str, ...] = ()
    """Codes of what the charter lacks."""
    share: float | None = None
    """The share of the cases that the workflow looks at, 0 to 1."""


_REASONS: TypeAdapter[tuple[Reason, ...]] = TypeAdapter(tuple[Reason, ...])


def to_json(reasons: Sequence[Reason]) -> str:
    """Write reasons as they are kept: values that a reason does not have are left out, long ones are cut."""
    plain = _REASONS.dump_python(tuple(reasons[:MOST]), mode="json", exclude_defaults=True)
    for one in plain:
        if "said" in one:
            one["said"] = one["said"][: MOST_SAID if one["code"] == Code.MODEL_SAID else MAX_MESSAGE]
    return canonical(plain)


def from_json(kept: str) -> tuple[Reason, ...]:
    """Read reasons as they are kept."""
    return _REASONS.validate_json(kept)


def without_words(reasons: Sequence[Reason]) -> str:
    """Write reasons without what anybody said: codes, numbers and the author's rules are left."""
    return to_json([replace(reason, said=None) for reason in reasons])


def asked_for(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """The reasons why a person is asked, without what a model said in place of an answer."""
    return tuple(reason for reason in reasons if reason.code != Code.MODEL_SAID)


def model_said(reasons: Sequence[Reason]) -> str | None:
    """Return what a model said in place of an answer; None where none did."""
    return next((reason.said for reason in reasons if reason.code == Code.MODEL_SAID), None)


def floor_missed(reasons: Sequence[Reason]) -> float | None:
    """Return the floor that a proposal did not reach; None where it did, or where there was none."""
    return next((reason.floor for reason in reasons if reason.code == Code.BELOW_FLOOR), None)


def rules_in(reasons: Sequence[Reason]) -> list[str]:
    """The sentences of the nevers that a person was told of."""
    told = (Code.NEVER, Code.NEVER_UNCHECKED)
    return [reason.rule for reason in reasons if reason.code in told and reason.rule is not None]
