"""Improvements in words: what was corrected under which conditions, and what an author may do about it."""

from collections.abc import Mapping
from keyword import iskeyword

from handlers.texts.pieces import Paragraph, Told, code, line, words
from store.states import ImprovementState
from workflows.engine.text.sanitize import one_line
from workflows.quality.improvements.conditions import Condition
from workflows.quality.improvements.views import OTHER, ImprovedNote, ImprovementKind, ImprovementsView, ImprovementView

_LONGEST = 60
"""Characters of a value that are shown."""
_OPERATORS: Mapping[str, str] = {"above": ">", "below": "<"}


def condition(one: Condition) -> str:
    """Return a condition in words."""
    field, value = one_line(one.field, _LONGEST), one_line(one.value, _LONGEST)
    match one.kind:
        case "is":
            return f'{field} is "{value}"'
        case "has":
            return f'{field} has "{value}"'
        case "above" | "below":
            return f"{field} {one.kind} {value}"


def pattern(view: ImprovementView) -> str:
    """Return what was corrected, how often, and how often elsewhere."""
    when = " and ".join(map(condition, view.conditions))
    what = f"{one_line(view.output, _LONGEST)} was corrected" if view.output is not None else _rejected(view.reason)
    to = f' (mostly to "{one_line(view.became, _LONGEST)}")' if view.became is not None else ""
    return (
        f"{when}: {what}{to} in {view.errors:,} of {view.of:,} cases, "
        f"elsewhere in {view.elsewhere_errors:,} of {view.elsewhere:,}."
    )


def _rejected(reason: str | None) -> str:
    if reason is None:
        return "rejected"
    if reason == OTHER:
        return "rejected for a reason of their own"
    return f'rejected as "{one_line(reason, _LONGEST)}"'


def advice(view: ImprovementView) -> str:
    """Return the next step for whoever takes it."""
    if view.kind is ImprovementKind.NEVER:
        return "Have a person decide such cases: paste the rule beside the workflow, and deploy it."
    if not view.examples:
        return "None of its cases is a candidate, so nothing is taken in as an example."
    return f"Take it, and its candidates are taken in as examples: {', '.join(map(str, view.examples))}."


def drafted(view: ImprovementView) -> list[Paragraph]:
    """Say that a draft of the prompt is kept; nothing where there is none."""
    if view.draft is None:
        return []
    said = words("A change to the prompt is drafted: ")
    return [line(said, words(f"countersign improvements show {view.workflow} {view.id}", code=True))]


def head(view: ImprovementsView) -> Told:
    """Say how many wait."""
    number = len(view.waiting) + view.more
    if not number:
        said = f"No improvement of {view.workflow} waits. Once a day Countersign looks at what people corrected."
        return Told(brief=brief(view), parts=[[line(words(said))]])
    many = f": {number:,} {'waits' if number == 1 else 'wait'}, from what people corrected in 90 days."
    return Told(brief=brief(view), parts=[[line(words(f"Improvements of {view.workflow}", bold=True), words(many))]])


def brief(view: ImprovementsView) -> str:
    """Name what waits, for a notification."""
    if not view.waiting:
        return f"Improvements of {view.workflow}"
    more = len(view.waiting) + view.more - 1
    return f"{view.workflow}: {pattern(view.waiting[0])}" + (f" And {more:,} more." if more else "")


def one_of(view: ImprovementView) -> list[Paragraph]:
    """Tell of an improvement: its pattern, the next step, and the lines of a never."""
    said: list[Paragraph] = [line(words(f"{view.id}  ", bold=True), words(pattern(view)))]
    if view.state is ImprovementState.TAKEN:
        said += _after(view)
    else:
        said.append(line(words(advice(view))))
    lines = rule(view) if view.kind is ImprovementKind.NEVER and view.carried_by is None else None
    said += drafted(view)
    return [*said, code(lines)] if lines is not None else said


def _after(view: ImprovementView) -> list[Paragraph]:
    """Say what follows for one that was taken."""
    if view.carried_by is not None:
        return [line(words(f"Taken: deployment {view.carried_by} carries it."))]
    then = {
        ImprovementKind.NEVER: "Taken. Paste the rule beside the workflow, then at the command line: ",
        ImprovementKind.EXAMPLES: "Taken: its examples are taken in. Put the prompt right, then at the command line: ",
    }[view.kind]
    return [line(words(then), words(f"countersign deploy {view.workflow} --improvement {view.id}", code=True))]


def taken_head() -> list[Paragraph]:
    """Open the list of those that somebody took."""
    return [line(words("Taken, not live yet", bold=True))]


def more(view: ImprovementsView, left_out: int) -> list[Paragraph]:
    """Count those that are not shown."""
    said = f"and {left_out:,} more: countersign improvements list {view.workflow}"
    return [line(words(said))]


def decided(number: int, state: ImprovementState, examples: int) -> list[Paragraph]:
    """Say what became of one that was just decided. `examples`: those that were taken in with it."""
    with_it = f"; {examples:,} {'example' if examples == 1 else 'examples'} taken in" if examples else ""
    return [line(words(f"{number} is {state.value}{with_it}.", bold=True))]


def after_draft(workflow: str, number: int, file: str) -> str:
    """Say what follows once a draft of a prompt is written."""
    return (
        f"Read it. When it is right: countersign improvements take {workflow} {number}, then countersign deploy "
        f"{workflow} --file {file} --improvement {number}"
    )


def told(news: ImprovedNote) -> Told:
    """Tell somebody that their correction became a rule."""
    of = f" of {one_line(news.key, _LONGEST)}" if news.key is not None else ""
    many = f"; {news.alone:,} like it went alone since" if news.alone else ""
    said = f"Your correction{of} became a rule of {news.workflow}{many}."
    return Told(brief=said, parts=[[line(words(said))]])


def rule(view: ImprovementView, *, variable: str = "workflow") -> str | None:
    """Return a never as lines of Python; None where a name in it is none of Python's.

    Values come from cases, so each is written as a literal, and no name is written that is no identifier.
    """
    if not all(part.isidentifier() and not iskeyword(part) for one in view.conditions for part in one.field.split(".")):
        return None
    title = " and ".join(f"{one.field} {one.kind} {one.value}" for one in view.conditions)
    tests = " and ".join(map(_test, view.conditions))
    return (
        f"@{variable}.never({f'decide alone where {title}'!r})\n"
        f"def corrected_often_{view.id}(input, output):\n"
        f"    return {tests}\n"
    )


def _test(one: Condition) -> str:
    value = f"input.{one.field}"
    match one.kind:
        case "is":
            return f"{value} {'is' if one.value is None or isinstance(one.value, bool) else '=='} {one.value!r}"
        case "has":
            return f"{one.value!r} in str({value}).lower()"
        case "above" | "below":
            return f"{value} is not None and float({value}) {_OPERATORS[one.kind]} {one.value!r}"
