"""Read models of changes of terms, frozen, the same for every face."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from workflows.engine.read.declared.charter_views import Signature


@dataclass(frozen=True, kw_only=True)
class PartChange:
    """A part of the terms that changed."""

    name: str
    old: JsonValue
    new: JsonValue


@dataclass(frozen=True, kw_only=True)
class TermsChange:
    """Terms with which a process began, and what they changed."""

    workflow: str
    owner: str | None
    """The person who is to sign; None where this process does not know the workflow."""
    goes_alone: bool
    """True if these terms let it settle anything without a person."""
    number: int
    """Place among the workflow's terms, from 1."""
    version: str
    """As people are told it."""
    at: datetime
    """Time of the start that first had them."""
    is_first: bool
    is_newest: bool
    """False: others came since."""
    changes: Sequence[PartChange]
    """Against the terms before."""
    widens: Sequence[str]
    """Names of the parts that widen what goes alone, against the terms that were signed last."""
    signature: Signature | None


@dataclass(frozen=True, kw_only=True)
class ChangesView:
    """The newest changes of terms, of one workflow or of all."""

    workflow: str | None
    shown: Sequence[TermsChange]
    """Newest first."""
    all: int
    """Number of all that are kept."""
