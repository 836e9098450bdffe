"""Codes of earned autonomy: why an epoch began or ended, why nothing goes alone for now, what people are told."""

from enum import StrEnum


class Began(StrEnum):
    """Reasons for the beginning of an epoch."""

    LIVE = "live"
    """Its version went live."""
    AGAIN = "again"
    """Its version is live again: what was known of it is of other times."""
    SHARING = "sharing"
    """Its version is used for a share of the cases."""
    FOUND = "found"
    """Its version was used already when its autonomy became earned."""
    PROMISE = "promise"
    """Its workflow promises something else."""
    DEMOTED = "demoted"
    """Cases that went alone before were taken back."""
    WITHDRAWN = "withdrawn"
    """A person wants evidence that is new."""


class End(StrEnum):
    """Reasons for the end of an epoch."""

    REPLACED = "replaced"
    """Its version is not used any more."""
    DEMOTED = "demoted"
    """Cases that went alone became worse than promised."""
    PROMISE = "promise"
    """Its workflow promises something else."""
    WITHDRAWN = "withdrawn"
    """A person took it back, with what it rested on."""
    NOT_EARNED = "not_earned"
    """Its workflow earns its autonomy no more."""


class Held(StrEnum):
    """Reasons why nothing goes alone for now."""

    BEHIND = "behind"
    """Spot checks wait for more than two working days."""


class News(StrEnum):
    """News of earned autonomy that people are told."""

    NARROWED = "narrowed"
    """Less goes alone: labels that it rested on were taken back or changed."""
    UNANNOUNCED = "unannounced"
    """People decide what was announced: its workflow declares no time for a veto any more."""
    RESTORED = "restored"
    """People decide until it is let again: the database was restored from a backup."""
    WITHDRAWN = "withdrawn"
    """A person took back some or all of what went alone."""
    DEMOTED = "demoted"
    """Nothing goes alone any more: what went alone became worse than promised."""
    HELD = "held"
    """Nothing goes alone until spot checks are looked at."""
    FREE = "free"
    """It goes alone again: spot checks were looked at."""
