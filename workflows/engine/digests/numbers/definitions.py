"""The business numbers, each defined once, with what it does not mean. Pure.

`docs/decisions/0051-business-numbers.md` says why they are so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from workflows.engine.errors import Unknown
from workflows.engine.text.choices import choices


class NumberName(StrEnum):
    """The name of a number, as files and commands use it."""

    CASES_IN = "cases_in"
    RESOLVED = "resolved"
    ALONE = "alone"
    STRAIGHT_THROUGH = "straight_through"
    REVIEWED = "reviewed"
    EDITED = "edited"
    REJECTED = "rejected"
    CORRECTED = "corrected"
    ARRIVAL_TO_DELIVERY = "arrival_to_delivery"
    CARD_TO_DECISION = "card_to_decision"
    TIME_PER_DECISION = "time_per_decision"
    PEOPLES_TIME = "peoples_time"
    TIME_PER_CASE = "time_per_case"
    COST = "cost"
    COST_PER_CASE = "cost_per_case"
    HOURS_FREED = "hours_freed"
    ERRORS_PER_THOUSAND = "errors_per_thousand"
    BACKLOG = "backlog"
    REVIEWS_A_DAY = "reviews_a_day"


@dataclass(frozen=True, kw_only=True)
class Definition:
    """The definition of a number."""

    title: str
    is_: str
    """A sentence or two for what it is."""
    is_not: str
    """A sentence for what it does not mean."""


_N = NumberName
DEFINITIONS: Mapping[NumberName, Definition] = {
    _N.CASES_IN: Definition(
        title="Cases in",
        is_="Cases whose first input came within the days of the digest. A new revision is not a new case.",
        is_not="It does not mean work: a new revision makes work too.",
    ),
    _N.RESOLVED: Definition(
        title="Resolved",
        is_="Cases that were delivered or closed within the days, each once, by the last time that this happened: "
        "alone, by a person, rejected, or because nobody answered in time. A correction does not resolve a case again.",
        is_not="It does not mean delivered: a rejection closes a case.",
    ),
    _N.ALONE: Definition(
        title="Resolved alone",
        is_="Resolved cases that went their way without a person, as the workflow may where it is confident.",
        is_not="It does not mean right: an error is found by looking.",
    ),
    _N.STRAIGHT_THROUGH: Definition(
        title="Straight through",
        is_="Cases resolved alone, as a share of all that were resolved.",
        is_not="It does not mean right: an error is found by looking.",
    ),
    _N.REVIEWED: Definition(
        title="Reviewed",
        is_="Resolved cases that a person decided: approved, edited, answered or rejected.",
        is_not="It does not mean all that people were asked: a case that nobody answered in time is not in it.",
    ),
    _N.EDITED: Definition(
        title="Edited",
        is_="Reviewed cases that were delivered, and whose last decision that stands changed the proposal.",
        is_not="It does not mean wrong proposals: an edit may be a matter of taste.",
    ),
    _N.REJECTED: Definition(
        title="Rejected",
        is_="Reviewed cases that a rejection closed. One that was rejected and then done by hand is not among them.",
        is_not="It does not mean wrong proposals: a case may be one that nobody should answer.",
    ),
    _N.CORRECTED: Definition(
        title="Corrected",
        is_="Cases for which a correction was delivered within the days.",
        is_not="It does not mean all errors: only those that somebody found.",
    ),
    _N.ARRIVAL_TO_DELIVERY: Definition(
        title="Arrival to delivery",
        is_="Time from a case's first input to the end of the run that resolved it. Half of the resolved cases took no "
        "longer than the first time, nine in ten no longer than the second.",
        is_not="It does not mean working time: nights and weekends count.",
    ),
    _N.CARD_TO_DECISION: Definition(
        title="Card to decision",
        is_="Time from the opening of a review to its last decision, over the reviews that people decided within the "
        "days, those of corrections and reports included. Half took no longer than the first time, nine in ten no "
        "longer than the second.",
        is_not="It does not mean how long people worked on it: a card waits most of the time.",
    ),
    _N.TIME_PER_DECISION: Definition(
        title="Time per decision",
        is_="Mean of the seconds from the opening of a form to the decision, over the decisions for which they "
        "were measured. It is shown once 5 of them were measured, with the share that was measured.",
        is_not="It does not mean what a press on a card takes: that is not measured, and likely shorter.",
    ),
    _N.PEOPLES_TIME: Definition(
        title="People's time",
        is_="Time per decision, times all decisions that people made within the days: of any kind, by a second person "
        "too, and those that were taken back since.",
        is_not="It does not mean attendance: nobody's hours are recorded.",
    ),
    _N.TIME_PER_CASE: Definition(
        title="People's time per case",
        is_="People's time, divided by the cases reviewed.",
        is_not="It does not mean the time of one case: some take one decision, some several.",
    ),
    _N.COST: Definition(
        title="Cost",
        is_="US dollars for requests to models, and for steps that made none, that began within the days. Evals are "
        "not in it.",
        is_not="It does not mean what people cost.",
    ),
    _N.COST_PER_CASE: Definition(
        title="Cost per case",
        is_="Cost, divided by the cases resolved.",
        is_not="It does not mean the price of the next case: what was spent on cases that are not resolved is in it.",
    ),
    _N.HOURS_FREED: Definition(
        title="Hours freed",
        is_="Minutes by hand of the baseline, times the cases resolved alone or by people, less people's time, and "
        "less the cost divided by what an hour of work costs. Its 90% interval follows from the timings of the "
        "baseline and the seconds measured; a baseline that was stated has none. Without a baseline it is not shown.",
        is_not="It does not mean jobs: these are hours that people can use otherwise.",
    ),
    _N.ERRORS_PER_THOUSAND: Definition(
        title="Errors per thousand",
        is_="Estimate of how many of a thousand cases resolved alone were wrong, from the spot checks of those "
        "delivered within the days, with a 90% interval. Fewer than 30 looks are too few.",
        is_not="It does not mean errors of all cases: what people decided is not looked at.",
    ),
    _N.BACKLOG: Definition(
        title="Backlog",
        is_="Cases that wait for a person when the digest is made, and the age of the oldest.",
        is_not="It does not mean overdue: most of them are in time.",
    ),
    _N.REVIEWS_A_DAY: Definition(
        title="Reviews a day",
        is_="Reviews that people decided on a day: the median of the days on which they decided any.",
        is_not="It does not mean capacity: nobody asked for more.",
    ),
}
"""Each number's definition, in the order in which they are told."""


def numbers_called(name: str | None) -> Sequence[NumberName]:
    """Return the number of this name, or all where none is named. Raise `Unknown`."""
    if name is None:
        return tuple(DEFINITIONS)
    wanted = name.strip().lower().replace("-", "_").replace(" ", "_")
    found = [one for one in DEFINITIONS if wanted in (one, DEFINITIONS[one].title.lower().replace(" ", "_"))]
    if not found:
        raise Unknown(f"there is no number {name!r}; there are {choices(DEFINITIONS, typed=wanted)}")
    return found
