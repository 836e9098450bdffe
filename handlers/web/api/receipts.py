"""Receipts as the API tells them: what became of each case that was handed in, or the problem with it."""

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from handlers.web.api.forms import Result
from handlers.web.api.problems import FieldError, Kind, Problem, as_json
from workflows.engine.case.intake import Intake, Receipt
from workflows.engine.sources.programs.handing_in import NotTaken, Part, Why

_RESULTS = {
    Intake.TAKEN_IN: Result.TAKEN_IN,
    Intake.DUPLICATE: Result.DUPLICATE,
    Intake.REVISED: Result.REVISED,
}
_NAMES = {Part.VALUES: "input", Part.PROPOSAL: "proposal"}


def taken(receipt: Receipt | NotTaken, keys: Mapping[int, str]) -> dict[str, JsonValue]:
    """Return what became of a case. Raise `Problem` where it was not taken in. `keys`: of cases by case."""
    if isinstance(receipt, NotTaken):
        raise not_taken(receipt, under="")
    if receipt.intake not in _RESULTS:
        raise _not_done(receipt)
    return {"id": receipt.case, "key": keys[receipt.case], "result": _RESULTS[receipt.intake].value}


def taken_many(receipts: Sequence[Receipt | NotTaken], keys: Mapping[int, str]) -> dict[str, JsonValue]:
    """Return what became of several cases, in their order."""
    return {"results": [_taken_or_not(receipt, keys, place) for place, receipt in enumerate(receipts)]}


def not_taken(given: NotTaken, *, under: str) -> Problem:
    """Return the problem with a case that does not fit. `under`: the pointer of the case in the body."""
    part = f"{under}/{_NAMES[given.part]}"
    if given.why is Why.NOT_ALLOWED:
        kind = Kind.NOT_ALLOWED
    else:
        kind = Kind.NOT_POSSIBLE if given.why is Why.AS_BEFORE else Kind.MISFIT
    errors = [FieldError(pointer=f"{part}{pointer}", detail=said) for pointer, said in given.errors.items()]
    return Problem(kind, f"the case was not taken in: {given.message}", errors=errors)


def _taken_or_not(receipt: Receipt | NotTaken, keys: Mapping[int, str], place: int) -> dict[str, JsonValue]:
    # Of a case of another source, nothing is told.
    case = None if isinstance(receipt, NotTaken) or receipt.intake is Intake.FOREIGN else receipt.case
    told: dict[str, JsonValue] = {"id": case, "key": keys.get(case) if case is not None else None}
    if isinstance(receipt, NotTaken):
        problem = not_taken(receipt, under=f"/cases/{place}")
    elif receipt.intake not in _RESULTS:
        problem = _not_done(receipt)
    else:
        return {**told, "result": _RESULTS[receipt.intake].value, "problem": None}
    return {**told, "result": Result.NOT_TAKEN_IN.value, "problem": as_json(problem)}


def _not_done(receipt: Receipt) -> Problem:
    """Return the problem of a case that exists, and to which nothing was done."""
    if receipt.intake is Intake.FOREIGN:
        why = receipt.why or "a case with this key belongs to another source"
        return Problem(Kind.FOREIGN, f"{why}. If yours is another case, its key has to differ")
    more: dict[str, JsonValue] = {"id": receipt.case}
    headers = {"Location": f"/v1/cases/{receipt.case}"}
    if receipt.intake is Intake.CONFLICT:
        detail = "the case has other content, and on_conflict=refuse wants no revision; nothing was done"
        return Problem(Kind.CONFLICT, detail, more=more, headers=headers)
    return Problem(Kind.REMOVED, receipt.why or "nothing more is taken in under its key", more=more)
