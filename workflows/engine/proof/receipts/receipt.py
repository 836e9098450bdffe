"""The receipt of a case, read: its rows in one transaction, joined with the audit rows that keep the hashes."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from pydantic import BaseModel, JsonValue

from store import schema
from store.governance import receipts
from store.governance.receipts import ReceiptRows, ReceiptTexts
from store.states import DeliveryState, Resolution, RunState
from store.subjects import SubjectKind
from workflows.engine.case.intake import INPUT_CORRECTED, Intake
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.deliver.delivery import REJECTION, SETTLED
from workflows.engine.deliver.graces import is_in_grace
from workflows.engine.errors import Refused, Unknown
from workflows.engine.proof.receipts.document import document
from workflows.engine.proof.receipts.outcomes import outcome_of, standing_of
from workflows.engine.proof.receipts.views import (
    DecisionReceipt,
    DeliveryReceipt,
    DocumentReceipt,
    Hashed,
    InputReceipt,
    ProposalReceipt,
    ReceiptView,
    RunReceipt,
)
from workflows.engine.reasons import from_json
from workflows.engine.review.decisions import LAPSES, DecisionKind
from workflows.engine.review.form.forms import entries_of
from workflows.engine.review.opening import REVIEW_OPENED
from workflows.engine.text.canonical_json import canonical
from workflows.engine.text.salted_hash import Of, salted_hash, shown_text
from workflows.labels import label_of

_AT_ONCE = 200
"""Cases whose rows are read together for an export."""
_NO_TEXTS = ReceiptTexts(whole={}, facts={})
_ENDED = (RunState.DELIVERED, RunState.CLOSED)
_HASH = re.compile(r'"sha256":"([0-9a-f]{64})"')
_CAME_IN = (f"case.{Intake.TAKEN_IN}", f"case.{Intake.REVISED}", INPUT_CORRECTED)


def receipt_view(context: Context, case: int) -> ReceiptView:
    """Return the receipt of a case. Raise `Unknown`, or `Refused` where nothing of it is decided yet."""
    with context.database.read() as session:
        rows = receipts.rows_of(session, [case], team=context.team)
        if not rows.cases:
            raise Unknown(f"there is no case {case}")
        texts = receipts.texts_of(session, _contents(rows), team=context.team)
        view = _view(context, rows.cases[0], rows, texts)
    if not view.runs and view.erased_at is not None:
        raise Refused(f"nothing of case {case} was decided before its content was removed, so there is no receipt")
    if not view.runs:
        raise Refused(f"nothing of case {case} is decided for good yet, so there is no receipt")
    return view


def receipt_lines(
    context: Context, cases: Iterable[int], *, with_content: bool = False
) -> Iterator[dict[str, JsonValue]]:
    """Yield the receipt of each of these cases that has one, as JSON: with ids and hashes alone, or with content.

    A few statements for many cases at once; without content, none is read.
    """
    left = iter(cases)
    while some := list(islice(left, _AT_ONCE)):
        with context.database.read() as session:
            rows = receipts.rows_of(session, some, team=context.team)
            texts = receipts.texts_of(session, _contents(rows), team=context.team) if with_content else _NO_TEXTS
            views = [_view(context, case, rows, texts) for case in rows.cases]
        yield from (document(view, with_content=with_content) for view in views if view.runs)


def _contents(rows: ReceiptRows) -> set[int]:
    """Return the ids of the contents that receipts show."""
    wanted = {run.input_id for run in rows.runs}
    wanted |= {proposal.content_id for proposal in rows.proposals}
    wanted |= {review.reasons_id for review in rows.reviews}
    wanted |= {one for made in rows.decisions for one in (made.output_id, made.reason_id) if one is not None}
    wanted |= {one for row in rows.deliveries for one in (row.output_id, row.receipt_id) if one is not None}
    return wanted


def _view(context: Context, case: schema.Case, rows: ReceiptRows, texts: ReceiptTexts) -> ReceiptView:
    name = rows.workflows[case.workflow_id]
    workflow = context.registry.get(name) if name in context.registry else None
    at = context.clock()
    making = _Making(case=case, workflow=workflow, rows=rows, texts=texts, trail=_Trail.of(case, rows), at=at)
    return ReceiptView(
        case=case.id,
        key=case.key,
        workflow=name,
        owner=workflow.owner if workflow is not None else None,
        decision=workflow.decision if workflow is not None else "",
        source=case.source,
        received_at=case.received_at,
        salt=case.salt,
        erased_at=case.erased_at,
        made_at=at,
        runs=[making.receipt(run) for run in reversed(making.decided())],
    )


@dataclass(frozen=True, kw_only=True)
class _Trail:
    """The audit rows of a case, by what they are about."""

    came_in: Mapping[int, schema.AuditRow]
    """By revision."""
    proven: Mapping[int, schema.AuditRow]
    """By run: the row that opened its review, or by which it went alone."""
    decided: Mapping[tuple[int, str, Any], schema.AuditRow]
    """By review, act and the version that was shown."""
    applied: Mapping[int, schema.AuditRow]
    """By delivery."""
    settled: Mapping[int, schema.AuditRow]
    """By delivery: the last finding of a person that it happened."""

    @classmethod
    def of(cls, case: schema.Case, rows: ReceiptRows) -> "_Trail":
        came_in, proven, decided = (
            dict[int, schema.AuditRow](),
            dict[int, schema.AuditRow](),
            dict[Any, schema.AuditRow](),
        )
        applied, settled = dict[int, schema.AuditRow](), dict[int, schema.AuditRow]()
        for row in rows.trail:
            if row.case_id != case.id:
                continue
            details = row.details
            if row.action in _CAME_IN:
                came_in[details["revision"]] = row
            elif row.action == REVIEW_OPENED:
                proven[details["run"]] = row
            elif row.subject_kind == SubjectKind.RUN and "resolution" in details:
                proven[row.subject_id] = row
            elif row.subject_kind == SubjectKind.REVIEW:
                decided[row.subject_id, row.action, details.get("version")] = row
            elif row.action == f"delivery.{DeliveryState.APPLIED}":
                applied[row.subject_id] = row
            elif row.action == SETTLED and details.get("happened") == "yes":
                settled[row.subject_id] = row
        return cls(came_in=came_in, proven=proven, decided=decided, applied=applied, settled=settled)


@dataclass(frozen=True, kw_only=True)
class _Making:
    """The making of a case's receipt."""

    case: schema.Case
    workflow: AnyWorkflow | None
    rows: ReceiptRows
    texts: ReceiptTexts
    trail: _Trail
    at: datetime

    @property
    def bodies(self) -> Mapping[int, str]:
        """The contents from which hashes were made, by id."""
        return self.texts.whole

    def decided(self) -> list[schema.Run]:
        """Return the runs that have a receipt: the last one that was decided, and each that came to an end."""
        found = [run for run in self.rows.runs if run.case_id == self.case.id and run.resolution is not None]
        # A receipt tells what was proposed, which stays hidden as long as the decision can be taken back.
        blind = {review.run_id for review in self.rows.reviews if review.blind}
        found = [run for run in found if run.id not in blind or not is_in_grace(run, at=self.at)]
        return [run for run in found if run is found[-1] or run.state in _ENDED]

    def receipt(self, run: schema.Run) -> RunReceipt:
        """Return the receipt of a decided run."""
        assert run.resolution is not None
        chain = self._chain(run)
        input, proposal = self._input(run), self._proposal(chain)
        decisions, delivery = self._decisions(chain, proposal), self._delivery(run)
        stand = [one for one in decisions if one.revoked_at is None and not one.confirms]
        made = stand[-1] if stand else None
        hashes = {
            "proposed": _hash(proposal.output if proposal is not None else None),
            "approved": _hash(made.approved if made is not None else None),
            "delivered": _hash(delivery.delivered if delivery is not None else None),
        }
        applied = delivery is not None and delivery.state is DeliveryState.APPLIED
        outcome = outcome_of(
            resolution=run.resolution,
            state=run.state,
            kind=made.kind if made is not None else None,
            reason=_hash(made.reason if made is not None else None),
            was_delivered=applied,
            was_found=applied and delivery is not None and delivery.settled_by is not None,
            **hashes,
        )
        rows = [input.content.row if input is not None else None, proposal.row if proposal is not None else None]
        rows += [one.row for one in decisions]
        if delivery is not None:
            ends = (self.trail.applied.get(delivery.id), self.trail.settled.get(delivery.id))
            rows += [row.id for row in ends if row is not None]
        return RunReceipt(
            run=run.id,
            revision=run.revision,
            correction=run.correction,
            state=run.state,
            resolution=run.resolution,
            outcome=outcome,
            input=input,
            proposal=proposal,
            decisions=decisions,
            delivery=delivery,
            rows=sorted({row for row in rows if row is not None}),
            **hashes,
        )

    def _chain(self, run: schema.Run) -> list[schema.Run]:
        """Return a run and those before it whose proposal or decision it may have taken over, the nearest first."""
        by_id, chain = {one.id: one for one in self.rows.runs}, [run]
        while (before := by_id.get(chain[-1].parent_id or 0)) is not None:
            if (before.revision, before.correction) != (run.revision, run.correction):
                break
            chain.append(before)
        return chain

    def _input(self, run: schema.Run) -> InputReceipt | None:
        row = self.trail.came_in.get(run.revision)
        if row is None:
            return None
        content = self._hashed(Of.INPUT, row, "input", self.bodies.get(run.input_id))
        put_right = row.action == INPUT_CORRECTED
        return InputReceipt(
            content=content,
            handed_in_by=row.actor,
            at=row.at,
            put_right=put_right,
            documents=list(self._documents(row, content.text)),
        )

    def _documents(self, row: schema.AuditRow, input: str | None) -> Iterator[DocumentReceipt]:
        facts, salt = str(row.details.get("documents") or ""), self.case.salt
        texts = set(_HASH.findall(input)) if input is not None and facts else ()
        by_hash = {salted_hash(Of.DOCUMENT, one, salt=salt): one for one in texts} if salt is not None else {}
        for number, said in enumerate(facts.split(", ") if facts else (), 1):
            kind, _, pages = said.rpartition(" ")
            name = f"document_{number}"
            text = by_hash.get(str(row.details.get(name)))
            yield DocumentReceipt(kind=kind, pages=int(pages), file=self._hashed(Of.DOCUMENT, row, name, text))

    def _proposal(self, chain: list[schema.Run]) -> ProposalReceipt | None:
        run = next((one for one in chain if one.id in self.trail.proven), None)
        if run is None:
            return None
        row = self.trail.proven[run.id]
        kept = next((one for one in self.rows.proposals if one.run_id == run.id), None)
        review = next((one for one in self.rows.reviews if one.run_id == run.id), None)
        body = self.bodies.get(kept.content_id) if kept is not None else None
        why = self.bodies.get(review.reasons_id) if review is not None else None
        codes = self.texts.facts.get(review.reasons_id) if review is not None else None
        # What is gone of it cannot be told from what was never there, so nothing is said of the rest.
        gone = (kept is not None and body is None) or (review is not None and why is None)
        parts: Mapping[str, Any] = json.loads(body) if body is not None else {}
        output = canonical(parts["output"]) if parts else None
        label, seen = self._label, None if review is not None and review.blind else body
        return ProposalReceipt(
            output=self._hashed(Of.OUTPUT, row, "proposed", output) if kept is not None else None,
            shown=self._hashed(Of.SHOWN, row, "shown", None if gone else shown_text(seen, why)),
            at=row.at,
            row=row.id,
            model=kept.model if kept is not None else None,
            prompt_version=kept.prompt_version if kept is not None else None,
            deployed=row.details.get("deployed"),
            sample=kept is not None and kept.sample,
            code_version=row.details.get("code"),
            terms=row.details.get("terms"),
            floor=_number(row.details.get("floor")),
            level=row.details.get("level"),
            lowest=kept.confidence if kept is not None else None,
            weighed=_number(row.details.get("weighed")),
            why=[code for code in str(row.details.get("why") or "").split(",") if code],
            reasons=from_json(why or codes or "[]"),
            values=self._written(output),
            confidence={label(name): number for name, number in parts.get("confidence", {}).items()},
            evidence={label(name): words for name, words in parts.get("evidence", {}).items()},
            said=[*parts.get("reasons", []), *parts.get("doubts", [])],
        )

    def _decisions(self, chain: list[schema.Run], proposal: ProposalReceipt | None) -> list[DecisionReceipt]:
        """Return the decisions about a run, or about the run whose decision it took over."""
        by_run = {review.run_id: review for review in self.rows.reviews}
        review = next((by_run[run.id] for run in chain if run.id in by_run), None)
        # A run that went alone after all was in no review; one before it may have been.
        if review is None or chain[0].resolution is Resolution.ALONE:
            return []
        proposed = proposal.output.text if proposal is not None and proposal.output is not None else None
        made = [one for one in self.rows.decisions if one.review_id == review.id]
        return [self._decision(one, proposed) for one in sorted(made, key=lambda one: one.version)]

    def _decision(self, made: schema.Decision, proposed: str | None) -> DecisionReceipt:
        row = self.trail.decided.get((made.review_id, f"review.{made.kind}", made.version))
        details = row.details if row is not None else {}
        # Whoever finds right what was delivered decides for it, and it is kept already.
        output = proposed if made.kind == DecisionKind.UPHELD else self.bodies.get(made.output_id or 0)
        for_values = "approved" in details or (output is not None and made.kind not in LAPSES)
        return DecisionReceipt(
            kind=made.kind,
            by=made.by,
            at=made.at,
            version=made.version,
            row=row.id if row is not None else None,
            seconds=made.seconds,
            follows=made.follows,
            passed_over=made.confirmed,
            confirms=made.confirms,
            unopened=made.unopened,
            revoked_at=made.revoked_at,
            revoked_by=made.revoked_by,
            approved=self._hashed(Of.OUTPUT, row, "approved", output) if for_values else None,
            reason=self._hashed(Of.REASON, row, "said", self.bodies.get(made.reason_id)) if made.reason_id else None,
            values=self._written(output) if output != proposed else {},
        )

    def _delivery(self, run: schema.Run) -> DeliveryReceipt | None:
        made = next((one for one in reversed(self.rows.deliveries) if one.run_id == run.id), None)
        if made is None:
            return None
        rejection, applied = made.kind == REJECTION, self.trail.applied.get(made.id)
        settled = self.trail.settled.get(made.id)
        found = settled is not None and applied is not None and "delivered" not in applied.details
        of, name = Of.REASON if rejection else Of.OUTPUT, "intended" if found else "delivered"
        receipt = self.bodies.get(made.receipt_id or 0)
        return DeliveryReceipt(
            id=made.id,
            key=made.key,
            rejection=rejection,
            state=made.state,
            attempts=made.attempts,
            at=made.changed_at,
            delivered=self._hashed(of, applied, name, self.bodies.get(made.output_id)),
            receipt=self._hashed(Of.RECEIPT, applied, "receipt", receipt) if made.receipt_id is not None else None,
            said=json.loads(receipt) if receipt is not None else None,
            code_version=_delivered_by(run, applied),
            settled_by=settled.actor if settled is not None and found else None,
            settled_at=settled.at if settled is not None and found else None,
            waited_since=made.waiting_since,
        )

    def _hashed(self, of: Of, row: schema.AuditRow | None, name: str, text: str | None) -> Hashed:
        kept = row.details.get(name) if row is not None else None
        standing = standing_of(of, kept, text, salt=self.case.salt)
        return Hashed(of=of, hash=kept, row=row.id if row is not None else None, text=text, standing=standing)

    def _label(self, name: str) -> str:
        known = self.workflow is not None and name in self.workflow.output.model_fields
        return label_of(self.workflow.output, name) if known and self.workflow is not None else name

    def _written(self, output: str | None) -> Mapping[str, str]:
        """Return values by the labels of their fields, as people write them."""
        if output is None:
            return {}
        values = json.loads(output)
        form: type[BaseModel] | None = self.workflow.output if self.workflow is not None else None
        if form is None:
            return {name: one if isinstance(one, str) else canonical(one) for name, one in values.items()}
        return {self._label(name): text for name, text in entries_of(form, values).items() if name in values}


def _delivered_by(run: schema.Run, applied: schema.AuditRow | None) -> str | None:
    """Return the version of the code that delivered: it is kept where it is another than the run began with."""
    if applied is None or "delivered" not in applied.details:
        return None
    other: str | None = applied.details.get("code")
    return other or run.code_version


def _hash(hashed: Hashed | None) -> str | None:
    return hashed.hash if hashed is not None else None


def _number(said: object) -> float | None:
    return float(said) if isinstance(said, str) else None
