"""The command `doctor`: prints what the checks of the set-up found."""

from bot import doctor
from bot.app import opened
from bot.cli.screens.output import one_line_errors, out, print_json
from bot.settings import settings
from handlers.texts.operations.findings import BAD
from workflows.engine.text.sanitize import sanitize


def check(*, as_json: bool) -> int:
    """Check the set-up; returns 1 where something does not work."""
    with one_line_errors(), opened(settings()) as app:
        found = list(doctor.findings(app))
        if as_json:
            print_json(found)
        else:
            for finding in found:
                out.print(sanitize(f"{finding.level:<5} {finding.what}"))
                if finding.do:
                    out.print(sanitize(f"      {finding.do}"))
        return 1 if any(finding.level == BAD for finding in found) else 0
