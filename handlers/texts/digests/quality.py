"""The quality review, for a team lead on a phone: what people changed and refused, and what spot checks found."""

from collections.abc import Sequence

from handlers.texts.digests.amounts import count, share
from handlers.texts.digests.days import days_of
from handlers.texts.governance import levels
from handlers.texts.pieces import Line, Paragraph, Room, Told, bullets, command, line, moment, quote, words
from handlers.texts.plain import begun_large, excerpt
from workflows.engine.digests.quality.views import (
    FieldEdits,
    Proposer,
    QualityFigures,
    QualityOfWorkflow,
    RejectionsView,
    ValueChange,
)
from workflows.engine.digests.views import DigestView
from workflows.engine.text.sanitize import one_line

_NAME = 60
"""Characters of a name that are shown."""
_SENTENCE = 100
"""Characters of a rule that are shown."""
_FIELDS, _VALUES, _NAMED = 6, 3, 3
"""Fields, changes of a field's value, and models, reasons or rules that are shown of a workflow."""
_VERSION = 7
"""Digits of a prompt version that are shown, as elsewhere."""
_SHARES = 20
"""Fewest cases of which shares are told."""


def title(view: DigestView) -> str:
    """Return the title of the review, with the days that it covers."""
    return f"Quality, {days_of(view)}"


def left_out(number: int) -> Line:
    """Say how many workflows are left out."""
    return line(words(f"and {count(number, 'more workflow')}: countersign digest preview quality --workflow NAME"))


def worst_first(view: QualityFigures) -> list[QualityOfWorkflow]:
    """Return the workflows, the one with most to look at first."""
    return sorted(view.workflows, key=lambda one: (-_errors(one), -one.edited - one.rejected, one.workflow))


def _errors(figures: QualityOfWorkflow) -> int:
    return figures.corrected + (figures.checks.errors if figures.checks is not None else 0) + figures.overdue


def overall(view: QualityFigures) -> str:
    """Return the whole review in a few sentences, what waits for people first."""
    said = []
    if view.overdue:
        said.append(f"{count(view.overdue, 'spot check')} {'is' if view.overdue == 1 else 'are'} overdue.")
    if view.decided:
        decided = f"{count(view.decided, 'proposal')} decided by people"
        said.append(f"{begun_large(decided)}: {view.edited:,} edited, {view.rejected:,} rejected.")
    if view.looked_at:
        errors = count(view.errors, "error") if view.errors else "no error"
        said.append(f"{count(view.looked_at, 'spot check')} looked at: {errors}.")
    if view.corrected:
        said.append(f"{count(view.corrected, 'error')} corrected.")
    return " ".join(said) or "Nobody looked at anything, and nothing was found wrong."


def workflow(figures: QualityOfWorkflow) -> list[Paragraph]:
    """Say all of a workflow."""
    said: list[Paragraph] = [line(words(one_line(figures.workflow, _NAME), bold=True))]
    first = [*_decided(figures), *_checks(figures), *_wrong(figures)]
    said += [bullets(first)] if first else []
    edits = _edits(figures)
    if edits:
        said += [line(words(f"What {count(figures.compared, 'edit')} changed")), bullets(edits)]
    rest = [
        *_rejected(figures),
        *_rules(figures),
        *_proposers(figures.proposers),
        *_examples(figures),
        *_promise(figures),
    ]
    return [*said, *([bullets(rest)] if rest else [])]


def _promise(figures: QualityOfWorkflow) -> list[Line]:
    """Say what the evidence says, where the workflow earns what goes alone."""
    if figures.promise is None:
        return []
    return [line(words("Promise: ", bold=True), words(levels.evidence(figures.promise)))]


def compared(view: QualityFigures) -> Line | None:
    """Say that only the newest edits were looked at; None where all were."""
    if view.edited <= view.compared or view.compared < view.most_compared:
        return None
    return line(words(f"Fields and values are those of the {view.compared:,} newest of {view.edited:,} edits."))


