"""A read model of where prompts come from. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PromptsFrom:
    """The places from which the prompts of some workflows come, and with them all else that makes up a version."""

    always_files: bool
    """True if an operator has the files used, whatever is deployed."""
    deployed: Sequence[str]
    """Names of the workflows of which only what is deployed is used, or which have no version to use."""
    files: Sequence[str]
    """Names of those that use their files until something is deployed."""
