"""The `countersign` command. It comes in by this name, so that a hidden room of Countersign's is refused in words."""

import sys

import countersign
from countersign.collisions import NameTaken, explained


def main() -> None:
    """Run the command line."""
    try:
        with explained():
            # Another project of the name `countersign` may have written over what stands in front of this.
            assert "Workflow" in countersign.__all__
            from bot.cli import main as run

            run()
    except NameTaken as taken:
        sys.exit(f"error: {taken}")


if __name__ == "__main__":
    main()
