"""The result of a verification in words: one sentence, then what it means and what to do."""

from collections.abc import Iterator, Mapping, Sequence

from handlers.texts.pieces import Line, Paragraph, Told, bullets, line, words
from handlers.texts.plain import in_words
from workflows.engine.proof.receipts.checking import Check, Findings
from workflows.engine.proof.receipts.checking import Finding as ReceiptFinding
from workflows.engine.proof.receipts.views import Outcome
from workflows.engine.proof.views import Finding, FindingKind, Verdict
from workflows.engine.text.sanitize import one_line

_SAID = 100
"""Characters of something from an export that are shown."""
_SHOWN = 20
"""Findings, decisions and rows of a receipt that are shown."""
_OUTCOME: Mapping[Outcome, str] = {
    Outcome.AS_PROPOSED: "proposed, approved and delivered are the same",
    Outcome.EDITED: "what was delivered is what was approved; it is not what was proposed",
    Outcome.ANSWERED: "what was delivered is what was approved; it was filled in by hand",
    Outcome.ALONE: "what was delivered is what was proposed; the workflow went alone",
    Outcome.LAPSED: "what was delivered is what was proposed; nobody answered in time",
    Outcome.TOLD: "it was rejected, and the system of record was told the very reason",
    Outcome.CLOSED: "it was closed, and nothing was delivered",
    Outcome.FOUND: "what was to be delivered is what was decided; a person found that it was delivered",
    Outcome.PENDING: "it is decided, and not delivered",
    Outcome.UNKNOWN: "whether the three fit is not known: a hash of them was not kept",
    Outcome.NOT_APPROVED: "alarm: what was delivered is not what was decided",
}


def verified(verdict: Verdict) -> Told:
    """Tell what came of a verification."""
    receipts = [line(words(said)) for said in _receipts(verdict)]
    if verdict.is_right:
        alarm, first = _alarm(verdict), _right(verdict)
        parts: list[Sequence[Paragraph]] = [[line(words(one)) for one in (alarm, first) if one is not None]]
        parts += [receipts, [*_extent(verdict)]]
        return Told(brief=alarm or first, parts=[part for part in parts if part])
    (finding, *_) = verdict.findings
    first = sentence(finding)
    after = [line(words(_meaning(finding, verdict))), line(words(_next_step(finding)))]
    if (said := _alarm(verdict)) is not None:
        receipts.insert(0, line(words(said)))
    parts = [[line(words(first))], after, receipts, [*_extent(verdict)]]
    return Told(brief=first, parts=[part for part in parts if part])


def _right(verdict: Verdict) -> str:
    if not verdict.seals:
        return "Nothing is sealed, so nothing can be verified. serve seals within seconds, countersign seal now."
    are = "is" if verdict.rows == 1 else "are"
    rows, seals = _counted(verdict.rows, "row"), _counted(verdict.seals, "seal")
    return f"The audit is as it was sealed: {rows} {are} right, in {seals}."


def _counted(number: int, one: str) -> str:
    return f"{number:,} {one}{'' if number == 1 else 's'}"


def _alarm(verdict: Verdict) -> str | None:
    tally = verdict.receipts
    if tally is None or not tally.not_approved:
        return None
    cases, left = ", ".join(str(case) for case in tally.alarms), tally.not_approved - len(tally.alarms)
    named = f"case{'' if tally.not_approved == 1 else 's'} {cases}{f' and {left:,} more' if left else ''}"
    all_of = f"{tally.receipts:,} {'receipt' if tally.receipts == 1 else 'receipts'}"
    return f"Alarm: {tally.not_approved:,} of {all_of}: delivered what nobody approved: {named}."


