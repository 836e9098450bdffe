"""The declaration of how people review a workflow's cases: who, within which time, and what follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, get_args

from workflows.engine.declare.names import is_group, names_in
from workflows.engine.declare.seconds import MOST, Second
from workflows.engine.declare.working_hours import WorkingHours
from workflows.engine.errors import BadDeclaration

OnExpiry = Literal["hold", "reject", "approve", "escalate"]
LAPSES: tuple[OnExpiry, ...] = ("reject", "approve")
"""The rules by which a review that nobody answers is settled without a person."""
"""The rule for a review that nobody answers in time.

It stays open and overdue; its case closes; its proposal is delivered, where nothing but an answer is missing; or it
stays open, and other people are asked to decide it.
"""
Assign = Literal["least_busy"]
"""The rule for who is to decide a review that opens: the reviewer with the fewest open ones."""
MOST_ASKED = 3
"""Most people to whom a review goes when it is escalated."""
LONGEST_ID = 100
"""Most characters of a person's id."""
MOST_REASONS = 20
"""Most reasons for a rejection to choose from."""
LONGEST_REASON = 75
"""Most characters of one of them."""
MAX_GRACE = timedelta(days=1)
"""Longest time in which a decision can be taken back."""
LONGEST_ANSWER = timedelta(days=366)
"""Longest time within which people are asked to answer."""
SOONEST_REMINDER = timedelta(minutes=5)
"""Shortest time after which people are reminded of a review."""
MOST_REMINDERS = 10
"""Most reminders of one review: each comes after twice as long."""


@dataclass(frozen=True, kw_only=True)
class Review:
    """Settings of the reviews of a workflow."""

    post_to: str | None = None
    """The channel where cards are shown. Being a member of it gives no right."""
    reviewers: str | Sequence[str] | None = None
    """User ids or a user group: the people who may decide. None: only a person at the command line may."""
    answer_within: timedelta = timedelta(hours=8)
    """Time within which a person is asked to answer: working time, where `hours` are declared."""
    hours: WorkingHours | None = None
    """The hours in which people work, in the workflow's time zone; None: around the clock."""
    on_expiry: OnExpiry = "hold"
    """The rule for a review that nobody answers in time. A case that closes or is delivered by it is shown as a lapse
    and counts as no decision.
    """
    escalate_to: str | Sequence[str] = ()
    """Up to 3 user ids, such as the owner's: people who may decide too, and whom a reviewer can ask to."""
    assign: Assign | None = None
    """The rule by which one reviewer is named for each review; None: it is anybody's. It bars nobody from deciding."""
    remind_after: timedelta | None = None
    """Time after which people are first reminded, working time as for `answer_within`; None: half of that. They are
    reminded again once it has passed twice, 4 times, 8 times, and so on.
    """
    reminders: int = 5
    """Most reminders of one review; 0: none."""
    by_hand: timedelta | None = None
    """Time that a person needs for such a case without Countersign."""
    text_in_channel: bool = True
    """False: a channel is shown neither the case's own words nor free text of the output. They stand in the form and
    under Details, for those who may read the case.
    """
    source_answers_within: timedelta = timedelta(days=2)
    """Time for which a case waits for its source's answer to a person's question; then the review opens again."""
    reject_reasons: Sequence[str] = ()
    """Reasons for a rejection that a reviewer can choose from, in place of writing one or beside it."""
    grace: timedelta = timedelta(0)
    """Time between a person's decision and its delivery, up to a day, in which that person can take it back."""
    second: Second[Any, Any] | Sequence[Second[Any, Any]] = ()  # Any: each is written for its workflow's own forms
    """Further persons, each another one, who approve after the first, in this order and each above its own limit."""
    self_approval: bool = True
    """False: whoever handed a case in, or asked for its rerun or its correction, may not decide it."""
    guests: bool = False
    """True if guests of the workspace may decide as members of a group. Named by id, a person may in any case."""

    def __post_init__(self) -> None:
        """Raise `BadDeclaration` for reasons, times or second persons that cannot be."""
        if not timedelta(0) < self.answer_within <= LONGEST_ANSWER:
            raise BadDeclaration(f"answer_within is more than nothing and at most 366 days, not {self.answer_within}")
        if self.remind_after is not None and not SOONEST_REMINDER <= self.remind_after <= LONGEST_ANSWER:
            raise BadDeclaration(f"remind_after is from 5 minutes to 366 days, not {self.remind_after}")
        if type(self.reminders) is not int or not 0 <= self.reminders <= MOST_REMINDERS:
            raise BadDeclaration(f"reminders are 0 to {MOST_REMINDERS}, not {self.reminders!r}")
        object.__setattr__(self, "reject_reasons", _reasons(self.reject_reasons))
        if self.on_expiry not in get_args(OnExpiry):
            raise BadDeclaration(f"on_expiry has to be one of {', '.join(get_args(OnExpiry))}, not {self.on_expiry!r}")
        if self.assign is not None and self.assign not in get_args(Assign):
            raise BadDeclaration(
                f"assign has to be one of {', '.join(get_args(Assign))}, or left out, not {self.assign!r}"
            )
        asked = names_in(self.escalate_to)
        if len(asked) > MOST_ASKED or any(is_group(one) or " " in one or len(one) > LONGEST_ID for one in asked):
            raise BadDeclaration(f"escalate_to names up to {MOST_ASKED} people by their ids, not {self.escalate_to!r}")
        if self.on_expiry == "escalate" and not asked:
            raise BadDeclaration("on_expiry='escalate' needs escalate_to: the people who are asked then")
        if not timedelta(0) <= self.grace <= MAX_GRACE:
            raise BadDeclaration(f"a grace period is from nothing to one day, not {self.grace}")
        if len(self.seconds) > MOST:
            raise BadDeclaration(f"a review has at most {MOST} second persons, not {len(self.seconds)}")

    @property
    def seconds(self) -> tuple[Second[Any, Any], ...]:  # Any: as for `second`
        """The second persons, in order."""
        return (self.second,) if isinstance(self.second, Second) else tuple(self.second)


def _reasons(given: Sequence[str]) -> tuple[str, ...]:
    """Return reasons for a rejection. Raise `BadDeclaration` for some that cannot be shown or told apart."""
    reasons = () if isinstance(given, str) else tuple(given)
    fits = all(type(one) is str and one.strip() == one and one.isprintable() for one in reasons)
    lengths = all(0 < len(one) <= LONGEST_REASON for one in reasons) if fits else False
    if isinstance(given, str) or not lengths or len(reasons) > MOST_REASONS or len(set(reasons)) < len(reasons):
        raise BadDeclaration(
            f"reject_reasons are at most {MOST_REASONS} different texts of 1 to {LONGEST_REASON} printable "
            "characters, without spaces around them"
        )
    return reasons
