"""A case explained: its whole way in a few sentences, and then in detail, for whoever may read the case."""

from collections.abc import Sequence
from decimal import Decimal

from handlers.texts import states
from handlers.texts.answers import REJECTION
from handlers.texts.governance import levels
from handlers.texts.learning.past_cases import LIKE_THIS
from handlers.texts.operations import kept_documents
from handlers.texts.operations.reruns import put_right
from handlers.texts.pieces import (
    Line,
    Paragraph,
    Piece,
    Room,
    Told,
    bullets,
    command,
    line,
    moment,
    person,
    quote,
    words,
)
from handlers.texts.plain import about, begun_large, excerpt, percent, proposer, source_named
from handlers.texts.review import removed
from handlers.texts.review.deadlines import lapsed
from handlers.texts.review.reasons import in_words, not_sure_enough
from store.states import STOPPED, DeliveryState, FollowUpState, Level, Resolution, ReviewState, RunState
from workflows.engine.read.explained.explanation_views import ChainLine, ExplanationView, OpenFollowUp, ValueLine
from workflows.engine.read.views import Part, ReviewView, RunView, StepView
from workflows.engine.reasons import Code, Reason
from workflows.engine.review.views import DecisionView
from workflows.engine.text.sanitize import one_line

EXPLAINED = "Explained"
"""Title of the page."""
_SHORT = 40
"""Characters of a value that a sentence names."""
ROOM = Room(text=1_000, line=300, items=40)
"""Room for the explanation of an ordinary case."""


def explained(view: ExplanationView, room: Room = ROOM) -> Told:
    """Say a case's way: the sentences first, then what was taken in, done, proposed, decided and delivered."""
    run = view.case.newest
    first = line(words(f"Case {view.case.id}, {one_line(view.case.key, room.line)}", bold=True))
    parts: list[Sequence[Paragraph]] = [
        [first, *removed.of_case(view.case), *sentences(view, room)],
        _part("What came in", [*_values_of(view, room)]),
        _part("Its documents", kept_documents.of_case(view.documents, room)),
        _part("What was put right in it", [one for run in view.case.runs for one in _put_right(run, room)]),
        *_left_out(view, room),
        *(
            _part(_title(one, number, len(view.case.runs)), [*_steps(one, room), *_ended_earlier(one, view, room)])
            for number, one in _shown(view, room)
        ),
        _part("What was proposed", _proposed(view, room)),
        _part("Why a person was asked", _why_asked(view, room)),
        _part("What was decided", _decisions(view.review, room)),
        _part("What was delivered", _delivery(run, room)),
        _part("The chain that it belongs to", _chain(view, room)),
        _part("Who read it", _readers(view)),
    ]
    return Told(brief=f"Case {view.case.id}: {states.RUN[run.state]}", parts=[part for part in parts if part])


def sentences(view: ExplanationView, room: Room = ROOM) -> list[Line]:
    """Say a case's way in up to five sentences, for somebody who knows the business and not the program."""
    said = (_came(view, room), _was_proposed(view), _was_asked(view), _ended(view, room), [words(_took(view))])
    return [line(*sentence) for sentence in said if sentence]


def _came(view: ExplanationView, room: Room) -> list[Piece]:
    again = f" in revision {view.case.revision}" if view.case.revision > 1 else ""
    said = [words("It came in "), moment(view.case.received_at), words(f" from {view.case.source}{again}")]
    if Part.INPUT not in view.case.newest.removed:
        said.append(words(f": “{excerpt(view.about, min(room.line, 120))}”"))
    made = view.case.corrected
    return (
        [*said, words(", as "), person(made.by), words(" put it right.")] if made is not None else [*said, words(".")]
    )


def _was_proposed(view: ExplanationView) -> list[Piece]:
    if view.case.newest.is_hidden:
        return [words("What was proposed stays hidden until it is decided.")]
    if view.proposal is None:
        why = f": {in_words(view.review.why[0])}" if view.review is not None and view.review.why else ""
        return [words(f"Nothing was proposed{excerpt(why, 200)}.")]
    named = ", ".join(_in_brief(one) for one in view.values[:3] if one.proposed) or "something that was removed"
    more = f" and {len(view.values) - 3} more" if len(view.values) > 3 else ""
    lowest = view.proposal.lowest
    sure = f", at least {percent(lowest)} sure of each" if lowest is not None else ""
    if view.proposal.weighed is not None:
        sure += f" and {percent(view.proposal.weighed)} as weighed from people's labels"
    if view.proposal.sample:
        by = "A sample answer, written by hand,"
    elif view.proposal.source is not None:
        by = f"Its source, {source_named(view.proposal.source)},"
    else:
        by = begun_large(proposer(view.proposal.model, _SHORT))
    return [words(f"{by} proposed {named}{more}{sure}.")]


