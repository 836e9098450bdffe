"""The evidence of one epoch together: what it permits, how much is looked at, when it is taken back. Pure.

It follows from the cases that were worked in, the spot checks, and what people allowed, in this order and nothing else:
worked in one by one or computed anew from the rows, it is the same to the last digit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflows.quality.autonomy.certifying.alarm import DOUBT, TRIGGER, Alarm
from workflows.quality.autonomy.certifying.certifier import Certifier, Floor, Promise
from workflows.quality.autonomy.certifying.suspicion import Suspicion

FEWEST = 200
"""Labels before anything is permitted."""
BOOST = 0.5
"""Probability with which what goes alone is looked at while there is doubt, or shortly after more was let go."""
FIRST = 275
"""Looks with that probability after the first cases were let go alone."""
PROBATION = 50
"""Looks with that probability after more was let go, at least."""
SUSPECTED = 100
"""Cases that go alone for which more is looked at once the share of confident cases has moved."""


@dataclass(frozen=True, kw_only=True)
class Looked:
    """A case whose proposal a person judged, with what was settled before."""

    score: float
    """Highest floor at which it would go alone, 0 to 1."""
    is_error: bool
    probability: float
    """Probability with which a person looked at it."""
    least: float
    """Smallest probability with which any case was looked at then."""


@dataclass(kw_only=True)
class Earning:
    """The evidence of one epoch, as far as it was worked in."""

    certifier: Certifier
    alarm: Alarm
    suspicion: Suspicion | None = None
    """None before anything goes alone, and where no scores were known."""
    fewest: int = FEWEST
    """Labels before anything is permitted."""
    floor: float | None = None
    """Lowest score that people let go alone; None: nothing."""
    labels: int = 0
    """Labels that were worked in."""
    on_probation: int = 0
    """Looks for which more is looked at, because more was let go alone."""
    suspected: int = 0
    """Cases above the floor for which more is looked at, because what comes in has changed."""

    @classmethod
    def begin(cls, promise: Promise, floors: Sequence[Floor], *, fewest: int = FEWEST) -> "Earning":
        """Return the evidence of an epoch that begins: none."""
        certifier = Certifier(promise=promise, floors=tuple(floors))
        return cls(certifier=certifier, alarm=Alarm(wrong=promise.wrong), fewest=fewest)

    def work_in(self, case: Looked) -> None:
        """Take in a judged case, in the order of the cases. Raise `ValueError` for numbers out of range."""
        self.certifier.work_in(score=case.score, is_error=case.is_error, probability=case.probability, least=case.least)
        self.labels += 1

    def work_in_all(self, cases: Iterable[Looked]) -> None:
        """Take in judged cases, in the order of the cases."""
        for case in cases:
            self.work_in(case)

    def checked(self, *, is_error: bool) -> None:
        """Take in a spot check of a case that went alone, as it comes."""
        self.on_probation = max(0, self.on_probation - 1)
        self.alarm.work_in(is_error=is_error)

    def saw(self, score: float) -> None:
        """Take in a case without a label: where the share of confident ones moves, more is looked at."""
        if self.floor is None or self.suspicion is None:
            return
        is_confident = score >= self.floor
        if is_confident:
            self.suspected = max(0, self.suspected - 1)
        if self.suspicion.saw(is_confident=is_confident):
            self.suspected = SUSPECTED

    def allow(self, floor: Floor) -> None:
        """Let cases go alone from a floor on: for a while more of them is looked at."""
        looks = FIRST if self.floor is None else PROBATION
        self.on_probation = max(self.on_probation, looks)
        self.floor = floor.at
        self.suspicion = Suspicion(expected=floor.coverage) if floor.coverage else None

    @property
    def permitted(self) -> Floor | None:
        """The loosest floor from which the evidence permits cases to go alone from now on; None: from none."""
        return self.certifier.permitted() if self.labels >= self.fewest else None

    def permitted_from(self, at: float) -> Floor | None:
        """Return the loosest floor that was ever shown and lets no more go alone than one does; None where there is
        none. `at`: the score of that one.
        """
        shown = self.certifier.shown() if self.labels >= self.fewest else ()
        return next((floor for floor in reversed(shown) if floor.at >= at), None)

    def permits(self, at: float) -> bool:
        """Tell whether cases may go on to go alone from this score on."""
        found = self.permitted_from(at)
        return found is not None and found.at == at

    @property
    def is_alarmed(self) -> bool:
        """True if what goes alone has become worse than promised."""
        return self.alarm.wealth >= TRIGGER

    def probability(self, base: float) -> float:
        """Return the probability with which what goes alone next is looked at. `base`: the workflow's own."""
        is_in_doubt = self.on_probation > 0 or self.suspected > 0 or self.alarm.wealth >= DOUBT
        return max(base, BOOST) if is_in_doubt else base

    def kept(self) -> Mapping[str, Any]:
        """Return it as JSON."""
        return {
            "promise": [self.certifier.promise.wrong, self.certifier.promise.sure],
            "floors": [[one.at, one.coverage, one.level] for one in self.certifier.floors],
            "wealth": [list(bets) for bets in self.certifier.wealth],
            "best": list(self.certifier.best),
            "alarm": list(self.alarm.held),
            "suspicion": [self.suspicion.expected, self.suspicion.rose, self.suspicion.fell]
            if self.suspicion is not None
            else None,
            "fewest": self.fewest,
            "floor": self.floor,
            "labels": self.labels,
            "on probation": self.on_probation,
            "suspected": self.suspected,
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Earning":
        """Return it from JSON. Raise `ValueError` for floors or numbers that cannot be."""
        wrong, sure = kept["promise"]
        floors = tuple(Floor(at=at, coverage=coverage, level=level) for at, coverage, level in kept["floors"])
        certifier = Certifier(
            promise=Promise(wrong=wrong, sure=sure),
            floors=floors,
            wealth=[list(bets) for bets in kept["wealth"]],
            best=list(kept["best"]),
        )
        suspicion = kept["suspicion"]
        return cls(
            certifier=certifier,
            alarm=Alarm(wrong=wrong, held=list(kept["alarm"])),
            suspicion=Suspicion(expected=suspicion[0], rose=suspicion[1], fell=suspicion[2]) if suspicion else None,
            fewest=kept.get("fewest", FEWEST),
            floor=kept["floor"],
            labels=kept["labels"],
            on_probation=kept["on probation"],
            suspected=kept["suspected"],
        )
