"""Proof: how long it takes to seal, to export and to verify 1,000,000 rows of the audit, and how much memory.

    python -m benchmarks.proof [--quick] [--write]

Each is a process of its own, as an auditor starts it.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from benchmarks.kit import machine, report
from benchmarks.kit.databases import POSTGRESQL, SQLITE, databases, migrated
from benchmarks.kit.report import Section, number, table, tell
from store.db import rows
from store.db.database import Database
from store.governance import teams
from store.schema import AuditRow
from workflows.engine.context import Context
from workflows.engine.declare.registry import Registry
from workflows.engine.proof.audit_export import export_audit
from workflows.engine.proof.export_file import verify_export
from workflows.engine.proof.kept_audit import verify_database
from workflows.engine.proof.keys import SigningKey
from workflows.engine.proof.sealer import Sealer
from workflows.engine.proof.verification import Trust

HEADING = "Proof"
_KEY = SigningKey(raw=bytes(range(32)))
_BEGAN = datetime(2025, 1, 1, tzinfo=UTC)
_CHUNK = 10_000
_PATIENCE = 60.0
_TRUST = Trust(keys=[_KEY.public], named=True)


def measured(quick: bool) -> Section:
    """Measure on both databases."""
    many = 50_000 if quick else 1_000_000
    lines = []
    with databases() as made, tempfile.TemporaryDirectory() as folder:
        settings = made.settings()
        for kind in (SQLITE, POSTGRESQL):
            url, file = made.new(kind), Path(folder) / "export.jsonl"
            migrated(url)
            _filled(url, many)
            for name in PARTS:
                cost = _in_a_process(name, url, file)
                lines.append([f"{name}, {kind}", *map(number, (cost.seconds, cost.core, cost.megabytes))])
                tell(f"{kind}, {name}: {cost.seconds:.1f} s, {cost.core:.1f} s of a core, {cost.megabytes:.0f} MB")
            size = file.stat().st_size / 1_000_000
            file.unlink()
            made.drop(url)
    return Section(
        heading=HEADING,
        lines=[
            "`python -m benchmarks.proof`: " + machine.described(("sqlalchemy", "cryptography")),
            f"SQLite with WAL and synchronous=FULL; {settings}.",
            "",
            f"{many:,} rows of the audit, none of them sealed at first: sealed, verified, exported into a file of",
            f"{size:,.0f} MB, and verified there. One run, each part a process of its own. Seconds of a core are those",
            "of that process, which other work on the machine does not add to; megabytes are the most that it held,",
            "with Python and its libraries.",
            "",
            *table(["part", "seconds", "of a core", "MB"], lines),
        ],
    )


def _filled(url: str, many: int) -> None:
    database = Database(url, durable=False)
    with database.write() as session:
        team = teams.add_local_team(session, at=_BEGAN)
    for first in range(0, many, _CHUNK):
        with database.write() as session:
            some = [
                {
                    "at": _BEGAN + timedelta(seconds=30 * one),
                    "action": "run.running" if one % 3 else "review.approved",
                    "subject_id": one,
                    "details": {"from": "ready", "version": 1, "key": f"ticket-{one}"},
                }
                for one in range(first, min(first + _CHUNK, many))
            ]
            rows.add_all(
                session,
                AuditRow,
                some,
                {"team_id": team, "actor": "U0ANA", "subject_kind": "run", "case_id": None},
            )
    if database.dialect == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            # Its autovacuum does it within a minute.
            connection.execute(text("VACUUM ANALYZE"))
    database.close()


@dataclass(frozen=True, kw_only=True)
class _Cost:
    """The cost of a part."""

    seconds: float
    core: float
    """Seconds of a core, of its process."""
    megabytes: float


def _in_a_process(name: str, url: str, file: Path) -> _Cost:
    """Return what a part costs."""
    said = subprocess.run(  # noqa: S603  # this very program
        [sys.executable, "-m", "benchmarks.proof", "--part", name, url, str(file)],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    ).stdout.split()
    seconds, core, megabytes = map(float, said)
    return _Cost(seconds=seconds, core=core, megabytes=megabytes)


def _sealed(context: Context, _: Path) -> bool:
    return Sealer(context, _KEY).seal_all(patience=_PATIENCE) > 0


def _exported(context: Context, file: Path) -> bool:
    until = _BEGAN + timedelta(days=3_650)
    with file.open("wb") as out:
        return export_audit(context, out.write, since=_BEGAN, until=until, key=_KEY.public, by="benchmark").rows > 0


PARTS: dict[str, Callable[[Context, Path], bool]] = {
    "seal": _sealed,
    "verify": lambda context, _: verify_database(context, _TRUST).is_right,
    "export": _exported,
    "verify the export": lambda _, file: verify_export(file, _TRUST).is_right,
}


def _part(name: str, url: str, file: Path) -> None:
    """Do one part, and print its seconds and the most megabytes of this process."""
    database = Database(url)
    with database.read() as session:
        team = teams.first_team(session)
    assert team is not None
    context = Context(database=database, registry=Registry(), clock=lambda: datetime.now(UTC), team=team)
    began, used = time.perf_counter(), time.process_time()
    assert PARTS[name](context, file), f"{name} went wrong"
    taken, core = time.perf_counter() - began, time.process_time() - used
    sys.stdout.write(f"{taken} {core} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000}\n")
    database.close()


def main() -> None:
    """Measure, print, and write it where asked."""
    if sys.argv[1:2] == ["--part"]:
        _part(sys.argv[2], sys.argv[3], Path(sys.argv[4]))
    else:
        report.main(__doc__, measured)


if __name__ == "__main__":
    main()
