"""The charter of a workflow, as far as its declaration says it: its terms, and what is missing before it goes alone.

Pure. Terms are made in `charters/terms.py`; whether a charter is signed stands in the database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

import rfc8785
from pydantic import JsonValue

from workflows.engine.declare.proposal import InputT, OutputT
from workflows.engine.declare.workflow import Workflow

SHORT = 16
"""Hex digits by which terms are named to people and in the audit."""


class Missing(StrEnum):
    """Parts that a charter has to have before its workflow goes alone."""

    BACKUP = "backup"
    MAY = "may"
    NEVERS = "nevers"
    REVIEWERS = "reviewers"
    TOLD = "told"

    @property
    def declared(self) -> str:
        """The part as it is written into a declaration."""
        return _DECLARED[self]


_DECLARED: Mapping[Missing, str] = {
    Missing.BACKUP: 'backup="ID"',
    Missing.MAY: 'may={"KIND": "WHAT"}',
    Missing.NEVERS: 'a never, or no_nevers="WHY"',
    Missing.REVIEWERS: 'Review(reviewers="ID")',
    Missing.TOLD: 'told=["WHO"]',
}


class Lack(StrEnum):
    """Evidence that a workflow has to have before it goes alone."""

    VOLUME_TEST = "volume_test"
    """A volume test whose newest report says go."""
    BASELINE = "baseline"
    """Figures of the work by hand."""


class How(StrEnum):
    """Ways in which terms come to be signed."""

    OWNER = "owner"
    BACKUP = "backup"
    """By the person who stands in for the owner."""
    OPERATOR = "operator"
    """By whoever runs Countersign, at the command line."""
    SAMPLE = "sample"
    """By no person: it is a shipped example."""
    KEPT = "kept"
    """They do not widen those that were signed before, so that signature holds."""


@dataclass(frozen=True)
class Terms:
    """All that changes a workflow's behaviour, as named parts."""

    parts: Mapping[str, JsonValue]
    """Plain values, or the hash of code and texts. It is the same for every process that has the same code and
    settings.
    """

    @cached_property
    def version(self) -> str:
        """SHA-256 over the parts in the form of RFC 8785, as 64 hex digits."""
        return sha256(rfc8785.dumps(dict(self.parts))).hexdigest()

    @property
    def models(self) -> Sequence[str]:
        """Names of the models that answer."""
        named = self.parts.get("model")
        return [str(one) for one in named] if isinstance(named, list) else []

    @property
    def short(self) -> str:
        """The version, as it is named to people."""
        return self.version[:SHORT]


@dataclass(frozen=True, kw_only=True)
class CharterStatus:
    """Standing of a charter: it lets its workflow go alone, or says why not."""

    is_signed: bool
    missing: tuple[Missing, ...] = ()
    """Parts that it has to have before it goes alone."""

    @property
    def lets_alone(self) -> bool:
        """True if the charter is signed and complete."""
        return self.is_signed and not self.missing


def missing_in(workflow: Workflow[InputT, OutputT]) -> tuple[Missing, ...]:
    """Return what the charter of a workflow lacks. A shipped example needs nothing: who uses it is not known yet."""
    if workflow.is_sample:
        return ()
    has = {
        # Nobody stands in for themselves.
        Missing.BACKUP: workflow.backup not in (None, "", workflow.owner),
        Missing.MAY: bool(workflow.may),
        Missing.NEVERS: bool(workflow.nevers) or workflow.no_nevers is not None,
        Missing.REVIEWERS: bool(workflow.review.reviewers),
        Missing.TOLD: bool(workflow.told),
    }
    return tuple(one for one, is_there in has.items() if not is_there)
