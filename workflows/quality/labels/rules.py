"""The rules of labels: what a decision says about a proposal, and what it says about the right answer. Pure.

Each rule has its reason beside it; `docs/learning.md` has the same as a table.
"""

from dataclasses import dataclass
from enum import StrEnum

from workflows.engine.review.decisions import DecisionKind


class LabelKind(StrEnum):
    """The provenance of a label."""

    APPROVED = "approved"
    EDITED = "edited"
    REJECTED = "rejected"
    ANSWERED = "answered"
    """A person's own answer, where no proposal was before them."""
    CORRECTED = "corrected"
    """Corrected after it was delivered."""
    REPORTED = "reported"
    """Reported as wrong, and then corrected, or found right."""
    SPOT_CHECKED = "spot_checked"
    """Answered blind in a spot check that was drawn."""
    PACKED = "packed"
    """Answered blind, too, since it went alone before that was taken back: no random sample, so no figure counts it."""


class Basis(StrEnum):
    """The origin of the proposal that is judged, which says of what it is evidence."""

    NONE = "none"
    """There was none."""
    OWN = "own"
    """The workflow's own."""
    TOLD = "told"
    """The workflow's own, which was told of refused ones."""
    NO_EVIDENCE = "no_evidence"
    """Written by hand for a demonstration, or handed in by the source of the case."""


class Verdict(StrEnum):
    """The word on the proposal."""

    RIGHT = "right"
    WRONG = "wrong"
    IF_DIFFERING = "if_differing"
    """An error if it is not the same, to the business, as what is right."""
    NOTHING = "nothing"


class Right(StrEnum):
    """The right output."""

    DECIDED = "decided"
    DELIVERED = "delivered"
    """The delivery stays as it was."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The facts of a decision on which its label depends."""

    kind: DecisionKind
    basis: Basis
    confirms: bool = False
    """True if it confirms another person's values."""
    unopened: bool = False
    revoked: bool = False
    blind: bool = False
    """True if the proposal was hidden from whoever decided, and is compared with what they say."""
    closes: bool = False
    """True if it closes the case with nothing to deliver."""
    after_by_hand: bool = False
    """True if the proposal was rejected before it, so that an empty form was decided."""
    correction: bool = False
    """True if it is about what was delivered."""
    reported: bool = False
    checked: bool = False
    """True if a spot check opened that correction."""


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """The label that follows from a decision."""

    kind: LabelKind
    saw: bool
    """True if the person saw the proposal, or what was delivered, before they decided."""
    verdict: Verdict
    right: Right


_VALUES = frozenset({DecisionKind.APPROVED, DecisionKind.EDITED, DecisionKind.ANSWERED})
"""Kinds of decisions that have values."""


def rule(facts: Facts) -> Ruling | None:
    """Return the label that follows from a decision; None where it says nothing.

    Nothing is said by a decision that was taken back, or that only confirms another person's values: one case is one
    label. Nothing is said by a row of a grid that nobody opened: a rubber stamp would buy autonomy. Nothing is said by
    a lapse, which is nobody's, or by a question to the source: nobody has decided yet.
    """
    if facts.revoked or facts.confirms or facts.unopened:
        return None
    if facts.correction:
        return _of_correction(facts)
    if facts.blind:
        return _of_blind(facts)
    match facts.kind:
        case DecisionKind.ANSWERED:
            # A proposal that was rejected before has its own label, and any other was never shown.
            return Ruling(
                kind=LabelKind.ANSWERED, saw=facts.after_by_hand, verdict=Verdict.NOTHING, right=Right.DECIDED
            )
        case DecisionKind.REJECTED:
            return _of_rejection(facts)
        case DecisionKind.APPROVED | DecisionKind.EDITED if facts.basis in (Basis.OWN, Basis.TOLD):
            is_approved = facts.kind is DecisionKind.APPROVED
            # Typing the same answer anew is no error, and neither is what the workflow's own rule lets pass.
            said = Verdict.RIGHT if is_approved else Verdict.IF_DIFFERING
            return Ruling(
                kind=LabelKind.APPROVED if is_approved else LabelKind.EDITED,
                saw=True,
                # With a hint it shows nothing of what the version does with a new case; the answer is right all the
                # same.
                verdict=said if facts.basis is Basis.OWN else Verdict.NOTHING,
                right=Right.DECIDED,
            )
        case _:
            return None


def _of_rejection(facts: Facts) -> Ruling | None:
    """Return the label of a rejection: an error, whatever follows, also where nobody says the right values. Left out,
    half of the errors of a workflow that people reject would not be seen.

    An empty form that is closed says nothing of a proposal: it was judged when it was rejected, or there was none.
    """
    if facts.after_by_hand or facts.basis is not Basis.OWN:
        return None
    return Ruling(kind=LabelKind.REJECTED, saw=True, verdict=Verdict.WRONG, right=Right.UNKNOWN)


def _of_blind(facts: Facts) -> Ruling | None:
    """Return the label of a decision in the shadow: the answer judges the proposal that its person did not see.

    A case that is closed is one for which nothing is to be delivered, and the proposal would have been. It is an error
    as in a draft, so that what people do says the same of a version at both levels. A second person who refuses the
    first one's answer says nothing of the proposal, and a form is left to fill in.
    """
    said = Verdict.IF_DIFFERING if facts.basis is Basis.OWN else Verdict.NOTHING
    if facts.kind is DecisionKind.ANSWERED:
        return Ruling(kind=LabelKind.ANSWERED, saw=False, verdict=said, right=Right.DECIDED)
    if facts.kind is DecisionKind.REJECTED and facts.closes and facts.basis is Basis.OWN:
        return Ruling(kind=LabelKind.REJECTED, saw=False, verdict=Verdict.WRONG, right=Right.UNKNOWN)
    return None


def _of_correction(facts: Facts) -> Ruling | None:
    """Return the label of a decision about what was delivered. It judges what the workflow had proposed.

    A correction that follows from a spot check has its label there. A rejected one leaves open what is right.
    """
    if facts.checked or facts.basis is Basis.NO_EVIDENCE:
        return None
    said = Verdict.IF_DIFFERING if facts.basis is Basis.OWN else Verdict.NOTHING
    if facts.kind is DecisionKind.UPHELD:
        return Ruling(kind=LabelKind.REPORTED, saw=True, verdict=said, right=Right.DELIVERED)
    if facts.kind in _VALUES:
        kind = LabelKind.REPORTED if facts.reported else LabelKind.CORRECTED
        return Ruling(kind=kind, saw=True, verdict=said, right=Right.DECIDED)
    return None
