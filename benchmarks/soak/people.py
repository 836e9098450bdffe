"""The people in Slack: reviewers who decide, and others who look. They press what the sandbox shows."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle

from pydantic import JsonValue
from sqlalchemy import select

from benchmarks.soak.automations import CHANNELS, CLAIMS, MAILS, TICKETS
from benchmarks.soak.installation import Installation
from benchmarks.soak.rounds import Rounds
from benchmarks.soak.truth import Truth, reference_in, reply_of, truth
from bot.sandbox.client import Person, ShownView
from bot.sandbox.client.caller import Refused
from handlers.slack.blocks.parts.transcript import transcript
from handlers.slack.blocks.spot_check import GRADE
from handlers.slack.ids import Action, Callback, Shown, chosen
from store.db.database import Database
from store.schema import Case, Content, Message, Review, Run, Workflow
from store.states import ReviewState
from store.subjects import SubjectKind
from workflows.engine.review.spot_checks.views import Grade

REVIEWERS = ("U0ANA", "U0BEN")
_AT_ONCE = 4
"""Most cards that are decided in one go."""
_LOOKED_AT = 60
"""Most cards among which they are looked for."""
_STEPS = 12
"""Most steps of a review session."""
_QUESTION = "Which of the two orders is it about?"
_LOOKS = (
    ("U0KIM", "status"),
    ("U0FAY", "queue"),
    ("U0KIM", "causes"),
    ("U0MARIA", "charter tickets"),
    ("U0FAY", "explain {case}"),
    ("U0KIM", "case {case}"),
    ("U0MARIA", "certificate notes"),
    ("U0KIM", "receipt {case}"),
    ("U0MARIA", "workflows"),
    ("U0MARIA", "examples tickets"),
    ("U0MARIA", "improvements tickets"),
    ("U0KIM", "changes"),
    ("U0FAY", "mine"),
    ("U0FAY", "help"),
    ("U0FAY", "review"),
    ("U0KIM", "rerun {case} dry"),
    ("U0KIM", "doctor"),
)
"""(person, slash command), by turns."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """A review that waits, with the message that shows it."""

    review: int
    version: int
    is_second: bool
    has_proposal: bool
    workflow: str
    case: int
    channel: str
    ts: str
    reference: str
    revision: int


@dataclass(kw_only=True)
class People:
    """All people."""

    installation: Installation
    database: Database
    rounds: Rounds

    def begin(self, pace: float) -> None:
        """Begin. `pace`: by which the usual load is multiplied."""
        looks, homes = cycle(_LOOKS), cycle(("U0ANA", "U0BEN", "U0MARIA", "U0LEE", "U0KIM", "U0EVE"))
        every = self.rounds.every
        for who in REVIEWERS:
            every(2.0 / pace, partial(self.decide, who), name=f"round of decisions of {who}")
        every(150.0 / pace, self.session, name="review session", first=25.0)
        every(20.0 / pace, lambda: self.look(*next(looks)), name="slash command")
        every(30.0 / pace, lambda: self.home(next(homes)), name="look at Home")
        every(50.0 / pace, self.read, name="details of a case")

    def decide(self, who: str) -> None:
        """Have somebody decide the cards that are theirs and have waited longest."""
        mine = [card for card in self._cards(_LOOKED_AT) if _turn_of(card) == who]
        for card in mine[:_AT_ONCE]:
            with self.installation.administrator() as slack:
                try:
                    self._decide(slack.person(who), card)
                except Refused:
                    # The card has changed since it was looked up, as for a person who is late.
                    self.rounds.count("card that had changed")

    def session(self) -> None:
        """Decide some cases in a review session, spot checks included."""
        with self.installation.administrator() as slack:
            cleo = slack.person("U0CLEO")
            cleared(cleo)
            cleo.command(CHANNELS[TICKETS], "/countersign", "review")
            seen: str | None = None
            for _ in range(_STEPS):
                view = self._changed(cleo, seen)
                if view is None or not self._step(cleo, view):
                    break
                seen = _mark(view)
            cleared(cleo)

    def look(self, who: str, command: str) -> None:
        """Say a slash command."""
        case = self._newest_case()
        with self.installation.administrator() as slack:
            person = slack.person(who)
            outcome = person.command(CHANNELS[TICKETS], "/countersign", command.format(case=case))
            if not outcome.acknowledged:
                raise RuntimeError(f"{command}: {outcome}")
            cleared(person)

    def home(self, who: str) -> None:
        """Open the Home."""
        with self.installation.administrator() as slack:
            slack.person(who).open_home()

    def read(self) -> None:
        """Read the details of a case, and claim it."""
        for card in self._cards(1):
            with self.installation.administrator() as slack:
                fay = slack.person("U0FAY")
                cleared(fay)
                with suppress(Refused):  # in shadow a card has no details
                    fay.press(card.channel, card.ts, Action.DETAILS)
                cleared(fay)

    def _decide(self, person: Person, card: Card) -> None:
        made = truth(card.reference)
        shown = Shown(id=card.review, version=card.version, generation=0)
        if card.is_second:
            self._took(card, person.press(card.channel, card.ts, Action.APPROVE).acknowledged, "second signature")
        elif made.is_asked and card.workflow == TICKETS and card.revision == 1 and card.case not in self._asked:
            self._asked.add(card.case)
            cleared(person)
            person.press(card.channel, card.ts, Action.MORE, selected=chosen(Action.ASK_SOURCE, shown))
            if self._fill(person, Callback.ASK_SOURCE, made, words=_QUESTION):
                self.rounds.count("question to a source")
        elif made.is_refused:
            cleared(person)
            person.press(card.channel, card.ts, Action.REJECT)
            view = self._view(person, Callback.REJECT)
            if view is not None:
                outcome = person.submit({"reason": "not for us", "follows": "close"})
                self._took(card, outcome.outcome in ("closed", "updated"), "rejection")
        elif card.has_proposal and _is_right(card.workflow, made):
            self._took(card, person.press(card.channel, card.ts, Action.APPROVE).acknowledged, "approval")
        else:
            cleared(person)
            person.press(card.channel, card.ts, Action.EDIT)
            self._took(card, self._fill(person, Callback.EDIT, made), "edit")

    _asked: set[int] = field(default_factory=set)

    def _took(self, card: Card, is_taken: bool, what: str) -> None:
        self.rounds.count(what if is_taken else f"{what} that was not taken")

    def _fill(self, person: Person, kind: Callback, made: Truth | None, *, words: str | None = None) -> bool:
        """Fill in the form that opens, and submit it; False where none opens, or it is not taken.

        `made`: its case; None in a session, where another case may be shown by now, and the person reads whose it is.
        """
        view = self._view(person, kind)
        if view is None:
            return False
        made = made or _read(view)
        if made is None:
            self.rounds.count("form that names no case")
            return False
        outcome = person.submit(filled(view, made, words=words))
        if outcome.outcome == "updated" and any(one.callback_id == kind for one in person.views()[-1:]):
            # Values that the program doubts are shown once more before they are recorded.
            outcome = person.submit()
        if outcome.outcome == "errors":
            self.rounds.tell(f"a form was not taken: {outcome.errors}")
            cleared(person)
        return outcome.outcome in ("closed", "updated")

    def _step(self, person: Person, view: ShownView) -> bool:
        """Act on what a session shows; False at its end."""
        said = transcript([dict(block) for block in view.blocks])
        made = _read(view)
        match view.callback_id:
            case Callback.STEP if made is not None and view.submit is not None:
                if _is_said(said, made):
                    person.submit()
                    self.rounds.count("approval in a session")
                else:
                    person.press_in_view(Action.STEP_EDIT)
                    if not self._fill(person, Callback.EDIT, None):
                        return False
                    self.rounds.count("edit in a session")
            case Callback.SPOT_CHECK if made is not None:
                person.submit(filled(view, made))
                self.rounds.count("spot check")
            case Callback.SPOT_CHECK_GRADE:
                person.submit({name: Grade.MINOR for name in _inputs(view) if name == GRADE})
                self.rounds.count("grade")
            case Callback.GO_ON | Callback.SPOT_CHECK_ON if view.submit is not None:
                person.submit()
            case _:
                return False
        return True

    def _view(self, person: Person, kind: Callback) -> ShownView | None:
        try:
            return person.wait_until(
                lambda: next((one for one in person.views()[-1:] if one.callback_id == kind), None), seconds=8
            )
        except TimeoutError:
            self.rounds.count(f"form {kind} that did not open")
            return None

    def _changed(self, person: Person, seen: str | None) -> ShownView | None:
        try:
            return person.wait_until(
                lambda: next((one for one in person.views()[-1:] if _mark(one) != seen), None), seconds=5
            )
        except TimeoutError:
            return None

    def _cards(self, limit: int) -> Sequence[Card]:
        query = (
            select(Review, Run, Case.key, Workflow.name, Message.channel, Message.ts, Content.body)
            .join(Run, Run.id == Review.run_id)
            .join(Case, Case.id == Review.case_id)
            .join(Workflow, Workflow.id == Review.workflow_id)
            .join(Message, (Message.subject_kind == SubjectKind.REVIEW) & (Message.subject_id == Review.id))
            .join(Content, Content.id == Run.input_id)
            .where(Review.state.in_([ReviewState.OPEN, ReviewState.AWAITING_SECOND]), Message.waits)
            .order_by(Review.id)
            .limit(limit)
        )
        with self.database.read() as session:
            return [
                Card(
                    review=review.id,
                    version=review.version,
                    is_second=review.state is ReviewState.AWAITING_SECOND,
                    has_proposal=review.proposal_id is not None and not review.blind,
                    workflow=name,
                    case=review.case_id,
                    channel=channel,
                    ts=ts,
                    reference=key if name != MAILS else reference_in(body) or "M0",
                    revision=run.revision,
                )
                for review, run, key, name, channel, ts, body in session.execute(query)
            ]

    def _newest_case(self) -> int:
        with self.database.read() as session:
            return session.scalar(select(Case.id).order_by(Case.id.desc()).limit(1)) or 1


def cleared(person: Person) -> None:
    """Close what a person has open, if there is anything."""
    with suppress(Refused):
        person.close(all=True)


def _turn_of(card: Card) -> str:
    """Say whose card it is: a second person is another one."""
    return REVIEWERS[(card.case + card.is_second) % len(REVIEWERS)]


def filled(view: ShownView, made: Truth, *, words: str | None = None) -> dict[str, JsonValue]:
    """Return what a person who knows the truth fills into a form. `words`: for a text field of another name."""
    right = {
        "queue": made.queue,
        "priority": made.priority,
        "reply": reply_of(made.queue),
        "by": "card",
        "amount": str(made.amount),
    }
    values: dict[str, JsonValue] = {}
    for name, element in _inputs(view).items():
        value = right.get(name.split(".")[0], words)
        if value is not None:
            is_text = str(element["type"]).endswith(("text_input", "number_input"))
            values[name] = value if is_text else f"={value}"
    return values


def _inputs(view: ShownView) -> Mapping[str, Mapping[str, JsonValue]]:
    found = {}
    for block in view.blocks:
        element = block.get("element")
        if block["type"] == "input" and isinstance(element, dict):
            found[str(block["block_id"])] = element
    return found


def _is_right(workflow: str, made: Truth) -> bool:
    """Tell whether what is proposed is right, by what the model says."""
    return made.said_amount == made.amount if workflow in (CLAIMS, "refunds") else made.said_queue == made.queue


def _read(view: ShownView) -> Truth | None:
    """Return the case that a view shows; None where it shows none.

    A refund quotes its ticket, whose number it bears; unlike the ticket it has no queue.
    """
    said = transcript([dict(block) for block in view.blocks])
    reference = reference_in(said)
    if reference is None:
        return None
    has_queue = "queue" in said.lower() or any(name.startswith("queue") for name in _inputs(view))
    return truth(f"R{reference[1:]}" if reference.startswith("T") and not has_queue else reference)


def _is_said(said: str, made: Truth) -> bool:
    return made.queue in said.lower() if "queue" in said.lower() else str(made.amount) in said


def _mark(view: ShownView) -> str:
    return f"{view.id} {view.hash}"
