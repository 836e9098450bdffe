"""Read models of reviews: cards, doubts, failures, and lists of what waits. Pure: frozen, the same for every face."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import JsonValue

from store.states import DeliveryState, QuestionState, ReviewState, RunState
from workflows.engine.deliver.views import DeliveryView
from workflows.engine.reasons import Reason
from workflows.engine.text.form_fields import Field


@dataclass(frozen=True, kw_only=True)
class DecisionView:
    """The kind of a person's decision."""

    kind: str
    by: str
    at: datetime
    version: int
    interaction_id: str | None
    """Id of the very press that made it; None where it was no press."""
    follows: str | None
    reason: str | None
    output: Mapping[str, JsonValue] | None
    confirmed: Sequence[str]
    confirms: bool = False
    """True if it only confirms the values of the decision before it."""
    revoked_at: datetime | None = None
    """Time when it was taken back or overruled; None while it stands."""
    revoked_by: str | None = None
    seconds: float | None = None
    """Seconds from the opening of the form, or of the step of a review session, to the decision; None where it is not
    known.
    """
    unopened: bool = False
    """True if it was approved together with others, and the person never opened it."""
    removed: bool = False
    """True if its values or its reason were removed."""


@dataclass(frozen=True, kw_only=True)
class Decided:
    """A review that a person decided, as it stands now."""

    key: str
    """Of its case."""
    version: int
    kind: str
    """Kind of their decision."""
    awaits_second: bool
    can_be_undone: bool
    """True if that person can take their decision back."""


@dataclass(frozen=True, kw_only=True)
class SecondView:
    """The further person that a review waits for."""

    sentence: str
    """The limit above which one is needed, in the author's words; empty where there are none."""
    error: str | None
    """Type of the error for which the limit could not be asked; None where it raised none."""


@dataclass(frozen=True, kw_only=True)
class ReportView:
    """A person's word that something was wrong."""

    by: str
    at: datetime
    said: str
    by_itself: bool = False
    """True if no person said it: Countersign found that what the case was made from was corrected."""


@dataclass(frozen=True, kw_only=True)
class MadeFrom:
    """The outcome of another workflow that a case was made from. Nothing of that case's content is in it."""

    case: int
    key: str
    """As a channel may be shown it."""
    workflow: str
    by: str | None
    """The person who decided it; None where it went alone."""
    is_correction: bool
    """True if the outcome took the place of an earlier one."""


@dataclass(frozen=True, kw_only=True)
class ReportLine:
    """A report in a list."""

    id: int
    at: datetime
    by: str
    case: int | None
    """None where there is no such case, or the person may not read it."""
    key: str | None
    about: str
    """The thing they named."""
    outcome: str | None
    """Its result; None until it is taken up."""
    said: str


@dataclass(frozen=True, kw_only=True)
class ReportNote:
    """A report about a case that nobody has to decide, for the owner of its workflow."""

    report: ReportView
    case: int
    key: str
    workflow: str
    owner: str
    state: RunState


@dataclass(frozen=True, kw_only=True)
class QuestionView:
    """A question to the source of a case."""

    number: int
    """Number of the question among those of the case, from 1."""
    review: int
    revision: int
    """Revision of the case that it was asked of."""
    text: str
    asked_by: str
    asked_at: datetime
    answer_by: datetime
    """Time after which its review opens again without an answer."""
    state: QuestionState
    attempts: int
    """Number of attempts at sending it."""
    receipt: str | None
    """Receipt of the system that it was sent through."""
    problem: str | None
    """Error of the last attempt at sending it."""
    answer: str | None
    answered_by: str | None
    answered_at: datetime | None
    is_by_itself: bool = False
    """True if Countersign asked by itself for what the case lacks."""


@dataclass(frozen=True, kw_only=True)
class ValueView:
    """One field of the proposal and the decision, as text in the form."""

    name: str
    label: str
    proposed: str | None
    """None where there is no proposal."""
    decided: str | None
    """None where there is no decision."""
    delivered: str | None
    """The value that a correction would replace; None where it is no correction."""
    confidence: float | None
    alternatives: Mapping[str, float]
    """Value that the model considered and did not choose -> its probability, best first."""
    evidence: str | None
    doubtful: bool = False
    """True for a field that its reader should look at first."""
    columns: Sequence[Field] = ()
    """Columns of a list of records, which stands in the form as rows of text; empty for anything else."""
    is_nothing: bool = False
    """True for a number that is zero, as it is where nothing is said of it, such as the charges of an invoice."""


