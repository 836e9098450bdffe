"""Cases are brought and worked on in a process that may write no file beyond a size, for a while, again and again.

`python -m tests.chaos.full_disk DATABASE ROUNDS`. The system refuses to write at a COMMIT then, in the midst of it, and
where SQLite moves what was committed into its file. The last line that it prints has the counts as JSON,
with how often the source was refused.
"""

import json
import resource
import sys
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from random import Random

from bot.worker import embedded
from store.db.database import Database
from tests.chaos.automation import FORGETFUL, KNOWING
from tests.chaos.settings import SEED
from tests.chaos.test_database import Load, working

_PAGE = 4096


def main(url: str, rounds: int) -> None:
    """Bring cases, fill the disk, free it."""
    embedded.AFTER_TROUBLE = 0.05
    random = Random(SEED)
    with closing(Database(url)) as database:
        load, id = Load(database), 0
        with working(load):
            for _ in range(rounds):
                refused = load.refused
                while load.refused < refused + 3:
                    id += 1
                    _fill(database, random)
                    if not load.bring_once((KNOWING, FORGETFUL)[id % 2], id):
                        # It comes again, once there is room.
                        _may_write(resource.RLIM_INFINITY)
                        load.bring((KNOWING, FORGETFUL)[id % 2], id)
                _may_write(resource.RLIM_INFINITY)
            counts = load.finish()
        found = {**asdict(counts), "refused": load.refused, "accepted": len(load.remembered.accepted)}
        sys.stdout.write(f"\n{json.dumps(found)}\n")


def _fill(database: Database, random: Random) -> None:
    """Leave room for a few pages after what was committed last, or for none at all."""
    assert database.file is not None
    wal = Path(f"{database.file}-wal")
    size = wal.stat().st_size if wal.exists() else 0
    _may_write(size + random.randrange(0, 48) * _PAGE // 2)


def _may_write(size: int) -> None:
    """Let no file of this process grow beyond a size, in bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
