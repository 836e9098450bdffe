"""A stand-in for charters, for tests and measurements of everything else: each counts as signed."""

from workflows.engine.declare.charter import CharterStatus, Terms
from workflows.engine.declare.registry import AnyWorkflow

_SIGNED = CharterStatus(is_signed=True)


class AsSigned:
    """Charters that count as signed and complete. Nothing of them is kept."""

    def terms(self, workflow: AnyWorkflow, *, deployment: int | None) -> Terms | None:
        """Make none."""
        return None

    def status(self, workflow: AnyWorkflow, *, deployment: int | None) -> CharterStatus:
        """Let every workflow go alone."""
        return _SIGNED

    def begin(self, workflow: AnyWorkflow) -> None:
        """Keep nothing."""
