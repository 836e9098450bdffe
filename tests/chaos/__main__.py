"""The command of `make chaos`: the long version of these tests, its seed, and a table of the counts.

`python -m tests.chaos [--seed N]`. Progress goes to standard error; the table, as Markdown, to standard output.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from random import SystemRandom
from tempfile import TemporaryDirectory

FOLDER = Path(__file__).parent


def main() -> int:
    """Run the tests; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000))
    parser.add_argument("--processes", default="2")
    options, passed_on = parser.parse_known_args()
    sys.stderr.write(f"seed {options.seed}; CHAOS_SEED={options.seed} replays it\n")
    began = time.monotonic()
    with TemporaryDirectory() as folder:
        tally = Path(folder) / "tally.jsonl"
        tally.touch()
        environment = {"CHAOS": "long", "CHAOS_SEED": str(options.seed), "CHAOS_TALLY": str(tally)}
        ended = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", str(FOLDER), "-q", "--dist", "worksteal"),
                *("-n", options.processes, "--timeout", "900", *passed_on),
            ],
            env={**os.environ, **environment},
            stdout=sys.stderr,
        )
        lines = [json.loads(line) for line in tally.read_text().splitlines()]
    # Imported here: pytest in its own process reads the settings from the environment.
    from tests.chaos.tally import table

    runs = f"{len(lines):,} runs" if lines else "no run"
    minutes = (time.monotonic() - began) / 60
    sys.stdout.write(f"Seed {options.seed}, {runs}, {minutes:.0f} minutes.\n\n{table(lines)}\n")
    return ended.returncode


if __name__ == "__main__":
    sys.exit(main())
