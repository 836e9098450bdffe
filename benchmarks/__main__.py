"""All measurements that need no files of your own.

python -m benchmarks [--quick] [--write] [--before DIR] [--million]

What matters most comes first, and each result is written as soon as it stands, so a run may be ended at any time.
"""

from benchmarks import clicks, growth, report, waiting
from benchmarks.engines import __main__ as engines
from benchmarks.gateway.__main__ import measured as gateway


def main() -> None:
    """Run all benchmarks, one after the other; print each, and write it where asked, as soon as it is done."""
    parser = report.command(__doc__)
    engines.add_before(parser)
    growth.add_million(parser)
    chosen = parser.parse_args()
    report.run(
        [
            engines.measures(before=chosen.before),
            clicks.measured,
            gateway,
            growth.measures(million=chosen.million),
            waiting.measured,
        ],
        quick=chosen.quick,
        written=chosen.write,
    )


if __name__ == "__main__":
    main()
