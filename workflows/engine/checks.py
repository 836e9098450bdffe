"""The nevers, held against an input and what is proposed or entered for it."""

from dataclasses import dataclass

import structlog
from pydantic import BaseModel

from workflows.engine.definition import Never
from workflows.engine.registry import AnyWorkflow

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Broken:
    """The rules that a case runs into."""

    rules: tuple[Never[BaseModel, BaseModel], ...] = ()
    unchecked: tuple[Never[BaseModel, BaseModel], ...] = ()
    """The rules whose own code failed: they count as broken."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """Of all of them."""
        return tuple(rule.sentence for rule in (*self.rules, *self.unchecked))

    @property
    def barring(self) -> tuple[str, ...]:
        """The sentences of those that bar a person's own values too."""
        return tuple(rule.sentence for rule in (*self.rules, *self.unchecked) if rule.on_edit == "bar")


def broken_nevers(workflow: AnyWorkflow, input: BaseModel, output: BaseModel) -> Broken:
    """Hold every never against the case; all of them are asked, whatever the first says."""
    rules: list[Never[BaseModel, BaseModel]] = []
    unchecked: list[Never[BaseModel, BaseModel]] = []
    for never in workflow.nevers:
        try:
            if never.broken(input, output):
                rules.append(never)
        except Exception as error:  # noqa: BLE001  # a rule that cannot be checked protects by counting as broken
            log.error("never.unchecked", workflow=workflow.name, never=never.sentence, error=type(error).__name__)
            unchecked.append(never)
    return Broken(rules=tuple(rules), unchecked=tuple(unchecked))