def _receipts(verdict: Verdict) -> Iterator[str]:
    """Say what receipts show."""
    tally, held = verdict.receipts, verdict.held
    if held:
        yield f"{held:,} {'receipt' if held == 1 else 'receipts'} from elsewhere: as the rows of this export say."
    if tally is None:
        return
    all_of = f"{tally.receipts:,} {'receipt' if tally.receipts == 1 else 'receipts'}"
    said = [
        f"in {tally.fit:,} of {tally.decisions:,} {'decision' if tally.decisions == 1 else 'decisions'}, what was "
        "delivered is what was decided"
    ]
    if tally.undelivered:
        said.append(f"in {tally.undelivered:,}, nothing was delivered")
    if tally.unknown:
        said.append(f"in {tally.unknown:,}, hashes were not kept yet")
    yield f"{all_of}: {'; '.join(said)}."
    if tally.remade:
        yield f"Hashes that were made again from the content that is there, and fit: {tally.remade:,}."
    if tally.outside:
        rows = f"{tally.outside:,} {'row' if tally.outside == 1 else 'rows'}"
        yield f"They name {rows} before or after the sealed ones of this export: those prove nothing here."


def checked(findings: Findings) -> Told:
    """Tell what came of the check of one receipt, from a file."""
    wrong = [_wrong(one) for one in findings.found[:_SHOWN]]
    if findings.case is None:
        first = "The receipt cannot be read."
        return Told(brief=first, parts=[[line(words(first))], [bullets([line(words(one)) for one in wrong])]])
    case = f"The receipt of case {findings.case}"
    first = f"{case} fits: nothing in it contradicts its hashes." if findings.good else f"{case} does not fit."
    parts: list[Sequence[Paragraph]] = [[line(words(first))]]
    if wrong:
        parts.append([bullets([line(words(one)) for one in wrong])])
    runs = list(findings.outcomes.items())[:_SHOWN]
    parts.append([line(words(f"Run {run}: {_OUTCOME[outcome]}. {_remade(findings, run)}")) for run, outcome in runs])
    rows = ", ".join(str(row) for row in findings.rows[:_SHOWN]) or "none"
    more = f" and {len(findings.rows) - _SHOWN:,} more" if len(findings.rows) > _SHOWN else ""
    parts.append(
        [
            line(words(f"It rests on these rows of the audit: {rows}{more}.")),
            line(
                words(
                    "A receipt alone does not show that the audit holds these hashes. An export of those days does: "
                    "countersign audit-export writes it, and countersign verify EXPORT --receipt FILE compares."
                )
            ),
        ]
    )
    return Told(brief=first, parts=parts)


def _remade(findings: Findings, run: int) -> str:
    names = [one_line(name, _SAID) for name in findings.remade.get(run, ())[:_SHOWN]]
    if not names:
        return "Without texts in it, no hash could be made again."
    return f"Made again from their texts: {', '.join(names)}."


def _wrong(finding: ReceiptFinding) -> str:
    run = f"Run {finding.run}: " if finding.run is not None else ""
    what = one_line(finding.what, _SAID)
    match finding.check:
        case Check.UNREADABLE:
            return f"{what}."
        case Check.DIFFERS:
            return f"{run}the hash of {what} is not that of its text, or of the decision that counts."
        case Check.NOT_APPROVED:
            return f"{run}what was delivered is not what was decided."
        case Check.OTHER_OUTCOME:
            return f"{run}it says {what}, and its hashes say otherwise."


