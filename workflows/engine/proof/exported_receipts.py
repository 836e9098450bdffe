"""The receipts in an export: each as it was written, right in itself, and as the audit rows say that it names."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from workflows.complaints import complaints
from workflows.engine.proof.audit_form import is_canonical
from workflows.engine.proof.comparison import FoundRow
from workflows.engine.proof.receipt_tally import Tallying
from workflows.engine.proof.receipts.checking import Check, Findings, check_read
from workflows.engine.proof.receipts.document import Document
from workflows.engine.proof.receipts.proving_rows import ProvingRows
from workflows.engine.proof.receipts.receipt_file import read_file
from workflows.engine.proof.receipts.rows import Difference, differences, proving_row, rows_named
from workflows.engine.proof.verification import Wrong
from workflows.engine.proof.views import Finding, FindingKind, ReceiptTally


class ExportedReceipts:
    """The receipts of an export, looked at after all of its rows. They stand in the order of their cases."""

    def __init__(self) -> None:
        """Look at nothing yet."""
        self._rows = ProvingRows()
        self._tallying = Tallying()
        self._before: int | None = None
        """The case before."""

    def close(self) -> None:
        """Forget the rows."""
        self._rows.close()

    def keep(self, row: FoundRow, *, sealed: bool) -> None:
        """Keep a row on which receipts may rest."""
        if sealed:
            self._rows.sealed(row.id)
        of = row.record
        made = proving_row(id=row.id, case=of.case, at=of.at, actor=of.actor, action=of.action, details=of.details)
        if made is not None:
            self._rows.add(made)

    def look_at(self, number: int, raw: bytes, line: Mapping[str, Any]) -> None:
        """Look at the receipt of a line. Raise `Wrong`."""
        receipt = _receipt(line.get("receipt"), number)
        case = receipt.case
        if not is_canonical(line, raw):
            raise _edited(number, case, "it is not written as it was")
        if self._before is not None and case <= self._before:
            kind = FindingKind.RECEIPT_DOUBLED if case == self._before else FindingKind.RECEIPT_EDITED
            raise Wrong(Finding(kind=kind, case=case, line=number, said="it is not in its place"))
        self._before = case
        checked, outside = self._hold(receipt, number)
        self._tallying.add(checked, outside=len(outside))

    def _hold(self, receipt: Document, line: int | None) -> tuple[Findings, Sequence[int]]:
        """Return the check of a receipt, and the rows that it names and that are not sealed here. Raise `Wrong`."""
        case, named = receipt.case, rows_named(receipt)
        rows = self._rows.of(named, case=case)
        for one in differences(receipt, rows, covered=self._rows.covers):
            raise _edited(line, case, _said(one), row=one.row)
        checked = check_read(receipt)
        for finding in checked.found:
            if finding.check is not Check.NOT_APPROVED:
                raise _edited(line, case, finding.what)
        return checked, sorted(id for id in named if not self._rows.covers(id))

    def held(self, file: Path) -> Iterator[Finding]:
        """Yield what is wrong with a receipt in a file of its own, held against the rows. Raise `OSError`."""
        read = read_file(file)
        try:
            match read:
                case None:
                    raise _edited(None, None, "it is not a receipt")
                case Findings():
                    raise _edited(None, None, read.found[0].what)
                case _:
                    receipt = _receipt(read, None)
                    _, outside = self._hold(receipt, None)
                    if outside:
                        kind = FindingKind.RECEIPT_OUTSIDE
                        raise Wrong(Finding(kind=kind, case=receipt.case, row=outside[0]))
        except Wrong as wrong:
            yield wrong.finding

    def look_at_end(self) -> None:
        """Find a case with a delivery and without a receipt of it. Raise `Wrong`."""
        if (left := self._rows.unnamed()) is not None:
            case, row = left
            raise Wrong(Finding(kind=FindingKind.RECEIPT_LEFT_OUT, case=case, row=row))

    def tally(self) -> ReceiptTally | None:
        """Return what came of them; None where there was none."""
        return self._tallying.tally()


def _receipt(said: object, line: int | None) -> Document:
    try:
        return Document.model_validate(said)
    except ValidationError as error:
        place, what = next(iter(complaints(error).items()))
        raise _edited(line, None, f"{place}: {what}") from None


def _said(one: Difference) -> str:
    if not one.is_there:
        return "no such row of this case"
    return one.what if one.row is not None else f"{one.what} without a row"


def _edited(line: int | None, case: int | None, said: str, *, row: int | None = None) -> Wrong:
    return Wrong(Finding(kind=FindingKind.RECEIPT_EDITED, case=case, line=line, row=row, said=said))