def _in_brief(one: ValueLine) -> str:
    value = one_line(one.proposed, _SHORT + 1)
    return f"{one.label}: {value}" if len(value) <= _SHORT else f"a text for {one.label}"


def _was_asked(view: ExplanationView) -> list[Piece]:
    run, review = view.case.newest, view.review
    if run.resolution == Resolution.ALONE:
        earned = view.case.earned(run)
        was = f" {levels.was(earned.level, earned.floor)}." if earned is not None else ""
        if earned is not None and earned.level is Level.VETO:
            how = "It is announced, and a person can still stop it" if run.held == "announced" else _UNSTOPPED
            return [words(f"{how}: it was sure enough, and no rule forbade it.{was}")]
        return [words(f"It went on without a person: it was sure enough, and no rule forbade it.{was}")]
    if review is None:
        return []
    why = "; ".join(_in_brief_why(reason) for reason in review.why[:2])
    return [words(f"A person was asked: {excerpt(why, 200)}.")] if why else []


_UNSTOPPED = "It was announced, and nobody stopped it"


def _in_brief_why(reason: Reason) -> str:
    is_number = reason.code == Code.BELOW_FLOOR and reason.floor is not None
    return f"it was {not_sure_enough(reason)}" if is_number else in_words(reason)


def _ended(view: ExplanationView, room: Room) -> list[Piece]:
    run = view.case.newest
    made = _last_decision(view.review)
    decided: list[Piece] = []
    if made is not None and view.review is not None:
        after = about((made.at - view.review.opened_at).total_seconds())
        told = lapsed(made)
        verb = states.DECISION.get(made.kind, made.kind)
        who = [words("Nobody answered in time")] if told is not None else [person(made.by), words(f" {verb} it")]
        decided = [*who, words(f" after {after}; ")]
    stands = _stands(run, room)
    return [*decided, words(stands if decided else begun_large(stands))]


def _stands(run: RunView, room: Room) -> str:
    stands = states.RUN[run.state]
    if run.state in STOPPED and run.problem is not None:
        return f"it {stands}: {excerpt(run.problem['message'], room.line)}."
    if run.state == RunState.DELIVERED:
        receipt = run.delivery.receipt if run.delivery is not None else None
        return f"it was delivered{f' ({excerpt(receipt, 80)})' if receipt else ''}."
    verb = "it " if run.state == RunState.WAITING else "it is "
    return f"{verb}{stands}."


def _took(view: ExplanationView) -> str:
    runs = len(view.case.runs)
    again = f", in {runs} runs" if runs > 1 else ""
    cost = _dollars(view.cost) if view.cost else "nothing"
    return f"The program worked on it for {about(view.milliseconds / 1_000)}{again}, and it cost {cost}."


def _last_decision(review: ReviewView | None) -> DecisionView | None:
    stands = [one for one in review.decisions if one.revoked_at is None] if review is not None else []
    return stands[-1] if stands else None


def _chain(view: ExplanationView, room: Room) -> list[Paragraph]:
    """Say what the case was made from, what was made from it, what is missing, and what all of it cost."""
    chain = view.chain
    if chain is None:
        return []
    this = line(words(f"{view.case.workflow}: case {view.case.id}, this one", bold=True))
    above, below = ([_linked(one, room) for one in some] for some in (chain.above, chain.below))
    left = [line(words(f"and {chain.left_out:,} more below it"))] if chain.left_out else []
    waiting = [_open_follow_up(view, one, room) for one in chain.waiting]
    number = len(chain.above) + 1 + len(chain.below) + chain.left_out
    least = "at least " if chain.is_cut else ""
    cost = _dollars(chain.cost) if chain.cost else "nothing"
    total = [line(words(f"Together, {least}{number:,} cases: they cost {least}{cost}."))] if number > 1 else []
    return [bullets([*above, this, *below, *left, *waiting]), *total]


