"""Words about how workflows stand, for any face."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from handlers.texts.learning.prompts_from import prompts
from handlers.texts.operations import kept_documents
from handlers.texts.operations.health import in_trouble, systems
from handlers.texts.pieces import Line, Paragraph, Piece, Told, bullets, command, line, moment, person, words
from workflows.engine.read.status_views import StatusView, WorkflowStatus
from workflows.engine.text.sanitize import one_line

_NAMED = 30
"""Number of workflows that a list names."""
_REASON = 150
"""Characters of a reason."""


def status(view: StatusView) -> Told:
    """Say how all stands: first what is wrong, then each workflow."""
    wrong = [*_models(view), *_targets(view), *in_trouble(view.systems, view.at.date())]
    first: list[Paragraph] = [line(words("Status", bold=True), words(" · "), moment(view.at))]
    if not wrong and not any(is_troubled(one) for one in view.workflows):
        first.append(line(words("Nothing failed, nothing is down or paused.")))
    if view.prompts is not None:
        first.append(line(words(f"{prompts(view.prompts)}.")))
    each = [_of(one, view.at) for one in view.workflows[:_NAMED]]
    return Told(brief="Status", parts=[[*first, *wrong], *each, *_more(view), *_systems(view), *_documents(view)])


def listed(view: StatusView) -> Told:
    """List the workflows: the question that each decides, and who answers for it."""
    lines = [_listed(one) for one in view.workflows[:_NAMED]]
    said: list[Paragraph] = [bullets(lines), line(words("The charter of one: "), command("charter", "WORKFLOW"))]
    return Told(brief="Workflows", parts=[[line(words("Workflows", bold=True)), *said], *_more(view)])


def is_troubled(one: WorkflowStatus) -> bool:
    """Tell whether a workflow needs somebody to look at it."""
    return one.pause is not None or bool(one.failed or one.doubtful or one.tried_again or one.follow_ups_failed)


def _listed(one: WorkflowStatus) -> Line:
    paused = [words(" · paused")] if one.pause is not None else []
    decides = [words(f": {one_line(one.decision, _REASON)} It belongs to "), person(one.owner)]
    return line(words(one.workflow, bold=True), *decides, *paused)


def _of(one: WorkflowStatus, at: datetime) -> Sequence[Paragraph]:
    said: list[Line] = [line(*waiting(one, at))]
    if one.pause is not None:
        by = [words("Paused by "), person(one.pause.who), words(", "), moment(one.pause.at)]
        said.append(line(*by, words(f": {one_line(one.pause.reason, _REASON)}")))
    said += [line(words(text)) for text in in_numbers(one)]
    if one.failed or one.follow_ups_failed:
        said.append(line(words("Why: "), command("causes", "")))
    return [line(words(one.workflow, bold=True)), bullets(said)]


def waiting(one: WorkflowStatus, at: datetime) -> list[Piece]:
    """Say what waits for people."""
    if not one.waiting:
        return [words("Nothing waits for a person")]
    number = f"{one.waiting:,} {'case waits' if one.waiting == 1 else 'cases wait'} for a person"
    said = [words(number)]
    if one.oldest is not None:
        said += [words(", the oldest since "), moment(one.oldest)]
    if one.answer_by is not None:
        late = one.answer_by <= at
        said += [words(", overdue since " if late else ", next deadline "), moment(one.answer_by)]
    return said


def in_numbers(one: WorkflowStatus) -> list[str]:
    """Say the further numbers of a workflow, those that are not zero, and today's spending."""
    said = [
        f"{number:,} {what}"
        for number, what in (
            (one.in_work, "in work"),
            (one.failed, "failed"),
            (one.doubtful, "in doubt: somebody has to look whether the delivery happened"),
            (one.announced, "announced: they go out by themselves unless somebody stops them"),
            (one.held, "decided and held back for now"),
            (one.tried_again, "decided and not taken yet: tried again by itself"),
            (one.follow_ups_due, "to be made for another workflow"),
            (one.follow_ups_failed, "failed to be made for another workflow"),
        )
        if number
    ]
    return [*said, f"{dollars(one.spent)} of {dollars(one.per_day)} spent today"]


def dollars(amount: Decimal) -> str:
    """Return an amount of US dollars, in cents."""
    return f"${amount:,.2f}"


def _systems(view: StatusView) -> list[list[Paragraph]]:
    found = systems(view.systems, view.at.date())
    return [[line(words("What they need", bold=True)), bullets(found)]] if found else []


def _documents(view: StatusView) -> list[list[Paragraph]]:
    said = kept_documents.kept(view.documents) if view.documents is not None else None
    return [[said]] if said is not None else []


def _models(view: StatusView) -> list[Line]:
    return [
        _wrong(f"Model {one.model} has not been asked", one.since, f": {_in_line(one.reason)}") for one in view.models
    ]


def _targets(view: StatusView) -> list[Line]:
    return [
        _wrong(f"{one.target} has been down", one.began_at, f", {one.waiting:,} wait for it: {_in_line(one.reason)}")
        for one in view.targets
    ]


def _wrong(what: str, since: datetime, more: str) -> Line:
    return line(words(what, bold=True), words(" since "), moment(since), words(more))


def _in_line(reason: str) -> str:
    return one_line(reason, _REASON)


def _more(view: StatusView) -> list[list[Paragraph]]:
    left = len(view.workflows) - _NAMED
    return [[line(words(f"and {left:,} more"))]] if left > 0 else []