@dataclass(frozen=True, kw_only=True)
class Hidden:
    """The parts of a case that a channel is not shown."""

    words: frozenset[str] = frozenset()
    """Personal values of the input, wherever they stand."""
    fields: frozenset[str] = frozenset()
    """Names of the output's fields that are personal, or hold free text that stays out of channels."""
    labels: frozenset[str] = frozenset()
    """Their labels."""
    text: bool = False
    """True if the case's own words stay out of channels."""
    searched: frozenset[str] = frozenset()
    """Labels of the output's fields whose texts are searched for personal values."""
    searches: bool = False
    """True if what people and models say of the case is searched too, as texts of the case are."""
    countries: frozenset[str] = frozenset()
    """The countries that these texts are searched for."""

    @property
    def anything(self) -> bool:
        """True if there is anything to hide."""
        return bool(self.words or self.fields or self.text or self.searches)


@dataclass(frozen=True, kw_only=True)
class EscalationView:
    """The people who were asked to decide a review in place of its reviewers."""

    to: Sequence[str]
    by: str | None
    """The person who asked them; None where nobody answered in time."""
    at: datetime


@dataclass(frozen=True, kw_only=True)
class DocumentView:
    """A document of a case."""

    name: str
    """Untrusted; empty where a channel is not shown it."""
    sha256: str
    place: int
    """Place among the documents of the case, from 1."""
    pages: int


@dataclass(frozen=True, kw_only=True)
class PastView:
    """A past case that the model was told of. Nothing of what was written in it is here."""

    case: int
    name: str
    """Its name, as a channel may be shown it."""
    values: Mapping[str, str]
    """Label of an output field -> what was decided, as text in the form; empty where nothing of it is a choice."""
    similarity: float
    """Likeness to the case, from 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class Unseen:
    """The comparison of a decision with a proposal that nobody saw before. What was proposed is in the values."""

    differs: Sequence[str] | None
    """Names of the output fields that differ to the business; None where nobody gave values."""


@dataclass(frozen=True, kw_only=True)
class CardView:
    """A review with all that a person needs to decide it, or to see its result."""

    generation: int
    """Number of restores from a backup so far. After a restore, numbers are given out again."""
    review: int
    version: int
    state: ReviewState
    case: int
    key: str
    workflow: str
    question: str
    """The question that the workflow decides."""
    may: str
    """The author's words for what the workflow may do; empty where nothing is declared."""
    subject: str
    """The case in one line."""
    text: str
    """The case as plain text."""
    values: Sequence[ValueView]
    has_proposal: bool
    same_again: bool
    """True if a person refused the very same before."""
    has_another: bool
    """True if another proposal can be asked for."""
    left_over: Mapping[str, str]
    """Proposed values of fields that the form no longer has: name -> text."""
    model: str | None
    source: str | None
    """Name of the source of the case, where that one proposed it; None where the workflow did, or a person."""
    sample: bool
    """True if the proposal is a sample answer, written by hand for a demonstration."""
    deployed: int | None
    """Number of the deployed version that proposed; None where files did, a source or a person."""
    model_says: Sequence[str]
    """The model's reasons for its proposal."""
    why: Sequence[Reason]
    """Reasons for which a person is asked."""
    model_said: str | None
    """Text that the model gave in place of an answer."""
    nevers: Sequence[str]
    """The rules that it breaks, as the card shows them."""
    claimed_by: str | None
    """The person who is on it; None where nobody is, or has not been heard of for `CLAIM_LASTS`."""
    claimed_at: datetime | None
    opened_at: datetime
    answer_by: datetime | None
    decision: DecisionView | None
    """The last decision."""
    can_ask: bool
    """True if the workflow says how to ask the source of the case."""
    questions: Sequence[QuestionView]
    """Questions to the source of the case, oldest first."""
    run: int
    """The run that carries out the decision."""
    run_state: RunState
    problem: str | None
    delivery: DeliveryView | None
    """The delivery of the decision to its system of record; None where there is none yet."""
    held: str | None
    """Reason why its delivery is held: grace, paused, behind or down; None where it is not."""
    correction: bool
    revised: bool
    """True if a newer revision of the case took its place."""
    corrected: bool
    """True if a correction delivered something else since."""
    hidden: Hidden
    held_until: datetime | None = None
    """End of the time in which the decision can be taken back; None outside it."""
    seconds: Sequence[DecisionView] = ()
    """Decisions of further persons who confirmed the last decision."""
    second: SecondView | None = None
    """The further person that it waits for; None where it waits for none."""
    reports: Sequence[ReportView] = ()
    """Reports of something wrong, oldest first."""
    alike: int | None = None
    """Number of open reviews that are alike, this one among them; None where it is like no other."""
    reported: bool = False
    """True if it asks whether what was delivered is wrong; nothing else is proposed."""
    overdue: bool = False
    """True if it waits for a decision, and its deadline has passed."""
    escalation: EscalationView | None = None
    """The people asked to decide it; None where nobody was asked, or it is decided."""
    assignee: str | None = None
    """The person who is to decide it; None where that is anybody, or it is not simply open."""
    assignee_away_until: datetime | None = None
    """End of that person's absence; None where they are there."""
    assignments: int = 0
    """Number of times that its assignee changed."""
    made_from: MadeFrom | None = None
    """The outcome of another workflow that the case was made from; None where it came from elsewhere."""
    can_escalate: bool = False
    """True if its workflow names people whom somebody can ask to decide it, and they were not asked yet."""
    documents: Sequence[DocumentView] = ()
    """The documents of the case."""
    keeps_pages: bool = False
    """True if no picture of their pages may stand in a channel."""
    past: Sequence[PastView] = ()
    """Past cases that the model was told of and whose content is still kept, nearest first."""
    blind: bool = False
    """True if the workflow proposed, and nobody sees that before it is decided for good."""
    unseen: Unseen | None = None
    """The comparison with that proposal; None where there is none, or it is hidden still."""

    @property
    def is_decidable(self) -> bool:
        """True if somebody may decide it."""
        return self.state in (ReviewState.OPEN, ReviewState.AWAITING_SECOND)

    def is_first(self, person: str) -> bool:
        """Tell whether it waits for somebody else to confirm what this person decided."""
        made = [one for one in (self.decision, *self.seconds) if one is not None]
        return self.state == ReviewState.AWAITING_SECOND and any(one.by == person for one in made)

    @property
    def can_be_undone(self) -> bool:
        """True if those who decided can take their decision back."""
        return self.state == ReviewState.AWAITING_SECOND or self.held_until is not None