def rejections(view: RejectionsView, room: Room) -> Told:
    """Say why people rejected proposals, in their own words, for somebody who may read the cases."""
    name = one_line(view.workflow, _NAME)
    brief = f"Rejected in {name}, in their own words"
    parts: list[list[Paragraph]] = [[line(words(brief, bold=True))]]
    for one in view.rejections[: room.items]:
        about = [words(f"{one_line(one.key, _NAME)}, "), moment(one.at), words(": "), command("case", one.case)]
        parts.append([line(*about), quote(excerpt(one.reason, room.line))])
    more = view.more + len(view.rejections[room.items :])
    if more:
        parts.append([line(words(f"and {count(more, 'earlier rejection')}"))])
    if not view.rejections:
        parts.append([line(words("There are none any more: those decisions were taken back."))])
    return Told(brief=brief, parts=parts)


def _decided(figures: QualityOfWorkflow) -> list[Line]:
    """Draw what people decided about proposals, and the same before."""
    before, said = figures.before, []
    if figures.decided:
        edited, rejected = _of(figures.edited, figures.decided), _of(figures.rejected, figures.decided)
        said.append(f"{count(figures.decided, 'proposal')} decided: {edited} edited, {rejected} rejected")
        if before.decided:
            earlier = f"{before.decided:,}: {_of(before.edited, before.decided)} edited"
            said.append(f"before, {earlier}, {_of(before.rejected, before.decided)} rejected")
    if figures.answered:
        said.append(f"{count(figures.answered, 'case')} answered without a proposal")
    if figures.unseen:
        same = f": {_of(figures.unseen_same, figures.unseen_compared)} the same" if figures.unseen_compared else ""
        said.append(f"{count(figures.unseen, 'case')} decided in shadow, without seeing the AI's answer{same}")
    return [line(words("; ".join(said)))] if said else []


def _checks(figures: QualityOfWorkflow) -> list[Line]:
    """Draw the spot checks of what went alone in the period, and those that are overdue."""
    checks, before, made = figures.checks, figures.before, []
    overdue = f"{figures.overdue:,} overdue" if figures.overdue else ""
    if checks is None or not checks.alone:
        return [line(words(f"Spot checks of earlier days: {overdue}"))] if overdue else []
    grades = [(checks.same, "same"), (checks.minor, "minor"), (checks.major, "major"), (checks.critical, "critical")]
    found = ", ".join(f"{number:,} {grade}" for number, grade in grades if number)
    looked = f"{checks.looked_at:,} looked at{f' ({found})' if found else ''}"
    rest = [overdue, f"{checks.open:,} open" if checks.open else ""]
    rest.append(f"{checks.corrected:,} corrected before anybody looked" if checks.corrected else "")
    said = ", ".join(filter(None, [looked, *rest]))
    drawn = f"{checks.alone:,} went alone, {count(checks.drawn, 'spot check')}"
    made.append(line(words(f"{drawn}: {said}" if checks.drawn or overdue else drawn)))
    if before.looked_at:
        errors = count(before.errors, "error") if before.errors else "no error"
        made.append(line(words(f"Spot checks before: {before.looked_at:,} looked at, {errors}")))
    return made


def _edits(figures: QualityOfWorkflow) -> list[Line]:
    """Draw what edits changed, field by field."""
    shown = figures.fields[:_FIELDS]
    made = [_field(one) for one in shown]
    more = sum(one.number for one in figures.fields[_FIELDS:]) + figures.few
    if more:
        of = "other fields" if shown else "fields changed fewer than three times"
        made.append(line(words(f"{count(more, 'change')} of {of}")))
    return made


