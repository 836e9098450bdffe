"""The nevers and the checks, applied to an input and the values that are proposed or entered for it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import structlog
from pydantic import BaseModel

from workflows.engine.declare.calls import author_threads
from workflows.engine.declare.proposal import Proposal
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.workflow import Check, Never
from workflows.engine.errors import TimeLimitPassed

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Broken:
    """The nevers that a case breaks."""

    rules: tuple[Never[BaseModel, BaseModel], ...] = ()
    unchecked: tuple[Never[BaseModel, BaseModel], ...] = ()
    """The rules whose own code failed. They count as broken."""
    causes: Mapping[str, str] = field(default_factory=dict)
    """Sentence of an unchecked rule -> the type of its error, or its time limit; never the case's words."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """The sentences of all these rules."""
        return tuple(rule.sentence for rule in (*self.rules, *self.unchecked))

    @property
    def barring(self) -> tuple[str, ...]:
        """The sentences of the rules that also bar a person's own values."""
        return tuple(rule.sentence for rule in (*self.rules, *self.unchecked) if rule.on_edit == "bar")


def broken_nevers(
    workflow: AnyWorkflow, input: BaseModel, output: BaseModel, *, seconds: float | None = None
) -> Broken:
    """Check every never against the case. All are asked, whatever the first says.

    `seconds`: time limit for each rule; None: the one that the workflow declares.
    """
    limit = workflow.time_limits.rule if seconds is None else seconds
    rules: list[Never[BaseModel, BaseModel]] = []
    unchecked: list[Never[BaseModel, BaseModel]] = []
    causes: dict[str, str] = {}
    for never in workflow.nevers:
        try:
            if _says(workflow, f"the never “{never.sentence}”", never.broken, input, output, limit):
                rules.append(never)
        except Exception as error:  # noqa: BLE001  # a rule that cannot be checked counts as broken
            log.error("never.unchecked", workflow=workflow.name, never=never.sentence, error=type(error).__name__)
            unchecked.append(never)
            is_slow = isinstance(error, TimeLimitPassed)
            causes[never.sentence] = f"no answer within {limit:g} s" if is_slow else type(error).__name__
    return Broken(rules=tuple(rules), unchecked=tuple(unchecked), causes=causes)


def held_against_checks(workflow: AnyWorkflow, input: BaseModel, proposal: Proposal[Any]) -> Proposal[Any]:
    """Return the proposal with less confidence in the fields for which a check does not hold, or fails."""
    for check in workflow.checks:
        if holds(workflow, check, input, proposal.output) is Held.YES:
            continue
        doubt = f"it does not hold that {check.sentence}"
        proposal = less_sure(proposal, check.fields, cap=check.cap, doubt=doubt)
    return proposal


def less_sure(proposal: Proposal[Any], fields: Sequence[str], *, cap: float, doubt: str) -> Proposal[Any]:
    """Return the proposal with the confidence of some fields capped, and the reason added. Unknown confidence stays
    unknown.
    """
    known = proposal.field_confidence()
    capped = {name: min(number, cap) for name in fields if (number := known[name]) is not None}
    return replace(proposal, confidence={**known, **capped}, doubts=(*proposal.doubts, doubt))


class Held(StrEnum):
    """Outcome of a check."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    """Its own code failed, or took too long."""


def holds(
    workflow: AnyWorkflow,
    check: Check[BaseModel, BaseModel],
    input: BaseModel,
    output: BaseModel,
    *,
    seconds: float | None = None,
) -> Held:
    """Tell whether a check holds. `seconds`: a time limit, if shorter than the one that is declared."""
    what, limit = f"the check “{check.sentence}”", workflow.time_limits.rule
    limit = limit if seconds is None else min(limit, seconds)
    try:
        return Held.YES if _says(workflow, what, check.holds, input, output, limit) else Held.NO
    except Exception as error:  # noqa: BLE001  # a check that cannot be made counts as not holding
        log.error("check.failed", workflow=workflow.name, check=check.sentence, error=type(error).__name__)
        return Held.UNKNOWN


def _says(
    workflow: AnyWorkflow,
    what: str,
    rule: Callable[[BaseModel, BaseModel], bool],
    input: BaseModel,
    output: BaseModel,
    limit: float,
) -> bool:
    return author_threads.run(lambda: bool(rule(input, output)), what=what, workflow=workflow.name, seconds=limit)
