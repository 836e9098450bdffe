"""Each decision says what the table of labels says, and nothing else is a label."""

from itertools import product

import pytest

from store.learning import rollouts
from workflows.engine.review.decisions import DecisionKind as Kind
from workflows.quality.labels.rules import Basis, Facts, LabelKind, Right, Verdict, rule

SAID = {
    # (kind, basis, after by hand) -> (label, saw, verdict, right)
    (Kind.APPROVED, Basis.OWN): (LabelKind.APPROVED, True, Verdict.RIGHT, Right.DECIDED),
    (Kind.APPROVED, Basis.TOLD): (LabelKind.APPROVED, True, Verdict.NOTHING, Right.DECIDED),
    (Kind.EDITED, Basis.OWN): (LabelKind.EDITED, True, Verdict.IF_DIFFERING, Right.DECIDED),
    (Kind.EDITED, Basis.TOLD): (LabelKind.EDITED, True, Verdict.NOTHING, Right.DECIDED),
    (Kind.REJECTED, Basis.OWN): (LabelKind.REJECTED, True, Verdict.WRONG, Right.UNKNOWN),
    **{(Kind.ANSWERED, basis): (LabelKind.ANSWERED, False, Verdict.NOTHING, Right.DECIDED) for basis in Basis},
}
OF_CORRECTIONS = {
    Kind.UPHELD: (LabelKind.REPORTED, Right.DELIVERED),
    **dict.fromkeys((Kind.APPROVED, Kind.EDITED, Kind.ANSWERED), (LabelKind.CORRECTED, Right.DECIDED)),
}


def told(facts: Facts) -> tuple[LabelKind, bool, Verdict, Right] | None:
    found = rule(facts)
    return None if found is None else (found.kind, found.saw, found.verdict, found.right)


@pytest.mark.parametrize(("kind", "basis"), list(product(Kind, Basis)))
def test_a_decision_is_the_label_of_the_table_or_none(kind: Kind, basis: Basis) -> None:
    assert told(Facts(kind=kind, basis=basis)) == SAID.get((kind, basis))


@pytest.mark.parametrize(("kind", "basis"), list(product(Kind, Basis)))
def test_a_correction_judges_the_workflows_own_proposal(kind: Kind, basis: Basis) -> None:
    found = told(Facts(kind=kind, basis=basis, correction=True))
    if basis is Basis.NO_EVIDENCE or kind not in OF_CORRECTIONS:
        assert found is None
    else:
        label, right = OF_CORRECTIONS[kind]
        verdict = Verdict.IF_DIFFERING if basis is Basis.OWN else Verdict.NOTHING
        assert found == (label, True, verdict, right)
    reported = told(Facts(kind=kind, basis=basis, correction=True, reported=True))
    assert (reported is None) == (found is None)
    assert reported is None or reported[0] is LabelKind.REPORTED


@pytest.mark.parametrize(("kind", "basis", "correction"), list(product(Kind, Basis, (False, True))))
def test_what_is_no_word_of_a_person_on_this_proposal_is_no_label(kind: Kind, basis: Basis, correction: bool) -> None:
    """A confirmation, an unopened row, what was taken back, and a correction that a spot check opened."""
    for flag in ({"confirms": True}, {"unopened": True}, {"revoked": True}):
        assert rule(Facts(kind=kind, basis=basis, correction=correction, **flag)) is None
    assert rule(Facts(kind=kind, basis=basis, correction=True, checked=True)) is None


def test_after_a_rejection_by_hand_the_answer_is_a_label_and_closing_the_form_is_none() -> None:
    answered = rule(Facts(kind=Kind.ANSWERED, basis=Basis.OWN, after_by_hand=True))
    assert answered is not None
    assert (answered.saw, answered.verdict) == (True, Verdict.NOTHING), "they saw the proposal that they rejected"
    assert rule(Facts(kind=Kind.REJECTED, basis=Basis.OWN, after_by_hand=True)) is None


def test_comparisons_of_versions_know_the_kinds_of_labels_by_their_names() -> None:
    assert {*rollouts.SPOT, rollouts.PACKED} <= set(LabelKind)


@pytest.mark.parametrize(("kind", "basis"), list(product(Kind, Basis)))
def test_in_the_shadow_the_answer_judges_the_hidden_proposal_and_so_does_a_close(kind: Kind, basis: Basis) -> None:
    said = told(Facts(kind=kind, basis=basis, blind=True))
    closed = told(Facts(kind=kind, basis=basis, blind=True, closes=True))
    if kind is Kind.ANSWERED:
        verdict = Verdict.IF_DIFFERING if basis is Basis.OWN else Verdict.NOTHING
        assert said == closed == (LabelKind.ANSWERED, False, verdict, Right.DECIDED)
    else:
        assert said is None, "a second person who refuses the first one's answer says nothing of what nobody saw"
        is_error = kind is Kind.REJECTED and basis is Basis.OWN
        assert closed == ((LabelKind.REJECTED, False, Verdict.WRONG, Right.UNKNOWN) if is_error else None)