@dataclass(frozen=True, kw_only=True)
class PageView:
    """A page of a document, as a person is shown it."""

    document: str
    """Name of the document. Untrusted."""
    page: int
    """Number of the page, from 1."""
    pages: int
    """Number of pages of the document."""
    marked: Sequence[str]
    """Labels of the output fields that are marked on it."""
    file: str | None = None
    """The face's id of its picture; None where there is none."""


@dataclass(frozen=True, kw_only=True)
class PagesView:
    """The pages that matter for a review."""

    review: int
    case: int
    key: str
    shown: Sequence[PageView]
    """Pages with a picture."""
    named: Sequence[PageView]
    """Pages without one: there are more of them than are shown."""
    missing: Sequence[str]
    """Names of documents of which there is no picture, since their files are not there any more, or cannot be drawn."""


@dataclass(frozen=True, kw_only=True)
class OriginalView:
    """A document that a person asked to see."""

    name: str
    """Untrusted."""
    case: int
    key: str
    workflow: str
    until: datetime | None
    """Time at which it is taken back; None where it is on its way."""
    is_new: bool
    """True if it was asked for just now."""


@dataclass(frozen=True, kw_only=True)
class FailureView:
    """A run that stopped, for the note that is posted once."""

    run: int
    case: int
    key: str
    workflow: str
    state: RunState
    """failed, parked or doubtful."""
    step: str | None
    error: str
    """The error's type."""
    message: str
    not_confirmed: bool
    """True if its delivery may have been made all the same."""
    at: datetime


@dataclass(frozen=True, kw_only=True)
class PlaceView:
    """The case and the workflow of a review: all that a right to it depends on."""

    case: int
    workflow: str
    second: int | None = None
    """Place of the declared second person that it waits for, from 0; None where it waits for none."""


@dataclass(frozen=True, kw_only=True)
class DoubtView:
    """A delivery that was in doubt, with the finding if there is one."""

    generation: int
    """Number of restores from a backup so far. After a restore, numbers are given out again."""
    delivery: int
    attempt: int
    """Number of the attempt at the delivery that is in doubt; it grows with each further attempt."""
    key: str
    """Its idempotency key."""
    state: DeliveryState
    case: int
    case_key: str
    workflow: str
    subject: str
    """The case in one line."""
    text: str
    """The case as plain text."""
    values: Mapping[str, str]
    """Label -> the value to deliver; for the news of a rejection, its reason."""
    rejection: bool
    why: str | None
    """The error."""
    since: datetime
    settled_by: str | None
    """The person who looked and said whether it happened; None while nobody did."""
    settled_at: datetime | None
    run_state: RunState
    can_be_delivered: bool
    """True if it can be attempted again, because somebody found that it did not happen."""
    receipt: str | None
    hidden: Hidden


@dataclass(frozen=True, kw_only=True)
class RemovedView:
    """A case whose content was removed, where a card of it stands."""

    case: int
    workflow: str
    at: datetime | None
    """Time when all of its content was removed; None where only a part was."""
    is_in_doubt: bool
    """True if it is not known whether its delivery happened."""


