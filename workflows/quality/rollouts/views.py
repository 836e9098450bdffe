"""Read models of rollouts: what people are told of a version that is watched, goes live, or is taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class News(StrEnum):
    """News of a version."""

    LIVE = "live"
    """It was watched and is live now."""
    WORSE = "worse"
    """It was watched, is worse, and ended."""
    CANT_TELL = "cant_tell"
    """It is still watched, and nothing can be told yet."""
    ROLLED_BACK = "rolled_back"
    """It was live and worse than promised; the version before it is live again."""
    NO_WAY_BACK = "no_way_back"
    """It is live and worse than promised, and there is no version before it."""
    ANSWERS_OTHERWISE = "answers_otherwise"
    """It is live, and its model answers the same questions otherwise than when it went live."""


@dataclass(frozen=True, kw_only=True)
class RolloutNote:
    """News of a version, as they were when they were noted."""

    news: News
    workflow: str
    owner: str
    """Id of the workflow's owner; empty where this process does not know the workflow."""
    number: int
    """Number of the deployment."""
    is_shared: bool
    """True if it was used for a share of the cases, so that the errors are of separate cases."""
    pairs: int | None = None
    """Cases that people judged; None where none are counted."""
    only_new_wrong: int = 0
    """For a share: all errors of the new version."""
    only_live_wrong: int = 0
    days: int | None = None
    """Days for which it has been watched."""
    what: str | None = None
    """Code of what was more than promised."""
    found: int = 0
    of: int = 0
    promised: float | None = None
    """Highest share that was promised, 0 to 1."""
    again: int | None = None
    """Number of the version that is live again."""
    cost: int = 0
    """Cases that its errors cost: those that people had to put right."""
    cases: Sequence[int] = ()
    """Some of these cases."""
    since: str | None = None
    """Day since which its model answers otherwise, as YYYY-MM-DD."""
    probes: int = 0
    """Probes that its model answered that day."""
    changed: int = 0
    """Those that were answered otherwise than when it went live."""
    lost: int = 0
    """Those of them that were right then and are wrong now."""
    models: Sequence[str] = ()
    """Names of the models that answered, as the vendor gives them."""
    models_before: Sequence[str] = ()
    """Those that answered when it went live."""


@dataclass(frozen=True, kw_only=True)
class UnderWay:
    """A version that is watched beside the live one."""

    workflow: str
    number: int
    is_shared: bool
    """True if it is used for a share of the cases, and not only asked beside the live one."""
    share: float
    """Share of the cases, 0 to 1."""
    margin: float
    sure: float
    since: datetime
    live_number: int | None
    asked: int
    """Cases for which it was asked beside the live version; 0 where it is used for a share."""
    pairs: int
    """Cases that people judged; for a share: labels of the new version."""
    only_new_wrong: int
    only_live_wrong: int
    live_labels: int
    """Labels of the live version meanwhile, for a share."""
    more: int | None
    """About how many more are needed; None where nobody can tell."""
    days: int | None
    """Days until these are there, at the labels of the last two weeks; None where nobody can tell."""
    untold: int
    """Cases whose label does not tell which version is right."""
    cost: Decimal
    """US dollars."""


@dataclass(frozen=True, kw_only=True)
class Probed:
    """The last probe of a live version."""

    workflow: str
    number: int
    """Number of the deployment."""
    day: str
    """Local date as YYYY-MM-DD."""
    is_first: bool
    """True on the day when it went live: each probe was asked twice."""
    asked: int
    changed: int
    """Answers that are others than those of the first day; on the first day, those that differ when asked again."""
    right: int
    vary: int
    """Answers of the first day that differed when asked again."""
    models: Sequence[str]
    """Names of the models that answered, as the vendor gives them."""
