"""Whose people may act here at all: those of the workspace, or of the organisation, that Countersign is installed in.

On Enterprise Grid a person's own team is their home workspace or the organisation, wherever they act, so that they are
told apart by where they act. An outsider of Slack Connect acts in another workspace, or in another organisation.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where something was done, as Slack says it."""

    team: str | None
    """The workspace; None where it was done in an organisation as a whole."""
    enterprise: str | None
    """The organisation; None outside Enterprise Grid."""
    home: str | None
    """The team that the person is said to be of; None where that is not said."""


@dataclass(frozen=True, kw_only=True)
class Installation:
    """Where Countersign is installed, as auth.test says it."""

    team: str
    """The workspace; for an organisation as a whole, what Slack names in its place."""
    enterprise: str | None = None
    """The organisation that the workspace belongs to; None outside Enterprise Grid."""
    whole: bool = False
    """Is it installed in the organisation as a whole?"""

    def admits(self, origin: Origin) -> bool:
        """May somebody from there act here? What they may do is another question."""
        if self.enterprise is None:
            # Outside an organisation everybody's team is the workspace, and anything else is somebody else's.
            return origin.team == self.team and origin.enterprise is None and origin.home in (None, self.team)
        if any(_is_enterprise(named) and named != self.enterprise for named in (origin.enterprise, origin.home)):
            return False
        if origin.team in (None, self.enterprise):
            return self.enterprise in (origin.enterprise, origin.team)
        return origin.team == self.team or (self.whole and origin.enterprise == self.enterprise)


def _is_enterprise(team: str | None) -> bool:
    return team is not None and team.startswith("E")
