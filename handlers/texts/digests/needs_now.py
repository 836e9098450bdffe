"""Needs as they stand now, in words, for who pressed a button."""

from collections.abc import Sequence
from datetime import date

from handlers.texts.digests.amounts import count
from handlers.texts.operations import causes, health, workflows
from handlers.texts.pieces import Line, Paragraph, Told, bullets, channel, command, line, moment, words
from store.states import Health, RunState
from workflows.engine.digests.failures.views import LISTED, FailedCase, SystemNow, Unsent
from workflows.engine.health.views import ExpiryView
from workflows.engine.read.status_views import StatusView
from workflows.engine.text.sanitize import one_line

_NAME = 60


def no_doubt(workflow: str) -> Told:
    """Say that no delivery of a workflow is in doubt any more."""
    return _only(f"No delivery of {one_line(workflow, _NAME)} is in doubt any more.")


def more_doubts(number: int) -> Told:
    """Say that there are further deliveries in doubt. `number`: those that are known of."""
    many = "more" if number > LISTED else f"{number:,} more"
    return _only(f"There are {many}: answer these first, then press the button again.")


def failed_cases(workflow: str, found: Sequence[FailedCase]) -> Told:
    """List the failed cases of a workflow that belong to no known cause."""
    name = one_line(workflow, _NAME)
    if not found:
        return _only(f"No failed case of {name} is without a cause any more.")
    brief = f"Failed cases of {name}, for no known cause"
    lines = [_failed(one) for one in found[:LISTED]]
    more = [line(words("and more"))] if len(found) > LISTED else []
    again = line(words("To run one again: "), command("rerun", "CASE"), words(" To see it: "), command("case", "CASE"))
    return Told(brief=brief, parts=[[line(words(brief, bold=True)), bullets([*lines, *more]), again]])


def _failed(one: FailedCase) -> Line:
    said = "parked" if one.state is RunState.PARKED else "failed"
    return line(words(f"Case {one.case}, {said} since "), moment(one.since))


def system(now: SystemNow, today: date) -> Told:
    """Say how a system is, and which causes of failures are about it."""
    name, said = one_line(now.name, _NAME), list[Paragraph]()
    if now.view is None:
        said.append(line(words(f"{name} is not called any more.")))
    else:
        if now.view.state is Health.WELL:
            said.append(line(words(f"{name} is well again.", bold=True)))
        said += health.of_one(now.view, today)
    about = causes.listed(now.causes).parts if now.causes else []
    return Told(brief=f"How {name} is", parts=[said, *about])


def budget(view: StatusView, workflow: str) -> Told:
    """Say how a workflow stands, with what it spent, and how its cases get a proposal."""
    again = line(words("To have the model asked about what waits without a proposal: "), command("propose", workflow))
    status = workflows.status(view)
    return Told(brief=status.brief, parts=[*status.parts, [again]])


def accesses(found: Sequence[ExpiryView]) -> Told:
    """Say which accesses end soon."""
    if not found:
        return _only("No access ends soon any more.")
    return Told(brief="Accesses that end soon", parts=[part for one in found for part in health.expiry(one).parts])


def unsent(found: Sequence[Unsent]) -> Told:
    """List the messages that were given up, by channel."""
    if not found:
        return _only("No message is given up any more.")
    lines = [
        line(words(f"{count(one.number, 'message')} to "), channel(one.channel), words(f": {_why(one)}"))
        for one in found[:LISTED]
    ]
    brief = "Messages that were given up"
    check = line(words("To have the set-up checked: "), command("doctor", ""))
    return Told(brief=brief, parts=[[line(words(brief, bold=True)), bullets(lines), check]])


def _why(one: Unsent) -> str:
    return one_line(one.error, _NAME)


def _only(said: str) -> Told:
    return Told(brief=said, parts=[[line(words(said))]])
