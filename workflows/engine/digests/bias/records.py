"""The bias digest as a table for a spreadsheet: a record for each group and rate."""

from workflows.engine.digests.bias.views import BiasFigures, RateName

Record = dict[str, str | int | float | bool | None]


def records(figures: BiasFigures) -> list[Record]:
    """Return the rates of each group. One of too few has no value; `n` is how many cases, decisions or looks there are.

    `differs`: it was compared with the rest of its segment, and differs by more than chance explains.
    """
    differ = {(one.workflow, one.segment, one.group, one.rate): one for one in figures.differences}
    made = list[Record]()
    for segment in figures.segments:
        for line in segment.groups:
            for rate in RateName:
                found = line.estimate(rate)
                apart = differ.get((segment.workflow, segment.segment, line.group, rate)) if line.group else None
                made.append(
                    {
                        "workflow": segment.workflow,
                        "segment": segment.segment,
                        "kind": line.kind.value,
                        "group": line.group,
                        "groups": line.groups,
                        "cases": line.cases,
                        "corrected": line.corrected,
                        "rate": rate.value,
                        "n": line.number(rate),
                        "value": found.value if found is not None else None,
                        "low": found.low if found is not None else None,
                        "high": found.high if found is not None else None,
                        "differs": apart is not None,
                        "rest": apart.rest.value if apart is not None else None,
                        "p": apart.p if apart is not None else None,
                    }
                )
    return made
