"""The check of a receipt without the database: do its hashes fit the texts in it, and one another? Pure.

What it cannot say is whether the hashes are those that the audit holds: each names its audit row, and the seals of the
audit prove the rows.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import ValidationError

from store.states import DeliveryState
from workflows.complaints import complaints
from workflows.engine.proof.receipts.document import DecisionPart, Document, HashPart, RunPart
from workflows.engine.proof.receipts.outcomes import outcome_of, standing_of
from workflows.engine.proof.receipts.views import Outcome, Standing


class Check(StrEnum):
    """The kind of a finding."""

    UNREADABLE = "unreadable"
    """It is no receipt of a form that is known here."""
    DIFFERS = "differs"
    """A text has another hash than the receipt says."""
    NOT_APPROVED = "not_approved"
    """Delivered values are not those that were decided."""
    OTHER_OUTCOME = "other_outcome"
    """The receipt says something else of its hashes than they do."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that is not as it should be."""

    check: Check
    run: int | None
    """None where it concerns all of the receipt."""
    what: str
    """The name of the hash, or what is wrong with the form."""


@dataclass(frozen=True, kw_only=True)
class Findings:
    """The result of a check."""

    case: int | None
    found: Sequence[Finding]
    fits: int
    """Number of hashes that were made again from their texts, and are the same."""
    without_text: int
    """Number of hashes whose text is not in the receipt, so that they cannot be made again."""
    outcomes: Mapping[int, Outcome]
    """Run -> what its hashes say."""
    remade: Mapping[int, Sequence[str]]
    """Run -> names of the hashes that were made again from their texts, and are the same."""
    rows: Sequence[int]
    """Numbers of the audit rows that it rests on."""

    @property
    def good(self) -> bool:
        """True if nothing is wrong with it."""
        return not self.found


def check(document: object) -> Findings:
    """Check a receipt, given as JSON that was read."""
    try:
        read = Document.model_validate(document)
    except ValidationError as error:
        return unreadable(f"{where}: {what}" for where, what in complaints(error).items())
    return check_read(read)


def unreadable(why: Iterable[str]) -> Findings:
    """Return the findings about what is no receipt."""
    found = [Finding(check=Check.UNREADABLE, run=None, what=one) for one in why]
    return Findings(case=None, found=found, fits=0, without_text=0, outcomes={}, remade={}, rows=())


def check_read(read: Document) -> Findings:
    """Check a receipt whose form is right."""
    standings = [
        (run, name, standing_of(one.of, one.hash, one.text, salt=read.salt))
        for run in read.runs
        for name, one in _hashes(run)
    ]
    outcomes = {run.run: _outcome(run) for run in read.runs}
    if len(outcomes) < len(read.runs):
        return unreadable(["runs: one is there twice"])
    remade: dict[int, list[str]] = {run.run: [] for run in read.runs}
    for run, name, standing in standings:
        if standing is Standing.FITS:
            remade[run.run].append(name)
    found = [
        Finding(check=Check.DIFFERS, run=run.run, what=name)
        for run, name, standing in standings
        if standing is Standing.DIFFERS
    ]
    for run in read.runs:
        if outcomes[run.run] is Outcome.NOT_APPROVED:
            found.append(Finding(check=Check.NOT_APPROVED, run=run.run, what="delivered"))
        elif outcomes[run.run] is not run.outcome:
            found.append(Finding(check=Check.OTHER_OUTCOME, run=run.run, what=run.outcome))
        found += [Finding(check=Check.DIFFERS, run=run.run, what=f"{name} by {by}") for name, by in _not_its(run)]
    kinds = [standing for _, _, standing in standings]
    return Findings(
        case=read.case,
        found=found,
        fits=kinds.count(Standing.FITS),
        without_text=kinds.count(Standing.REMOVED),
        outcomes=outcomes,
        remade=remade,
        rows=sorted({row for run in read.runs for row in run.rows}),
    )


def _hashes(run: RunPart) -> Iterator[tuple[str, HashPart]]:
    yield from run.hashes.items()
    for made in run.decisions:
        for name, one in (("approved", made.approved), ("reason", made.reason)):
            # The one that counts stands among the hashes of the run.
            if one is not None and one != run.hashes.get(name):
                yield f"{name} by {made.by}", one


def _standing(run: RunPart) -> DecisionPart | None:
    stand = [one for one in run.decisions if one.revoked_at is None and not one.confirms]
    return stand[-1] if stand else None


def _not_its(run: RunPart) -> Iterator[tuple[str, str]]:
    """Yield the hashes of a run that are not those of the decision that counts, with who decided."""
    made = _standing(run)
    for name, one in (("approved", made.approved), ("reason", made.reason)) if made is not None else ():
        if one is not None and (name not in run.hashes or run.hashes[name].hash != one.hash):
            yield name, made.by if made is not None else ""


def _outcome(run: RunPart) -> Outcome:
    made = _standing(run)
    hashes = {name: one.hash for name, one in run.hashes.items()}
    return outcome_of(
        resolution=run.resolution,
        state=run.state,
        kind=made.kind if made is not None else None,
        proposed=hashes.get("proposed"),
        approved=hashes.get("approved"),
        reason=hashes.get("reason"),
        delivered=hashes.get("delivered"),
        was_delivered=run.delivery is not None and run.delivery.state is DeliveryState.APPLIED,
        was_found=run.delivery is not None and run.delivery.settled_by is not None,
    )
