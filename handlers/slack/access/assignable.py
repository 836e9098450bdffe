"""The people to whom a review can be assigned: those who may decide it, and are still there.

A person asks while they choose somebody, and the upkeep of assignments asks for all. Answers of Slack are remembered as
for every right, so neither asks much.
"""

from collections.abc import Collection
from functools import partial

from handlers.slack.access.rights import NotAllowed, PersonKind, Rights, UnknownKind, Unsure, UnusableGroup
from handlers.who import WhoKind, named
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused
from workflows.engine.review.assignment.upkeep import Reviewers

_NOBODY = frozenset({"user_not_found", "user_not_visible"})
"""Slack's codes for an id that is nobody's here."""


class NotAssignable(Refused):
    """The person may not decide the review."""

    def __init__(self, person: str, *, is_app: bool = False) -> None:
        """Keep why. `is_app`: it is an app, and no person."""
        self.is_app = is_app
        super().__init__(f"{person} may not decide it")


def refuse_assignee(rights: Rights, person: str, workflow: AnyWorkflow) -> None:
    """Raise `NotAssignable` unless a person may decide a workflow's reviews; `Unsure` where that is not known now.

    A user group that cannot be read, or a kind that cannot be told, is raised as such.
    """
    try:
        rights.decide(person, workflow)
    except (UnusableGroup, UnknownKind):
        raise
    except NotAllowed as error:
        raise NotAssignable(person) from error
    try:
        kind = rights.kind_of(person)
    except UnknownKind as error:
        # Whoever is named by id was meant, unless there is no such person.
        if error.code in _NOBODY:
            raise NotAssignable(person) from error
        return
    if kind in (PersonKind.GONE, PersonKind.BOT):
        raise NotAssignable(person, is_app=kind is PersonKind.BOT)


def reviewers_of(rights: Rights) -> Reviewers:
    """Return how the upkeep of assignments finds out who may decide."""
    return Reviewers(of=partial(_of, rights), may_decide=partial(_may_decide, rights))


def _of(rights: Rights, workflow: AnyWorkflow) -> Collection[str] | None:
    found = set[str]()
    for one in named(workflow.review.reviewers):
        try:
            found |= {one.id} if one.kind is WhoKind.PERSON else set(rights.members(one.id))
        except (Unsure, UnusableGroup):
            return None
    return found


def _may_decide(rights: Rights, person: str, workflow: AnyWorkflow) -> bool | None:
    try:
        refuse_assignee(rights, person, workflow)
    except NotAssignable:
        return False
    except (Unsure, NotAllowed):
        return None
    return True
