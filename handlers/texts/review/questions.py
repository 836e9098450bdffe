"""The words about questions to the source of a case, and about its answers."""

from collections.abc import Sequence

from handlers.texts.pieces import Paragraph, Piece, Room, line, moment, person, quote, words
from handlers.texts.plain import excerpt
from store.states import QuestionState, ReviewState
from workflows.engine.review.views import CardView, QuestionView

ASK_TITLE = "Ask the source"
ASK = "Ask"
QUESTION = "Your question"
ANSWER_TITLE = "Answer for them"
ANSWER = "Their answer"
KEEP = "Go on with it"
THE_ANSWER_CAME = "Asked; the answer came, see the new card"
HOW_IT_GOES = (
    "It goes to whoever the case came from. The case waits for the answer, and then comes back to you on a new card."
)
NO_ANSWER_YET = "You answer in their place, for example after a call. The case is then proposed again, with the answer."
_MOST = 300
"""Most characters of a question or an answer on a card. The rest is under Details."""


def asked_of(view: CardView) -> QuestionView | None:
    """Return the last question that was asked in a review; None where there is none."""
    return next((one for one in reversed(view.questions) if one.review == view.review), None)


def waits(view: CardView, room: Room) -> list[Paragraph]:
    """Say who asked what, how far that is, and until when the answer is waited for."""
    asked = asked_of(view)
    if asked is None:
        return [line(words("Waits for an answer to a question", bold=True))]
    is_sent = asked.state is QuestionState.SENT
    first: list[Piece] = (
        [words(f"Countersign {'asked' if is_sent else 'is asking'} the source", bold=True)]
        if asked.is_by_itself
        else [words(f"{'Asked' if is_sent else 'Asking'} the source, by ", bold=True), person(asked.asked_by)]
    )
    first += [words(" · "), moment(asked.asked_at), words(" · answer by "), moment(asked.answer_by)]
    said: list[Paragraph] = [line(*first), quote(excerpt(asked.text, min(room.text, _MOST)))]
    if asked.state is QuestionState.INTENDED and asked.problem is not None:
        said.append(line(words(f"Not sent yet, and tried again: {excerpt(asked.problem, room.line)}")))
    elif asked.receipt is not None:
        said.append(line(words(f"Sent: {excerpt(asked.receipt, room.line)}")))
    return said


def answered(view: CardView, room: Room) -> list[Paragraph]:
    """Say what the source answered last; nothing where it answered nothing."""
    last = next((one for one in reversed(view.questions) if one.answer is not None), None)
    if last is None:
        return []
    most = min(room.text, _MOST)
    return [
        line(
            words("Countersign asked: " if last.is_by_itself else "You asked: ", bold=True),
            words(excerpt(last.text, min(most, room.line))),
        ),
        line(words("They answered:", bold=True)),
        quote(excerpt(last.answer, most)),
    ]


def otherwise(view: CardView) -> str | None:
    """Say that a question's answer took the place of a review; None where it did not."""
    asked = asked_of(view) if view.state == ReviewState.SUPERSEDED else None
    return THE_ANSWER_CAME if asked is not None and asked.answer is not None and not view.revised else None


def in_full(view: CardView) -> Sequence[tuple[str, str]]:
    """Return all that was asked and answered, as titles and texts."""
    said: list[tuple[str, str]] = []
    for one in view.questions:
        said.append((f"Question {one.number}{_of_revision(one)}", one.text))
        if one.answer is not None:
            said.append((f"Answer to question {one.number}", one.answer))
    return said


def _of_revision(asked: QuestionView) -> str:
    return f", asked of revision {asked.revision}" if asked.revision > 1 else ""
