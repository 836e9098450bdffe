"""Counts what receipts say when their hashes are compared. Pure."""

from collections import Counter
from dataclasses import dataclass, field

from workflows.engine.proof.receipts.checking import Findings
from workflows.engine.proof.receipts.views import Outcome
from workflows.engine.proof.views import ALARMS, ReceiptTally

_UNDELIVERED = (Outcome.CLOSED, Outcome.PENDING)


@dataclass(kw_only=True)
class Tallying:
    """A tally that is being made."""

    _receipts: int = 0
    _outcomes: Counter[Outcome] = field(default_factory=Counter)
    _not_approved: int = 0
    _alarms: list[int] = field(default_factory=list)
    _remade: int = 0
    _outside: int = 0

    def add(self, checked: Findings, *, outside: int = 0) -> None:
        """Count a receipt. `outside`: the rows that it names and that are not there to be compared."""
        self._receipts += 1
        self._outcomes.update(checked.outcomes.values())
        self._remade += checked.fits
        self._outside += outside
        if Outcome.NOT_APPROVED in checked.outcomes.values():
            self._not_approved += 1
            if checked.case is not None and len(self._alarms) < ALARMS:
                self._alarms.append(checked.case)

    def tally(self) -> ReceiptTally | None:
        """Return the tally; None where no receipt was counted."""
        if not self._receipts:
            return None
        decisions, undelivered = self._outcomes.total(), sum(self._outcomes[one] for one in _UNDELIVERED)
        unknown, wrong = self._outcomes[Outcome.UNKNOWN], self._outcomes[Outcome.NOT_APPROVED]
        return ReceiptTally(
            receipts=self._receipts,
            decisions=decisions,
            fit=decisions - undelivered - unknown - wrong,
            undelivered=undelivered,
            unknown=unknown,
            not_approved=self._not_approved,
            alarms=self._alarms,
            remade=self._remade,
            outside=self._outside,
        )
