"""Counts of a fault's effects, once the system has drained: lost, doubled, wrong, silent, and extra calls of the model.

Pure functions over the evidence, which `gathering` reads from the database, the systems of record and the channels.
What is counted is named, so that a test that fails says what happened and not only that it did.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

ENDED = frozenset({"delivered", "closed"})
STOPPED = frozenset({"failed", "doubtful", "parked"})
DECIDING = frozenset({"approved", "edited", "answered"})
"""Decisions that owe an effect."""


@dataclass(frozen=True, kw_only=True)
class CaseNow:
    """A case, as the database has it."""

    input: JsonValue
    """Input of the case's newest run."""
    state: str
    open_reviews: int


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A run that failed, parked or came into doubt."""

    run: int
    told: bool
    """True if the failures channel was told."""
    asked: bool = True
    """True unless the run is in doubt and nobody sees the question."""


@dataclass(frozen=True, kw_only=True)
class Decided:
    """A decision, as the database has it."""

    review: int
    version: int
    kind: str
    key: str | None
    """Key of the effect that it owes; None where it owes none."""
    stopped: bool
    """True if a later stop has to be handled by a person first."""


@dataclass(frozen=True, kw_only=True)
class Effect:
    """A real effect in a system of record."""

    key: str
    values: JsonValue


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A message that everybody can see."""

    channel: str
    rows: frozenset[int]
    """Outbox rows that the message names."""


@dataclass(frozen=True, kw_only=True)
class Intent:
    """An outbox row."""

    row: int
    key: str
    state: str
    told: bool = True
    """True unless the row was given up and nobody was told."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Everything known after the system has drained."""

    accepted: Sequence[tuple[int, JsonValue]] = ()
    """(case, input) for each input that was accepted, in order."""
    cases: Mapping[int, CaseNow] = field(default_factory=dict)
    stops: Sequence[Stop] = ()
    clicks: Sequence[tuple[int, int]] = ()
    """(review, version) for each decision that was acknowledged to its person."""
    decisions: Sequence[Decided] = ()
    applied: Mapping[str, JsonValue] = field(default_factory=dict)
    """Values that the database says were applied, by key."""
    effects: Sequence[Effect] = ()
    entitled: Mapping[str, Sequence[JsonValue]] = field(default_factory=dict)
    """Values that somebody decided, or that were proposed and resolved alone, by key."""
    messages: Sequence[Shown] = ()
    intents: Sequence[Intent] = ()
    digests: Sequence[str] = ()
    """Period of each digest that was made."""
    heard: Sequence[str] = ()
    """Kind of each event that had a consequence; the tests send one of a kind."""
    questions: int = 0
    """Number of questions to the model."""
    asks: int = 0
    """Number of questions that were necessary: one for each run, and for each failure of the model's own."""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """The counts of a run of the tests."""

    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    extra_calls: int = 0
    """Paid calls of the model beyond the necessary ones: reported and bounded, but no fault."""

    @property
    def clean(self) -> bool:
        """True if nothing is lost, doubled, wrong or silent."""
        return not (self.lost or self.doubled or self.wrong or self.silent)


def count(evidence: Evidence) -> Counts:
    """Count everything."""
    return Counts(
        lost=tuple(lost(evidence)),
        doubled=tuple(doubled(evidence)),
        wrong=tuple(wrong(evidence)),
        silent=tuple(silent(evidence)),
        extra_calls=max(0, evidence.questions - evidence.asks),
    )


def lost(evidence: Evidence) -> Iterable[str]:
    """Yield lost things: an input without end, review or visible stop; a decision without effect; an unsent row."""
    told = all(stop.told for stop in evidence.stops)
    for case, input in dict(evidence.accepted).items():
        stands = evidence.cases.get(case)
        if stands is None:
            yield f"case {case}: accepted, and not there"
        elif stands.input != input:
            yield f"case {case}: what was accepted last is not what its newest run is about"
        elif not (
            stands.state in ENDED
            or (stands.state == "waiting" and stands.open_reviews == 1)
            or (stands.state in STOPPED and told)
        ):
            yield f"case {case}: {stands.state}, with {stands.open_reviews} open reviews"
    recorded = {(decided.review, decided.version) for decided in evidence.decisions}
    had = {effect.key for effect in evidence.effects}
    for review, version in evidence.clicks:
        if (review, version) not in recorded:
            yield f"review {review}.{version}: a decision was acknowledged, and none is recorded"
    for decided in evidence.decisions:
        if decided.key is not None and decided.key not in had and not (decided.stopped and told):
            yield f"review {decided.review}.{decided.version}: {decided.kind}, and {decided.key} never happened"
    for key in evidence.applied:
        if key not in had:
            yield f"{key}: recorded as applied, and it never happened"
    for intent in evidence.intents:
        if intent.state not in ("sent", "held", "dead"):
            yield f"{intent.key}: still {intent.state}"


def doubled(evidence: Evidence) -> Iterable[str]:
    """Yield doubled things: more than one message of a row, effect of a key, or decision, where one is right."""
    names = {intent.row: intent.key for intent in evidence.intents}
    shown = Counter((row, message.channel) for message in evidence.messages for row in message.rows)
    yield from (f"{names.get(row, row)}: {n} messages in {where}" for (row, where), n in shown.items() if n > 1)
    yield from _twice("effect", (effect.key for effect in evidence.effects))
    yield from _twice("decision", ((decided.review, decided.version) for decided in evidence.decisions))
    yield from _twice("owed", (decided.key for decided in evidence.decisions if decided.key is not None))
    yield from _twice("digest", evidence.digests)
    yield from _twice("event", evidence.heard)
    for case, stands in evidence.cases.items():
        if stands.open_reviews > 1:
            yield f"case {case}: {stands.open_reviews} open reviews"


def wrong(evidence: Evidence) -> Iterable[str]:
    """Yield wrong things: a value that nobody decided or proposed, or another one than the database says."""
    for effect in evidence.effects:
        if effect.values not in evidence.entitled.get(effect.key, ()):
            yield f"{effect.key}: {effect.values} was applied, and nobody decided that"
        elif effect.key in evidence.applied and evidence.applied[effect.key] != effect.values:
            yield f"{effect.key}: {effect.values} was applied, and {evidence.applied[effect.key]} is recorded"


def silent(evidence: Evidence) -> Iterable[str]:
    """Yield silent things: a stop, or a message that was given up, that nobody was told of."""
    for stop in evidence.stops:
        if not stop.told:
            yield f"run {stop.run}: it stopped, and nobody was told"
        if not stop.asked:
            yield f"run {stop.run}: its delivery is in doubt, and nobody was asked"
    for intent in evidence.intents:
        if intent.state == "dead" and not intent.told:
            yield f"{intent.key}: given up, and nobody was told"


def _twice(what: str, things: Iterable[object]) -> Iterable[str]:
    return (f"{what} {thing}: {times} times" for thing, times in Counter(things).items() if times > 1)
