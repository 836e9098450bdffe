"""The result of a verification in words: one sentence, then what it means and what to do."""

from collections.abc import Iterator

from handlers.texts.pieces import Line, Told, line, words
from handlers.texts.plain import in_words
from workflows.engine.proof.views import Finding, FindingKind, Verdict
from workflows.engine.text.sanitize import one_line

_SAID = 100
"""Characters of something from an export that are shown."""


def verified(verdict: Verdict) -> Told:
    """Tell what came of a verification."""
    if verdict.is_right:
        first = _right(verdict)
        return Told(brief=first, parts=[[line(words(first))], [*_extent(verdict)]])
    (finding, *_) = verdict.findings
    first = sentence(finding)
    after = [line(words(_meaning(finding, verdict))), line(words(_next_step(finding)))]
    return Told(brief=first, parts=[[line(words(first))], after, [*_extent(verdict)]])


def _right(verdict: Verdict) -> str:
    if not verdict.seals:
        return "Nothing is sealed, so nothing can be verified."
    rows = f"{verdict.rows:,} {'row is' if verdict.rows == 1 else 'rows are'}"
    seals = f"{verdict.seals:,} {'seal' if verdict.seals == 1 else 'seals'}"
    return f"The audit is as it was sealed: {rows} right, in {seals}."


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


def _meaning(finding: Finding, verdict: Verdict) -> str:
    match finding.kind:
        case FindingKind.EDITED | FindingKind.DELETED | FindingKind.REORDERED | FindingKind.INSERTED:
            said = "Somebody changed the audit after it was sealed; the program only adds rows."
        case FindingKind.DOUBLED:
            said = "Somebody added a copy of a row; the program writes each once."
        case FindingKind.SEAL_ALTERED | FindingKind.SEAL_REMOVED | FindingKind.CHAIN_BROKEN:
            said = "Somebody changed the seals; the program only adds them. Rows from here on prove nothing."
        case FindingKind.BAD_SIGNATURE:
            said = "Whoever made this seal did not have the key whose name it bears."
        case FindingKind.NOT_SIGNED:
            said = "The key was taken out of the settings, it is another one now, or somebody without it wrote these."
        case FindingKind.UNKNOWN_HEAD:
            said = "The newest part was cut off, or everything was written anew, since that head was published."
        case FindingKind.CUT_OFF:
            said = "Something of it is missing: it was not written or not copied to its end, or lines were taken out."
        case FindingKind.UNREADABLE:
            said = "The file is damaged, or it is no export of this program."
    if verdict.restored_at is not None and finding.kind is FindingKind.UNKNOWN_HEAD:
        said += (
            f" The database was put back from a backup at {in_words(verdict.restored_at)}: heads that were published "
            "between that backup and this time are in no chain any more."
        )
    return said


def _next_step(finding: Finding) -> str:
    match finding.kind:
        case FindingKind.CUT_OFF | FindingKind.UNREADABLE:
            return "Ask for the export again, or make it anew: countersign audit-export."
        case FindingKind.NOT_SIGNED:
            return "Name the key of these seals with --key; without one, compare their heads with those kept elsewhere."
        case FindingKind.UNKNOWN_HEAD:
            return "Compare with a backup from before that head, and with exports; keep what is there now as it is."
        case _:
            return "Keep the database as it is, and compare with a backup and with earlier exports."


def _extent(verdict: Verdict) -> Iterator[Line]:
    """Say what was looked at, and what nothing can be said of."""
    if not verdict.is_right:
        yield line(words(f"Before that, {verdict.rows:,} rows in {verdict.seals:,} seals are right."))
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
                "No published head was compared: somebody who wrote everything anew would not be found. "
                "--head or --heads names one from the channel or the file."
            )
        )
    if verdict.heads_outside:
        yield line(
            words(f"{verdict.heads_outside:,} published {_heads(verdict.heads_outside)} outside of this export.")
        )
    if verdict.bad_heads:
        yield line(words(f"{verdict.bad_heads:,} lines of the file of heads cannot be read."))
    if verdict.unsealed:
        rows = f"{verdict.unsealed:,} {'row is' if verdict.unsealed == 1 else 'rows are'}"
        yield line(words(f"{rows} not sealed yet: nothing shows whether they are as they were written."))
    if verdict.backdated:
        yield line(
            words(
                f"{verdict.backdated:,} rows are dated long before rows that were written earlier, the first is row "
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
