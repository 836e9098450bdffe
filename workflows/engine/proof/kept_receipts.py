"""The decisions in the database, held against the hashes that the audit keeps of them.

Their rows are proven by the seals; here the content that is still there is hashed again, and the hashes are compared.
"""

from collections.abc import Iterator
from dataclasses import replace

from store.governance import receipts
from workflows.engine.context import Context
from workflows.engine.proof.receipt_tally import Tallying
from workflows.engine.proof.receipts.checking import Check, check
from workflows.engine.proof.receipts.receipt import receipt_lines
from workflows.engine.proof.views import Finding, FindingKind, Verdict

_CASES = 500
"""Cases of one reading transaction."""


def with_receipts(context: Context, verdict: Verdict) -> Verdict:
    """Return a verdict on the database with what came of its receipts, all cases.

    Where the rows are not as they were sealed, their hashes prove nothing, and the verdict is returned as it is. Nobody
    is shown a content, so no reading is recorded.
    """
    if not verdict.is_right:
        return verdict
    tallying, findings = Tallying(), list[Finding]()
    for receipt in receipt_lines(context, _cases(context), with_content=True):
        checked = check(receipt)
        tallying.add(checked)
        wrong = next((one for one in checked.found if one.check is not Check.NOT_APPROVED), None)
        if wrong is not None and not findings:
            findings.append(Finding(kind=FindingKind.CONTENT_CHANGED, case=checked.case, said=wrong.what))
    return replace(verdict, findings=findings, receipts=tallying.tally())


def _cases(context: Context) -> Iterator[int]:
    after = 0
    while True:
        with context.database.read() as session:
            found = receipts.cases_after(session, team=context.team, after=after, limit=_CASES)
        yield from found
        if len(found) < _CASES:
            return
        after = found[-1]
