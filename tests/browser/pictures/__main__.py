"""The command of `make pictures`: take the pictures in docs/ anew, all of them or those that are named.

`python -m tests.browser.pictures [NAME...]`, as in `card grid`. COUNTERSIGN_SCREENSHOTS names another folder
than docs/.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
STORIES = [str(file) for file in sorted(FOLDER.glob("*_story.py"))]


class Chosen:
    """Keeps of all stories those with a picture that was named."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = frozenset(names)
        self.unknown: frozenset[str] = frozenset()
        """Names of no picture."""

    def pytest_configure(self, config: pytest.Config) -> None:
        """Make the mark known that names what a story shows."""
        config.addinivalue_line("markers", "shows: the pictures that are taken of this story")

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave out what was not asked for."""
        shows = {item: frozenset(name for mark in item.iter_markers("shows") for name in mark.args) for item in items}
        self.unknown = self._names.difference(*shows.values())
        wanted = [item for item in items if not self._names or shows[item] & self._names]
        config.hook.pytest_deselected(items=[item for item in items if item not in wanted])
        items[:] = wanted


def main() -> int:
    """Take them; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.pictures", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    chosen = Chosen(parser.parse_args().names)
    ended = pytest.main(["-q", "-o", "python_functions=take_*", *STORIES], plugins=[chosen])
    if chosen.unknown:
        sys.stderr.write(f"No picture is called {', '.join(sorted(chosen.unknown))}.\n")
    return int(ended) or bool(chosen.unknown)


if __name__ == "__main__":
    sys.exit(main())
