"""The report of a volume test as a file of its floors."""

import csv
from pathlib import Path

from workflows.engine.errors import Refused
from workflows.quality.volume.views import FloorRow, Report


def write_csv(report: Report, file: Path) -> None:
    """Write the rows of the floors into a new file. Raise `Refused` where it cannot be written."""
    columns = list(FloorRow.model_fields)
    try:
        with file.open("x", newline="", encoding="utf-8") as opened:
            writer = csv.writer(opened)
            writer.writerow(columns)
            for row in report.floors:
                writer.writerow([getattr(row, column) for column in columns])
    except OSError as error:
        raise Refused(f"{file} cannot be written: {error.strerror or error}") from error
