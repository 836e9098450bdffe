"""All measurements that need no files of your own, or those that are named.

python -m benchmarks [NAME ...] [--quick] [--write] [--before DIR] [--million]

NAME is throughput, clicks, asking, home, commands, failures, reports, reviewing, growth, waiting, proof, api or
documents, and they run in this order. Each result is written as soon as it stands, and after each of its rounds, so a
run may be ended at any time, and gone on with by the names of the rest.

    python -m benchmarks soak [--hours 2] [--database postgres|sqlite] [--write]

is apart: it takes hours, and says what the processes use meanwhile (`benchmarks/soak`).
"""

import sys
from collections.abc import Mapping

from benchmarks import api, clicks, commands, failures, growth, home, proof, reports, reviewer, waiting
from benchmarks.documents import __main__ as documents
from benchmarks.engines import __main__ as engines
from benchmarks.gateway.__main__ import measured as gateway
from benchmarks.kit import report
from benchmarks.soak.__main__ import main as soak


def main() -> None:
    """Run benchmarks, one after the other; print each, and write it where asked, as soon as it is done."""
    if sys.argv[1:2] == ["soak"]:
        soak(sys.argv[2:])
        return
    parser = report.command(__doc__)
    engines.add_before(parser)
    growth.add_million(parser)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these")
    chosen = parser.parse_args()
    measures: Mapping[str, report.Measure] = {
        "throughput": engines.measures(before=chosen.before),
        "clicks": clicks.measured,
        "asking": gateway,
        "home": home.measured,
        "commands": commands.measures(million=chosen.million),
        "failures": failures.measured,
        "reports": reports.measures(million=chosen.million),
        "reviewing": reviewer.measured,
        "growth": growth.measures(million=chosen.million),
        "waiting": waiting.measured,
        "proof": proof.measured,
        "api": api.measured,
        "documents": documents.measured,
    }
    unknown = sorted(set(chosen.names) - set(measures))
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(measures)}")
    wanted = [measure for name, measure in measures.items() if name in chosen.names or not chosen.names]
    report.run(wanted, quick=chosen.quick, written=chosen.write)


if __name__ == "__main__":
    main()
