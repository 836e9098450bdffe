"""The check of a person's decision against the rules and the form as they are now.

The author's code runs outside any transaction: the review is read first, and the decision then names the version that
was read. So a slow rule keeps nobody else from deciding.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel

from store.cases.review.decision_basis import DecisionBasis
from workflows.complaints import WHOLE
from workflows.engine.case.lookup import known_workflow
from workflows.engine.context import Context
from workflows.engine.declare.calls.author_code import within
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import Kept, as_shown, kept, read
from workflows.engine.errors import (
    ContentRemoved,
    FormChanged,
    InvalidOutput,
    Misfit,
    NeverBroken,
    Refused,
    TimeLimitPassed,
)
from workflows.engine.propose.checks import Broken, broken_nevers
from workflows.engine.reasons import Code, from_json, rules_in
from workflows.engine.review.standing import Standing
from workflows.engine.text.canonical_json import canonical

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Basis:
    """The subject of a decision, as it was read before the author's code runs."""

    workflow: AnyWorkflow
    case: int
    salt: str | None
    """The case's salt; None where it has none."""
    input: str
    """JSON."""
    proposed: str | None
    """JSON; None where there is no proposal."""
    shown: frozenset[str]
    """The sentences of the nevers that the card shows."""
    decided: str | None = None
    """JSON of the values that wait for a second person; None where none do."""
    people: tuple[str, ...] = ()
    """Those who decided for these values so far."""
    reported: bool = False
    """True if it asks whether what was delivered is wrong."""

    @property
    def to_approve(self) -> str | None:
        """JSON of the values that an approval is about; None where there are none."""
        return self.proposed if self.decided is None else self.decided


def basis_of(context: Context, found: DecisionBasis, awaited: Standing | None = None) -> Basis:
    """Return the subject of a decision. Raise `Unknown` where its workflow is no longer known, or `ContentRemoved`.

    `awaited`: the values that wait for a second person.
    """
    if found.is_removed:
        raise ContentRemoved(case=found.case, at=None)
    reasons = from_json(found.reasons)
    return Basis(
        workflow=known_workflow(context, found.workflow),
        case=found.case,
        salt=found.salt,
        input=found.input,
        proposed=canonical(json.loads(found.proposal)["output"]) if found.proposal is not None else None,
        # What a first person confirmed stands on the card of the second one.
        shown=frozenset(rules_in(reasons)) | (awaited.confirmed if awaited is not None else frozenset()),
        decided=awaited.output if awaited is not None else None,
        people=awaited.people if awaited is not None else (),
        reported=any(reason.code == Code.REPORTED for reason in reasons),
    )


def as_proposed(basis: Basis) -> BaseModel:
    """Return the values to approve in the form as it is now. Raise `FormChanged` where the form has changed."""
    proposed = basis.to_approve
    assert proposed is not None
    form: type[BaseModel] = basis.workflow.output
    try:
        return _timed(basis.workflow, "reading the proposal", lambda: as_shown(form, proposed))
    except Misfit as error:
        raise FormChanged(error.errors) from error


def as_entered(workflow: AnyWorkflow, output: BaseModel) -> Kept[BaseModel]:
    """Return a person's own values, as they will be delivered. Raise `InvalidOutput`."""
    form: type[BaseModel] = workflow.output
    if not isinstance(output, form):
        raise InvalidOutput({WHOLE: f"has to be a {form.__name__}"})
    try:
        return _timed(workflow, "reading the form", lambda: kept(form, output))
    except Misfit as error:
        raise InvalidOutput(error.errors) from error


def held_against_rules(workflow: AnyWorkflow, input: str, output: BaseModel) -> Broken:
    """Return the nevers that values break, with this input. Raise `Refused` where the input no longer fits the
    workflow.
    """
    if not workflow.nevers:
        return Broken()
    form: type[BaseModel] = workflow.input
    try:
        case = _timed(workflow, "reading the input", lambda: read(form, input))
    except Misfit as error:
        raise Refused(
            f"the case no longer fits {form.__name__}, so the rules cannot be checked: {error}; nothing was recorded. "
            "Close it, or bring the case again in the present form"
        ) from error
    return broken_nevers(workflow, case, output)


def _timed(workflow: AnyWorkflow, what: str, code: Callable[[], T]) -> T:
    try:
        return within(workflow, what, code)
    except TimeLimitPassed as error:
        raise Refused(f"{error}; nothing was recorded") from error


def passed_over(basis: Basis, output: BaseModel, *, edited: bool, confirmed: bool | str) -> list[str]:
    """Return the sentences of the nevers that a decision overrides.

    `edited`: the values differ from those on the card, so that every broken rule has to be confirmed. Raise
    `NeverBroken` for a rule that bars people too, or that has to be confirmed and was not.
    """
    broken = held_against_rules(basis.workflow, basis.input, output)
    if broken.barring:
        raise NeverBroken(broken.barring, barred=True)
    unseen = [sentence for sentence in broken.sentences if edited or sentence not in basis.shown]
    if unseen:
        to_confirm = NeverBroken(unseen, barred=False)
        if confirmed is not True and confirmed != to_confirm.mark:
            raise to_confirm
    return list(broken.sentences)
