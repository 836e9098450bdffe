"""Admission: only people of the workspace or organisation that Countersign is installed in may act here.

On Enterprise Grid a person's own team is their home workspace or the organisation, wherever they act. So the place
where they act decides. A Slack Connect outsider acts in another workspace, or in another organisation.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Place where a person acted, as Slack reports it."""

    team: str | None
    """Workspace id; None where it was done in an organisation as a whole."""
    enterprise: str | None
    """Organisation id; None outside Enterprise Grid."""
    home: str | None
    """Team that Slack says the person belongs to; None where it does not say."""


@dataclass(frozen=True, kw_only=True)
class Installation:
    """Place where Countersign is installed, as auth.test reports it."""

    team: str
    """Workspace id; for an organisation as a whole, the id that Slack gives in its place."""
    enterprise: str | None = None
    """Organisation that the workspace belongs to; None outside Enterprise Grid."""
    whole: bool = False
    """True if it is installed in the organisation as a whole."""

    def admits(self, origin: Origin) -> bool:
        """Tell whether a person from there may act here at all. Rights are checked elsewhere."""
        if self.enterprise is None:
            # Outside an organisation everybody's team is the workspace; any other team belongs to outsiders.
            return origin.team == self.team and origin.enterprise is None and origin.home in (None, self.team)
        if any(_is_enterprise(named) and named != self.enterprise for named in (origin.enterprise, origin.home)):
            return False
        if origin.team in (None, self.enterprise):
            return self.enterprise in (origin.enterprise, origin.team)
        return origin.team == self.team or (self.whole and origin.enterprise == self.enterprise)


def _is_enterprise(team: str | None) -> bool:
    return team is not None and team.startswith("E")
