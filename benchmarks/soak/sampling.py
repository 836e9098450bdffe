"""Samples of what each process, and the database, uses, every half minute: rows of two CSV files."""

import csv
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import httpx2
import psycopg
from prometheus_client.parser import text_string_to_metric_families

from benchmarks.kit.databases import file_of
from benchmarks.kit.process import cpu, family
from benchmarks.soak.installation import Installation

_TOLD = (
    "countersign_runs",
    "countersign_reviews_open",
    "countersign_deliveries",
    "countersign_messages_unsent",
    "countersign_audit_unsealed",
    "countersign_fetches_failing",
)
"""Metrics whose values are kept, each with its labels added up but for the state."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A process at a time."""

    seconds: float
    """Since the soak began."""
    name: str
    rss: float
    """Megabytes, as all of these."""
    pss: float
    private: float
    """Of it alone: what would be free without it."""
    threads: int
    files: int
    children: int
    children_pss: float
    """Of the processes that it started."""
    cpu: float
    """Seconds of a core, of all together."""


def sample(name: str, pid: int, *, since: float) -> Sample | None:
    """Return what a process uses now; None where it has ended. Linux only."""
    try:
        own = _rollup(pid)
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        files = len(os.listdir(f"/proc/{pid}/fd"))
    except (FileNotFoundError, ProcessLookupError):
        return None
    below = family(pid)[1:]
    return Sample(
        seconds=round(time.monotonic() - since, 1),
        name=name,
        rss=own["Rss"],
        pss=own["Pss"],
        private=own["Private_Clean"] + own["Private_Dirty"],
        threads=next(int(line.split()[1]) for line in status.splitlines() if line.startswith("Threads:")),
        files=files,
        children=len(below),
        children_pss=round(sum(_pss(one) for one in below), 1),
        cpu=round(cpu(pid), 2),
    )


def _pss(pid: int) -> float:
    try:
        return _rollup(pid)["Pss"]
    except (FileNotFoundError, ProcessLookupError, KeyError):
        return 0.0


def _rollup(pid: int) -> Mapping[str, float]:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()[1:]
    return {line.split(":")[0]: round(int(line.split()[1]) / 1024, 1) for line in lines}


class Book:
    """The two files, to which rows are added as they come, so that an interrupted soak keeps what it measured."""

    def __init__(self, folder: Path, installation: Installation, *, since: float) -> None:
        self.processes, self.database = folder / "processes.csv", folder / "database.csv"
        self._installation = installation
        self._since = since
        self._columns: list[str] | None = None
        with self.processes.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerow([one.name for one in fields(Sample)])

    def note(self, pids: Mapping[str, int]) -> None:
        """Add a row for each process, and one for the database."""
        with self.processes.open("a", newline="", encoding="utf-8") as file:
            for name, pid in pids.items():
                found = sample(name, pid, since=self._since)
                if found is not None:
                    csv.writer(file).writerow([getattr(found, one.name) for one in fields(Sample)])
        told = {"seconds": round(time.monotonic() - self._since, 1), **self._stored(), **self._metrics()}
        if self._columns is None:
            self._columns = list(told)
            self.database.write_text(",".join(self._columns) + "\n", encoding="utf-8")
        with self.database.open("a", newline="", encoding="utf-8") as file:
            csv.writer(file).writerow([told.get(name, 0) for name in self._columns])

    def _stored(self) -> Mapping[str, float]:
        url = self._installation.database
        if self._installation.is_sqlite:
            files = list(file_of(url).parent.glob(f"{file_of(url).name}*"))
            return {"megabytes": sum(one.stat().st_size for one in files if one.is_file()) / 2**20, "connections": 0}
        with psycopg.connect(url) as connection:
            row = connection.execute(
                "SELECT pg_database_size(current_database()) / 1048576.0,"
                " (SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid())"
            ).fetchone()
        assert row is not None
        return {"megabytes": round(float(row[0]), 1), "connections": int(row[1])}

    def _metrics(self) -> Mapping[str, float | str]:
        """Read /metrics of the first replica, as Prometheus does; empty cells where it does not answer now."""
        found: dict[str, float | str] = dict.fromkeys(_STATES, 0.0)
        try:
            response = httpx2.get(f"{self._installation.health[0]}/metrics", timeout=20.0, trust_env=False)
        except httpx2.HTTPError:
            return dict.fromkeys(_STATES, "")
        if response.status_code != 200:
            return dict.fromkeys(_STATES, "")
        for one in text_string_to_metric_families(response.text):
            if one.name in _TOLD:
                for told in one.samples:
                    name = "_".join(filter(None, (one.name.removeprefix("countersign_"), told.labels.get("state"))))
                    found[name] = float(found.get(name, 0.0)) + told.value
        return found


_STATES = (
    *(
        f"runs_{one}"
        for one in ("ready", "running", "waiting", "holding", "delivering", "failed", "doubtful", "parked")
    ),
    "reviews_open",
    *(f"deliveries_{one}" for one in ("waiting", "doubtful")),
    *(f"messages_unsent_{one}" for one in ("due", "held", "attempting", "dead")),
    "audit_unsealed",
    "fetches_failing",
)
"""Columns of what /metrics tells."""


def read(file: Path) -> list[dict[str, str]]:
    """Return the rows of such a file."""
    with file.open(newline="", encoding="utf-8") as opened:
        return list(csv.DictReader(opened))
