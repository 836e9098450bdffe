"""Text hidden from a channel: personal values, and the free text of a workflow that keeps it out of channels.

Whoever may read the case sees it in the form and under Details, which are not for a channel.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from workflows.engine.case.lookup import case_text, one_line_of
from workflows.engine.declare.personal import (
    MASK,
    SHORTEST,
    countries_searched,
    has_personal,
    hiding,
    personal_fields,
    personal_values,
    searched_fields,
)
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.deliver.views import DeliveryView
from workflows.engine.errors import CountersignError
from workflows.engine.reasons import Reason
from workflows.engine.review.announced.views import AnnouncedView
from workflows.engine.review.corrected.views import CorrectedInput
from workflows.engine.review.views import (
    CardView,
    DecisionView,
    DoubtView,
    Hidden,
    QuestionView,
    ValueView,
    WaitingReview,
)
from workflows.engine.text.form_fields import Kind, form_of
from workflows.engine.text.identifiers import finds_in
from workflows.labels import label_of

_LONGEST = 200
"""Most characters of an output's personal value that is looked for in other texts."""
FREE = frozenset({Kind.TEXT, Kind.WORD, Kind.LIST, Kind.ROW, Kind.ROWS, Kind.JSON})
"""Kinds of fields whose values may say anything."""


def hidden_of(workflow: AnyWorkflow, input: str, output: str | None = None) -> Hidden:
    """Return what a channel is not shown of a case. `input`: as it is kept. `output`: the same, where its values are
    not shown beside each other as fields.
    """
    personal, closed = personal_fields(workflow.output), not workflow.review.text_in_channel
    named = [field for field in form_of(workflow.output) if field.name in personal or (closed and field.kind in FREE)]
    words, labels = frozenset[str](), frozenset(field.label for field in named)
    searched = searched_fields(workflow.output)
    for form, body in ((workflow.input, input), (workflow.output, output)):
        if body is None or not has_personal(form):
            continue
        try:
            words |= personal_values(read(form, body))
        except CountersignError:
            # It no longer fits the form, so nobody can tell what of it is personal.
            closed = True
    return Hidden(
        words=words,
        fields=frozenset(field.name for field in named),
        labels=labels,
        text=closed,
        searched=frozenset(label_of(workflow.output, name) for name in searched),
        searches=bool(searched or searched_fields(workflow.input)),
        countries=countries_searched(workflow.input) | countries_searched(workflow.output),
    )


def pages_in_channel(workflow: AnyWorkflow) -> bool:
    """Tell whether a channel may be shown the pages of documents. Nothing of a picture can be masked."""
    return workflow.review.text_in_channel and not has_personal(workflow.input) and not has_personal(workflow.output)


def card_in_channel(view: CardView) -> CardView:
    """Return a card as a channel may be shown it."""
    hidden = view.hidden
    if not hidden.anything:
        return view
    hide = hiding(hidden.words | _short_values(view) | _found(hidden, _said(view)))
    said = _nothing_said if hidden.text else hide
    return replace(
        view,
        key=hide(view.key),
        subject=hide(view.key) if hidden.text else hide(view.subject),
        text="" if hidden.text else hide(view.text),
        values=[_value(value, hidden, hide) for value in view.values],
        left_over={name: MASK if hidden.text else hide(text) for name, text in view.left_over.items()},
        model_says=[] if hidden.text else [hide(text) for text in view.model_says],
        why=[_reason(reason, said) for reason in view.why],
        model_said=None if hidden.text or view.model_said is None else hide(view.model_said),
        decision=_decision(view.decision, said) if view.decision is not None else None,
        seconds=[_decision(one, said) for one in view.seconds],
        questions=[_question(one, said) for one in view.questions],
        reports=[replace(one, said=said(one.said)) for one in view.reports],
        problem=hide(view.problem) if view.problem is not None else None,
        delivery=_delivery(view.delivery, hide) if view.delivery is not None else None,
        documents=[replace(one, name="" if hidden.text else hide(one.name)) for one in view.documents],
    )


def waiting_in_channel(view: WaitingReview, workflow: AnyWorkflow, input: str) -> WaitingReview:
    """Return a line of the list of what waits as a channel may be shown it. `input`: as it is kept."""
    hidden = hidden_of(workflow, input)
    if not hidden.anything:
        return view
    hide = hiding(hidden.words)
    return replace(
        view,
        key=hide(view.key),
        subject=hide(view.key) if hidden.text else hide(view.subject),
        why=_reason(view.why, _nothing_said if hidden.text else hide) if view.why is not None else None,
    )


def subject_in_channel(workflow: AnyWorkflow, input: str, *, key: str) -> str:
    """Return one line of a case as a channel may be shown it. `input`: as it is kept."""
    hidden = hidden_of(workflow, input)
    hide = hiding(hidden.words)
    return hide(key) if hidden.text else hide(one_line_of(case_text(workflow, input), key))


def corrected_in_channel(corrected: CorrectedInput, workflow: AnyWorkflow, inputs: Sequence[str]) -> CorrectedInput:
    """Return a corrected input as a channel may be shown it. `inputs`: the earlier one and this, as they are kept."""
    hidden = [hidden_of(workflow, input) for input in inputs]
    closed = any(one.text for one in hidden)
    hide = hiding(frozenset[str]().union(*(one.words for one in hidden)))
    free = [field.name for field in form_of(workflow.input) if closed and field.kind in FREE]
    masked = personal_fields(workflow.input).union(free)
    changes = [
        replace(change, before=MASK, now=f"{MASK}, changed")
        if change.name in masked
        else replace(change, before=hide(change.before), now=hide(change.now))
        for change in corrected.changes
    ]
    return replace(corrected, reason=MASK if closed else hide(corrected.reason), changes=changes)


