"""The preview of a file at the terminal."""

from bot.cli.screens.output import out, print_named, shown
from workflows.engine.case.intake import Intake
from workflows.engine.sources.files.preview import FilePreview
from workflows.engine.text.sanitize import one_line

_COLUMNS_SHOWN = 10


def as_json(found: FilePreview) -> dict[str, object]:
    """Return it for a program, with the names that the report on a file has that was taken in."""
    return {
        "dry_run": True,
        "rows": found.rows,
        "taken_in": found.intakes[Intake.TAKEN_IN],
        "revised": found.intakes[Intake.REVISED],
        "duplicates": found.intakes[Intake.DUPLICATE],
        "refused": found.refused,
        "first_refused": found.refusals,
        "columns": found.columns,
        "right_answers": found.answers,
        "columns_not_used": found.unused,
        "fields_without_column": found.unfilled,
        "room": found.room,
        "example": found.example,
    }


def print_preview(found: FilePreview) -> None:
    """Print what taking in a file would do, and which of its rows would be refused."""
    out.print("nothing was written; this is what would be taken in:")
    print_named("rows", f"{found.rows:,}")
    print_named("new", f"{found.intakes[Intake.TAKEN_IN]:,}")
    print_named("duplicates", f"{found.intakes[Intake.DUPLICATE]:,}")
    print_named("revisions", f"{found.intakes[Intake.REVISED]:,}")
    print_named("refused", f"{found.refused:,}")
    for refused in found.refusals:
        where = f", {', '.join(refused.fields)}" if refused.fields else ""
        out.print(shown(f"  row {refused.row} (line {refused.line}{where}): {one_line(refused.why, 300)}"))
    if found.refused > len(found.refusals):
        out.print(f"  ... and {found.refused - len(found.refusals):,} more")
    if not found.fits:
        print_named("room in the queue", f"{found.room:,} cases; the other rows are left out, so run it again later")
    for name, column in found.columns.items():
        answer = ", as the right answer" if name in found.answers else ""
        print_named(f"column {one_line(column)}", f"is {name}{answer}")
    if found.unused:
        few, more = found.unused[:_COLUMNS_SHOWN], len(found.unused) - _COLUMNS_SHOWN
        print_named("columns not used", ", ".join(few) + (f" and {more} more" if more > 0 else ""))
    if found.unfilled:
        print_named("no column for", f"{', '.join(found.unfilled)}: each gets its default")
    if found.example is not None:
        out.print(shown(f"row {found.example.row} would be the case {one_line(found.example.key, 200)}"))
        for name, value in found.example.values.items():
            print_named(f"  {name}", one_line(value, 300))
