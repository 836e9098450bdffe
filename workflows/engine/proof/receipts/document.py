"""A receipt as JSON: what is handed to somebody who has no database of ours. Pure.

Without content it holds ids, hashes, codes, times and who decided. With content it also holds the case's key, its salt,
and each text from which a hash was made, so that whoever has it can make the hashes again.
"""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from store.states import DeliveryState, Resolution, RunState
from workflows.engine.proof.receipts.views import (
    DecisionReceipt,
    DeliveryReceipt,
    Hashed,
    Outcome,
    ProposalReceipt,
    ReceiptView,
    RunReceipt,
)
from workflows.engine.text.salted_hash import Of

HEADER = {"countersign": "receipt", "v": 1}
"""Fields by which a receipt is known."""


class _Part(BaseModel):
    """A part of a receipt. Fields that it does not know are refused: they could say what no hash covers."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class HashPart(_Part):
    """A hash, the audit row that holds it, and perhaps the text."""

    of: Of
    hash: str | None = None
    row: int | None = None
    text: str | None = None


class PolicyPart(_Part):
    """Facts on which the policy and the proposal rest."""

    row: int
    at: datetime
    model: str | None = None
    prompt_version: str | None = None
    deployed: str | None = None
    sample: bool = False
    code_version: str | None = None
    terms: str | None = None
    floor: float | None = None
    level: str | None = None
    lowest: float | None = None
    weighed: float | None = None
    why: list[str] = []


class DocumentPart(_Part):
    """A document of an input. Its hash is among those of the run, as `document_1` and so on, in this order."""

    kind: str
    pages: int


class DecisionPart(_Part):
    """A decision, without its words."""

    kind: str
    by: str
    at: datetime
    version: int
    row: int | None = None
    seconds: float | None = None
    follows: str | None = None
    passed_over: list[str] = []
    confirms: bool = False
    unopened: bool = False
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    approved: HashPart | None = None
    reason: HashPart | None = None


class DeliveryPart(_Part):
    """A delivery. Its key may name a person, so it is content."""

    id: int
    key: str | None = None
    rejection: bool
    state: DeliveryState
    attempts: int
    at: datetime
    code_version: str | None = None
    settled_by: str | None = None
    settled_at: datetime | None = None
    waited_since: datetime | None = None


class RunPart(_Part):
    """A decided run."""

    run: int
    revision: int
    correction: int
    state: RunState
    resolution: Resolution
    outcome: Outcome
    came_in_at: datetime | None = None
    handed_in_by: str | None = None
    put_right: bool = False
    documents: list[DocumentPart] = []
    policy: PolicyPart | None = None
    decisions: list[DecisionPart]
    delivery: DeliveryPart | None = None
    hashes: dict[str, HashPart]
    rows: list[int]


class Document(_Part):
    """A receipt."""

    countersign: Literal["receipt"]
    v: Literal[1]
    case: int
    key: str | None = None
    workflow: str
    owner: str | None = None
    source: str | None = None
    received_at: datetime
    salt: str | None = None
    erased_at: datetime | None = None
    made_at: datetime
    runs: list[RunPart]


def document(view: ReceiptView, *, with_content: bool) -> dict[str, JsonValue]:
    """Return a receipt as JSON."""
    made = Document(
        countersign="receipt",
        v=1,
        case=view.case,
        key=view.key if with_content else None,
        workflow=view.workflow,
        owner=view.owner,
        source=view.source if with_content else None,
        received_at=view.received_at,
        salt=view.salt if with_content else None,
        erased_at=view.erased_at,
        made_at=view.made_at,
        runs=[_run(one, with_content=with_content) for one in view.runs],
    )
    found: dict[str, JsonValue] = made.model_dump(mode="json", exclude_none=True)
    return found


def _run(view: RunReceipt, *, with_content: bool) -> RunPart:
    return RunPart(
        run=view.run,
        revision=view.revision,
        correction=view.correction,
        state=view.state,
        resolution=view.resolution,
        outcome=view.outcome,
        came_in_at=view.input.at if view.input is not None else None,
        handed_in_by=view.input.handed_in_by if view.input is not None else None,
        put_right=view.input is not None and view.input.put_right,
        documents=[DocumentPart(kind=one.kind, pages=one.pages) for one in view.input.documents] if view.input else [],
        policy=_policy(view.proposal) if view.proposal is not None else None,
        decisions=[_decision(one, with_content=with_content) for one in view.decisions],
        delivery=_delivery(view.delivery, with_content=with_content) if view.delivery is not None else None,
        hashes={name: _hash(one, with_content=with_content) for name, one in view.hashes.items()},
        rows=list(view.rows),
    )


def _policy(view: ProposalReceipt) -> PolicyPart:
    return PolicyPart(
        row=view.row,
        at=view.at,
        model=view.model,
        prompt_version=view.prompt_version,
        deployed=view.deployed,
        sample=view.sample,
        code_version=view.code_version,
        terms=view.terms,
        floor=view.floor,
        level=view.level,
        lowest=view.lowest,
        weighed=view.weighed,
        why=list(view.why),
    )


def _decision(view: DecisionReceipt, *, with_content: bool) -> DecisionPart:
    same: dict[str, Any] = {
        name: getattr(view, name) for name in DecisionPart.model_fields if name not in ("approved", "reason")
    }
    return DecisionPart(
        **same | {"passed_over": list(view.passed_over)},
        approved=_hash(view.approved, with_content=with_content) if view.approved is not None else None,
        reason=_hash(view.reason, with_content=with_content) if view.reason is not None else None,
    )


def _delivery(view: DeliveryReceipt, *, with_content: bool) -> DeliveryPart:
    same: dict[str, Any] = {name: getattr(view, name) for name in DeliveryPart.model_fields if name != "key"}
    return DeliveryPart(**same, key=view.key if with_content else None)


def _hash(view: Hashed, *, with_content: bool) -> HashPart:
    return HashPart(of=view.of, hash=view.hash, row=view.row, text=view.text if with_content else None)
