"""What is said of a user group that cannot be read: nobody has a right by it, until somebody acts."""

from collections.abc import Sequence

from handlers.texts.pieces import Told, line, words

_NOT_THERE = frozenset({"no_such_subteam", "subteam_not_found", "usergroup_not_found", "subteam_disabled"})
"""Slack's words for a group that is not there."""
_NOT_OURS = frozenset({"missing_scope", "no_permission", "permission_denied"})
"""Its words for one that we may not look at."""


def why_unusable(group: str, code: str) -> str:
    """Why a user group cannot be read. `code`: Slack's word."""
    if code in _NOT_THERE:
        return f"There is no user group {group} in Slack, or it is disabled"
    if code in _NOT_OURS:
        return f"Countersign may not read the user group {group}: its scope usergroups:read is missing"
    return f"Slack does not let Countersign read the user group {group} ({code})"


def unreadable(group: str, code: str, *, workflows: Sequence[str]) -> Told:
    """That a user group cannot be read, so that nobody has a right by it. `workflows`: whose reviewers it names."""
    why = why_unusable(group, code)
    whom = f"By it nobody may decide {', '.join(workflows)}." if workflows else "By it nobody is an engineer."
    todo = "Mend it in Slack, or name another group or people; countersign doctor looks at all of them."
    return Told(
        brief=f"{why}. {whom}", parts=[[line(words(f"{why}.", bold=True)), line(words(whom)), line(words(todo))]]
    )
