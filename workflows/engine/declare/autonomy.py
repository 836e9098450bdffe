"""The conditions under which a workflow may resolve a case alone, as its author declares them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

from workflows.engine.errors import BadDeclaration

Beginning = Literal["shadow", "draft"]
"""The levels at which a version with earned autonomy may begin."""
SECOND_OPINION = 0.15
"""The probability below which the local model's opinion is a doubt, where a workflow sets no other."""
SPOT_CHECKS = 0.05
"""The share of what goes alone that people look at afterwards, where a workflow sets no other."""
WRONG = 0.05
"""The share of what goes alone that may be wrong, where a promise names no other."""
SURE = 0.9
"""The certainty of a promise that names no other."""


@dataclass(frozen=True, kw_only=True)
class Autonomy:
    """The conditions under which a workflow may resolve a case alone."""

    at_least: float | None = None
    """The lowest confidence at which it may, above 0 and at most 1; None: never."""
    second_opinion: float | None = SECOND_OPINION
    """A probability from 0 to 1; None: the local model is not asked. A person decides where the local model, which
    learned from the examples, gives another model's proposal less than this.
    """
    needs_second: bool = False
    """True if a person also decides where the local model can say nothing, for example without examples."""
    spot_checks: float = SPOT_CHECKS
    """The share, from 0 to 1, of what goes alone that a person looks at afterwards, without seeing what was delivered;
    0: nobody does. It is drawn for each case by itself.
    """
    wrong: float | None = None
    """Promise of earned autonomy: the share of what goes alone that may be wrong, above 0 and below 1; None: it is not
    earned.
    """
    sure: float = SURE
    """The certainty of that promise, at least 0.5 and below 1."""
    begin: Beginning = "draft"
    """The level at which each version of a workflow with earned autonomy begins: shadow or draft."""
    veto: timedelta | None = None
    """Time for which a confident case is announced before it is delivered, at the level before it goes alone; None:
    there is no such level.
    """
    by_itself: bool = False
    """True if a workflow with earned autonomy goes up by itself as far as its evidence permits; else somebody who
    answers for it has to let it. It always goes down by itself.
    """

    def __post_init__(self) -> None:
        """Raise `BadDeclaration` for a floor, a promise or a probability outside its range."""
        self._check_promise()
        if self.at_least is not None and not (_is_number(self.at_least) and 0 < self.at_least <= 1):
            raise BadDeclaration(f"a floor is above 0 and at most 1, not {self.at_least!r}")
        if self.second_opinion is not None and not (_is_number(self.second_opinion) and 0 <= self.second_opinion <= 1):
            raise BadDeclaration(f"second_opinion is a probability from 0 to 1, not {self.second_opinion!r}")
        if not (_is_number(self.spot_checks) and 0 <= self.spot_checks <= 1):
            raise BadDeclaration(f"spot_checks is a share from 0 to 1, not {self.spot_checks!r}")
        if self.needs_second and self.second_opinion is None:
            raise BadDeclaration("needs_second asks for a second opinion, but second_opinion is None: give it a number")

    def _check_promise(self) -> None:
        if self.wrong is not None and not (_is_number(self.wrong) and 0 < self.wrong < 1):
            raise BadDeclaration(f"a promise is a share of wrong ones above 0 and below 1, not {self.wrong!r}")
        if not (_is_number(self.sure) and 0.5 <= self.sure < 1):
            raise BadDeclaration(f"sure is a certainty from 0.5 to below 1, not {self.sure!r}")
        if self.begin not in get_args(Beginning):
            raise BadDeclaration(f"a version begins at shadow or draft, not {self.begin!r}")
        if self.veto is not None and not (_is_time(self.veto) and self.veto > timedelta(0)):
            raise BadDeclaration(
                f"veto is a time for which a case is announced, such as timedelta(minutes=30), not {self.veto!r}"
            )
        if self.by_itself not in (True, False):
            raise BadDeclaration(f"by_itself is True or False, not {self.by_itself!r}")
        if self.wrong is not None and self.at_least is not None:
            raise BadDeclaration("a floor is either written out or earned: use Autonomy.floor or Autonomy.earned")
        if self.wrong is not None and not self.spot_checks:
            raise BadDeclaration("earned autonomy rests on spot checks: give spot_checks a share above 0")
        if self.wrong is None and (self.begin != "draft" or self.veto is not None or self.by_itself):
            raise BadDeclaration("begin, veto and by_itself belong to earned autonomy: use Autonomy.earned")

    @classmethod
    def draft(cls) -> "Autonomy":
        """Return the autonomy under which every case goes to a person."""
        return cls()

    @classmethod
    def floor(
        cls,
        confidence: float,
        *,
        second_opinion: float | None = SECOND_OPINION,
        needs_second: bool = False,
        spot_checks: float = SPOT_CHECKS,
    ) -> "Autonomy":
        """Return the autonomy that resolves cases alone whose every field is at least this sure (above 0, at most 1).

        `second_opinion`, `needs_second`: the local model's part in it, as in `Autonomy`. `spot_checks`: the share of
        them that people look at afterwards. Raise `BadDeclaration` for any other number.
        """
        return cls(
            at_least=confidence, second_opinion=second_opinion, needs_second=needs_second, spot_checks=spot_checks
        )

    @classmethod
    def earned(
        cls,
        *,
        wrong: float = WRONG,
        sure: float = SURE,
        begin: Beginning = "draft",
        veto: timedelta | None = None,
        by_itself: bool = False,
        second_opinion: float | None = SECOND_OPINION,
        needs_second: bool = False,
        spot_checks: float = SPOT_CHECKS,
    ) -> "Autonomy":
        """Return the autonomy that each deployed version earns: of what it resolves alone at most `wrong` is wrong, at
        every moment with the certainty `sure`.

        `begin`: `"shadow"`: people first decide without seeing proposals. `veto`: the time for which confident cases
        are announced first, where somebody can still stop them. `by_itself`: it goes up without a person's word. The
        others are as in `Autonomy`. Raise `BadDeclaration` for a number out of range.
        """
        if wrong is None:
            raise BadDeclaration("earned autonomy rests on a promise: give wrong a share, or use Autonomy.draft")
        return cls(
            wrong=wrong,
            sure=sure,
            begin=begin,
            veto=veto,
            by_itself=by_itself,
            second_opinion=second_opinion,
            needs_second=needs_second,
            spot_checks=spot_checks,
        )

    @property
    def is_earned(self) -> bool:
        """True if what goes alone is earned by evidence."""
        return self.wrong is not None


# Authors write declarations that nobody has checked: what is annotated need not be so.
def _is_number(value: object) -> bool:
    return isinstance(value, (int, float))


def _is_time(value: object) -> bool:
    return isinstance(value, timedelta)
