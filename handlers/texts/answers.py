"""Immediate answers to a person: short, plain, and seen by them alone."""

import re
from collections.abc import Callable, Sequence

from handlers.texts import states
from handlers.texts.operations import reruns
from handlers.texts.operations.deliveries import NOT_CONFIRMED, waiting
from handlers.texts.pieces import (
    Line,
    Paragraph,
    Piece,
    Room,
    Told,
    channel,
    command,
    hour,
    line,
    moment,
    person,
    words,
)
from handlers.texts.plain import begun_large, ended, excerpt
from handlers.texts.review import deadlines, removed, status
from store.states import STOPPED, DeliveryState, ReviewState, RunState
from workflows.engine.deliver.views import DeliveryView
from workflows.engine.read.views import CaseView, RunView
from workflows.engine.reasons import Reason
from workflows.engine.review.views import CardView, DecisionView
from workflows.engine.text.sanitize import one_line

_WHO = re.compile(r"([UW](?=[A-Z]*[0-9])[A-Z0-9]{2,20}) has ")
"""The beginning of a message that names a person by their id."""


def refused(message: str, *, owner: str | None = None) -> Told:
    """Draw the reason why nothing was done. `owner`: the person to ask."""
    ask = [words(" Ask its owner, "), person(owner), words(".")] if owner else []
    who = _WHO.match(message)
    said = [person(who[1]), words(sentence(message).removeprefix(who[1]))] if who else [words(sentence(message))]
    return Told(brief=message, parts=[[line(*said, *ask)]])


def sentence(message: str) -> str:
    """Return a message of the engine's as a sentence of its own."""
    text = excerpt(message, 1_000)
    return ended(begun_large(text))


def too_late(view: CardView, user: str) -> Told:
    """Draw that a review changed since it was shown, and how. `user`: the person who is told."""
    if view.decision is None:
        text = f"{status.in_brief(view)}. What you pressed is older than that, so nothing was recorded."
        return Told(brief=text, parts=[[line(words(text))]])
    lapsed = deadlines.lapsed(view.decision)
    if lapsed is not None:
        said_late = [lapsed, line(words("Nothing of yours was recorded."))]
        return Told(brief="Too late: nobody answered in time", parts=[said_late])
    verb = states.DECISION[view.decision.kind]
    if view.decision.by == user and view.state == ReviewState.DECIDED:
        said = [words(f"You {verb} this already, "), moment(view.decision.at), words(".")]
        return Told(brief=f"You {verb} this already", parts=[[line(*said)]])
    said = [words(f"Already {verb} by "), person(view.decision.by), words(", "), moment(view.decision.at)]
    nothing = words(". Nothing of yours was recorded.")
    return Told(brief="Too late: somebody decided already", parts=[[line(*said, nothing)]])


def claimed(view: CardView) -> Told:
    """Say that a colleague is on a review already."""
    who = [person(view.claimed_by), words(" is on it")] if view.claimed_by is not None else [words("It was claimed")]
    since = [words(" since "), hour(view.claimed_at)] if view.claimed_at is not None else []
    said = line(*who, *since, words(". Nothing was changed. You may still decide it, or take it over."))
    return Told(brief="A colleague is on it", parts=[[said]])


def correction_waits(case: int) -> Told:
    """Draw that a correction was proposed."""
    text = f"The correction of case {case} waits for a decision, like any proposal. Until then nothing changes."
    return Told(brief=text, parts=[[line(words(text))]])


def second_correction(shown_in: str | None) -> Told:
    """Say that a correction of the case waits already. `shown_in`: the channel of its card; None for none."""
    where = [words(", in "), channel(shown_in)] if shown_in is not None else []
    text, then = "A correction of it waits already", "; decide that one first."
    return Told(brief=text + then, parts=[[line(words(text), *where, words(then))]])


def delivered_already(case: int) -> Told:
    """Say why a case is not run again, and what can be done instead."""
    text = f"Case {case} was delivered, so it is not run again. Is it wrong? Then propose what is right."
    return Told(brief=text, parts=[[line(words(text))]])