def _linked(one: ChainLine, room: Room) -> Line:
    deep = f" ({-one.level} before)" if one.level < -1 else f" ({one.level} after)" if one.level > 1 else ""
    state = f"{'corrected, ' if one.is_corrected else ''}{states.RUN[one.state]}"
    pieces = [words(f"{one.workflow}{deep}: {one_line(one.key, room.line)}, {state}, ")]
    if one.by is not None:
        pieces += [words("decided by "), person(one.by), words(", ")]
    elif one.resolution is Resolution.ALONE:
        pieces.append(words("without a person, "))
    return line(*pieces, moment(one.at), words(": "), command("explain", one.case, stands_out=False))


def _open_follow_up(view: ExplanationView, one: OpenFollowUp, room: Room) -> Line:
    if one.state is FollowUpState.FAILED:
        why = f": {excerpt(one.why, room.line)}" if one.why else ""
        again = command("follow", view.case.id, stands_out=False)
        return line(words(f"then {one.workflow}: it failed{why}. To make it again: "), again)
    return line(words(f"then {one.workflow}: it is made in a moment"))


def _readers(view: ExplanationView) -> list[Paragraph]:
    number = view.case.readers
    if not number:
        return []
    people = "one person" if number == 1 else f"{number:,} people"
    return [line(words(f"It was read by {people}; countersign readings {view.case.id} says who."))]


def _part(title: str, said: Sequence[Paragraph]) -> list[Paragraph]:
    return [line(words(title, bold=True)), *said] if said else []


def _values_of(view: ExplanationView, room: Room) -> list[Paragraph]:
    lines = [line(words(f"{label}: {excerpt(value, room.line)}")) for label, value in view.input.items()]
    return [bullets(_few(lines, room))] if lines else []


def _put_right(run: RunView, room: Room) -> list[Paragraph]:
    return put_right(run.corrected, room) if run.corrected is not None else []


