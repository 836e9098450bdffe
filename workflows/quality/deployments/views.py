"""Read models of deployments: what people are shown of a version before they sign it, and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import JsonValue

from store.states import DeploymentState
from workflows.quality.deployments.codes import As, DeploymentPart, Ended, RefusedFor, Unweighed
from workflows.quality.deployments.evidence import Evidence

__all__ = [
    "As",
    "DeploymentLine",
    "DeploymentPart",
    "DeploymentView",
    "Ended",
    "Evidence",
    "PartChange",
    "Plan",
    "PromptDiff",
    "RefusedFor",
    "RolloutView",
    "Signature",
    "Unweighed",
]


@dataclass(frozen=True, kw_only=True)
class PartChange:
    """A part that differs from the version before."""

    part: str
    """Name of the part, as terms have it or as a `DeploymentPart`."""
    before: JsonValue
    """A plain value, or the hash of code or of a text; None where it was not there."""
    after: JsonValue


@dataclass(frozen=True, kw_only=True)
class Signature:
    """A signature under a deployment."""

    by: str
    how: As
    at: datetime


@dataclass(frozen=True, kw_only=True)
class PromptDiff:
    """The difference of two prompts' files."""

    lines: Sequence[str]
    """Lines as `diff -u` has them, without the names of files; untrusted text."""
    more: int
    """Lines that are left out."""


@dataclass(frozen=True, kw_only=True)
class RolloutView:
    """The way in which a version goes live."""

    way: str
    """shadow, share or at once; see `Rollout`."""
    share: float
    margin: float
    sure: float


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The way ahead of a version that is used for a share of the cases."""

    labels: int
    """Labels that each of the two versions needs, rounded to tens."""
    days: int | None
    """Days until the smaller arm has them; None where no labels come."""
    a_day: float
    """Labels of the workflow a day, of both versions together."""


@dataclass(frozen=True, kw_only=True)
class DeploymentView:
    """A deployment, as people are shown it."""

    id: int
    number: int
    name: str
    """The first digits of the hash of its parts."""
    state: DeploymentState
    change: int
    """Raised by each change; a press names the one that it was shown."""
    workflow: str
    workflow_id: int
    owner: str
    """Id of the workflow's owner; empty where this process does not know the workflow."""
    backup: str | None
    note: str | None
    """Words of the one who proposed it; untrusted."""
    proposed_by: str
    proposed_at: datetime
    model: str
    prompt_version: str | None
    recall: int
    live_number: int | None
    """Number of the version that is live now; None where none is."""
    before_number: int | None
    """Number of the version that was live before it, or is live while it is on its way."""
    is_code_same: bool | None
    """True if this process's code is the version's; None where this process does not know the workflow."""
    prompt_diff: PromptDiff | None
    """Against the version before it; None where both have the same prompt, or none."""
    changes: Sequence[PartChange]
    """Parts that differ from the version before it; all of them for the first."""
    evidence: Evidence | None
    """None where it was not measured."""
    refused_for: Sequence[RefusedFor]
    override_reason: str | None
    """Words of the one who let it pass in spite of that; untrusted."""
    signatures_wanted: int
    signatures: Sequence[Signature]
    rollout: RolloutView
    live_at: datetime | None
    """Time when it last became live."""
    ended_at: datetime | None
    ended_why: str | None
    """An `Ended`, or a code of a later version."""
    ended_by: str | None
    ended_with: Mapping[str, Any] = field(default_factory=dict)
    """Figures and ids of cases that ended it. Any: plain values."""
    improvement_id: int | None = None
    generation: int = 0
    """Number of restores from a backup so far."""
    plan: Plan | None = None
    """The way ahead of one that waits for signatures and is to be used for a share of the cases; rollouts reckon it."""

    @property
    def signatures_missing(self) -> int:
        """Number of persons who still have to sign."""
        return max(0, self.signatures_wanted - len(self.signatures))

    @property
    def needs_override(self) -> bool:
        """True if it goes on only with a reason of the one who signs."""
        return bool(self.refused_for) and not self.override_reason


@dataclass(frozen=True, kw_only=True)
class DeploymentLine:
    """A deployment in a list."""

    workflow: str
    number: int
    name: str
    state: DeploymentState
    model: str
    prompt_version: str | None
    proposed_by: str
    proposed_at: datetime
    live_at: datetime | None
    ended_at: datetime | None
    ended_why: str | None