def sentence(finding: Finding) -> str:
    """Say in a sentence what was found."""
    row, seal = finding.row, finding.seal
    where = f", line {finding.line:,} of the export" if finding.line is not None else ""
    sealed = f" of seal {seal:,}" if seal is not None else ""
    said = one_line(finding.said, _SAID) if finding.said is not None else ""
    match finding.kind:
        case FindingKind.EDITED:
            return f"Row {row:,} was edited{where}."
        case FindingKind.DELETED:
            return f"Row {row:,}{sealed} was deleted."
        case FindingKind.REORDERED if finding.other is not None:
            return f"Row {row:,} was reordered: it and row {finding.other:,} are not in their places{where}."
        case FindingKind.REORDERED:
            return f"Row {row:,} was reordered: it is not in its place{where}."
        case FindingKind.INSERTED:
            return f"Row {row:,} was inserted: nothing was sealed in its place{where}."
        case FindingKind.DOUBLED if finding.other is not None and finding.other != row:
            return f"Row {row:,} was doubled: it is a copy of row {finding.other:,}{where}."
        case FindingKind.DOUBLED:
            return f"Row {row:,} was doubled: it is there twice{where}."
        case FindingKind.SEAL_ALTERED:
            return f"Seal {seal:,} was altered{where}."
        case FindingKind.SEAL_REMOVED:
            return f"Seal {seal:,} was removed." if seal is not None else f"A seal was removed: {said}."
        case FindingKind.CHAIN_BROKEN:
            return f"The chain is broken at seal {seal:,}: it does not follow the seal before it."
        case FindingKind.BAD_SIGNATURE:
            return f"The signature of seal {seal:,} is not right."
        case FindingKind.NOT_SIGNED:
            return f"From seal {seal:,} on, no seal is signed by a key that is known."
        case FindingKind.UNKNOWN_HEAD:
            return f"The head {seal:,}:{said} is not in the chain."
        case FindingKind.CUT_OFF:
            return f"The export is cut off{f' at line {finding.line:,}' if finding.line is not None else ''}."
        case FindingKind.UNREADABLE:
            return f"Line {finding.line:,} of the export cannot be read: {said}."
        case FindingKind.RECEIPT_EDITED:
            of = f" of case {finding.case}" if finding.case is not None else ""
            against = f"row {row:,}: " if row is not None else ""
            return f"The receipt{of} was edited{where or ', in the file that was named'}: {against}{said}."
        case FindingKind.RECEIPT_DOUBLED:
            return f"The receipt of case {finding.case} was doubled: it is there twice{where}."
        case FindingKind.RECEIPT_LEFT_OUT:
            return f"The receipt of case {finding.case} was left out: row {row:,} is of a delivery."
        case FindingKind.RECEIPT_OUTSIDE:
            return f"The receipt of case {finding.case} is not proven: row {row:,} is not sealed in this export."
        case FindingKind.CONTENT_CHANGED:
            return f"A content of case {finding.case} was changed: {said} has another hash than the audit keeps."
        case FindingKind.EVIDENCE_CHANGED:
            about = f" (case {finding.case})" if finding.case is not None else ""
            return f"How far {said} goes alone does not follow from what people decided{about}."


def _meaning(finding: Finding, verdict: Verdict) -> str:
    match finding.kind:
        case FindingKind.EDITED | FindingKind.DELETED | FindingKind.REORDERED | FindingKind.INSERTED:
            said = "Somebody changed the audit after it was sealed; the program only adds rows."
        case FindingKind.DOUBLED:
            said = "Somebody added a copy of a row; the program writes each once."
        case FindingKind.SEAL_ALTERED | FindingKind.SEAL_REMOVED | FindingKind.CHAIN_BROKEN:
            said = "Somebody changed the seals; the program only adds them. Rows from here on prove nothing."
        case FindingKind.BAD_SIGNATURE:
            said = "Whoever made this seal did not have the key that the seal names."
        case FindingKind.NOT_SIGNED:
            said = "The key was removed from the settings or replaced, or somebody without the key wrote these seals."
        case FindingKind.UNKNOWN_HEAD:
            said = "The newest part was cut off, or everything was rewritten, since that head was published."
        case FindingKind.CUT_OFF:
            said = "Something of it is missing: it was not written or not copied to its end, or lines were taken out."
        case FindingKind.UNREADABLE:
            said = "The file is damaged, or it is not an export of this program."
        case FindingKind.RECEIPT_EDITED | FindingKind.RECEIPT_DOUBLED | FindingKind.RECEIPT_LEFT_OUT:
            said = "The rows of the audit are as they were sealed; it is the receipt that does not belong to them."
        case FindingKind.RECEIPT_OUTSIDE:
            said = "Nothing is wrong with what could be compared."
        case FindingKind.CONTENT_CHANGED:
            said = "The audit is as it was sealed. Somebody changed the content after its hash was kept."
        case FindingKind.EVIDENCE_CHANGED:
            said = "The audit is as it was sealed. Somebody changed the rows of a version's evidence."
    if verdict.restored_at is not None and finding.kind is FindingKind.UNKNOWN_HEAD:
        said += (
            f" The database was put back from a backup at {in_words(verdict.restored_at)}: heads that were published "
            "between that backup and this time are in no chain any more."
        )
    return said


