"""The command line in a folder, as for the integration tests, and an author's project beside Countersign's wheel."""

from tests.acceptance.project import damaged, installed, project, wheel
from tests.integration.bot.conftest import countersign, empty

__all__ = ["countersign", "damaged", "empty", "installed", "project", "wheel"]
