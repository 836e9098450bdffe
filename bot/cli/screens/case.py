"""The command `show`: everything about a case."""

import json
from collections.abc import Mapping
from dataclasses import replace

from pydantic import BaseModel, JsonValue
from pydantic_core import to_jsonable_python
from rich.text import Text

from bot.app import App, opened
from bot.cli.advised import advised
from bot.cli.people import operator
from bot.cli.screens.output import moment, one_line_errors, out, plain_review, print_json, print_named, shown
from bot.settings import settings
from handlers.texts.refusals import refusal_in_words
from handlers.texts.review.reasons import in_words
from store.states import STOPPED, DeliveryState, ReviewState, RunState
from workflows.documents.document import holds_documents, names_in
from workflows.engine.case.reading_ways import Way
from workflows.engine.case.readings import record_reading
from workflows.engine.declare.round_trip import read
from workflows.engine.deliver.views import DeliveryView
from workflows.engine.errors import Misfit
from workflows.engine.propose.views import RequestView
from workflows.engine.read.history import case_view, find_case
from workflows.engine.read.views import CaseView, ReviewView, RunView, removed_parts
from workflows.engine.review.blind import HIDDEN
from workflows.engine.review.corrected.views import CorrectedInput
from workflows.engine.review.decisions import LAPSES
from workflows.engine.review.form.forms import entries_of
from workflows.engine.review.refusals import refusal_of
from workflows.engine.text.sanitize import one_line
from workflows.model.outcomes import Outcome

_SAID = 600
"""Characters of a model's answer that are shown; --json shows all."""


def show_case(reference: str, *, as_json: bool) -> int:
    """Show a case; returns the exit code."""
    with one_line_errors(), opened(settings()) as app:
        case = find_case(app.context, reference)
        record_reading(app.context, case, by=operator(), way=Way.CASE)
        return show_case_in(app, case, as_json=as_json)


def show_case_in(app: App, case: int, *, as_json: bool) -> int:
    """Show a case; returns the exit code."""
    view = case_view(app.context, case)
    if as_json:
        print_json(_plain(view))
        return 0
    out.print(Text.assemble((f"case {view.id}  ", "bold"), shown(view.key), f"  {view.workflow}"))
    print_named("revision", f"{view.revision}, from {view.source}, {moment(view.received_at)}")
    _removed(view)
    registry = app.context.registry
    workflow = registry.get(view.workflow) if view.workflow in registry else None
    _values("input", _documents_by_name(view.newest.input, workflow.input if workflow is not None else None))
    output = workflow.output if workflow is not None else None
    if workflow is not None and workflow.may_in_words:
        print_named("it may", workflow.may_in_words)
    for run in view.runs:
        if run.corrected is not None:
            _corrected(run.corrected)
        _run(run, output)
    _questions(view)
    _refused(view)
    print_named("next", advised(_next(view)))
    return 0


def _removed(view: CaseView) -> None:
    """Print what of the case was removed, and when that is known."""
    if view.erased_at is not None:
        print_named("removed", f"all that the case said, {moment(view.erased_at)}; hashes, times and people are kept")
    elif parts := removed_parts(view):
        print_named("removed", f"{', '.join(parts)}; each was kept for as long as its workflow says")


