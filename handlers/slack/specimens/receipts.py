"""Receipts: one of each outcome, with what can stand in it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from store.states import DeliveryState, Resolution, RunState
from workflows.engine.proof.receipts.views import (
    DecisionReceipt,
    DeliveryReceipt,
    Hashed,
    InputReceipt,
    Outcome,
    ProposalReceipt,
    ReceiptView,
    RunReceipt,
    Standing,
)
from workflows.engine.reasons import Code, FieldNumber, Reason
from workflows.engine.review.decisions import DecisionKind, Follows
from workflows.engine.text.salted_hash import Of

_AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
_WHO, _SECOND = "U0123456789", "U9876543210"
_PROPOSED, _DECIDED = "4f" * 32, "a1" * 32


def _hashed(of: Of, hash: str | None, standing: Standing = Standing.FITS) -> Hashed:
    return Hashed(of=of, hash=hash, row=7, text="{}", standing=standing)


_OUTPUT = _hashed(Of.OUTPUT, _DECIDED)
_EDIT = DecisionReceipt(
    kind=DecisionKind.EDITED,
    by=_WHO,
    at=_AT,
    version=1,
    row=9,
    seconds=42,
    follows=None,
    passed_over=["answer a safety report alone"],
    confirms=False,
    unopened=False,
    revoked_at=None,
    revoked_by=None,
    approved=_OUTPUT,
    reason=None,
    values={"Queue": "shipping"},
)
_RUN = RunReceipt(
    run=23,
    revision=1,
    correction=0,
    state=RunState.DELIVERED,
    resolution=Resolution.BY_PERSON,
    outcome=Outcome.EDITED,
    proposed=_PROPOSED,
    approved=_DECIDED,
    delivered=_DECIDED,
    input=InputReceipt(content=_hashed(Of.INPUT, "0c" * 32), handed_in_by="cli:ana", at=_AT, put_right=False),
    proposal=ProposalReceipt(
        output=_hashed(Of.OUTPUT, _PROPOSED),
        shown=_hashed(Of.SHOWN, "77" * 32),
        at=_AT,
        row=7,
        model="claude-opus-4-5",
        prompt_version="3f2a9c1b0d4e",
        deployed="3 0a1b2c3d4e5f",
        sample=False,
        code_version="0f3a51c2d7e8",
        terms="5c" * 32,
        floor=0.85,
        level=None,
        weighed=None,
        lowest=0.61,
        why=[Code.BELOW_FLOOR],
        reasons=[
            Reason(
                code=Code.BELOW_FLOOR, floor=0.85, fields=(FieldNumber(name="queue", label="Queue", number=0.61),), of=1
            )
        ],
        values={"Queue": "billing"},
        confidence={"Queue": 0.61},
        evidence={"Queue": "I was charged twice"},
        said=["The customer speaks of a charge."],
    ),
    decisions=[_EDIT, replace(_EDIT, by=_SECOND, version=2, row=11, confirms=True, values={}, seconds=None)],
    delivery=DeliveryReceipt(
        id=5,
        key="triage/T-17",
        rejection=False,
        state=DeliveryState.APPLIED,
        attempts=2,
        at=_AT,
        delivered=_OUTPUT,
        receipt=_hashed(Of.RECEIPT, "9e" * 32),
        said="ticket T-17 moved to shipping",
        code_version="0f3a51c2d7e8",
        settled_by=None,
        settled_at=None,
        waited_since=_AT,
    ),
    rows=[3, 7, 9, 11, 14],
)
_VIEW = ReceiptView(
    case=17,
    key="T-17",
    workflow="triage",
    owner=_WHO,
    decision="Which queue does this ticket go to?",
    source="http",
    received_at=_AT,
    salt="00" * 16,
    erased_at=None,
    made_at=_AT,
    runs=[_RUN],
)


def receipt_views() -> Mapping[str, ReceiptView]:
    """Return a receipt of each kind, by its name."""
    assert _RUN.proposal is not None
    assert _RUN.delivery is not None
    refused = replace(
        _EDIT, kind=DecisionKind.REJECTED, follows=Follows.CLOSE, approved=None, reason=_hashed(Of.REASON, _DECIDED)
    )
    alone = replace(_RUN, resolution=Resolution.ALONE, outcome=Outcome.ALONE, approved=None, decisions=[])
    pending = replace(_RUN.delivery, state=DeliveryState.DOUBTFUL, receipt=None, said=None, code_version=None)
    gone = replace(_RUN.proposal, values={}, confidence={}, evidence={}, said=[], reasons=[], terms=None)
    found = replace(_RUN.delivery, settled_by=_SECOND, settled_at=_AT, receipt=None, said=None)
    closed = replace(_RUN, resolution=Resolution.REJECTED, state=RunState.CLOSED, decisions=[refused])
    runs = {
        "edited": _RUN,
        "approved": replace(_RUN, outcome=Outcome.AS_PROPOSED, approved=_PROPOSED, delivered=_PROPOSED),
        "answered": replace(_RUN, outcome=Outcome.ANSWERED, proposal=replace(gone, output=None, model=None)),
        "alone": alone,
        "lapsed": replace(
            alone,
            resolution=Resolution.LAPSED,
            outcome=Outcome.LAPSED,
            decisions=[replace(_EDIT, kind=DecisionKind.LAPSED)],
        ),
        "told": replace(closed, outcome=Outcome.TOLD, delivery=replace(_RUN.delivery, rejection=True)),
        "closed": replace(closed, outcome=Outcome.CLOSED, delivery=None),
        "found": replace(_RUN, outcome=Outcome.FOUND, delivery=found),
        "pending": replace(_RUN, outcome=Outcome.PENDING, state=RunState.DOUBTFUL, delivery=pending),
        "unknown": replace(_RUN, outcome=Outcome.UNKNOWN, proposal=None, input=None, rows=[]),
        "not approved": replace(_RUN, outcome=Outcome.NOT_APPROVED, correction=1),
    }
    views = {name: replace(_VIEW, runs=[run]) for name, run in runs.items()}
    forgotten = replace(_RUN, proposal=gone, input=replace(_RUN.input, put_right=True) if _RUN.input else None)
    views["forgotten"] = replace(_VIEW, salt=None, erased_at=_AT, runs=[forgotten])
    views["several"] = replace(_VIEW, runs=[replace(_RUN, run=number) for number in range(40, 0, -1)])
    return views
