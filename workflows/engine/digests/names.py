"""The names of the jobs that make digests, as settings and commands use them. Pure."""

from enum import StrEnum


class JobName(StrEnum):
    """The name of a job."""

    FAILURES = "failures"
    """The daily failure summary."""
    COST = "cost"
    """The cost of a day."""
    COST_MONTH = "cost-month"
    """The cost of a month."""
    QUALITY = "quality"
    """The weekly quality review: spot checks, edits and rejections."""
    NUMBERS = "numbers"
    """The business numbers of a week, and the question that follows from them."""
    BIAS = "bias"
    """Error, edit and escalation rates of a month, by the groups that workflows name."""
    SEAL = "seal"
    """The head of the sealed audit, each day, for those who keep it."""
