"""The overhead of asking a model: of one call, of many at once, and the memory for 200 in flight.

python -m benchmarks.gateway [--quick] [--write]
"""

import os
from collections.abc import Mapping, Sequence
from statistics import median

from benchmarks.gateway.contest import (
    AT_ONCE,
    BARE,
    IN_FLIGHT,
    ON_POSTGRESQL,
    ON_SQLITE,
    TIMED,
    WEIGHED,
    Contestant,
    Timed,
    Weighed,
    server,
    timed,
    weighed,
)
from benchmarks.kit import environment, machine, report
from benchmarks.kit.databases import databases
from benchmarks.kit.report import Section, number, table, tell

HEADING = "Asking a model"
_REPETITIONS = 3
_CALLS, _FEW = 400, 40

Times = Mapping[Contestant, Sequence[Timed]]
Weights = Mapping[Contestant, Sequence[Weighed]]


def measured(quick: bool) -> Section:
    """Measure all contestants in turn, several times, so that a slow minute affects all of them."""
    environment.python(environment.ASKING)
    times: dict[Contestant, list[Timed]] = {contestant: [] for contestant in TIMED}
    weights: dict[Contestant, list[Weighed]] = {contestant: [] for contestant in WEIGHED}
    calls, repetitions, loads = (_FEW if quick else _CALLS), (1 if quick else _REPETITIONS), []
    with databases() as made, server() as asked:
        settings, before = made.settings(), asked.cpu()
        for repetition in range(repetitions):
            for contestant in TIMED:
                loads.append(os.getloadavg()[0])
                times[contestant].append(timed(contestant, made, asked.url, calls=calls))
                tell(f"{repetition + 1} {contestant.name}: {times[contestant][-1]}")
        share = (asked.cpu() - before) / (calls * len(AT_ONCE) * len(TIMED) * repetitions) * 1000
        for repetition in range(repetitions):
            for contestant in WEIGHED:
                weights[contestant].append(weighed(contestant, made, asked))
                tell(f"{repetition + 1} {contestant.name}: {weights[contestant][-1]}")
    versions = [f"{name} {version}" for name, version in environment.versions(environment.ASKING).items()]
    return Section(
        heading=HEADING,
        lines=[
            "`make bench`: " + machine.described(("anthropic", "sqlalchemy", "pydantic"), *versions),
            f"SQLite with WAL and synchronous=FULL; {settings}. "
            + (f"Medians of {repetitions} interleaved runs of {calls} calls." if repetitions > 1 else "One run.")
            + f" Load while it ran, what is measured included: {min(loads):.1f} to {max(loads):.1f}.",
            "",
            "The server is one asyncio protocol in a process of its own on the same cores. It answers at once with a",
            f"reply made before, and takes at most {share:.2f} ms of a core for a call. All ask the same of the same",
            "model about another ticket each time. *Over the SDK* is what a call takes beside the request itself.",
            "",
            *_alone(times),
            "",
            "What stays, if the process ends: with Countersign a reservation before the request and its outcome after",
            "it, two durable commits, and the answer for the next time. No peer keeps a durable ledger or an answer:",
            "pydantic-ai has `NativeOutput` and `retries=2`; instructor a tool and `max_retries=3`; litellm",
            "`num_retries=3` and its `BudgetManager`, which counts tokens before a call, and after each one has a",
            "thread write its sums to a JSON file.",
            "",
            *_together(times),
            "",
            "Calls a second of one process by how many are under way. In threads, or in tasks where it says async.",
            f"Countersign has {IN_FLIGHT} concurrency, 32 connections, and all calls take of one budget for the day.",
            "",
            *_weights(weights),
            "",
            f"Resident memory with {IN_FLIGHT} calls in flight, all of them at the server, which answers none until",
            "that is looked at. Base is the process after 20 calls; Countersign's is the whole program.",
        ],
    )


def _alone(times: Times) -> list[str]:
    bare = median(run.milliseconds for run in times[BARE])
    rows: list[list[object]] = []
    for contestant, runs in times.items():
        taken = median(run.milliseconds for run in runs)
        rows.append(_row(contestant.name, taken, bare, contestant.keeps))
    for contestant in (ON_SQLITE, ON_POSTGRESQL):
        taken = median(run.again for run in times[contestant] if run.again is not None)
        rows.append(_row(f"{contestant.name}, asked before", taken, bare, "that it was given again"))
    return table(["one at a time", "ms a call", "over the SDK", "of the SDK", "keeps of a call"], rows)


def _row(name: str, taken: float, bare: float, keeps: str) -> list[object]:
    return [name, f"{taken:.1f}", f"{taken - bare:+.1f} ms", f"{taken / bare:.1f}", keeps]


def _together(times: Times) -> list[str]:
    rows: list[list[object]] = []
    for contestant, runs in times.items():
        rates = [median(run.rates[at_once] for run in runs) for at_once in AT_ONCE]
        of_ours = rates[-1] / median(run.rates[AT_ONCE[-1]] for run in times[ON_SQLITE])
        rows.append([contestant.name, *map(number, rates), f"{of_ours:.2f}"])
    columns = ["calls/s", *(f"{at_once} at once" for at_once in AT_ONCE), f"of Countersign on SQLite at {AT_ONCE[-1]}"]
    return table(columns, rows)


def _weights(weights: Weights) -> list[str]:
    ours = median(run.megabytes for run in weights[ON_SQLITE])
    rows: list[list[object]] = []
    for contestant, runs in weights.items():
        over = median(run.megabytes for run in runs)
        rows.append(
            [
                contestant.name,
                max(run.threads for run in runs),
                f"{median(run.base for run in runs):.0f} MB",
                f"{over:+.0f} MB",
                f"{over / IN_FLIGHT * 1024:.0f} KB",
                f"{over / ours:.2f}",
            ]
        )
    columns = [f"{IN_FLIGHT} in flight", "threads", "base", "over base", "a call", "of Countersign on SQLite"]
    return table(columns, rows)


if __name__ == "__main__":
    report.main(__doc__, measured)
