"""The summary of a soak: a section of RESULTS.md, of what was measured and nothing else."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from pydantic import JsonValue

from benchmarks.kit import machine
from benchmarks.kit.report import Section, table
from benchmarks.soak.figures import Point, after, slope
from tests.chaos.counting import Counts

HEADING = "Soak"
_WARM = 0.25
"""Share of the time that counts as warming up, half an hour at most."""
_COLUMNS = (
    "process",
    "RSS then",
    "in the end",
    "MB an hour",
    "private MB an hour",
    "children",
    "files",
    "threads",
    "core",
)
_USED = ("rss", "private", "children_pss", "files", "threads")


@dataclass(kw_only=True)
class Measured:
    """The measurements of a soak."""

    database: str
    hours: float
    replicas: int
    processes: Sequence[Mapping[str, str]]
    """Rows of processes.csv."""
    stored: Sequence[Mapping[str, str]]
    """Rows of database.csv."""
    logged: Counter[tuple[str, str]]
    counts: Counts
    left: Mapping[str, int]
    numbers: Mapping[str, int]
    done: Counter[str]
    faults: Counter[str]
    around: Mapping[str, JsonValue]
    effects: int
    verified: Sequence[bool]
    doctor: int
    codes: Mapping[str, int | None]
    settings: str = ""

    @property
    def warm(self) -> float:
        """Hours after which the processes count as warm."""
        return min(0.5, _WARM * self.hours)


def section(measured: Measured) -> Section:
    """Return the section."""
    counts = measured.counts
    wrong = [*counts.lost, *counts.doubled, *counts.wrong, *counts.silent]
    return Section(
        heading=HEADING,
        lines=[
            f"`python -m benchmarks soak --hours {measured.hours:.3g} --database {measured.database.lower()}`: "
            + machine.described(("sqlalchemy", "slack-bolt", "slack-sdk")),
            f"{measured.settings}. {measured.replicas} x `countersign serve`, a sandbox, one run.",
            "",
            f"Slope: the median of those between all pairs of samples (Theil, Sen), after {measured.warm:.2f} hours.",
            "",
            *table(
                _COLUMNS,
                [_row(name, measured) for name in _names(measured)],
            ),
            "",
            f"Database: {_ends(measured.stored, 'megabytes', measured.warm)} MB,"
            f" connections {_ends(measured.stored, 'connections', measured.warm)}.",
            f"Cases and their like: {_told(measured.numbers)}; {measured.effects:,} effects.",
            f"Lost {len(counts.lost)}, doubled {len(counts.doubled)}, wrong {len(counts.wrong)},"
            f" silent {len(counts.silent)}. Left: {_told(measured.left) or 'nothing'}.",
            f"`verify`: {sum(measured.verified)} of {len(measured.verified)} whole; `doctor` ended with"
            f" {measured.doctor}; the processes with {_told(measured.codes)}.",
            "",
            "Warnings and errors in the logs:",
            "",
            *table(["event", "level", "times"], [[e, level, n] for (level, e), n in measured.logged.most_common()]),
            "",
            "Done:",
            "",
            *table(["what", "times"], [[what, n] for what, n in measured.done.most_common()]),
            "",
            f"Not done as meant: {_told(measured.faults) or 'nothing'}. Surroundings: {_told(measured.around)}.",
            *(["", "Counted:", "", *(f"- {one}" for one in wrong[:40])] if wrong else []),
        ],
    )


def _names(measured: Measured) -> list[str]:
    return list(dict.fromkeys(row["name"] for row in measured.processes))


def points(rows: Sequence[Mapping[str, str]], column: str) -> list[Point]:
    """Return a column over the hours."""
    return [(float(row["seconds"]) / 3600, float(row[column])) for row in rows]


def _row(name: str, measured: Measured) -> list[object]:
    rows = [row for row in measured.processes if row["name"] == name]
    warm = {column: after(points(rows, column), measured.warm) for column in _USED}
    rss = [value for _, value in warm["rss"]]
    seconds = float(rows[-1]["seconds"]) - float(rows[0]["seconds"])
    share = (float(rows[-1]["cpu"]) - float(rows[0]["cpu"])) / seconds if seconds else 0.0
    return [
        name,
        f"{rss[0]:.0f} MB" if rss else "",
        f"{rss[-1]:.0f} MB" if rss else "",
        _slope(warm["rss"]),
        _slope(warm["private"]),
        _between([value for _, value in warm["children_pss"]]) + " MB",
        _between([value for _, value in warm["files"]]),
        _between([value for _, value in warm["threads"]]),
        f"{share:.0%}",
    ]


def _slope(of: Sequence[Point]) -> str:
    found = slope(of)
    return "" if found is None else f"{found:+.1f}"


def _between(values: Sequence[float]) -> str:
    return f"{min(values):.0f}-{max(values):.0f}, median {median(values):.0f}" if values else ""


def _ends(rows: Sequence[Mapping[str, str]], column: str, warm: float) -> str:
    found = after(points(rows, column), warm)
    return f"{found[0][1]:.0f} to {found[-1][1]:.0f}" if found else ""


def _told(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())
