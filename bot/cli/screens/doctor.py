"""The command `doctor`: prints what the checks of the set-up found."""

from collections.abc import Iterator
from dataclasses import replace

from bot.app import app_of, now, process_of
from bot.cli.advised import advised
from bot.cli.screens.output import one_line_errors, out, print_json
from bot.doctor import checks
from bot.settings import Settings, SettingsUnusable, settings
from handlers.texts.operations.findings import BAD, Finding
from workflows.engine.case.installations import all_teams
from workflows.engine.case.team import team_of
from workflows.engine.errors import CountersignError
from workflows.engine.text.sanitize import sanitize


def check(*, as_json: bool) -> int:
    """Check the set-up, of all workspaces or of the one that is named; returns 1 where something does not work."""
    with one_line_errors():
        found = list(_found(settings()))
        if as_json:
            print_json(found)
        else:
            for finding in found:
                out.print(sanitize(f"{finding.level:<5} {finding.what}"))
                if finding.do:
                    out.print(sanitize(f"      {finding.do}"))
        return 1 if any(finding.level == BAD for finding in found) else 0


def _found(given: Settings) -> Iterator[Finding]:
    with process_of(given) as process:
        known = all_teams(process.database)
        if given.workspace is not None or len(known) < 2:
            with app_of(process, team_of(process.database, at=now(), workspace=given.workspace)) as app:
                yield from (replace(finding, do=advised(finding.do)) for finding in checks.findings(app))
            return
        yield from checks.findings_of_process(process.settings, process.database)
        shared = False
        for one in known:
            named = f"{one.name} ({one.workspace})"
            try:
                with app_of(process, team_of(process.database, at=now(), workspace=one.workspace)) as app:
                    if not shared:
                        yield from checks.findings_of_backups(app)
                        shared = True
                    for finding in checks.findings_of_team(app):
                        do = advised(finding.do, workspace=one.workspace)
                        yield replace(finding, what=f"{named}: {finding.what}", do=do)
            except (CountersignError, SettingsUnusable) as error:
                yield Finding(level=BAD, what=f"{named}: {error}", do="until then this workspace is not served")
