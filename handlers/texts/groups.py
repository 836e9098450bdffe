"""Messages about a user group that cannot be read: it gives nobody a right until somebody repairs it."""

from collections.abc import Sequence

from handlers.texts.pieces import Told, line, words

_NOT_THERE = frozenset({"no_such_subteam", "subteam_not_found", "usergroup_not_found", "subteam_disabled"})
"""Slack's codes for a group that does not exist."""
NOT_OURS = frozenset({"missing_scope", "no_permission", "permission_denied"})
"""Slack's codes for what we may not read."""


def why_unusable(group: str, code: str) -> str:
    """Return the reason why a user group cannot be read. `code`: Slack's code."""
    if code in _NOT_THERE:
        return f"There is no user group {group} in Slack, or it is disabled"
    if code in NOT_OURS:
        return f"Countersign may not read the user group {group}: its scope usergroups:read is missing"
    return f"Slack does not let Countersign read the user group {group} ({code})"


def unreadable(group: str, code: str, *, workflows: Sequence[str]) -> Told:
    """Draw that a user group cannot be read and gives nobody a right. `workflows`: those that name it as reviewers."""
    why = why_unusable(group, code)
    whom = f"It lets nobody decide {', '.join(workflows)}." if workflows else "It makes nobody an engineer."
    todo = "Repair it in Slack, or name another group or people; then run countersign doctor."
    return Told(
        brief=f"{why}. {whom}", parts=[[line(words(f"{why}.", bold=True)), line(words(whom)), line(words(todo))]]
    )
