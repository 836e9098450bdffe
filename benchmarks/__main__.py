"""All that is measured without files of your own.

python -m benchmarks [--quick] [--write]
"""

from benchmarks import clicks, report, waiting
from benchmarks.engines.__main__ import measured as engines
from benchmarks.gateway.__main__ import measured as gateway


def main() -> None:
    """Measure one after the other; each is printed, and written where asked, as soon as it is there."""
    report.main(__doc__, engines, waiting.measured, clicks.measured, gateway)


if __name__ == "__main__":
    main()
