"""The report on a file that was taken in: printed for people, and as JSON for a program."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.cli.advised import advised
from bot.cli.screens.output import out, shown
from workflows.engine.case.files.intake import FileTaken
from workflows.engine.case.intake import Intake
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.read.tally import Hits, Tally
from workflows.engine.text.sanitize import one_line
from workflows.model.local.local_model import TrainingReport

_REFUSALS_SHOWN = 20
_COLUMNS_SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class Worked:
    """The work that followed."""

    runs: int
    seconds: float
    learned: Mapping[str, TrainingReport]
    elsewhere: bool = False
    """True if another process works on the database."""


def as_json(workflow: AnyWorkflow, taken: FileTaken, worked: Worked, numbers: Tally) -> dict[str, object]:
    """Return the whole report, for a program."""
    return {
        "workflow": workflow.name,
        "rows": taken.rows,
        "taken_in": taken.intakes[Intake.TAKEN_IN],
        "revised": taken.intakes[Intake.REVISED],
        "duplicates": taken.intakes[Intake.DUPLICATE],
        "refused": taken.refused,
        "columns_not_used": list(taken.unused),
        "left_out": taken.left_out,
        "intake_seconds": taken.seconds,
        "runs": worked.runs,
        "seconds": worked.seconds,
        "cases_per_second": worked.runs / worked.seconds if worked.runs else None,
        "floor": workflow.autonomy.at_least,
        "tally": numbers,
        "learned": worked.learned,
    }


def print_taken(workflow: AnyWorkflow, taken: FileTaken, worked: Worked, numbers: Tally) -> None:
    """Print it, and what to do next."""
    for refusal in taken.refused[:_REFUSALS_SHOWN]:
        out.print(shown(f"row {refusal['row']} (line {refusal['line']}) refused: {refusal['why']}"))
    if len(taken.refused) > _REFUSALS_SHOWN:
        out.print(f"... and {len(taken.refused) - _REFUSALS_SHOWN:,} more refused; --json lists all")
    for report in worked.learned.values():
        for name, learned in report.fields.items():
            out.print(
                f"learned {name} from {learned.examples:,} examples: {learned.accuracy:.1%} right and calibration "
                f"error {learned.calibration_error:.3f} on {learned.held_out:,} held out"
            )
    lines = {
        "taken in": f"{taken.intakes[Intake.TAKEN_IN]:,}",
        "revised": f"{taken.intakes[Intake.REVISED]:,}",
        "duplicates": f"{taken.intakes[Intake.DUPLICATE]:,}",
        "refused": f"{len(taken.refused):,}",
        "resolved alone": f"{numbers.alone:,}",
        "to review": f"{numbers.to_review:,}",
        "decided by people": f"{numbers.decided:,}",
        "failed": f"{numbers.failed:,}",
    }
    if taken.unused:
        few, more = taken.unused[:_COLUMNS_SHOWN], len(taken.unused) - _COLUMNS_SHOWN
        lines["columns not used"] = ", ".join(few) + (f" and {more} more" if more > 0 else "")
    if taken.left_out:
        lines["left out"] = f"{taken.left_out:,}"
    if numbers.lapsed:
        lines["not answered in time"] = f"{numbers.lapsed:,}"
    if numbers.unfinished:
        lines["not finished"] = f"{numbers.unfinished:,}"
    if numbers.samples:
        lines["sample answers"] = f"{numbers.samples:,} more, written by hand: in none of these figures"
    floor = workflow.autonomy.at_least
    at = f" (floor {floor:g})" if floor is not None else ""
    for name, hits in numbers.right_alone.items():
        lines[f"{name} right, resolved alone{at}"] = _share(hits)
    for name, hits in numbers.right_of_all.items():
        lines[f"{name} right, all proposals"] = _share(hits)
    if worked.runs:
        lines["cases per second"] = f"{worked.runs / worked.seconds:.0f} ({worked.runs:,} in {worked.seconds:.1f} s)"
    lines["dollars"] = f"{numbers.cost:.4f}"
    if not taken.rows:
        out.print("there is no row in the file")
    width = max(map(len, lines))
    for what, value in lines.items():
        out.print(shown(f"{what:<{width}}  {one_line(value, 300)}"))
    if taken.left_out:
        out.print("next: the queue was full and had no room for all rows; run the same command again")
    if numbers.to_review or numbers.samples:
        out.print(advised("next: `countersign queue` lists what waits for you"))
    if numbers.failed:
        out.print(
            advised("next: `countersign cases --state failed`, then `countersign case CASE` and `rerun CASE`"),
            markup=False,
        )


def _share(hits: Hits) -> str:
    return f"{hits.share:.1%} ({hits.right:,} of {hits.of:,})" if hits.share is not None else "-"
