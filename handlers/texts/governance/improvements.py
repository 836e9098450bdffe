"""Improvements in words: what was corrected under which conditions, and what an author may do about it."""

from collections.abc import Mapping
from keyword import iskeyword

from handlers.texts.pieces import Told, line, words
from workflows.engine.text.sanitize import one_line
from workflows.quality.improvements.conditions import Condition
from workflows.quality.improvements.views import ImprovedNote, ImprovementKind, ImprovementView

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
    what = f"{one_line(view.output, _LONGEST)} was corrected" if view.output is not None else "rejected"
    to = f' (mostly to "{one_line(view.became, _LONGEST)}")' if view.became is not None else ""
    return (
        f"{when}: {what}{to} in {view.errors:,} of {view.of:,} cases, "
        f"elsewhere in {view.elsewhere_errors:,} of {view.elsewhere:,}."
    )


def advice(view: ImprovementView) -> str:
    """Return the next step for whoever takes it."""
    if view.kind is ImprovementKind.NEVER:
        return "Have a person decide such cases: paste the rule beside the workflow, and deploy it."
    if not view.examples:
        return "None of its cases is a candidate, so nothing is taken in as an example."
    return f"Take it, and its candidates are taken in as examples: {', '.join(map(str, view.examples))}."


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
