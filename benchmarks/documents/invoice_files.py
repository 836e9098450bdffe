"""Files of invoices on their way to marks: what was read by text, by recognition and as data, and what is marked.

    python -m benchmarks.documents.invoice_files [--folder FOLDER] [--write]

Without a key for a model its answers are scripted: each is the truth, with quotes taken from the pages. So nothing here
says how well a model reads. It says whether the page was read, whether a true quote is found and marked at the place of
its own field, and whether a figure of another field gets evidence. `FOLDER` holds more files with their `truth.json`.
"""

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

from benchmarks.kit import machine, report
from benchmarks.kit.report import Part, Section
from tests.covered import Covered
from tests.documents.end_to_end import Outcome, outcome, wrongly
from tests.documents.invoices import DOCUMENTS, INDEX
from workflows.documents.document import Document
from workflows.documents.documents import Documents
from workflows.documents.shelf import FolderShelf
from workflows.library.invoice_intake.invoice import Arrival, Invoice, Tax

HEADING = "Files of invoices"
OWN = "Our own"
DOCS = Path(__file__).resolve().parents[2] / "docs"
_FACTS = {"account": "as on file", "booked_before": False}
_KINDS = {"381": "credit note", "384": "correction"}


def own() -> Iterator[tuple[Path, Invoice]]:
    """Yield the forty sample invoices as files, with what is true of each."""
    for row in map(json.loads, INDEX.read_text(encoding="utf-8").splitlines()):
        name = row["input"]["document"].rpartition("/")[2]
        yield DOCUMENTS / name, Invoice.model_validate({**row["output"], **_FACTS})


def of(folder: Path) -> Iterator[tuple[Path, Invoice]]:
    """Yield the files of a folder with its `truth.json`. What that lacks is reckoned from the rest."""
    for name, said in json.loads((folder / "truth.json").read_text(encoding="utf-8")).items():
        truth = _invoice(said)
        if truth is not None:
            yield folder / name, truth


def _invoice(said: Mapping[str, object]) -> Invoice | None:
    needed = ("supplier", "number", "date", "currency", "net", "tax", "total", "due")
    if any(said[name] is None for name in needed):
        return None
    lines = said["lines"]
    assert isinstance(lines, list)
    whole = all(line[part] for line in lines for part in ("description", "quantity", "unit_price", "amount"))
    return Invoice.model_validate(
        {
            **{name: said[name] for name in needed},
            "supplier": " ".join(str(said["supplier"]).split()),
            "kind": _KINDS.get(str(said["type"]), "invoice"),
            "prepaid": Decimal(str(said["total"])) - Decimal(str(said["due"])),
            "lines": lines if whole else [],
            **_FACTS,
        }
    )


def _with_data(truth: Invoice, document: Document) -> Invoice:
    """Return the truth with the parts that `truth.json` lacks, from the data in the file, which that is made of."""
    data = document.e_invoice
    if data is None:
        return truth
    parts = {"allowances": data.allowances, "charges": data.charges}
    taxes = [
        Tax(rate=one.rate, net=one.net, tax=one.tax)
        for one in data.taxes
        if one.rate is not None and one.net is not None and one.tax is not None
    ]
    return truth.model_copy(update={name: value for name, value in parts.items() if value} | {"taxes": taxes})


class _Counted:
    """The counts of a set of files."""

    def __init__(self, *, is_of_others: bool) -> None:
        self.is_of_others = is_of_others
        self.outcomes: list[Outcome] = []
        self.tried = 0
        self.passed: list[str] = []

    def add(self, documents: Documents, path: Path, truth: Invoice) -> None:
        data = path.read_bytes()
        if self.is_of_others:
            truth = _with_data(truth, documents.keep(data, name=path.name))
        self.outcomes.append(outcome(documents, data, path.name, truth))
        arrival = Arrival(document=documents.keep(data, name=path.name))
        tried, passed = wrongly(documents, arrival, truth)
        self.tried += tried
        self.passed += [f"{path.name}: {one}" for one in passed]

    @property
    def marks(self) -> Covered:
        return sum((one.marks for one in self.outcomes), Covered())

    def in_words(self, called: str) -> str:
        marks, fields = self.marks, sum(one.fields for one in self.outcomes)
        ways = Counter(one.read_by for one in self.outcomes)
        alone = sum(not one.why for one in self.outcomes)
        return (
            f"{called}: {len(self.outcomes)} files ({', '.join(f'{ways[way]} by {way}' for way in sorted(ways))}). Of"
            f" {fields} true values the pages state {marks.values} as they were read. Marks cover {marks.covering} of"
            f" these ({marks.share:.1%}), {len(marks.beside)} cover something else, {len(marks.others)} are on another"
            f" field's value. Of {self.tried} wrong readings (a figure of another field, or another date, with its"
            f" quote) {len(self.passed)} got evidence. {alone} would go alone."
        )


def table(outcomes: list[Outcome]) -> Iterator[str]:
    """Yield the rows of the table."""
    yield "| file | read by | stated | covered | another's | the data differs in | doubts | alone, or why not |"
    yield "|---|---|---|---|---|---|---|---|"
    for one in outcomes:
        marks = one.marks
        why = one.why[0] if one.why else "alone"
        yield (
            f"| {one.name[:44]} | {one.read_by} | {one.stated} of {one.fields} | {marks.covering} of {marks.values} |"
            f" {len(marks.others)} | {', '.join(one.differences) or '-'} | {len(one.why)} | {why[:90]} |"
        )


def measured(folder: Path | None) -> Section:
    """Return the table of the own files, and of those in a folder."""
    place = Path(tempfile.mkdtemp())
    try:
        documents = Documents(FolderShelf(place))
        counts = {OWN: own()} | ({"Of others": of(folder)} if folder is not None else {})
        words, rows = list[str](), list[str]()
        for called, files in counts.items():
            counted = _Counted(is_of_others=called != OWN)
            for path, truth in files:
                counted.add(documents, path, truth)
            words.append(f"- {counted.in_words(called)}")
            rows += ["", f"{called}:", "", *table(counted.outcomes), *(f"- {one}" for one in counted.passed)]
    finally:
        shutil.rmtree(place)
    notes = [
        "The answers are scripted, as there is no key for a model: each is the truth, quoted from the page. So this"
        " says nothing of how well a model reads. A value that is summed up, or was misread in a scan, is not stated."
        " Files whose truth lacks a field are left out.",
        "",
        *words,
    ]
    return Section(
        heading=HEADING,
        lines=[
            "`python -m benchmarks.documents.invoice_files`: " + machine.described(("pypdfium2", "pillow")),
            "",
            *notes,
            *rows,
        ],
        parts=[Part(file=DOCS / "measured.md", name="files", lines=notes)],
    )


def main() -> None:
    """Measure, print, and write it where asked."""
    parser = report.command(__doc__)
    parser.add_argument("--folder", type=Path, help="more files, with their truth.json")
    given = parser.parse_args()
    report.publish(measured(given.folder), written=given.write)


if __name__ == "__main__":
    main()
