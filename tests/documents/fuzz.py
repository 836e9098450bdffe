"""The command that tries hostile files and mutations of real ones.

`python -m tests.documents.fuzz [--seed N] [--number 200] [--hostile] [FOLDER]` prints what came of each kind, and the
longest time and the most memory that one took. It ends with 1 where one came of it that may not. A seed replays it.
"""

import argparse
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random, SystemRandom

from tests.documents.hostile import HOSTILE
from workflows.documents.limits import Limits
from workflows.documents.reading.isolated import Isolated
from workflows.documents.reading.reader import read_file
from workflows.documents.reading.recognisers import Recogniser
from workflows.documents.refusals import DocumentRefused, Why

REAL = next((one for at in Path(__file__).parents if (one := at / "shared" / "data" / "invoices").is_dir()), None)
"""Real files, where they stand beside the checkout."""
LONGEST = 4.0
"""Multiple of its limit of time that a file may take, with all waits around it."""


@dataclass(frozen=True, kw_only=True)
class Tried:
    """The outcome of a file."""

    name: str
    came_of_it: Why | None
    """None: it was read."""
    seconds: float


def mutated(data: bytes, random: Random) -> bytes:
    """Return a file with some of its bytes changed, moved, doubled or cut off."""
    made = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 5, 20, 200))):
        at = random.randrange(max(len(made), 1))
        length = random.choice((1, 2, 4, 16, 256, 4096))
        match random.randrange(7):
            case 0:
                made[at : at + 1] = bytes([random.randrange(256)])
            case 1:
                made[at : at + length] = random.randbytes(length)
            case 2:
                del made[at : at + length]
            case 3:
                made[at:at] = made[at : at + length] * random.choice((1, 2, 50))
            case 4:
                made[at : at + length] = b"\xff" * length
            case 5:
                number = random.choice((b"0", b"-1", b"4294967295", b"99999999999999999999", b"nan", b"1e308"))
                digits = next((place for place in range(at, len(made)) if 48 <= made[place] <= 57), at)
                made[digits : digits + 1] = number
            case 6 if random.random() < 0.05:
                del made[at:]
    return bytes(made)


def mutations(files: dict[str, bytes], *, seed: int, number: int) -> Iterator[tuple[str, bytes]]:
    """Yield mutations of files, each with the seed of its own."""
    names = sorted(files)
    for one in range(number):
        name = names[one % len(names)]
        yield f"{name} by {seed + one}", mutated(files[name], Random(seed + one))


def tried(name: str, data: bytes, *, isolated: Isolated, limits: Limits, recogniser: Recogniser | None = None) -> Tried:
    """Read a file and return what came of it. Whatever is no refusal is raised."""
    began, why = time.monotonic(), None
    try:
        read_file(data, isolated=isolated, limits=limits, recogniser=recogniser)
    except DocumentRefused as refused:
        why = refused.why
    return Tried(name=name, came_of_it=why, seconds=time.monotonic() - began)


def main() -> int:
    """Try them; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.documents.fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000))
    parser.add_argument("--number", type=int, default=200, help="mutations")
    parser.add_argument("--hostile", action="store_true", help="the known kinds, too")
    parser.add_argument("folder", type=Path, nargs="?", default=REAL, help="real files to be mutated")
    options = parser.parse_args()
    isolated, limits = Isolated(), Limits(seconds=20.0)
    found, wrong = list[Tried](), list[Tried]()
    if options.hostile:
        for name, one in HOSTILE.items():
            found.append(tried(name, one.make(), isolated=isolated, limits=limits))
            if found[-1].came_of_it not in one.comes_of_it:
                wrong.append(found[-1])
            sys.stdout.write(f"{found[-1].seconds:6.2f} s  {found[-1].came_of_it or 'read':16}  {name}\n")
    paths = sorted(options.folder.iterdir()) if options.folder else []
    files = {path.name: path.read_bytes() for path in paths if path.suffix in _SUFFIXES}
    for name, data in mutations(files, seed=options.seed, number=options.number if files else 0):
        found.append(tried(name, data, isolated=isolated, limits=limits))
    wrong += [one for one in found if one.seconds > LONGEST * limits.seconds]
    isolated.close()
    counted = Counter(one.came_of_it or "read" for one in found)
    slowest = max(found, key=lambda one: one.seconds)
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    sys.stdout.write(
        f"seed {options.seed}: {len(found)} files; "
        + ", ".join(f"{name} {number}" for name, number in counted.most_common())
        + f"\nslowest: {slowest.seconds:.2f} s, {slowest.name}; most memory of a process: {largest} MB"
        + f"; of this one: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB\n"
        + "".join(f"wrong: {one}\n" for one in wrong)
    )
    return 1 if wrong else 0


_SUFFIXES = (".pdf", ".png", ".jpg", ".tif", ".eml")

if __name__ == "__main__":
    sys.exit(main())
