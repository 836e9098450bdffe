"""The thing that a button or a form is about, read for a person who may know of it."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from handlers.slack.context import NotHere, SlackContext
from handlers.slack.ids import Shown
from handlers.slack.payloads import Click, Search, Submission
from store.subjects import SubjectKind
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Unknown


class OfCase(Protocol):
    """A read model of something that belongs to a case."""

    @property
    def case(self) -> int:
        """The case's id."""
        ...


FoundT = TypeVar("FoundT", bound=OfCase)


def read_shown(
    slack: SlackContext,
    acted: Click | Search | Submission,
    shown: Shown,
    kind: SubjectKind,
    read: Callable[[Context, int], FoundT],
    *,
    wants: str,
) -> FoundT:
    """Read what a person was shown. Raise `Refused`, which is audited.

    Refused are a number from before a restore, whatever is not there, and a person from elsewhere. Their rights are
    still to be checked.
    """
    user, subject = acted.user.id, kind.of(shown.id)
    with slack.watched_stray(subject, by=user, wants="see"):
        slack.known_here(shown.generation)
    try:
        found = read(slack.context, shown.id)
    except Unknown as error:
        slack.not_there(subject, acted.origin, by=user, wants=wants)
        raise NotHere from error
    with slack.watched(found.case, by=user, wants="see"):
        slack.admit(acted.origin)
    return found


def read_workflow(
    slack: SlackContext,
    acted: Click | Search | Submission,
    shown: Shown,
    name_of: Callable[[], str],
    *,
    right: Callable[[str, AnyWorkflow], None],
    wants: str,
) -> AnyWorkflow:
    """Return the workflow that what a person was shown belongs to. Raise `Refused`, which is audited.

    Refused are a number from before a restore, whatever is not there, and whoever may not read the workflow's cases or
    lacks the right. `name_of`: returns the workflow's name, or raises `Unknown`.
    """
    by, stray = acted.user.id, SubjectKind.WORKFLOW.unnumbered
    with slack.watched_stray(stray, by=by, wants=wants):
        slack.known_here(shown.generation)
    try:
        workflow = slack.context.registry.get(name_of())
    except Unknown as error:
        slack.not_there(stray, acted.origin, by=by, wants=wants)
        raise NotHere from error
    with slack.watched_of_workflow(workflow.name, by=by, wants=wants):
        slack.admit(acted.origin)
        with slack.discreet(workflow.name, acted.channel):
            slack.rights.read(by, workflow)
        right(by, workflow)
    return workflow