def _field(field: FieldEdits) -> Line:
    label = words(f"{one_line(field.label, _NAME)}: ", bold=True)
    if field.values:
        values = field.values[:_VALUES]
        said = [f"{_change(one, is_several=field.is_several)} {_times(one.number)}" for one in values]
        others = field.number - sum(one.number for one in values)
        # One edit may change several values of a field.
        said += [f"{others:,} {'other' if others == 1 else 'others'}"] if others > 0 and not field.is_several else []
        return line(label, words(", ".join(said)))
    said = []
    for number, what in ((field.raised, "raised"), (field.lowered, "lowered")):
        said += [f"{what} {_times(number)}"] if number else []
    if field.percent is not None:
        said.append(f"by a median of {field.percent:.2g}%")
    for number, what in ((field.filled, "filled in"), (field.emptied, "emptied")):
        said += [f"{what} {_times(number)}"] if number else []
    if not said:
        return line(label, words(f"{'reworded' if field.is_text else 'changed'} {_times(field.number)}"))
    return line(label, words(", ".join(said)))


def _change(change: ValueChange, *, is_several: bool) -> str:
    one, other = (one_line(value, _NAME) if value is not None else None for value in (change.proposed, change.decided))
    if is_several:
        return f"{other} added" if other is not None else f"{one} left out"
    return f"{one or 'nothing'} → {other or 'nothing'}"


def _proposers(proposers: Sequence[Proposer]) -> list[Line]:
    """Draw which model and prompt version the edits and rejections are about."""
    said = [
        f"{_proposer(one)}: {one.edited:,} edited, {one.rejected:,} rejected of {one.decided:,}"
        for one in proposers[:_NAMED]
        if one.edited or one.rejected
    ]
    return [line(words("Proposed by: ", bold=True), words("; ".join(said)))] if said else []


def _proposer(one: Proposer) -> str:
    model = one_line(one.model, _NAME)
    return f"{model}, prompt {one.prompt_version[:_VERSION]}" if one.prompt_version else model


def _rejected(figures: QualityOfWorkflow) -> list[Line]:
    """Draw the reasons of rejections: declared ones by name, others by their number."""
    said = [f"{one_line(one.said, _SENTENCE)} {_times(one.number)}" for one in figures.reasons[:_NAMED]]
    more = sum(one.number for one in figures.reasons[_NAMED:])
    said += [f"other declared reasons {_times(more)}"] if more else []
    said += [f"in people's own words {_times(figures.free_reasons)}"] if figures.free_reasons else []
    return [line(words("Rejected: ", bold=True), words(", ".join(said)))] if said else []


def _wrong(figures: QualityOfWorkflow) -> list[Line]:
    """Draw what people said was wrong, and what turned out to be."""
    reported, said = figures.reported, []
    if reported.reported:
        came = [(reported.corrected, "corrected"), (reported.right, "right as it was"), (reported.waiting, "undecided")]
        outcome = ", ".join(f"{number:,} {what}" for number, what in came if number)
        said.append(f"{count(reported.reported, 'report')} that something was wrong{f': {outcome}' if outcome else ''}")
    if figures.corrected:
        said.append(f"{count(figures.corrected, 'error')} found and corrected")
    return [line(words("; ".join(said)))] if said else []


def _rules(figures: QualityOfWorkflow) -> list[Line]:
    """Draw the rules that people passed over, and how often one barred them."""
    made = [
        line(words("Overridden: ", bold=True), words(f"{_sentence(one.said)} {_times(one.number)}"))
        for one in figures.confirmed[:_NAMED]
    ]
    if figures.barred:
        made.append(
            line(words("Barred: ", bold=True), words(f"{_times(figures.barred)}, by a rule that nobody can override"))
        )
    return made


def _examples(figures: QualityOfWorkflow) -> list[Line]:
    """Draw how many cases wait to become examples, and where they are taken in."""
    if not figures.examples:
        return []
    wait = f"{count(figures.examples, 'decided case')} {'waits' if figures.examples == 1 else 'wait'}"
    return [line(words(f"{wait} to become examples: "), command("examples", one_line(figures.workflow, _NAME)))]


def _sentence(rule: str) -> str:
    return f"“never {one_line(rule, _SENTENCE)}”"


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")


def _of(number: int, of: int) -> str:
    """Return a number, with its share where there are enough to tell one."""
    return f"{number:,} ({share(number / of)})" if of >= _SHARES and number else f"{number:,}"
