"""Cards, failures and lists with whatever a case, a model or a person may have put into them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import Phase, settings
from hypothesis import strategies as st

from store.states import DeliveryState, ReviewState, RunState
from workflows.engine.deliver.views import DeliveryView
from workflows.engine.reasons import Code, Reason
from workflows.engine.review.decisions import DecisionKind, Follows
from workflows.engine.review.views import (
    CardView,
    DecisionView,
    FailureView,
    Hidden,
    ValueView,
    WaitingReview,
    WaitingView,
)
from workflows.engine.text.form_fields import Field, Kind

NOW = datetime(2026, 11, 19, 9, 30, tzinfo=UTC)
ANA, MARIA = "U0ANA", "U0MARIA"
few = settings(max_examples=settings().max_examples // 4, phases=[Phase.explicit, Phase.reuse, Phase.generate])
"""For whole cards: each takes some milliseconds, and to shrink one that fails would take minutes."""

LURES = (
    "<!channel>",
    "<!here|x>",
    "<@U0EVE>",
    "<!subteam^S0ENG>",
    "<https://evil.example|https://bank.example>",
    "@channel",
    "*bold*",
    "&lt;",
    "&",
    "<",
    '"',
    "\\",
    " ",
    "\n",
    "\r\n",
    "\t",
    "\0",
    "\x1b[31m",
    "\N{RIGHT-TO-LEFT OVERRIDE}",
    "\N{ZERO WIDTH SPACE}",
    "\N{LINE SEPARATOR}",
    "\ud800",
    "\N{PILE OF POO}",
    "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}",
    "Approved by the CFO",
    "… and 7 more characters",
)
pieces = st.lists(st.sampled_from(LURES) | st.text(max_size=6), max_size=5).map("".join)
sizes = st.sampled_from([1, 20, 75, 120, 121, 150, 151, 300, 301, 2_000, 3_000, 3_001])


def _repeated(piece: str, length: int) -> str:
    return (piece * (length // max(len(piece), 1) + 1))[:length]


texts = pieces | st.builds(_repeated, pieces, sizes)
"""Empty, short and long texts that mean no good."""
longer = texts | st.builds(_repeated, pieces, st.just(60_001))
brief = pieces | st.builds(_repeated, pieces, st.sampled_from([75, 120, 121, 301]))
keys = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=255)
shares = st.none() | st.floats(0, 1)
people = st.sampled_from([ANA, MARIA, "cli:ana", "alone", "cli:<!channel>"])
reasons = st.builds(
    Reason, code=st.sampled_from(["doubt", "never", "paused"]), said=texts, rule=texts, by=st.none() | people
)
whys = st.lists(texts, max_size=8)

decisions = st.builds(
    DecisionView,
    kind=st.sampled_from([str(kind) for kind in DecisionKind]),
    by=people,
    at=st.just(NOW),
    version=st.integers(1, 9),
    follows=st.none() | st.sampled_from([str(follows) for follows in Follows]),
    reason=st.none() | texts,
    output=st.none(),
    confirmed=st.lists(texts, max_size=3),
)
COLUMNS = tuple(
    Field(name=name, label=name.capitalize(), kind=kind, required=True)
    for name, kind in (("article", Kind.TEXT), ("number", Kind.WHOLE), ("amount", Kind.AMOUNT))
)
values = st.builds(
    ValueView,
    name=st.just("field"),
    label=brief,
    proposed=st.none() | brief,
    decided=st.none() | brief,
    delivered=st.none() | brief,
    confidence=shares,
    alternatives=st.dictionaries(brief, st.floats(0, 1), max_size=4),
    evidence=st.none() | brief,
    doubtful=st.booleans(),
    columns=st.sampled_from([(), COLUMNS]),
)


def _many(different: Sequence[ValueView], number: int) -> list[ValueView]:
    return [replace(different[place % len(different)], name=f"field_{place}") for place in range(number)]


def _with_a_long_one(fields: list[ValueView], text: str) -> list[ValueView]:
    return [*fields[:-1], *(replace(last, proposed=text) for last in fields[-1:])]


views = st.builds(
    CardView,
    generation=st.integers(0, 3),
    review=st.integers(1, 10**12),
    version=st.integers(1, 99),
    state=st.sampled_from(ReviewState),
    case=st.integers(1, 10**12),
    key=keys,
    workflow=st.sampled_from(["triage", "x" * 100]),
    question=texts,
    may=texts,
    subject=texts,
    text=longer,
    values=st.builds(
        _with_a_long_one,
        st.builds(_many, st.lists(values, min_size=1, max_size=3), st.sampled_from([0, 1, 2, 3, 30, 31, 120])),
        texts,
    ),
    has_proposal=st.booleans(),
    left_over=st.dictionaries(texts, texts, max_size=2),
    model=st.none() | texts,
    source=st.none() | texts,
    model_says=whys,
    why=st.lists(reasons, min_size=1, max_size=8),
    model_said=st.none() | texts,
    nevers=st.lists(texts, max_size=3),
    claimed_by=st.none() | people,
    opened_at=st.just(NOW),
    answer_by=st.none() | st.just(NOW),
    overdue=st.booleans(),
    decision=st.none() | decisions,
    run_state=st.sampled_from(RunState),
    problem=st.none() | texts,
    delivery=st.none()
    | st.builds(
        DeliveryView,
        id=st.integers(1, 10**12),
        key=keys,
        kind=st.just("answer"),
        state=st.sampled_from(DeliveryState),
        attempts=st.integers(0, 99),
        receipt=st.none() | texts,
        maybe_applied=st.booleans(),
        keyed=st.booleans(),
        target=st.none() | texts,
        waiting_since=st.none() | st.just(NOW),
        next_at=st.none() | st.just(NOW),
        down_since=st.none() | st.just(NOW),
    ),
    held=st.none() | st.sampled_from(["paused", "behind", "down"]),
    correction=st.booleans(),
    revised=st.booleans(),
    corrected=st.booleans(),
    hidden=st.just(Hidden()),
)
failed = st.builds(
    FailureView,
    run=st.integers(1, 10**12),
    case=st.integers(1, 10**12),
    key=keys,
    workflow=st.sampled_from(["triage", "x" * 100]),
    state=st.sampled_from(RunState),
    step=st.none() | st.sampled_from(["look_up", "x" * 100]),
    error=st.sampled_from(["KeyError", "TimeoutError", "X" * 100]),
    message=longer,
    not_confirmed=st.booleans(),
    at=st.just(NOW),
)
waiting = st.builds(
    WaitingView,
    reviews=st.lists(
        st.builds(
            WaitingReview,
            generation=st.integers(0, 3),
            review=st.integers(1, 10**12),
            version=st.integers(1, 99),
            workflow=st.sampled_from(["triage", "x" * 100]),
            key=keys,
            subject=texts,
            why=st.none() | reasons,
            answer_by=st.none() | st.just(NOW),
        ),
        max_size=10,
        unique_by=lambda one: one.review,
    ),
    first=st.sampled_from([0, 10, 990]),
    total=st.integers(0, 10**6),
)


def value(name: str = "queue", proposed: str | None = "billing", **other: object) -> ValueView:
    """A field of a plain case."""
    plain = ValueView(
        name=name,
        label=name.capitalize(),
        proposed=proposed,
        decided=None,
        delivered=None,
        confidence=0.93,
        alternatives={},
        evidence=None,
    )
    return replace(plain, **other)  # type: ignore[arg-type]  # a test names the fields it is about


def decision(kind: str = "approved", **other: object) -> DecisionView:
    """A plain decision."""
    plain = DecisionView(
        kind=kind,
        by=ANA,
        at=NOW,
        version=1,
        interaction_id=None,
        follows=None,
        reason=None,
        output=None,
        confirmed=[],
    )
    return replace(plain, **other)  # type: ignore[arg-type]


def view(**other: object) -> CardView:
    """A plain open review."""
    plain = CardView(
        source=None,
        same_again=False,
        has_another=True,
        can_ask=False,
        questions=[],
        generation=0,
        review=7,
        version=1,
        state=ReviewState.OPEN,
        case=17,
        key="T-17",
        workflow="triage",
        question="Where does it go?",
        may="",
        subject="I was charged twice",
        text="I was charged twice\nPlease give me my money back.",
        values=[value()],
        has_proposal=True,
        left_over={},
        model="claude",
        sample=False,
        deployed=None,
        model_says=[],
        why=[Reason(code=Code.DRAFT)],
        model_said=None,
        nevers=[],
        claimed_by=None,
        claimed_at=None,
        opened_at=NOW,
        answer_by=None,
        decision=None,
        run=23,
        run_state=RunState.WAITING,
        problem=None,
        delivery=None,
        held=None,
        correction=False,
        revised=False,
        corrected=False,
        hidden=Hidden(),
    )
    return replace(plain, **other)  # type: ignore[arg-type]


def delivery(**other: object) -> DeliveryView:
    """A plain delivery that was applied."""
    plain = DeliveryView(
        id=31,
        key="triage/T-17",
        kind="answer",
        state=DeliveryState.APPLIED,
        attempts=1,
        receipt="HD-1",
        maybe_applied=False,
        keyed=True,
        target=None,
        waiting_since=None,
        next_at=None,
        down_since=None,
    )
    return replace(plain, **other)  # type: ignore[arg-type]


def failure(case: int = 17, **other: object) -> FailureView:
    """A plain failure."""
    plain = FailureView(
        run=case,
        case=case,
        key=f"T-{case}",
        workflow="triage",
        state=RunState.FAILED,
        step="look_up",
        error="TimeoutError",
        message="it took too long",
        not_confirmed=False,
        at=NOW,
    )
    return replace(plain, **other)  # type: ignore[arg-type]
