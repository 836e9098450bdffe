"""Segments of the made-up year: the groups of its cases, drawn apart from all else, so that nothing else changes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from store import schema

Row = dict[str, Any]
SEGMENTS: Mapping[str, Mapping[str, Sequence[tuple[str, float]]]] = {
    "triage": {
        "language": (("en", 60), ("de", 30), ("fr", 8), ("", 1.5), ("mt", 0.5)),
        "channel": (("mail", 60), ("web", 40)),
    },
    "invoices": {"country": (("DE", 80), ("AT", 19), ("LI", 0.6), ("MC", 0.4))},
}
"""Workflow -> segment -> groups, and how often each comes."""
SINCE = 10
"""The first month, in the year, of which the channels of triage are kept."""
WORSE = "de"
"""The language whose proposals are edited twice as often: half of the edited ones are said to be in it."""


def add_groups(rows: Mapping[type[schema.Base], list[Row]], add: Any, seed: int) -> None:
    """Put each run that proposed something, or was opened to people, into its groups. `add`: adds a row."""
    random = Random(f"groups {seed}")  # made-up cases
    names = {row["id"]: row["name"] for row in rows[schema.Workflow]}
    ids = {
        (row["name"], segment, value): add(schema.SegmentGroup, workflow_id=row["id"], name=segment, value=value)["id"]
        for row in list(rows[schema.Workflow])
        for segment, groups in SEGMENTS.get(row["name"], {}).items()
        for value, _ in groups
    }
    proposed = {row["run_id"] for row in (*rows[schema.Proposal], *rows[schema.Review])}
    edited = _edited(rows)
    of_case: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for run in list(rows[schema.Run]):
        workflow = names[run["workflow_id"]]
        if run["id"] not in proposed or run["correction"] or workflow not in SEGMENTS:
            continue
        for segment, groups in SEGMENTS[workflow].items():
            drawn = random.choices([value for value, _ in groups], [weight for _, weight in groups])[0]
            if segment == "channel" and run["created_at"].month < SINCE:
                continue
            if segment == "language" and run["case_id"] in edited and random.random() < 0.5:
                drawn = WORSE
            # A case stays in its group, unless its content changes.
            kept = of_case[run["case_id"]].setdefault(segment, drawn)
            add(
                schema.CaseSegment,
                case_id=run["case_id"],
                run_id=run["id"],
                group_id=ids[workflow, segment, drawn if run["revision"] > 1 else kept],
            )


def _edited(rows: Mapping[type[schema.Base], list[Row]]) -> set[int]:
    reviews = {row["id"]: row["case_id"] for row in rows[schema.Review]}
    return {reviews[row["review_id"]] for row in rows[schema.Decision] if row["kind"] == "edited"}
