"""What a channel is not shown: personal values, and the free text of a workflow that keeps it out of channels.

Whoever may read the case sees it in the form and under Details, which are not for a channel.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from workflows.engine.case.lookup import case_text, one_line_of
from workflows.engine.declare.personal import MASK, SHORTEST, hiding, personal_fields, personal_values
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.errors import CountersignError
from workflows.engine.reasons import Reason
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

_LONGEST = 200
"""Most characters of an output's personal value that is looked for in other texts."""
_FREE = frozenset({Kind.TEXT, Kind.WORD, Kind.LIST, Kind.ROW, Kind.ROWS, Kind.JSON})
"""Kinds of fields whose values may say anything."""


def hidden_of(workflow: AnyWorkflow, input: str) -> Hidden:
    """Return what a channel is not shown of a case. `input`: as it is kept."""
    personal, closed = personal_fields(workflow.output), not workflow.review.text_in_channel
    named = [field for field in form_of(workflow.output) if field.name in personal or (closed and field.kind in _FREE)]
    words, labels = frozenset[str](), frozenset(field.label for field in named)
    if personal_fields(workflow.input):
        try:
            words = personal_values(read(workflow.input, input))
        except CountersignError:
            # It no longer fits the form, so nobody can tell what of it is personal.
            closed = True
    return Hidden(words=words, fields=frozenset(field.name for field in named), labels=labels, text=closed)


def card_in_channel(view: CardView) -> CardView:
    """Return a card as a channel may be shown it."""
    hidden = view.hidden
    if not hidden.anything:
        return view
    hide = hiding(hidden.words | _short_values(view))
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
    free = [field.name for field in form_of(workflow.input) if closed and field.kind in _FREE]
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
    return MASK if hidden.text else hiding(hidden.words)(text)


def doubt_in_channel(view: DoubtView) -> DoubtView:
    """Return the question whether a delivery happened as a channel may be shown it."""
    hidden = view.hidden
    if not hidden.anything:
        return view
    hide = hiding(hidden.words)
    return replace(
        view,
        case_key=hide(view.case_key),
        subject=hide(view.case_key) if hidden.text else hide(view.subject),
        text="" if hidden.text else hide(view.text),
        values={label: _shown(label, text, view, hide) for label, text in view.values.items()},
        why=hide(view.why) if view.why is not None else None,
    )


def _shown(label: str, text: str, view: DoubtView, hide: Callable[[str], str]) -> str:
    is_hidden = view.hidden.text if view.rejection else label in view.hidden.labels
    return MASK if is_hidden else hide(text)


def _short_values(view: CardView) -> frozenset[str]:
    """Return the personal values of the output, which a reply may repeat."""
    hidden = [value for value in view.values if value.name in view.hidden.fields and not view.hidden.text]
    told = [text for value in hidden for text in (value.proposed, value.decided, value.delivered) if text]
    return frozenset(text for text in told if SHORTEST <= len(text) <= _LONGEST and "\n" not in text)


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
    return replace(question, text=hide(question.text), answer=answer)


def _nothing_said(_: str) -> str:
    return MASK