def text_in_channel(text: str, hidden: Hidden) -> str:
    """Return a person's words about a case as a channel may be shown them."""
    return MASK if hidden.text else hiding(hidden.words | _found(hidden, [text]))(text)


def doubt_in_channel(view: DoubtView) -> DoubtView:
    """Return the question whether a delivery happened as a channel may be shown it."""
    hidden = view.hidden
    if not hidden.anything:
        return view
    said = [text for label, text in view.values.items() if label in hidden.searched or view.rejection]
    hide = hiding(hidden.words | _found(hidden, [*said, view.why or "", view.receipt or ""]))
    return replace(
        view,
        key=hide(view.key),
        case_key=hide(view.case_key),
        subject=hide(view.case_key) if hidden.text else hide(view.subject),
        text="" if hidden.text else hide(view.text),
        values={label: _shown(label, text, view, hide) for label, text in view.values.items()},
        why=hide(view.why) if view.why is not None else None,
        receipt=hide(view.receipt) if view.receipt is not None else None,
    )


def announced_in_channel(view: AnnouncedView) -> AnnouncedView:
    """Return an announced case as a channel may be shown it."""
    hidden = view.hidden
    if not hidden.anything:
        return view
    own = [value for value in view.values if value.name in hidden.fields and not hidden.text]
    told = [text for value in own for text in _texts_of(value)]
    short = frozenset(text for text in told if SHORTEST <= len(text) <= _LONGEST and "\n" not in text)
    searched = [text for value in view.values if value.label in hidden.searched for text in _texts_of(value)]
    receipt = view.delivery.receipt if view.delivery is not None else None
    hide = hiding(hidden.words | short | _found(hidden, [*searched, receipt or ""]))
    return replace(
        view,
        key=hide(view.key),
        subject=hide(view.key) if hidden.text else hide(view.subject),
        values=[_value(value, hidden, hide) for value in view.values],
        delivery=_delivery(view.delivery, hide) if view.delivery is not None else None,
    )


def _shown(label: str, text: str, view: DoubtView, hide: Callable[[str], str]) -> str:
    is_hidden = view.hidden.text if view.rejection else label in view.hidden.labels
    return MASK if is_hidden else hide(text)


def _short_values(view: CardView) -> frozenset[str]:
    """Return the personal values of the output, which a reply may repeat."""
    hidden = [value for value in view.values if value.name in view.hidden.fields and not view.hidden.text]
    told = [text for value in hidden for text in _texts_of(value)]
    short = frozenset(text for text in told if SHORTEST <= len(text) <= _LONGEST and "\n" not in text)
    searched = [value for value in view.values if value.label in view.hidden.searched]
    return short.union(_found(view.hidden, (text for value in searched for text in _texts_of(value))))


def _texts_of(value: ValueView) -> Sequence[str]:
    return [text for text in (value.proposed, value.decided, value.delivered) if text]


def _said(view: CardView) -> Iterator[str]:
    """Yield what people and the model say of a case."""
    yield from view.model_says
    yield from (reason.said or "" for reason in view.why)
    yield from (one.reason or "" for one in (view.decision, *view.seconds) if one is not None)
    for question in view.questions:
        yield from (question.text, question.answer or "", question.receipt or "")
    yield from (report.said for report in view.reports)
    if view.delivery is not None:
        yield view.delivery.receipt or ""


def _found(hidden: Hidden, texts: Iterable[str]) -> frozenset[str]:
    """Return what is found in texts, where those of the case are searched."""
    if not hidden.searches:
        return frozenset()
    return frozenset(find.text for text in texts for find in finds_in(text, hidden.countries))


def _value(value: ValueView, hidden: Hidden, hide: Callable[[str], str]) -> ValueView:
    if value.name in hidden.fields:
        # A mark for each, so that a change still shows as one.
        known = [text for text in dict.fromkeys((value.delivered, value.proposed, value.decided)) if text is not None]
        marks = {text: MASK if text == known[0] else f"{MASK}, changed" for text in known if text} | {"": ""}
        return replace(
            value,
            proposed=_mark(value.proposed, marks),
            decided=_mark(value.decided, marks),
            delivered=_mark(value.delivered, marks),
            alternatives={},
            evidence=None,
            columns=(),
        )
    return replace(
        value,
        proposed=hide(value.proposed) if value.proposed is not None else None,
        decided=hide(value.decided) if value.decided is not None else None,
        delivered=hide(value.delivered) if value.delivered is not None else None,
        alternatives={hide(other): share for other, share in value.alternatives.items()},
        evidence=None if hidden.text or value.evidence is None else hide(value.evidence),
    )


def _mark(text: str | None, marks: Mapping[str, str]) -> str | None:
    return marks[text] if text is not None else None


def _reason(reason: Reason, hide: Callable[[str], str]) -> Reason:
    return replace(reason, said=hide(reason.said)) if reason.said is not None else reason


def _decision(decision: DecisionView, hide: Callable[[str], str]) -> DecisionView:
    return replace(decision, reason=hide(decision.reason)) if decision.reason is not None else decision


def _question(question: QuestionView, hide: Callable[[str], str]) -> QuestionView:
    answer = hide(question.answer) if question.answer is not None else None
    receipt = hide(question.receipt) if question.receipt is not None else None
    return replace(question, text=hide(question.text), answer=answer, receipt=receipt)


def _delivery(delivery: DeliveryView, hide: Callable[[str], str]) -> DeliveryView:
    """Return a delivery without personal values in its key and in what its system said."""
    receipt = hide(delivery.receipt) if delivery.receipt is not None else None
    return replace(delivery, key=hide(delivery.key), receipt=receipt)


def _nothing_said(_: str) -> str:
    return MASK