def _shown(view: ExplanationView, room: Room) -> list[tuple[int, RunView]]:
    """Return the runs that are told of in detail, with their numbers: the newest ones, as many as there is room for."""
    numbered = list(enumerate(view.case.runs, 1))
    return numbered[-max(1, room.items // 8) :]


def _left_out(view: ExplanationView, room: Room) -> list[list[Paragraph]]:
    """Say where the runs are that there is no room for."""
    left = len(view.case.runs) - len(_shown(view, room))
    if not left:
        return []
    which = "The first run is" if left == 1 else f"The first {left:,} runs are"
    return [
        [line(words(f"{which} left out here. The command line tells all: countersign explain {view.case.id} --json"))]
    ]


def _ended_earlier(run: RunView, view: ExplanationView, room: Room) -> list[Paragraph]:
    """Say what was decided and delivered of a run whose decision is not the one that counts."""
    if run.review is None or (view.review is not None and run.review.id == view.review.id):
        return []
    return [*(_decisions(run.review, room) if run.review.decisions else []), *_delivery(run, room)]


def _title(run: RunView, number: int, of: int) -> str:
    if of == 1:
        return "What was done"
    begun = f", again from {run.from_step}" if run.parent is not None and run.from_step else ""
    begun = ", with a corrected input" if run.corrected is not None else begun
    return f"What was done in run {number} of {of}{begun} ({states.RUN[run.state]})"


def _steps(run: RunView, room: Room) -> list[Paragraph]:
    lines = [line(words(_step(step, room))) for step in run.steps]
    if run.problem is not None:
        where = f"{run.problem['step']}: " if run.problem.get("step") else ""
        stopped = f"Stopped at {where}{run.problem['type']}: {excerpt(run.problem['message'], room.line)}"
        lines.append(line(words(stopped)))
    return [bullets(_few(lines, room))] if lines else []


def _step(step: StepView, room: Room) -> str:
    nth = f" ({step.nth})" if step.nth > 1 else ""
    took = f"{step.milliseconds:,.0f} ms" if step.milliseconds < 1_000 else about(step.milliseconds / 1_000)
    how = ["taken from an earlier run" if step.recalled else took]
    if step.attempt > 1:
        how.append(f"attempt {step.attempt}")
    if step.cost:
        how.append(_dollars(step.cost))
    error = f": {one_line(step.error, room.line)}" if step.error else ""
    return f"{step.name}{nth}: {step.state}, {', '.join(how)}{error}"


def _proposed(view: ExplanationView, room: Room) -> list[Paragraph]:
    proposal = view.proposal
    if proposal is None:
        return []
    values = [_value(one, room) for one in view.values]
    said: list[Paragraph] = [bullets(_few(values, room))] if values else []
    version = f", version {proposal.version:,}" if proposal.version is not None else ""
    prompt = f", prompt {proposal.prompt_version}" if proposal.prompt_version else ""
    said.append(line(words(f"By {proposer(proposal.model, room.line)}{version}{prompt}.")))
    if proposal.past:
        alike = ", ".join(f"{one_line(key, 40)} ({likeness:.2f} alike)" for key, likeness in proposal.past.items())
        said.append(line(words(f"{LIKE_THIS}: {excerpt(alike, room.line)}.")))
    because = [line(words(excerpt(reason, room.line))) for reason in (*proposal.reasons, *proposal.doubts)]
    return [*said, line(words("It said: ")), bullets(_few(because, room))] if because else said


def _value(one: ValueLine, room: Room) -> Line:
    sure = f" ({percent(one.confidence)} sure)" if one.confidence is not None else ""
    pieces = [words(f"{one.label}: {excerpt(one.proposed, room.line) or 'nothing'}{sure}")]
    if one.decided is not None:
        pieces.append(words(f" → {excerpt(one.decided, room.line) or 'nothing'}", bold=True))
    return line(*pieces)


def _why_asked(view: ExplanationView, room: Room) -> list[Paragraph]:
    said = _reasons(view.review, room)
    run = next((run for run in reversed(view.case.runs) if run.review is not None), None)
    earned = view.case.earned(run) if run is not None else None
    was = [line(words(f"{levels.was(earned.level, earned.floor)}."))] if earned is not None else []
    return [bullets(said), *was] if said else []


def _reasons(review: ReviewView | None, room: Room) -> list[Line]:
    if review is None:
        return []
    return _few([line(words(excerpt(in_words(reason), room.line))) for reason in review.why], room)


def _decisions(review: ReviewView | None, room: Room) -> list[Paragraph]:
    if review is None or not review.decisions:
        waits = review is not None and review.state == ReviewState.OPEN
        return [line(words("Nothing yet."))] if waits else []
    said: list[Paragraph] = []
    for one in review.decisions[-room.items :]:
        told = lapsed(one)
        verb = states.DECISION.get(one.kind, one.kind)
        form = f", {about(one.seconds)} with the form open" if one.seconds is not None else ""
        lay = f", {about((one.at - review.opened_at).total_seconds())} after it was asked for{form}"
        gone = "; no longer stands" if one.revoked_at is not None else ""
        pieces = [*told.pieces] if told is not None else [person(one.by), words(f" {verb} it, "), moment(one.at)]
        said.append(line(*pieces, words(f"{lay}{gone}.")))
        if one.reason:
            said.append(quote(excerpt(one.reason, room.text)))
        said += [line(words(f"Although never: {excerpt(rule, room.line)}")) for rule in one.confirmed]
    return said


def _delivery(run: RunView, room: Room) -> list[Paragraph]:
    one = run.delivery
    if one is None:
        return []
    what = "The news of the rejection" if one.kind == REJECTION else "The delivery"
    tried = f"{one.attempts} {'attempt' if one.attempts == 1 else 'attempts'}"
    state = "is not confirmed; it may be applied" if one.not_confirmed else states.DELIVERY[one.state]
    verb = "is " if one.state in (DeliveryState.APPLIED, DeliveryState.DOUBTFUL) and not one.not_confirmed else ""
    receipt = f", receipt {excerpt(one.receipt, room.line)}" if one.receipt else ""
    return [line(words(f"{what} {verb}{state} after {tried}, under the key {one.key}{receipt}."))]


def _few(lines: Sequence[Line], room: Room) -> list[Line]:
    left = len(lines) - room.items
    return [*lines[: room.items], line(words(f"and {left:,} more"))] if left > 0 else list(lines)


def _dollars(amount: Decimal) -> str:
    return f"${amount:,.4f}" if amount < 1 else f"${amount:,.2f}"