def case(view: CaseView, *, why: Callable[[Reason], str]) -> Told:
    """Say how a case stands, what led to it, and what can be done about it. `why`: puts a reason into words."""
    run = view.newest
    first = [words(f"Case {view.id} ", bold=True), words(f"{view.workflow} · {view.key} · ")]
    pieces: list[Paragraph] = [
        line(*first, words(states.RUN[run.state], bold=True)),
        line(words("Came in "), moment(view.received_at), words(f" from {view.source}")),
    ]
    pieces += removed.of_case(view)
    if view.corrected is not None:
        pieces += reruns.put_right(view.corrected, reruns.ROOM)
    pieces += [_step(number, text) for number, text in enumerate(_steps(run), 1)]
    if run.problem is not None:
        how = "Not made so far" if run.state == RunState.HOLDING else "Stopped"
        pieces.append(line(words(f"{how}: {run.problem['type']}: {excerpt(run.problem['message'], 600)}")))
    if run.review is not None:
        asked = "; ".join(excerpt(why(reason), 200) for reason in run.review.why[:5])
        pieces.append(line(words(f"{states.REVIEW[run.review.state]}. Why a person is asked: {asked}")))
        pieces += [line(*_decision(decision)) for decision in run.review.decisions]
    if run.delivery is not None:
        pieces.append(line(*_delivery(run.delivery)))
    if run.state == RunState.DOUBTFUL:
        look = "Look there whether it happened, then say what you found"
        pieces.append(line(words(f"{look}: here, or countersign settle {view.id} happened (or not-happened)")))
    elif run.held == "announced":
        pieces.append(line(words("It is announced, and goes out by itself unless somebody stops it on its card.")))
    elif run.held == "down":
        pieces.append(line(words("To try now: "), command("rerun", view.id)))
    elif run.held == "behind":
        pieces.append(line(words("An older delivery of this case is still to be made; this one follows by itself.")))
    elif run.held == "paused":
        pieces.append(line(words("Held until its workflow is resumed: "), command("resume", view.workflow)))
    elif run.state in STOPPED:
        pieces.append(line(words("Once it is repaired: "), command("rerun", view.id, stands_out=False)))
    return Told(brief=f"Case {view.id}: {states.RUN[run.state]}", parts=[pieces])


def _decision(decision: DecisionView) -> Sequence[Piece]:
    """Draw a decision: kind, person, time, and what follows."""
    lapsed = deadlines.lapsed(decision)
    if lapsed is not None:
        return lapsed.pieces
    then = f" · {states.FOLLOWS[decision.follows]}" if decision.follows else ""
    how = words(f"{states.DECISION[decision.kind].capitalize()} by ")
    gone = " · no longer stands" if decision.revoked_at is not None else ""
    return how, person(decision.by), words(" · "), moment(decision.at), words(f"{then}{gone}" or ".")


def _delivery(delivery: DeliveryView) -> Sequence[Piece]:
    what = "The news of the rejection" if delivery.kind == REJECTION else "Delivery"
    tried = f"{delivery.attempts} {'attempt' if delivery.attempts == 1 else 'attempts'}"
    if delivery.state == DeliveryState.WAITING:
        said = waiting(delivery, _IN_A_LINE)
        return [words(f"{what} after {tried}: {said.title.lower()}"), *said.more]
    if delivery.state == DeliveryState.INTENDED:
        return [words(f"{what} is recorded, and not made yet")]
    if delivery.not_confirmed:
        return [words(f"{what} after {tried}: {NOT_CONFIRMED.lower()}; it may be applied")]
    receipt = f": {excerpt(delivery.receipt, 200)}" if delivery.receipt else ""
    return [words(f"{what} {states.DELIVERY[delivery.state]} after {tried}{receipt}")]


_IN_A_LINE = Room(text=200, line=200, items=0)
_MOST_STEPS = 12


def _steps(run: RunView) -> Sequence[str]:
    told = [
        f"{step.name}: {step.state}{' (recalled)' if step.recalled else ''}, {step.milliseconds:,.0f} ms"
        + (f", {one_line(step.error, 200)}" if step.error else "")
        for step in run.steps
    ]
    if len(told) > _MOST_STEPS:
        told = [f"{len(told) - _MOST_STEPS} steps before", *told[-_MOST_STEPS:]]
    return told


def _step(number: int, text: str) -> Line:
    return line(words(f"{number}. {text}"))


REJECTION = "rejection"
"""Kind of a delivery that tells of a rejection."""
NOTHING_WAITS = Told(brief="Nothing waits", parts=[[line(words("Nothing waits here any more.", bold=True))]])
