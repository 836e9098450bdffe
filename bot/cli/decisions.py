"""`claim`, `approve`, `edit`, `reject`: a person's decision, and then its delivery."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from bot.app import App, opened
from bot.cli.completion import finish
from bot.cli.output import one_line_errors, out, tell_error
from bot.cli.people import operator
from bot.settings import settings
from store.states import STOPPED, RunState
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import FormChanged, InvalidOutput, NeverBroken, Refused
from workflows.engine.read.history import case_view, find_case, open_review_of
from workflows.engine.read.views import OpenReview
from workflows.engine.review import refusals, reviews
from workflows.engine.review.decisions import Follows
from workflows.engine.review.dependent_texts import redrawn
from workflows.engine.review.forms import entries_of, read_form
from workflows.engine.text.form_fields import SEVERAL, form_of
from workflows.engine.text.sanitize import sanitize


def claim_review(reference: str) -> int:
    """Claim a case's review; returns the exit code."""
    with one_line_errors(), opened(settings()) as app:
        review = open_review_of(app.context, find_case(app.context, reference))
        with refusals.told_of_review(app.context, review.id, by=operator(), wanted="claim"):
            reviews.claim(app.context, review.id, by=operator())
        out.print(f"case {review.case}: claimed")
        return 0


def approve_case(reference: str, *, confirmed: bool, version: int | None) -> int:
    """Approve; returns the exit code."""

    def approve(app: App, review: OpenReview, shown: int) -> str:
        reviews.approve(app.context, review.id, shown, by=operator(), confirmed=confirmed)
        return "approved"

    return _decide(reference, version, approve, wanted="approve")


def edit_case(reference: str, assignments: Sequence[str], *, confirmed: bool, version: int | None) -> int:
    """Decide with a person's own values; returns the exit code."""

    def edit(app: App, review: OpenReview, shown: int) -> str:
        workflow = app.context.registry.get(review.workflow)
        proposed: dict[str, str] = {}
        if review.has_proposal:
            proposal = case_view(app.context, review.case).newest.proposal
            assert proposal is not None
            proposed = entries_of(workflow.output, proposal.output)
        typed = proposed | assigned(workflow, assignments)
        read_form(workflow.output, typed, zone=workflow.timezone)
        anew = redrawn(app.context, workflow, review.id, proposed=proposed, typed=typed)
        for name in anew:
            out.print(sanitize(f"{name}: written anew, to go with what you chose"))
        output = read_form(workflow.output, typed | anew, zone=workflow.timezone)
        reviews.edit(app.context, review.id, shown, output, by=operator(), confirmed=confirmed)
        return "edited" if review.has_proposal else "answered"

    return _decide(reference, version, edit, wanted="edit")


def reject_case(reference: str, *, reason: str, then: str, version: int | None) -> int:
    """Reject; returns the exit code."""
    follows = Follows(then.replace("-", "_"))

    def reject(app: App, review: OpenReview, shown: int) -> str:
        reviews.reject(app.context, review.id, shown, by=operator(), reason=reason, follows=follows)
        return "rejected"

    return _decide(reference, version, reject, wanted="reject")


@contextmanager
def _advised(review: OpenReview) -> Iterator[None]:
    """Say what to type where a decision is refused that can go on."""
    try:
        yield
    except NeverBroken as broken:
        if broken.barred:
            raise
        raise Refused(f"{broken}; say --confirm to decide so all the same") from None
    except FormChanged as changed:
        raise Refused(f"{changed}: countersign edit {review.case} --set FIELD=VALUE") from None


def assigned(workflow: AnyWorkflow, assignments: Sequence[str]) -> dict[str, str]:
    """Read FIELD=VALUE arguments; a field of several values may be named once for each.

    Raise `InvalidOutput` for an argument without a name, and for one value too many.
    """
    several = {field.name for field in form_of(workflow.output) if field.kind in SEVERAL}
    values: dict[str, str] = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        name = name.strip()
        if not equals or not name:
            raise InvalidOutput({assignment: "has to be FIELD=VALUE"})
        if name in values and name not in several:
            raise InvalidOutput({name: "is set twice"})
        values[name] = f"{values[name]}\n{value}" if name in values else value
    return values


def _decide(reference: str, version: int | None, decide: Callable[[App, OpenReview, int], str], *, wanted: str) -> int:
    with one_line_errors(), opened(settings()) as app:
        review = open_review_of(app.context, find_case(app.context, reference))
        with _advised(review), refusals.told_of_review(app.context, review.id, by=operator(), wanted=wanted):
            decided = decide(app, review, review.version if version is None else version)
        finish(app, review.case)
        return tell(app, review.case, decided)


def tell(app: App, case: int, done: str) -> int:
    """Say what was done and how the case stands now; returns the exit code."""
    run = case_view(app.context, case).newest
    receipt = f": {run.delivery.receipt}" if run.delivery and run.delivery.receipt else ""
    stands = "waiting to be delivered" if run.state == RunState.HOLDING else run.state
    out.print(sanitize(f"case {case}: {done}; it is {stands} now{receipt}"))
    if run.state in STOPPED and run.problem is not None:
        tell_error(str(run.problem["message"]))
        return 1
    return 0
