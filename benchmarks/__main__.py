"""All measurements that need no files of your own.

python -m benchmarks [--quick] [--write]
"""

from benchmarks import clicks, report, waiting
from benchmarks.engines.__main__ import measured as engines
from benchmarks.gateway.__main__ import measured as gateway


def main() -> None:
    """Run all benchmarks, one after the other; print each, and write it where asked, as soon as it is done."""
    report.main(__doc__, engines, waiting.measured, clicks.measured, gateway)


if __name__ == "__main__":
    main()