def _run(run: RunView, output: type[BaseModel] | None) -> None:
    out.print()
    kind = f" correction {run.correction}" if run.correction else ""
    begun = f", run {run.parent} again from {run.from_step}" if run.parent and run.from_step else ""
    resolved = f", {run.resolution.replace('_', ' ')}" if run.resolution else ""
    out.print(Text.assemble((f"run {run.id}{kind}: {run.state}{resolved}{begun}", "bold")))
    if run.code_version is not None:
        print_named("code_version", run.code_version)
    for step in run.steps:
        what = "recalled" if step.recalled else f"{step.milliseconds:.0f} ms"
        cost = f", ${step.cost:.4f}" if step.cost else ""
        nth = f" ({step.nth})" if step.nth > 1 else ""
        tries = f", try {step.attempt}" if step.attempt > 1 else ""
        said = step.error if step.error else json.dumps(step.output, ensure_ascii=False)
        print_named(f"step {step.name}{nth}", f"{step.state}, {what}{cost}{tries}: {one_line(said, 200)}")
    for request in run.asked:
        _asked(request)
    if run.is_hidden:
        print_named("proposed", HIDDEN)
    if run.proposal is not None:
        proposal = run.proposal
        version = f", version {proposal.version:,}" if proposal.version is not None else ""
        prompt = f", prompt {proposal.prompt_version}" if proposal.prompt_version else ""
        print_named("proposed by", f"{proposal.model}{version}{prompt}")
        if proposal.sample:
            print_named("  sample answer", "written by hand for a demonstration; no figure counts it")
        for name, value in _as_people_write(proposal.output, output).items():
            sure = proposal.confidence.get(name)
            second = proposal.second.get(name)
            said = f"  ({sure:.2f})" if sure is not None else "  (no confidence)"
            print_named(f"  {name}", f"{value}{said}" + (f"  local model {second:.2f}" if second is not None else ""))
        for reason in proposal.reasons:
            print_named("  because", reason)
        for doubt in proposal.doubts:
            print_named("  but", doubt)
        if proposal.past:
            alike = ", ".join(f"{one_line(key, 80)} ({likeness:.2f})" for key, likeness in proposal.past.items())
            print_named("  decided like this before", alike)
    if run.review is not None:
        _review(run.review, output)
    if run.delivery is not None:
        delivery = run.delivery
        receipt = f": {delivery.receipt}" if delivery.receipt else ""
        said = f"{delivery_in_words(delivery)}{receipt}"
        print_named("delivery", f"{said}  (key {delivery.key}, attempts {delivery.attempts})")
    if run.problem is not None:
        step_name = run.problem.get("step")
        print_named(
            "problem", f"{f'in step {step_name}: ' if step_name else ''}{run.problem['type']}: {run.problem['message']}"
        )


def _corrected(corrected: CorrectedInput) -> None:
    """Print what a person put right in the input, old beside new."""
    out.print()
    print_named("input corrected", f"by {corrected.by}, {moment(corrected.at)}, as revision {corrected.revision}")
    for change in corrected.changes:
        print_named(f"  {change.name}", f"{one_line(change.before, _SAID)} -> {one_line(change.now, _SAID)}")
    print_named("  because", corrected.reason)


_DELIVERY = {
    DeliveryState.INTENDED: "recorded",
    DeliveryState.APPLIED: "applied",
    DeliveryState.FAILED: "apply failed",
}


def delivery_in_words(delivery: DeliveryView) -> str:
    """Return the state of a delivery in words."""
    if delivery.state != DeliveryState.WAITING:
        if delivery.not_confirmed:
            return "not confirmed; it may be applied"
        return _DELIVERY.get(delivery.state, delivery.state)
    again = f"at {moment(delivery.next_at)}" if delivery.next_at is not None else "once that is up"
    why = f"{delivery.target} did not take it yet"
    if delivery.down_since is not None:
        why = f"{delivery.target} has been down since {moment(delivery.down_since)}"
    if delivery.maybe_applied:
        return f"not confirmed; it may be applied; {why}; made again under the same key {again}"
    return f"recorded; {why}, tried again {again}"


def _plain(view: CaseView) -> dict[str, JsonValue]:
    """Return a case as JSON, with the reasons of its reviews in words too."""
    plain: dict[str, JsonValue] = to_jsonable_python(replace(view, runs=[]))
    runs = [
        to_jsonable_python(run) | ({"review": plain_review(run.review)} if run.review is not None else {})
        for run in view.runs
    ]
    return plain | {"runs": runs}


def _refused(view: CaseView) -> None:
    """Print the refusals of this case, each with its person and wish."""
    for entry in view.audit:
        refusal = refusal_of(entry.details)
        if refusal is not None:
            more = "; more of theirs within that minute are not kept" if refusal.last else ""
            why = refusal_in_words(refusal.why)
            print_named("refused", f"{refusal.wanted} by {entry.actor}, {moment(entry.at)}: {why}{more}")


def _questions(view: CaseView) -> None:
    """Print what people asked the source, and what it answered."""
    for one in view.questions:
        how = f"{one.state}, asked by {one.asked_by}, {moment(one.asked_at)}, of revision {one.revision}"
        print_named(f"question {one.number}", f"{one_line(one.text, _SAID)}  ({how})")
        if one.receipt is not None:
            print_named("  sent", one_line(one.receipt, _SAID))
        if one.problem is not None:
            print_named("  problem", one_line(one.problem, _SAID))
        if one.answer is not None and one.answered_at is not None:
            by = f"{one.answered_by}, {moment(one.answered_at)}"
            print_named("  answer", f"{one_line(one.answer, _SAID)}  (from {by})")


