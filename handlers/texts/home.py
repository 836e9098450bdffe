"""A person's Home: what they have in hand, what waits for their team, what they decided today, and a short tour."""

from collections.abc import Sequence

from handlers.texts import states
from handlers.texts.buttons import Button
from handlers.texts.people import people
from handlers.texts.pieces import Line, Piece, ago, hour, line, moment, words
from handlers.texts.plain import begun_large
from handlers.texts.review.forms import answer_by
from store.states import ReviewState
from workflows.engine.read.home_views import Decided, HomeView, InHand, Queue
from workflows.engine.text.sanitize import one_line

_SUBJECT = 120
"""Most characters of a case's one line."""
IN_HAND = "In your hands"
QUEUES = "Waits for your team"
SPOT_CHECKS = "Spot checks"
DECIDED = "You decided today"
CHARTERS = "How each workflow decides"
TOUR = "How this works"
CHARTER = "Charter"
"""Title of a charter."""
GOT_IT = Button(text="Got it", says="Got it: hide how this works")
REFRESH = Button(text="Refresh", says="Refresh this page")
START = Button(text="Start reviewing", says="Start reviewing all that waits, the most urgent first")


def brief(view: HomeView) -> Line:
    """Say in a line what waits."""
    if view.waiting == 0:
        return line(words("Nothing waits for your team."))
    corrections = view.corrections
    more = f", {corrections:,} of them {'a correction' if corrections == 1 else 'corrections'}" if corrections else ""
    waits = "1 review waits" if view.waiting == 1 else f"{view.waiting:,} reviews wait"
    return line(words(f"{waits} for your team{more}.", bold=True))


def tour() -> Sequence[Line]:
    """Say in three lines how reviewing works."""
    return [
        line(words("1. ", bold=True), words("AI proposes an answer to each case. Where it is not sure, you decide.")),
        line(
            words("2. ", bold=True),
            words("Approve what is right, Edit what is nearly right, Reject what is not: you are asked why."),
        ),
        line(
            words("3. ", bold=True),
            words(
                "Nothing happens before you decide. A slip? Press Undo while it is there, or Report wrong afterwards."
            ),
        ),
    ]


def example() -> Line:
    """Describe a review, for a person who has seen none."""
    said = (
        "An example. The case: “I was charged twice.” Proposed: queue billing, 71% sure. You read the case, agree, and "
        "press Approve: two seconds, and the help desk has it."
    )
    return line(words(said))


NOTHING_IN_HAND = line(words("Nothing."))
NOTHING_IN_HAND_YET = line(words("Nothing. Press Start reviewing, or I'm on it on a card."))
NOTHING_DECIDED = line(words("Nothing yet."))


def in_hand(one: InHand) -> Line:
    """Say which review it is, and how it stands."""
    if one.state == ReviewState.ASKED:
        state = "you asked its source, and it waits for the answer"
    elif one.is_claimed:
        state = "you are on it"
    else:
        state = "assigned to you" if one.is_assigned else "you were asked to decide it"
    return line(
        *_subject(one.subject, correction=one.correction),
        words(f"\n{one.workflow} · {state}"),
        *answer_by(one.answer_by),
    )


def queue(one: Queue) -> Line:
    """Say how many reviews of a workflow wait, since when, and until when the next is to be answered."""
    corrections = f", {one.corrections:,} to correct what is live" if one.corrections else ""
    waits = "1 waits" if one.number == 1 else f"{one.number:,} wait"
    oldest = "it came " if one.number == 1 else "the oldest came "
    return line(
        words(one.workflow, bold=True),
        words(f"\n{waits}{corrections} · {oldest}"),
        ago(one.oldest),
        *answer_by(one.answer_by),
    )


def decided(one: Decided) -> Line:
    """Say what a person decided, when, and what became of it."""
    verb = begun_large(states.DECISION.get(one.kind, one.kind))
    then = f", {states.FOLLOWS[one.follows]}" if one.follows is not None else ""
    return line(
        *_subject(one.subject), words(f"\n{one.workflow} · {verb}{then} · "), moment(one.at), words(" · "), *_then(one)
    )


def _then(one: Decided) -> Sequence[Piece]:
    if one.awaits_second:
        return [words("waits for a second person")]
    if one.until is not None:
        return [words("can be undone until "), hour(one.until)]
    return [words(states.RUN[one.run_state])]


def _subject(text: str, *, correction: bool = False) -> Sequence[Piece]:
    said = one_line(text, _SUBJECT) or "–"
    return [words(f"Correction: {said}" if correction else said, bold=True)]


def pages(first: int, shown: int, number: int) -> str:
    """Say which of all a page shows."""
    return f"{first + 1} to {first + shown} of {number:,}"


def earlier(what: str) -> Button:
    """Name the button that turns a list back. `what`: the list's heading."""
    return Button(text="Back", says=f"Back: {what}")


def later(what: str) -> Button:
    """Name the button that turns a list on. `what`: the list's heading."""
    return Button(text="More", says=f"More: {what}")


def start_in(workflow: str, number: int) -> Button:
    """Name the button that starts with the reviews of one workflow."""
    return Button(
        text="Start reviewing", says=f"Start reviewing {workflow}, {number:,} {'waits' if number == 1 else 'wait'}"
    )


def charter_of(workflow: str) -> Button:
    """Name the button that opens a workflow's charter."""
    return Button(text=workflow, says=f"Charter of {workflow}")


HOW_EACH_DECIDES = line(words("What it may do, what it never does, who reviews, and what it may cost."))


def unsigned(view: HomeView) -> Sequence[Line]:
    """Say which workflows no person lets go alone."""
    said = [line(words("Not signed yet", bold=True), words(f", so nothing goes alone: {', '.join(view.unsigned)}."))]
    samples = line(words("Samples", bold=True), words(f", signed by no person: {', '.join(view.samples)}."))
    return [*(said if view.unsigned else []), *([samples] if view.samples else [])]


def no_right(engineers: Sequence[str]) -> Sequence[Line]:
    """Say to a person without any right who can help."""
    whom = [words(" Ask "), *people(engineers), words(".")] if engineers else [words(" Ask whoever runs Countersign.")]
    return [
        line(words("There is nothing for you to review here.", bold=True)),
        line(words("AI proposes, and the people named for a workflow decide. You are not among them."), *whom),
    ]


UNSURE = [
    line(words("Countersign could not find out what you may see.", bold=True)),
    line(words("Slack did not say which groups you are in. Press Refresh in a minute.")),
]
