"""The words about content that was removed: on a card, and where a case is told."""

from handlers.texts.pieces import Line, Paragraph, command, line, moment, words
from workflows.engine.read.views import CaseView, removed_parts
from workflows.engine.review.views import RemovedView


def of_case(view: CaseView) -> list[Line]:
    """Say what of a case was removed, and when that is known; nothing where nothing was."""
    if view.erased_at is not None:
        kept = words(". Who did what, and when, is kept.")
        return [line(words("What this case said was removed", bold=True), words(" "), moment(view.erased_at), kept)]
    if parts := removed_parts(view):
        return [line(words("Removed, since it was kept long enough: ", bold=True), words(f"{', '.join(parts)}."))]
    return []


def heading(view: RemovedView) -> str:
    """Return the first line of the card."""
    return f"Case {view.case}: content removed"


def paragraphs(view: RemovedView) -> list[Paragraph]:
    """Say that the content was removed and when, and what is left."""
    when = [words(" "), moment(view.at)] if view.at is not None else []
    removed = line(words("What this case said was removed", bold=True), *when, words("."))
    left = line(words("Who decided it and when is kept: "), command("case", view.case, stands_out=False), words("."))
    if not view.is_in_doubt:
        return [removed, left]
    settle = f"countersign settle {view.case} happened"
    doubt = line(words("Nobody knows yet whether it was delivered. To say so: "), words(settle, code=True))
    return [removed, doubt, left]


def small_print(view: RemovedView) -> str:
    """Name the workflow and the case."""
    return f"{view.workflow} · case {view.case}"