@dataclass(frozen=True, kw_only=True)
class DeliveredView:
    """The last delivery of a case, to be corrected."""

    generation: int
    """Number of restores from a backup so far. After a restore, numbers are given out again."""
    case: int
    key: str
    run: int
    workflow: str
    subject: str
    """The case in one line."""
    text: str
    """The case as plain text."""
    values: Mapping[str, str]
    """Field -> the delivered value, as text in the form."""
    documents: Sequence[DocumentView] = ()
    """Its documents, in their order."""


@dataclass(frozen=True, kw_only=True)
class WaitingReview:
    """A review in the list of a channel."""

    generation: int
    """Number of restores from a backup so far. After a restore, numbers are given out again."""
    review: int
    version: int
    workflow: str
    key: str
    subject: str
    why: Reason | None
    """The first reason why a person is asked."""
    answer_by: datetime | None
    is_theirs: bool = False
    """True if it is assigned to the person who looks."""
    awaits_second: bool = False
    """True if it waits for a second person."""


@dataclass(frozen=True, kw_only=True)
class ReminderView:
    """The reviews that wait for a person, for a direct message."""

    number: int
    first: datetime | None
    """The earliest deadline."""
    at: datetime
    """The time at which it is told."""
    reviews: Sequence[int]
    """The most urgent of them."""


@dataclass(frozen=True, kw_only=True)
class WaitingView:
    """A page of the reviews that wait."""

    reviews: Sequence[WaitingReview]
    first: int
    """Position of the first review of the page, from 0."""
    total: int


class WhyRefused(StrEnum):
    """The reason for a refusal."""

    NO_RIGHT = "no_right"
    TOO_LATE = "too_late"
    """The review had changed since it was shown."""
    BEFORE_RESTORE = "before_restore"
    """It was shown before the database was put back from a backup."""
    UNKNOWN = "unknown"
    """There is no such case, or the person may not see it."""
    BARRED = "barred"
    """It breaks a rule that nobody may pass over."""
    TO_BE_CONFIRMED = "to_be_confirmed"
    """It breaks a rule, and the person has to confirm it."""
    FORM_CHANGED = "form_changed"
    DELIVERED = "delivered"
    """The case is delivered already."""
    SAME_PERSON = "same_person"
    """A second person is needed, and this one was the first."""
    OWN_CASE = "own_case"
    """The workflow lets nobody decide what they handed in, or asked for."""
    NOT_BLIND = "not_blind"
    """They know what was delivered, so they cannot look at the case blind."""
    NOT_POSSIBLE = "not_possible"


@dataclass(frozen=True, kw_only=True)
class RefusalView:
    """A refusal as the audit keeps it."""

    wanted: str
    """The act, as a verb."""
    why: str
    """A `WhyRefused`, or the code of an earlier version."""
    last: bool
    """True if further refusals of this person within the minute are not kept."""


@dataclass(frozen=True, kw_only=True)
class Rerun:
    """A run that was begun in place of another, or that goes on."""

    run: int
    from_step: str
    recalled: int
    """Number of finished steps that are not made again."""
    delivers_only: bool
    """True: the decision stays, and only its delivery is made again."""
    withdraws: bool
    """True: a review that was open is withdrawn; there will be a new one where a person is needed."""
    is_paused: bool = False
    """True: its workflow is paused, so no model is asked."""


@dataclass(frozen=True, kw_only=True)
class BulkPlan:
    """The cases that a bulk rerun of a cause would run again, and what that means."""

    cause: int
    name: str
    """Of the cause: the beginning of its fingerprint."""
    total: int
    delivers_only: int
    """Number of those that were decided: only their delivery is made again."""
    proposes: int
    """Number of those for which there is a new proposal."""
    from_steps: Sequence[str]
    """Steps from which they run again."""
    per_case: Decimal
    """US dollars that a model may take for all runs of one case, at most."""
    in_doubt: int
    """Number of cases that are left alone, since nobody knows whether they were delivered."""

    @property
    def cost(self) -> Decimal:
        """Return the US dollars that the new proposals may cost at most."""
        return self.per_case * self.proposes


@dataclass(frozen=True, kw_only=True)
class BulkPlanned:
    """A bulk rerun that begins by itself."""

    bulk: int
    cause: int
    name: str
    total: int
    at: datetime
    """Time at which it begins, at the latest."""
    waits_for: str | None
    """System for which it waits until then; None where it waits for the time alone."""


@dataclass(frozen=True, kw_only=True)
class BulkBegun:
    """A bulk rerun that was begun."""

    bulk: int
    cause: int
    name: str
    total: int