def _next_step(finding: Finding) -> str:
    match finding.kind:
        case (
            FindingKind.CUT_OFF
            | FindingKind.UNREADABLE
            | FindingKind.RECEIPT_EDITED
            | FindingKind.RECEIPT_DOUBLED
            | FindingKind.RECEIPT_LEFT_OUT
        ):
            return "Ask for the export again, or make it again: countersign audit-export."
        case FindingKind.RECEIPT_OUTSIDE:
            return "Ask for an export of more days: countersign audit-export."
        case FindingKind.NOT_SIGNED:
            return "Name the key of these seals with --key; without one, compare their heads with those kept elsewhere."
        case FindingKind.UNKNOWN_HEAD:
            return "Compare with a backup from before that head, and with exports; keep what is there now as it is."
        case FindingKind.EVIDENCE_CHANGED:
            return "Take it back first: countersign certificate names the command. Then compare with a backup."
        case _:
            return "Keep the database as it is, and compare with a backup and with earlier exports."


def _extent(verdict: Verdict) -> Iterator[Line]:
    """Say what was looked at, and what nothing can be said of."""
    if verdict.epochs and verdict.is_right:
        one = "a version that earns" if verdict.epochs == 1 else f"{verdict.epochs:,} versions that earn"
        its = "its" if verdict.epochs == 1 else "their"
        yield line(words(f"The evidence of {one} {its} autonomy was computed again from its rows, and is the same."))
    if not verdict.is_right:
        rows, seals = _counted(verdict.rows, "row"), _counted(verdict.seals, "seal")
        yield line(words(f"Before that, {rows} in {seals} {'is' if verdict.rows == 1 else 'are'} right."))
    if verdict.newest is not None:
        newest = verdict.newest
        yield line(words(f"Head {newest.number}:{newest.head}, row {newest.last_row:,}, {in_words(newest.sealed_at)}."))
    if verdict.first is not None and verdict.first > 1:
        yield line(words(f"It begins with seal {verdict.first:,}: what was before is not in it."))
    yield line(words(_signatures(verdict)))
    if verdict.heads:
        yield line(words(f"{verdict.heads:,} published {_heads(verdict.heads)} in the chain."))
    else:
        yield line(
            words(
                "No published head was compared: somebody who rewrote everything would not be found. "
                "--head or --heads names one from the channel or the file."
            )
        )
    if verdict.heads_outside:
        yield line(
            words(f"{verdict.heads_outside:,} published {_heads(verdict.heads_outside)} outside of this export.")
        )
    if verdict.bad_heads:
        yield line(words(f"Lines of the file of heads that cannot be read: {verdict.bad_heads:,}."))
    if verdict.unsealed:
        rows = f"{verdict.unsealed:,} {'row is' if verdict.unsealed == 1 else 'rows are'}"
        yield line(words(f"{rows} not sealed yet: nothing shows whether they are as they were written."))
    if verdict.backdated:
        yield line(
            words(
                f"Rows that are dated long before rows that were written earlier: {verdict.backdated:,}, the "
                "first is row "
                f"{verdict.first_backdated:,}: a wrong clock does that, and so does a row that somebody added."
            )
        )
    if verdict.restored_at is not None and verdict.is_right:
        yield line(words(f"The database was last put back from a backup at {in_words(verdict.restored_at)}."))


def _heads(number: int) -> str:
    return "head is" if number == 1 else "heads are"


def _signatures(verdict: Verdict) -> str:
    said = []
    if verdict.signed:
        said.append(f"{verdict.signed:,} signed by the {'key that the export brings' if verdict.own_key else 'key'}")
    if verdict.unchecked:
        said.append(f"{verdict.unchecked:,} signed by a key that is not known here")
    if verdict.unsigned:
        said.append(f"{verdict.unsigned:,} not signed")
    seals = f"Seals: {', '.join(said)}." if said else "No seal was looked at."
    more = " Compare that key with the one you were given, or name yours with --key." if verdict.own_key else ""
    return seals + (more if verdict.signed else "")
