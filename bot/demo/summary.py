"""The summary of the demo: the figures, and the digest for a team lead."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from bot.demo.stage import Stage
from handlers.slack.blocks.digest import digest
from handlers.slack.blocks.parts.transcript import transcript
from workflows.engine.digests.making import digest_view, make
from workflows.engine.digests.names import JobName
from workflows.engine.read.tally import act_counts, tally
from workflows.engine.review.decisions import DecisionKind


def summary(stage: Stage, cases: Sequence[int]) -> list[str]:
    """Return the figures, a line each."""
    context = stage.app.context
    numbers = tally(context, cases, {})
    acts = act_counts(context)
    decided = acts.decisions
    told = {
        "cases": numbers.cases,
        "resolved alone": numbers.alone,
        "reviewed": sum(decided.values()),
        "  approved": decided.get(DecisionKind.APPROVED, 0),
        "  edited": decided.get(DecisionKind.EDITED, 0),
        "  filled in": decided.get(DecisionKind.ANSWERED, 0),
        "  rejected": decided.get(DecisionKind.REJECTED, 0),
        "delivered": acts.deliveries,
        "not at an end": stage.unfinished(),
    }
    samples = "more cases were shown on sample answers, written by hand: in none of these figures"
    return [
        *(f"{what:<16}{number:>5,}" for what, number in told.items()),
        f"{'dollars':<16}{numbers.cost:>8.2f}",
        *([f"{numbers.samples} {samples}"] if numbers.samples else []),
    ]


def digest_of(stage: Stage, day: date) -> list[str]:
    """Return the digest that is made on a day, as it is posted."""
    context, zone = stage.app.context, ZoneInfo(stage.app.settings.timezone)
    made = make(context, JobName.FAILURES, today=day, zone=zone)
    return transcript(digest(digest_view(context, made)).blocks).splitlines() if made is not None else []
