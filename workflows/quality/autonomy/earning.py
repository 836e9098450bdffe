"""The evidence of one epoch together: what it permits, how much is looked at, when it is taken back. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflows.quality.autonomy.alarm import DOUBT, TRIGGER, Alarm
from workflows.quality.autonomy.certifier import Certifier, Floor, Promise
from workflows.quality.autonomy.suspicion import Suspicion

FEWEST = 200
"""Labels before anything is permitted."""
BOOST = 0.5
"""Probability with which what goes alone is looked at while there is doubt, or shortly after more was let go."""
PROBATION = 50
"""Looks after more was let go alone that are made with that probability."""
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
    """None before anything goes alone."""
    floor: float | None = None
    """Lowest score that people let go alone; None: nothing."""
    labels: int = 0
    """Labels that were worked in."""
    on_probation: int = 0
    """Looks for which more is looked at, because more was let go alone."""
    suspected: int = 0
    """Cases above the floor for which more is looked at, because what comes in has changed."""

    @classmethod
    def begin(cls, promise: Promise, floors: Sequence[Floor]) -> "Earning":
        """Return the evidence of an epoch that begins: none."""
        return cls(certifier=Certifier(promise=promise, floors=tuple(floors)), alarm=Alarm(wrong=promise.wrong))

    def work_in(self, case: Looked) -> None:
        """Take in a judged case, in the order of the cases."""
        self.labels += 1
        self.certifier.work_in(score=case.score, is_error=case.is_error, probability=case.probability, least=case.least)

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
        self.floor = floor.at
        self.on_probation = PROBATION
        self.suspicion = Suspicion(expected=floor.coverage)

    @property
    def permitted(self) -> Floor | None:
        """The loosest floor that the evidence permits; None where it permits nothing."""
        return self.certifier.certified() if self.labels >= FEWEST else None

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
            "wealth": self.certifier.wealth,
            "best": self.certifier.best,
            "alarm": self.alarm.held,
            "suspicion": [self.suspicion.expected, self.suspicion.rose, self.suspicion.fell]
            if self.suspicion is not None
            else None,
            "floor": self.floor,
            "labels": self.labels,
            "on probation": self.on_probation,
            "suspected": self.suspected,
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Earning":
        """Return it from JSON."""
        wrong, sure = kept["promise"]
        floors = tuple(Floor(at=at, coverage=coverage, level=level) for at, coverage, level in kept["floors"])
        certifier = Certifier(
            promise=Promise(wrong=wrong, sure=sure), floors=floors, wealth=kept["wealth"], best=kept["best"]
        )
        suspicion = kept["suspicion"]
        return cls(
            certifier=certifier,
            alarm=Alarm(wrong=wrong, held=kept["alarm"]),
            suspicion=Suspicion(expected=suspicion[0], rose=suspicion[1], fell=suspicion[2]) if suspicion else None,
            floor=kept["floor"],
            labels=kept["labels"],
            on_probation=kept["on probation"],
            suspected=kept["suspected"],
        )
