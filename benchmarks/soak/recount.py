"""Count again what was lost, doubled, wrong or silent in a soak, from what it kept.

    python -m benchmarks.soak.recount FOLDER [--database URL]

FOLDER is that of the soak. `URL`: of a database into which its `backup.dump` was restored; left out, its
`backup.sqlite`.
"""

import argparse
import json
import sys
from pathlib import Path

from benchmarks.soak.evidence import counted
from benchmarks.soak.sources import Handed
from store.db.database import Database
from tests.chaos.counting import Shown


def main() -> None:
    """Count, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--database", help="URL of the restored database")
    given = parser.parse_args()
    kept = json.loads((given.folder / "remembered.json").read_text(encoding="utf-8"))
    accepted = [Handed(**one) for one in kept["accepted"]]
    database = Database(given.database or f"sqlite:///{given.folder.resolve() / 'backup.sqlite'}")
    try:
        counts = counted(
            database,
            {(one.workflow, one.key): one for one in accepted},
            kept["forgotten"],
            [(str(key), values) for key, values in kept["around"]["effects"]],
            [Shown(channel=one["channel"], rows=frozenset(one["rows"])) for one in kept["messages"]],
        )
    finally:
        database.close()
    for name in ("lost", "doubled", "wrong", "silent"):
        found = getattr(counts, name)
        sys.stdout.write("\n".join([f"{name}: {len(found)}", *(f"  {one}" for one in found)]) + "\n")


if __name__ == "__main__":
    main()