def _asked(request: RequestView) -> None:
    if request.milliseconds is None and request.cost is None:
        said = f"outcome not known: it is under way, or its process ended; up to ${request.reserved:.4f}"
        print_named(f"asked {request.model}", said)
        return
    cost = f"${request.cost:.4f}" if request.cost is not None else f"up to ${request.reserved:.4f}, not known"
    took = f", {request.milliseconds:.0f} ms" if request.milliseconds is not None else ""
    tokens = f", {request.input_tokens:,} tokens in, {request.output_tokens:,} out"
    named = f", request {request.request_id}" if request.request_id else ""
    why = f": {one_line(request.why, 200)}" if request.why else ""
    outcome = request.outcome.replace("_", " ")
    print_named(f"asked {request.model}", f"{outcome}{tokens}, {cost}{took}{named}{why}")
    # A usable answer is shown below, as the proposal.
    if isinstance(request.said, str) and request.said and request.outcome != Outcome.ANSWERED:
        print_named("  it said", one_line(request.said, _SAID))


def _review(review: ReviewView, output: type[BaseModel] | None) -> None:
    due = f", answer by {moment(review.answer_by)}" if review.answer_by and review.state == ReviewState.OPEN else ""
    claimed = f", claimed by {review.claimed_by}" if review.claimed_by else ""
    print_named("review", f"{review.state.replace('_', ' ')}, version {review.version}{due}{claimed}")
    for why in review.why:
        print_named("  asked because", in_words(why))
    if review.model_said is not None:
        print_named("  the model said", one_line(review.model_said, _SAID))
    for decision in review.decisions:
        follows = f", then {decision.follows.replace('_', ' ')}" if decision.follows else ""
        reason = f": {decision.reason}" if decision.reason else ""
        second = ", as a further person" if decision.confirms else ""
        revoked = decision.revoked_at
        gone = f"; revoked by {decision.revoked_by}, {moment(revoked)}" if revoked is not None else ""
        took = f", after {decision.seconds:,.0f} s" if decision.seconds is not None else ""
        who = f"by {decision.by}" if decision.kind not in LAPSES else "by nobody, as there was no answer in time"
        made = f"{decision.kind} {who}{second}, {moment(decision.at)}{took}"
        print_named("  decision", f"{made}{follows}{reason}{gone}")
        if decision.output is not None and decision.kind != "approved":
            _values("  decided", _as_people_write(decision.output, output))
        for sentence in decision.confirmed:
            print_named("  confirmed", f"although never: {sentence}")


def _next(view: CaseView) -> str:
    run = view.newest
    state = run.state
    if view.erased_at is not None:
        return "nothing: its content was removed, and nothing more is done with it"
    if run.review is not None and run.review.state == ReviewState.ASKED:
        return f"wait for the answer, or countersign reply {view.id} ANSWER"
    if state is RunState.WAITING and run.review is not None:
        if run.review.has_proposal:
            return f"countersign approve {view.id}, edit {view.id} --set FIELD=VALUE, or reject {view.id} --reason WHY"
        return f"countersign edit {view.id} --set FIELD=VALUE, or reject {view.id} --reason WHY --then close"
    if state is RunState.DOUBTFUL:
        return f"look whether it happened, then countersign settle {view.id} happened or not-happened"
    if run.held == "down":
        return f"nothing; it is tried again automatically. To try now: countersign rerun {view.id}"
    if run.held == "behind":
        return "nothing; it follows an older delivery of this case automatically"
    if run.held == "paused":
        return f"it is held; countersign resume {view.workflow}"
    if state in STOPPED:
        rerun = f"countersign rerun {view.id}"
        test = f"countersign pull {view.id} writes a test of it"
        return f"repair the cause ({test}), then {rerun}; where its input is wrong, {rerun} corrected"
    if state is RunState.DELIVERED:
        return f"nothing; if it was wrong, countersign correct {view.id} --set FIELD=VALUE"
    return "nothing" if state is RunState.CLOSED else "it is being worked on, or will be at the next run"


def _as_people_write(values: Mapping[str, JsonValue], output: type[BaseModel] | None) -> Mapping[str, JsonValue]:
    """Return values as the form shows them; as they are kept where the workflow, or a field of it, is unknown."""
    written = entries_of(output, values) if output is not None else {}
    return {name: written[name] if value is not None and name in written else value for name, value in values.items()}


def _documents_by_name(values: Mapping[str, JsonValue], form: type[BaseModel] | None) -> Mapping[str, JsonValue]:
    """Return values with the names of documents in place of all that was read in them; --json has that."""
    if form is None or not holds_documents(form):
        return values
    try:
        input = read(form, json.dumps(values))
    except Misfit:
        return values
    return {name: names_in(getattr(input, name, None)) or value for name, value in values.items()}


def _values(what: str, values: Mapping[str, JsonValue]) -> None:
    for name, value in values.items():
        print_named(f"{what} {name}", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
